"""The recurrence keeps its identity, and every bound on a Ritz value holds."""

import numpy as np
import pytest

from course_lib.curvature import lanczos as lanczos_module
from course_lib.curvature.density import spectral_density
from course_lib.curvature.eigenpairs import top_eigenpairs
from course_lib.curvature.lanczos import lanczos
from course_lib.support.interruption import Interrupted
from tests.unit.curvature.matrices import (
    Counting,
    outlier_matrix,
    second_difference,
    semicircle,
    with_spectrum,
)
from tests.unit.refusals import refusals


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


def test_an_interrupted_run_is_a_shorter_run():
    A = semicircle(50)
    with pytest.raises(Interrupted) as stop:
        lanczos(Counting(A, stop_at=8), 20)
    short = lanczos(A, 7)
    np.testing.assert_array_equal(stop.value.partial.ritz_values, short.ritz_values)
    np.testing.assert_array_equal(stop.value.partial.residual, short.residual)
    with pytest.raises(Interrupted) as stop:
        lanczos(Counting(A, stop_at=1), 20)
    assert stop.value.partial is None


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
)
def test_a_bad_matrix_is_named(call, A, message):
    with pytest.raises(ValueError, match=message):
        call(A, 5 if call is not top_eigenpairs else 2)


def test_single_precision_is_not_mistaken_for_asymmetry():
    for seed in range(30):
        A = semicircle(5, seed)
        run = lanczos(Counting(A, dtype=np.float32), 4, seed=seed)
        assert run.ritz_values[0] == pytest.approx(lanczos(A, 4, seed=seed).ritz_values[0], 1e-4)


test_bad_input_is_named = refusals(
    (lambda: lanczos(np.eye(3), 0), "num_steps must be at least 1, not 0"),
    (lambda: lanczos(np.eye(3), 2.5), "num_steps must be a whole number"),
    (lambda: lanczos(np.eye(3), 2, start=[1, 2]), "start must have 3 entries, not 2"),
    (lambda: lanczos(np.eye(3), 2, start=[0, 0, 0]), "start must not be the zero vector"),
    (lambda: lanczos(np.eye(3), 2, start=[0, 0, np.nan]), "start must be finite"),
    # At the ends of the range of floats squares vanish or overflow: no wrong answer is better.
    *(
        (lambda c=c: lanczos(c * np.diag([9.0, 2.0, 1.0]), 2), "A must be scaled")
        for c in (1e-300, 1e-154, 1e154, 1e300)
    ),
)


def test_a_driver_that_fails_is_replaced_by_a_slower_one(monkeypatch):
    """SciPy 1.11's fast driver fails at the ghosts of a long run without a basis."""
    right, drivers = lanczos_module.eigh_tridiagonal, []

    def fails(*arguments, lapack_driver="auto"):
        drivers.append(lapack_driver)
        if lapack_driver == "auto":
            raise np.linalg.LinAlgError("stemr (eigh_tridiagonal) did not converge")
        return right(*arguments, lapack_driver=lapack_driver)

    A = semicircle(30)
    expected = lanczos(A, 12)
    ritz_values, weights = expected.ritz_values, expected.weights
    monkeypatch.setattr(lanczos_module, "eigh_tridiagonal", fails)
    result = lanczos(A, 12)
    np.testing.assert_allclose(result.ritz_values, ritz_values, atol=1e-12)
    np.testing.assert_allclose(result.weights, weights, atol=1e-12)
    assert drivers == ["auto", "stev"]
