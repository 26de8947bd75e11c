"""What the demos of lesson 01 show is what was computed."""

import jax
import numpy as np
import pytest

from course_lib.lessons.lesson_01 import demo_dial, demo_formula
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
    truth, model = (panel.contours.above.get_segments() for panel in view.panels)
    assert len(truth) == len(model) > 3
    for one, other in zip(truth, model, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
    for line in truth:
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
        (demo_formula.CLAIRAUT, 0.0, 0.0, "no second derivative here"),
    ],
)
def test_formula_box_says_what_the_point_is(text, x, y, part):
    assert part in words(text, x, y)["here"]
    Panel(demo_formula.DEMO, formula=text, x=x, y=y)


def test_formula_box_judges_the_model():
    assert words("x^2 - 3*x*y + y", 1.0, 1.0)["model off by"].startswith("nothing")
    assert "8 times less" in words("x^3", 0.0, 0.0)["model off by"]
    assert "all around" in words("log(x)", 0.05, 0.0)["model off by"]


def test_mixed_derivative_jumps_near_the_origin_of_clairauts_example():
    for r in (1.0, 0.1):
        assert demo_formula.compute(demo_formula.CLAIRAUT, r, 0.0).H[0, 1] == pytest.approx(1)
        assert demo_formula.compute(demo_formula.CLAIRAUT, 0.0, r).H[0, 1] == pytest.approx(-1)


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
