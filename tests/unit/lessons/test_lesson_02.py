"""What the demo and the figures of lesson 02 show is what linear algebra says."""

import dataclasses

import numpy as np
import pytest

from course_lib import lessons
from course_lib.exact import formulas, spectra
from course_lib.lessons.lesson_02 import demo_quadratic, figures

LESSON = lessons.load("lesson_02")
H = np.array([[4.0, 4.0], [4.0, 16.0]])


def test_the_demo_draws_what_linear_algebra_says(drawn):
    """Independent of the library: the closed form of gradient descent, by the matrix power."""
    H, eta = np.array([[4.0, 4.0], [4.0, 16.0]]), 0.05
    view, _ = drawn(demo_quadratic, 4.0, 4.0, 16.0, eta)
    start = np.array(view.path.get_data())[:, 0]
    for k in (1, 2, 7, 40):
        expected = np.linalg.matrix_power(np.eye(2) - eta * H, k) @ start
        assert np.allclose(np.array(view.path.get_data())[:, k], expected)
    for line, lam in zip(view.errors.theory, (10 + 2 * 13**0.5, 10 - 2 * 13**0.5), strict=True):
        k, size = line.get_data()
        visible = size > 1e-6
        assert np.allclose(size[visible], demo_quadratic.START * abs(1 - eta * lam) ** k[visible])
    for i, line in enumerate(view.eigenvectors.lines):
        end = np.array(line.get_data())[:, 1]
        lam = end @ H @ end / (end @ end)
        assert np.isclose(lam, (10 + 2 * 13**0.5, 10 - 2 * 13**0.5)[i])
        assert np.allclose(H @ end, lam * end)


def test_level_lines_lie_at_their_height(drawn):
    H = np.array([[4.0, 8.0], [8.0, 4.0]])
    view, _ = drawn(demo_quadratic, 4.0, 8.0, 4.0, 0.05)
    lines = [(1, p) for p in view.contours.above.get_paths()]
    lines += [(-1, p) for p in view.contours.below.get_paths()]
    assert {sign for sign, _ in lines} == {1, -1}
    for sign, path in lines:
        w = path.vertices
        heights = 0.5 * np.einsum("ki,ij,kj->k", w, H, w)
        level = view.contours.levels[np.abs(view.contours.levels - abs(heights).mean()).argmin()]
        assert np.allclose(heights, sign * level, rtol=0.05, atol=0.1)


def test_readout_says_what_happens():
    words = [
        demo_quadratic.readout(demo_quadratic.compute(4.0, 4.0, 16.0, eta))["descent"]
        for eta in (0.0, 0.05, 0.1, 0.11, 0.12)
    ]
    assert words == [
        "stands still",
        "converges, slower along v₂ (the flat one)",
        "converges, equally fast along both",
        "converges, slower along v₁ (the stiff one)",
        "diverges along v₁",
    ]
    saddle = demo_quadratic.readout(demo_quadratic.compute(4.0, 8.0, 4.0, 0.05))
    assert saddle["κ"] == "not defined"
    assert "for ever" in saddle["descent"]
    valley = demo_quadratic.readout(demo_quadratic.compute(4.0, 4.0, 4.0, 0.05))
    assert valley["descent"] == "does not converge along v₂: the error keeps its size"


def test_the_demo_uses_the_library_for_its_factors(monkeypatch):
    monkeypatch.setattr(spectra, "contraction_factors", lambda lam, eta: np.array([0.5, 0.25]))
    words = demo_quadratic.readout(demo_quadratic.compute(1.0, 0.0, 1.0, 0.1))
    assert words["factor of the error per step"] == "0.500 along v₁, 0.250 along v₂"


def runs():
    """Return two runs from one start, one in w and one in u, by the matrix power, with the units."""
    D, start = np.diag([2.0, 1.0]), np.array([2.5, 0.0])
    paths = [
        np.array([np.linalg.matrix_power(np.eye(2) - 0.05 * A, k) @ w for k in range(11)])
        for A, w in ((H, start), (D @ H @ D, np.linalg.inv(D) @ start))
    ]
    return D, *paths


def drawn_runs(ax):
    return [np.array(line.get_data()).T for line in ax.lines if "descent" in str(line.get_label())]


def test_two_runs_are_drawn_in_both_coordinates():
    D, in_w, in_u = runs()
    picture = figures.two_systems_of_units(H, D, in_w, in_u)
    left, right = picture.figure.axes
    for ax, scale in ((left, [1, 1]), (right, [2, 1])):
        for line, path in zip(drawn_runs(ax), (in_w, in_u * [2, 1]), strict=True):
            assert np.allclose(line * scale, path)
    assert "(2.50, 0.00)" in picture.alt
    assert "31°" in picture.alt  # from (−1, −1) to (−4, −1)


def test_each_run_starts_at_a_right_angle_in_its_own_coordinates_only():
    D, in_w, in_u = runs()
    axes = figures.two_systems_of_units(H, D, in_w, in_u).figure.axes
    for ax, A, own in zip(axes, (H, D @ H @ D), (0, 1), strict=True):
        for i, run in enumerate(drawn_runs(ax)):
            along_the_level_line = [[0, -1], [1, 0]] @ (A @ run[0])
            at_a_right_angle = abs((run[1] - run[0]) @ along_the_level_line) < 1e-9
            assert at_a_right_angle == (i == own)


def test_the_bowl_shows_the_half_axes_on_its_ellipse():
    picture = figures.bowl_from_above(H, level=3)
    for number in ("0.59", "1.47"):  # √(6/17.211) and √(6/2.789)
        assert number in picture.alt
        assert number in [text.get_text() for text in picture.figure.axes[0].texts]
    (ends,) = [line for line in picture.figure.axes[0].lines if line.get_marker() == "o"]
    w = np.array(ends.get_data())
    assert np.allclose(0.5 * np.einsum("ik,ij,jk->k", w, H, w), 3)


def test_the_larger_factor_is_smallest_at_the_crossing():
    picture = figures.larger_factor(10 + 2 * np.array([1, -1]) * 13**0.5)
    band, stiff, flat = (np.array(line.get_data()) for line in picture.figure.axes[0].lines[:3])
    for (eta, factor), lam in ((stiff, 10 + 2 * 13**0.5), (flat, 10 - 2 * 13**0.5)):
        assert np.allclose(factor, np.abs(1 - eta * lam))
    assert np.allclose(band[1], np.maximum(stiff[1], flat[1]))
    assert band[0][band[1].argmin()] == pytest.approx(0.1)
    assert "at η = 0.1, where both factors are 0.721" in picture.alt


@pytest.mark.parametrize(
    ("id", "answers"),
    [
        # Wrong answers that readers gave, each with a reply of its own.
        ("2.2", [("v2", 30.96), ("v2", 30), ("v2", 35)]),
        ("2.3", [(0.5,), (1.0,), (0.4,)]),
        ("2.4", [(lambda H, eta: (1 - eta * np.linalg.eigvalsh(H)[::-1]) ** 2,)]),
        ("2.5", [(0.6, 2.8), (0.6, 2.25), (0.6, 5.14)]),
        ("2.6", [("v1", 0.7921, 0.64), ("v1", 0.7921, 0), ("v1", 0.7921, 0.73)]),
    ],
)
def test_wrong_answers_that_readers_gave_get_replies_of_their_own(id, answers):
    replies = [LESSON.exercises[id].check(*answer).message for answer in answers]
    assert not any("A nudge" in reply for reply in replies)
    assert len(set(replies)) == len(replies)


@pytest.mark.parametrize("wrong", [np.eye(3), [[1, 2], [2, 1]], [[1, 0], [1, 1]]])
def test_a_bowl_is_asked_for(wrong):
    with pytest.raises(ValueError, match=r"H must|eigenvalues must"):
        figures.bowl_from_above(wrong)


def test_a_doubled_loss_turns_the_claim_on_units(monkeypatch):
    value = formulas.Formula.value
    monkeypatch.setattr(formulas.Formula, "value", lambda self, w: 2 * value(self, w))
    assert "does not hold" in repr(LESSON.claims.verify("2.13"))


def test_swapped_eigenvectors_turn_the_claim_on_the_loss(monkeypatch):
    def swapped(A, right=spectra.eigh):
        spectrum = right(A)
        return dataclasses.replace(spectrum, eigenvectors=spectrum.eigenvectors[:, ::-1])

    monkeypatch.setattr(spectra, "eigh", swapped)
    assert "does not hold" in repr(LESSON.claims.verify("2.14"))


@pytest.mark.parametrize(
    ("id", "answers"),
    [
        ("2.1", ([6, 1], [0.9, 0.5], [0.5, -0.9])),  # one digit: no word of their length
        ("2.3", (0.333,)),  # three digits are asked for, and taken
        ("2.6", ("v1", 0.79, 0.53)),
    ],
)
def test_a_rounded_answer_is_taken_or_told_how_many_digits(id, answers):
    feedback = LESSON.check(id, *answers)
    assert feedback.right or "digits" in feedback.message
    assert "long" not in feedback.message


def test_no_answer_is_told_the_solution():
    """A reply to 2.6 holds none of its three answers unless it was the reader's own."""
    for misconception in LESSON.exercises["2.6"].misconceptions:
        for part, number in zip(misconception.answer[1:], ("0.7921", "0.5329"), strict=True):
            assert number not in misconception.feedback or str(part) == number
