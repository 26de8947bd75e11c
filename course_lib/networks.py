"""The digits, small networks, their losses, and gradient descent on them.

Parameters are one flat float64 vector `w` of shape (P,), as in the mathematics. A loss is a
function f(w, X, y) with the data as arguments, so that JAX never bakes them into compiled code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from math import ceil, sqrt

import jax
import jax.numpy as jnp
import numpy as np

from course_lib import checks

ACTIVATIONS: dict[str, Callable] = {
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "gelu": partial(jax.nn.gelu, approximate=False),
}
# Var(weight) · fan-in that keeps the size of a signal from layer to layer: LeCun et al. 1998 for
# tanh, He et al. 2015 for the two that cut the negative half away.
GAINS = {"tanh": 1.0, "relu": 2.0, "gelu": 2.0}


@dataclass(frozen=True, eq=False, repr=False)
class Digits:
    """Images as rows, split into training and test.

    Attributes
    ----------
    X_train, X_test : ndarray of shape (n, 64)
        Pixels, divided by the root mean square of the training pixels.
    y_train, y_test : ndarray of int, shape (n,)
        Labels 0, …, C − 1.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    def __repr__(self):
        sizes = f"{len(self.y_train)} training and {len(self.y_test)} test images"
        return f"Digits: {sizes} of {self.X_train.shape[1]} pixels"


def digits(classes=10, num_train=None, *, centred=True, seed=0):
    """Load 8×8 images of handwritten digits, a fifth of them set aside as test.

    Parameters
    ----------
    classes : int or sequence of int
        How many digits, from 0 on, or which; label k is the k-th of them.
    num_train : int, optional
        Keep this many training images; all by default. The test images stay the same.
    centred : bool
        Subtract the mean training image. It decides whether a spectrum shows outliers: most of
        them come from the mean of the inputs.
    seed : int or numpy.random.Generator
        Shuffles before the split.

    Returns
    -------
    Digits

    Raises
    ------
    ValueError
        If there are no such digits, fewer than two, or fewer than `num_train` training images.

    References
    ----------
    Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository; the 1797 images that scikit-learn ships.

    Examples
    --------
    >>> digits(classes=(3, 8), num_train=200, centred=False)
    Digits: 200 training and 71 test images of 64 pixels
    """
    from sklearn.datasets import load_digits  # takes a second to import

    chosen = (
        list(classes) if np.iterable(classes) else list(range(checks.count("classes", classes)))
    )
    if len(chosen) < 2 or len(set(chosen)) < len(chosen) or not set(chosen) <= set(range(10)):
        raise ValueError(f"classes must be 2 to 10, or distinct digits, not {classes!r}")
    X, digit = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(np.flatnonzero(np.isin(digit, chosen)))
    X, y = X[order] / 16, np.argmax(digit[order, None] == np.array(chosen), axis=1)

    available = len(y) - len(y) // 5
    num_train = available if num_train is None else checks.count("num_train", num_train)
    if num_train > available:
        raise ValueError(f"num_train must be at most {available}, not {num_train}")
    train, test = slice(num_train), slice(available, None)
    if centred:
        X = X - X[train].mean(axis=0)
    X = X / np.sqrt(np.mean(X[train] ** 2))
    return Digits(X[train], y[train], X[test], y[test])


@dataclass(frozen=True)
class Network:
    """A fully connected network; make one with `mlp`.

    Attributes
    ----------
    widths : tuple of int
        Inputs, hidden units of each layer, outputs.
    activation : str
        After every layer but the last.
    """

    widths: tuple[int, ...]
    activation: str

    @property
    def num_params(self):
        """The length P of the parameter vector."""
        return sum((n_in + 1) * n_out for n_in, n_out in pairwise(self.widths))

    def init(self, seed=0, scale=1.0):
        """Draw initial parameters: Gaussian weights, zero biases.

        Parameters
        ----------
        seed : int or numpy.random.Generator
        scale : float
            Multiplies the standard deviation of the weights, √(gain/fan-in), where the gain is
            1 for tanh (LeCun et al. 1998) and 2 for relu and gelu (He et al. 2015).

        Returns
        -------
        ndarray of shape (P,)
        """
        scale = checks.positive("scale", scale)
        rng = np.random.default_rng(seed)
        w = np.zeros(self.num_params)
        for W, _ in self.unpack(w):  # views: filling W fills w
            W[:] = scale * sqrt(GAINS[self.activation] / W.shape[1]) * rng.standard_normal(W.shape)
        return w

    def unpack(self, w):
        """Return [(W, b), …], one pair a layer: weights (outputs, inputs) and biases (outputs,)."""
        if np.shape(w) != (self.num_params,):
            raise ValueError(f"w must be of shape ({self.num_params},), not {np.shape(w)}")
        layers, start = [], 0
        for n_in, n_out in pairwise(self.widths):
            middle, end = start + n_in * n_out, start + (n_in + 1) * n_out
            layers.append((w[start:middle].reshape(n_out, n_in), w[middle:end]))
            start = end
        return layers

    def apply(self, w, X):
        """Return the outputs (logits) of shape (n, C) for inputs `X` of shape (n, d)."""
        if X.shape[-1] != self.widths[0]:
            raise ValueError(f"X must have {self.widths[0]} columns, not {X.shape[-1]}")
        *hidden, (W, b) = self.unpack(w)
        for V, c in hidden:
            X = ACTIVATIONS[self.activation](X @ V.T + c)
        return X @ W.T + b


def mlp(widths=(64, 32, 10), activation="tanh"):
    """Make a fully connected network.

    Parameters
    ----------
    widths : sequence of int
        Inputs, hidden units of each layer, outputs; (64, 10) is a linear model.
    activation : {"tanh", "relu", "gelu"}
        gelu is the exact one, with the Gaussian distribution function.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If fewer than two widths are given, one is below 1, or the activation is unknown.

    Examples
    --------
    >>> network = mlp((64, 32, 10))
    >>> network.num_params
    2410
    >>> [W.shape for W, b in network.unpack(network.init(seed=0))]
    [(32, 64), (10, 32)]
    """
    widths = tuple(checks.count("each of widths", width) for width in widths)
    if len(widths) < 2:
        raise ValueError(f"widths must name inputs and outputs at least, not {widths}")
    return Network(widths, checks.choice("activation", activation, tuple(ACTIVATIONS)))


@cache  # equal networks share one function, so what JAX compiled for it is found again
def cross_entropy(network):
    """Return f(w, X, y): the mean over examples of −log softmax(outputs)[label], in nats.

    Parameters
    ----------
    network : Network

    Returns
    -------
    callable
        f(w, X, y) for w of shape (P,), X of shape (n, d), integer labels y of shape (n,).

    Examples
    --------
    >>> network = mlp((2, 3))
    >>> f = cross_entropy(network)
    >>> round(float(f(np.zeros(9), np.ones((1, 2)), np.array([0]))), 4)  # log 3
    1.0986
    """

    def mean_cross_entropy(w, X, y):
        log_p = jax.nn.log_softmax(network.apply(w, X))
        return -jnp.take_along_axis(log_p, y[:, None], axis=1).mean()

    return mean_cross_entropy


@cache
def squared_error(network):
    """Return f(w, X, y): ½ · mean over examples of the sum over outputs of (output − target)².

    For a label the target is 1 at the label and 0 elsewhere. With the ½, the Hessian of a linear
    model is the mean of xxᵀ, once for every output.

    Parameters
    ----------
    network : Network

    Returns
    -------
    callable
        f(w, X, y) for w of shape (P,), X of shape (n, d), and y either integer labels of shape (n,)
        or the real targets themselves, of shape (n, outputs).

    Examples
    --------
    >>> f = squared_error(mlp((2, 3)))
    >>> float(f(np.zeros(9), np.ones((1, 2)), np.array([0])))
    0.5
    """

    def half_mean_squared_error(w, X, y):
        outputs = network.apply(w, X)
        if jnp.issubdtype(jnp.result_type(y), jnp.integer):
            y = jnp.eye(network.widths[-1]).at[y].get(mode="fill", fill_value=jnp.nan)
        elif jnp.shape(y) != outputs.shape:
            raise ValueError(f"real targets y must be of shape {outputs.shape}, not {jnp.shape(y)}")
        residual = outputs - y
        return 0.5 * (residual**2).sum(axis=1).mean()

    return half_mean_squared_error


def accuracy(network, w, X, y):
    """Return the share of examples whose largest output is at the label, from 0 to 1.

    Examples
    --------
    >>> accuracy(mlp((1, 2)), np.array([1.0, -1.0, 0, 0]), np.array([[2.0], [-3.0]]), [0, 0])
    0.5
    """
    return float(np.mean(np.argmax(network.apply(w, X), axis=1) == np.asarray(y)))


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """What gradient descent did.

    Attributes
    ----------
    w : ndarray of shape (P,)
        The parameters at the end.
    losses : ndarray of shape (steps,)
        The loss before each step, on the examples of that step.
    """

    w: np.ndarray
    losses: np.ndarray

    def __repr__(self):
        if not self.losses.size:
            return "Run: no step"
        return f"Run: {self.losses.size} steps, loss {self.losses[0]:.4g} → {self.losses[-1]:.4g}"


class DivergenceError(ValueError):
    """The step size was too large; `partial` is the `Run` up to the last finite point."""

    def __init__(self, message, partial):
        super().__init__(message)
        self.partial = partial


def gradient_descent(f, w, X, y, eta, steps, batch_size=None, momentum=0.0, seed=0):
    """Walk downhill with a fixed step: v ← momentum·v − η∇f(w), w ← w + v.

    Parameters
    ----------
    f : callable
        A JAX-traceable loss f(w, X, y); pass the same function again and nothing is recompiled.
    w : array_like of shape (P,)
        Where to start.
    X, y : array_like with n rows
        The examples.
    eta : float
        The step size.
    steps : int
    batch_size : int, optional
        Examples a step, see `minibatches`; all n by default.
    momentum : float
        From 0 (plain gradient descent) to below 1 (heavy ball, Polyak 1964).
    seed : int or numpy.random.Generator
        Orders the examples; without `batch_size` nothing is random.

    Returns
    -------
    Run

    Raises
    ------
    DivergenceError
        A ValueError, if the loss or the parameters stop being finite; it says after which step,
        and its `partial` holds what was computed.
    ValueError
        If an argument is out of range, or JAX computes in float32.

    Examples
    --------
    >>> jax.config.update("jax_enable_x64", True)
    >>> quadratic = lambda w, X, y: 0.5 * jnp.mean((X @ w - y) ** 2)
    >>> gradient_descent(quadratic, [0.0], np.ones((4, 1)), np.ones(4), eta=0.5, steps=3)
    Run: 3 steps, loss 0.5 → 0.03125
    """
    w = jnp.asarray(checks.vector("w", w))
    if w.dtype != jnp.float64:
        raise ValueError("JAX computes in float32: call course_lib.setup() first")
    X, y = jnp.asarray(X), jnp.asarray(y)
    if len(X) != len(y) or len(y) == 0:
        raise ValueError(
            f"X and y must have equally many rows, at least one, not {len(X)}, {len(y)}"
        )
    eta, steps = checks.positive("eta", eta), checks.count("steps", steps)
    momentum = checks.number("momentum", momentum)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be at least 0 and below 1, not {momentum:.6g}")
    batches = None if batch_size is None else minibatches(len(y), batch_size, steps, seed)

    w, losses, finite = map(np.array, _descend(f, w, X, y, batches, eta, momentum, steps))
    if not np.isfinite(losses[0]):
        raise ValueError(f"f must be finite at the start, but f(w, X, y) = {losses[0]:.6g}")
    run = Run(w, losses[finite])
    if not finite.all():
        raise DivergenceError(
            f"eta = {eta:.6g} diverges: loss or parameters are not finite after "
            f"{len(run.losses)} of {steps} steps (kept in .partial); use a smaller eta",
            run,
        )
    return run


def minibatches(n, batch_size, steps, seed=0):
    """Return the rows of each step: fresh permutations of all n, end to end, cut into batches.

    Every example is met once an epoch, also where `batch_size` does not divide `n`.

    Returns
    -------
    ndarray of int, shape (steps, batch_size)

    Raises
    ------
    ValueError
        If `batch_size` is not between 1 and `n`.

    Examples
    --------
    >>> sorted(minibatches(n=6, batch_size=2, steps=3).ravel().tolist())
    [0, 1, 2, 3, 4, 5]
    """
    batch_size = checks.count("batch_size", batch_size)
    if batch_size > n:
        raise ValueError(f"batch_size must be at most the {n} examples, not {batch_size}")
    rng = np.random.default_rng(seed)
    epochs = ceil(steps * batch_size / n)
    rows = np.concatenate([rng.permutation(n) for _ in range(epochs)])
    return rows[: steps * batch_size].reshape(steps, batch_size)


@partial(jax.jit, static_argnames=("f", "steps"))
def _descend(f, w, X, y, batches, eta, momentum, steps):
    def step(state, rows):
        w, velocity, finite = state
        examples = (X, y) if rows is None else (X[rows], y[rows])
        loss, gradient = jax.value_and_grad(f)(w, *examples)
        velocity = momentum * velocity - eta * gradient
        finite = finite & jnp.isfinite(loss) & jnp.isfinite(w + velocity).all()
        # From the first overflow on w stands still, so that the last finite point is kept.
        return (jnp.where(finite, w + velocity, w), velocity, finite), (loss, finite)

    start = w, jnp.zeros_like(w), jnp.array(True)
    (w, _, _), (losses, finite) = jax.lax.scan(step, start, batches, length=steps)
    return w, losses, finite
