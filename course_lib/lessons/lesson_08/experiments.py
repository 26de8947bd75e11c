"""The lesson's experiments over many seeds: how one run is made, and the recorded ones.

``tools/record_08.py`` runs them all and stores what they measured in ``assets/recorded``; the
lesson reads that, and the tests repeat a sample at seeds that were not recorded.
"""

import itertools
from typing import NamedTuple

import numpy as np
from scipy import stats

from course_lib.curvature import eigenpairs, flatness, networks, operators, training
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import records

ACTIVATIONS = ("relu", "tanh")
WIDTHS = (64, 16, 10)
TARGET = 0.01  # every run ends at this training loss
NEAR = 1.2  # a method trains down to this multiple; the rest is one for all (another for EDGE):
FINISH = ((0.05, 1.0),)  # full-batch descent with this step size, down to this multiple
MOST_STEPS = 60_000


def spelled(activation):
    """Return the name of an activation as the text spells it."""
    return activation.replace("relu", "ReLU")


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
    seed,
    activation="relu",
    *,
    loss="cross-entropy",
    eta=0.2,
    batch_size=None,
    sam_radius=0.0,
    sam_size=None,
    init=0,
    scale=1.0,
    num_train=200,
    flipped=0.0,
    widths=WIDTHS,
    near=NEAR,
    finish=FINISH,
    target=TARGET,
):
    """Train one network to the target loss; return (network, f, w, data, steps).

    `seed` makes the split and, together with `init`, the initial weights and the order of the
    examples: two methods at the same seed differ in nothing else.
    """
    data = split(seed, num_train, flipped)
    network = networks.mlp(widths, activation)
    f = {"cross-entropy": networks.cross_entropy, "squared": networks.squared_error}[loss](network)
    w = network.init(seed=1000 * init + seed + 500, scale=scale)
    X, y = data.X_train, data.y_train
    noisy = {
        "batch_size": batch_size,
        "seed": 1000 * init + seed,
        "sam_radius": sam_radius,
        "sam_size": sam_size,
        "every": 25 if batch_size is None else 2,
    }
    while True:
        run = last = training.gradient_descent(
            f, w, X, y, eta, MOST_STEPS, target_loss=near * target, **noisy
        )
        if run.final_loss >= 0.99 * target:
            break
        near *= 1.25  # noisy steps jumped over the target: stop a little earlier
    for step, multiple in finish:
        last = training.gradient_descent(
            f, last.w, X, y, step, MOST_STEPS, target_loss=multiple * target
        )
    if last.final_loss > target:
        raise RuntimeError(f"seed {seed} did not reach the loss {target}")
    return network, f, last.w, data, len(run.losses)


def train_epochs(seed, activation="relu", *, epochs, eta=0.2, batch_size=None):
    """Train as `train` does, for a number of epochs instead of to a loss."""
    data = split(seed)
    network = networks.mlp(WIDTHS, activation)
    f, w = networks.cross_entropy(network), network.init(seed=seed + 500)
    X, y = data.X_train, data.y_train
    steps = epochs * len(y) // (batch_size or len(y))
    run = training.gradient_descent(f, w, X, y, eta, steps, batch_size, seed=seed)
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
        "lambda1": eigenpairs.top_eigenpairs(dense, 1, tol=1e-6).eigenvalues[0],
        "trace": np.trace(dense),
        "adaptive": eigenpairs.top_eigenpairs(adaptive, 1, tol=1e-6).eigenvalues[0],
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
    f"batch {size or 200}, step {eta}, init {init}": {"batch_size": size, "eta": eta, "init": init}
    for size, eta, init in itertools.product((8, None), (0.05, 0.4), (0, 1, 2))
}
EDGE_STEPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
# At the edge the loss bounces along v₁. Small steps let that settle, and smaller ones come to the
# target, or the bounce would carry the loss past it.
_FINISH = {"near": 1.25, "finish": ((0.02, 1.03), (0.001, 1.0))}
_EDGE = {"loss": "squared", "scale": 0.5, "widths": (64, 32, 10), **_FINISH}
EDGE = {f"step {eta}": {**_EDGE, "eta": eta} for eta in EDGE_STEPS}
SCALES = {f"scale {scale}": {"scale": scale} for scale in (0.5, 1.0, 2.0, 4.0)}
GRID_RUNS = {
    f"scale {scale}, batch {size or 200}, step {eta}": {
        "scale": scale,
        "batch_size": size,
        "eta": eta,
    }
    for scale, size, eta in itertools.product((0.5, 1.0, 1.5, 2.0), (8, None), (0.05, 0.2))
}
ASCENTS: dict[str, dict] = {"no ascent": {}} | {
    f"m = {m}": {"sam_radius": 0.3, "sam_size": m} for m in (200, 40, 8, 1)
}
EPOCHS = 100
UNMATCHED = {"full batch": {}, "batch 8": {"batch_size": 8}}


def column(name, quantity, run=None, activation="relu"):
    """Return one recorded quantity, over all runs or over the seeds of the run so named.

    `name` is that of a record, ``assets/recorded/08_<name>.npz``: columns with one entry a run.
    """
    columns = records.load(f"08_{name}")
    chosen = columns["activation"] == activation
    if run is not None:
        chosen &= columns["run"] == run
        if not chosen.any():
            raise ValueError(f"{name} holds no run {run!r} with {activation}")
    return columns[quantity][chosen]


def edge_column(quantity):
    """Return a dict from step size to the recorded values over seeds, squared error."""
    return {eta: column("edge", quantity, f"step {eta}", "tanh") for eta in EDGE_STEPS}


def splits_column(quantity, activation, name="splits"):
    """Return a recorded quantity over all splits; "both" takes both activations together.

    `name` is "splits" (batch, step and start vary inside a split) or "grid" (the scale of the
    initial weights, batch and step vary).
    """
    kinds = ACTIVATIONS if activation == "both" else (activation,)
    return np.concatenate([column(name, quantity, activation=a) for a in kinds])


# What is compared over seeds, with its interval.


class Difference(NamedTuple):
    """The mean of a − b over pairs, and its 95 % interval by Student's t."""

    mean: float
    low: float
    high: float


def paired_difference(a, b):
    """Compare two treatments of the same seeds.

    What the seeds have in common (the split, the initial weights) drops out of each difference, so
    the interval is often far narrower than that between two groups of other seeds.

    Examples
    --------
    >>> [round(x, 3) for x in paired_difference([8.1, 12.2, 9.3], [8.5, 12.8, 9.9])]
    [-0.533, -0.82, -0.246]
    """
    low, high = stats.ttest_rel(a, b).confidence_interval()
    return Difference(float(np.mean(np.subtract(a, b))), float(low), float(high))


def contrast(name, quantity, activation):
    """Return (`Difference`, mean of the baseline) of a contrast of the recorded methods."""
    x, y = (column("methods", quantity, run, activation) for run in CONTRASTS[name])
    return paired_difference(x, y), float(y.mean())


def sides(quantity, rows):
    """Return the rows, pairs of contrast and activation, whose interval lies on one side of 0."""
    differences = {(name, a): contrast(name, quantity, a)[0] for name, a in rows}
    return {
        "lower": [row for row, difference in differences.items() if difference.high < 0],
        "higher": [row for row, difference in differences.items() if difference.low > 0],
    }


class GroupedCorrelation(NamedTuple):
    """A rank correlation, averaged over groups and pooled over them, with 95 % intervals."""

    within: float
    within_interval: tuple[float, float]
    pooled: float
    pooled_interval: tuple[float, float]


def grouped_correlation(x, y, groups, resamples=1000):
    """Return Spearman's rank correlation of `x` and `y` inside groups and pooled.

    Points of one group share what made them alike, so they are no independent evidence: what is
    drawn anew, with replacement, is whole groups (a cluster bootstrap).

    Examples
    --------
    >>> x = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    >>> y = [8, 9, 10, 5, 6, 7, 2, 3, 4]
    >>> found = grouped_correlation(x, y, groups=[0, 0, 0, 1, 1, 1, 2, 2, 2])
    >>> round(found.within, 2), round(found.pooled, 2)
    (1.0, -0.8)
    """
    x, y, groups = map(np.asarray, (x, y, groups))
    members = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    each = np.array([stats.spearmanr(x[rows], y[rows]).statistic for rows in members])

    def within_and_pooled(chosen):
        rows = np.concatenate([members[group] for group in chosen])
        return np.array([each[chosen].mean(), stats.spearmanr(x[rows], y[rows]).statistic])

    # SciPy before 1.15 knows no `rng`, and later ones still read `random_state`.
    rng, everyone = {"random_state": np.random.default_rng(0)}, np.arange(len(members))
    how = {"n_resamples": resamples, "method": "percentile", "vectorized": False, **rng}
    ends = stats.bootstrap((everyone,), within_and_pooled, **how).confidence_interval
    within, pooled = within_and_pooled(everyone).tolist()
    of_within, of_pooled = map(tuple, np.transpose([ends.low, ends.high]).tolist())
    return GroupedCorrelation(within, of_within, pooled, of_pooled)


@remember()
def correlation(quantity, activation, name="splits"):
    """Return the `GroupedCorrelation` of a sharpness and the test error over the recorded splits.

    With the activation "both", networks of both kinds count together.
    """
    columns = (splits_column(q, activation, name) for q in (quantity, "error", "seed"))
    return grouped_correlation(*columns)


@remember()
def correlation_at_one_scale(quantity, activation):
    """Return the `Difference` from 0 of the rank correlations at a fixed scale of the start.

    In each split the correlation is taken over the four networks that share a scale, and its mean
    over the scales is one number a split; the interval is over splits.
    """
    x, y, seed, run = (
        splits_column(q, activation, "grid") for q in (quantity, "error", "seed", "run")
    )
    scale = np.array([name.split(",")[0] for name in run])
    means = [
        np.nanmean(
            [_spearman(x[k], y[k]) for k in ((seed == s) & (scale == c) for c in set(scale))]
        )
        for s in np.unique(seed)
    ]
    return paired_difference(means, np.zeros(len(means)))


def _spearman(x, y):
    """Return the rank correlation, or nan where all of `y` are the same."""
    return stats.spearmanr(x, y).statistic if np.ptp(y) > 0 else np.nan


# The lesson's own networks.


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
    top = eigenpairs.top_eigenpairs(H, 1, tol=1e-10)
    adaptive = eigenpairs.top_eigenpairs(flatness.adaptive_operator(H, moved), 1, tol=1e-10)
    stiff = top.eigenvectors[:, 0]
    stiff = stiff * np.sign(stiff[np.abs(stiff).argmax()])
    lambda1, adaptive1 = float(top.eigenvalues[0]), float(adaptive.eigenvalues[0])
    return Rescaled(moved, lambda1, stiff, adaptive1, float(np.linalg.norm(H.gradient)))
