"""The exact laws that the eigenvalues of large random matrices tend to, and the distance to them.

`random_matrices` draws such matrices, in the scale of these laws.
"""

from dataclasses import dataclass
from math import comb, sqrt

import numpy as np
from numpy.typing import ArrayLike

from course_lib.support import arguments

# Relative size of what rounding leaves of an exact zero.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Semicircle:
    """Wigner's law of eigenvalues (1955), with radius 2 and variance 1.

    Examples
    --------
    >>> semicircle.edges, [semicircle.moment(k) for k in range(7)]
    ((-2.0, 2.0), [1, 0, 1, 0, 2, 0, 5])
    """

    edges = (-2.0, 2.0)

    def density(self, x: ArrayLike) -> np.ndarray:
        """Return √(4 − x²)/2π, or 0 outside the edges, in the shape of `x`."""
        x = np.clip(arguments.numbers("x", x), *self.edges)
        return np.sqrt(4 - x * x) / (2 * np.pi)

    def cdf(self, x: ArrayLike) -> np.ndarray:
        """Return the share of the eigenvalues up to `x`, in the shape of `x`."""
        x = np.clip(arguments.numbers("x", x), *self.edges)
        R = np.sqrt(4 - x * x)
        return 0.5 + (x * R / 4 + np.arctan2(x, R)) / np.pi

    def moment(self, k: int) -> int:
        """Return the exact mean of x^k: a Catalan number for even k, 0 for odd k."""
        half, odd = divmod(arguments.count("k", k, at_least=0), 2)
        return 0 if odd else comb(2 * half, half) // (half + 1)


semicircle = Semicircle()


@dataclass(frozen=True)
class MarchenkoPastur:
    """The law of the eigenvalues of second-moment matrices, for g = p/N; see `marchenko_pastur`."""

    g: float

    @property
    def edges(self) -> tuple[float, float]:
        """The ends (1 ∓ √g)² of the continuous part."""
        return (1 - sqrt(self.g)) ** 2, (1 + sqrt(self.g)) ** 2

    @property
    def atom(self) -> float:
        """The share of exact zeros: 1 − 1/g if g > 1, else 0."""
        return max(0.0, 1 - 1 / self.g)

    def density(self, x: ArrayLike) -> np.ndarray:
        """Return the density of the continuous part, in the shape of `x`; its mass is 1 − `atom`.

        It is 0 outside the edges. For g = 1 it grows like 1/√x towards 0.
        """
        x = arguments.numbers("x", x)
        low, high = self.edges
        R = np.sqrt(np.maximum((high - x) * (x - low), 0))
        return np.divide(R, 2 * np.pi * self.g * x, out=np.zeros_like(x), where=R > 0)[()]

    def cdf(self, x: ArrayLike) -> np.ndarray:
        """Return the share of the eigenvalues up to `x`, zeros included, in the shape of `x`."""
        x, g = arguments.numbers("x", x), self.g
        low, high = self.edges
        t = np.clip(x, low, high)
        R = np.sqrt((high - t) * (t - low))
        F = (  # an antiderivative of R/t; arctan2 keeps all digits near the edges, arcsin half
            R
            + (1 + g) * np.arctan2(t - (1 + g), R)
            - abs(1 - g) * np.arctan2((1 + g) * t - (1 - g) ** 2, abs(1 - g) * R)
        )
        continuous = (F + np.pi * min(1, g)) / (2 * np.pi * g)
        return np.clip(continuous + self.atom * (x >= 0), 0, 1)

    def moment(self, k: int) -> float:
        """Return the exact mean of x^k, zeros included: Narayana numbers times powers of g."""
        k = arguments.count("k", k, at_least=0)
        terms = (comb(k, r) * comb(k - 1, r) // (r + 1) * self.g**r for r in range(k))
        return float(sum(terms)) if k else 1.0


def marchenko_pastur(g: float) -> MarchenkoPastur:
    """Return the Marchenko–Pastur law for g = p/N, features per sample.

    Parameters
    ----------
    g : float
        Positive.

    Returns
    -------
    MarchenkoPastur
        With `density(x)`, `cdf(x)`, `edges`, `moment(k)` and `atom`, the share of exact zeros.

    Raises
    ------
    ValueError
        If `g` is not positive.

    References
    ----------
    Marchenko & Pastur 1967.

    Examples
    --------
    >>> law = marchenko_pastur(4)
    >>> law.edges, law.atom, [law.moment(k) for k in range(4)]
    ((1.0, 9.0), 0.75, [1.0, 1.0, 5.0, 29.0])
    """
    return MarchenkoPastur(arguments.positive("g", g))


def kolmogorov_distance(eigenvalues: ArrayLike, law: Semicircle | MarchenkoPastur) -> float:
    """Return sup |Fₙ(x) − F(x)|: how far the share of eigenvalues up to x is from that of a law.

    It measures the bulk, not the edge: k outliers among n eigenvalues change it by at most k/n.
    Eigenvalues below 1e-12 of the largest magnitude count as exact zeros, because the
    Marchenko–Pastur law may have an atom at zero.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)
        In any order.
    law : object with a method ``cdf``
        Such as `semicircle` or `marchenko_pastur` (g).

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If `eigenvalues` is not a finite real vector.

    Examples
    --------
    >>> kolmogorov_distance([0.0], semicircle)  # one jump from 0 to 1 where the law is at ½
    0.5
    """
    x = np.sort(arguments.vector("eigenvalues", eigenvalues))
    x[np.abs(x) <= ROUNDING * np.abs(x).max()] = 0
    at = np.searchsorted(x, x, side="right") / x.size - law.cdf(x)
    below = np.searchsorted(x, x, side="left") / x.size - law.cdf(np.nextafter(x, -np.inf))
    return float(np.abs([at, below]).max())
