"""What the demos of lesson 01 show is what was computed."""

import re

import jax
import numpy as np
import pytest

from course_lib.exact import derivatives
from course_lib.lessons import load
from course_lib.lessons.lesson_01 import (
    claims_power,
    demo_dial,
    demo_formula,
    demo_surface,
    figures,
)
from course_lib.teaching import Panel


def test_dial_draws_what_linear_algebra_says(drawn):
    H = np.array([[1.5, 2.0], [2.0, -1.5]])  # λ = ±2.5
    view, _ = drawn(demo_dial, 30, 1.5, 2.0, -1.5)
    angle, curve = view.curve.get_data()
    v = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    np.testing.assert_allclose(curve, np.einsum("ik,ij,jk->k", v, H, v), atol=1e-12)
    (at,), (now,) = view.now.get_data()
    assert (at, now) == (30, pytest.approx(1.5 * np.cos(np.pi / 3) + 2 * np.sin(np.pi / 3)))
    t, height = view.cut.get_data()
    np.testing.assert_allclose(height, 0.5 * now * t**2)
    assert [line.get_ydata()[0] for line in view.ends] == pytest.approx([2.5, -2.5])
    assert set(view.mean.get_ydata()) == {0.0}
    tip = np.array(view.tip.get_data())[:, 0]
    assert np.degrees(np.arctan2(tip[1], tip[0])) == pytest.approx(30)


def test_dial_says_that_a_round_bowl_has_no_special_direction():
    assert "every angle" in demo_dial.readout(demo_dial.compute(0, 3.0, 0.0, 3.0))["largest"]


def waves(w):
    return jax.numpy.exp(w[0]) * jax.numpy.sin(2 * w[1]) - w[0] ** 3


@pytest.mark.parametrize(
    ("text", "f"),
    [("(x*y - 1)^2 / 2", lambda w: 0.5 * (w[0] * w[1] - 1) ** 2), ("exp(x)*sin(2*y) - x^3", waves)],
)
def test_formula_box_agrees_with_automatic_differentiation(text, f):
    w = np.array([0.4, -1.3])
    state = demo_formula.compute(text, *w)
    assert state.value == pytest.approx(float(f(w)))
    np.testing.assert_allclose(state.gradient, jax.grad(f)(w), rtol=1e-12)
    np.testing.assert_allclose(state.H, jax.hessian(f)(w), rtol=1e-12, atol=1e-12)
    assert state.error(0.1) / state.error(0.05) > 6  # the model is of second order


def test_formula_box_draws_function_and_model_at_the_same_heights(drawn):
    view, state = drawn(demo_formula, "x^2 + 3*y^2 + x*y", 0.5, -1.0)  # its own model
    function, model = (panel.contours.above.get_segments() for panel in view.panels)
    assert len(function) == len(model) > 3
    for one, other in zip(function, model, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
    for line in function:
        heights = state.landscape.formula.value(line.T) - state.value
        k = np.sqrt(np.abs(heights) / state.landscape.spacing)
        assert np.abs(k - np.round(k.mean())).max() < 0.1


def words(text, x, y):
    return demo_formula.readout(demo_formula.compute(text, x, y))


@pytest.mark.parametrize(
    ("text", "x", "y", "part"),
    [
        ("x^2 + y^2", 0.0, 0.0, "∇f = 0: a minimum"),
        ("-x^2 - y^2", 0.0, 0.0, "∇f = 0: a maximum"),
        ("x*y", 0.0, 0.0, "∇f = 0: a saddle"),
        ("x^2 + y^4", 0.0, 0.0, "cannot decide"),
        ("x^2 - y^4", 0.0, 0.0, "cannot decide"),
        ("x^2 + y^2 + x", 0.0, 0.0, "∇f ≠ 0, no critical point; curved upward in every"),
        ("x + y", 1.0, 1.0, "not curved in any direction"),
        ("7", 1.0, 1.0, "cannot decide"),
        ("log(x)", -1.0, 0.0, "no second derivative here"),
        (demo_formula.UNEQUAL_MIXED, 0.0, 0.0, "no second derivative here"),
    ],
)
def test_formula_box_says_what_the_point_is(text, x, y, part):
    assert part in words(text, x, y)["here"]
    Panel(demo_formula.DEMO, formula=text, x=x, y=y)


def test_formula_box_judges_the_model():
    assert words("x^2 - 3*x*y + y", 1.0, 1.0)["model off by"].startswith("nothing")
    assert "8 times less" in words("x^3", 0.0, 0.0)["model off by"]
    assert "not defined on the whole circle" in words("log(x)", 0.05, 0.0)["model off by"]


@pytest.mark.parametrize("text", ["tanh(100*x)", "(x*x)^64 - 3", "cosh(x^64)", "y + atan(9999*x)"])
def test_a_model_that_is_exact_up_to_rounding_is_compared_with_nothing(text):
    """At half the distance the error may be 0, or a rounding error that says nothing in a quotient."""
    panel = Panel(demo_formula.DEMO, formula=text)
    for x in np.arange(-2.5, 2.51, 0.25):
        panel.set(x=float(x), y=0.0)
        assert "cannot be computed" not in panel.readout.value
        assert not re.search(r"e\+1\d times less|inf", panel.readout.value)


def test_mixed_derivative_jumps_near_the_origin_of_the_exception():
    for r in (1.0, 0.1):
        assert demo_formula.compute(demo_formula.UNEQUAL_MIXED, r, 0.0).H[0, 1] == pytest.approx(1)
        assert demo_formula.compute(demo_formula.UNEQUAL_MIXED, 0.0, r).H[0, 1] == pytest.approx(-1)


def test_a_formula_that_is_defined_nowhere_is_refused_in_plain_words():
    with pytest.raises(ValueError, match="defined nowhere"):
        demo_formula.landscape("log(-1 - x^2)")


@pytest.mark.parametrize("text", ["exp(exp(x))", "1/x^60", "x^64 + y", "tan(x)*1000000", "7"])
def test_extreme_formulas_still_give_a_picture(text):
    panel = Panel(demo_formula.DEMO, formula=text)
    for x in (-2.5, 0.0, 2.5):
        panel.set(x=x)
        assert "nan" not in panel.readout.value
        assert "inf" not in panel.readout.value


def test_surface_and_level_lines_are_those_of_one_function_with_the_stated_hessian(drawn):
    for shape, (f, H) in demo_surface.SHAPES.items():
        view, state = drawn(demo_surface, shape, 90, -90)
        measured = derivatives.hessian_by_differences(f, np.zeros(2))
        np.testing.assert_allclose(measured, H, atol=1e-5)
        for line in view.contours.above.get_segments():
            heights = f(line.T)
            assert np.ptp(heights) < 0.1  # a level line
        assert state.spectrum.eigenvalues.sum() == pytest.approx(np.trace(H))
    kinds = {
        shape: demo_surface.compute(shape, 0, 0).spectrum.eigenvalues
        for shape in ("bowl", "saddle")
    }
    assert (kinds["bowl"] > 0).all()
    assert kinds["saddle"][1] < 0 < kinds["saddle"][0]


def test_turning_the_surface_moves_it_and_keeps_its_shape(drawn):
    view, state = drawn(demo_surface, "saddle", 30, -55)
    cells, before = view.surface._cells, view.surface._drawn.copy()
    view.update(demo_surface.compute("saddle", 60, 20))
    assert view.surface._cells is cells  # nothing is computed again for another point of view
    assert np.abs(view.surface._drawn - before).max() > 0.1
    view.update(state)
    np.testing.assert_allclose(view.surface._drawn, before)


def test_power_iteration_is_drawn_as_it_ran():
    picture = figures.power_iteration()
    pace, found = picture.figure.axes
    measured = {line.get_label(): line.get_ydata() for line in pace.get_lines()}
    np.testing.assert_allclose(measured["measured, λ₂/λ₁ = 0.25"], 0.25 ** np.arange(13))
    ends = {line.get_label(): line.get_ydata()[-1] for line in found.get_lines()}
    assert ends["with H"] == pytest.approx(-5, abs=0.01)
    assert ends["with H + 5I"] == pytest.approx(3, abs=0.01)
    assert "−5.0 with H and 3.0 with H + 5I" in picture.alt


def test_a_power_iteration_that_is_one_step_of_descent_turns_its_claim(plant):
    """A planted defect: the product is added to the vector, which is multiplying by H + I."""

    def shifted(right, multiply, v, steps):
        _, path = right(lambda v: v + multiply(v), v, steps)
        return path[:, -1] @ multiply(path[:, -1]), path

    plant(claims_power, "power_iteration", shifted)
    assert "does not hold" in repr(load("lesson_01").claims.verify("1.17"))


@pytest.mark.parametrize(
    ("id", "answers"),
    [
        # Wrong answers that readers gave, each with a reply of its own.
        ("1.1", [[[3, -2], [-2, 5]], [[6, -2], [2, 10]]]),
        (
            "1.2",
            [
                [[1, 2], [2, 3]],
                [[6, 4], [4, 2]],
                [[4, 6], [4, 6]],
                [[2, 4], [4, 12]],
                [[4, 4], [4, 6]],
            ],
        ),
        ("1.3", [3.85, 9.5, 4, 0.76, 3, 19 / 3]),
        ("1.4", [9.1, 5, 90, 9]),
        (
            "1.5",
            [
                [[4, 4 / 3], [3, 9]],
                [[2, 1 / 3], [1 / 3, 3]],
                [[1, 1 / 6], [1 / 6, 1]],
                [[4, 1], [1, 9]],
                [[1, 0], [0, 1]],
                [[2, 2 / 3], [1, 3]],
            ],
        ),
    ],
)
def test_wrong_answers_that_readers_gave_get_replies_of_their_own(id, answers):
    exercise = load("lesson_01").exercises[id]
    replies = [exercise.check(answer).message for answer in answers]
    assert not any("A nudge" in reply for reply in replies)
    assert len(set(replies)) == len(replies)


def curvature_by(points, weights, h, scale=1.0, over=2):
    def curvature(f, w, v):
        u = v / np.linalg.norm(v)
        values = [c * f(w + k * h * u) for k, c in zip(points, weights, strict=True)]
        return scale * sum(values) / h**over

    return curvature


@pytest.mark.parametrize(
    ("points", "weights", "h", "over", "part"),
    [
        ((1, 0, -1), (1, -2, 1), 1e-12, 2, "rounding"),
        ((1, 0, -1), (1, -2, 1), 1e-9, 2, "rounding"),
        ((1, 0, -1), (1, -1, 1), 1e-4, 2, "How many times"),
        ((1, 0), (1, -1), 1e-4, 2, "Two points cannot show"),
        ((1, 0), (1, -1), 1e-4, 1, "slope along v"),
        ((1, 0), (1, -1), 1e-7, 1, "slope along v"),
        ((2, 1, 0), (1, -2, 1), 1e-4, 2, "not symmetric"),
        ((0, -1, -2), (1, -2, 1), 1e-5, 2, "not symmetric"),
    ],
)
def test_differences_are_told_what_they_are(points, weights, h, over, part):
    told = load("lesson_01").exercises["1.6"].check(curvature_by(points, weights, h, over=over))
    assert part in told.message


@pytest.mark.parametrize("h", [1e-3, 3e-4, 1e-4, 1e-5])
def test_every_sensible_step_is_accepted(h):
    right = curvature_by((1, 0, -1), (1, -2, 1), h)
    assert load("lesson_01").exercises["1.6"].check(right).right
