"""Derivatives of the landscapes agree with finite differences; what should repeat repeats."""

import numpy as np
import pytest

from course_lib.exact import landscapes

ALL = {
    **{f"torus {d}": landscapes.random_trigonometric(d, seed=d) for d in (1, 2, 3, 5)},
    "rough": landscapes.random_trigonometric(2, seed=0, max_square=9),
    "himmelblau": landscapes.himmelblau(),
    "camel": landscapes.six_hump_camel(),
    "monkey": landscapes.monkey_saddle(),
    "on a dome": landscapes.monkey_saddle(-0.7),
}
every_landscape = pytest.mark.parametrize("f", ALL.values(), ids=ALL.keys())


@every_landscape
def test_derivatives_agree_with_finite_differences(f):
    w, h = f.random_points(7, seed=3), 1e-5
    scale = 1 + np.abs(f.value(w)).max()
    for i, e in enumerate(h * np.eye(f.dimension)):
        slope = (f.value(w + e) - f.value(w - e)) / (2 * h)
        bend = (f.gradient(w + e) - f.gradient(w - e)) / (2 * h)
        np.testing.assert_allclose(f.gradient(w)[:, i], slope, atol=1e-7 * scale)
        np.testing.assert_allclose(f.hessian(w)[:, i], bend, atol=1e-7 * scale)


@every_landscape
def test_a_batch_is_its_rows_one_by_one(f):
    w = f.random_points(5)
    for function in (f.value, f.gradient, f.hessian):
        np.testing.assert_allclose(function(w)[3:4], function(w[3:4]), atol=1e-12)
    assert ((w >= f.low) & (w <= f.high)).all()
    np.testing.assert_array_equal(f.random_points(9)[:5], w)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_torus_repeats_and_the_box_does_not(d):
    f = landscapes.random_trigonometric(d, seed=1)
    w = f.random_points(20)
    np.testing.assert_allclose(f.value(w + f.periods), f.value(w), atol=1e-12)
    assert landscapes.himmelblau().periods is None


def test_heights_have_mean_0_and_variance_1_over_the_seeds():
    w = np.array([[0.3, 1.7, 4.0]])
    heights = np.array([landscapes.random_trigonometric(3, s).value(w)[0] for s in range(2000)])
    assert abs(heights.mean()) < 4 / 2000**0.5
    assert abs(heights.var() - 1) < 4 * (2 / 2000) ** 0.5


def test_modes_hold_one_of_each_pair_and_not_zero():
    k = {tuple(row) for row in landscapes.modes(3, 3)}
    assert len(k) == (27 - 1) / 2
    assert not any(tuple(-i for i in row) in k for row in k)
    assert (0, 0, 0) not in k


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="d must"):
        landscapes.random_trigonometric(0)
    with pytest.raises(ValueError, match="max_square"):
        landscapes.random_trigonometric(2, max_square=0)
    with pytest.raises(ValueError, match="bowl"):
        landscapes.monkey_saddle(np.nan)
    with pytest.raises(ValueError, match="num"):
        landscapes.himmelblau().random_points(0)
