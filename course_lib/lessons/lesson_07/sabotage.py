"""A share of the mean image left in the images: what the spectrum must be, and what it is."""

import numpy as np

from course_lib.curvature import networks, operators, spectral_shape
from course_lib.lessons.lesson_07 import experiments
from course_lib.support.caching import remember
from course_lib.teaching import records

RECORD = "07_sabotaged"
SHARES = np.arange(9) / 8  # 0, 0.125, …, 1
CLASSES = (3, 10)
EPOCHS = (1, 3, 30)
WIDTH, RANKS = 32, 24


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


def predicted(X, share, num_classes, power=2):
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
    >>> predicted([[2.0, 4.0], [4.0, 4.0], [3.0, 3.0], [3.0, 5.0]], 0, 3).round(3)
    array([0.333, 0.333, 0.333, 0.333])
    """
    X = np.asarray(X, float)
    mean = X.mean(axis=0)
    moments = (X - mean).T @ (X - mean) / len(X) + share**power * np.outer(mean, mean)
    moments *= len(mean) / np.trace(moments)
    return np.repeat(np.linalg.eigvalsh(moments)[::-1] / num_classes, num_classes - 1)


def measured(X, y, share, num_classes, at=0.0):
    """Return all eigenvalues, descending, of the Hessian of linear softmax without bias.

    By automatic differentiation of the loss, at W = 0 or at random weights of size `at`: nothing of
    the derivation enters.
    """
    images = with_mean(X, share)
    w = at * np.random.default_rng(0).standard_normal(num_classes * images.shape[1])

    def loss(w, X, y):
        return networks.output_cross_entropy(X @ w.reshape(num_classes, -1).T, y)

    return spectral_shape.all_eigenvalues(operators.hessian_operator(loss, w, images, y))


def trained(share, num_classes, seed, epochs=EPOCHS):
    """Train 64-32-C with ReLU, as in `experiments.train`, on images with a share of their mean."""
    X, y = experiments.images(num_classes, seed)
    network = networks.mlp((64, WIDTH, num_classes), "relu")
    return experiments.train(network, with_mean(X, share), y, epochs, seed)


def recorded(num_classes, epoch=0):
    """Return the recorded largest eigenvalues, an array (share, seed, rank); epoch 0 is W = 0."""
    return records.load(RECORD)[f"{num_classes}|{epoch}"]


@remember()
def recorded_gaps(num_classes, epoch):
    """Return where the gap stands (0: there is none) and λ_(C−1)/λ_C, two arrays (share, seed)."""
    spectra = recorded(num_classes, epoch)
    where = np.array([[experiments.gap_after(lam) for lam in row] for row in spectra])
    return where, spectra[..., num_classes - 2] / spectra[..., num_classes - 1]


def at_share(share):
    """Return the index of a share among `SHARES`, the nearest one."""
    return int(np.abs(SHARES - share).argmin())
