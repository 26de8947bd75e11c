"""Small landscapes with exact derivatives, computed for many points at once.

Points are rows: a batch is an array of shape (m, d). Value, gradient and Hessian then have the
shapes (m,), (m, d) and (m, d, d).
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.seeds import Seed

InPlane = Callable[..., Any]  # of x and y


@dataclass(frozen=True, eq=False, repr=False)
class Landscape(Printable):
    """A smooth function on a box, or on a torus if it repeats.

    Attributes
    ----------
    name : str
    value, gradient, hessian : callable
        Functions of a batch of points.
    low, high : ndarray of shape (d,)
        The box in which critical points are searched for.
    periodic : bool
        Whether the function repeats with the period ``high − low`` along each axis. Opposite
        sides of the box are then the same points.
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]
    hessian: Callable[[np.ndarray], np.ndarray]
    low: np.ndarray
    high: np.ndarray
    periodic: bool = False

    @property
    def dimension(self) -> int:
        """The number d of coordinates."""
        return len(self.low)

    @property
    def periods(self) -> np.ndarray | None:
        """The period along each axis, or None."""
        return self.high - self.low if self.periodic else None

    def random_points(self, num: int, seed: Seed = 0) -> np.ndarray:
        """Draw points uniformly from the box; an array of shape (num, d).

        With the same seed, a longer draw begins with the points of a shorter one.
        """
        rng = np.random.default_rng(seed)
        return rng.uniform(self.low, self.high, (arguments.count("num", num), self.dimension))

    def __repr__(self) -> str:
        return f"Landscape: {self.name}, {self.dimension} coordinates"


def modes(d: int, max_square: int = 2) -> np.ndarray:
    """Return the whole-number vectors k with 0 < |k|² ≤ `max_square`, one of each pair ±k.

    The vectors, of length `d`, are the rows of an integer array of shape (n, d).

    Examples
    --------
    >>> modes(2).tolist()
    [[0, 1], [1, -1], [1, 0], [1, 1]]
    """
    d, reach = arguments.count("d", d), int(arguments.count("max_square", max_square) ** 0.5)
    grid = itertools.product(range(-reach, reach + 1), repeat=d)
    zero = (0,) * d
    return np.array([k for k in grid if k > zero and sum(i * i for i in k) <= max_square])


def random_trigonometric(d: int, seed: Seed = 0, max_square: int = 2) -> Landscape:
    """Return Σ aₖ cos(k·w) + bₖ sin(k·w) with independent Gaussian coefficients, on a torus.

    The sum runs over `modes`. For n modes all coefficients have the variance 1/n. So at every w,
    over the seeds, f(w) has the mean 0 and the variance 1.

    Parameters
    ----------
    d : int
        The number of coordinates.
    seed : int or numpy.random.Generator
    max_square : int
        The largest |k|². If it is larger, the landscape is rougher and has more critical points.

    Returns
    -------
    Landscape
        With the period 2π along each axis.

    Examples
    --------
    >>> f = random_trigonometric(3, seed=0)
    >>> w = f.random_points(5)
    >>> bool(np.allclose(f.value(w), f.value(w + 2 * np.pi)))
    True
    """
    d = arguments.count("d", d)
    k = modes(d, max_square).astype(float)
    a, b = np.random.default_rng(seed).normal(size=(2, len(k))) / np.sqrt(len(k))
    products = np.einsum("ni,nj->nij", k, k).reshape(len(k), -1)

    def value(w: np.ndarray) -> np.ndarray:
        return np.cos(w @ k.T) @ a + np.sin(w @ k.T) @ b

    def gradient(w: np.ndarray) -> np.ndarray:
        phase = w @ k.T
        return (b * np.cos(phase) - a * np.sin(phase)) @ k

    def hessian(w: np.ndarray) -> np.ndarray:
        phase = w @ k.T
        return (-(a * np.cos(phase) + b * np.sin(phase)) @ products).reshape(len(w), d, d)

    zero = np.zeros(d)
    return Landscape("random", value, gradient, hessian, zero, zero + 2 * np.pi, periodic=True)


def _plane(
    name: str, value: InPlane, gradient: InPlane, hessian: InPlane, reach: float
) -> Landscape:
    """Wrap functions of x and y on ±reach: the gradient as two, the Hessian as three entries."""
    corner = np.array([reach, reach], float)

    def rows(*entries: Any) -> np.ndarray:
        return np.stack(np.broadcast_arrays(*entries), axis=-1).astype(float)

    def hessian_rows(w: np.ndarray) -> np.ndarray:
        fxx, fxy, fyy = hessian(*w.T)
        return rows(fxx, fxy, fxy, fyy).reshape(len(w), 2, 2)

    def gradient_rows(w: np.ndarray) -> np.ndarray:
        return rows(*gradient(*w.T))

    return Landscape(name, lambda w: value(*w.T), gradient_rows, hessian_rows, -corner, corner)


def himmelblau() -> Landscape:
    """Return (x² + y − 11)² + (x + y² − 7)² on [−5.5, 5.5]²: a standard test function.

    Four minima, all with the value 0, four saddles and a maximum.

    Examples
    --------
    >>> himmelblau().value(np.array([[3.0, 2.0]]))
    array([0.])
    """

    def value(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2

    def gradient(x: np.ndarray, y: np.ndarray) -> tuple:
        p, q = x * x + y - 11, x + y * y - 7
        return 4 * x * p + 2 * q, 2 * p + 4 * y * q

    def hessian(x: np.ndarray, y: np.ndarray) -> tuple:
        return 12 * x * x + 4 * y - 42, 4 * (x + y), 4 * x + 12 * y * y - 26

    return _plane("Himmelblau", value, gradient, hessian, 5.5)


def six_hump_camel() -> Landscape:
    """Return (4 − 2.1x² + x⁴/3)x² + xy + (4y² − 4)y² on [−2.2, 2.2]².

    A standard test function: six minima, seven saddles, two maxima.

    Examples
    --------
    >>> six_hump_camel().value(np.array([[0.0898, -0.7126]])).round(4)
    array([-1.0316])
    """
    return _plane(
        "six-hump camel",
        lambda x, y: (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2,
        lambda x, y: (8 * x - 8.4 * x**3 + 2 * x**5 + y, x - 8 * y + 16 * y**3),
        lambda x, y: (8 - 25.2 * x**2 + 10 * x**4, np.ones_like(x), 48 * y**2 - 8),
        2.2,
    )


def monkey_saddle(bowl: float = 0.0) -> Landscape:
    """Return x³ − 3xy² + bowl·(x² + y²) on [−2, 2]²: for bowl 0 its Hessian vanishes at the origin.

    Parameters
    ----------
    bowl : float
        Any value other than 0 splits the one degenerate point into four that are not degenerate.

    Examples
    --------
    >>> bool(monkey_saddle().hessian(np.zeros((1, 2))).any())
    False
    """
    c = arguments.number("bowl", bowl)
    return _plane(
        "monkey saddle",
        lambda x, y: x**3 - 3 * x * y**2 + c * (x**2 + y**2),
        lambda x, y: (3 * x**2 - 3 * y**2 + 2 * c * x, -6 * x * y + 2 * c * y),
        lambda x, y: (6 * x + 2 * c, -6 * y, 2 * c - 6 * x),
        2,
    )
