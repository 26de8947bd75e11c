import copy

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course_lib.curvature import networks
from course_lib.curvature.adam import adam
from course_lib.curvature.eigenpairs import top_eigenpairs
from course_lib.curvature.operators import gauss_newton_operator
from course_lib.curvature.preconditioning import (
    adam_limit,
    adam_preconditioner,
    kronecker_factors,
    newton_cg,
    preconditioned_operator,
)
from course_lib.curvature.torch_models import torch_operator
from tests.unit.refusals import refusals


def symmetric(n=12, seed=0):
    A = np.random.default_rng(seed).standard_normal((n, n))
    return (A + A.T) / 2


def test_the_preconditioned_hessian_has_the_eigenvalues_of_the_product():
    H, P = symmetric(), np.random.default_rng(1).uniform(0.1, 5, 12)
    expected = np.sort(np.linalg.eigvals(H / P[:, None]).real)[::-1]
    operator = preconditioned_operator(H, P)
    np.testing.assert_allclose(np.linalg.eigvalsh(operator.to_dense())[::-1], expected, atol=1e-12)
    top = top_eigenpairs(operator, 1)
    assert abs(top.eigenvalues[0] - expected[0]) <= top.error_bounds[0] + 1e-12


def heavy_ball_limit(H, P, eta, beta1, steps=400):
    """Return whether Adam with a P that stands still comes nearer to the minimum of a quadratic."""
    w, m = np.ones(len(H)), np.zeros(len(H))
    for _ in range(steps):
        m = beta1 * m + (1 - beta1) * H @ w
        w = w - eta * m / P
    return np.linalg.norm(w) < 1


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
def test_adam_with_a_fixed_p_is_stable_up_to_the_limit(beta1):
    H, P = np.diag([1.0, 3.0, 10.0]), np.array([0.5, 2.0, 3.0])
    eta = adam_limit(1.0, beta1) / (np.diag(H) / P).max()  # the step whose limit is this λ₁
    assert heavy_ball_limit(H, P, 0.99 * eta, beta1)
    assert not heavy_ball_limit(H, P, 1.01 * eta, beta1)


def test_adams_preconditioner_is_what_its_next_step_divides_by():
    def quadratic(w, X, y):
        return 0.5 * jnp.mean((X @ w - y) ** 2)

    rng = np.random.default_rng(0)
    X, y, w = rng.standard_normal((30, 4)), rng.standard_normal(30), np.ones(4)
    options = {"beta1": 0.0, "beta2": 0.9, "epsilon": 1e-3}
    run = adam(quadratic, w, X, y, 0.01, 7, **options)
    before = adam(quadratic, w, X, y, 0.01, 6, **options)
    P = adam_preconditioner(run.state[1], 1e-3, beta2=0.9, count=run.state[2])
    gradient = X.T @ (X @ before.w - y) / 30
    np.testing.assert_allclose(run.w, before.w - 0.01 * gradient / P, rtol=1e-12)


def test_newton_by_conjugate_gradients_solves_to_the_residual_it_names():
    H, g = symmetric() @ symmetric() + np.eye(12), np.random.default_rng(2).standard_normal(12)
    for rtol in (0.5, 1e-2, 1e-8):
        found = newton_cg(H, g, rtol=rtol)
        residual = np.linalg.norm(H @ found.step + g) / np.linalg.norm(g)
        assert residual <= rtol
        assert found.residual == pytest.approx(residual, rel=1e-5)
        assert found.negative is None
        assert found.step @ g < 0
    exact = -np.linalg.solve(H + 0.3 * np.eye(12), g)
    np.testing.assert_allclose(newton_cg(H, g, damping=0.3, rtol=1e-12).step, exact, rtol=1e-9)


def test_newton_stops_at_negative_curvature_and_shows_it():
    H, g = symmetric(), np.random.default_rng(3).standard_normal(12)
    found = newton_cg(H, g, rtol=1e-10)
    assert found.negative @ H @ found.negative <= 0
    assert found.step @ g < 0
    damped = newton_cg(H, g, rtol=1e-10, damping=10.0)
    assert damped.negative is None


@pytest.mark.parametrize(("curvature", "length"), [(-2.0, 0.5), (0.0, 1.0)])
def test_newton_on_a_hilltop_goes_down_and_not_to_the_top(curvature, length):
    found = newton_cg(np.diag([curvature]), [3.0])
    np.testing.assert_allclose(found.step, [-3.0 * length])
    assert found.residual == pytest.approx(abs(curvature * found.step[0] + 3) / 3)


def test_kronecker_factors_are_exact_for_one_example_and_close_for_many():
    network = networks.linear(3, 4)
    w = network.init(0)
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((40, 3)), rng.integers(0, 4, 40)
    p = np.asarray(jax.nn.softmax(network.apply(w, X)))
    C = p[:, :, None] * (np.eye(4) - p[:, None, :])
    J = np.broadcast_to(np.eye(4), (40, 4, 4))
    weights = slice(0, 12)  # those of W, in the order (output, input)
    for rows, off in ((slice(0, 1), 1e-12), (slice(0, 40), 0.5)):
        block = gauss_newton_operator(
            network.apply, networks.output_cross_entropy, w, X[rows], y[rows]
        ).to_dense()[weights, weights]
        A, G = kronecker_factors(X[rows], J[rows], C[rows])
        assert np.linalg.norm(np.kron(G, A) - block) <= off * np.linalg.norm(block)


test_bad_input_is_named = refusals(
    (lambda: preconditioned_operator(np.eye(2), [1.0, 0.0]), "P must be above 0 everywhere"),
    (lambda: preconditioned_operator(np.eye(2), [1.0]), "P must"),
    (lambda: adam_preconditioner([-1.0]), "square must not be negative"),
    (lambda: adam_preconditioner([1.0], epsilon=0), "epsilon must be positive"),
    (lambda: adam_limit(0.1, 1.0), "beta1 must be at least 0 and below 1"),
    (lambda: newton_cg(np.eye(2), [0.0, 0.0]), "gradient must not be zero"),
    (lambda: newton_cg(np.eye(2), [1.0]), "gradient"),
    (lambda: newton_cg(np.eye(1), [1.0], rtol=1.0), "rtol"),
    (lambda: kronecker_factors(np.ones((2, 3)), np.ones((2, 1, 1)), np.ones((2, 2, 2))), "shapes"),
)


def test_single_precision_stays_single():
    """A product in float32 is not as symmetric as one in float64, and must not be taken for one."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    batch = torch.randn(40, 6), torch.randint(3, (40,))
    H = torch_operator(model, torch.nn.CrossEntropyLoss(), batch, allow_float32=True)
    P = np.geomspace(1e-6, 1, H.shape[0])
    scaled = preconditioned_operator(H, P)
    assert scaled.dtype == np.float32
    twin, doubled_batch = copy.deepcopy(model).double(), (batch[0].double(), batch[1])
    doubled = torch_operator(twin, torch.nn.CrossEntropyLoss(), doubled_batch)
    exact = np.linalg.eigvalsh(preconditioned_operator(doubled, P).to_dense())[-1]
    assert top_eigenpairs(scaled, 1).eigenvalues[0] == pytest.approx(exact, rel=1e-4)
