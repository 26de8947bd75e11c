"""The laws agree with their densities, and the distance to them is that of Kolmogorov and Smirnov."""

from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from course_lib.exact.eigenvalue_laws import kolmogorov_distance, marchenko_pastur, semicircle
from tests.unit.refusals import refusals

RATIOS = (0.01, 0.25, 1.0, 1.05, 4.0)
LAWS = [semicircle, *map(marchenko_pastur, RATIOS)]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(600)
PHI, WEIGHTS = NODES * pi / 2, WEIGHTS * pi / 2
laws = pytest.mark.parametrize("law", LAWS, ids=str)


def atom(law):
    return getattr(law, "atom", 0.0)


def integral(f, law):
    """Return ∫ f(x) density(x) dx; x = middle + half sin φ makes edges smooth."""
    low, high = law.edges
    middle, half = (low + high) / 2, (high - low) / 2
    x = middle + half * np.sin(PHI)
    return np.sum(WEIGHTS * f(x) * law.density(x) * half * np.cos(PHI))


@laws
def test_the_density_has_the_mass_that_the_atom_leaves(law):
    assert integral(lambda x: 1.0, law) == pytest.approx(1 - atom(law), rel=1e-9)


@laws
@pytest.mark.parametrize("k", range(1, 9))
def test_moments_are_integrals_of_the_density(law, k):
    # an odd moment of the semicircle cancels: relative to the integral of |x|^k it is zero
    scale = integral(lambda x: abs(x) ** k, law) if k % 2 else 0
    assert integral(lambda x: x**k, law) == pytest.approx(law.moment(k), rel=1e-9, abs=1e-9 * scale)


@laws
def test_the_density_is_the_derivative_of_the_cdf(law):
    low, high = law.edges
    x = low + (high - low) * np.linspace(0.02, 0.98, 33)
    h = 1e-6 * (high - low)
    slope = (law.cdf(x + h) - law.cdf(x - h)) / (2 * h)
    np.testing.assert_allclose(slope, law.density(x), rtol=1e-6)


@laws
def test_the_cdf_runs_from_0_to_1_between_the_edges_and_steps_at_the_atom_only(law):
    low, high = law.edges
    x = np.linspace(low, high, 1001)
    F = law.cdf(x)
    assert (np.diff(F) >= 0).all()
    assert F[0] == pytest.approx(atom(law), abs=1e-12)
    assert F[-1] == pytest.approx(1, abs=1e-12)
    assert law.cdf(high + 5) == pytest.approx(1, abs=1e-12)
    assert law.cdf(min(low, 0) - 1e-9) == pytest.approx(0, abs=1e-12)
    assert law.density(low - 0.1) == law.density(high + 0.1) == 0
    if low > 0:
        assert law.cdf(low / 2) == pytest.approx(atom(law), abs=1e-12)


def test_the_edges():
    assert semicircle.edges == (-2, 2)
    for g in RATIOS:
        assert marchenko_pastur(g).edges == pytest.approx(((1 - sqrt(g)) ** 2, (1 + sqrt(g)) ** 2))


def test_moments_of_the_semicircle_obey_the_recurrence_of_the_catalan_numbers():
    C = [semicircle.moment(2 * m) for m in range(30)]
    assert C[0] == 1
    assert all(isinstance(c, int) for c in C)
    for m in range(29):
        assert C[m + 1] == sum(C[i] * C[m - i] for i in range(m + 1))
    assert [semicircle.moment(k) for k in range(1, 20, 2)] == [0] * 10


@given(st.floats(0.01, 100), st.integers(1, 12))
def test_XXt_and_XtX_share_their_nonzero_eigenvalues(g, k):
    there, back = marchenko_pastur(g).moment(k), marchenko_pastur(1 / g).moment(k)
    assert there == pytest.approx(g ** (k - 1) * back, rel=1e-9)


@given(st.floats(0.01, 100))
def test_the_first_moments_of_marchenko_pastur(g):
    moments = [marchenko_pastur(g).moment(k) for k in range(4)]
    assert moments == pytest.approx([1, 1, 1 + g, 1 + 3 * g + g**2])


@laws
def test_a_law_takes_numbers_and_arrays(law):
    x = np.array([[0.5, 1.0, 1.5], [-3.0, 0.0, 9.0]])
    for f in (law.density, law.cdf):
        assert f(x).shape == x.shape
        assert np.ndim(f(0.5)) == 0
        assert f(0.5) == f(x)[0, 0]


# ---- Distance to a law ----


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=30))
def test_the_distance_is_the_statistic_of_kolmogorov_and_smirnov(eigenvalues):
    expected = stats.kstest(eigenvalues, semicircle.cdf).statistic
    assert kolmogorov_distance(eigenvalues, semicircle) == pytest.approx(expected, abs=1e-9)


def test_the_distance_sees_through_atoms_and_rounding():
    law = marchenko_pastur(4.0)  # three quarters zeros
    n = 400
    inside = np.linspace(*law.edges, 100_001)
    share = (0.5 + np.arange(n // 4)) / (n // 4)  # mid-quantiles of the continuous part
    bulk = np.interp(law.atom + (1 - law.atom) * share, law.cdf(inside), inside)
    zeros = 1e-15 * np.random.default_rng(0).standard_normal(3 * n // 4)
    assert kolmogorov_distance([*zeros, *bulk], law) == pytest.approx(1 / (2 * n), abs=1e-6)
    assert kolmogorov_distance(bulk, law) == pytest.approx(law.atom, abs=1 / n)


test_bad_input_is_named = refusals(
    (lambda: marchenko_pastur(-1), "g must be positive"),
    (lambda: semicircle.moment(-1), "k must be at least 0"),
    (lambda: marchenko_pastur(1).moment(1.5), "k must be a whole number"),
    *(
        (lambda f=f, x=x: f(x), "x must")
        for law in LAWS[:2]
        for f in (law.density, law.cdf)
        for x in (np.nan, [0, np.nan], 1j, "1", None, 10**400)
    ),
    (lambda: kolmogorov_distance([], semicircle), "eigenvalues must be a vector"),
    (lambda: kolmogorov_distance([1, np.inf], semicircle), "eigenvalues must be finite"),
)
