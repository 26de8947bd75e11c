"""The ledger of lesson 01, and what its checks share."""

import numpy as np

from course_lib.exact.formulas import Formula
from course_lib.teaching import Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 1"
STANDARD = "Standard; the reason stands in the lesson"
NOCEDAL = "Nocedal & Wright (2006)"
TREFETHEN = "Trefethen & Bau (1997)"

TWO_WEIGHTS = "(a*b - 1)^2 / 2"
BENDY = "exp(a/2 - b/3)*cos(a + b) + a*b^2/4"


def formula(text):
    """Read a formula in a and b."""
    return Formula.from_text(text, ("a", "b"))


def symmetric(rng, n):
    """Draw a symmetric matrix."""
    A = rng.normal(size=(n, n))
    return (A + A.T) / 2


def unit(degrees):
    """Return the unit vector at this angle."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
