"""What a stored lesson shows is read from the metadata of its outputs, not from their words."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_lib.plotting import described
from course_lib.teaching import stored


def shown(kind, alt, **more):
    data = {"text/plain": "words", "image/png": "iVBO"}
    metadata = described(kind, alt, **more)
    return new_code_cell(outputs=[new_output("display_data", data, metadata=metadata)])


@pytest.fixture
def notebook():
    words = new_code_cell(outputs=[new_output("stream", text="Figure: no figure, but words")])
    return new_notebook(
        cells=[
            words,
            shown("figure", "A bowl."),
            shown("demo", "A path.", key="map", title="Steps"),
            shown("demo", "A bowl with a path.", key="bowl", title="The bowl"),
            shown("demo", "The same demo again.", key="map", title="Steps"),
        ]
    )


def test_figures_come_in_order_with_what_they_say(notebook):
    found = [(f.kind, f.key, f.title, f.alt) for f in stored.figures_of(notebook)]
    assert found[0] == ("figure", "", "", "A bowl.")
    assert [key for _, key, *_ in found] == ["", "map", "bowl", "map"]
    first = next(stored.figures_of(notebook))
    assert first.cell is notebook.cells[1]
    assert first.output is first.cell.outputs[0]


def test_a_demo_is_taken_as_it_is_first_shown(notebook, tmp_path, monkeypatch):
    nbformat.write(notebook, tmp_path / "04_steps.ipynb")
    monkeypatch.setattr(stored, "shipped_file", lambda name: tmp_path)
    assert stored.notebook_of("lesson_04").name == "04_steps.ipynb"
    demos = stored.demos_of("lesson_04")
    shown_first = {"map": "A path.", "bowl": "A bowl with a path."}
    assert {key: demo.alt for key, demo in demos.items()} == shown_first
    assert stored.as_shown(["bowl", "edge", "map"], demos) == ["map", "bowl", "edge"]
