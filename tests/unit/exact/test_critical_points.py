"""A search finds what is there and nothing else; classes do not depend on units or coordinates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.exact import critical_points, landscapes
from course_lib.exact.critical_points import classify, find, search
from tests.unit.refusals import refusals


def found_in(f, num=200, seed=0, **options):
    box = None if f.periodic else (f.low, f.high)
    options |= {"value": f.value, "periods": f.periods, "box": box}
    return find(f.gradient, f.hessian, f.random_points(num, seed), **options)


# Classes

spectra = st.lists(st.sampled_from([-3.0, -0.5, 0.0, 0.01, 2.0]), min_size=1, max_size=5)


@given(spectra, st.integers(-12, 12))
def test_scale_never_changes_a_class_and_sign_turns_it(lam, power):
    turned = {"minimum": "maximum", "maximum": "minimum"}
    kind = classify(lam)
    assert classify(np.array(lam) * 10.0**power) == kind
    assert classify(-np.array(lam)) == turned.get(kind, kind)


@given(spectra)
def test_mixed_signs_decide_whatever_the_zeros_do(lam):
    assert classify([*lam, 1.0, -1.0, 0.0]) == "saddle"


@given(spectra)
def test_a_zero_without_mixed_signs_is_undecided(lam):
    assert classify([*np.abs(lam), 0.0]) == "undecided"


def test_an_outer_scale_decides_what_is_zero():
    assert classify([1e-7, -1e-8]) == "saddle"
    assert classify([1e-7, -1e-8], rtol=1e-6, scale=1.0) == "undecided"
    assert classify([0.0, 0.0], scale=1.0) == "undecided"
    with pytest.raises(ValueError, match="scale"):
        classify([1.0], scale=-1.0)
    with pytest.raises(ValueError, match="eigenvalues"):
        classify([np.nan])


# Finding


@pytest.mark.parametrize("d", [1, 2, 3])
def test_every_point_is_critical_and_listed_once(d):
    f = landscapes.random_trigonometric(d, seed=4)
    found = found_in(f)
    assert np.abs(f.gradient(found.points)).max() < 1e-9
    assert (np.diff(found.heights) >= 0).all()
    np.testing.assert_allclose(found.heights, f.value(found.points))
    np.testing.assert_allclose(
        found.eigenvalues, np.linalg.eigvalsh(f.hessian(found.points))[:, ::-1]
    )
    apart = found.points[:, None] - found.points
    apart -= 2 * np.pi * np.round(apart / (2 * np.pi))
    distances = np.linalg.norm(apart, axis=2) + 9 * np.eye(len(found))
    assert distances.min() > 1e-2


def test_on_a_product_of_cosines_every_point_is_known():
    """cos x + 2 cos y on the torus: one minimum, one maximum, two saddles, at multiples of π."""

    def hessian(w):
        H = np.zeros((len(w), 2, 2))
        H[:, 0, 0], H[:, 1, 1] = -np.cos(w[:, 0]), -2 * np.cos(w[:, 1])
        return H

    starts = np.random.default_rng(0).uniform(0, 2 * np.pi, (60, 2))
    options = {"value": lambda w: np.cos(w) @ [1, 2], "periods": [2 * np.pi] * 2}
    found = find(lambda w: -np.sin(w) * [1, 2], hessian, starts, **options)
    np.testing.assert_allclose(found.heights, [-3, -1, 1, 3], atol=1e-9)
    assert found.index.tolist() == [0, 1, 1, 2]
    assert found.kinds.tolist() == ["minimum", "saddle", "saddle", "maximum"]
    assert found.index_sum() == 0


def test_a_point_on_the_seam_of_the_torus_is_one_point():
    starts = np.array([[0.1], [6.2], [-0.1]])
    found = find(lambda w: np.sin(w), lambda w: np.cos(w)[:, :, None], starts, periods=[2 * np.pi])
    assert len(found) == 1
    assert found.ends.tolist() == [0, 0, 0]


def test_multiplying_and_turning_the_landscape_changes_no_class():
    f = landscapes.six_hump_camel()
    c, s = np.cos(0.4), np.sin(0.4)
    R, factor = np.array([[c, -s], [s, c]]), 1e-9
    starts = f.random_points(300)
    plain = find(f.gradient, f.hessian, starts, value=f.value)
    turned = find(
        lambda w: factor * f.gradient(w @ R) @ R.T,
        lambda w: factor * R @ f.hessian(w @ R) @ R.T,
        starts @ R.T,
        value=lambda w: factor * f.value(w @ R),
    )
    assert turned.kinds.tolist() == plain.kinds.tolist()
    np.testing.assert_allclose(turned.heights, factor * plain.heights, rtol=1e-9, atol=1e-18)


def test_a_minimum_of_the_gradients_norm_is_never_accepted():
    """The slope of x³ + x is at least 1: nothing to find, however long one looks."""
    starts = np.linspace(-2, 2, 30)[:, None]
    found = find(lambda w: 3 * w**2 + 1, lambda w: 6 * w[:, :, None], starts)
    assert len(found) == 0
    assert found.num_spurious == 30
    assert repr(found).startswith("0 critical points (none)")


def test_degenerate_points_are_found_and_called_undecided():
    found = found_in(landscapes.monkey_saddle())
    assert found.kinds.tolist() == ["undecided"]
    assert np.abs(found.points).max() < 1e-4
    assert found.index_sum() is None
    assert found.degenerate.all()


def test_points_outside_the_box_are_left_out_and_said_so():
    f = landscapes.himmelblau()
    found = find(
        f.gradient, f.hessian, f.random_points(100), box=(np.array([0, 0]), np.array([5, 5]))
    )
    assert (found.points >= 0).all()
    assert (found.ends == found.OUTSIDE).any()


def test_ends_name_the_point_that_each_run_reached():
    f = landscapes.himmelblau()
    found = found_in(f)
    again = find(f.gradient, f.hessian, found.points, value=f.value)
    assert again.ends.tolist() == list(range(len(found)))


def test_padding_changes_nothing_but_the_shapes_that_a_function_meets():
    f, shapes = landscapes.random_trigonometric(3, seed=2), set()

    def gradient(w):
        shapes.add(len(w))
        return f.gradient(w)

    starts = f.random_points(75)
    padded = find(gradient, f.hessian, starts, periods=f.periods, pad=True)
    assert shapes <= {1, 2, 4, 8, 16, 32, 64, 128}
    plain = find(f.gradient, f.hessian, starts, periods=f.periods)
    np.testing.assert_allclose(padded.points, plain.points, atol=1e-7)


def test_it_serves_batched_jax_functions():
    import jax
    import jax.numpy as jnp

    def loss(w):
        return 0.5 * (w[0] * w[1] * w[2] - 1) ** 2 + 0.05 * w @ w

    gradient = jax.jit(jax.vmap(jax.grad(loss)))
    hessian = jax.jit(jax.vmap(jax.hessian(loss)))
    starts = np.random.default_rng(0).normal(size=(200, 3))
    found = find(gradient, hessian, starts, value=jax.vmap(loss), pad=True)
    assert jnp.abs(gradient(found.points)).max() < 1e-9
    # By hand: the origin, where H = 0.1·I, and the sign patterns with a positive product.
    assert found.count("minimum") == 5
    assert ((found.points**2).min(axis=1) < 1e-12).sum() == 1


# Completeness


@pytest.mark.parametrize("seed", range(100, 106))
def test_both_checks_hold_in_the_plane(seed):
    result = search(landscapes.random_trigonometric(2, seed))
    assert result.settled
    assert result.sum_agrees
    assert result.found.count("saddle") == len(result.found) / 2


def test_the_sum_convicts_an_incomplete_list():
    f = landscapes.himmelblau()
    result = search(f, num_starts=3, max_rounds=1)
    assert not result.settled
    assert result.sum_agrees == (result.found.index_sum() == 1)


@pytest.mark.parametrize(
    ("f", "turns"),
    [
        (landscapes.himmelblau(), 1),
        (landscapes.six_hump_camel(), 1),
        (landscapes.monkey_saddle(), -2),
        (landscapes.monkey_saddle(0.4), -2),
        (landscapes.random_trigonometric(3), 0),
    ],
)
def test_turns_of_the_gradient_along_the_edge(f, turns):
    assert critical_points.expected_index_sum(f) == turns
    if f.dimension == 2 and turns != -2:
        assert search(f).found.index_sum() == turns


# Looking around


def test_around_a_quadratic_the_extremes_are_the_eigenvalues():
    lam = np.array([3.0, 1.0, -2.0])
    low, high = critical_points.lowest_and_highest_around(
        lambda w: 0.5 * w**2 @ lam + 7, np.zeros(3), 0.1, num=50_000
    )
    assert low == pytest.approx(-0.5 * 2 * 0.01, rel=1e-2)
    assert high == pytest.approx(0.5 * 3 * 0.01, rel=1e-2)


# Bad input


@pytest.mark.parametrize("starts", [[1.0, 2.0], [], [[np.nan, 0.0]], [["a"]]])
def test_starts_must_be_a_finite_matrix(starts):
    f = landscapes.himmelblau()
    with pytest.raises(ValueError, match="starts must"):
        find(f.gradient, f.hessian, starts)


def test_functions_that_return_another_shape_are_named():
    f = landscapes.himmelblau()
    with pytest.raises(ValueError, match="gradient must return"):
        find(f.value, f.hessian, f.random_points(3))
    with pytest.raises(ValueError, match="hessian must return"):
        find(f.gradient, f.gradient, f.random_points(3))
    with pytest.raises(ValueError, match="periods must"):
        find(f.gradient, f.hessian, f.random_points(3), periods=[1.0])
    with pytest.raises(ValueError, match="radius"):
        critical_points.lowest_and_highest_around(f.value, [0, 0], 0.0)


HIMMELBLAU = landscapes.himmelblau()


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e-85, 1e-9, 1e9, 1e160, 1e290])
def test_a_search_finds_the_same_whatever_the_units_of_the_function(scale):
    f = HIMMELBLAU
    found = find(
        lambda w: scale * f.gradient(w),
        lambda w: scale * f.hessian(w),
        f.random_points(200),
        value=lambda w: scale * f.value(w),
        box=(f.low, f.high),
    )
    plain = found_in(f)
    np.testing.assert_allclose(found.points, plain.points, atol=1e-9)
    assert (found.ends == plain.ends).all()
    assert (found.kinds == plain.kinds).all()


def seek(starts=((0.0, 0.0), (1.0, 1.0)), gradient=HIMMELBLAU.gradient, **options):
    return find(gradient, HIMMELBLAU.hessian, starts, **options)


test_bad_input_is_named = refusals(
    *(
        (lambda s=s: seek(s), "starts must")
        for s in ([], [1.0], [["a", "b"]], [[1j, 0]], [[np.nan, 0]])
    ),
    (lambda: seek(periods=[0, 1]), "periods must be positive"),
    (lambda: seek(periods=[-1, 1]), "periods must be positive"),
    (lambda: seek(periods=[1]), "periods must have 2 entries"),
    (lambda: seek(box=([0, 0], [1, np.nan])), "box must be finite"),
    (lambda: seek(box=([0, 0], [1, 0])), "box must have its lower corner first"),
    (lambda: seek(box=([0], [1])), "box must have 2 entries"),
    (lambda: seek(box=3), "box must be a pair"),
    (lambda: seek(gradient=lambda w: np.full_like(w, np.nan)), "must be finite at the starts"),
)
