"""The lesson's experiments over many seeds: how one run is made, and the recorded ones.

``tools/record_08.py`` runs them all and stores what they measured in ``assets/recorded``; the
lesson reads that, and the tests repeat a sample at seeds that were not recorded.
"""

import json
from typing import NamedTuple

import numpy as np

from course_lib.curvature import flatness, lanczos, networks, operators, training
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.support.shipped_files import shipped_file

WIDTHS = (64, 16, 10)
TARGET = 0.01  # every run ends at this training loss
NEAR = 1.2  # a method trains down to this multiple; the rest is one for all (another for EDGE):
FINISH = ((0.05, 1.0),)  # full-batch descent with this step size, down to this multiple


def split(seed, num_train=200, flipped=0.0):
    """Return digits with `num_train` for training and all others, about 1600, for testing.

    Pixels are centred and scaled by the images of `datasets.digits`; labels take no part in that.
    A share `flipped` of the training labels is replaced by other ones.
    """
    full = datasets.digits(seed=seed)
    X, y = full.X_train[:num_train], full.y_train[:num_train].copy()
    X_test = np.concatenate([full.X_train[num_train:], full.X_test])
    y_test = np.concatenate([full.y_train[num_train:], full.y_test])
    if flipped:
        rng = np.random.default_rng(9000 + seed)
        rows = rng.choice(num_train, round(flipped * num_train), replace=False)
        y[rows] = (y[rows] + rng.integers(1, 10, rows.size)) % 10
    return datasets.Digits(X, y, X_test, y_test)


def train(
    seed, activation="relu", *, loss="cross-entropy", eta=0.2, batch_size=None, sam_radius=0.0,
    init=0, scale=1.0, num_train=200, flipped=0.0, widths=WIDTHS, near=NEAR, finish=FINISH, target=TARGET,
    most_steps=60_000,
):  # fmt: skip
    """Train one network to the target loss; return (network, f, w, data, steps).

    `seed` makes the split and, together with `init`, the initial weights and the order of the
    examples: two methods at the same seed differ in nothing else.
    """
    data = split(seed, num_train, flipped)
    network = networks.mlp(widths, activation)
    f = {"cross-entropy": networks.cross_entropy, "squared": networks.squared_error}[loss](network)
    w = network.init(seed=1000 * init + seed + 500, scale=scale)
    X, y = data.X_train, data.y_train
    every = 25 if batch_size is None else 2
    while True:
        run = last = training.gradient_descent(
            f, w, X, y, eta, most_steps, batch_size, seed=1000 * init + seed, sam_radius=sam_radius,
            every=every, target_loss=near * target,
        )  # fmt: skip
        if run.final_loss >= 0.99 * target:
            break
        near *= 1.25  # noisy steps jumped over the target: stop a little earlier
    for step, multiple in finish:
        last = training.gradient_descent(
            f, last.w, X, y, step, most_steps, target_loss=multiple * target
        )
    if last.final_loss > target:
        raise RuntimeError(f"seed {seed} did not reach the loss {target}")
    return network, f, last.w, data, len(run.losses)


def train_epochs(seed, activation="relu", *, epochs, eta=0.2, batch_size=None):
    """Train as `train` does, for a number of epochs instead of to a loss."""
    data = split(seed)
    network = networks.mlp(WIDTHS, activation)
    f = networks.cross_entropy(network)
    steps = epochs * len(data.y_train) // (batch_size or len(data.y_train))
    run = training.gradient_descent(
        f,
        network.init(seed=seed + 500),
        data.X_train,
        data.y_train,
        eta,
        steps,
        batch_size,
        seed=seed,
    )
    return network, f, run.w, data, steps


def measure(network, f, w, data, steps=0):
    """Return the sharpness of a trained network by several names, its loss, and its test error.

    The trace is exact, and so is λ₁ but for a relative residual of 1e-6.
    """
    H = operators.hessian_operator(f, w, data.X_train, data.y_train)
    dense = H.to_dense()
    adaptive = np.abs(w)[:, None] * dense * np.abs(w)
    return {
        "loss": H.loss,
        "lambda1": lanczos.top_eigenpairs(dense, 1, tol=1e-6).eigenvalues[0],
        "trace": np.trace(dense),
        "adaptive": lanczos.top_eigenpairs(adaptive, 1, tol=1e-6).eigenvalues[0],
        "error": 100 * (1 - networks.accuracy(network, w, data.X_test, data.y_test)),
        "steps": steps,
    }


# Each experiment: what varies, by name, as arguments of `train`; all else is the same.

METHODS = {
    "full batch": {},
    "full batch, SAM": {"sam_radius": 0.3},
    "batch 32": {"batch_size": 32},
    "batch 32, SAM": {"batch_size": 32, "sam_radius": 0.3},
    "batch 8": {"batch_size": 8},
    "batch 8, small step": {"batch_size": 8, "eta": 0.05},
    "batch 8, large step": {"batch_size": 8, "eta": 0.4},
}
CONTRASTS = {
    "batch 8 − full batch": ("batch 8", "full batch"),
    "step 0.4 − step 0.05": ("batch 8, large step", "batch 8, small step"),
    "SAM − without": ("batch 32, SAM", "batch 32"),
    "SAM − without, full batch": ("full batch, SAM", "full batch"),
}
_NOISY = {"batch_size": 32, "num_train": 300, "flipped": 0.2, "widths": (64, 32, 10)}
NOISY = {"batch 32": _NOISY, "batch 32, SAM": {**_NOISY, "sam_radius": 0.5}}
SPLIT_RUNS = {
    f"batch {batch_size or 200}, step {eta}, init {init}": {
        "batch_size": batch_size, "eta": eta, "init": init,
    }
    for batch_size in (8, None) for eta in (0.05, 0.4) for init in (0, 1, 2)
}  # fmt: skip
EDGE_STEPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
# At the edge the loss bounces along v₁. Small steps let that settle, and smaller ones come to the
# target, or the bounce would carry the loss past it.
_EDGE = {
    "loss": "squared", "scale": 0.5, "widths": (64, 32, 10), "near": 1.25,
    "finish": ((0.02, 1.03), (0.001, 1.0)),
}  # fmt: skip
EDGE = {f"step {eta}": {**_EDGE, "eta": eta} for eta in EDGE_STEPS}
SCALES = {f"scale {scale}": {"scale": scale} for scale in (0.5, 1.0, 2.0, 4.0)}
EPOCHS = 100
UNMATCHED = {"full batch": {}, "batch 8": {"batch_size": 8}}


@remember()
def recorded(name):
    """Return what ``assets/recorded/08_<name>.json`` holds, columns as arrays.

    Returns
    -------
    dict
        ``"columns"`` maps a name to an array with one entry a run; ``"made"`` says with what.
    """
    content = json.loads(shipped_file(f"assets/recorded/08_{name}.json").read_text("utf-8"))
    content["columns"] = {k: np.array(v) for k, v in content["columns"].items()}
    return content


def column(name, quantity, run=None, activation="relu"):
    """Return one recorded quantity, over all runs or over the seeds of the run so named."""
    columns = recorded(name)["columns"]
    chosen = columns["activation"] == activation
    if run is not None:
        chosen &= columns["run"] == run
        if not chosen.any():
            raise ValueError(f"{name} holds no run {run!r} with {activation}")
    return columns[quantity][chosen]


@remember()
def trained(activation="relu", seed=0):
    """Return (network, f, w, data) of the lesson's network: full batch to a loss of 0.01."""
    return train(seed, activation)[:4]


@remember()
def hessian(activation="relu", seed=0):
    """Return the Hessian of `trained` as a matrix."""
    _, f, w, data = trained(activation, seed)
    H = operators.hessian_operator(f, w, data.X_train, data.y_train).to_dense()
    return (H + H.T) / 2


class Rescaled(NamedTuple):
    """The lesson's ReLU network, its hidden layer multiplied by α, measured anew."""

    w: np.ndarray
    lambda1: float
    stiff: np.ndarray  # the unit eigenvector to λ₁, its largest entry positive
    adaptive: float
    gradient_norm: float


@remember()
def rescaled(alpha):
    """Return `Rescaled` for a factor; the Hessian is that at the new weights, not a formula."""
    network, f, w, data = trained("relu")
    moved = flatness.rescale(network, w, alpha)
    H = operators.hessian_operator(f, moved, data.X_train, data.y_train)
    top = lanczos.top_eigenpairs(H, 1, tol=1e-10)
    adaptive = lanczos.top_eigenpairs(flatness.adaptive_operator(H, moved), 1, tol=1e-10)
    stiff = top.eigenvectors[:, 0]
    return Rescaled(
        moved, float(top.eigenvalues[0]), stiff * np.sign(stiff[np.abs(stiff).argmax()]),
        float(adaptive.eigenvalues[0]), float(np.linalg.norm(H.gradient)),
    )  # fmt: skip
