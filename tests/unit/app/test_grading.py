"""Progress as a table: every question once a learner, the attempt that counts, nothing that runs."""

import csv

import pytest

from course_lib import lessons
from course_lib.app import cli, grading
from course_lib.teaching.progress import FILE_NAME


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """The folder of a learner who answered a few questions."""
    folder = tmp_path / "ada"
    folder.mkdir()
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(folder / FILE_NAME))
    lesson = lessons.load("lesson_02")
    for answer in (2 / 7, 1 / 3, 0.4):
        lesson.check("2.3", answer)
    lesson.check("2.2", "v1", 5)
    for choice in lesson.predictions["2.a"].responses:
        lesson.predict("2.a").commit(choice)
    return folder


def by_question(rows):
    return {(row["kind"], row["id"]): row for row in rows}


def test_every_question_of_the_course_has_one_row(learner):
    rows = grading.rows(learner)
    every = [lessons.load(name) for name in lessons.lesson_names()]
    questions = [q for x in every for q in (*x.exercises, *x.comparisons, *x.predictions)]
    assert len(rows) == len(questions)
    assert len(by_question(rows)) == len(rows)
    assert {row["learner"] for row in rows} == {"ada"}


def test_the_attempt_that_counts(learner):
    row = by_question(grading.rows(learner))
    solved, wrong = row["exercise", "2.3"], row["exercise", "2.2"]
    assert (solved["verdict"], solved["attempts"]) == ("right", 3)
    assert float(solved["answer"]) == 1 / 3
    assert (wrong["verdict"], wrong["attempts"]) == ("not yet", 1)
    assert row["exercise", "2.1"]["verdict"] == "not attempted"
    made = row["prediction", "2.a"]
    prediction = lessons.load("lesson_02").predictions["2.a"]
    first = next(iter(prediction.responses))
    assert made["answer"] == first
    assert made["verdict"] == ("came true" if first == prediction.answer else "did not come true")


def test_export_of_two_learners(learner, tmp_path):
    other = tmp_path / "bob"
    other.mkdir()
    (other / FILE_NAME).write_text(
        '{"kind": "exercise", "id": "2.3", "verdict": "not yet", "answer": "=HYPERLINK(1)"}\n'
        "{torn\n"
        '{"kind": "exercise", "id": "2.1", "verdict": "right", "answer": "λ₁ = 6"}\n'
    )
    target = tmp_path / "grades.csv"
    assert cli.main(["progress", str(learner), str(other), "--export", str(target)]) == 0
    with open(target, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == grading.COLUMNS
    assert {row["learner"] for row in rows} == {"ada", "bob"}
    bob = by_question(row for row in rows if row["learner"] == "bob")
    assert bob["exercise", "2.3"]["answer"] == "'=HYPERLINK(1)"  # no spreadsheet runs it
    assert bob["exercise", "2.1"]["answer"] == "λ₁ = 6"


@pytest.mark.parametrize(
    ("value", "written"),
    [("-0.5", "-0.5"), (-3, "-3"), ("@SUM(A1)", "'@SUM(A1)"), ("-cmd|x", "'-cmd|x"), ("v1", "v1")],
)
def test_a_number_stays_a_number_and_a_formula_is_text(value, written):
    assert grading._no_formula(value) == written


def test_who_has_answered_nothing_is_named(tmp_path, capsys):
    assert cli.main(["progress", str(tmp_path), "--export", str(tmp_path / "x.csv")]) == 1
    assert "is missing" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()
