"""Small networks and their losses.

Parameters are one flat float64 vector `w` of shape (P,), as in the mathematics. A loss is a
function f(w, X, y) with the data as arguments, so that JAX never bakes them into compiled code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import prod, sqrt
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from course_lib.curvature.mean_loss import Loss
from course_lib.support import arguments
from course_lib.support.caching import remember
from course_lib.support.console import Printable
from course_lib.support.seeds import Seed

ACTIVATIONS: dict[str, Callable] = {
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "gelu": partial(jax.nn.gelu, approximate=False),
}
# Var(weight) · fan-in that keeps the size of a signal from layer to layer: LeCun et al. 1998 for
# tanh, He et al. 2015 for the two that cut the negative half away.
GAINS = {"tanh": 1.0, "relu": 2.0, "gelu": 2.0}


class Layer(NamedTuple):
    """The arrays of one layer, in their order in `w`.

    Each has a shape, and a standard deviation for its initial entries, which is 0 for biases.
    """

    name: str
    shapes: tuple[tuple[int, ...], ...]
    deviations: tuple[float, ...]


@dataclass(frozen=True, repr=False)
class Network(Printable):
    """A function of parameters and inputs; make one with a function such as `mlp`.

    Equal arguments make equal networks, so that losses and compiled code are reused.

    Attributes
    ----------
    name : str
        A short description.
    num_inputs, num_outputs : int
    layers : tuple of Layer
        The layers whose arrays make up `w`.
    forward : callable
        forward(unpacked, X) → outputs; see `unpack` and `apply`.
    """

    name: str
    num_inputs: int
    num_outputs: int
    layers: tuple[Layer, ...]
    forward: Callable

    @property
    def num_params(self) -> int:
        """The length P of the parameter vector."""
        return sum(prod(shape) for layer in self.layers for shape in layer.shapes)

    def init(self, seed: Seed = 0, scale: float = 1.0) -> np.ndarray:
        """Draw initial parameters: Gaussian weights, zero biases.

        Parameters
        ----------
        seed : int or numpy.random.Generator
        scale : float
            A factor on the standard deviation of the weights, which is √(gain/fan-in). The gain is
            2 with relu and gelu (He et al. 2015) and 1 otherwise (LeCun et al. 1998).

        Returns
        -------
        ndarray of shape (P,)
        """
        scale = arguments.positive("scale", scale)
        rng = np.random.default_rng(seed)
        w = np.zeros(self.num_params)
        for layer, arrays in zip(self.layers, self.unpack(w), strict=True):
            for deviation, array in zip(layer.deviations, arrays, strict=True):
                if deviation:
                    array[:] = scale * deviation * rng.standard_normal(array.shape)  # fills w
        return w

    def unpack(self, w: Any) -> list[tuple]:
        """Return the arrays in `w`, one tuple per layer: [(W, b), …] for `mlp`.

        They are views of `w`. Unpacking arange(P) shows where each of them lies in `w`.

        Examples
        --------
        >>> network = mlp((2, 3, 1))
        >>> (V, c), (W, b) = network.unpack(np.arange(network.num_params))
        >>> W, b
        (array([[ 9, 10, 11]]), array([12]))
        """
        if np.shape(w) != (self.num_params,):
            raise ValueError(f"w must be of shape ({self.num_params},), not {np.shape(w)}")
        unpacked, start = [], 0
        for layer in self.layers:
            arrays = []
            for shape in layer.shapes:
                arrays.append(w[start : start + prod(shape)].reshape(shape))
                start += prod(shape)
            unpacked.append(tuple(arrays))
        return unpacked

    def apply(self, w: Any, X: Any) -> Any:
        """Return the outputs (logits) of shape (n, C) for inputs `X` of shape (n, d)."""
        if X.shape[-1] != self.num_inputs:
            raise ValueError(f"X must have {self.num_inputs} columns, not {X.shape[-1]}")
        return self.forward(self.unpack(w), X)

    def __repr__(self) -> str:
        return f"{self.name}: {self.num_params} parameters"


def mlp(widths: Sequence[int] = (64, 32, 10), activation: str = "tanh") -> Network:
    """Make a fully connected network.

    Parameters
    ----------
    widths : sequence of int
        The numbers of inputs, of hidden units in each layer, and of outputs.
    activation : {"tanh", "relu", "gelu"}
        The function after every layer except the last. gelu is the exact form, with the Gaussian
        distribution function.

    Returns
    -------
    Network
        Unpacked, it has (W, b) for each layer: weights (outputs, inputs) and biases (outputs,).

    Raises
    ------
    ValueError
        If fewer than two widths are given, one is below 1, or the activation is unknown.

    Examples
    --------
    >>> network = mlp((64, 32, 10))
    >>> network
    mlp 64-32-10, tanh: 2410 parameters
    >>> [W.shape for W, b in network.unpack(network.init(seed=0))]
    [(32, 64), (10, 32)]
    """
    widths = tuple(arguments.count("each of widths", width) for width in widths)
    if len(widths) < 2:
        raise ValueError(f"widths must name at least inputs and outputs, not {widths}")
    gain = GAINS[arguments.choice("activation", activation, tuple(ACTIVATIONS))]
    layers = [_dense(f"layer {i}", *pair, gain) for i, pair in enumerate(pairwise(widths), 1)]
    name = f"mlp {'-'.join(map(str, widths))}, {activation}"
    return Network(name, widths[0], widths[-1], tuple(layers), _fully_connected(activation))


@remember()  # one function for equal arguments: networks that are made alike are then equal
def _fully_connected(activation: str) -> Callable[..., Any]:
    phi = ACTIVATIONS[activation]

    def forward(unpacked: list[tuple], X: Any) -> Any:
        *hidden, (W, b) = unpacked
        for V, c in hidden:
            X = phi(X @ V.T + c)
        return X @ W.T + b

    return forward


def linear(num_inputs: int = 64, num_classes: int = 10) -> Network:
    """Make a linear model: an `mlp` without hidden layers. With cross-entropy: multinomial regression.

    Unpacked, it has one layer (W, b).

    Examples
    --------
    >>> linear(64, 10).num_params
    650
    """
    return mlp((num_inputs, num_classes))


def convolutional(channels: int = 8, num_classes: int = 10, activation: str = "tanh") -> Network:
    """Make a convolutional network for 8×8 images: 3×3 kernels with stride 2, then a linear layer.

    The same kernel is applied at 4×4 places that are two pixels apart. A row and a column of zeros
    are appended to the image, so that the last places fit.

    Parameters
    ----------
    channels : int
        The number of kernels.
    num_classes : int
    activation : {"tanh", "relu", "gelu"}
        The function after the convolution.

    Returns
    -------
    Network
        Unpacked, it has kernels (channels, 9) and biases (channels,), then (W, b) with the inputs
        of W in the order (row, column, channel).

    Raises
    ------
    ValueError
        If a number is below 1 or the activation is unknown.

    Examples
    --------
    >>> convolutional(channels=8)  # 8·(9 + 1) + 10·(4·4·8 + 1)
    convolutional 3×3×8, tanh: 1370 parameters
    """
    channels = arguments.count("channels", channels)
    num_classes = arguments.count("num_classes", num_classes)
    gain = GAINS[arguments.choice("activation", activation, tuple(ACTIVATIONS))]
    layers = (
        _dense("convolution", 9, channels, gain),
        _dense("readout", 4 * 4 * channels, num_classes, gain),
    )
    name = f"convolutional 3×3×{channels}, {activation}"
    return Network(name, 64, num_classes, layers, _convolve(activation))


@remember()
def _convolve(activation: str) -> Callable[..., Any]:
    phi = ACTIVATIONS[activation]

    def forward(unpacked: list[tuple], X: Any) -> Any:
        (kernels, c), (W, b) = unpacked
        images = X.reshape(*X.shape[:-1], 8, 8)
        images = jnp.pad(images, [(0, 0)] * (images.ndim - 2) + [(0, 1), (0, 1)])
        # The nine pixels under the kernel, at all places at once: the rest is a dense layer.
        pixels = [images[..., i : i + 7 : 2, j : j + 7 : 2] for i in range(3) for j in range(3)]
        features = phi(jnp.stack(pixels, axis=-1) @ kernels.T + c)  # (n, 4, 4, channels)
        return features.reshape(*X.shape[:-1], -1) @ W.T + b

    return forward


def attention(width: int = 16, num_classes: int = 10) -> Network:
    """Make a small attention network that reads an 8×8 image as 8 tokens, its rows.

    First, each row is embedded and its position is added, H = XEᵀ + p. Then one layer of attention
    with one head and a residual, H + softmax(HQᵀ(HKᵀ)ᵀ/√width) HVᵀ, relates the rows to one
    another. Finally the mean over the rows goes through a linear layer.

    Parameters
    ----------
    width : int
        How many numbers represent a token.
    num_classes : int

    Returns
    -------
    Network
        Unpacked, it has the embedding (width, 8) and positions (8, width); queries, keys and
        values, each (width, width); then (W, b).

    Raises
    ------
    ValueError
        If a number is below 1.

    References
    ----------
    Vaswani et al. 2017, "Attention is all you need".

    Examples
    --------
    >>> attention(width=16)  # 8·16 + 8·16 + 3·16² + 10·(16 + 1)
    attention of width 16: 1194 parameters
    """
    width = arguments.count("width", width)
    num_classes = arguments.count("num_classes", num_classes)
    square, deviation = (width, width), sqrt(1 / width)
    layers = (
        # A position is one of 8 switches being on: fan-in 1.
        Layer("embedding", ((width, 8), (8, width)), (sqrt(1 / 8), 1.0)),
        Layer("attention", (square, square, square), (deviation, deviation, deviation)),
        _dense("readout", width, num_classes, gain=1.0),
    )
    return Network(f"attention of width {width}", 64, num_classes, layers, _attend)


def _attend(unpacked: list[tuple], X: Any) -> Any:
    (embedding, positions), (Q, K, V), (W, b) = unpacked
    H = X.reshape(*X.shape[:-1], 8, 8) @ embedding.T + positions  # (n, 8 tokens, width)
    scores = (H @ Q.T) @ jnp.swapaxes(H @ K.T, -1, -2) / sqrt(len(Q))
    H = H + jax.nn.softmax(scores) @ (H @ V.T)
    return H.mean(axis=-2) @ W.T + b


def _dense(name: str, n_in: int, n_out: int, gain: float) -> Layer:
    return Layer(name, ((n_out, n_in), (n_out,)), (sqrt(gain / n_in), 0.0))


def output_cross_entropy(outputs: Any, y: Any) -> Any:
    """Return the mean over examples of −log softmax(outputs)[label], in nats.

    Parameters
    ----------
    outputs : array of shape (n, C)
        What `Network.apply` returns; the loss is convex in them.
    y : array of int, shape (n,)
        Labels 0, …, C − 1.

    Raises
    ------
    ValueError
        If the labels are not integers, not of shape (n,), or not between 0 and C − 1. Compiled code
        does not know the values of the labels; there a label out of range makes the loss NaN.

    Examples
    --------
    >>> round(float(output_cross_entropy(np.zeros((1, 3)), np.array([0]))), 4)  # log 3
    1.0986
    """
    log_p = jax.nn.log_softmax(outputs)
    return -jnp.take_along_axis(log_p, _index(y, outputs)[:, None], axis=1).mean()


def output_squared_error(outputs: Any, y: Any) -> Any:
    """Return ½ · mean over examples of the sum over outputs of (output − target)².

    Parameters
    ----------
    outputs : array of shape (n, C)
        As in `output_cross_entropy`; the loss is convex in them.
    y : array of shape (n,) or (n, C)
        Integer labels, whose target is 1 at the label and 0 elsewhere, or the real targets
        themselves.

    Raises
    ------
    ValueError
        If real targets do not have the shape of the outputs, or for labels that
        `output_cross_entropy` refuses.

    Examples
    --------
    >>> float(output_squared_error(np.zeros((1, 3)), np.array([0])))
    0.5
    """
    if jnp.issubdtype(jnp.result_type(y), jnp.integer):
        y = jnp.eye(outputs.shape[1]).at[_index(y, outputs)].get(mode="fill", fill_value=jnp.nan)
    elif jnp.shape(y) != outputs.shape:
        raise ValueError(f"real targets y must be of shape {outputs.shape}, not {jnp.shape(y)}")
    residual = outputs - y
    return 0.5 * (residual**2).sum(axis=1).mean()


def _index(y: Any, outputs: Any) -> Any:
    if not jnp.issubdtype(jnp.result_type(y), jnp.integer):
        raise ValueError(f"y must hold integer labels, not {jnp.result_type(y)}: y.astype(int)")
    n, num_classes = outputs.shape
    if jnp.shape(y) != (n,):
        remedy = ": y.ravel()" if jnp.shape(y) == (n, 1) else ""
        raise ValueError(f"y must hold labels in shape ({n},), not {jnp.shape(y)}{remedy}")
    if n and not isinstance(y, jax.core.Tracer):
        known = np.asarray(y)  # JAX would trace the comparison inside a compiled function
        if not 0 <= known.min() <= known.max() < num_classes:
            raise ValueError(
                f"y must hold labels from 0 to {num_classes - 1}, but they go from {known.min()} to "
                f"{known.max()}: np.unique(y, return_inverse=True)[1] counts them from 0"
            )
    # JAX fills with NaN beyond the end, but would count −1 from there: no label is meant by it.
    return jnp.where(y < 0, num_classes, y)


@remember()  # equal networks share one function, so what JAX compiled for it is found again
def cross_entropy(network: Network) -> Loss:
    """Return f(w, X, y): the `output_cross_entropy` of the network's outputs, a mean, in nats.

    It takes w of shape (P,), X of shape (n, d) and integer labels y of shape (n,).

    Examples
    --------
    >>> network = mlp((2, 3))
    >>> f = cross_entropy(network)
    >>> round(float(f(np.zeros(9), np.ones((1, 2)), np.array([0]))), 4)  # log 3
    1.0986
    """

    def mean_cross_entropy(w: Any, X: Any, y: Any) -> Any:
        return output_cross_entropy(network.apply(w, X), y)

    return mean_cross_entropy


@remember()
def squared_error(network: Network) -> Loss:
    """Return f(w, X, y): the `output_squared_error` of the network's outputs, ½ · a mean over examples.

    It takes w of shape (P,), X of shape (n, d), and y, which is either integer labels of shape (n,)
    or the real targets themselves, of shape (n, outputs). With the ½, the Hessian of a linear model
    is the mean of xxᵀ, once for every output.

    Examples
    --------
    >>> f = squared_error(mlp((2, 3)))
    >>> float(f(np.zeros(9), np.ones((1, 2)), np.array([0])))
    0.5
    """

    def half_mean_squared_error(w: Any, X: Any, y: Any) -> Any:
        return output_squared_error(network.apply(w, X), y)

    return half_mean_squared_error


def accuracy(network: Network, w: Any, X: Any, y: ArrayLike) -> float:
    """Return the share of examples whose largest output is that of the label, from 0 to 1.

    Raises
    ------
    ValueError
        If `y` does not hold one label for each example.

    Examples
    --------
    >>> accuracy(mlp((1, 2)), np.array([1.0, -1.0, 0, 0]), np.array([[2.0], [-3.0]]), [0, 0])
    0.5
    """
    found, y = np.argmax(network.apply(w, X), axis=1), np.asarray(y)
    if y.shape != found.shape:
        raise ValueError(f"y must hold labels in shape {found.shape}, not {y.shape}")
    return float(np.mean(found == y))
