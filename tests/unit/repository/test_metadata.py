"""What a package index and a catalogue of citations are told."""

import tomllib

import pytest
import try_versions
import yaml
from long_description import long_description, urls
from packaging.specifiers import SpecifierSet
from website import ROOT, citation

import course_lib

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
README = (ROOT / "README.md").read_text("utf-8")
CFF = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "alone", "published"),
    [
        (
            "See [it](docs/a.md).",
            "See it.",
            "See [it](https://github.com/us/it/blob/v1/docs/a.md).",
        ),
        (
            "a\n\n![A demo.](assets/b.png)\n\nb",
            "a\n\nb",
            "a\n\n![A demo.](https://github.com/us/it/raw/v1/assets/b.png)\n\nb",
        ),
        ("[there](https://a.b/c), [here](#d)",) * 3,
        ("```\nx[i](j)\n```\n[k](l)", "```\nx[i](j)\n```\nk", None),
    ],
)
def test_a_link_into_the_repository_is_absolute_or_left_out(text, alone, published):
    assert long_description(text) == alone
    if published is not None:
        assert long_description(text, "us/it", "v1") == published


def test_the_readme_loses_its_relative_links_and_nothing_else():
    text = long_description(README)
    assert "](docs/" in README
    assert "](docs/" not in text
    assert "](assets/" not in text
    assert "](notebooks/" not in text
    assert README.count("```") == text.count("```")
    assert "| 11 | Measure your own model | 60 |" in text


def test_no_address_is_named_that_nobody_has_told():
    assert urls("") == {}
    assert "urls" not in PROJECT
    assert {"readme", "urls"} <= set(PROJECT["dynamic"])
    assert all(address.startswith("https://github.com/us/it") for address in urls("us/it").values())


def test_the_command_is_named_after_the_package():
    """Then `uvx NAME` and `pipx run NAME` find it."""
    assert PROJECT["name"] in PROJECT["scripts"]


def test_each_python_that_is_named_is_tried():
    named = {c.rpartition(" ")[2] for c in PROJECT["classifiers"] if ":: 3." in c}
    assert named == {name.partition("-")[0] for name in try_versions.ENVIRONMENTS}
    assert all(version in SpecifierSet(PROJECT["requires-python"]) for version in named)


def test_the_citation_says_what_the_package_says():
    assert CFF["title"] == PROJECT["description"]
    assert CFF["license"] == PROJECT["license"]
    assert CFF["keywords"] == [word for word in PROJECT["keywords"] if word in CFF["keywords"]]
    assert citation.authors(CFF) == [author["name"] for author in PROJECT["authors"]]


def test_the_page_on_citing_is_made_from_the_file(monkeypatch):
    monkeypatch.delenv("COURSE_REPOSITORY", raising=False)
    page = citation.page()
    assert CFF["title"] in page
    assert f"version = {{{course_lib.__version__}}}" in page
    assert "http" not in page
    monkeypatch.setenv("COURSE_REPOSITORY", "us/it")
    assert "url = {https://github.com/us/it}" in citation.page()


def test_persons_and_a_date_are_cited_too():
    found = {
        "authors": [{"given-names": "Ada", "family-names": "L."}, {"name": "The others"}],
        "title": "T",
        "version": "1.0",
        "date-released": "2030-05-01",
    }
    assert citation.sentence(found) == "Ada L., The others (2030). *T*. Version 1.0."
    assert "author = {{Ada L.} and {The others}}" in citation.bibtex(found)
    assert "year = {2030}" in citation.bibtex(found)
