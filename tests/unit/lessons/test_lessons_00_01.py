"""What the pictures of lessons 00 and 01 show is what was computed; the map and the progress of all."""

import jax
import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib import lessons
from course_lib.lessons.lesson_00 import course_map as lesson_00_map
from course_lib.lessons.lesson_00 import demos
from course_lib.lessons.lesson_01 import dial, formula_box
from course_lib.teaching import Panel


def test_map_shows_each_lesson_once_and_tells_what_is_missing():
    picture = lesson_00_map()
    words = [text.get_text() for text in picture.figure.axes[0].texts]
    for number in range(9):
        assert sum(word.startswith(f"0{number}  ") for word in words) == 1
        name = f"lesson_0{number}"
        missing = picture.alt.partition("Not in this copy yet:")[2]
        assert (f"0{number}" in missing) == (name not in lessons.lesson_names())
    assert picture.png()[:4] == b"\x89PNG"


def test_progress_has_a_line_for_every_lesson_and_counts():
    lines = repr(lessons.progress()).splitlines()
    assert len(lines) == len(lessons.lesson_names())
    lessons.load("lesson_00").check("0.1", 6)
    lessons.load("lesson_00").check("0.1", 3)
    assert "exercises right: 1 of 4" in repr(lessons.progress()).splitlines()[0]


def test_valley_is_as_wide_as_drawn():
    view = demos.View(Figure())
    state = demos.compute(4.0, 2.0)
    view.update(state)
    (left, right), (low, high) = view.across.get_data()
    assert 0.5 * 4.0 * left**2 == pytest.approx(2.0) == 0.5 * 4.0 * right**2
    assert (low, high) == (2.0, 2.0)
    assert right - left == pytest.approx(demos.compute(1.0, 2.0).width / 2)
    assert np.isnan(demos.compute(0.0, 2.0).width)
    assert "no walls" in demos.readout(demos.compute(-1.0, 2.0)).values()


def test_dial_draws_what_linear_algebra_says():
    H = np.array([[1.5, 2.0], [2.0, -1.5]])  # λ = ±2.5
    view = dial.View(Figure())
    view.update(dial.compute(30, 1.5, 2.0, -1.5))
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
    assert "every angle" in dial.readout(dial.compute(0, 3.0, 0.0, 3.0))["largest"]


@pytest.mark.parametrize(
    ("text", "f"),
    [
        ("(x*y - 1)^2 / 2", lambda w: 0.5 * (w[0] * w[1] - 1) ** 2),
        ("exp(x)*sin(2*y) - x^3", lambda w: jax.numpy.exp(w[0]) * jax.numpy.sin(2 * w[1]) - w[0] ** 3),
    ],
)  # fmt: skip
def test_formula_box_agrees_with_automatic_differentiation(text, f):
    w = np.array([0.4, -1.3])
    state = formula_box.compute(text, *w)
    assert state.value == pytest.approx(float(f(w)))
    np.testing.assert_allclose(state.gradient, jax.grad(f)(w), rtol=1e-12)
    np.testing.assert_allclose(state.H, jax.hessian(f)(w), rtol=1e-12, atol=1e-12)
    assert state.error(0.1) / state.error(0.05) > 6  # the model is of second order


def test_formula_box_draws_function_and_model_at_the_same_heights():
    view = formula_box.View(Figure())
    state = formula_box.compute("x^2 + 3*y^2 + x*y", 0.5, -1.0)  # its own model
    view.update(state)
    truth, model = (panel.contours.above.get_segments() for panel in view.panels)
    assert len(truth) == len(model) > 3
    for one, other in zip(truth, model, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
    for line in truth:
        heights = state.landscape.formula.value(line.T) - state.value
        k = np.sqrt(np.abs(heights) / state.landscape.spacing)
        assert np.abs(k - np.round(k.mean())).max() < 0.1


def words(text, x, y):
    return formula_box.readout(formula_box.compute(text, x, y))


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
        (formula_box.CLAIRAUT, 0.0, 0.0, "no second derivative here"),
    ],
)
def test_formula_box_says_what_the_point_is(text, x, y, part):
    assert part in words(text, x, y)["here"]
    Panel(formula_box.FORMULA, formula=text, x=x, y=y)


def test_formula_box_judges_the_model():
    assert words("x^2 - 3*x*y + y", 1.0, 1.0)["model off by"].startswith("nothing")
    assert "8 times less" in words("x^3", 0.0, 0.0)["model off by"]
    assert "all around" in words("log(x)", 0.05, 0.0)["model off by"]


def test_mixed_derivative_jumps_near_the_origin_of_clairauts_example():
    for r in (1.0, 0.1):
        assert formula_box.compute(formula_box.CLAIRAUT, r, 0.0).H[0, 1] == pytest.approx(1)
        assert formula_box.compute(formula_box.CLAIRAUT, 0.0, r).H[0, 1] == pytest.approx(-1)


def test_a_formula_that_is_defined_nowhere_is_refused_in_plain_words():
    with pytest.raises(ValueError, match="defined nowhere"):
        formula_box.landscape("log(-1 - x^2)")


@pytest.mark.parametrize("text", ["exp(exp(x))", "1/x^60", "x^64 + y", "tan(x)*1000000", "7"])
def test_extreme_formulas_still_give_a_picture(text):
    panel = Panel(formula_box.FORMULA, formula=text)
    for x in (-2.5, 0.0, 2.5):
        panel.set(x=x)
        assert "nan" not in panel.readout.value
        assert "inf" not in panel.readout.value
