"""What lesson 10 runs on whole networks: Adam with its preconditioned λ₁, blocks, and layers.

tools/record_10.py wrote the recorded runs of Adam and the curvature of the blocks.
"""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from course_lib.curvature import networks
from course_lib.curvature.adam import adam
from course_lib.curvature.eigenpairs import top_eigenpairs
from course_lib.curvature.lanczos import lanczos
from course_lib.curvature.normalized import normalized_mlp
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.preconditioning import (
    adam_limit,
    adam_preconditioner,
    kronecker_factors,
    preconditioned_operator,
)
from course_lib.curvature.training import gradient_descent
from course_lib.lessons.lesson_05.experiments import task
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import records

ADAM, BLOCKS = "10_adam", "10_blocks"
STEPS, EVERY = 3000, 150
BETA2 = 0.999
LOSSES = ("squared error", "cross-entropy")


class PreconditionedSharpness:
    """A recorder for `adam.adam`: λ₁(H), λ₁(P⁻¹H) and the median of P, at one point after another.

    Lanczos' method starts from the eigenvectors of the last call, which have turned little since.

    Parameters
    ----------
    f : callable
        A JAX-traceable loss f(w, X, y).
    X, y : array_like with n rows
    """

    def __init__(self, f, X, y):
        self.f, self.X, self.y = f, jnp.asarray(X), jnp.asarray(y)
        self.starts = [None, None]

    def __call__(self, w, state):
        """Return the three numbers at `w`; the last two are NaN before the first step."""
        H, (_, square, count) = hessian_operator(self.f, w, self.X, self.y), state
        if count == 0:
            return np.array([self._largest(H, 0), np.nan, np.nan])
        P = adam_preconditioner(square, beta2=BETA2, count=float(count))
        preconditioned = self._largest(preconditioned_operator(H, P), 1)
        return np.array([self._largest(H, 0), preconditioned, np.median(P)])

    def _largest(self, A, which):
        start = self.starts[which]
        result = lanczos(A, 40 if start is None else 10, start=start, seed=0)
        _, S = np.linalg.eigh(result.T)
        self.starts[which] = result.vectors @ S[:, -1]
        return float(result.ritz_values[0])


@dataclass(frozen=True, eq=False)
class AdamRuns:
    """Runs of Adam with one step size and one β₁, a row a seed.

    Attributes
    ----------
    eta, beta1 : float
    loss_steps : ndarray of int, shape (k,)
    losses : ndarray of shape (seeds, k)
    steps : ndarray of int, shape (m,)
        Where the curvature was measured.
    plain : ndarray of shape (seeds, m)
        λ₁ of the Hessian H.
    preconditioned : ndarray of shape (seeds, m)
        λ₁ of P⁻¹H.
    median : ndarray of shape (seeds, m)
        The median of P's entries.
    """

    eta: float
    beta1: float
    loss_steps: np.ndarray
    losses: np.ndarray
    steps: np.ndarray
    plain: np.ndarray
    preconditioned: np.ndarray
    median: np.ndarray

    @property
    def ratio(self):
        """λ₁(P⁻¹H)·η(1 − β₁)/(2 + 2β₁): 1 at Adam's edge."""
        return self.preconditioned / adam_limit(self.eta, self.beta1)

    @property
    def plain_ratio(self):
        """ηλ₁/2 of the plain Hessian: what lesson 05 would look at."""
        return self.eta * self.plain / 2

    @property
    def one_step_ratio(self):
        """λ₁ of the plain Hessian, in units of the limit for one step for all: η over P's median."""
        return self.plain / self.median / adam_limit(self.eta, self.beta1)


def train_with_adam(eta, beta1=0.9, seed=0, loss="squared error", steps=STEPS, every=EVERY):
    """Train lesson 05's network with Adam and measure the curvature on the way, as `AdamRuns`.

    64-32-32-10 with tanh on 200 centred digits, initial weights halved, full batches, with Adam's
    bias correction.

    References
    ----------
    Cohen et al. (2022), "Adaptive gradient methods at the edge of stability".

    Examples
    --------
    >>> import course_lib; course_lib.setup()
    >>> run = train_with_adam(0.01, steps=100, every=50)
    >>> run.steps, run.ratio.shape
    (array([  0,  50, 100]), (1, 3))
    """
    f, w, X, y = task(seed, loss)
    options = {"record": PreconditionedSharpness(f, X, y), "every": every}
    run = adam(f, w, X, y, eta, steps, beta1=beta1, beta2=BETA2, **options)
    assert run.recorded is not None  # a recorder was given
    values = run.recorded.values.T[:, None]
    return AdamRuns(eta, beta1, np.arange(steps), run.losses[None], run.recorded.steps, *values)


def adam_choices():
    """Return the recorded step sizes and β₁, ascending."""
    record = records.load(ADAM)
    return record["etas"], record["beta1s"]


@remember()
def recorded_adam(eta, beta1=0.9, loss="squared error"):
    """Return the recorded `AdamRuns` nearest to a step size (in its logarithm) and β₁."""
    record = records.load(ADAM)
    i = int(np.abs(np.log(record["etas"] / eta)).argmin())
    j = int(np.abs(record["beta1s"] - beta1).argmin())
    name = "squared" if loss == "squared error" else "cross_entropy"
    values = record[f"{name}_curvature"][i, j].astype(float)
    losses = 10 ** record[f"{name}_log10_losses"][i, j].astype(float)
    return AdamRuns(
        eta=float(record["etas"][i]),
        beta1=float(record["beta1s"][j]),
        loss_steps=int(record["thin"]) * np.arange(losses.shape[1]),
        losses=losses,
        steps=int(record["every"]) * np.arange(values.shape[1]),
        plain=values[..., 0],
        preconditioned=values[..., 1],
        median=values[..., 2],
    )


@remember()
def weight_norm_scaled(factor=4.0, seed=0, kind="weight"):
    """Multiply the first layer's weights by a factor, with weight normalization or without.

    Parameters
    ----------
    factor : float
    seed : int
    kind : {"weight", "none"}

    Returns
    -------
    losses : ndarray of shape (2,)
        Before and after.
    blocks : ndarray of shape (2, 2)
        The largest and the smallest eigenvalue of the layer's block of the Hessian, before and
        after.
    """
    data = datasets.digits(num_train=200, seed=seed)
    widths = (64, 16, 10)
    network = normalized_mlp(widths) if kind == "weight" else networks.mlp(widths)
    f, X, y = networks.cross_entropy(network), data.X_train, data.y_train
    w = gradient_descent(f, network.init(seed), X, y, 0.5, 100).w
    scaled = w.copy()
    rows = np.arange(16 * 64)  # the weights of the first layer come first
    scaled[rows] *= factor
    losses, blocks = [], []
    for v in (w, scaled):
        block = hessian_operator(f, v, X, y).block(rows).to_dense()
        eigenvalues = np.linalg.eigvalsh((block + block.T) / 2)
        losses.append(float(f(v, X, y)))
        blocks.append(eigenvalues[[-1, 0]])
    return np.array(losses), np.array(blocks)


ARCHITECTURES = {
    "fully connected": networks.mlp((64, 32, 32, 10)),
    "convolutional": networks.convolutional(),
    "attention": networks.attention(),
}


# What the arrays of a layer are, in the order of `Network.unpack`.
PARTS = {
    "embedding": ("weights", "positions"),
    "attention": ("queries", "keys", "values"),
    "readout": ("weights", "bias"),
}


def block_sharpness(name, seed=0):
    """Train a network of `ARCHITECTURES` on 500 digits and return λ₁ of the block of each array.

    Training: cross-entropy, Adam with the step size 0.003 and batches of 50, to a loss of 0.1.

    Returns
    -------
    names : list of str
        The layer and the array: "layer 1: weights", "layer 1: bias", …
    eigenvalues : ndarray
    """
    network, data = ARCHITECTURES[name], datasets.digits(num_train=500, seed=seed)
    f, X, y = networks.cross_entropy(network), data.X_train, data.y_train
    w = network.init(seed)
    w = adam(f, w, X, y, 0.003, 4000, 50, seed=seed, target_loss=0.1, every=10).w
    H, found, names = hessian_operator(f, w, X, y), [], []
    places = network.unpack(np.arange(network.num_params))
    for layer, arrays in zip(network.layers, places, strict=True):
        for part, array in zip(PARTS.get(layer.name, PARTS["readout"]), arrays, strict=True):
            found.append(top_eigenpairs(H.block(array.ravel()), 1, seed=0).eigenvalues[0])
            names.append(f"{layer.name}: {part}")
    return names, np.array(found)


def recorded_blocks():
    """Return {architecture: (names, λ₁ of shape (seeds, blocks))}."""
    record = records.load(BLOCKS)
    keys = {name: name.replace(" ", "_") for name in ARCHITECTURES}
    return {
        name: (
            [str(one) for one in record[f"{key}_names"]],
            record[f"{key}_sharpness"].astype(float),
        )
        for name, key in keys.items()
    }


def spread(names, sharpness, biases=False):
    """Return the largest λ₁ of a block over the smallest, for each seed.

    Parameters
    ----------
    names, sharpness
        As `recorded_blocks` returns them.
    biases : bool
        Whether blocks of biases count.
    """
    counted = [biases or not name.endswith("bias") for name in names]
    chosen = sharpness[:, counted]
    return chosen.max(axis=1) / chosen.min(axis=1)


@dataclass(frozen=True, eq=False)
class LayerModels:
    """One layer's Gauss-Newton block beside what two methods put in its place, and a gradient.

    Attributes
    ----------
    kfac, diagonal : float
        ‖model − block‖/‖block‖ for the Kronecker product, and for the block's own diagonal.
    shampoo : float
        The same for Shampoo's (GGᵀ)^½ ⊗ (GᵀG)^½, at the best scale, against the mean of the
        gradients' outer products.
    singular : ndarray
        The singular values of the gradient matrix, over the largest.
    """

    kfac: float
    diagonal: float
    shampoo: float
    singular: np.ndarray


@remember()
def layer_models(seed=0):
    """Measure on the last layer of a trained 64-16-10 network what K-FAC and Shampoo assume."""
    network, data = networks.mlp((64, 16, 10)), datasets.digits(num_train=500, seed=seed)
    f, X, y = networks.cross_entropy(network), data.X_train, data.y_train
    w = gradient_descent(f, network.init(seed), X, y, 0.5, 100).w
    (V, c), (W, b) = network.unpack(w)
    a = np.tanh(X @ V.T + c)
    z = a @ W.T + b
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    C = np.einsum("ni,ij->nij", p, np.eye(10)) - np.einsum("ni,nj->nij", p, p)
    A, G = kronecker_factors(a, np.broadcast_to(np.eye(10), (len(a), 10, 10)), C)
    size = 10 * a.shape[1]
    block = np.einsum("nij,nk,nl->ikjl", C, a, a, optimize=True).reshape(size, size) / len(a)

    def off(model, truth):
        return float(np.linalg.norm(model - truth) / np.linalg.norm(truth))

    slopes = p - np.eye(10)[y]  # of each example's loss in the outputs
    each = np.einsum("ni,nk->nik", slopes, a)
    outer = each.reshape(len(a), size)
    fisher = outer.T @ outer / len(a)
    left = _root(np.einsum("nik,njk->ij", each, each) / len(a))
    right = _root(np.einsum("nik,nil->kl", each, each) / len(a))
    shampoo = np.kron(left, right)
    shampoo *= (shampoo * fisher).sum() / (shampoo**2).sum()
    singular = np.linalg.svd(each.mean(axis=0), compute_uv=False)
    return LayerModels(
        off(np.kron(G, A), block),
        off(np.diag(np.diag(block)), block),
        off(shampoo, fisher),
        singular / singular[0],
    )


def _root(S):
    values, Q = np.linalg.eigh(S)
    return (Q * np.sqrt(np.maximum(values, 0))) @ Q.T
