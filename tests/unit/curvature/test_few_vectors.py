"""Without a basis: bounds hold, eigenvalues are distinct, and the density is that of a full basis."""

import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator, aslinearoperator
from scipy.stats import wasserstein_distance

from course_lib.curvature.few_vectors import bare_lanczos, distinct_eigenvalues, hutchinson
from course_lib.curvature.lanczos import lanczos
from course_lib.curvature.networks import cross_entropy, mlp
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.training import gradient_descent
from course_lib.curvature.vectors import space_of
from course_lib.support.datasets import digits
from course_lib.support.progress_bar import ProgressBar
from tests.unit.curvature.matrices import Counting, outlier_matrix, semicircle, with_spectrum

SPECTRA = {
    "semicircle": semicircle(300),
    "outliers": outlier_matrix(),
    "clustered": with_spectrum(np.r_[np.linspace(-1, 0.9, 296), 5 + 1e-6 * np.arange(4)]),
    "repeated": with_spectrum(np.r_[np.linspace(-1, 0.9, 290), np.full(6, 3.0), np.full(4, -3.5)]),
    "few values": with_spectrum(np.repeat([2.0, 0.0, -1.0], [3, 90, 7])),
    "low rank": with_spectrum(np.r_[np.zeros(200), 7.0, -8.0, 9.0]),
    "small bulk": with_spectrum(np.r_[0.01 * np.sin(np.arange(500.0)), 50.0, 40, 30, 20, -3]),
    "decaying": with_spectrum(np.r_[np.geomspace(1, 1e-6, 300), 20.0, 18, 15]),
    "one value": 2.5 * np.eye(60),
    "zero": np.zeros((40, 40)),
}


def in_precision(A, dtype):
    A = A.astype(dtype)
    return LinearOperator(A.shape, lambda v: A @ np.asarray(v, dtype), dtype=dtype), A.astype(float)


def run(operator, m, seed=0):
    space, runs = space_of(operator), []
    noise, _ = space.noise()
    with ProgressBar(m, "product") as bar:
        bare_lanczos(space, m, np.random.default_rng(seed), noise, bar, runs.append)
    return runs[0]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SPECTRA)
def test_every_bound_holds_ghosts_and_all(name, dtype):
    operator, A = in_precision(SPECTRA[name], dtype)
    lam = np.linalg.eigvalsh(A)
    for m, seed in ((10, 0), (60, 1), (200, 2), (400, 3)):
        bare = run(operator, m, seed)
        nearest = np.abs(bare.ritz_values[:, None] - lam).min(axis=1)
        assert (nearest <= bare.error_bounds).all()
        assert bare.rounding <= 2e-4 * np.abs(lam).max()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_ghosts_are_met_and_no_eigenvalue_is_counted_twice(dtype):
    operator, A = in_precision(SPECTRA["small bulk"], dtype)
    runs = [run(operator, 200, seed) for seed in range(3)]
    top = np.linalg.eigvalsh(A)[::-1]
    assert np.sum(np.abs(runs[0].ritz_values - top[0]) < 1e-3) > 3
    values, norms, bounds = distinct_eigenvalues(runs, 10)
    np.testing.assert_array_less(np.abs(values[:4] - top[:4]), bounds[:4])
    assert (values > -0.011).all()  # and not −3, with the bulk left out
    assert (np.diff(values) < 0).all()
    assert (norms <= bounds).all()
    repeated, _ = in_precision(SPECTRA["repeated"], dtype)
    values, _, _ = distinct_eigenvalues([run(repeated, 150)], 10)
    assert values[0] == pytest.approx(3.0, abs=1e-4)
    assert (values[1:] < 0.91).all()  # the six copies of 3 show as one


def test_before_ghosts_come_it_is_lanczos_with_a_basis():
    A = semicircle(300)
    start = space_of(Counting(A)).gaussian(np.random.default_rng(4))
    bare, full = run(Counting(A), 30, seed=4), lanczos(A, 30, start)
    np.testing.assert_allclose(bare.ritz_values, full.ritz_values, rtol=1e-11)
    np.testing.assert_allclose(bare.weights, full.weights, rtol=1e-8)
    np.testing.assert_allclose(bare.residual_norms, full.error_bounds, rtol=1e-8)


def of_a_network():
    data, network = digits(num_train=200), mlp((64, 6, 10))
    f = cross_entropy(network)
    w = gradient_descent(f, network.init(seed=0), data.X_train, data.y_train, 0.2, 100).w
    return hessian_operator(f, w, data.X_train, data.y_train).to_dense()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("make", [of_a_network, outlier_matrix, lambda: SPECTRA["small bulk"]])
def test_the_density_is_that_of_a_full_basis(make, dtype):
    """Their distance, 3 to 11 % of that between two probes, is far below the error."""
    operator, A = in_precision(make(), dtype)
    nodes, weights = [], []
    for seed in range(2):
        start = space_of(operator).gaussian(np.random.default_rng(seed))
        bare, full = run(operator, 105, seed), lanczos(A, 105, start)
        nodes.append((bare.ritz_values, full.ritz_values))
        weights.append((bare.weights, full.weights))
        assert bare.weights.sum() == pytest.approx(1)
    between_ways = wasserstein_distance(*nodes[0], *weights[0])
    between_probes = wasserstein_distance(nodes[0][1], nodes[1][1], weights[0][1], weights[1][1])
    assert between_ways < 0.2 * between_probes


def test_the_trace_of_signs():
    space, samples = space_of(Counting(semicircle(60) + np.eye(60))), []
    with ProgressBar(200, "product") as bar:
        hutchinson(space, 200, np.random.default_rng(0), bar, samples)
    error = np.std(samples, ddof=1) / np.sqrt(200)
    assert abs(np.mean(samples) - np.trace(space.A.A)) < 4 * error
    assert space.count == 200


@pytest.mark.parametrize(
    ("A", "message"),
    [
        (np.diag([1.0, np.nan, 2.0]), "A must be finite"),
        (np.triu(np.ones((40, 40))), "A must be symmetric: uᵀAv = "),
        (np.triu(np.ones((9, 9)), 1) - np.tril(np.ones((9, 9)), -1), "A must be symmetric"),
        (semicircle(50) + 1e-3 * np.triu(np.ones((50, 50))), "A must be symmetric"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_bad_matrix_is_named(A, message, dtype):
    with pytest.raises(ValueError, match=message):
        run(in_precision(A, dtype)[0], 8)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_a_matrix_whose_products_have_no_squares_is_refused(scale):
    space, rng = space_of(aslinearoperator(scale * np.eye(9))), np.random.default_rng(0)
    with ProgressBar(2, "product") as bar, pytest.raises(ValueError, match="A must be scaled"):
        bare_lanczos(space, 2, rng, 1e-16, bar, lambda run: None)
    with ProgressBar(2, "product") as bar, pytest.raises(ValueError, match="A must be scaled"):
        hutchinson(space, 2, rng, bar, [])
