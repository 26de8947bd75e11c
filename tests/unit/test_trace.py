from itertools import product
from math import sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.sparse.linalg import LinearOperator, aslinearoperator

from course_lib import trace as trace_module
from course_lib.networks import cross_entropy, digits, mlp
from course_lib.operators import hessian_operator
from course_lib.trace import DISTRIBUTIONS, TraceEstimate, one_probe_variance, probes, trace
from course_lib.training import gradient_descent


def random_symmetric(n, seed=0):
    A = np.random.default_rng(seed).standard_normal((n, n))
    return A + A.T


def test_all_sign_probes_average_to_the_trace_with_the_predicted_variance():
    n = 6
    A = np.random.default_rng(0).integers(-9, 10, (n, n)).astype(float)
    A = A + A.T
    every = np.array(list(product([-1.0, 1.0], repeat=n)))  # the whole probability space
    samples = np.einsum("ki,ij,kj->k", every, A, every)
    assert samples.mean() == np.trace(A)
    assert samples.var() == one_probe_variance(A, "rademacher")


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_samples_are_the_quadratic_forms_of_the_probes(distribution):
    A = random_symmetric(7)
    Z = probes(7, 40, distribution, seed=3)
    result = trace(A, 40, distribution, seed=3)
    np.testing.assert_allclose(result.samples, np.einsum("ik,ij,jk->k", Z, A, Z), rtol=1e-12)
    assert result.estimate == pytest.approx(result.samples.mean(), rel=1e-14)
    assert result.stderr == pytest.approx(sqrt(result.samples.var() / 39), rel=1e-12)
    assert (result.num_matvecs, result.distribution) == (40, distribution)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_mean_and_variance_obey_the_laws(distribution):
    A, m = random_symmetric(12, seed=1), 40_000
    samples = trace(A, m, distribution, seed=5).samples
    variance = one_probe_variance(A, distribution)
    assert abs(samples.mean() - np.trace(A)) < 4 * sqrt(variance / m)
    centred = samples - samples.mean()
    kurtosis = (centred**4).mean() / samples.var() ** 2
    assert abs(samples.var() / variance - 1) < 4 * sqrt((kurtosis - 1) / m)  # s.e. of a variance


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_stderr_is_the_spread_of_the_estimates(distribution):
    A, m, trials = random_symmetric(8, seed=2), 10, 2000
    runs = [trace(A, m, distribution, seed=i) for i in range(trials)]
    variance = one_probe_variance(A, distribution) / m
    estimates = np.array([run.estimate for run in runs])
    squared = np.array([run.stderr**2 for run in runs])
    assert estimates.var() == pytest.approx(variance, rel=0.15)
    assert abs(squared.mean() - variance) < 4 * squared.std() / sqrt(trials)


def test_gaussian_variance_is_chi_squared_of_the_eigenvalues():
    # zᵀAz = Σ λᵢ χ²₁ with Var χ²₁ = 2, so the variance is 2 Σ λᵢ²
    A = random_symmetric(9)
    expected = 2 * np.sum(np.linalg.eigvalsh(A) ** 2)
    assert one_probe_variance(A, "gaussian") == pytest.approx(expected, rel=1e-12)


def test_sign_probes_read_a_diagonal_matrix_without_error():
    A = np.diag(np.arange(1.0, 9.0))
    result = trace(A, 10, "rademacher")
    assert (result.estimate, result.stderr) == (36.0, 0.0)
    assert result.interval() == (36.0, 36.0)
    assert trace(A, 10, "gaussian").stderr > 0
    assert one_probe_variance(A, "rademacher") == 0


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_probes_have_identity_second_moments(distribution):
    n, m = 5, 100_000
    Z = probes(n, m, distribution, seed=1)
    assert Z.shape == (n, m)
    np.testing.assert_allclose(Z @ Z.T / m, np.eye(n), atol=5 * sqrt(2 / m))
    if distribution == "rademacher":
        assert set(np.unique(Z)) == {-1.0, 1.0}
    else:
        assert stats.kstest(Z.ravel(), "norm").pvalue > 1e-3


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_a_larger_budget_continues_a_smaller_one(distribution):
    A = random_symmetric(6)
    np.testing.assert_array_equal(probes(6, 50, distribution)[:, :20], probes(6, 20, distribution))
    small, large = trace(A, 20, distribution), trace(A, 50, distribution)
    np.testing.assert_allclose(large.samples[:20], small.samples, rtol=1e-12)


@pytest.mark.parametrize("block", [1, 7, 100])
def test_the_result_does_not_depend_on_the_block(monkeypatch, block):
    A = random_symmetric(6)
    expected = trace(A, 45, seed=2)
    monkeypatch.setattr(trace_module, "BLOCK", block)
    np.testing.assert_allclose(trace(A, 45, seed=2).samples, expected.samples, rtol=1e-12)


def test_same_seed_same_result_and_a_generator_moves_on():
    A = random_symmetric(6)
    assert trace(A, seed=4).estimate == trace(A, seed=4).estimate
    assert trace(A, seed=4).estimate == trace(A, seed=np.random.default_rng(4)).estimate
    rng = np.random.default_rng(4)
    assert trace(A, seed=rng).estimate != trace(A, seed=rng).estimate


def test_an_operator_gives_what_its_matrix_gives_for_exactly_the_budget():
    A, products = random_symmetric(6), 0

    def matmat(V):
        nonlocal products
        products += V.shape[1]
        return A @ V

    operator = LinearOperator((6, 6), matvec=lambda v: A @ v, matmat=matmat, dtype=float)
    np.testing.assert_array_equal(trace(operator, 45).samples, trace(A, 45).samples)
    assert products == 45


def test_interval_is_students_t():
    samples = np.array([1.0, 2.0, 4.0, 9.0])
    stderr = samples.std(ddof=1) / 2
    result = TraceEstimate(samples.mean(), stderr, samples, 4, "gaussian")
    for level in (0.5, 0.95, 0.99):
        expected = stats.t.interval(level, df=3, loc=samples.mean(), scale=stderr)
        assert result.interval(level) == pytest.approx(expected, rel=1e-10)
    assert result.interval() == result.interval(0.95)


@pytest.mark.parametrize(
    ("estimate", "stderr", "text"),
    [
        (61.2345, 1.41, "tr ≈ 61.2 ± 1.4 ("),
        (61234.5, 141.0, "tr ≈ 61234 ± 141 ("),
        (-0.51234, 0.0123, "tr ≈ -0.512 ± 0.012 ("),
        (36.0, 0.0, "tr ≈ 36 ± 0 ("),
        (1.5e-9, 1.23e-10, "tr ≈ 1.5e-09 ± 1.2e-10 ("),
    ],
)
def test_repr_shows_two_digits_of_the_error(estimate, stderr, text):
    shown = repr(TraceEstimate(estimate, stderr, np.zeros(60), 60, "rademacher"))
    assert shown.startswith(text)
    assert shown.endswith("(s.e., 60 Rademacher probes, 60 products)")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trace(np.eye(3), 1), "num_matvecs must be at least 2, not 1"),
        (lambda: trace(np.eye(3), 2.5), "num_matvecs must be a whole number"),
        (lambda: trace(np.ones((2, 3))), r"A must be a square matrix, not of shape \(2, 3\)"),
        (lambda: trace(np.ones(3)), "A must be a square matrix"),
        (lambda: trace(np.empty((0, 0))), "A must be a square matrix"),
        (lambda: trace("ab"), "A must be an array or a LinearOperator, not str"),
        (lambda: trace(1j * np.eye(2)), "A must hold real numbers only"),
        (lambda: trace(np.diag([1.0, np.nan])), "A must be finite"),
        (lambda: trace(np.diag([1.0, np.inf])), "A must be finite"),
        (lambda: trace(np.eye(3), distribution="uniform"), "distribution must be one of"),
        (lambda: trace(np.eye(3), 5).interval(95), "level must be between 0 and 1"),
        (lambda: trace(np.eye(3), 5).interval(0), "level must be positive"),
        (lambda: probes(0, 3), "n must be at least 1"),
        (lambda: probes(3, 0), "m must be at least 1"),
        (lambda: one_probe_variance([[1, 2], [3, 4]]), "A must be symmetric"),
        (lambda: one_probe_variance(np.eye(2), "sphere"), "distribution must be one of"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.fixture(scope="module")
def trained_hessian():
    data, network = digits(num_train=300), mlp((64, 6, 10))
    f = cross_entropy(network)
    w = gradient_descent(f, network.init(seed=0), data.X_train, data.y_train, 0.2, 300).w
    return hessian_operator(f, w, data.X_train, data.y_train).to_dense()


@pytest.mark.slow
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_interval_covers_the_trace_of_a_trained_network(trained_hessian, distribution):
    trials, exact = 4000, np.trace(trained_hessian)
    operator = aslinearoperator(trained_hessian)
    covered = 0
    for i in range(trials):
        low, high = trace(operator, 60, distribution, seed=i).interval(0.95)
        covered += low <= exact <= high
    assert 0.93 <= covered / trials <= 0.97  # s.e. of the share: 0.0034
    print(f"\n{distribution}: {covered / trials:.4f}")
