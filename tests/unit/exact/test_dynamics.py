"""Walks obey the linear algebra of quadratics; factors, limits and tunings agree with walks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.exact import dynamics, spectra
from tests.unit.refusals import refusals

H = np.array([[4.0, 4.0], [4.0, 16.0]])
methods = pytest.mark.parametrize("method", dynamics.METHODS)
momenta = st.floats(0, 0.95)


def companion(lam, eta, beta, method):
    """The 2×2 matrix that takes (eₖ, eₖ₋₁) to (eₖ₊₁, eₖ), written from the definition of a step."""
    ahead = beta if method == "Nesterov" else 0.0
    # e₊ = e + β(e − e₋) − ηλ(e + ahead·(e − e₋))
    slope = eta * lam
    return np.array([[1 + beta - slope * (1 + ahead), -beta + slope * ahead], [1.0, 0.0]])


@methods
@settings(max_examples=60)
@given(lam=st.floats(-2, 8), eta=st.floats(0, 1), beta=momenta)
def test_factors_are_the_spectral_radius_of_the_iteration(method, lam, eta, beta):
    radius = np.abs(np.linalg.eigvals(companion(lam, eta, beta, method))).max()
    # √ of rounding where the two roots meet
    assert dynamics.momentum_factors(lam, eta, beta, method) == pytest.approx(radius, abs=3e-7)


@methods
def test_a_walk_is_the_power_of_the_iteration(method):
    lam, eta, beta, k = 3.0, 0.2, 0.7, 9
    walk = dynamics.walk(lambda w: lam * w, [2.0], eta, k, beta, method)[:, 0]
    power = np.linalg.matrix_power(companion(lam, eta, beta, method), k)
    assert walk[k] == pytest.approx((power @ [2.0, 2.0])[0], rel=1e-12)


def test_without_momentum_a_walk_is_the_power_of_one_matrix():
    path = dynamics.walk(lambda w: H @ w, [1.0, -2.0], 0.07, 12)
    expected = np.linalg.matrix_power(np.eye(2) - 0.07 * H, 12) @ [1.0, -2.0]
    np.testing.assert_allclose(path[-1], expected)
    np.testing.assert_allclose(
        dynamics.momentum_factors([17.0, 3.0, -1.0], 0.1, 0.0),
        spectra.contraction_factors([17.0, 3.0, -1.0], 0.1),
    )


def test_directions_do_not_mix():
    V = spectra.eigh(H).eigenvectors
    path = dynamics.walk(lambda w: H @ w, V[:, 1], 0.1, 20, 0.5)
    np.testing.assert_allclose(path @ V[:, 0], 0, atol=1e-12)


def test_a_walk_that_is_lost_ends_in_nan_and_keeps_its_beginning():
    path = dynamics.walk(lambda w: 100 * w, [1.0], 1.0, 200)
    lost = np.isnan(path[:, 0])
    assert lost.any()
    assert not lost[:40].any()
    assert (np.diff(lost.astype(int)) >= 0).all()


@settings(max_examples=50)
@given(seed=st.integers(0, 10_000))
def test_one_step_lowers_a_quadratic_up_to_its_limit_and_no_further(seed):
    rng = np.random.default_rng(seed)
    B = rng.normal(size=(4, 4))
    A, w = B + B.T, rng.normal(size=4)
    g = A @ w
    limit = dynamics.largest_descent_step(A, g)

    def f(eta):
        u = w - eta * g
        return u @ A @ u / 2

    if np.isinf(limit):
        assert f(1e3) < f(10.0) < f(0)
    else:
        assert f(0.99 * limit) < f(0) < f(1.01 * limit)
        assert f(limit / 2) <= min(f(0.45 * limit), f(0.55 * limit))  # the best is in the middle


def test_the_limit_of_one_step_does_not_depend_on_the_length_of_the_gradient():
    g = np.array([1.0, 2.0])
    limit = dynamics.largest_descent_step(H, g)
    assert dynamics.largest_descent_step(H, 1e-200 * g) == pytest.approx(limit)
    assert limit >= spectra.largest_stable_step(spectra.eigh(H).eigenvalues)


@methods
@given(beta=momenta)
def test_the_limit_is_where_the_factor_reaches_one(method, beta):
    limit = dynamics.stability_limit(beta, method)
    below, at, above = dynamics.momentum_factors(
        1.0, limit * np.array([0.999, 1, 1.001]), beta, method
    )
    assert below < 1 < above
    assert at == pytest.approx(1)


@methods
@pytest.mark.parametrize("kappa", [1.0, 2.0, 6.17, 100.0, 1e4])
def test_no_pair_nearby_is_better_than_the_best(method, kappa):
    lam = np.geomspace(1, kappa, 60) * 0.3
    best = dynamics.best_tuning(lam, method)
    at_best = dynamics.momentum_factors(lam, best.eta, best.momentum, method).max()
    assert at_best == pytest.approx(best.rate, abs=1e-5)
    eta = best.eta * np.linspace(0.9, 1.1, 41)[:, None, None]
    beta = np.clip(best.momentum + np.linspace(-0.05, 0.05, 41), 0, 0.999)[:, None]
    assert dynamics.momentum_factors(lam, eta, beta, method).max(axis=2).min() > best.rate - 1e-6


@methods
def test_the_slowest_factor_lies_at_an_end_of_the_spectrum(method):
    """The map of the lesson looks at both ends only."""
    lam = np.geomspace(0.01, 1, 300)
    for eta in np.linspace(0.05, 3.9, 40):
        for beta in (0.0, 0.2, 0.6, 0.9):
            factors = dynamics.momentum_factors(lam, eta, beta, method)
            assert factors.max() == pytest.approx(max(factors[0], factors[-1]), rel=1e-12)


def test_heavy_ball_beats_descent_by_the_root():
    lam = [400.0, 1.0]
    assert dynamics.best_tuning(lam).rate == pytest.approx(spectra.best_rate([20.0, 1.0]))


@pytest.mark.parametrize("distance", [1e-3, 1e-9])
def test_escape_is_counted_as_it_is_walked(distance):
    law = dynamics.escape_steps(-0.3, 0.2, distance)
    path = dynamics.walk(lambda w: -0.3 * w, [distance], 0.2, int(law) + 3)[:, 0]
    assert int((path >= 1).argmax()) == int(np.ceil(law))


test_bad_arguments_are_named = refusals(
    (lambda: dynamics.walk(lambda w: w, [], 0.1, 3), "start must"),
    (lambda: dynamics.walk(lambda w: w, [1.0], 0.0, 3), "eta must be positive"),
    (lambda: dynamics.walk(lambda w: w, [1.0], 0.1, 0), "steps must be at least 1"),
    (lambda: dynamics.walk(lambda w: w, [1.0], 0.1, 3, 1.0), "momentum must"),
    (lambda: dynamics.walk(lambda w: w, [1.0], 0.1, 3, 0.5, "Adam"), "method must be one of"),
    (lambda: dynamics.largest_descent_step(H, [0, 0]), "g must not be zero"),
    (lambda: dynamics.largest_descent_step([[1, 2], [0, 1]], [1, 0]), "H must be symmetric"),
    (lambda: dynamics.largest_descent_step(H, [1, 0, 0]), "g must have 2"),
    (lambda: dynamics.momentum_factors([1.0], -0.1, 0.5), "eta must not be negative"),
    (lambda: dynamics.momentum_factors([np.nan], 0.1, 0.5), "eigenvalues must be finite"),
    (lambda: dynamics.momentum_factors([1.0], 0.1, [0.2, 1.2]), "momentum must"),
    (lambda: dynamics.momentum_factors([1.0], 0.1, np.nan), "momentum must be finite"),
    (lambda: dynamics.momentum_factors([1.0 + 1j], 0.1, 0.5), "eigenvalues must hold real"),
    (lambda: dynamics.momentum_factors(["1"], 0.1, 0.5), "eigenvalues must hold real"),
    (lambda: dynamics.momentum_factors([1, 2], 0.1, [0, 0, 0]), "must fit together"),
    (lambda: dynamics.stability_limit(-0.1), "momentum must"),
    (lambda: dynamics.best_tuning([1.0, 0.0]), "eigenvalues must all be positive"),
    (lambda: dynamics.escape_steps(0.1, 0.1, 0.5), "curvature must be negative"),
    (lambda: dynamics.escape_steps(-0.1, 0.1, 2.0), "distance must be below 1"),
)
