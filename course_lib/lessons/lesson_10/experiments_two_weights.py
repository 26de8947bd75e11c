"""The smallest examples of lesson 10: one or two weights on which every "why" can be seen."""

import numpy as np


def descend(H, w, eta, steps, P=None):
    """Walk on ½wᵀHw with the step η P⁻¹Hw; without a P that is plain descent.

    Returns
    -------
    ndarray of shape (steps + 1, 2)

    Examples
    --------
    >>> descend(np.diag([1.0, 100.0]), [1.0, 1.0], 1.0, 1, P=[1.0, 100.0])
    array([[1., 1.],
           [0., 0.]])
    """
    w = np.asarray(w, float)
    P = np.ones(w.size) if P is None else np.asarray(P, float)
    path = [w]
    for _ in range(steps):
        path.append(path[-1] - eta * (H @ path[-1]) / P)
    return np.array(path)


def scaled(H, P):
    """Return P^(−½) H P^(−½) for a diagonal P.

    Examples
    --------
    >>> scaled(np.array([[1.0, 2.0], [2.0, 25.0]]), [1.0, 25.0])
    array([[1. , 0.4],
           [0.4, 1. ]])
    """
    root = np.sqrt(np.asarray(P, float))
    return np.asarray(H, float) / np.outer(root, root)


def one_weight_adam(curvature, eta=0.01, beta1=0.9, beta2=0.99, steps=4000):
    """Run Adam on ½λw² from w = 1 and keep its units along the way.

    Parameters
    ----------
    curvature : float
        λ.

    Returns
    -------
    w : ndarray of shape (steps,)
        After each step.
    ratio : ndarray of shape (steps,)
        λ/P in units of Adam's limit (2 + 2β₁)/((1 − β₁)η).

    Examples
    --------
    >>> w, _ = one_weight_adam(3.0, steps=1)
    >>> w.round(6)  # the first step is η long
    array([0.99])
    """
    w, mean, square, rows = 1.0, 0.0, 0.0, []
    for k in range(1, steps + 1):
        gradient = curvature * w
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        P = np.sqrt(square / (1 - beta2**k)) + 1e-8
        w -= eta * mean / (1 - beta1**k) / P
        rows.append((w, curvature / P * eta * (1 - beta1) / (2 + 2 * beta1)))
    path, ratio = np.array(rows).T
    return path, ratio


def angle_hessian(v):
    """Return the Hessian of ½φ², φ the angle of (x, y) to the x-axis: a loss without a care for size.

    Examples
    --------
    >>> angle_hessian([1.0, 0.0]).round(6), angle_hessian([4.0, 0.0]).round(6)
    (array([[0., 0.],
           [0., 1.]]), array([[0.    , 0.    ],
           [0.    , 0.0625]]))
    """
    x, y = np.asarray(v, float)
    r2, phi = x * x + y * y, np.arctan2(y, x)
    slope = np.array([-y, x]) / r2
    bend = np.array([[2 * x * y, y * y - x * x], [y * y - x * x, -2 * x * y]]) / r2**2
    return np.outer(slope, slope) + phi * bend + 0.0
