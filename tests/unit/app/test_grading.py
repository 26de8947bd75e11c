"""Progress as a table: every question once a learner, the attempt that counts, nothing that runs."""

import csv

import pytest

from course_lib import lessons
from course_lib.app import cli, grading
from course_lib.teaching.progress import FILE_NAME, NUMBERING

NUMBERED = f'"kind": "exercise", "numbering": "{NUMBERING}"'


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
        f'{{{NUMBERED}, "id": "2.3", "verdict": "not yet", "answer": "=HYPERLINK(1)"}}\n'
        "{torn\n"
        f'{{{NUMBERED}, "id": "2.1", "verdict": "right", "answer": "λ₁ = 6"}}\n'
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
    "value", ["-0.5", -3, 1 / 3, 2e-7, "+4", "v1", "λ₁ = 6", "a - b", "", "(1 + 2)", "…"]
)
def test_a_number_or_a_sentence_stays_what_it_is(value):
    assert grading._no_formula(value) == str(value)


IN_FRONT = ["", "\t", "\r", "\n", "\v", "\f", "\0", " ", "\xa0", "\ufeff", "\u200b", "\u2028"]


@pytest.mark.parametrize("front", IN_FRONT, ids=ascii)
@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1+1", "-cmd|x", "@SUM(A1)", "＝1", "＋1+1", "－1+1", "＠SUM(A1)", "﹦1", "−1+1",
     "=\N{COMBINING LONG SOLIDUS OVERLAY}1", "-inf", "+Infinity", "-1_000", "-１", "+nan"],
    ids=ascii,
)  # fmt: skip
def test_no_spreadsheet_runs_an_answer(front, formula):
    assert grading._no_formula(front + formula) == "'" + front + formula


def test_who_has_answered_nothing_is_named(tmp_path, capsys):
    assert cli.main(["progress", str(tmp_path), "--export", str(tmp_path / "x.csv")]) == 1
    assert "is missing" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()


def answered(folder, text=f'{{{NUMBERED}, "id": "2.3", "verdict": "right", "answer": "1/3"}}'):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_text(text)
    return str(folder)


def exported(folders, tmp_path, capsys):
    """Export a class; return the exit code, the learners with their verdicts, and what was said."""
    target = tmp_path / "table" / "grades.csv"
    target.parent.mkdir(exist_ok=True)
    code = cli.main(["progress", *map(str, folders), "--export", str(target)])
    with open(target, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    verdicts = {row["learner"]: set() for row in rows}
    for row in rows:
        verdicts[row["learner"]].add(row["verdict"])
    return code, verdicts, capsys.readouterr()


def test_learners_are_told_apart_by_the_names_they_were_given(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        answered(tmp_path / name / "my-course")
        (tmp_path / f"link-{name}").symlink_to(tmp_path / "a" / "my-course")
    folders = ["a/my-course", "b/my-course", "link-a", "link-b", "link-b"]
    code, verdicts, _ = exported(folders, tmp_path, capsys)
    assert code == 0
    assert list(verdicts) == ["a/my-course", "b/my-course", "link-a", "link-b"]


@pytest.mark.parametrize(
    "content",
    ["[" * 200_000, "a note of the instructor's", "\0" * 1000, "[1, 2]", '{"a": 1}'],
    ids=lambda content: ascii(content[:10]),
)
def test_a_file_that_cannot_be_read_is_a_row_that_says_so(content, learner, tmp_path, capsys):
    answered(tmp_path / "bob", content)
    (tmp_path / "notes.txt").write_text(content)
    folders = [tmp_path / "bob", learner, tmp_path / "notes.txt", tmp_path / "nobody"]
    code, verdicts, said = exported(folders, tmp_path, capsys)
    assert code == 1
    assert "right" in verdicts["ada"]
    assert "learners: 1" in said.out
    for name, problem in (
        ("bob", "cannot be read"),
        ("notes.txt", "cannot be"),
        ("nobody", "missing"),
    ):
        (verdict,) = verdicts[name]
        assert problem in verdict
        assert name in said.err


@pytest.mark.parametrize(
    "answer", ["[" * 900 + "]" * 900, "1e999", "null", '"\\ud800"', '{"a": 1}']
)
def test_an_answer_of_any_sort_spoils_no_table(answer, tmp_path, capsys):
    line = f'{{{NUMBERED}, "id": "2.3", "verdict": "right", "when": [], "answer": {answer}}}'
    folder = answered(tmp_path / "bob", line)
    code, verdicts, _ = exported([folder], tmp_path, capsys)
    assert code == 0
    assert verdicts["bob"] == {"right", "not attempted"}


def test_a_learner_who_is_not_there_has_done_nothing_that_could_be_counted(tmp_path, capsys):
    assert cli.main(["progress", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr()
    assert "does not exist" in said.err
    assert "of" not in said.out
