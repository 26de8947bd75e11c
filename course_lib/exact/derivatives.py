"""Second derivatives at a point: along a direction, by differences, as a model, in other units.

All of it is computed from values of a function, or of its gradient, near one point `w` of shape (n,).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.support import arguments

Function = Callable[..., Any]  # of a point w of shape (n,)


def curvature_along(H: ArrayLike, v: ArrayLike) -> Any:
    """Return vᵀHv / vᵀv, the curvature along the direction of `v`.

    If `H` is the Hessian of f at w, this is the second derivative of t ↦ f(w + t v/‖v‖) at t = 0.
    It lies between λₙ and λ₁. It is also called the Rayleigh quotient.

    Parameters
    ----------
    H : array_like of shape (n, n)
        Symmetric.
    v : array_like of shape (n,) or (n, k)
        One direction, or k directions as columns, which give k curvatures. The length of a
        direction does not matter.

    Raises
    ------
    ValueError
        If `H` is not symmetric, or a direction has the wrong length, is zero or is not finite.

    References
    ----------
    Trefethen & Bau (1997), Numerical Linear Algebra, on the Rayleigh quotient.

    Examples
    --------
    >>> curvature_along([[4, 4], [4, 16]], [1, 1])
    14.0
    """
    H = arguments.symmetric_matrix("H", H)
    v = _directions(v, len(H))
    return _plain(np.sum(v * (H @ v), axis=0) / np.sum(v * v, axis=0))


def second_difference(f: Function, w: ArrayLike, v: ArrayLike, h: float | None = None) -> float:
    """Estimate the curvature of `f` at `w` along the direction of `v` from three values of `f`.

    Parameters
    ----------
    f : callable
        ``f(w) -> float``.
    w, v : array_like of shape (n,)
        The length of `v` does not matter.
    h : float, optional
        The distance to the two other points, in the units of `w`; by default 1e-4, times the
        largest |wᵢ| if that is above 1. The error has two parts: about h²|φ⁗|/12, where
        φ(t) = f(w + t v/‖v‖), and up to 4ε|f|/h² from rounding, with ε ≈ 2e-16. It is least near
        h = (48 ε|f|/|φ⁗|)^¼, which is about 3e-4 if f and its derivatives are near 1.

    Raises
    ------
    ValueError
        If `w`, `v` or `h` is not of the form above.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, on finite differences.

    Examples
    --------
    >>> round(second_difference(lambda w: w[0] ** 2 * w[1], [1, 3], [1, 0]), 4)
    6.0
    """
    w = arguments.vector("w", w)
    v = _directions(v, len(w))
    if v.ndim != 1:
        raise ValueError(f"v must be one direction, of shape ({len(w)},), not of shape {v.shape}")
    h = _distances(w, h, 1e-4).max()
    step = h * v / np.linalg.norm(v)
    return float((f(w + step) - 2 * f(w) + f(w - step)) / h**2)


def gradient_by_differences(f: Function, w: ArrayLike, h: float | None = None) -> np.ndarray:
    """Estimate ∇f at `w` by central differences of 2n values of `f`; it has the shape of `w`.

    Parameters
    ----------
    f : callable
        ``f(w) -> float``.
    w : array_like of shape (n,)
    h : float, optional
        The distance to the other points; by default 1e-5, times |wᵢ| if that is above 1.

    Raises
    ------
    ValueError
        If `w` or `h` is not of the form above, or `h` is lost in the rounding of `w`.

    Examples
    --------
    >>> gradient_by_differences(lambda w: w[0] ** 2 * w[1], [1, 3]).round(6)
    array([6., 1.])
    """
    return _central_differences(f, w, h)


def hessian_by_differences(f: Function, w: ArrayLike, h: float | None = None) -> np.ndarray:
    """Estimate ∇²f at `w` from 2n² + 1 values of `f` alone.

    An entry off the diagonal uses the four corners of a square. An entry on the diagonal uses three
    points in a row. The error grows again if `h` is too small (see `second_difference`).

    Parameters
    ----------
    f : callable
        ``f(w) -> float``.
    w : array_like of shape (n,)
    h : float, optional
        By default 1e-4, times |wᵢ| if that is above 1.

    Returns
    -------
    ndarray of shape (n, n)
        Symmetric by construction, even where f has no second derivative.

    Examples
    --------
    >>> hessian_by_differences(lambda w: w[0] ** 2 * w[1], [1, 3]).round(4) + 0
    array([[6., 2.],
           [2., 0.]])
    """
    w = arguments.vector("w", w)
    distances = _distances(w, h, 1e-4)
    steps = np.diag(distances)
    middle = f(w)
    H = np.empty((len(w), len(w)))
    for i, a in enumerate(steps):
        H[i, i] = f(w + a) - 2 * middle + f(w - a)
        for j, b in enumerate(steps[:i]):
            corners = f(w + a + b) - f(w + a - b) - f(w - a + b) + f(w - a - b)
            H[i, j] = H[j, i] = corners / 4
    return H / np.outer(distances, distances)


def hessian_from_gradient(gradient: Function, w: ArrayLike, h: float | None = None) -> np.ndarray:
    """Estimate ∇²f at `w` by central differences of 2n gradients.

    This is one order more accurate than using values of f: rounding enters as ε/h, not as ε/h².

    Parameters
    ----------
    gradient : callable
        ``gradient(w) -> array of shape (n,)``.
    w : array_like of shape (n,)
    h : float, optional
        By default 1e-5, times |wᵢ| if that is above 1. The error is least near
        h = ε^⅓ ≈ 6e-6 if f and its derivatives are near 1.

    Returns
    -------
    ndarray of shape (n, n)
        Column j holds the change of the gradient along axis j. Because of rounding the matrix is
        not exactly symmetric. Pass (H + H.T)/2 to functions that ask for a symmetric matrix.

    Examples
    --------
    >>> hessian_from_gradient(lambda w: np.array([4*w[0] + 4*w[1], 4*w[0] + 16*w[1]]), [1, 1]).round(6)
    array([[ 4.,  4.],
           [ 4., 16.]])
    """
    return _central_differences(gradient, w, h)


def quadratic_model(value: float, gradient: ArrayLike, H: ArrayLike) -> Callable[[ArrayLike], Any]:
    """Return Taylor's second-order model m(p) = f + ∇fᵀp + ½ pᵀHp as a function of the step p.

    Parameters
    ----------
    value : float
        The value of f at the point.
    gradient : array_like of shape (n,)
    H : array_like of shape (n, n)
        Symmetric.

    Returns
    -------
    callable
        ``model(p)`` for a step `p` of shape (n,) or (n, ...); returns shape (...).

    Raises
    ------
    ValueError
        If an argument is not finite, `H` is not symmetric, or the shapes do not fit.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization.

    Examples
    --------
    >>> m = quadratic_model(1.0, [0, 2], [[4, 0], [0, 6]])
    >>> m([1, 1])
    8.0
    """
    value = arguments.number("value", value)
    H = arguments.symmetric_matrix("H", H)
    gradient = arguments.vector("gradient", gradient, len(H))

    def model(step: ArrayLike) -> Any:
        p = np.asarray(step, float)
        if p.shape[:1] != gradient.shape:
            raise ValueError(f"p must have shape ({len(H)},) or ({len(H)}, ...), not {p.shape}")
        slope = np.tensordot(gradient, p, axes=1)
        return _plain(value + slope + 0.5 * np.sum(p * np.tensordot(H, p, axes=1), axis=0))

    return model


def rescale(H: ArrayLike, units: ArrayLike) -> np.ndarray:
    """Return D H D, of shape (n, n): the Hessian in coordinates u with w = D u, D = diag(`units`).

    The sizes of the eigenvalues change with the units. The numbers of positive, zero and negative
    eigenvalues do not (Sylvester's law of inertia). The gradient becomes D∇f.

    Parameters
    ----------
    H : array_like of shape (n, n)
        Symmetric, in the coordinates w.
    units : array_like of shape (n,)
        How much wᵢ changes when uᵢ changes by 1; not zero.

    Raises
    ------
    ValueError
        If `H` is not symmetric or `units` has the wrong length or a zero.

    Examples
    --------
    >>> rescale([[4, 4], [4, 16]], [1 / 2, 1 / 4])
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    H = arguments.symmetric_matrix("H", H)
    units = arguments.vector("units", units, len(H))
    if not units.all():
        raise ValueError("units must not be zero: a coordinate with unit 0 would be lost")
    return units[:, None] * H * units


def _directions(v: ArrayLike, n: int) -> np.ndarray:
    """Return `v` of shape (n,) or (n, k), each column scaled so that its largest entry is ±1."""
    v = arguments.numbers("v", v)
    if not 1 <= v.ndim <= 2 or len(v) != n or v.size == 0:
        raise ValueError(f"v must have shape ({n},) or ({n}, k), not {v.shape}")
    largest = np.abs(v).max(axis=0)
    if not np.all(largest):
        raise ValueError("v must not be zero: it has no direction")
    return v / largest  # the squares of very long or short ones would leave the range of floats


def _central_differences(function: Function, w: ArrayLike, h: float | None) -> np.ndarray:
    """Return (function(w + h eⱼ) − function(w − h eⱼ)) / 2h with j as the last axis."""
    w = arguments.vector("w", w)
    distances = _distances(w, h, 1e-5)
    steps = np.diag(distances)
    differences = [np.asarray(function(w + d)) - np.asarray(function(w - d)) for d in steps]
    return np.stack(differences, axis=-1) / (2 * distances)


def _distances(w: np.ndarray, h: float | None, usual: float) -> np.ndarray:
    """Return how far to go along each axis: `h`, or `usual` in proportion to what is large in `w`.

    Beside 1e12 a step of 1e-5 is none: the difference would be 0, or rounding.
    """
    if h is None:
        return usual * np.maximum(1, np.abs(w))
    h = arguments.positive("h", h)
    size = np.abs(w).max()
    if size + h == size:
        raise ValueError(f"h must be larger: next to w = {size:.6g}, a step of {h:.6g} is lost")
    return np.full(len(w), h)


def _plain(x: Any) -> Any:
    """Return a float where `x` is one number."""
    return x if np.ndim(x) else float(x)
