"""The functions, matrices and directions that the claims and demos of lesson 01 share."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from course_lib.exact.formulas import Formula

TWO_WEIGHTS = "(a*b - 1)^2 / 2"
BENDY = "exp(a/2 - b/3)*cos(a + b) + a*b^2/4"


def formula(text: str) -> Formula:
    """Read a formula in a and b."""
    return Formula.from_text(text, ("a", "b"))


def symmetric(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw a symmetric matrix."""
    A = rng.normal(size=(n, n))
    return (A + A.T) / 2


def unit(degrees: ArrayLike) -> np.ndarray:
    """Return the unit vectors at these angles, as columns."""
    turn = np.radians(degrees)
    return np.array([np.cos(turn), np.sin(turn)])


def power_iteration(
    multiply: Callable[[np.ndarray], np.ndarray], v: np.ndarray, steps: int
) -> tuple[float, np.ndarray]:
    """Return the curvature along the last vector of a power iteration, and all its vectors.

    Parameters
    ----------
    multiply : callable
        ``multiply(v)`` returns Hv.
    v : array of shape (n,)
        The start.
    steps : int

    Returns
    -------
    float
    array of shape (n, steps + 1)
    """
    path = [v / np.linalg.norm(v)]
    for _ in range(steps):
        v = multiply(path[-1])
        path.append(v / np.linalg.norm(v))
    return float(path[-1] @ multiply(path[-1])), np.array(path).T
