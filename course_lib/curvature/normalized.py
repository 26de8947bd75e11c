"""Layers whose output does not depend on the scale of weights: weight normalization, layer norm."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import jax.numpy as jnp

from course_lib.curvature.networks import ACTIVATIONS, GAINS, Layer, Network
from course_lib.support import arguments
from course_lib.support.caching import remember


def weight_norm(V: Any, gain: Any) -> Any:
    """Return the weights gain · V/‖V‖, row by row: the length of a row of V has no effect.

    Parameters
    ----------
    V : array of shape (m, d)
        No row may be zero.
    gain : array of shape (m,)

    References
    ----------
    Salimans & Kingma 2016, "Weight normalization: A simple reparameterization to accelerate
    training of deep neural networks".

    Examples
    --------
    >>> weight_norm(jnp.array([[3.0, 4.0]]), jnp.array([10.0])).tolist()
    [[6.0, 8.0]]
    """
    return gain[:, None] * V / jnp.linalg.norm(V, axis=1, keepdims=True)


def layer_norm(Z: Any, gain: Any, shift: Any, epsilon: float = 1e-5) -> Any:
    """Return each row of Z with mean 0 and variance 1, times `gain` plus `shift`.

    Multiplying a row by a factor changes nothing, except for `epsilon` under the root.

    Parameters
    ----------
    Z : array of shape (n, m)
    gain, shift : array of shape (m,)
    epsilon : float

    References
    ----------
    Ba, Kiros & Hinton 2016, "Layer normalization".

    Examples
    --------
    >>> layer_norm(jnp.array([[1.0, 3.0]]), jnp.ones(2), jnp.zeros(2), epsilon=0.0).tolist()
    [[-1.0, 1.0]]
    """
    Z = Z - Z.mean(axis=-1, keepdims=True)
    return gain * Z / jnp.sqrt((Z**2).mean(axis=-1, keepdims=True) + epsilon) + shift


def normalized_mlp(
    widths: Sequence[int] = (64, 32, 10), activation: str = "tanh", kind: str = "weight"
) -> Network:
    """Make a fully connected network like `networks.mlp`, but with normalized hidden layers.

    Parameters
    ----------
    widths : sequence of int
        The numbers of inputs, of hidden units in each layer (at least one), and of outputs.
    activation : {"tanh", "relu", "gelu"}
    kind : {"weight", "layer"}
        `weight_norm` of the hidden weights, or `layer_norm` before each activation.

    Returns
    -------
    Network
        Unpacked, it has (V, gain, b) for each hidden layer, then (W, b) of the last layer. With
        layer norm the gains start at 1. With weight norm they start at the average length of the
        rows.

    Raises
    ------
    ValueError
        If fewer than three widths are given, one is below 1, or a name is unknown.

    Examples
    --------
    >>> normalized_mlp((64, 32, 10))  # 32 gains more than `mlp`
    mlp 64-32-10, tanh, weight norm: 2442 parameters
    """
    widths = tuple(arguments.count("each of widths", width) for width in widths)
    if len(widths) < 3:
        raise ValueError(f"widths must name at least one hidden layer, not {widths}")
    gain = GAINS[arguments.choice("activation", activation, tuple(ACTIVATIONS))]
    arguments.choice("kind", kind, ("weight", "layer"))
    layers = [
        Layer(f"layer {i}", ((m, d), (m,), (m,)), (sqrt(gain / d), 0.0, 0.0))
        for i, (d, m) in enumerate(pairwise(widths[:-1]), 1)
    ]
    d, m = widths[-2:]
    layers.append(Layer(f"layer {len(widths) - 1}", ((m, d), (m,)), (sqrt(gain / d), 0.0)))
    name = f"mlp {'-'.join(map(str, widths))}, {activation}, {kind} norm"
    forward = _forward(activation, kind, sqrt(gain) if kind == "weight" else 1.0)
    return Network(name, widths[0], widths[-1], tuple(layers), forward)


@remember()  # one function for equal arguments, as in `networks`
def _forward(activation: str, kind: str, start: float) -> Callable[..., Any]:
    phi = ACTIVATIONS[activation]

    # A gain is kept as its distance from where it starts, so that `init` may begin at zeros.
    def forward(unpacked: list[tuple], X: Any) -> Any:
        *hidden, (W, b) = unpacked
        for V, gain, c in hidden:
            if kind == "weight":
                X = phi(X @ weight_norm(V, start + gain).T + c)
            else:
                X = phi(layer_norm(X @ V.T, start + gain, c))
        return X @ W.T + b

    return forward
