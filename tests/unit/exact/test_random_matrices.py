from math import factorial, log, pi, sqrt

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from course_lib.exact.random_matrices import (
    ENTRIES,
    GOE_POSITIVE_RATE,
    SPACING_RATIO_GOE,
    SPACING_RATIO_POISSON,
    goe,
    goe_positive_probability,
    kolmogorov_distance,
    marchenko_pastur,
    mean_spacing_ratio,
    semicircle,
    spiked_covariance,
    spiked_covariance_prediction,
    spiked_wigner,
    spiked_wigner_prediction,
    wigner,
    wishart,
)

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


# ---- The laws ----


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


# ---- The matrices ----


@pytest.mark.parametrize("entries", ENTRIES)
def test_a_wigner_matrix_is_symmetric_with_standard_entries(entries):
    n = 600
    A = wigner(n, entries, dof=9, seed=1)
    assert (A == A.T).all()
    upper = A[np.triu_indices(n)] * sqrt(n)
    kurtosis = {"gaussian": 3, "rademacher": 1, "uniform": 9 / 5, "exponential": 9, "t": 4.2}
    assert abs(upper.mean()) < 4 / sqrt(upper.size)
    assert abs(upper.var() - 1) < 4 * sqrt((kurtosis[entries] - 1) / upper.size) + 1e-6
    assert (upper**4).mean() == pytest.approx(kurtosis[entries], rel=0.15)


def test_the_diagonal_of_a_goe_matrix_has_twice_the_variance():
    n, draws = 60, 300
    A = np.array([goe(n, seed) for seed in range(draws)])
    assert (A.transpose(0, 2, 1) == A).all()
    diagonal = np.diagonal(A, axis1=1, axis2=2)
    across = A[:, *np.triu_indices(n, 1)]
    assert abs(n * diagonal.var() - 2) < 4 * 2 * sqrt(2 / diagonal.size)
    assert abs(n * across.var() - 1) < 4 * sqrt(2 / across.size)


def distance(draw, law, seeds=range(4)):
    """Return the mean Kolmogorov distance of the drawn spectra to a law."""
    return np.mean([kolmogorov_distance(np.linalg.eigvalsh(draw(seed)), law) for seed in seeds])


@pytest.mark.parametrize("entries", ENTRIES)
def test_the_semicircle_does_not_depend_on_the_law_of_the_entries(entries):
    small, large = (
        distance(lambda seed, n=n: wigner(n, entries, seed=seed), semicircle) for n in (50, 400)
    )
    assert large < 0.013
    assert large < small / 2


def test_the_goe_tends_to_the_semicircle():
    sizes = (50, 150, 450)
    distances = [distance(lambda seed, n=n: goe(n, seed), semicircle) for n in sizes]
    assert distances[0] > 1.5 * distances[1] > 1.5**2 * distances[2]
    assert distances[2] < 0.01


def test_without_a_variance_the_spectrum_stays_put_and_is_no_semicircle():
    def draw(n):
        return lambda seed: wigner(n, "t", dof=1.5, seed=seed)

    distances = [distance(draw(n), semicircle) for n in (50, 200, 450)]
    assert min(distances) > 0.12
    assert max(distances) < 0.25
    medians = [
        np.mean([np.median(np.abs(np.linalg.eigvalsh(draw(n)(seed)))) for seed in range(4)])
        for n in (100, 400)
    ]
    assert medians[1] == pytest.approx(medians[0], rel=0.1)


def test_without_a_variance_no_change_of_scale_gives_a_semicircle():
    eigenvalues = np.linalg.eigvalsh(wigner(450, "t", dof=1.5))
    scales = np.geomspace(0.1, 10, 60) / np.median(np.abs(eigenvalues))
    assert min(kolmogorov_distance(c * eigenvalues, semicircle) for c in scales) > 0.04
    eigenvalues = np.linalg.eigvalsh(wigner(450))
    scales = np.geomspace(0.1, 10, 60) / np.median(np.abs(eigenvalues))
    assert min(kolmogorov_distance(c * eigenvalues, semicircle) for c in scales) < 0.02


@pytest.mark.parametrize("g", [0.25, 1.0, 2.0])
@pytest.mark.parametrize("entries", ["gaussian", "rademacher", "exponential"])
def test_a_wishart_spectrum_tends_to_marchenko_pastur_zeros_included(g, entries):
    def draw(p):
        return lambda seed: wishart(p, round(p / g), entries, seed=seed)

    small, large = (distance(draw(p), marchenko_pastur(g)) for p in (48, 384))
    assert large < 0.016
    assert large < small / 2


def test_more_features_than_samples_leave_exact_zeros():
    eigenvalues = np.linalg.eigvalsh(wishart(60, 20))
    assert (np.abs(eigenvalues) < 1e-12).sum() == 40
    assert marchenko_pastur(3).atom == pytest.approx(40 / 60)


@pytest.mark.parametrize("theta", [1.5, 2.0, 3.0])
def test_a_strong_wigner_spike_shows_where_predicted(theta):
    n = 400
    outlier, overlap2 = spiked_wigner_prediction(theta)
    top, overlap = wigner_tops(n, theta)
    assert top.mean() == pytest.approx(outlier, abs=5 / sqrt(n * len(top)))
    assert overlap.mean() == pytest.approx(overlap2, abs=0.06)


def test_a_weak_wigner_spike_does_not_show():
    n = 400
    assert spiked_wigner_prediction(0.5) == spiked_wigner_prediction(1) == (2, 0)
    top, overlap = wigner_tops(n, 0.5)
    assert top.mean() == pytest.approx(2, abs=0.05)  # the edge fluctuates by n^(-2/3) = 0.02
    assert overlap.mean() < 0.03


def wigner_tops(n, theta, seeds=range(6)):
    return tops([spiked_wigner(n, theta, seed) for seed in seeds])


def tops(draws):
    """Return the largest eigenvalue and its eigenvector's squared overlap with the spike."""
    eigen = [(np.linalg.eigh(A), v) for A, v in draws]
    top = np.array([values[-1] for (values, _), _ in eigen])
    return top, np.array([(vectors[:, -1] @ v) ** 2 for (_, vectors), v in eigen])


@pytest.mark.parametrize(("ell", "g"), [(3.0, 0.5), (5.0, 0.5), (4.0, 2.0)])
def test_a_strong_covariance_spike_shows_where_predicted(ell, g):
    p = 400
    outlier, overlap2 = spiked_covariance_prediction(ell, g)
    top, overlap = tops([spiked_covariance(p, round(p / g), ell, seed) for seed in range(6)])
    assert top.mean() == pytest.approx(outlier, rel=4 * sqrt(2 * g / p / len(top)))
    assert overlap.mean() == pytest.approx(overlap2, abs=0.06)


def test_a_weak_covariance_spike_does_not_show():
    p, g, ell = 400, 0.5, 1.3
    edge = (1 + sqrt(g)) ** 2
    assert spiked_covariance_prediction(ell, g) == pytest.approx((edge, 0))
    top, overlap = tops([spiked_covariance(p, round(p / g), ell, seed) for seed in range(6)])
    assert top.mean() == pytest.approx(edge, rel=0.03)
    assert overlap.mean() < 0.05


@given(st.floats(0.01, 10), st.floats(0.01, 0.99))
def test_an_outlier_leaves_the_edge_at_the_threshold(g, share):
    edge, root = marchenko_pastur(g).edges[1], sqrt(g)
    assert spiked_covariance_prediction(1 + share * root, g) == (edge, 0)
    outlier, overlap2 = spiked_covariance_prediction(1 + root / share, g)
    assert outlier > edge
    assert 0 < overlap2 < 1
    near = spiked_covariance_prediction(1 + root * (1 + 1e-6), g)
    assert near == pytest.approx((edge, 0), rel=1e-5, abs=1e-5)
    assert spiked_wigner_prediction(1 + 1e-6) == pytest.approx((2, 0), abs=1e-5)
    assert spiked_wigner_prediction(share) == (2, 0)


@given(st.integers(1, 8), st.floats(1, 50), st.integers(0, 99))
def test_a_spike_is_what_it_says(n, strength, seed):
    A, v = spiked_wigner(n, strength, seed)
    assert np.linalg.norm(v) == pytest.approx(1)
    np.testing.assert_allclose(A - goe(n, seed), strength * np.outer(v, v), atol=1e-12 * strength)
    C, v = spiked_covariance(n, 7, strength, seed)
    along, across = np.outer(v, v), np.eye(n) - np.outer(v, v)
    unspiked = (across + along / sqrt(strength)) @ C @ (across + along / sqrt(strength))
    np.testing.assert_allclose(unspiked, wishart(n, 7, seed=seed), atol=1e-12 * strength)


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


# ---- Spacings ----


def test_goe_eigenvalues_repel_and_independent_points_do_not():
    rng = np.random.default_rng(0)
    matrices = [mean_spacing_ratio(np.linalg.eigvalsh(goe(400, rng))) for _ in range(6)]
    points = mean_spacing_ratio(rng.random(20_000))
    stderr = sqrt(sum(r.stderr**2 for r in matrices)) / 6
    assert abs(np.mean([r.estimate for r in matrices]) - SPACING_RATIO_GOE) < 4 * stderr < 0.04
    assert abs(points.estimate - SPACING_RATIO_POISSON) < 4 * points.stderr < 0.01


@pytest.mark.parametrize("entries", ["rademacher", "exponential"])
def test_repulsion_does_not_depend_on_the_law_of_the_entries(entries):
    ratio = mean_spacing_ratio(np.linalg.eigvalsh(wigner(500, entries)))
    assert abs(ratio.estimate - SPACING_RATIO_GOE) < 4 * ratio.stderr < 0.07


def test_the_stderr_is_the_spread_of_the_estimates():
    rng = np.random.default_rng(1)
    runs = [mean_spacing_ratio(rng.random(100)) for _ in range(1500)]
    spread = np.std([run.estimate for run in runs])
    assert np.mean([run.stderr for run in runs]) == pytest.approx(spread, rel=0.1)


levels = st.lists(st.integers(0, 1000), min_size=4, max_size=40, unique=True)


@given(levels, st.floats(0.01, 100), st.sampled_from([-1, 1]), st.floats(-100, 100))
def test_the_ratio_does_not_depend_on_scale_shift_order_or_direction(x, scale, sign, shift):
    moved = mean_spacing_ratio(sign * scale * np.array(x, dtype=float) + shift)
    still = mean_spacing_ratio(sorted(x))
    assert moved.estimate == pytest.approx(still.estimate, rel=1e-6)
    assert moved.stderr == pytest.approx(still.stderr, rel=1e-5, abs=1e-6)


@given(levels, st.integers(2, 5))
def test_copies_of_an_eigenvalue_count_once(x, copies):
    once = mean_spacing_ratio(x)
    again = mean_spacing_ratio(np.repeat(x, copies) + 1e-14 * np.random.default_rng(0).random())
    assert again.samples.size == once.samples.size == len(x) - 2
    assert again.estimate == pytest.approx(once.estimate, rel=1e-9)


def test_the_zeros_of_a_dead_unit_count_once():
    H = goe(60)
    padded = np.zeros((100, 100))
    padded[:60, :60] = H
    one_zero = mean_spacing_ratio([0, *np.linalg.eigvalsh(H)])
    rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((100, 100)))[0]
    rotated = rotation @ padded @ rotation.T
    zeros = mean_spacing_ratio(np.linalg.eigvalsh(rotated))  # zero up to rounding
    assert zeros.estimate == pytest.approx(one_zero.estimate, rel=1e-6)


def test_a_spacing_ratio_says_what_it_is():
    assert repr(mean_spacing_ratio([0, 1, 3, 4])) == "⟨r⟩ = 0.5000 ± 0.0000 (s.e., 2 ratios)"


# ---- The probability of no negative eigenvalue ----


@pytest.mark.parametrize(
    ("n", "exact"), [(1, 1 / 2), (2, (2 - sqrt(2)) / 4), (3, (pi - 2 * sqrt(2)) / (4 * pi))]
)
def test_the_probability_in_closed_form(n, exact):
    assert goe_positive_probability(n) == pytest.approx(exact, rel=1e-13)


@pytest.mark.parametrize("n", [4, 7, 10])
def test_the_probability_by_quadrature_of_the_integrals(n):
    """The same Pfaffian from integrals in polar coordinates, as the root of a determinant."""
    with mpmath.workdps(50):
        size = n + n % 2
        A = mpmath.zeros(size)

        def angular(i, j):
            def f(phi):
                c, s = mpmath.cos(phi), mpmath.sin(phi)
                return c**i * s**j - c**j * s**i

            return mpmath.quad(f, [mpmath.pi / 4, mpmath.pi / 2])

        for i in range(n):
            for j in range(i + 1, n):
                radial = mpmath.mpf(2) ** (mpmath.mpf(i + j) / 2) * mpmath.gamma(
                    mpmath.mpf(i + j + 2) / 2
                )
                A[i, j] = radial * angular(i, j)
                A[j, i] = -A[i, j]
        for i in range(n % 2 * n):
            A[i, n] = mpmath.quad(lambda x, i=i: x**i * mpmath.exp(-x * x / 2), [0, 2, 5, 10, 30])
            A[n, i] = -A[i, n]
        mehta = (2 * mpmath.pi) ** (mpmath.mpf(n) / 2)
        for k in range(1, n + 1):
            mehta *= mpmath.gamma(1 + mpmath.mpf(k) / 2) / mpmath.gamma(mpmath.mpf(3) / 2)
        expected = float(factorial(n) * mpmath.sqrt(mpmath.det(A)) / mehta)
    assert goe_positive_probability(n) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_probability_counts_positive_definite_matrices(n):
    draws = 200_000
    X = np.random.default_rng(n).standard_normal((draws, n, n))
    share = (np.linalg.eigvalsh(X + X.transpose(0, 2, 1))[:, 0] > 0).mean()
    p = goe_positive_probability(n)
    assert abs(share - p) < 4 * sqrt(p * (1 - p) / draws)


def test_the_probability_falls_at_the_asymptotic_rate():
    sizes = np.array([1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40])
    rates = np.array([-log(goe_positive_probability(n)) / n**2 for n in sizes])
    assert (np.diff(rates) < 0).all()
    # what is left shrinks like 1/n: followed to 1/n = 0 from the last two, it ends at the rate
    (a, b), (ra, rb) = sizes[-2:], rates[-2:]
    assert (b * rb - a * ra) / (b - a) == pytest.approx(log(3) / 4, rel=0.003)
    assert rates[-1] > log(3) / 4 == GOE_POSITIVE_RATE
    assert goe_positive_probability(50) > 0


# ---- Seeds and bad input ----

DRAWS = [
    lambda seed: wigner(5, "t", seed=seed),
    lambda seed: goe(5, seed),
    lambda seed: wishart(5, 7, "uniform", seed=seed),
    lambda seed: spiked_wigner(5, 2, seed)[0],
    lambda seed: spiked_covariance(5, 7, 2, seed)[0],
]


@pytest.mark.parametrize("draw", DRAWS)
def test_the_same_seed_gives_the_same_matrix(draw):
    assert (draw(3) == draw(3)).all()
    assert (draw(3) == draw(np.random.default_rng(3))).all()
    assert (draw(3) != draw(4)).any()
    rng = np.random.default_rng(3)
    assert (draw(rng) != draw(rng)).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wigner(0), "n must be at least 1"),
        (lambda: goe(2.5), "n must be a whole number"),
        (lambda: wigner(3, "cauchy"), "entries must be one of 'gaussian'"),
        (lambda: wigner(3, "t", dof=0.5), "dof must be at least 1"),
        (lambda: wigner(3, "t", dof=np.nan), "dof must be finite"),
        (lambda: wishart(0, 3), "p must be at least 1"),
        (lambda: wishart(3, 0), "N must be at least 1"),
        (lambda: spiked_wigner(3, -1), "theta must be at least 0"),
        (lambda: spiked_covariance(3, 3, 0.5), "ell must be at least 1"),
        (lambda: spiked_wigner_prediction(-1), "theta must be at least 0"),
        (lambda: spiked_covariance_prediction(0.5, 1), "ell must be at least 1"),
        (lambda: spiked_covariance_prediction(2, 0), "g must be positive"),
        (lambda: marchenko_pastur(-1), "g must be positive"),
        (lambda: semicircle.moment(-1), "k must be at least 0"),
        (lambda: marchenko_pastur(1).moment(1.5), "k must be a whole number"),
        (lambda: kolmogorov_distance([], semicircle), "eigenvalues must be a vector"),
        (lambda: kolmogorov_distance([1, np.inf], semicircle), "eigenvalues must be finite"),
        (lambda: mean_spacing_ratio(np.eye(3)), "eigenvalues must be a vector"),
        (lambda: mean_spacing_ratio([1, np.nan, 3, 4]), "eigenvalues must be finite"),
        (lambda: mean_spacing_ratio([1, 2, 2, 3]), "at least 4 distinct ones, not 3 of 4"),
        (lambda: mean_spacing_ratio([0] * 9), "at least 4 distinct ones, not 1 of 9"),
        (lambda: goe_positive_probability(0), "n must be at least 1"),
        (lambda: goe_positive_probability(51), "n must be at most 50"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
