"""The density has the moments, the mass and the error bars that it says it has."""

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature import density as density_module
from course_lib.curvature.density import SpectralDensity, spectral_density
from course_lib.support.interruption import Interrupted
from tests.unit.curvature.matrices import (
    Counting,
    outlier_matrix,
    second_difference,
    semicircle,
    with_spectrum,
)
from tests.unit.refusals import refusals


@pytest.fixture(scope="module")
def density():
    return spectral_density(semicircle(400), num_steps=40, num_probes=6)


def test_each_probe_gives_the_exact_moments_up_to_2m_minus_1():
    A, m, asked = second_difference(60), 5, []
    operator = LinearOperator(A.shape, matvec=lambda v: asked.append(v) or A @ v, dtype=float)
    density = spectral_density(operator, num_steps=m, num_probes=3)
    for i, z in enumerate(asked[::m]):  # each probe is what Lanczos starts from
        for k in range(2 * m):
            exact = z @ np.linalg.matrix_power(A, k) @ z
            assert density.weights[i] @ density.nodes[i] ** k == pytest.approx(exact, rel=1e-12)


def test_moments_of_the_second_difference_matrix_within_their_bands():
    n = 500
    density = spectral_density(second_difference(n), num_steps=20, num_probes=40)
    # tr A = 2n, tr A² = ‖A‖²_F = 6n − 2; the spectrum is symmetric about 2
    for k, exact in [(0, 1.0), (1, 2.0), (2, 6 - 2 / n)]:
        estimate, stderr = density.moment(k)
        assert abs(estimate - exact) <= 4 * stderr + 1e-12
    assert density.moment(1).stderr < 0.02


def test_the_bands_are_calibrated():
    # Sphere of radius √n: Var(zᵀAz) = 2n/(n+2) · (‖A‖²_F − tr²/n)
    A, n, m = semicircle(30), 30, 4
    variance = 2 / (n * (n + 2)) * (np.sum(A**2) - np.trace(A) ** 2 / n) / m
    runs = [spectral_density(A, 2, m, seed=i).moment(1) for i in range(400)]
    estimates, stderrs = np.array([tuple(run) for run in runs]).T
    assert estimates.var() == pytest.approx(variance, rel=0.3)
    assert np.mean(stderrs**2) == pytest.approx(variance, rel=0.2)
    assert abs(estimates.mean() - np.trace(A) / n) < 4 * np.sqrt(variance / 400)


def test_bands_shrink_like_the_root_of_the_number_of_probes():
    A, x = semicircle(100), np.linspace(-2, 2, 9)
    few, many = (spectral_density(A, 10, p, seed=1) for p in (8, 128))
    for band in (lambda d: d.cdf(x), lambda d: d.density(x), lambda d: d.moment(2)):
        ratio = np.mean(band(few).stderr) / np.mean(band(many).stderr)
        assert 2.5 < ratio < 6.5  # √16 = 4


def test_total_mass_is_one_and_nothing_is_negative(density):
    np.testing.assert_allclose(density.weights.sum(axis=1), 1, rtol=1e-12)
    assert (density.weights >= 0).all()
    grid = np.linspace(-4, 4, 4001)
    for sigma in (None, 0.02, 0.3):
        estimate, stderr = density.density(grid, sigma)
        assert estimate.sum() * (grid[1] - grid[0]) == pytest.approx(1, abs=1e-6)
        assert (estimate >= 0).all()
        assert (stderr >= 0).all()


def test_the_cdf_rises_from_0_to_1_along_the_true_one(density):
    x = np.linspace(-3, 3, 601)
    estimate = density.cdf(x).estimate
    assert (np.diff(estimate) >= 0).all()
    assert (estimate[0], estimate[-1]) == (0.0, pytest.approx(1, abs=1e-12))
    lam = np.linalg.eigvalsh(semicircle(400))
    exact = np.searchsorted(lam, x, side="right") / lam.size
    assert np.abs(estimate - exact).max() < 0.05
    assert density.cdf(0.3).estimate == pytest.approx(density.cdf([0.3]).estimate[0])


def test_the_density_follows_the_smoothed_spectrum():
    A = outlier_matrix()
    lam, grid, sigma = np.linalg.eigvalsh(A), np.linspace(-1.5, 11, 500), 0.1
    bumps = np.exp(-0.5 * ((grid[:, None] - lam) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    density = spectral_density(A, num_steps=80, num_probes=20)
    estimate, stderr = density.density(grid, sigma)
    assert (np.abs(estimate - bumps.mean(axis=1)) <= 5 * stderr + 1e-3).all()
    np.testing.assert_allclose(density.ritz_range, (lam[0], 10), atol=0.01)
    assert lam[0] - 1e-12 <= density.ritz_range[0]


@pytest.mark.parametrize(("scale", "shift"), [(1, 5), (3, 0), (-2, 0), (-0.5, 1), (1e-6, 0)])
def test_shift_and_scale_carry_over(scale, shift):
    A, x = semicircle(80), np.linspace(-2.3, 2.3, 24)
    one = spectral_density(A, 15, 4, seed=2)
    other = spectral_density(scale * A + shift * np.eye(80), 15, 4, seed=2)
    moved = np.sort(scale * one.nodes + shift, axis=1)[:, ::-1]
    np.testing.assert_allclose(other.nodes, moved, atol=1e-11 * (abs(scale) + abs(shift)))
    assert other.resolution == pytest.approx(abs(scale) * one.resolution)
    np.testing.assert_allclose(
        other.density(scale * x + shift).estimate * abs(scale), one.density(x).estimate, rtol=1e-7
    )
    share = other.cdf(scale * x + shift).estimate
    expected = one.cdf(x).estimate
    np.testing.assert_allclose(share, expected if scale > 0 else 1 - expected, atol=1e-9)


def test_few_distinct_eigenvalues_are_found_with_their_shares():
    A = with_spectrum(np.repeat([3.0, 1.0, -2.0], [200, 120, 80]))
    density = spectral_density(A, num_steps=80, num_probes=30)
    assert density.nodes.shape == (30, 3)
    assert density.num_matvecs == 90
    estimate, stderr = density.cdf([-1.0, 2.0])
    assert (np.abs(estimate - [0.2, 0.5]) <= 4 * stderr).all()
    assert spectral_density(np.zeros((9, 9))).density(0.0).estimate > 0


def test_probes_that_end_early_are_padded_without_weight():
    A = np.diag(np.r_[np.zeros(40), np.geomspace(1, 1e-15, 10)])  # near rank deficiency
    density = spectral_density(A, num_steps=50, num_probes=6, seed=3)
    np.testing.assert_allclose(density.weights.sum(axis=1), 1, rtol=1e-12)
    low, high = density.ritz_range
    assert -1e-13 <= low <= high <= 1 + 1e-13
    rules = [(np.array([3.0, 1.0]), np.array([0.5, 0.5])), (np.array([2.0]), np.array([1.0]))]
    ragged = density_module.density_of(rules, n=9, num_matvecs=3)
    assert ragged.moment(1).estimate == 2
    assert ragged.ritz_range == (1.0, 3.0)


def test_more_probes_continue_fewer_at_the_stated_cost():
    A = Counting(semicircle(50))
    few = spectral_density(A, 10, 3)
    assert few.num_matvecs == A.products == 30
    many = spectral_density(A, 10, 5)
    np.testing.assert_array_equal(many.nodes[:3], few.nodes)
    assert "50 eigenvalues" in repr(many)
    assert "5 probes × 10 steps, 50 products" in repr(many)


def test_one_probe_knows_no_error():
    density = spectral_density(semicircle(50), 10, 1)
    assert np.isnan(density.moment(1).stderr)
    assert np.isnan(density.cdf([0.0, 1.0]).stderr).all()


def test_an_interrupted_density_keeps_the_probes_that_are_done():
    A = semicircle(50)
    with pytest.raises(Interrupted, match=r"after 2 of 5 probes.*\.partial") as stop:
        spectral_density(Counting(A, stop_at=26), 10, 5)
    partial = stop.value.partial
    assert isinstance(partial, SpectralDensity)
    np.testing.assert_array_equal(partial.nodes, spectral_density(A, 10, 2).nodes)
    assert partial.num_matvecs == 25
    with pytest.raises(Interrupted) as stop:  # the first probe, as far as it came
        spectral_density(Counting(A, stop_at=7), 10, 5)
    np.testing.assert_allclose(
        stop.value.partial.nodes, spectral_density(A, 6, 1).nodes, rtol=1e-14
    )
    with pytest.raises(Interrupted) as stop:
        spectral_density(Counting(A, stop_at=1), 10, 5)
    assert stop.value.partial is None


test_bad_input_is_named = refusals(
    (lambda: spectral_density(np.eye(3), 0), "num_steps must be at least 1"),
    (lambda: spectral_density(np.eye(3), 3, 0), "num_probes must be at least 1"),
    (lambda: spectral_density(np.eye(3)).density([0], sigma=0), "sigma must be positive"),
    (lambda: spectral_density(np.eye(3)).density([np.nan]), "grid must be finite"),
    (lambda: spectral_density(np.eye(3)).cdf([np.inf]), "x must be finite"),
    (lambda: spectral_density(np.eye(3)).moment(-1), "k must be at least 0"),
)


def test_the_bar_counts_the_products_of_all_probes(bars):
    spectral_density(np.diag(np.arange(9.0)), num_steps=4, num_probes=3)
    (bar,) = bars
    assert (bar.n, bar.total, bar.closed) == (12, 12, True)


@pytest.mark.parametrize(  # in float32 one probe cannot tell that it has seen all
    ("dtype", "num_probes"), [(float, 1), (float, 2), (float, 5), (np.float32, 2)]
)
@pytest.mark.parametrize(
    ("spectrum", "empty"),
    [
        (np.r_[-np.ones(30), np.ones(30)], [-0.5, 0.0, 0.5]),
        (np.array([1.0, 2.0, 4.0]), [1.5, 2.5, 3.0, 3.5]),
        (np.repeat([5.0, 0.0, -2.0, -2.5], [3, 90, 5, 2]), [-2.25, -1.0, 2.5, 4.0]),
    ],
)
def test_few_distinct_eigenvalues_are_seen_apart(spectrum, empty, num_probes, dtype):
    A = Counting(np.diag(spectrum), dtype=dtype)
    density = spectral_density(A, num_probes=num_probes)
    peaks = density.density(np.unique(spectrum)).estimate
    assert density.density(empty).estimate.max() < 0.01 * peaks.min()
    grid = np.linspace(spectrum.min() - 1, spectrum.max() + 1, 9000)
    assert trapezoid(density.density(grid).estimate, grid) == pytest.approx(1, abs=1e-3)


def test_two_eigenvalues_that_nearly_agree_do_not_make_the_others_invisible():
    density = spectral_density(np.diag(np.repeat([0.0, 1e-3, 1.0], 9)))
    assert density.resolution == pytest.approx(1e-3)


def test_a_bulk_is_as_smooth_as_its_steps_allow():
    for A in (semicircle(300), outlier_matrix()):
        density = spectral_density(A, 40, 4)
        low, high = density.ritz_range
        assert density.resolution == (high - low) / 40
