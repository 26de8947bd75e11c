"""The networks of lesson 07, trained and taken apart, and what ``tools/record_07.py`` recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import jax
import numpy as np

from course_lib.curvature import networks, operators, spectral_shape, training
from course_lib.exact import random_matrices as rm
from course_lib.support import arguments, datasets
from course_lib.support.caching import remember
from course_lib.support.console import Printable
from course_lib.teaching import records

# Mini-batch descent with momentum, as for every network of the lesson: η, momentum, batch size.
LEARNING_RATE, MOMENTUM, BATCH_SIZE = 0.02, 0.9, 32
NUM_TRAIN = 1000
EPOCHS = (0, 1, 3, 30)
EARLY, LATE = 1, 30
WIDTHS = (8, 16, 32, 64)
# From which ratio λₖ/λₖ₊₁ on the lesson speaks of a gap.
GAP = 1.5
HORIZONS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 3000)
FULL_BATCH_STEPS = (93, 300)  # 93 steps are what three epochs of batches take
KINDS = ("relu raw", "linear raw", "tanh raw", "relu centred", "linear centred", "tanh centred")


@dataclass(frozen=True, eq=False, repr=False)
class Trained(Printable):
    """A network in the course of its training.

    Attributes
    ----------
    network : networks.Network
    loss : callable
        Its mean cross-entropy, f(w, X, y).
    points : dict of int to ndarray
        Epoch to parameters.
    X, y : ndarray
        The training examples.
    """

    network: networks.Network
    loss: Callable
    points: dict[int, np.ndarray]
    X: np.ndarray
    y: np.ndarray

    def __repr__(self):
        return f"{self.network!r} after epochs {', '.join(map(str, self.points))}"

    def hessian(self, epoch):
        """Return the Hessian of the loss at an epoch, as an operator that counts its products."""
        return operators.hessian_operator(self.loss, self.points[epoch], self.X, self.y)

    def gauss_newton(self, epoch):
        """Return the Gauss-Newton matrix at an epoch, as an operator."""
        outputs, loss = self.network.apply, networks.output_cross_entropy
        return operators.gauss_newton_operator(outputs, loss, self.points[epoch], self.X, self.y)


def train(network, X, y, epochs=EPOCHS, seed=0):
    """Train with cross-entropy by mini-batches of 32, η = 0.02, momentum 0.9; keep some epochs.

    Parameters
    ----------
    network : networks.Network
    X, y : array_like with n rows
        At least 32 examples.
    epochs : sequence of int
        When to keep the parameters, ascending; 0 is the start. The momentum starts from rest
        after each of them.
    seed : int
        Of the initial parameters and the order of the examples.

    Raises
    ------
    ValueError
        If `epochs` do not ascend from 0 or more.

    Examples
    --------
    >>> import course_lib
    >>> course_lib.setup()
    >>> data = datasets.digits(classes=3, num_train=200)
    >>> train(networks.mlp((64, 4, 3)), data.X_train, data.y_train, epochs=(0, 1))
    mlp 64-4-3, tanh: 275 parameters after epochs 0, 1
    """
    epochs = [arguments.count("each of epochs", epoch, at_least=0) for epoch in epochs]
    if not epochs or epochs != sorted(set(epochs)):
        raise ValueError(f"epochs must be in ascending order, not {epochs}")
    loss, w = networks.cross_entropy(network), network.init(seed=seed)
    descend = partial(training.gradient_descent, batch_size=BATCH_SIZE, momentum=MOMENTUM)
    points, done = {}, 0
    for epoch in epochs:
        if epoch > done:
            steps = max(1, (epoch - done) * len(y) // BATCH_SIZE)
            w = descend(loss, w, X, y, LEARNING_RATE, steps, seed=seed + epoch).w
        points[epoch], done = w, epoch
    return Trained(network, loss, points, np.asarray(X), np.asarray(y))


def train_on_digits(
    num_classes=10, width=16, activation="relu", *, centred=False, epochs=EPOCHS, seed=0
):
    """Train 64-width-C on up to 1000 digits of `num_classes` classes drawn at random.

    Parameters
    ----------
    num_classes : int
        2 to 10; with fewer than ten, which digits is drawn from `seed`.
    width : int
        Hidden units; 0 makes a linear model.
    activation, epochs, seed
        As in `networks.mlp` and `train`.
    centred : bool
        Subtract the mean training image.

    Examples
    --------
    >>> import course_lib
    >>> course_lib.setup()
    >>> train_on_digits(num_classes=2, width=4, epochs=(1,))
    mlp 64-4-2, relu: 270 parameters after epochs 1
    """
    num_classes = arguments.count("num_classes", num_classes, at_least=2)
    width = arguments.count("width", width, at_least=0)
    X, y = images(num_classes, seed, centred)
    widths = (64, width, num_classes) if width else (64, num_classes)
    return train(networks.mlp(widths, activation), X, y, epochs, seed)


@remember()
def images(num_classes, seed, centred=False):
    """Return up to 1000 training digits of `num_classes` classes drawn from `seed`, and their labels."""
    chosen = np.random.default_rng([seed, num_classes]).permutation(10)[:num_classes]
    data = datasets.digits(sorted(chosen.tolist()), centred=centred, seed=seed)
    return data.X_train[:NUM_TRAIN], data.y_train[:NUM_TRAIN]


@dataclass(frozen=True, eq=False)
class Decomposed:
    """A Hessian H, its Gauss-Newton part G, and H's eigenvalues, descending, with eigenvectors."""

    H: np.ndarray
    G: np.ndarray
    eigenvalues: np.ndarray
    eigenvectors: np.ndarray


@remember()
def trained_network(centred=False, seed=0):
    """Train 64-16-10 with ReLU on 1000 digits; see `train_on_digits`."""
    return train_on_digits(10, 16, "relu", centred=centred, seed=seed)


@remember()
def decomposed(epoch, centred=False, seed=0):
    """Return the exact Hessian of `trained_network` at an epoch, taken apart; a second's work."""
    run = trained_network(centred, seed)
    identity = np.eye(run.network.num_params)
    H, G = run.hessian(epoch) @ identity, run.gauss_newton(epoch) @ identity
    H, G = (H + H.T) / 2, (G + G.T) / 2
    eigenvalues, eigenvectors = np.linalg.eigh(H)
    return Decomposed(H, G, eigenvalues[::-1], eigenvectors[:, ::-1])


def class_mean_jacobians(run, epoch):
    """Return the C² means over each class of the gradients of each logit, as columns (P, C²)."""
    w = run.points[epoch]
    classes = run.network.num_outputs
    # A row a class: which share each example has in the mean.
    shares = (run.y == np.arange(classes)[:, None]) / np.bincount(run.y)[:, None]

    @jax.jit
    def jacobian(u, X):
        return jax.jacrev(lambda u: shares @ run.network.apply(u, X))(u)  # (class, logit, P)

    return np.asarray(jacobian(w, run.X)).reshape(classes**2, -1).T


def mean_share(run, epoch):
    """Return which share of the logits' gradients is their mean, ‖mean J‖² / mean ‖J‖².

    J, of shape (C, P), holds the gradients of one example's logits; the mean is over the examples.
    """

    @jax.jit
    def share(u, X):
        def gradients(x):
            return jax.jacrev(lambda u: run.network.apply(u, x[None])[0])(u)

        J = jax.vmap(gradients)(X)  # (example, logit, P)
        return (J.mean(axis=0) ** 2).sum() / (J**2).sum(axis=(1, 2)).mean()

    return float(share(run.points[epoch], run.X))


def descend_in_parts(epoch, centred=False, seed=0, horizons=(50,), eta=0.05, k=9):
    """Go on from an epoch: full-batch steps with ∇f, with its part in the top k, with the rest.

    Parameters
    ----------
    epoch, centred, seed
        As in `decomposed`.
    horizons : sequence of int
        After how many steps to look at the loss, ascending.
    eta : float
    k : int
        How many of the top eigenvectors; they are those of the start and stay fixed.

    Returns
    -------
    tuple of float, ndarray and ndarray
        The share of ‖∇f‖² in the span of the top k eigenvectors; then, for each horizon, which
        share of the decrease that all of ∇f achieves is achieved by its part in that span only,
        and by the rest only.
    """
    run = trained_network(centred, seed)
    V = decomposed(epoch, centred, seed).eigenvectors[:, :k]
    start = run.points[epoch]
    slope = jax.grad(run.loss)

    @jax.jit
    def walk(w, X, y, inside, outside, steps):
        def step(_, w):
            g = slope(w, X, y)
            along = V @ (V.T @ g)
            return w - eta * (inside * along + outside * (g - along))

        w = jax.lax.fori_loop(0, steps, step, w)
        return w, run.loss(w, X, y)

    def decrease(inside, outside):
        w, found = start, []
        for steps in np.diff(horizons, prepend=0):
            w, loss = walk(w, run.X, run.y, inside, outside, steps)
            found.append(first - float(loss))
        return np.array(found)

    first = float(run.loss(start, run.X, run.y))
    whole, few, many = (decrease(*part) for part in ((1, 1), (1, 0), (0, 1)))
    g = np.asarray(slope(start, run.X, run.y))
    return float(((V.T @ g) ** 2).sum() / (g @ g)), few / whole, many / whole


def recorded_horizon(epoch):
    """Return the recorded steps, and the shares of the decrease: two arrays (seed, horizon)."""
    found = records.load("07_horizon")
    i = found.about["epochs"].index(epoch)
    return np.array(found.about["horizons"]), found["top"][:, i], found["rest"][:, i]


def full_batch(seed=0, steps=FULL_BATCH_STEPS, k=9):
    """Train the network of `trained_network` with full batches instead, with the same η and momentum.

    Returns
    -------
    ndarray of shape (steps, 4)
        For each number of steps: the loss, after how many eigenvalues the largest ratio stands,
        this ratio, and the share of ‖∇f‖² along the top k eigenvectors.
    """
    network, (X, y) = networks.mlp((64, 16, 10), "relu"), images(10, seed)
    loss, w, done, rows = networks.cross_entropy(network), network.init(seed=seed), 0, []
    for count in steps:
        run = training.gradient_descent(
            loss, w, X, y, LEARNING_RATE, count - done, momentum=MOMENTUM
        )
        w, done = run.w, count
        H = operators.hessian_operator(loss, w, X, y) @ np.eye(network.num_params)
        eigenvalues, eigenvectors = np.linalg.eigh((H + H.T) / 2)
        g = np.asarray(jax.grad(loss)(w, X, y))
        along = ((eigenvectors[:, ::-1][:, :k].T @ g) ** 2).sum() / (g @ g)
        rows.append([float(loss(w, X, y)), *spectral_shape.largest_gap(eigenvalues), along])
    return np.array(rows)


@remember()
def measure(epoch, centred=False, seed=0, k=9):
    """Return what the claims on `trained_network` are about, one number for each name."""
    run, d = trained_network(centred, seed), decomposed(epoch, centred, seed)
    lam, V = d.eigenvalues, d.eigenvectors[:, :k]
    size = np.abs(lam) / np.abs(lam).max()
    nonzero = size > spectral_shape.ROUNDING
    top_of_G = np.linalg.eigh(d.G)[1][:, ::-1][:, :k]
    share, (few,), (many,) = descend_in_parts(epoch, centred, seed)
    values = {
        "loss": run.loss(run.points[epoch], run.X, run.y),
        "lambda_1": lam[0],
        "gap": spectral_shape.largest_gap(lam)[0],
        "near zero": np.mean(np.abs(lam) < 0.01 * lam[0]),
        "zero": np.mean(~nonzero),
        "negative": np.mean((lam < 0) & nonzero),
        "rest of H": np.linalg.norm(d.H - d.G) / np.linalg.norm(d.H),
        "Gauss-Newton overlap": spectral_shape.subspace_overlap(V, top_of_G),
        "class-mean overlap": spectral_shape.subspace_overlap(V, class_mean_jacobians(run, epoch)),
        "gradient share": share,
        "descent, top": few,
        "descent, rest": many,
    }
    return {name: float(value) for name, value in values.items()}


def recorded_measure(name, epoch=3, inputs="raw"):
    """Return one number of `measure` at five recorded seeds."""
    found = records.load("07_explained")
    i, j = found.about["epochs"].index(epoch), found.about["measures"].index(name)
    return found[inputs][:, i, j]


def percent(values):
    """Return the range of shares as text."""
    low, high = f"{min(values):.0%}", f"{max(values):.0%}"
    return low if low == high else f"{low} to {high}"


def spelled(kind):
    """Return the name of a kind of network as the text spells its activation."""
    return kind.replace("relu", "ReLU").replace("gelu", "GELU")


def class_counts(record="outliers"):
    """Return the numbers of classes that a record holds."""
    return np.array(records.load(f"07_{record}").about["classes"])


def largest_eigenvalues(model, epoch=EARLY, record="outliers"):
    """Return the recorded largest eigenvalues, an array (class count, seed, rank)."""
    found = records.load(f"07_{record}")
    return found[model][:, :, found.about["epochs"].index(epoch)]


def ratios_after(model, epoch=EARLY, record="outliers"):
    """Return the recorded ratios λₖ/λₖ₊₁ at k = C − 1, an array (class count, seed)."""
    k, spectra = class_counts(record) - 1, largest_eigenvalues(model, epoch, record)
    i = np.arange(len(k))
    return spectra[i, :, k - 1] / spectra[i, :, k]


def gap_after(eigenvalues, kmax=15):
    """Return after how many eigenvalues the gap stands, 0 if there is none.

    The gap is the largest ratio λₖ/λₖ₊₁ with k up to `kmax`, if it is at least `GAP`.
    """
    k, ratio = spectral_shape.largest_gap(eigenvalues, kmax)
    return k if ratio >= GAP else 0


def count_gaps(model, offset=-1, epoch=EARLY, record="outliers"):
    """Return in how many recorded runs the gap is after C + offset, and of how many."""
    spectra = largest_eigenvalues(model, epoch, record)
    positions = np.array([[gap_after(lam) for lam in row] for row in spectra])
    hits = positions == (class_counts(record) + offset)[:, None]
    return int(hits.sum()), hits.size


def count_gaps_of_width(units, epoch=EARLY):
    """Return in how many recorded ReLU networks of a width the gap is after C − 1, and of how many."""
    model, record = ("relu raw", "outliers") if units == 32 else (str(units), "widths")
    return count_gaps(model, epoch=epoch, record=record)


def recorded_mean_shares(model, record="outliers"):
    """Return the recorded `mean_share` after one epoch, an array (class count, seed)."""
    return records.load("07_means")[f"{record}|{model}"]


def mean_and_gap(kinds, record="outliers"):
    """Return share of the mean and ratio after C − 1, medians, two arrays (kind, class count)."""
    share = [np.median(recorded_mean_shares(name, record), axis=1) for name in kinds]
    ratio = [np.median(ratios_after(name, record=record), axis=1) for name in kinds]
    return np.array(share), np.array(ratio)


def spacing_ratios():
    """Return {network: mean ⟨r⟩ over seeds, at the start and trained} as recorded."""
    found = records.load("07_architectures")
    return {key[:-2]: found[key].mean(axis=0) for key in found if key.endswith("|r")}


@remember()
def shape_distances(inputs="raw", floor=1e-8):
    """Return recorded W₁ distances in decades: (same architecture, different ones, from a GOE)."""

    def distance(a, b):
        return spectral_shape.shape_distance(a, b, floor)

    found = records.load("07_architectures")
    names = sorted(k.split("|")[0] for k in found if k.endswith(f"|{inputs}"))
    spectra = {name: found[f"{name}|{inputs}"] for name in names}
    same = [distance(a, b) for x in spectra.values() for a, b in combinations(x, 2)]
    pairs = [zip(spectra[x], spectra[y], strict=True) for x, y in combinations(names, 2)]
    other = [distance(a, b) for pair in pairs for a, b in pair]
    goe = np.linalg.eigvalsh(rm.goe(800, seed=0))
    noise = [distance(x[0], goe) for x in spectra.values()]
    return np.array(same), np.array(other), np.array(noise)


def with_mean(X, share):
    """Return images with a share of their mean image left in, scaled to a mean square of 1.

    Parameters
    ----------
    X : array_like of shape (n, d)
        Raw images.
    share : float
        1 keeps the whole mean image, 0 subtracts it.

    Examples
    --------
    >>> with_mean([[1.0, 3.0], [3.0, 5.0]], 0)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    X = np.asarray(X, float)
    left = X - (1 - share) * X.mean(axis=0)
    return left / np.sqrt(np.mean(left**2))
