"""Several measures of sharpness, and a change of weights that keeps the function but not sharpness.

λ₁ and the trace of the Hessian come from `lanczos` and `trace`. Here are two measures that move the
weights and look at the loss, on average over noise and at worst in a ball, and a third one that
scales with the weights (adaptive). The rescaling of two ReLU layers tells these measures apart.
Slices through the loss use directions that scale with the weights, or directions that do not.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from course_lib.curvature.mean_loss import Loss
from course_lib.curvature.networks import Network
from course_lib.curvature.retracing import Retraced
from course_lib.curvature.symmetric_operator import Matrix, Scaled, SymmetricOperator
from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.estimates import Estimate
from course_lib.support.seeds import Seed, stream

# Points whose losses are computed at once: memory stays that of a few forward passes.
TOGETHER = 32


@dataclass(frozen=True, eq=False, repr=False)
class NoiseIncrease(Estimate):
    """How much Gaussian noise in the weights raises the loss on average.

    Attributes
    ----------
    estimate, stderr : float
        The mean increase and its standard error.
    samples : ndarray of shape (num_pairs,)
        ½(f(w + u) + f(w − u)) − f(w) for each pair of opposite noises.
    num_evaluations : int
        The number of losses that were computed.
    """

    num_evaluations: int

    def __repr__(self) -> str:
        found = f"{self.estimate:.4g} ± {self.stderr:.2g} (s.e.)"
        return f"NoiseIncrease: {found}, {self.num_evaluations} evaluations"


def noise_increase(
    f: Loss, w: ArrayLike, *data: Any, sigma: ArrayLike, num_pairs: int = 100, seed: Seed = 0
) -> NoiseIncrease:
    """Estimate the `NoiseIncrease` E[f(w + u)] − f(w) for Gaussian u of standard deviation `sigma`.

    For a twice differentiable f and small noise it is ½ Σ σᵢ² hᵢᵢ. With one σ for all weights this
    is ½σ² tr(H). Noise comes in pairs ±u, in which the slope cancels: its part averages to zero,
    but it would scatter most.

    Parameters
    ----------
    f : callable
        A JAX-traceable loss f(w, *data).
    w : array_like of shape (P,)
    *data : array_like
    sigma : float or array_like of shape (P,)
        The standard deviation, one number for all weights or one for each. With ``0.1 * abs(w)``
        the noise is in proportion to the weights.
    num_pairs : int
        At least 2.
    seed : int or numpy.random.Generator

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> jax.config.update("jax_enable_x64", True)
    >>> bowl = lambda w: 2 * w[0] ** 2 + 8 * w[1] ** 2  # trace 20
    >>> found = noise_increase(bowl, [0.0, 0.0], sigma=0.1, num_pairs=1000)
    >>> bool(abs(found.estimate - 0.1**2 * 20 / 2) < 3 * found.stderr)
    True
    """
    w = arguments.vector("w", w)
    num_pairs = arguments.count("num_pairs", num_pairs, at_least=2)
    if np.ndim(sigma) == 0:
        sigma = arguments.positive("sigma", sigma)
    else:
        sigma = arguments.vector("sigma", sigma, w.size)
        if sigma.min() < 0 or not sigma.any():
            raise ValueError("sigma must not be negative anywhere, and must not be zero everywhere")
    u = sigma * stream(seed).standard_normal((num_pairs, w.size))
    losses = _losses(f, np.concatenate([w[None], w + u, w - u]), *data)
    samples = (losses[1 : num_pairs + 1] + losses[num_pairs + 1 :]) / 2 - losses[0]
    return NoiseIncrease.of(samples, len(losses))


@dataclass(frozen=True, eq=False, repr=False)
class WorstIncrease(Printable):
    """The largest increase of a loss found within a distance of a point.

    Attributes
    ----------
    increase : float
        f(w + step) − f(w). It is a lower bound: another point in the ball may be worse.
    step : ndarray of shape (P,)
        The step from w to the point where it was found, at the edge of the ball.
    num_gradients : int
    """

    increase: float
    step: np.ndarray
    num_gradients: int

    def __repr__(self) -> str:
        return f"WorstIncrease: at least {self.increase:.4g}, {self.num_gradients} gradients"


def worst_increase(
    f: Loss, w: ArrayLike, *data: Any, radius: float, steps: int = 30
) -> WorstIncrease:
    """Search the ball ‖u‖ ≤ radius for the `WorstIncrease`, the largest f(w + u) − f(w).

    Each step goes to the edge of the ball along the gradient at the last point,
    u ← radius·∇f(w + u)/‖∇f(w + u)‖. The best point seen is returned. On a quadratic without slope
    this is power iteration, which finds the eigenvalue of the largest magnitude. If that is λ₁, the
    increase becomes ½·radius²·λ₁. If it is a negative one, the best point is one that was seen on
    the way. The first step is that of sharpness-aware minimization.

    Parameters
    ----------
    f, w, *data
        As in `noise_increase`.
    radius : float
    steps : int
        The number of gradients to spend.

    Raises
    ------
    ValueError
        If an argument is out of range, or the gradient at `w` is zero, so that there is no
        direction to start in.

    References
    ----------
    Foret et al. 2021, "Sharpness-aware minimization for efficiently improving generalization".

    Examples
    --------
    >>> jax.config.update("jax_enable_x64", True)
    >>> bowl = lambda w: 2 * w[0] ** 2 + 8 * w[1] ** 2  # λ₁ = 16
    >>> worst_increase(bowl, [1e-4, 1e-4], radius=0.1)
    WorstIncrease: at least 0.08016, 30 gradients
    """
    w = jnp.asarray(arguments.vector("w", w))
    radius, steps = arguments.positive("radius", radius), arguments.count("steps", steps)
    f = Retraced(f, w, *data)
    if not np.linalg.norm(_value_and_grad(f, w, *data)[1]) > 0:
        raise ValueError("the gradient of f is zero at w: start at a point close to it")
    increase, step = _climb(f, steps, w, radius, *data)
    return WorstIncrease(float(increase), np.array(step), steps)


def adaptive_operator(H: Matrix, w: ArrayLike) -> SymmetricOperator:
    """Return the operator D H D with D = diag(|w|): curvature when weights move in proportion to size.

    Its λ₁ is adaptive sharpness to second order: the worst case if each weight changes by a share
    of itself. If a rescaling multiplies the weights by d and keeps the loss, H becomes H/(d dᵀ),
    and D H D stays the same.

    Parameters
    ----------
    H : scipy.sparse.linalg.LinearOperator or ndarray of shape (P, P)
        Symmetric.
    w : array_like of shape (P,)

    Raises
    ------
    ValueError
        If `H` is not square or `w` has another length.

    References
    ----------
    Kwon et al. 2021, "ASAM: Adaptive sharpness-aware minimization for scale-invariant learning of
    deep neural networks".

    Examples
    --------
    >>> adaptive_operator(np.array([[0.01, 1.0], [1.0, 100.0]]), [10.0, 0.1]).to_dense()
    array([[1., 1.], [1., 1.]])
    """
    H = arguments.square_operator("H", H)
    return Scaled(H, np.abs(arguments.vector("w", w, H.shape[0])))


def rescale(network: Network, w: ArrayLike, alpha: float, layer: int = 1) -> np.ndarray:
    """Multiply a ReLU layer by `alpha` and the weights after it by 1/alpha.

    relu(αz) = α·relu(z) for α > 0, so every output stays the same: this is the same function at
    another point. All parameters are returned, in the shape (P,).

    Parameters
    ----------
    network : networks.Network
        It has weights and biases layer by layer, as `mlp` makes them, and relu.
    w : array_like of shape (P,)
    alpha : float
        Above 0.
    layer : int
        The hidden layer, counted from 1, whose weights and biases are multiplied.

    Raises
    ------
    ValueError
        If there is no such hidden layer, `alpha` is not above 0, or the outputs change.

    References
    ----------
    Dinh et al. 2017, "Sharp minima can generalize for deep nets".

    Examples
    --------
    >>> from course_lib.curvature import networks
    >>> network = networks.mlp((1, 1, 1), "relu")
    >>> rescale(network, [2.0, 3.0, 5.0, 7.0], alpha=10)  # weight, bias, weight, bias
    array([20. , 30. ,  0.5,  7. ])
    """
    w = arguments.vector("w", w, network.num_params)
    alpha, layer = arguments.positive("alpha", alpha), arguments.count("layer", layer)
    if layer >= len(network.layers):
        raise ValueError(
            f"layer must be one of the {len(network.layers) - 1} hidden layers, not {layer}"
        )
    moved = w.copy()
    layers = network.unpack(moved)  # views
    if any(len(arrays) != 2 for arrays in layers):
        raise ValueError(f"network must have weights and biases in each layer, not {network.name}")
    W, b = layers[layer - 1]
    W *= alpha
    b *= alpha
    layers[layer][0][:] /= alpha
    X = np.random.default_rng(0).standard_normal((8, network.num_inputs))
    before, after = np.asarray(network.apply(w, X)), np.asarray(network.apply(moved, X))
    if np.abs(after - before).max() > 1e-9 * np.abs(before).max():
        raise ValueError(
            f"network must keep its outputs when rescaled: that needs relu, not {network.name}"
        )
    return moved


def random_direction(
    network: Network, w: ArrayLike, filterwise: bool = True, seed: Seed = 0
) -> np.ndarray:
    """Draw a random direction of shape (P,) for a slice through the loss.

    Parameters
    ----------
    network : networks.Network
        From `mlp`.
    w : array_like of shape (P,)
    filterwise : bool
        If True, the part for the incoming weights of each unit has the length of these weights, and
        the part for each bias has the size of the bias. A step of 1 is then as long as the weights
        are. If False, the direction has length 1, whatever the weights are.
    seed : int or numpy.random.Generator

    Raises
    ------
    ValueError
        If `w` has another length.

    References
    ----------
    Li et al. 2018, "Visualizing the loss landscape of neural nets".

    Examples
    --------
    >>> from course_lib.curvature import networks
    >>> network = networks.mlp((2, 1))
    >>> d = random_direction(network, [3.0, 4.0, 0.0], seed=0)  # two weights, one bias
    >>> float(np.linalg.norm(d).round(12))
    5.0
    """
    w = arguments.vector("w", w, network.num_params)
    d = stream(seed).standard_normal(w.size)
    if not filterwise:
        return d / np.linalg.norm(d)
    for arrays, sizes in zip(network.unpack(d), network.unpack(w), strict=True):
        for part, weights in zip(arrays, sizes, strict=True):
            rows, lengths = (part, weights) if part.ndim > 1 else (part[:, None], weights[:, None])
            wanted = np.linalg.norm(lengths, axis=1, keepdims=True)
            rows *= wanted / np.linalg.norm(rows, axis=1, keepdims=True)
    return d


def loss_slice(f: Loss, w: ArrayLike, direction: ArrayLike, *data: Any, t: ArrayLike) -> np.ndarray:
    """Return f(w + t·direction, *data) for each of the numbers `t`.

    Examples
    --------
    >>> jax.config.update("jax_enable_x64", True)
    >>> loss_slice(lambda w: w[0] ** 2 + 9 * w[1] ** 2, [0.0, 0.0], [0.0, 1.0], t=[-1, 0, 2])
    array([ 9.,  0., 36.])
    """
    w = arguments.vector("w", w)
    direction, t = arguments.vector("direction", direction, w.size), arguments.vector("t", t)
    return _losses(f, w + t[:, None] * direction, *data)


def _losses(f: Loss, points: ArrayLike, *data: Any) -> np.ndarray:
    points = jnp.asarray(points)
    losses = np.array(_map_losses(Retraced(f, points[0], *data), points, *data))
    if losses.ndim != 1 or losses.dtype.kind != "f":
        what = f"{losses.dtype} of shape {losses.shape[1:]}"
        raise ValueError(f"f must return one real number, not {what}")
    return losses


@partial(jax.jit, static_argnames="f")
def _map_losses(f: Loss, points: Any, *data: Any) -> Any:
    return jax.lax.map(lambda w: f(w, *data), points, batch_size=min(TOGETHER, len(points)))


@partial(jax.jit, static_argnames="f")
def _value_and_grad(f: Loss, w: Any, *data: Any) -> Any:
    return jax.value_and_grad(f)(w, *data)


@partial(jax.jit, static_argnames=("f", "steps"))
def _climb(f: Loss, steps: int, w: Any, radius: Any, *data: Any) -> Any:
    start, gradient = jax.value_and_grad(f)(w, *data)

    def step(state: tuple, _: None) -> tuple:
        u, best, best_u = state
        value, gradient = jax.value_and_grad(f)(w + u, *data)
        better = value - start > best
        best, best_u = jnp.where(better, value - start, best), jnp.where(better, u, best_u)
        return (radius * gradient / jnp.linalg.norm(gradient), best, best_u), None

    u = radius * gradient / jnp.linalg.norm(gradient)
    (u, best, best_u), _ = jax.lax.scan(step, (u, -jnp.inf, u), None, steps - 1)
    last = f(w + u, *data) - start
    return jnp.maximum(last, best), jnp.where(last > best, u, best_u)
