"""Zeroing and rounding the weights of a trained network, with and without the second-order term.

tools/record_10.py wrote the recorded losses.
"""

from typing import NamedTuple

import numpy as np

from course_lib.curvature import networks
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.training import gradient_descent
from course_lib.support import datasets
from course_lib.teaching import records

PRUNING = "10_pruning"
RULES = ("random", "magnitude", "½hᵢᵢwᵢ²", "½hᵢᵢwᵢ², others updated")
SHARES = np.arange(1, 10) / 10
BITS = (2, 3, 4, 5, 6)
FLOOR = 1e-4  # eigenvalues of H below it are raised to it, so that H can be inverted


class Trained(NamedTuple):
    """A trained network: the loss of w alone, the weights, the data, the dense Hessian."""

    network: networks.Network
    loss: object
    w: np.ndarray
    data: object
    H: np.ndarray


def trained(seed=0, num_train=1000, widths=(64, 32, 10)):
    """Train a tanh network on digits with cross-entropy to a loss of 0.01, and take its Hessian."""
    data, network = datasets.digits(num_train=num_train, seed=seed), networks.mlp(widths)
    f, X, y = networks.cross_entropy(network), data.X_train, data.y_train
    run = gradient_descent(
        f, network.init(seed), X, y, 0.1, 4000, 50, 0.9, seed, every=50, target_loss=0.01
    )
    H = hessian_operator(f, run.w, X, y).to_dense()
    return Trained(network, lambda w: float(f(w, X, y)), run.w, data, (H + H.T) / 2)


def inverse(H, floor=FLOOR):
    """Return the inverse of H with its eigenvalues raised to `floor` where they are below it."""
    values, Q = np.linalg.eigh(H)
    return (Q / np.maximum(values, floor)) @ Q.T


def saliency(w, H):
    """Return ½hᵢᵢwᵢ²: what zeroing weight i adds to a quadratic loss with gradient 0.

    Entries with hᵢᵢ < 0 count as 0.

    Examples
    --------
    >>> saliency(np.array([2.0, -1.0]), np.diag([1.0, 6.0]))
    array([2., 3.])
    """
    return 0.5 * np.maximum(np.diag(H), 0) * np.asarray(w) ** 2


def surgeon(w, inverse_H, zeroed):
    """Zero some weights and move the others to where a quadratic loss is smallest.

    Minimize ½dᵀHd with d = −w on the `zeroed` set S: d = −H⁻¹[:, S] (H⁻¹[S, S])⁻¹ w[S].

    Parameters
    ----------
    w : ndarray of shape (P,)
    inverse_H : ndarray of shape (P, P)
    zeroed : ndarray of int

    References
    ----------
    Hassibi & Stork 1993, "Second order derivatives for network pruning: optimal brain surgeon".

    Examples
    --------
    >>> surgeon(np.array([1.0, 1.0]), np.linalg.inv([[2.0, 1.0], [1.0, 2.0]]), np.array([0]))
    array([0. , 1.5])
    """
    if not len(zeroed):
        return w.copy()
    inside = inverse_H[np.ix_(zeroed, zeroed)]
    new = w - inverse_H[:, zeroed] @ np.linalg.solve(inside, w[zeroed])
    new[zeroed] = 0.0
    return new


def prune(rule, share, w, H, inverse_H, rng):
    """Return the weights after a rule of `RULES` has zeroed a share of them."""
    count = round(share * len(w))
    scores = {
        "random": lambda: rng.random(len(w)),
        "magnitude": lambda: np.abs(w),
    }.get(rule, lambda: saliency(w, H))()
    zeroed = np.argsort(scores, kind="stable")[:count]
    if rule == RULES[3]:
        return surgeon(w, inverse_H, zeroed)
    new = w.copy()
    new[zeroed] = 0.0
    return new


def grid_steps(network, w, bits):
    """Return for each weight the step of its grid: its row's largest magnitude over 2^(bits−1) − 1."""
    steps = np.empty_like(w)
    for arrays, places in zip(network.unpack(w), network.unpack(steps), strict=True):
        for array, place in zip(arrays, places, strict=True):
            top = np.abs(array).max(axis=-1, keepdims=True)
            place[:] = np.where(top > 0, top, 1.0) / (2 ** (bits - 1) - 1)
    return steps


def round_plainly(w, steps):
    """Round each weight to its grid.

    Examples
    --------
    >>> round_plainly(np.array([0.6, -0.2]), np.array([0.5, 0.5]))
    array([ 0.5, -0. ])
    """
    return np.round(w / steps) * steps


def round_with_compensation(w, steps, inverse_H, levels):
    """Round one weight after another, and let the weights still to come make up for each error.

    After weight i is moved by d, the best move of the later ones on a quadratic loss is the
    surgeon's. The Cholesky factor U of H⁻¹ = UᵀU holds all these moves, row by row.

    Parameters
    ----------
    w, steps : ndarray of shape (P,)
    inverse_H : ndarray of shape (P, P)
    levels : int
        The grid ends at this many steps on each side of 0.

    References
    ----------
    Frantar et al. 2023, "GPTQ: Accurate post-training quantization for generative pre-trained
    transformers".

    Examples
    --------
    >>> inverse_H = np.linalg.inv([[2.0, 1.0], [1.0, 2.0]])
    >>> round_with_compensation(np.array([0.7, 1.6]), np.ones(2), inverse_H, 7)  # plainly: 1, 2
    array([1., 1.])
    """
    U, new = np.linalg.cholesky(inverse_H).T, np.array(w, float)
    for i, step in enumerate(steps):
        rounded = np.clip(np.round(new[i] / step), -levels, levels) * step
        new[i:] -= (new[i] - rounded) / U[i, i] * U[i, i:]
        new[i] = rounded
    return new


def measure(seed):
    """Prune and round one trained network in all ways.

    Returns
    -------
    dict
        ``loss`` before; ``pruned`` and ``pruned_accuracy``, of shape (rules, shares), the rise of
        the training loss and the accuracy on test images; ``predicted`` of shape (shares,), the
        sum of ½hᵢᵢwᵢ² over the third rule's weights; ``rounded`` and ``rounded_accuracy``, of
        shape (2, bits).
    """
    network, loss, w, data, H = trained(seed)
    inverse_H, rng, before = inverse(H), np.random.default_rng(seed), loss(w)

    def accuracy(v):
        return networks.accuracy(network, v, data.X_test, data.y_test)

    pruned = [[prune(rule, s, w, H, inverse_H, rng) for s in SHARES] for rule in RULES]
    rounded = []
    for bits in BITS:
        steps = grid_steps(network, w, bits)
        compensated = round_with_compensation(w, steps, inverse_H, 2 ** (bits - 1) - 1)
        rounded.append((round_plainly(w, steps), compensated))
    ordered = np.sort(saliency(w, H))
    return {
        "loss": before,
        "accuracy": accuracy(w),
        "pruned": np.array([[loss(v) - before for v in row] for row in pruned]),
        "pruned_accuracy": np.array([[accuracy(v) for v in row] for row in pruned]),
        "predicted": np.array([ordered[: round(s * len(w))].sum() for s in SHARES]),
        "rounded": np.array([[loss(v) - before for v in pair] for pair in rounded]).T,
        "rounded_accuracy": np.array([[accuracy(v) for v in pair] for pair in rounded]).T,
    }


def recorded():
    """Return the record: the arrays of `measure`, a seed first."""
    return records.load(PRUNING)
