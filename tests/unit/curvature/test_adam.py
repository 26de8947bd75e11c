import jax
import numpy as np
import pytest

from course_lib.curvature.adam import adam
from course_lib.curvature.networks import cross_entropy, mlp
from course_lib.curvature.training import minibatches
from tests.unit.refusals import refusals


def problem():
    rng = np.random.default_rng(0)
    network = mlp((4, 5, 3))
    f = cross_entropy(network)
    return f, network.init(0), rng.standard_normal((30, 4)), rng.integers(0, 3, 30)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize(
    ("beta1", "beta2", "bias_correction"), [(0.9, 0.999, True), (0.0, 0.9, False), (0.5, 0.9, True)]
)
def test_adam_is_its_formula(batch_size, beta1, beta2, bias_correction):
    f, w, X, y = problem()
    options = {"beta1": beta1, "beta2": beta2, "bias_correction": bias_correction, "epsilon": 1e-4}
    run = adam(f, w, X, y, 0.01, 30, batch_size, seed=3, **options)
    rows = minibatches(30, batch_size, 30, 3) if batch_size else [slice(None)] * 30
    m, nu, gradient = np.zeros_like(w), np.zeros_like(w), jax.jit(jax.grad(f))
    for t, some in enumerate(rows, 1):
        g = np.asarray(gradient(w, X[some], y[some]))
        m, nu = beta1 * m + (1 - beta1) * g, beta2 * nu + (1 - beta2) * g**2
        first, second = (1 - beta1**t, 1 - beta2**t) if bias_correction else (1, 1)
        w = w - 0.01 * (m / first) / (np.sqrt(nu / second) + 1e-4)
    np.testing.assert_allclose(run.w, w, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(run.state[0], m, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(run.state[1], nu, rtol=1e-8, atol=1e-14)
    assert run.state[2] == 30


def test_record_sees_the_state():
    f, w, X, y = problem()
    run = adam(f, w, X, y, 0.01, 20, record=lambda w, state: state[2], every=5)
    assert run.recorded.values.tolist() == [0, 5, 10, 15, 20]


def test_a_pause_changes_nothing():
    whole = adam(*problem(), 0.01, 20)
    paused = adam(*problem(), 0.01, 20, record=lambda w, state: 0.0, every=3)
    np.testing.assert_array_equal(paused.w, whole.w)


test_bad_input_is_named = refusals(
    (lambda: adam(*problem(), 0.1, 5, beta1=1.0), "beta1 must be at least 0 and below 1"),
    (lambda: adam(*problem(), 0.1, 5, beta2=-0.1), "beta2 must be at least 0 and below 1"),
    (lambda: adam(*problem(), 0.1, 5, epsilon=0.0), "epsilon must be positive"),
    (lambda: adam(*problem(), 0.0, 5), "eta must be positive"),
)
