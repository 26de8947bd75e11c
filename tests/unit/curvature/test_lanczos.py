import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature import lanczos as lanczos_module
from course_lib.curvature.lanczos import (
    Eigenpairs,
    Interrupted,
    SpectralDensity,
    lanczos,
    spectral_density,
    top_eigenpairs,
)
from course_lib.curvature.networks import cross_entropy, mlp
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.training import gradient_descent
from course_lib.support.datasets import digits


def with_spectrum(eigenvalues, seed=0):
    n = len(eigenvalues)
    Q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))
    A = (Q * eigenvalues) @ Q.T
    return (A + A.T) / 2


def semicircle(n, seed=0):
    G = np.random.default_rng(seed).standard_normal((n, n))
    return (G + G.T) / np.sqrt(2 * n)  # indefinite, edge ±2


def outlier_matrix():
    return with_spectrum(np.r_[np.linspace(-1, 0.9, 399), 10.0])


def second_difference(n):
    return 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)


class Counting(LinearOperator):
    """A that counts its products, and is stopped by hand at product number `stop_at`."""

    def __init__(self, A, stop_at=np.inf, dtype=float):
        super().__init__(dtype, A.shape)
        self.A, self.products, self.stop_at = A, 0, stop_at

    def _matvec(self, v):
        self.products += 1
        if self.products >= self.stop_at:
            raise KeyboardInterrupt
        return (self.A @ v).astype(self.dtype)


# Lanczos


@pytest.mark.parametrize("reorthogonalize", [True, False])
@pytest.mark.parametrize("A", [semicircle(300), outlier_matrix(), 1e6 * second_difference(120)])
def test_the_lanczos_identity(A, reorthogonalize):
    m = 60
    run = lanczos(A, m, seed=1, reorthogonalize=reorthogonalize)
    last = np.eye(m)[-1]
    defect = A @ run.vectors - run.vectors @ run.T - np.outer(run.residual, last)
    assert np.linalg.norm(defect) < 1e-12 * np.linalg.norm(A, 2)
    assert (run.vectors.shape, run.num_matvecs, run.invariant) == ((len(A), m), m, False)


def test_the_basis_is_orthonormal_and_spans_the_krylov_space():
    A, start = outlier_matrix(), np.arange(1.0, 401.0)
    run = lanczos(A, 200, start)
    V = run.vectors
    np.testing.assert_allclose(V[:, 0], start / np.linalg.norm(start), rtol=1e-14)
    np.testing.assert_allclose(V.T @ V, np.eye(200), atol=1e-13)
    np.testing.assert_allclose(V.T @ run.residual, 0, atol=1e-13)
    np.testing.assert_allclose(V.T @ A @ V, run.T, atol=1e-12)
    krylov = np.column_stack([np.linalg.matrix_power(A, j) @ start for j in range(4)])
    outside = krylov - V[:, :4] @ (V[:, :4].T @ krylov)
    assert np.linalg.norm(outside, axis=0).max() < 1e-12 * np.linalg.norm(krylov)
    assert (run.betas > 0).all()


def test_two_steps_by_hand():
    run = lanczos(np.diag([1.0, 2.0, 3.0]), 2, start=np.ones(3) / np.sqrt(3))
    b = np.sqrt(2 / 3)
    np.testing.assert_allclose(run.T, [[2, b], [b, 2]], atol=1e-15)
    np.testing.assert_allclose(run.ritz_values, [2 + b, 2 - b], atol=1e-15)
    np.testing.assert_allclose(run.weights, [0.5, 0.5], atol=1e-15)
    moments = [run.weights @ run.ritz_values**k for k in range(5)]
    exact = [np.mean(np.array([1.0, 2.0, 3.0]) ** k) for k in range(5)]
    np.testing.assert_allclose(moments[:4], exact[:4], rtol=1e-14)  # up to 2m − 1 = 3, and
    assert moments[4] == pytest.approx(32 + 4 / 9)  # no further: the mean of λ⁴ is 32.67
    assert exact[4] == pytest.approx(32 + 2 / 3)


@pytest.mark.parametrize("A", [semicircle(50), with_spectrum(np.linspace(-1, 1, 50) ** 3)])
def test_the_quadrature_is_exact_up_to_degree_2m_minus_1(A):
    m, start = 6, np.random.default_rng(3).standard_normal(50)
    run = lanczos(A, m, start)
    lam, V = np.linalg.eigh(A)
    shares = (V.T @ start) ** 2 / (start @ start)
    for k in range(2 * m):
        exact = shares @ lam**k
        assert run.weights @ run.ritz_values**k == pytest.approx(exact, rel=1e-12, abs=1e-14)
    assert run.weights @ run.ritz_values ** (2 * m) != pytest.approx(shares @ lam ** (2 * m))


def test_ritz_values_interlace_inside_the_spectrum_and_bounds_hold():
    for A in (semicircle(200), outlier_matrix()):
        lam = np.linalg.eigvalsh(A)
        before = None
        for m in range(1, 40):
            run = lanczos(A, m, seed=2)
            theta = run.ritz_values
            assert (np.diff(theta) < 0).all()
            assert lam[0] - 1e-12 <= theta[-1] <= theta[0] <= lam[-1] + 1e-12
            nearest = np.abs(theta[:, None] - lam).min(axis=1)
            assert (nearest <= run.error_bounds + 1e-13).all()
            if before is not None:  # Cauchy
                assert (theta[:-1] >= before - 1e-12).all()
                assert (before >= theta[1:] - 1e-12).all()
            before = theta


def test_the_error_bound_is_the_residual_of_the_ritz_pair():
    A = semicircle(80)
    run = lanczos(A, 12)
    theta, S = np.linalg.eigh(run.T)
    X = run.vectors @ S
    residuals = np.linalg.norm(A @ X - X * theta, axis=0)[::-1]
    np.testing.assert_allclose(run.error_bounds, residuals, rtol=1e-8, atol=1e-13)


def copies_that_look_converged(run, eigenvalue):
    near = np.abs(run.ritz_values - eigenvalue) < 1e-8
    return int(np.sum(near & (run.error_bounds < 1e-8)))


def test_ghosts_come_without_reorthogonalization_and_only_then():
    A = outlier_matrix()
    assert copies_that_look_converged(lanczos(A, 200), 10.0) == 1
    assert copies_that_look_converged(lanczos(A, 200, reorthogonalize=False), 10.0) >= 3


def test_an_invariant_subspace_ends_the_run_and_is_reported():
    eigenvalues = np.repeat([3.0, 1.0, -2.0], [50, 30, 20])
    run = lanczos(with_spectrum(eigenvalues), 80)
    assert (run.num_matvecs, run.invariant, run.vectors.shape) == (3, True, (100, 3))
    np.testing.assert_allclose(run.ritz_values, [3, 1, -2], atol=1e-12)  # each value once
    assert run.error_bounds.max() < 1e-12
    assert "invariant" in repr(run)
    eigenvector = lanczos(np.diag([5.0, 1.0, 1.0]), 3, start=[1, 0, 0])
    assert (eigenvector.ritz_values.tolist(), eigenvector.invariant) == ([5.0], True)
    for A in (np.zeros((7, 7)), np.eye(7)):
        assert lanczos(A, 5).num_matvecs == 1


def test_a_weak_coupling_is_not_mistaken_for_an_invariant_subspace():
    run = lanczos(np.diag([3.0, 1.0, 1.0]), 3, start=[1, 1e-12, 0])
    assert (run.num_matvecs, run.invariant) == (2, True)
    np.testing.assert_allclose(run.ritz_values, [3, 1], rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_the_number_of_steps_does_not_depend_on_scale(scale):
    A = with_spectrum(np.geomspace(1e-8, 1, 60))
    runs = [lanczos(c * A, 40) for c in (1.0, scale)]
    assert runs[0].num_matvecs == runs[1].num_matvecs == 40
    np.testing.assert_allclose(runs[1].ritz_values / scale, runs[0].ritz_values, atol=1e-13)


def test_more_steps_than_rows_give_the_whole_spectrum():
    A = semicircle(30)
    run = lanczos(A, 99)
    assert (run.num_matvecs, run.invariant) == (30, True)
    assert lanczos(A, 99, reorthogonalize=False).num_matvecs == 30
    np.testing.assert_allclose(run.ritz_values, np.linalg.eigvalsh(A)[::-1], atol=1e-13)
    assert lanczos(np.array([[4.0]]), 3).ritz_values.tolist() == [4.0]


def test_same_seed_same_result_for_arrays_and_operators_at_the_stated_cost():
    A = semicircle(40)
    operator = Counting(A)
    run = lanczos(operator, 10, seed=4)
    assert run.num_matvecs == operator.products == 10
    np.testing.assert_array_equal(run.ritz_values, lanczos(A, 10, seed=4).ritz_values)
    rng = np.random.default_rng(4)
    np.testing.assert_array_equal(run.ritz_values, lanczos(A, 10, seed=rng).ritz_values)
    assert not np.allclose(run.ritz_values, lanczos(A, 10, seed=rng).ritz_values)


def test_a_random_start_does_not_repeat_the_numbers_behind_a_matrix_of_the_same_seed():
    n = 2000
    weights = np.random.default_rng(0).standard_normal(n)
    start = lanczos(np.eye(n), 1, seed=0).vectors[:, 0]
    assert abs(start @ weights) < 5  # a standard normal number, if independent; else about √n


# The top pairs


def wanted(A, k, which):
    lam = np.linalg.eigvalsh(A)[::-1]
    key = {"LA": -lam, "SA": lam, "LM": -np.abs(lam)}[which]
    return np.sort(lam[np.argsort(key)[:k]])[::-1]


SPECTRA = {
    "semicircle": semicircle(300),
    "outliers": outlier_matrix(),
    "clustered": with_spectrum(np.r_[np.linspace(-1, 0.9, 296), 5 + 1e-6 * np.arange(4)]),
    "repeated": with_spectrum(np.r_[np.linspace(-1, 0.9, 290), np.full(6, 3.0), np.full(4, -3.5)]),
    "few values": with_spectrum(np.repeat([2.0, 0.0, -1.0], [3, 90, 7])),
    "low rank": with_spectrum(np.r_[np.zeros(200), 7.0, -8.0, 9.0]),
    "one value": 2.5 * np.eye(60),
    "zero": np.zeros((40, 40)),
    "tiny": 1e-9 * semicircle(100),
}


@pytest.mark.parametrize("which", ["LA", "SA", "LM"])
@pytest.mark.parametrize("name", SPECTRA)
def test_top_pairs_are_those_of_the_dense_matrix(name, which):
    A = SPECTRA[name]
    lam = np.linalg.eigvalsh(A)
    norm = np.abs(lam).max() or 1.0
    for k in (1, 5, 9):
        pairs = top_eigenpairs(A, k, which)
        X = pairs.eigenvectors
        assert pairs.converged.all()
        np.testing.assert_allclose(pairs.eigenvalues, wanted(A, k, which), atol=1e-10 * norm)
        np.testing.assert_allclose(X.T @ X, np.eye(k), atol=1e-12)
        true_residuals = np.linalg.norm(A @ X - X * pairs.eigenvalues, axis=0)
        np.testing.assert_allclose(pairs.residual_norms, true_residuals, atol=1e-13 * norm)
        assert (true_residuals <= 1.01e-8 * norm).all()


@pytest.mark.parametrize("bulk", [3.0, 6.0])
def test_a_second_copy_is_found_after_the_first_has_converged(bulk):
    # ARPACK at this tolerance returns 9 and 8.5, both converged.
    A = np.diag(np.r_[np.linspace(-bulk, bulk, 300), 9.0, 9.0, 8.5])
    for seed in range(5):
        pairs = top_eigenpairs(A, 2, seed=seed)
        np.testing.assert_allclose(pairs.eigenvalues, [9, 9], atol=1e-8)
        assert pairs.converged.all()
        assert pairs.num_matvecs < 200


@pytest.mark.parametrize("budget", [5, 8, 15, 30, 60])
@pytest.mark.parametrize("name", SPECTRA)
def test_bounds_hold_and_flags_are_honest_at_any_budget(name, budget):
    A = SPECTRA[name]
    lam = np.linalg.eigvalsh(A)
    for seed in range(5):
        operator = Counting(A)
        pairs = top_eigenpairs(operator, 5, seed=seed, max_matvecs=budget)
        assert pairs.num_matvecs == operator.products <= budget
        nearest = np.abs(pairs.eigenvalues[:, None] - lam).min(axis=1)
        assert (nearest <= pairs.error_bounds).all()
        scale = np.abs(pairs.eigenvalues).max() or 1.0
        assert (pairs.residual_norms[pairs.converged] <= 2e-8 * max(scale, abs(lam).max())).all()


def test_a_spent_budget_says_which_pairs_to_trust():
    A = with_spectrum(np.r_[np.linspace(-1, 1, 390), np.linspace(20, 100, 4)])
    pairs = top_eigenpairs(A, 6, max_matvecs=25)
    assert pairs.converged.tolist() == [True] * 4 + [False] * 2
    assert "4 of 6 converged, 25 products" in repr(pairs)


def test_a_ghost_is_not_counted_as_converged():
    A = np.diag([10.0, 3.0, 1.0])
    theta, X = (
        np.array([10.0, 10.0, 3.0]),
        np.eye(3)[:, [0, 0, 1]],
    )  # residuals are zero, but two columns are one eigenvector
    pairs = lanczos_module._measure(theta, X, A @ X - X * theta, 1e-8, 3)
    assert pairs.residual_norms.max() == 0
    assert pairs.converged.tolist() == [True, False, True]


def test_the_quadratic_bound_holds_where_the_gap_is_known_and_is_sharper():
    A = with_spectrum(np.r_[np.linspace(-1, 1, 300), 2.0, 3.0])
    lam = np.linalg.eigvalsh(A)
    sharper = 0
    for budget in range(6, 40, 2):
        pairs = top_eigenpairs(A, 2, max_matvecs=budget)
        distance = np.abs(pairs.eigenvalues[:, None] - lam)
        nearest, gaps = np.sort(distance, axis=1)[:, :2].T
        bounds = pairs.quadratic_bounds(gaps)
        assert (nearest <= bounds).all()
        assert (bounds <= pairs.error_bounds).all()
        sharper += (bounds < 0.1 * pairs.error_bounds).sum()
    assert sharper > 10


@pytest.mark.parametrize("n", [1, 2, 3, 10, 25, 40])
def test_all_pairs_and_nearly_all_of_a_small_matrix(n):
    A = semicircle(n)
    for k in {n, max(1, n - 1), (n + 1) // 2}:
        for which in ("LA", "SA", "LM"):
            pairs = top_eigenpairs(A, k, which)
            np.testing.assert_allclose(pairs.eigenvalues, wanted(A, k, which), atol=1e-12)
            assert pairs.converged.all()
    assert pairs.num_matvecs >= n


def test_top_pairs_of_a_trained_network():
    data, network = digits(num_train=200), mlp((64, 6, 10))
    f = cross_entropy(network)
    w = gradient_descent(f, network.init(seed=0), data.X_train, data.y_train, 0.2, 100).w
    H = hessian_operator(f, w, data.X_train, data.y_train)
    dense = H.to_dense()
    for which in ("LA", "SA", "LM"):
        before = H.num_matvecs
        pairs = top_eigenpairs(H, 5, which)
        assert pairs.converged.all()
        assert pairs.num_matvecs == H.num_matvecs - before
        np.testing.assert_allclose(pairs.eigenvalues, wanted(dense, 5, which), rtol=0, atol=1e-8)


def test_same_seed_same_pairs():
    A = semicircle(60)
    a, b = (top_eigenpairs(A, 3, seed=7) for _ in range(2))
    np.testing.assert_array_equal(a.eigenvectors, b.eigenvectors)


# The density


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
    estimates, stderrs = np.array(runs).T
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
    ragged = lanczos_module._density_of(rules, n=9, num_matvecs=3)
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


# Stopped by hand


def test_an_interrupted_run_is_a_shorter_run():
    A = semicircle(50)
    with pytest.raises(KeyboardInterrupt) as stop:
        lanczos(Counting(A, stop_at=8), 20)
    short = lanczos(A, 7)
    np.testing.assert_array_equal(stop.value.partial.ritz_values, short.ritz_values)
    np.testing.assert_array_equal(stop.value.partial.residual, short.residual)
    with pytest.raises(Interrupted) as stop:
        lanczos(Counting(A, stop_at=1), 20)
    assert stop.value.partial is None


def test_an_interrupted_density_keeps_the_probes_that_are_done():
    A = semicircle(50)
    with pytest.raises(KeyboardInterrupt, match=r"after 2 of 5 probes.*\.partial") as stop:
        spectral_density(Counting(A, stop_at=26), 10, 5)
    partial = stop.value.partial
    assert isinstance(partial, SpectralDensity)
    np.testing.assert_array_equal(partial.nodes, spectral_density(A, 10, 2).nodes)
    assert partial.num_matvecs == 25
    with pytest.raises(KeyboardInterrupt) as stop:  # the first probe, as far as it came
        spectral_density(Counting(A, stop_at=7), 10, 5)
    np.testing.assert_allclose(
        stop.value.partial.nodes, spectral_density(A, 6, 1).nodes, rtol=1e-14
    )
    with pytest.raises(KeyboardInterrupt) as stop:
        spectral_density(Counting(A, stop_at=1), 10, 5)
    assert stop.value.partial is None


def test_interrupted_pairs_are_those_of_the_last_restart():
    A = semicircle(300)
    with pytest.raises(KeyboardInterrupt) as stop:
        top_eigenpairs(Counting(A, stop_at=45), 5)
    partial = stop.value.partial
    assert isinstance(partial, Eigenpairs)
    expected = top_eigenpairs(A, 5, max_matvecs=30)
    np.testing.assert_array_equal(partial.eigenvalues, expected.eigenvalues)


# Bad input


def nan_after(n, products):
    class Broken(Counting):
        def _matvec(self, v):
            return super()._matvec(v) * (np.nan if self.products >= products else 1.0)

    return Broken(np.diag(np.arange(1.0, n + 1)))


@pytest.mark.parametrize("call", [lanczos, top_eigenpairs, spectral_density])
@pytest.mark.parametrize(
    ("A", "message"),
    [
        (np.ones((2, 3)), r"A must be a square matrix, not of shape \(2, 3\)"),
        (np.empty((0, 0)), "A must be a square matrix"),
        ("ab", "A must be an array or a LinearOperator, not str"),
        (1j * np.eye(2), "A must hold real numbers only"),
        (np.diag([1.0, np.nan, 2.0]), "A must be finite, but its products hold NaN or infinity"),
        (np.diag([1.0, np.inf, 2.0]), "A must be finite"),
        (nan_after(9, 3), "A must be finite"),
        (np.triu(np.ones((9, 9))), "A must be symmetric: uᵀAv = .* but vᵀAu = "),
        (np.triu(np.ones((9, 9)), 1) - np.tril(np.ones((9, 9)), -1), "A must be symmetric"),
        (semicircle(50) + 1e-5 * np.triu(np.ones((50, 50))), "A must be symmetric"),
    ],
)  # fmt: skip
def test_a_bad_matrix_is_named(call, A, message):
    with pytest.raises(ValueError, match=message):
        call(A, 5 if call is not top_eigenpairs else 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lanczos(np.eye(3), 0), "num_steps must be at least 1, not 0"),
        (lambda: lanczos(np.eye(3), 2.5), "num_steps must be a whole number"),
        (lambda: lanczos(np.eye(3), 2, start=[1, 2]), "start must have 3 entries, not 2"),
        (lambda: lanczos(np.eye(3), 2, start=[0, 0, 0]), "start must not be the zero vector"),
        (lambda: lanczos(np.eye(3), 2, start=[0, 0, np.nan]), "start must be finite"),
        (lambda: top_eigenpairs(np.eye(3), 4), "k must be at most n = 3, not 4"),
        (lambda: top_eigenpairs(np.eye(3), 0), "k must be at least 1"),
        (lambda: top_eigenpairs(np.eye(3), 1, "BE"), "which must be one of 'LA', 'SA', 'LM'"),
        (lambda: top_eigenpairs(np.eye(3), 1, tol=0), "tol must be positive"),
        (lambda: top_eigenpairs(np.eye(3), 2, max_matvecs=1), "max_matvecs must be at least 2"),
        (lambda: top_eigenpairs(np.eye(3), 2).quadratic_bounds([1]), "gaps must have 2 entries"),
        (lambda: top_eigenpairs(np.eye(3), 1).quadratic_bounds([0]), "gaps must be positive"),
        (lambda: spectral_density(np.eye(3), 0), "num_steps must be at least 1"),
        (lambda: spectral_density(np.eye(3), 3, 0), "num_probes must be at least 1"),
        (lambda: spectral_density(np.eye(3)).density([0], sigma=0), "sigma must be positive"),
        (lambda: spectral_density(np.eye(3)).density([np.nan]), "grid must be finite"),
        (lambda: spectral_density(np.eye(3)).cdf([np.inf]), "x must be finite"),
        (lambda: spectral_density(np.eye(3)).moment(-1), "k must be at least 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_single_precision_is_not_mistaken_for_asymmetry():
    for seed in range(30):
        A = semicircle(5, seed)
        run = lanczos(Counting(A, dtype=np.float32), 4, seed=seed)
        assert run.ritz_values[0] == pytest.approx(lanczos(A, 4, seed=seed).ritz_values[0], 1e-4)


def test_the_bar_counts_the_products_of_all_probes(bars):
    spectral_density(np.diag(np.arange(9.0)), num_steps=4, num_probes=3)
    (bar,) = bars
    assert (bar.n, bar.total, bar.closed) == (12, 12, True)
