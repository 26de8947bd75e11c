"""The network of lesson 07 with a share of the mean image left in its inputs, and its law at W = 0."""

import numpy as np

from course_lib.curvature import networks, operators, spectral_shape
from course_lib.lessons.lesson_07 import experiments
from course_lib.support.caching import remember
from course_lib.teaching import records

# The shares, the networks, and what is kept of their spectra.
SABOTAGED = "07_sabotaged"
SHARES = np.arange(9) / 8  # 0, 0.125, …, 1
SABOTAGE_CLASSES, SABOTAGE_EPOCHS = (3, 10), (1, 3, 30)
SABOTAGE_WIDTH, SABOTAGE_RANKS = 32, 24


def predicted_at_zero(X, share, num_classes, power=2):
    """Return the eigenvalues of the Hessian at W = 0 that the Kronecker product predicts.

    They follow from the mean image m and the covariance of the raw images alone: each eigenvalue
    μ of covariance + share²·mmᵀ, scaled to a mean square pixel of 1, comes C − 1 times as μ/C. The
    d eigenvalues 0 of the direction that the softmax ignores are left out.

    Parameters
    ----------
    X : array_like of shape (n, d)
        Raw images.
    share : float
    num_classes : int
    power : int
        Of the share: 2 by the derivation.

    Returns
    -------
    ndarray of shape ((C − 1)·d,)
        Descending.

    Examples
    --------
    >>> predicted_at_zero([[2.0, 4.0], [4.0, 4.0], [3.0, 3.0], [3.0, 5.0]], 0, 3).round(3)
    array([0.333, 0.333, 0.333, 0.333])
    """
    X = np.asarray(X, float)
    mean = X.mean(axis=0)
    moments = (X - mean).T @ (X - mean) / len(X) + share**power * np.outer(mean, mean)
    moments *= len(mean) / np.trace(moments)
    return np.repeat(np.linalg.eigvalsh(moments)[::-1] / num_classes, num_classes - 1)


def measured_at_zero(X, y, share, num_classes, at=0.0):
    """Return all eigenvalues, descending, of the Hessian of linear softmax without bias.

    By automatic differentiation of the loss, at W = 0 or at random weights of size `at`: nothing of
    the derivation enters.
    """
    left = experiments.with_mean(X, share)
    w = at * np.random.default_rng(0).standard_normal(num_classes * left.shape[1])

    def loss(w, X, y):
        return networks.output_cross_entropy(X @ w.reshape(num_classes, -1).T, y)

    return spectral_shape.all_eigenvalues(operators.hessian_operator(loss, w, left, y))


def trained_with_mean(share, num_classes, seed, epochs=SABOTAGE_EPOCHS):
    """Train 64-32-C with ReLU, as in `train`, on images with a share of their mean."""
    X, y = experiments.images(num_classes, seed)
    network = networks.mlp((64, SABOTAGE_WIDTH, num_classes), "relu")
    return experiments.train(network, experiments.with_mean(X, share), y, epochs, seed)


def recorded_sabotage(num_classes, epoch=0):
    """Return the recorded largest eigenvalues, an array (share, seed, rank); epoch 0 is W = 0."""
    return records.load(SABOTAGED)[f"{num_classes}|{epoch}"]


@remember()
def gaps_by_share(num_classes, epoch):
    """Return where the gap stands (0: there is none) and λ_(C−1)/λ_C, two arrays (share, seed)."""
    spectra = recorded_sabotage(num_classes, epoch)
    where = np.array([[experiments.gap_after(lam) for lam in row] for row in spectra])
    return where, spectra[..., num_classes - 2] / spectra[..., num_classes - 1]


def nearest_share(share):
    """Return the index of a share among `SHARES`, the nearest one."""
    return int(np.abs(SHARES - share).argmin())
