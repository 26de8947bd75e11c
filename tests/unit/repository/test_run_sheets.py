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


@pytest.mark.parametrize(
    ("in_full", "exercises", "says"),
    [
        (66, 20, ""),
        (80, 30, "half of the exercises"),
        (80, 20, "set the exercises as homework"),
        (94, 20, "does none takes about 74"),
    ],
)
def test_the_advice_brings_the_minutes_down(in_full, exercises, says):
    assert says in run_sheets.advice(60, in_full, exercises)
    assert bool(says) == bool(run_sheets.advice(60, in_full, exercises))


@every_lesson
def test_the_exercises_are_part_of_the_minutes(name):
    rows = re.findall(
        r"^\| \d+:\d\d \| \d+ \| (\d+) \| (\d*) \|", run_sheets.sheet(name), re.MULTILINE
    )
    assert rows
    assert all(int(in_full) >= int(exercises or 0) for in_full, exercises in rows)


@every_lesson
def test_the_board_holds_terms_and_no_headings_of_exercises(name):
    boards = re.findall(r"^\*For the board:\* (.*)", run_sheets.sheet(name), re.MULTILINE)
    words = [word.casefold() for board in boards for word in board.split(" · ")]
    assert words
    assert not [
        word for word in words if re.match(r"say why|question|mixed problem|exercise", word)
    ]


@pytest.mark.parametrize(
    ("title", "terms"),
    [
        ("3 · A section", ["bowl", "Say why it is round"]),
        ("What you can do now", ["Predict a change"]),
        ("Dig deeper", ["bowl", "Is it round", "Say why it is round"]),
    ],
)
def test_the_terms_of_a_section(title, terms):
    section = run_sheets.Section(title)
    section.read(
        "A **bowl**. **Is it round?** Yes. **Say why (3.7).** **Say why it is round.**\n"
        "- **Predict a change.** **What we do not claim.**"
    )
    assert section.terms == terms


def test_a_cell_that_only_prints_is_shown():
    section = run_sheets.Section("a title")
    stream = nbformat.v4.new_output("stream", text="κ = 6.17\n")
    section.run(nbformat.v4.new_code_cell("print(kappa)", outputs=[stream]), "", [])
    section.run(nbformat.v4.new_code_cell("progress()", outputs=[stream]), "", [])
    assert section.calls == [("text", "κ = 6.17")]
    assert "κ = 6.17" in run_sheets.SAID["text"](None, "κ = 6.17")


def test_a_claim_is_broken_by_what_is_quick_to_type():
    sheets = run_sheets.sheet("lesson_01"), run_sheets.sheet("lesson_03")
    assert 'claims.verify("1.4", turn=180.0)' in sheets[0]  # and not by a tuple of eigenvalues
    assert 'claims.verify("3.13", starts=(256,))' in sheets[1]  # which has nothing else


def test_each_part_of_an_answer_has_its_name():
    sheet = run_sheets.sheet("lesson_04")
    assert "*Answer:* `largest_step` = 0.3636; `in_the_long_run` = diverges." in sheet


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


def test_the_plans_give_each_lesson_the_minutes_that_it_states():
    plans = (run_sheets.SHEETS / "plans.md").read_text("utf-8")
    rows = re.findall(r"^\|.*\((\d\d)\).*", plans, re.MULTILINE)
    lines = re.findall(r"^\|.*\(\d\d\).*", plans, re.MULTILINE)
    assert sorted(rows) == sorted(
        2 * [name.removeprefix("lesson_") for name in lessons.lesson_names()]
    )
    for number, line in zip(rows, lines, strict=True):
        minutes = max(int(cell) for cell in line.split("|") if cell.strip().isdigit())
        notebook = nbformat.read(notebook_of(f"lesson_{number}"), 4)
        assert minutes == run_sheets.stated_minutes(notebook), line
