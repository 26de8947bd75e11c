"""Right and wrong answers pasted into the real lessons, as a learner would type them."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib import lessons
from course_lib.teaching import ANY

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebook_of(lesson_name):
    (path,) = NOTEBOOKS.glob(lesson_name.removeprefix("lesson_") + "_*.ipynb")
    return path


def code_cells(path):
    return [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]


def check_call(cell):
    """Return (exercise id, names of the answers) of the cell's call of check, or None."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "check":
            id, *names = node.args
            return id.value, [name.id for name in names]
    return None


def typed(names, answer):
    """Return the source that a learner would type for an answer."""
    if len(names) > 1:
        return "\n".join(f"{n} = {part!r}" for n, part in zip(names, answer, strict=True))
    if inspect.isfunction(answer):
        source = textwrap.dedent(inspect.getsource(answer))
        return source.replace(f"def {answer.__name__}(", f"def {names[0]}(", 1)
    return f"{names[0]} = {answer!r}"


def answers(exercise):
    """Yield (what is typed, what must come back) for the solution and every misconception."""
    yield exercise.solution, f"{exercise.id} right: {exercise.praise}"
    for m in exercise.misconceptions:
        answer = m.answer
        if len(exercise.kinds) > 1:
            pairs = zip(m.answer, exercise.solution, strict=True)
            answer = tuple(right if part is ANY else part for part, right in pairs)
        yield answer, f"{exercise.id} not yet: {m.feedback}"


@pytest.mark.parametrize("name", lessons.lesson_names())
def test_pasted_answers_get_their_feedback(name):
    lesson, cells = lessons.load(name), code_cells(notebook_of(name))
    first = next(i for i, c in enumerate(cells) if "from course_lib.lessons" in c.source)
    begin = cells[: first + 1]  # as far as the lesson's own imports
    notebook = nbformat.v4.new_notebook(cells=list(begin))
    expected, seen = [], set()
    for cell in cells:
        if (call := check_call(cell)) is None:
            continue
        id, names = call
        seen.add(id)
        for answer, message in answers(lesson.exercises[id]):
            source = f"{typed(names, answer)}\ncheck({id!r}, {', '.join(names)})"
            notebook.cells.append(nbformat.v4.new_code_cell(source))
            expected.append((source, message))
    assert seen == set(lesson.exercises), "every exercise stands in its lesson"
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    for cell, (source, message) in zip(notebook.cells[len(begin) :], expected, strict=True):
        assert message in cell.outputs[-1].data["text/plain"], source


@pytest.mark.parametrize("name", lessons.lesson_names())
def test_lesson_holds_stubs_and_no_solution(name):
    lesson, path = lessons.load(name), notebook_of(name)
    for cell in code_cells(path):
        if (call := check_call(cell)) is None:
            continue
        stored = cell.outputs[-1].data["text/plain"]
        assert f"{call[0]} not attempted" in stored
        for name in call[1]:
            assert re.search(
                rf"^{name} = \.\.\.$|^def {name}\(.*\):\n    # your lines here\n    return \.\.\.$",
                cell.source,
                re.M,
            )
    text = path.read_text("utf-8")
    for exercise in lesson.exercises.values():
        assert exercise.praise not in text
        for misconception in exercise.misconceptions:
            assert misconception.feedback not in text
        if inspect.isfunction(exercise.solution):
            lines = inspect.getsource(exercise.solution).splitlines()
            assert lines[-1].strip() not in text


@pytest.mark.parametrize("name", lessons.lesson_names())
def test_lesson_uses_all_it_has(name):
    """Every prediction and demo of the package stands in the lesson, predicted before revealed."""
    lesson = lessons.load(name)
    source = "\n".join(cell.source for cell in code_cells(notebook_of(name)))
    for id in lesson.predictions:
        assert 0 <= source.find(f'predict("{id}")') < source.find(f'reveal("{id}")')
    for demo in lesson.demos:
        assert f'demo("{demo}"' in source
    for id in lesson.comparisons:
        assert f'compare("{id}", "...")' in source
    assert lesson.exercises
    assert "progress()" in source
    assert "course_lib.setup()" in source
