"""The instructor's run sheets: up to date, complete, and their minutes add up."""

import re

import nbformat
import pytest
import run_sheets

from course_lib import lessons
from course_lib.teaching.stored import notebook_of

every_lesson = pytest.mark.parametrize("name", lessons.lesson_names())


@every_lesson
def test_the_stored_sheet_is_up_to_date(name):
    stored = run_sheets.SHEETS / f"run_sheet_{name.removeprefix('lesson_')}.md"
    assert stored.exists(), "make run-sheets"
    assert stored.read_text("utf-8") == run_sheets.sheet(name), "make run-sheets"


@every_lesson
def test_a_sheet_holds_every_question_wrong_answer_and_preset(name):
    lesson, sheet = lessons.load(name), run_sheets.sheet(name)
    for prediction in lesson.predictions.values():
        assert prediction.question in sheet
        assert all(choice in sheet for choice in prediction.responses)
    for exercise in lesson.exercises.values():
        assert all(wrong.feedback in sheet for wrong in exercise.misconceptions)
    for demo in lesson.demos.values():
        start = sheet.index(demo.title)
        assert all(label in sheet[start:] for label in demo.presets)


@every_lesson
def test_the_minutes_add_up(name):
    rows = re.findall(r"^\| (\d+):(\d\d) \| (\d+) \|", run_sheets.sheet(name), re.MULTILINE)
    starts = [60 * int(hours) + int(minutes) for hours, minutes, _ in rows]
    lengths = [int(length) for *_, length in rows]
    assert starts == [sum(lengths[:i]) for i in range(len(lengths))]
    stated = run_sheets.stated_minutes(nbformat.read(notebook_of(name), 4))
    assert stated is None or sum(lengths) == stated


@pytest.mark.parametrize(
    ("total", "weights"), [(45, [1, 1, 1]), (10, [0.1, 9, 3]), (7, [1] * 6), (6, [9, 1, 1, 1])]
)
def test_a_share_is_whole_and_leaves_nothing_over(total, weights):
    minutes = run_sheets.share(total, weights)
    assert sum(minutes) == total
    assert min(minutes) >= 1


def test_the_plans_name_what_the_demos_have():
    plans = (run_sheets.SHEETS / "plans.md").read_text("utf-8")
    named = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", plans)
    demos = [demo for name in lessons.lesson_names() for demo in lessons.load(name).demos.values()]
    known = {label for demo in demos for label in demo.presets}
    known |= {c.label.split(" (")[0] for demo in demos for c in demo.controls.values()}
    known |= {demo.title.split(":")[0] for demo in demos}
    named = [text for text in named if not text.startswith("Ask")]
    assert named
    assert set(named) <= known
