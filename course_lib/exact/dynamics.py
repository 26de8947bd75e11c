"""Descent with and without momentum: runs, their factors along each eigenvector, their limits.

On a quadratic the eigenvectors do not influence each other, so most functions here take
eigenvalues, not matrices. With momentum β and step size η a run is

    v ← βv − η∇f(w),       w ← w + v        (heavy ball)
    v ← βv − η∇f(w + βv),  w ← w + v        (Nesterov)

With β = 0 it is gradient descent.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_lib.exact import spectra
from course_lib.support import arguments

METHODS = ("heavy ball", "Nesterov")
LOST = 1e100  # farther out a walk ends: it diverges, and squares must not overflow


def walk(
    gradient: Callable[..., Any],
    start: ArrayLike,
    eta: float,
    steps: int,
    momentum: float = 0.0,
    method: str = "heavy ball",
) -> np.ndarray:
    """Run descent with a fixed step size and momentum, and keep every point.

    Parameters
    ----------
    gradient : callable
        gradient(w) → array of shape (n,).
    start : array_like of shape (n,)
    eta : float
        The step size η.
    steps : int
    momentum : float
        β, from 0 to below 1.
    method : {"heavy ball", "Nesterov"}
        Where the gradient is taken: at w, or ahead of it at w + βv.

    Returns
    -------
    ndarray of shape (steps + 1, n)
        The points, the start first. If the run diverges beyond 1e100, NaN from there on.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Polyak (1964) for the heavy ball, Nesterov (1983) for the gradient ahead.

    Examples
    --------
    >>> walk(lambda w: 4 * w, [1.0], eta=0.125, steps=3).ravel()
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    w = arguments.vector("start", start)
    eta, steps = arguments.positive("eta", eta), arguments.count("steps", steps)
    momentum = arguments.fraction("momentum", momentum)
    method = arguments.choice("method", method, METHODS)
    ahead = momentum if method == "Nesterov" else 0.0
    points = np.full((steps + 1, w.size), np.nan)
    points[0], v = w, np.zeros_like(w)
    for k in range(steps):
        v = momentum * v - eta * np.asarray(gradient(w + ahead * v))
        w = w + v
        if not np.abs(w).max() < LOST:
            break
        points[k + 1] = w
    return points


def largest_descent_step(H: ArrayLike, g: ArrayLike) -> float:
    """Return 2 gᵀg/gᵀHg: one gradient step lowers a quadratic if and only if η is below it.

    One step moves along the gradient only, so only the curvature along g matters. The loss changes
    by −η gᵀg + ½η² gᵀHg. The step size that lowers it most is half the value returned.

    Parameters
    ----------
    H : array_like of shape (n, n)
        The Hessian, symmetric.
    g : array_like of shape (n,)
        The gradient where the step starts.

    Returns
    -------
    float
        Infinity if the curvature along g is not positive: then every step lowers the quadratic.

    Raises
    ------
    ValueError
        If `g` is zero, or `H` is not symmetric.

    Examples
    --------
    >>> largest_descent_step([[8, 0], [0, 2]], [1, 1])
    0.4
    """
    H = arguments.symmetric_matrix("H", H)
    g = arguments.vector("g", g, len(H))
    scale = np.abs(g).max()
    if scale == 0:
        raise ValueError("g must not be zero: at a critical point a gradient step does not move")
    g = g / scale
    bend = g @ H @ g
    return float(2 * (g @ g) / bend) if bend > 0 else np.inf


def momentum_factors(
    eigenvalues: ArrayLike, eta: ArrayLike, momentum: ArrayLike, method: str = "heavy ball"
) -> np.ndarray:
    """Return the factor by which the error along each eigenvector shrinks per step in the long run.

    Along an eigenvector two successive errors follow a 2×2 iteration. Its spectral radius is
    returned. With β = 0 this is |1 − ηλ|. If the roots are complex, the error of heavy ball shrinks
    by √β, whatever η and λ are. At a double root the error after k steps is k times the k-th power
    of the factor, so it may grow at first.

    Parameters
    ----------
    eigenvalues, eta, momentum : array_like
        Real numbers of shapes that broadcast; η is not negative, and β is from 0 to below 1.
    method : {"heavy ball", "Nesterov"}

    Returns
    -------
    ndarray
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Goh (2017), "Why Momentum Really Works", on the heavy ball.

    Examples
    --------
    >>> momentum_factors([4.0, 1.0], eta=0.5, momentum=0.25).round(3)
    array([0.5, 0.5])
    """
    method = arguments.choice("method", method, METHODS)
    lam, eta = arguments.numbers("eigenvalues", eigenvalues), arguments.numbers("eta", eta)
    beta = arguments.numbers("momentum", momentum)
    try:
        lam, eta, beta = np.broadcast_arrays(lam, eta, beta)
    except ValueError:
        shapes = f"{lam.shape}, {eta.shape} and {beta.shape}"
        raise ValueError(
            f"eigenvalues, eta and momentum must fit together, but their shapes are {shapes}"
        ) from None
    if not (eta >= 0).all():
        raise ValueError("eta must not be negative")
    if not ((beta >= 0) & (beta < 1)).all():
        raise ValueError("momentum must be at least 0 and below 1, in every entry")
    # The errors follow e₊ = total·e − product·e₋, whose roots have that sum and that product.
    keep = 1 - eta * lam
    total, product = beta + keep, beta
    if method == "Nesterov":
        total, product = (1 + beta) * keep, beta * keep
    discriminant = total**2 - 4 * product
    real = (np.abs(total) + np.sqrt(np.maximum(discriminant, 0))) / 2
    return np.where(discriminant < 0, np.sqrt(np.abs(product)), real)


def stability_limit(momentum: float = 0.0, method: str = "heavy ball") -> float:
    """Return the largest ηλ that is stable for λ > 0: 2 without momentum.

    It is 2 + 2β for heavy ball and (2 + 2β)/(1 + 2β) for Nesterov. There a root reaches −1.

    Parameters
    ----------
    momentum : float
        β, from 0 to below 1.
    method : {"heavy ball", "Nesterov"}

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> stability_limit(), stability_limit(0.5), stability_limit(0.5, "Nesterov")
    (2.0, 3.0, 1.5)
    """
    beta = arguments.fraction("momentum", momentum)
    limit = 2 + 2 * beta
    nesterov = arguments.choice("method", method, METHODS) == "Nesterov"
    return limit / (1 + 2 * beta) if nesterov else limit


class Tuning(NamedTuple):
    """A step size, a momentum, and the share of its error that the slowest direction keeps per step."""

    eta: float
    momentum: float
    rate: float


def best_tuning(eigenvalues: ArrayLike, method: str = "heavy ball") -> Tuning:
    """Return the `Tuning`, η and β, that is best for a quadratic with these eigenvalues.

    Heavy ball: √η = 2/(√λ₁ + √λₙ), √β = (√κ − 1)/(√κ + 1) = the rate (Polyak 1964, Goh 2017).
    Nesterov: η = 4/(3λ₁ + λₙ), β = (√(3κ+1) − 2)/(√(3κ+1) + 2), rate 1 − 2/√(3κ+1). There the
    double root of λₙ equals the negative root of λ₁ in size; a search in the tests finds nothing
    better. Both are best for the slowest direction in the long run. At a double root errors grow
    at first.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)
        All positive.
    method : {"heavy ball", "Nesterov"}

    Raises
    ------
    ValueError
        If the eigenvalues are not all positive.

    Examples
    --------
    >>> best_tuning([16.0, 4.0, 1.0])
    Tuning(eta=0.16, momentum=0.36, rate=0.6)
    """
    method = arguments.choice("method", method, METHODS)
    eigenvalues = arguments.vector("eigenvalues", eigenvalues)
    kappa = spectra.condition_number(eigenvalues)
    largest, smallest = float(eigenvalues.max()), float(eigenvalues.min())
    if method == "heavy ball":
        rate = (kappa**0.5 - 1) / (kappa**0.5 + 1)
        return Tuning(4 / (largest**0.5 + smallest**0.5) ** 2, rate**2, rate)
    root = (3 * kappa + 1) ** 0.5
    return Tuning(4 / (3 * largest + smallest), (root - 2) / (root + 2), 1 - 2 / root)


def escape_steps(curvature: float, eta: float, distance: float) -> float:
    """Return how many steps gradient descent needs from `distance` to 1 along a falling direction.

    This is log(1/distance)/log(1 + η|λ|). It is exact on a quadratic, where each step multiplies
    the distance by 1 + η|λ|.

    Parameters
    ----------
    curvature : float
        λ, negative.
    eta : float
        The step size.
    distance : float
        The distance from the saddle along that eigenvector, above 0 and below 1.

    Returns
    -------
    float
        The number of steps, not rounded up.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> escape_steps(curvature=-10.0, eta=0.1, distance=1 / 8)
    3.0
    """
    curvature, eta = arguments.number("curvature", curvature), arguments.positive("eta", eta)
    distance = arguments.positive("distance", distance)
    if curvature >= 0:
        why = "descent leaves a saddle only along a direction of negative curvature"
        raise ValueError(f"curvature must be negative, not {curvature:.6g}: {why}")
    if distance >= 1:
        raise ValueError(f"distance must be below 1, not {distance:.6g}")
    return float(np.log(1 / distance) / np.log1p(-eta * curvature))
