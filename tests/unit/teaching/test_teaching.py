"""Feedback, predictions, hints and progress, on the lessons' own content."""

import json
import multiprocessing
from fractions import Fraction

import numpy as np
import pytest
import sympy

from course_lib import lessons
from course_lib.teaching import Choice, Claim, Comparison, Evidence, Feedback, Ledger
from course_lib.teaching.comparisons import compared
from course_lib.teaching.progress import NUMBERING, entries, keep_attempt

LESSONS = {name: lessons.load(name) for name in lessons.lesson_names()}
EXERCISES = [e for lesson in LESSONS.values() for e in lesson.exercises.values()]
LESSON_02 = LESSONS["lesson_02"]

every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)


@every_exercise
def test_solution_is_right_and_stub_is_not_attempted(exercise):
    assert exercise.check(*exercise.parts(exercise.solution)).right
    assert exercise.check(*[...] * len(exercise.kinds)).verdict == "not attempted"


@every_exercise
def test_each_misconception_has_its_own_message(exercise):
    """That each is given to its wrong answer is tried in the lessons themselves."""
    messages = [m.feedback for m in exercise.misconceptions]
    assert len(set(messages)) == len(messages) >= 3


class Spiteful:
    def __getattr__(self, name):
        raise RuntimeError(name)


@every_exercise
@pytest.mark.parametrize(
    "answer",
    ["six", b"6", np.nan, [np.inf], [], {}, {1: 2}, object(), Spiteful(), 1j, True, [[1], [2, 3]],
     "v₁" * 5000, len, lambda *a: 1 / 0, lambda *a: "text", lambda *a: [1, None], 10**400, np.eye(9)],
    ids=lambda a: repr(type(a)),
)  # fmt: skip
def test_check_never_raises_and_never_accepts_nonsense(exercise, answer):
    feedback = exercise.check(*[answer] * len(exercise.kinds))
    assert isinstance(feedback, Feedback)
    assert feedback.verdict == "not yet"


class Unspeakable:
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__

    def __call__(self, *arguments):
        raise SystemExit


by_type = {"ids": lambda odd: type(odd).__name__}  # pytest, too, would show 10**5000


@pytest.mark.parametrize(
    "odd", [Unspeakable(), Unspeakable, 10**5000, [Unspeakable()], None, b"\xff"], **by_type
)
@pytest.mark.parametrize("name", ["check", "hint", "compare", "predict", "reveal"])
def test_an_id_of_any_sort_is_answered(name, odd):
    feedback = getattr(LESSON_02, name)(odd)
    assert "There is no such" in feedback.message


@pytest.mark.parametrize("odd", [Unspeakable(), [Unspeakable()], 10**5000], **by_type)
def test_an_answer_of_any_sort_is_judged_and_kept(odd, progress_file):
    for id in ("2.3", "2.4"):
        assert LESSON_02.check(id, odd).verdict == "not yet"
    assert len(entries()) == 2


def test_wrong_number_of_answers_is_said():
    assert "expected: 3" in LESSON_02.check("2.1", [6, 1]).message
    assert "expected: 1" in LESSON_02.check("2.3").message
    assert "missing: answer 2" in LESSON_02.check("2.5", 0.6, ...).message


@pytest.mark.parametrize("answer", ["0.3333", 1 / 3 + 5j, np.array(1 / 3 + 5j), np.array("0.3333")])
def test_text_and_complex_numbers_are_no_numbers(answer):
    assert "Expected" in LESSON_02.check("2.3", answer).message


def test_exact_answers_count():
    assert LESSON_02.check("2.3", 1 / sympy.Integer(3)).right
    assert LESSON_02.check("2.3", Fraction(1, 3)).right
    assert LESSON_02.check("2.3", np.float32(1 / 3)).right


def test_code_cannot_spoil_the_next_trial():
    def spoils(H, eta):
        lam = np.linalg.eigvalsh(H)[::-1]
        H[:] = 0
        return abs(1 - eta * lam)

    assert LESSON_02.check("2.4", spoils).right
    assert LESSON_02.check("2.4", spoils).right


def test_message_of_code_that_fails_names_the_error_and_the_call():
    message = LESSON_02.check("2.4", lambda H, eta: H.eigenvalues).message
    assert "AttributeError" in message
    assert "0.11" in message


def test_stub_function_is_not_attempted():
    assert LESSON_02.check("2.4", lambda H, eta: ...).verdict == "not attempted"


def test_a_function_without_return_is_told_so():
    def forgets(H, eta):
        abs(1 - eta * np.linalg.eigvalsh(H)[::-1])

    feedback = LESSON_02.check("2.4", forgets)
    assert feedback.verdict == "not yet"
    assert "returns nothing" in feedback.message


@pytest.mark.parametrize("typed", ["b", "(b)", "b)", " B "])
def test_a_choice_is_read_as_it_is_printed(typed):
    assert Choice(("a", "(b)")).read(typed) == "(b)"
    assert Choice(("a", "b")).read(typed) == "b"


@pytest.mark.parametrize("typed", ["λ₁", "λ1", "lambda1", "lambda_1", " Lambda₁ "])
def test_a_greek_choice_may_be_written_out(typed):
    assert Choice(("λ₁", "the trace", "both")).read(typed) == "λ₁"


def test_unknown_ids_are_answered_with_what_there_is():
    for ask in (LESSON_02.check, LESSON_02.hint, LESSON_02.predict, LESSON_02.reveal):
        assert "2." in ask("9.9").message
        assert "2." in ask(["2.3"]).message
        assert "2." in ask(2.3).message


def test_an_id_of_another_kind_is_answered_with_the_function_it_belongs_to():
    lesson = LESSONS["lesson_00"]
    for ask in (lesson.check, lesson.hint):
        assert 'compare("0.6"' in ask("0.6").message
        assert 'predict("0.a")' in ask("0.a").message
    assert 'check("0.1"' in lesson.compare("0.1", "a sentence of mine").message
    assert 'check("0.1"' in lesson.predict("0.1").message


def test_a_choice_with_a_comma_is_read_with_any_blanks():
    kind = Choice(("undecided", "undecided, no maximum"))
    for typed in ("undecided,no maximum", " Undecided ,  no  maximum "):
        assert kind.read(typed) == "undecided, no maximum"


def test_a_constant_that_the_check_does_not_have_is_answered_with_those_it_has():
    claims = LESSONS["lesson_00"].claims
    with pytest.raises(ValueError, match=r"no constant 'third'; .* are half=0\.5, power=2"):
        claims.verify("0.1", third=1.0)
    with pytest.raises(ValueError, match="it has none"):
        claims.verify("0.5", half=1.0)


def test_no_misconception_tells_the_solution():
    for exercise in EXERCISES:
        solution = exercise.solution
        if isinstance(solution, (int, float)):
            assert all(f"{solution:g}" not in m.feedback.split() for m in exercise.misconceptions)


def test_hints_go_on_and_the_last_one_stays():
    lesson = LESSON_02
    hints = lesson.exercises["2.3"].hints
    given = [lesson.hint("2.3").message for _ in range(len(hints) + 2)]
    assert [any(h in g for h in hints) for g in given] == [True] * len(given)
    assert given[0] != given[1]
    assert given[-1] == given[-2]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_predictions_have_a_right_choice_and_two_tempting_wrong_ones(lesson):
    for prediction in lesson.predictions.values():
        assert prediction.answer in prediction.responses
        assert len(prediction.responses) >= 3
        assert prediction.reveal().verdict == "noted"
        for choice, response in prediction.responses.items():
            shown = prediction.reveal(choice)
            assert shown.right == (choice == prediction.answer)
            assert choice in shown.message
            assert shown.message.index(response) < shown.message.index(prediction.outcome)


def test_a_prediction_commits_and_is_revealed():
    box = LESSON_02.predict("2.a")
    before = LESSON_02.reveal("2.a")
    with pytest.raises(ValueError, match="choice must be"):
        box.commit("rubbish")
    box._buttons[0].click()
    assert box.made == next(iter(LESSON_02.predictions["2.a"].responses))
    assert all(button.disabled for button in box._buttons)
    assert before.verdict == "noted"
    assert LESSON_02.reveal("2.a").verdict == "a surprise"
    assert LESSON_02.progress().predictions["2.a"]


WHY = Comparison("2.9", "Why?", "Because the factors differ.", ("factors", "signs", "<b>sizes</b>"))


@pytest.mark.parametrize("stub", [..., "...", "", " … "])
def test_a_comparison_waits_for_a_sentence(stub, progress_file):
    assert compared(WHY, stub).verdict == "not attempted"
    assert compared(WHY, 3).verdict == "not yet"
    assert compared(WHY, "dunno").verdict == "not yet"
    assert not any(WHY.model in repr(compared(WHY, early)) for early in (stub, 3, "dunno"))
    assert not progress_file.exists()


def test_a_comparison_shows_the_model_keeps_the_sentence_and_counts_ticks():
    box = compared(WHY, "It is <i>because</i> of factors")
    assert "It is <i>because</i> of factors" in repr(box)
    assert WHY.model in repr(box)
    assert "<i>" not in box.children[0].value
    (entry,) = entries()
    assert (entry["kind"], entry["id"], entry["verdict"]) == ("comparison", "2.9", "compared")
    box.boxes[0].value = True
    assert "signs; &lt;b&gt;sizes" in box._status.value
    assert "factors" not in box._status.value
    for tick in box.boxes:
        tick.value = True
    assert "No point is missing" in box._status.value


def test_verdicts_are_five_and_an_opinion_is_not_tested():
    ledger = Ledger()
    ledger.opinion("9.9", "Curvature is fundamental.", source="Notes", why="Nothing measures it.")
    assert ledger["9.9"].kind == "opinion"
    assert "Why nothing can test it: Nothing measures it." in repr(ledger.verify("9.9"))
    assert "Evidence" not in repr(ledger.verify("9.9"))
    for verdict in ("holds if lucky", "true", "false", "holds when "):
        with pytest.raises(ValueError, match="verdict must be one of"):
            Claim("9.8", "…", verdict, "…", lambda: Evidence(True, "…"), ())


def test_feedback_escapes_what_a_reader_typed():
    html = Feedback("2.1", "not yet", "<script>alert(1)</script>")._repr_html_()
    assert "<script" not in html


def test_progress_counts_right_answers_and_survives_torn_lines(progress_file):
    LESSON_02.check("2.3", 0.1)
    assert not LESSON_02.progress().exercises["2.3"]
    LESSON_02.check("2.3", 1 / 3)
    with open(progress_file, "a") as file:
        file.write('\n{"kind": "exercise", "id": "2.1", "ver')
    LESSON_02.check("2.5", 0.6, 4)
    done = LESSON_02.progress().exercises
    assert [id for id, yes in done.items() if yes] == ["2.3", "2.5"]
    assert f"2 of {len(LESSON_02.exercises)}" in repr(LESSON_02.progress())


class Mute:
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    "answer", ["v\u2028 \x85 λ", "\udc80", Mute()], ids=["lines", "half", "mute"]
)
def test_whatever_was_answered_one_line_is_kept(progress_file, answer):
    """Line separators of Unicode, half a character, an object that cannot be shown."""
    LESSON_02.check("2.3", answer)
    (entry,) = entries()
    assert entry["answer"] == (answer if isinstance(answer, str) else "an object of type Mute")


def test_lines_with_other_types_are_passed_over(progress_file):
    good = {"kind": "exercise", "id": "2.3", "numbering": NUMBERING, "verdict": "right"}
    bad = [good | {key: value} for key in good for value in ([], {}, 3, None)]
    progress_file.write_text("\n".join(json.dumps(entry) for entry in [*bad, [], 3, good]))
    assert entries() == [good]


def test_not_attempted_leaves_no_trace(progress_file):
    LESSON_02.check("2.3", ...)
    assert not progress_file.exists()


def test_an_unwritable_file_is_said_and_feedback_still_given(monkeypatch, tmp_path):
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(tmp_path))  # a folder: cannot be written
    feedback = LESSON_02.check("2.3", 1 / 3)
    assert feedback.right
    assert "Not kept" in feedback.message


def _many(number):
    for i in range(50):
        keep_attempt("exercise", f"{number}.{i}", "x" * 200, "right")


def test_notebooks_at_the_same_time_lose_nothing(progress_file):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(_many, range(4))
    assert len({e["id"] for e in entries()}) == 200
    assert all(json.loads(line) for line in progress_file.read_text().splitlines() if line)


def test_source_shows_code_as_it_runs_without_docstring_and_types():
    from course_lib.curvature import trace_methods
    from course_lib.teaching import Source

    shown = Source(trace_methods.hutch_plus_plus)
    assert '"""' not in shown.text
    assert shown.text.startswith("def hutch_plus_plus(product, draw, m):\n    k = m // 3")
    assert shown._repr_markdown_() == f"```python\n{shown!r}\n```"
    space = {"np": np}
    exec(shown.text, space)  # what is shown can be run
    A = np.ones((9, 9))
    found = space["hutch_plus_plus"](A.__matmul__, lambda k: trace_methods.probes(9, k), 6)
    assert np.allclose(found, 9)
