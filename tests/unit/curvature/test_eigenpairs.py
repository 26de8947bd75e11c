"""The pairs are those of the dense matrix, or say that they are not."""

import numpy as np
import pytest

from course_lib.curvature import eigenpairs
from course_lib.curvature.eigenpairs import Eigenpairs, top_eigenpairs
from course_lib.curvature.networks import cross_entropy, mlp
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.training import gradient_descent
from course_lib.support.datasets import digits
from course_lib.support.interruption import Interrupted
from tests.unit.curvature.matrices import Counting, outlier_matrix, semicircle, with_spectrum
from tests.unit.refusals import refusals


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
    # Residuals are zero, but two columns are one eigenvector.
    theta, X = np.array([10.0, 10.0, 3.0]), np.eye(3)[:, [0, 0, 1]]
    pairs = eigenpairs._measure(theta, X, A @ X - X * theta, 1e-8, 3)
    assert pairs.residual_norms.max() == 0
    assert pairs.converged.tolist() == [True, False, True]


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


def test_interrupted_pairs_are_those_of_the_last_restart():
    A = semicircle(300)
    with pytest.raises(Interrupted) as stop:
        top_eigenpairs(Counting(A, stop_at=45), 5)
    partial = stop.value.partial
    assert isinstance(partial, Eigenpairs)
    expected = top_eigenpairs(A, 5, max_matvecs=30)
    np.testing.assert_array_equal(partial.eigenvalues, expected.eigenvalues)


class Single(Counting):
    """A matrix whose products are computed in float32, as those of a model would be."""

    def __init__(self, A):
        super().__init__(A.astype(np.float32), dtype=np.float32)

    def _matvec(self, v):
        return super()._matvec(np.asarray(v, np.float32))


@pytest.mark.parametrize("name", SPECTRA)
def test_in_single_precision_bounds_hold_and_rounding_counts_as_converged(name):
    operator = Single(SPECTRA[name])
    lam = np.linalg.eigvalsh(operator.A.astype(float))
    for which, seed in (("LA", 0), ("SA", 1), ("LM", 2)):
        pairs = top_eigenpairs(operator, 3, which, seed=seed, max_matvecs=400)
        nearest = np.abs(pairs.eigenvalues[:, None] - lam).min(axis=1)
        assert (nearest <= pairs.error_bounds).all()
        assert pairs.converged.all()
        assert pairs.rounding <= 2e-5 * np.abs(lam).max()
    before = operator.products
    pairs = top_eigenpairs(operator, 3, max_matvecs=6)
    assert operator.products - before == pairs.num_matvecs <= 6
    with pytest.raises(ValueError, match="max_matvecs must be at least 5, not 4"):
        top_eigenpairs(operator, 3, max_matvecs=4)


test_bad_input_is_named = refusals(
    (lambda: top_eigenpairs(np.eye(3), 4), "k must be at most n = 3, not 4"),
    (lambda: top_eigenpairs(np.eye(3), 0), "k must be at least 1"),
    (lambda: top_eigenpairs(np.eye(3), 1, "BE"), "which must be one of 'LA', 'SA', 'LM'"),
    (lambda: top_eigenpairs(np.eye(3), 1, tol=0), "tol must be positive"),
    (lambda: top_eigenpairs(1e-170 * np.eye(3), 1), "A must be scaled"),
    (lambda: top_eigenpairs(1e170 * np.eye(3), 1), "A must be scaled"),
    (lambda: top_eigenpairs(np.eye(3), 2, max_matvecs=1), "max_matvecs must be at least 2"),
)


@pytest.mark.parametrize("scale", [1e-130, 1e-30, 1.0, 1e30, 1e130])
def test_the_scale_of_a_matrix_plays_no_part(scale):
    A = np.diag(np.r_[np.linspace(-1, 1, 60), 9.0, 4.0])
    found = top_eigenpairs(scale * A, 2)
    np.testing.assert_allclose(found.eigenvalues, [9 * scale, 4 * scale], rtol=1e-12)
    assert found.converged.all()
    assert (found.error_bounds < 1e-6 * scale).all()


def test_a_matrix_of_zeros_and_one_that_is_tiny_in_part_need_no_scaling():
    assert top_eigenpairs(np.zeros((5, 5)), 2).eigenvalues.tolist() == [0, 0]
    assert top_eigenpairs(np.diag([1.0, 1e-200, 1e-250]), 3).eigenvalues[0] == pytest.approx(1)
