from math import factorial, log, pi, sqrt

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.exact.eigenvalue_laws import kolmogorov_distance, marchenko_pastur, semicircle
from course_lib.exact.random_matrices import (
    ENTRIES,
    GOE_POSITIVE_RATE,
    SPACING_RATIO_GOE,
    SPACING_RATIO_POISSON,
    goe,
    goe_positive_probability,
    mean_spacing_ratio,
    spiked_wigner,
    spiked_wigner_prediction,
    wigner,
    wishart,
)
from tests.unit.refusals import refusals

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


@given(st.floats(0.01, 0.99))
def test_an_outlier_leaves_the_edge_at_the_threshold(share):
    outlier, overlap2 = spiked_wigner_prediction(1 / share)
    assert outlier > 2
    assert 0 < overlap2 < 1
    assert spiked_wigner_prediction(1 + 1e-6) == pytest.approx((2, 0), abs=1e-5)
    assert spiked_wigner_prediction(share) == (2, 0)


@given(st.integers(1, 8), st.floats(1, 50), st.integers(0, 99))
def test_a_spike_is_what_it_says(n, strength, seed):
    A, v = spiked_wigner(n, strength, seed)
    assert np.linalg.norm(v) == pytest.approx(1)
    np.testing.assert_allclose(A - goe(n, seed), strength * np.outer(v, v), atol=1e-12 * strength)


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
]


@pytest.mark.parametrize("draw", DRAWS)
def test_the_same_seed_gives_the_same_matrix(draw):
    assert (draw(3) == draw(3)).all()
    assert (draw(3) == draw(np.random.default_rng(3))).all()
    assert (draw(3) != draw(4)).any()
    rng = np.random.default_rng(3)
    assert (draw(rng) != draw(rng)).any()


test_bad_input_is_named = refusals(
    (lambda: wigner(0), "n must be at least 1"),
    (lambda: goe(2.5), "n must be a whole number"),
    (lambda: wigner(3, "cauchy"), "entries must be one of 'gaussian'"),
    (lambda: wigner(3, "t", dof=0.5), "dof must be at least 1"),
    (lambda: wigner(3, "t", dof=np.nan), "dof must be finite"),
    (lambda: wishart(0, 3), "p must be at least 1"),
    (lambda: wishart(3, 0), "N must be at least 1"),
    (lambda: spiked_wigner(3, -1), "theta must not be negative"),
    (lambda: spiked_wigner_prediction(-1), "theta must not be negative"),
    (lambda: mean_spacing_ratio(np.eye(3)), "eigenvalues must be a vector"),
    (lambda: mean_spacing_ratio([1, np.nan, 3, 4]), "eigenvalues must be finite"),
    (lambda: mean_spacing_ratio([1, 2, 2, 3]), "at least 4 distinct ones, not 3 of 4"),
    (lambda: mean_spacing_ratio([0] * 9), "at least 4 distinct ones, not 1 of 9"),
    (lambda: goe_positive_probability(0), "n must be at least 1"),
    (lambda: goe_positive_probability(51), "n must be at most 50"),
)
