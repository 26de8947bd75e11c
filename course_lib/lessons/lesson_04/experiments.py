"""The quadratics of lesson 04: spectra, runs on them, roots, and ridge regression on the digits."""

import numpy as np

from course_lib.exact import dynamics
from course_lib.support import datasets

COURSE_H = np.array([[4.0, 4.0], [4.0, 16.0]])


def log_spectrum(kappa, n=50, seed=0):
    """Return `n` eigenvalues, descending from κ to 1, log-uniform in between and off the ends."""
    inner = np.random.default_rng(seed).uniform(0.05, 0.95, n - 2) * np.log(kappa)
    return np.sort(np.r_[kappa, np.exp(inner), 1.0])[::-1]


def error_sizes(lam, eta, steps, momentum=0.0, method="heavy ball", seed=0):
    """Run on the quadratic with the eigenvalues `lam` and return ‖w‖ at each step."""
    start = np.random.default_rng(1000 + seed).normal(size=len(lam))
    path = dynamics.walk(lambda w: lam * w, start, eta, steps, momentum, method)
    return np.linalg.norm(path, axis=1)


def late_rate(sizes):
    """Return the mean factor per step over the last tenth of a run."""
    k = 9 * len(sizes) // 10
    return float((sizes[-1] / sizes[k]) ** (1 / (len(sizes) - 1 - k)))


def ridge(kind, mu=0.01):
    """Return the features of the digits as rows, and the Hessian of ridge regression on them.

    H = mean(xxᵀ) + μI. The pixels that are constant over the training images are left out.
    """
    X = datasets.digits(centred=False, seed=0).X_train
    X = X[:, X.std(axis=0) > 0]
    if kind != "raw":
        X = X - X.mean(axis=0)
    if kind == "scaled":
        X = X / X.std(axis=0)
    return X, X.T @ X / len(X) + mu * np.eye(X.shape[1])


def tuning_on_sliders(eigenvalues, method, eta_steps):
    """Return the best η and β for sliders with `eta_steps` steps per unit of η, and 100 of β.

    They are rounded to the side where the roots stay complex: the other side is much slower.
    """
    best = dynamics.best_tuning(eigenvalues, method)
    eta = np.floor(eta_steps * best.eta) / eta_steps
    return float(eta), float(np.ceil(100 * best.momentum) / 100)


def roots(step, momentum, method="heavy ball"):
    """Return the two roots z of the recursion of errors along an eigenvector, the larger one first.

    Heavy ball: z² − (1 + β − ηλ)z + β. Nesterov: z² − (1 + β)(1 − ηλ)z + β(1 − ηλ).

    Parameters
    ----------
    step : float or array
        ηλ.
    momentum : float
        β.
    method : {"heavy ball", "Nesterov"}

    Returns
    -------
    complex array of shape (2, ...)
        The larger in size first; of a complex pair the upper one.
    """
    step = np.asarray(step, float)
    total, product = 1 + momentum - step, momentum + 0 * step
    if method == "Nesterov":
        total, product = (1 + momentum) * (1 - step), momentum * (1 - step)
    spread = np.sqrt(np.asarray(total**2 - 4 * product, complex))
    sign = np.where(total < 0, -1, 1)
    sign = np.where(spread.imag > 0, 1, sign)
    return np.stack([total + sign * spread, total - sign * spread]) / 2
