import tomllib

import nbformat
import pytest
from colab import copy_for_colab
from website import ROOT, citations, code, demos, ledger
from website import lessons as lesson_pages

import course_lib
from course_lib import lessons
from course_lib.teaching import Options, Slider, stored
from course_lib.teaching.claims import VERDICTS


def test_every_cited_work_is_in_the_bibliography():
    assert citations.missing() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as Pearlmutter (1994) showed", {("pearlmutter", "1994")}),
        ("(Girard 1987; Hutchinson 1989)", {("girard", "1987"), ("hutchinson", "1989")}),
        ("Wigner 1955 and 1958", {("wigner", "1955"), ("wigner", "1958")}),
        ("Girard (1987, 1989)", {("girard", "1987"), ("girard", "1989")}),
        ("Baik, Ben Arous & Péché 2005 found", {("baik", "2005")}),
        ("Ben Arous & Guionnet 2008", {("ben arous", "2008")}),
        ("de Bruijn 1955", {("de bruijn", "1955")}),
        ("(Foret et al. 2021)", {("foret", "2021")}),
        ("- G. Goh, *Why Momentum Really Works*, Distill, 2017. Play.", {("goh", "2017")}),
        (
            "L. N. Trefethen and D. Bau, *Numerical Linear Algebra*, SIAM, 1997",
            {("trefethen", "1997")},
        ),
        ("a machine of 2020, 1797 digits, Python 3.11", set()),
    ],
)
def test_citations_are_found_as_prose_writes_them(text, expected):
    assert {(first, year) for first, year, _ in citations.citations(text)} == expected


def test_the_stored_evidence_is_that_of_the_ledger():
    assert list(ledger.evidence()) == [claim.id for _, claim in ledger.claims()]


def test_every_kind_of_verdict_has_its_words():
    assert list(ledger.SAID) == list(VERDICTS)


@pytest.mark.parametrize("name", lessons.lesson_names())
def test_a_lesson_on_the_site_has_all_its_pictures_described(name):
    page = nbformat.reads(lesson_pages.page(name), 4)
    pictures = [o for cell in page.cells for o in cell.get("outputs", []) if _is_picture(o)]
    figures = list(stored.figures_of(page))
    assert figures
    assert [figure.output for figure in figures] == pictures
    for figure in figures:
        assert len(figure.cell.metadata["mystnb"]["image"]["alt"]) > 20


def _is_picture(output):
    return "image/png" in output.get("data", {})


def test_a_claim_named_in_prose_is_a_link():
    source = lesson_pages._CLAIM.sub(lesson_pages._link_to_claim, "so it is (claim 2.11).")
    assert source == 'so it is (<a href="../claims.html#claim-2-11">claim 2.11</a>).'


def test_a_sweep_holds_the_start_and_values_that_the_control_can_show():
    for (name, key), sweep in demos.sweeps().items():
        demo = lessons.load(name).demos[key]
        if sweep.control is None:
            assert not any(isinstance(c, Slider | Options) for c in demo.controls.values())
            continue
        control = demo.controls[sweep.control]
        assert sweep.values[sweep.start] == control.value
        assert 2 <= len(sweep.values) <= 40
        for value in sweep.values:
            demo.parameters(**{sweep.control: value})  # raises what lies outside
            if isinstance(control, Slider):
                steps = (value - control.low) / control.step
                assert steps == pytest.approx(round(steps), abs=1e-6)


def test_the_graph_of_the_imports_is_that_of_the_code():
    assert code.mermaid() in (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_leaving_arrows_out_loses_no_path():
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert code.reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_the_copy_for_colab_installs_first():
    notebook = lesson_pages.stored("lesson_02")
    cells = len(notebook.cells)
    copied = copy_for_colab(notebook, "somebody/course")
    assert len(copied.cells) == cells + 1
    assert "git+https://github.com/somebody/course" in copied.cells[0].source
    with pytest.raises(ValueError, match="OWNER/NAME"):
        copy_for_colab(notebook, "course; rm")


def test_the_version_stands_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" in project["dynamic"]
    named = [path.name for path in ROOT.glob("*.*") if course_lib.__version__ in _lines(path)]
    assert set(named) <= {"CHANGELOG.md"}


def _lines(path):
    return path.read_text("utf-8") if path.suffix in (".cff", ".md", ".toml") else ""
