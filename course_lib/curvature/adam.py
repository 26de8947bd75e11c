"""Adam and RMSProp: descent in coordinates that are scaled by the gradients seen so far."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from course_lib.curvature.mean_loss import Loss
from course_lib.curvature.training import Rule, Run, walk
from course_lib.support import arguments
from course_lib.support.seeds import Seed


def adam(
    f: Loss,
    w: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    eta: float,
    steps: int,
    batch_size: int | None = None,
    beta1: float = 0.9,
    beta2: float = 0.999,
    seed: Seed = 0,
    *,
    epsilon: float = 1e-8,
    bias_correction: bool = True,
    record: Callable[..., Any] | None = None,
    every: int = 25,
    target_loss: float | None = None,
) -> Run:
    """Train with Adam: w ← w − η·m/(√ν + ε), with running means m of the gradient and ν of its square.

    m ← β₁m + (1 − β₁)g and ν ← β₂ν + (1 − β₂)g², entry by entry. Both start at 0. After t steps
    the bias correction divides them by 1 − β₁ᵗ and 1 − β₂ᵗ. With ``beta1=0`` and without the
    correction this is RMSProp. The `Run` keeps (m, ν, t) as its ``state``.

    Parameters
    ----------
    f, w, X, y, eta, steps, batch_size, seed, every, target_loss
        As in `training.gradient_descent`.
    beta1, beta2 : float
        From 0 to below 1.
    epsilon : float
        Above 0.
    bias_correction : bool
    record : callable, optional
        record(w, state) → numbers, where the state is (m, ν, t). An example is λ₁ of a
        preconditioned Hessian.

    Raises
    ------
    DivergenceError, ValueError, Interrupted
        As in `training.gradient_descent`.

    References
    ----------
    Kingma & Ba 2015, "Adam: A method for stochastic optimization".

    Examples
    --------
    >>> import jax
    >>> jax.config.update("jax_enable_x64", True)
    >>> bowl = lambda w, X, y: 0.5 * jnp.mean((X @ w - y) ** 2)
    >>> run = adam(bowl, [0.0], np.ones((4, 1)), np.ones(4), eta=0.125, steps=1)
    >>> run.w.round(6)  # the first step is η long, whatever the slope
    array([0.125])
    """
    settings = (
        arguments.fraction("beta1", beta1),
        arguments.fraction("beta2", beta2),
        arguments.positive("epsilon", epsilon),
        float(bias_correction),
    )
    rule = Rule(_adam, lambda w: (np.zeros(w.size), np.zeros(w.size), 0.0), settings)
    return walk(
        f,
        w,
        X,
        y,
        eta,
        steps,
        rule,
        batch_size=batch_size,
        seed=seed,
        record=record,
        every=every,
        target_loss=target_loss,
    )


def _adam(state: tuple, gradient: Any, eta: Any, *settings: Any) -> tuple[Any, tuple]:
    (mean, square, count), (beta1, beta2, epsilon, corrected) = state, settings
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * gradient**2
    count = count + 1
    first, second = (jnp.where(corrected, 1 - beta**count, 1.0) for beta in (beta1, beta2))
    move = -eta * (mean / first) / (jnp.sqrt(square / second) + epsilon)
    return move, (mean, square, count)
