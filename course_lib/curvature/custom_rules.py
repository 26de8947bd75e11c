"""Is the derivative of a gradient the true one? A loss in JAX may define its own rules for it."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

# Steps of a difference of gradients, relative to w. Where rounding or a kink spoils one, another
# serves.
STEPS = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
EPS = np.finfo(float).eps
APART = 1e-3  # relative to the larger: a wrong second derivative is wrong by tenths


def refuse_wrong_rules(
    name: str,
    linearized: Callable[[Any], Any],
    w: Any,
) -> None:
    """Raise a ValueError if a product is not the difference of two gradients.

    JAX differentiates its own operations correctly. A `jax.custom_vjp` may give a backward pass that
    is right, but whose derivative is not, for example because it stops gradients.

    Parameters
    ----------
    name : str
        What messages call the reader's function.
    linearized : callable
        w ↦ (∇f(w), the map v ↦ Hv at w).
    w : array of shape (P,)
        In double precision, because the steps of single precision would cross kinks.
    """
    size = jnp.linalg.norm(w) / max(w.size, 1) ** 0.5
    v = np.random.default_rng(0).standard_normal(w.size) * jnp.where(size > 0, size, 1)
    slope, product = linearized(w)
    Hv = product(v)
    for step in STEPS:
        difference = (linearized(w + step * v)[0] - linearized(w - step * v)[0]) / (2 * step)
        length = jnp.maximum(jnp.linalg.norm(Hv), jnp.linalg.norm(difference))
        rounding = 100 * EPS * jnp.linalg.norm(slope) / step
        allowed = APART * length + jnp.minimum(rounding, 0.01 * length)
        if jnp.linalg.norm(difference - Hv) <= allowed:
            return
    raise ValueError(
        f"{name} must have a correct second derivative, but a product with its Hessian disagrees with "
        "a finite difference of gradients. Look at its jax.custom_vjp: the backward pass must itself "
        "be differentiable, without stop_gradient or values computed in NumPy"
    )
