"""What the exact spectrum of a network's Hessian shows: its outliers, its zeros, its shape.

For networks of a few thousand parameters, whose Hessian fits into memory. The digits and the
training are the course's own, so that a measurement is one call.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import wasserstein_distance

from course_lib.curvature import networks, operators, training
from course_lib.support import arguments, datasets

# Relative size of what rounding leaves of an exact zero, as in `random_matrices`.
ROUNDING = 1e-12

# Mini-batch descent with momentum, as for every network of lesson 05: η, momentum, batch size.
LEARNING_RATE, MOMENTUM, BATCH_SIZE = 0.02, 0.9, 32
NUM_TRAIN = 1000


@dataclass(frozen=True, eq=False, repr=False)
class Trained:
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
    loss: object
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
        return operators.gauss_newton_operator(
            self.network.apply,
            networks.output_cross_entropy,
            self.points[epoch],
            self.X,
            self.y,
        )


def train(network, X, y, epochs=(0, 1, 3, 30), seed=0):
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

    Returns
    -------
    Trained

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
        raise ValueError(f"epochs must ascend, not {epochs}")
    loss, w = networks.cross_entropy(network), network.init(seed=seed)
    points, done = {}, 0
    for epoch in epochs:
        if epoch > done:
            steps = max(1, (epoch - done) * len(y) // BATCH_SIZE)
            w = training.gradient_descent(
                loss, w, X, y, LEARNING_RATE, steps,
                batch_size=BATCH_SIZE, momentum=MOMENTUM, seed=seed + epoch,
            ).w  # fmt: skip
        points[epoch], done = w, epoch
    return Trained(network, loss, points, np.asarray(X), np.asarray(y))


def train_on_digits(
    num_classes=10, width=16, activation="relu", *, centred=False, epochs=(0, 1, 3, 30), seed=0
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

    Returns
    -------
    Trained

    Examples
    --------
    >>> import course_lib
    >>> course_lib.setup()
    >>> train_on_digits(num_classes=2, width=4, epochs=(1,))
    mlp 64-4-2, relu: 270 parameters after epochs 1
    """
    num_classes = arguments.count("num_classes", num_classes, at_least=2)
    width = arguments.count("width", width, at_least=0)
    chosen = np.random.default_rng([seed, num_classes]).permutation(10)[:num_classes]
    data = datasets.digits(sorted(chosen.tolist()), centred=centred, seed=seed)
    X, y = data.X_train[:NUM_TRAIN], data.y_train[:NUM_TRAIN]
    widths = (64, width, num_classes) if width else (64, num_classes)
    return train(networks.mlp(widths, activation), X, y, epochs, seed)


def exact_spectrum(H):
    """Return all eigenvalues of a symmetric operator, descending, rounded zeros as exact zeros.

    Parameters
    ----------
    H : LinearOperator or array_like of shape (P, P)
        Its matrix is formed by P products.

    Returns
    -------
    ndarray of shape (P,)
        Those within 1e-12 of the largest magnitude are 0.

    Examples
    --------
    >>> exact_spectrum(np.diag([1.0, -2.0, 1e-15]))
    array([ 1.,  0., -2.])
    """
    H = arguments.square_operator("H", H)
    A = H @ np.eye(H.shape[0])
    eigenvalues = np.linalg.eigvalsh((A + A.T) / 2)[::-1].copy()
    eigenvalues[np.abs(eigenvalues) <= ROUNDING * np.abs(eigenvalues).max()] = 0
    return eigenvalues


def largest_gap(eigenvalues, kmax=15):
    """Return (k, ratio): the k ≤ kmax after which the largest ratio λₖ/λₖ₊₁ stands.

    Only positive eigenvalues count: a ratio across zero says nothing.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)
        In any order; at least two of them positive.
    kmax : int

    Returns
    -------
    tuple of int and float

    Raises
    ------
    ValueError
        If fewer than two eigenvalues are positive.

    Examples
    --------
    >>> largest_gap([9.0, 8.0, 2.0, 1.0, -7.0])
    (2, 4.0)
    """
    lam = np.sort(arguments.vector("eigenvalues", eigenvalues))[::-1]
    lam = lam[lam > 0][: arguments.count("kmax", kmax) + 1]
    if lam.size < 2:
        raise ValueError(f"eigenvalues must hold at least 2 positive ones, not {lam.size}")
    ratios = lam[:-1] / lam[1:]
    k = int(ratios.argmax())
    return k + 1, float(ratios[k])


def log_magnitudes(eigenvalues, floor=1e-8):
    """Return log₁₀(|λ|/max|λ|) of a spectrum, nothing below log₁₀ `floor`; of its shape.

    Examples
    --------
    >>> log_magnitudes([100.0, -1.0, 0.0])
    array([ 0., -2., -8.])
    """
    size = np.abs(arguments.vector("eigenvalues", eigenvalues))
    return np.log10(np.maximum(size / size.max(), arguments.positive("floor", floor)))


def shape_distance(a, b, floor=1e-8):
    """Return how far apart two spectra's shapes are, in decades: the Wasserstein distance W₁.

    Each is scaled by its largest magnitude and looked at on a logarithmic axis: W₁ is the mean
    distance by which eigenvalues must be moved to turn one histogram into the other.

    Parameters
    ----------
    a, b : array_like of shape (n,) and (m,)
    floor : float
        Smaller shares of the largest count as this: where an exact zero is put, is a choice.

    Returns
    -------
    float

    Examples
    --------
    >>> shape_distance([1.0, 0.1], [5.0, 0.05])  # one of two must move by a decade
    0.5
    """
    return float(wasserstein_distance(log_magnitudes(a, floor), log_magnitudes(b, floor)))


def subspace_overlap(U, V):
    """Return ‖UᵀV‖²_F/k: which share of the k orthonormal columns of `U` lies in the span of `V`.

    1 if the span of `V` holds all of them, and m/P on average for random columns in P dimensions.

    Parameters
    ----------
    U : array_like of shape (P, k)
        Orthonormal columns.
    V : array_like of shape (P, m)
        Any columns; they are orthonormalised here.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the columns are not of equal length.

    Examples
    --------
    >>> round(subspace_overlap(np.eye(3)[:, :2], [[1.0], [1.0], [0.0]]), 12)
    0.5
    """
    U, V = np.asarray(U, float), np.asarray(V, float)
    if U.ndim != 2 or V.ndim != 2 or len(U) != len(V):
        raise ValueError(f"U and V must be (P, k) and (P, m), not {U.shape} and {V.shape}")
    left, size, _ = np.linalg.svd(V, full_matrices=False)
    basis = left[:, size > 1e-10 * size.max()]
    return float((np.asarray(basis.T @ U) ** 2).sum() / U.shape[1])
