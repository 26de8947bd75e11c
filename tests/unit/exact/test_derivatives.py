"""Curvature, differences, the quadratic model and a change of units obey their laws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.exact import derivatives, spectra
from tests.unit.refusals import refusals

seeds = st.integers(0, 10_000)


def random_symmetric(rng, n):
    A = rng.normal(size=(n, n))
    return A + A.T


def smooth(w):
    """A function whose derivatives of every order are there and not zero."""
    return jnp.exp(0.3 * w[0] - 0.2 * w[1]) * jnp.cos(w[2]) + w[0] * w[1] ** 2 * w[2]


@given(seed=seeds, n=st.integers(1, 6))
@settings(max_examples=30)
def test_curvature_lies_between_the_extreme_eigenvalues_and_reaches_them(seed, n):
    rng = np.random.default_rng(seed)
    H = random_symmetric(rng, n)
    s = spectra.eigh(H)
    along = derivatives.curvature_along(H, rng.normal(size=(n, 50)))
    slack = 1e-12 * np.abs(H).sum()
    assert (along <= s.eigenvalues[0] + slack).all()
    assert (along >= s.eigenvalues[-1] - slack).all()
    np.testing.assert_allclose(
        derivatives.curvature_along(H, s.eigenvectors), s.eigenvalues, atol=1e-10
    )


@given(seed=seeds, scale=st.sampled_from([1e-200, 0.1, 7.0, -3.0, 1e200]))
@settings(max_examples=20)
def test_length_and_sign_of_a_direction_do_not_matter(seed, scale):
    rng = np.random.default_rng(seed)
    H, v = random_symmetric(rng, 3), rng.normal(size=3)
    assert derivatives.curvature_along(H, scale * v) == pytest.approx(
        derivatives.curvature_along(H, v)
    )


@given(seed=seeds)
@settings(max_examples=10)
def test_curvatures_along_an_orthonormal_basis_add_up_to_the_trace(seed):
    rng = np.random.default_rng(seed)
    H = random_symmetric(rng, 5)
    Q, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    assert derivatives.curvature_along(H, Q).sum() == pytest.approx(np.trace(H), abs=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_differences_agree_with_automatic_differentiation(seed):
    rng = np.random.default_rng(seed)
    w, v = rng.normal(size=(2, 3))
    f = lambda w: float(smooth(jnp.asarray(w)))  # noqa: E731
    g, H = np.asarray(jax.grad(smooth)(w)), np.asarray(jax.hessian(smooth)(w))
    np.testing.assert_allclose(derivatives.gradient_by_differences(f, w), g, atol=1e-8)
    np.testing.assert_allclose(derivatives.hessian_by_differences(f, w), H, atol=1e-6)
    np.testing.assert_allclose(derivatives.hessian_from_gradient(jax.grad(smooth), w), H, atol=1e-8)
    assert derivatives.second_difference(f, w, v) == pytest.approx(
        derivatives.curvature_along(H, v), abs=1e-6
    )


@pytest.mark.parametrize("h", [1e-1, 1.0, 10.0])
def test_differences_are_exact_on_a_quadratic_whatever_the_step(h):
    rng = np.random.default_rng(0)
    H, w = random_symmetric(rng, 4), rng.normal(size=4)
    f = lambda w: 0.5 * w @ H @ w  # noqa: E731
    np.testing.assert_allclose(derivatives.hessian_by_differences(f, w, h), H, atol=1e-11)
    np.testing.assert_allclose(derivatives.gradient_by_differences(f, w, h), H @ w, atol=1e-11)


def test_column_j_of_the_differences_belongs_to_axis_j():
    """A field that is no gradient shows which index is which."""
    J = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(derivatives.hessian_from_gradient(lambda w: J @ w, [0, 0]), J)


def test_error_falls_like_the_square_of_the_step_until_rounding_takes_over():
    e = lambda h: abs(derivatives.second_difference(lambda w: np.exp(w[0]), [1], [1], h) / np.e - 1)  # noqa: E731
    assert e(0.1) / e(0.05) == pytest.approx(4, rel=0.01)
    assert e(1e-4) < 1e-6 < e(1e-6) < e(1e-8)


def test_number_of_values_is_as_documented():
    calls = []
    derivatives.hessian_by_differences(lambda w: calls.append(1) or 0.0, np.zeros(4))
    assert len(calls) == 2 * 4**2 + 1


@given(seed=seeds)
@settings(max_examples=10)
def test_model_is_exact_on_a_quadratic_and_has_its_derivatives(seed):
    rng = np.random.default_rng(seed)
    H, g, c = random_symmetric(rng, 3), rng.normal(size=3), rng.normal()
    model = derivatives.quadratic_model(c, g, H)
    p = rng.normal(size=3)
    assert model(p) == pytest.approx(c + g @ p + 0.5 * p @ H @ p)
    grid = rng.normal(size=(3, 2, 4))
    assert model(grid)[1, 2] == pytest.approx(model(grid[:, 1, 2]))
    np.testing.assert_allclose(derivatives.hessian_by_differences(model, p, 0.5), H, atol=1e-10)


@given(seed=seeds)
@settings(max_examples=20)
def test_other_units_change_sizes_and_keep_signs(seed):
    rng = np.random.default_rng(seed)
    H, units = random_symmetric(rng, 4), rng.uniform(0.1, 10, 4) * rng.choice([-1, 1], 4)
    scaled = derivatives.rescale(H, units)
    signs = [np.sign(spectra.eigh(M).eigenvalues) for M in (H, scaled)]
    assert (signs[0] == signs[1]).all()
    u, D = rng.normal(size=4), np.diag(units)
    assert u @ scaled @ u == pytest.approx((D @ u) @ H @ (D @ u))  # the same function
    np.testing.assert_allclose(derivatives.rescale(scaled, 1 / units), H, atol=1e-9)


@pytest.mark.parametrize("size", [0.0, 1.0, 1e5, 1e8, 1e12])
def test_differences_are_right_beside_large_weights(size):
    w, H = np.array([size, -2 * size]), np.array([[4.0, 1.0], [1.0, 6.0]])
    bowl = lambda w: 0.5 * w @ H @ w  # noqa: E731
    size = max(size, 1)
    np.testing.assert_allclose(
        derivatives.gradient_by_differences(bowl, w), H @ w, atol=1e-6 * size
    )
    np.testing.assert_allclose(derivatives.hessian_from_gradient(H.__matmul__, w), H, atol=1e-6)
    np.testing.assert_allclose(derivatives.hessian_by_differences(bowl, w), H, atol=1e-5)
    assert derivatives.second_difference(bowl, w, [1, 0]) == pytest.approx(4, abs=1e-5)


EYE = np.eye(2)


test_bad_input_is_named = refusals(
    (lambda: derivatives.curvature_along(EYE, [0, 0]), "v must not be zero"),
    (lambda: derivatives.curvature_along(EYE, [1, 2, 3]), "v must have shape"),
    (lambda: derivatives.curvature_along(EYE, [[[1]], [[2]]]), "v must have shape"),
    (lambda: derivatives.curvature_along(EYE, [1, np.nan]), "v must be finite"),
    (lambda: derivatives.curvature_along([[1, 2], [0, 1]], [1, 0]), "H must be symmetric"),
    (lambda: derivatives.second_difference(sum, [1, 2], [1, 0], 0), "h must be positive"),
    (lambda: derivatives.gradient_by_differences(sum, [1e12], 1e-5), "h must be larger"),
    (lambda: derivatives.hessian_by_differences(sum, [1, 1e20], 1), "h must be larger"),
    (lambda: derivatives.second_difference(sum, [1, 2], EYE), "v must be one direction"),
    (lambda: derivatives.hessian_by_differences(sum, [], 1), "w must be a vector"),
    (lambda: derivatives.hessian_from_gradient(sum, [1], -1), "h must be positive"),
    (lambda: derivatives.quadratic_model(0, [1], EYE), "gradient must have 2"),
    (lambda: derivatives.quadratic_model(np.inf, [1, 2], EYE), "value must be finite"),
    (lambda: derivatives.quadratic_model(0, [1, 2], EYE)([1]), "p must have shape"),
    (lambda: derivatives.rescale(EYE, [1, 0]), "units must not be zero"),
    (lambda: derivatives.rescale(EYE, [1]), "units must have 2"),
)
