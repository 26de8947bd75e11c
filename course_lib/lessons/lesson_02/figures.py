"""Figures of lesson 02: the bowl from above, and descent in two systems of units."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_lib import plotting
from course_lib.exact import spectra
from course_lib.plotting import Picture
from course_lib.support import arguments

REACH = 3.0  # the bowl is shown for both coordinates in ±REACH
LEVELS = 0.75 * np.arange(1, 16) ** 2  # along a ray these heights are evenly spaced
_RUN_IN_W, _RUN_IN_U = plotting.SERIES[:2]
_BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}


def bowl_from_above(H: ArrayLike, level: float = 3.0) -> Picture:
    """Draw level lines of ½ wᵀHw, its eigenvectors, and the half-axes of one ellipse.

    Parameters
    ----------
    H : array_like of shape (2, 2)
        A positive definite matrix.
    level : float
        The height of the ellipse that is drawn in black.

    Raises
    ------
    ValueError
        If `H` is not a positive definite 2×2 matrix, or `level` is not positive.
    """
    H, level = _plane("H", H), arguments.positive("level", level)
    spectrum = spectra.eigh(H)
    spectra.condition_number(spectrum.eigenvalues)  # refuses what has no ellipse
    half, V = np.sqrt(2 * level / spectrum.eigenvalues), spectrum.eigenvectors
    with plotting.style():
        figure = Figure(figsize=(5.4, 4.8))
        ax = figure.subplots()
        _level_lines(ax, H, "w", REACH)
        plotting.Eigenvectors(ax, length=0.78 * REACH).update(spectrum)
        turn = np.linspace(0, 2 * np.pi, 200)
        ellipse = V @ (half[:, None] * [np.cos(turn), np.sin(turn)])
        ax.plot(*ellipse, label=f"the ellipse f = c = {level:g}", **plotting.THEORY)
        ax.plot(*(V * half), "o", color="black", label="half-axes √(2c/λᵢ)")
        for i in range(2):
            x, y = V[:, i] * (half[i] + 0.25) + 0.38 * V[:, 1 - i]
            ax.text(x, y, f"{half[i]:.2f}", ha="center", va="center", bbox=_BOX)
        ax.set_title("The stiff direction is the short axis")
        ax.legend(loc="upper left", frameon=True, edgecolor="none")
    angle = np.degrees(np.arctan2(*V[::-1])) % 180
    return Picture(
        figure,
        f"Level lines from above are ellipses around 0. The ellipse f = {level:g} reaches {half[0]:.2f} "
        f"along the stiff v₁ (at {angle[0]:.0f}°) and {half[1]:.2f} along the flat v₂ (at "
        f"{angle[1]:.0f}°).",
    )


def larger_factor(eigenvalues: ArrayLike) -> Picture:
    """Draw the factors |1 − ηλ₁| and |1 − ηλ₂| over the step size, and where the larger is smallest.

    Parameters
    ----------
    eigenvalues : array_like of shape (2,)
        Two positive eigenvalues in descending order.
    """
    one, two = np.asarray(eigenvalues, float)
    eta = np.union1d(np.linspace(0, 2.5 / one, 101), [1 / one, 2 / (one + two)])
    factors = [spectra.contraction_factors(np.array([one, two]), x) for x in eta]
    along_v1, along_v2 = np.array(factors).T
    best, rate = 2 / (one + two), (one - two) / (one + two)
    with plotting.style():
        figure = Figure(figsize=(6.4, 3.8))
        ax = figure.subplots()
        larger = np.maximum(along_v1, along_v2)
        ax.plot(eta, larger, color="#cccccc", linewidth=8, label="the larger factor", zorder=1)
        ax.plot(eta, along_v1, label="along v₁: |1 − ηλ₁|", **plotting.STIFF)
        ax.plot(eta, along_v2, label="along v₂: |1 − ηλ₂|", **plotting.FLAT)
        ax.axhline(1, **plotting.THEORY)
        ax.plot(best, rate, "o", color="black", markersize=7, zorder=3)
        words = f"η* = {best:.3g}: {rate:.3f}"
        ax.text(best + 0.03 / one, rate - 0.2, words, va="center", bbox=_BOX)
        ax.set(
            xlim=(0, eta[-1]), ylim=(0, 1.55), xlabel="step size η", ylabel="factor of the error"
        )
        ax.set_title("The larger factor is smallest where the lines cross")
        ax.legend(loc="upper left")
    return Picture(
        figure,
        f"The factors of the error along v₁ and v₂ against the step size. Both are 1 at η = 0. The factor "
        f"along v₁ falls to 0 at η = {1 / one:.3f} and rises again. It is 1 at η = {2 / one:.3f}. The factor "
        f"along v₂ falls slowly. The two lines cross at η = {best:.3g}, where both factors are {rate:.3f}. "
        "There the larger of the two is smallest.",
    )


def two_systems_of_units(
    H: ArrayLike, D: ArrayLike, path_in_w: ArrayLike, path_in_u: ArrayLike
) -> Picture:
    """Draw two runs of descent, one in w and one in u with w = Du, in both systems of coordinates.

    Parameters
    ----------
    H : array_like of shape (2, 2)
        The Hessian of the loss ½ wᵀHw.
    D : array_like of shape (2, 2)
        The diagonal matrix of the units.
    path_in_w : array_like of shape (steps + 1, 2)
        Points w of the first run.
    path_in_u : array_like of shape (steps + 1, 2)
        Points u of the second run.
    """
    H, D = _plane("H", H), _plane("D", D)
    runs_in_w = [np.asarray(path_in_w, float), np.asarray(path_in_u, float) @ D]
    with plotting.style():
        figure = Figure(figsize=(9, 4.6))
        left, right = figure.subplots(1, 2)
        start = runs_in_w[0][0]
        for ax, units, name in ((left, np.eye(2), "w"), (right, D, "u")):
            back = np.linalg.inv(units)
            _level_lines(ax, units @ H @ units, name, 1.15 * np.abs(start @ back).max())
            for run, look, own in zip(runs_in_w, (_RUN_IN_W, _RUN_IN_U), "wu", strict=True):
                ax.plot(*(run @ back).T, linewidth=1.6, label=f"descent in {own}", **look)
            ax.plot(*(start @ back), "D", color="black", markersize=8, label="start")
            ax.plot(0, 0, "+", color="black", markersize=10, label="bottom")
            ax.set_title(f"Both runs in the coordinates {name}")
        right.legend(loc="lower right", frameon=True, edgecolor="none")
    first, other = (run[1] - run[0] for run in runs_in_w)
    turned = abs(np.degrees(np.arctan2(*first) - np.arctan2(*other)))
    ends = [np.linalg.norm(run[-1]) for run in runs_in_w]
    return Picture(
        figure,
        f"Two runs from ({start[0]:.2f}, {start[1]:.2f}), drawn in w on the left and in u on the right. "
        f"In w, the directions of their first steps differ by {turned:.0f}°. After {len(runs_in_w[0]) - 1} "
        f"steps the run in w is {ends[0]:.2f} away from 0, and the run in u is {ends[1]:.2f} away from 0. "
        "On the left, only the run in w leaves the start at a right angle to the level lines. On the "
        "right, only the run in u does.",
    )


def _plane(name: str, matrix: ArrayLike) -> np.ndarray:
    """Return a symmetric 2×2 matrix."""
    matrix = arguments.symmetric_matrix(name, matrix)
    if matrix.shape != (2, 2):
        raise ValueError(f"{name} must be of shape (2, 2), not {matrix.shape}")
    return matrix


def _level_lines(ax: Axes, H: np.ndarray, name: str, reach: float) -> None:
    """Draw ½ wᵀHw from above on ±reach, with axes called `name`."""
    grid = np.linspace(-reach, reach, 121)
    w = np.stack(np.meshgrid(grid, grid))
    heights = 0.5 * np.einsum("iab,ij,jab->ab", w, H, w)
    plotting.Contours(ax, grid, LEVELS).update(heights)
    ax.set(xlabel=f"${name}_1$", ylabel=f"${name}_2$")
    ax.grid(False)
