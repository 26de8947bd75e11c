"""The functions, matrices and directions that the claims and demos of lesson 01 share."""

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
