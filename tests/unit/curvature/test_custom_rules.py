"""A backward pass that a reader has written may be right and its derivative wrong."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.report import spectral_report

X = np.random.default_rng(0).standard_normal((30, 4))
W = np.array([1.0, -0.5, 0.3, 0.0])
stop = jax.lax.stop_gradient


def cube(keep, back):
    """Return x³ elementwise with a backward pass of its own."""

    @jax.custom_vjp
    def f(x):
        return x**3

    f.defvjp(lambda x: (x**3, keep(x)), lambda kept, g: (back(kept) * g,))
    return f


RIGHT = cube(lambda x: x, lambda x: 3 * x**2)
WRONG = {
    "stopped where it is kept": cube(stop, lambda x: 3 * x**2),
    "stopped in the backward pass": cube(lambda x: x, lambda x: stop(3 * x**2)),
    "off by three per cent": cube(lambda x: x, lambda x: 0.97 * (3 * x**2) + 0.03 * stop(3 * x**2)),
}


def loss_with(act):
    return lambda w, X: jnp.mean(act(X @ w) + jax.nn.relu(X @ w - 0.1))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_derivative_of_a_right_gradient_is_refused(case, dtype):
    f, arguments = loss_with(WRONG[case]), (W.astype(dtype), X.astype(dtype))
    with pytest.raises(ValueError, match=r"f must have a correct second derivative, .*custom_vjp"):
        hessian_operator(f, *arguments, allow_float32=True)
    with pytest.raises(ValueError, match="f must have a correct second derivative"):
        spectral_report(f, *arguments, allow_float32=True)


@pytest.mark.parametrize("w", [W, np.zeros(4), 1e6 * W])
@pytest.mark.parametrize("chunk_size", [None, 7])
def test_a_right_one_passes(w, chunk_size):
    f = loss_with(RIGHT)
    H = hessian_operator(f, w, X, chunk_size=chunk_size)
    exact = np.asarray(jax.hessian(loss_with(lambda x: x**3))(w, X))
    np.testing.assert_allclose(H.to_dense(), exact, rtol=0, atol=1e-12 * max(abs(exact).max(), 1))
    single = hessian_operator(f, w.astype(np.float32), X.astype(np.float32), allow_float32=True)
    np.testing.assert_allclose(
        single.to_dense(), exact, rtol=0, atol=1e-4 * max(abs(exact).max(), 1)
    )
