"""Surfaces in three dimensions, next to the same surface seen from above.

The surface carries the colours and level lines of `Contours`. Seen from straight above, it is the
contour plot. So a reader who tilts it learns to read either picture from the other.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import contourpy
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.path import Path
from numpy.typing import ArrayLike

from course_lib.exact import spectra
from course_lib.plotting.artists import _HEIGHT, Contours, Eigenvectors
from course_lib.plotting.pictures import Picture
from course_lib.plotting.style import FLAT, NEGATIVE, RUN, STIFF, LineStyle, style
from course_lib.support import arguments

# How many of eight short pieces of a line on the surface are drawn, for each line style.
_DASHES = {"-": 8, "--": 5, ":": 2, "-.": 6}
_PIECES = 200  # of a line on the surface
_LEVEL, _LEVEL_BELOW, _FRAME = "#7d8896", NEGATIVE["color"], "#999999"


class Curve(NamedTuple):
    """A line on a surface: its points seen from above, of shape (2, m), and how it looks."""

    points: np.ndarray
    style: LineStyle
    width: float = 3.0


class Surface:
    """A function on a square grid as a surface, seen at an angle, updated in place.

    The far cells and lines are painted first and the near ones last, so that what lies behind is
    hidden. The view is a parallel projection: equal heights look equal, near or far.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    grid : array of shape (m,)
        The points along both axes, evenly spaced. With 41 points a surface is smooth, and quick
        enough for a slider.
    levels : array
        Positive heights; their negatives are drawn as well, as in `Contours`.
    bottom, top : float
        The surface is cut off below and above these heights.
    names : pair of str
        The names of the two axes.
    """

    def __init__(
        self,
        ax: Axes,
        grid: np.ndarray,
        levels: ArrayLike,
        bottom: float,
        top: float,
        names: tuple[str, str] = ("w₁", "w₂"),
    ) -> None:
        self.grid, self.levels = np.asarray(grid, float), np.asarray(levels, float)
        self.bottom, self.top = float(bottom), float(top)
        self._middle, self._half = self.grid.mean(), (self.grid[-1] - self.grid[0]) / 2
        ax.set(xlim=(-1.45, 1.45), ylim=(-1.65, 1.55), aspect="equal")
        ax.axis("off")
        self.frame = LineCollection([], colors=_FRAME, linewidths=0.8)
        self.faces = PathCollection([])
        self._room, self._paths = np.empty((0, 7, 2)), list[Path]()
        ax.add_collection(self.frame, autolim=False)
        ax.add_collection(self.faces, autolim=False)
        self.names = [ax.text(0, 0, name, ha="center", va="center") for name in names]

    @property
    def artists(self) -> list[Artist]:
        """Return the artists in drawing order."""
        return [self.frame, *self.names, self.faces]

    def show(self, heights: np.ndarray, curves: Sequence[Curve] = ()) -> None:
        """Take `heights` of shape (m, m), rows along the second coordinate; NaN is left out.

        The `curves` are drawn on the surface. Nothing is visible before `turn` is called.
        """
        z = np.asarray(heights, float)
        self._cells, self._tone, self._normal, cell_middles = self._faces_of(z)
        self._lines, self._looks, self._widths, line_middles = self._lines_of(z, curves)
        self._where, self._line_where = cell_middles, line_middles
        number = len(self._cells) + len(self._lines)
        if number > len(self._paths):
            # The paths look into this array, which `turn` fills. Making new paths takes longest.
            self._room = np.zeros((number + number // 4, 7, 2))
            self._paths = [Path(polygon) for polygon in self._room]
        self._drawn = self._room[:number]
        self.faces.set_paths(self._paths[:number])

    def turn(self, elevation: float, azimuth: float) -> None:
        """Draw the surface as it is seen from a direction.

        Parameters
        ----------
        elevation : float
            Degrees above the floor, 0 to 90. At 90 the view is straight down.
        azimuth : float
            Degrees around the vertical. At -90 the view is along the second axis, and the first
            axis points to the right.
        """
        project, toward = _projection(elevation, azimuth)
        # A line is painted after the cells next to its own, which would cover half of its width.
        ahead = 1.6 * (self.grid[1] - self.grid[0])
        nearness = np.concatenate([self._where @ toward, self._line_where @ toward + ahead])
        order = np.argsort(nearness, kind="stable")
        tone = self._tone.copy()
        tone[:, :3] *= _light(self._normal, azimuth)[:, None]
        fill = np.concatenate([tone, np.zeros((len(self._lines), 4))])
        # A cell has an edge of its own colour, which closes the seam to its neighbours.
        edge = np.concatenate([tone, self._looks])
        width = np.concatenate([np.full(len(tone), 0.5), self._widths])
        polygons = project(np.concatenate([self._cells, self._lines]))
        self._drawn[:] = polygons[order]
        self.faces.set(facecolors=fill[order], edgecolors=edge[order], linewidths=width[order])
        self._show_frame(project, toward)

    def _scaled(self, points: np.ndarray) -> np.ndarray:
        """Return points (..., 3) scaled: the square becomes ±1 and the heights become ±0.75."""
        middle, half = (self.top + self.bottom) / 2, (self.top - self.bottom) / 1.5
        centre, size = (self._middle, self._middle, middle), (self._half, self._half, half)
        return (points - centre) / size

    def _faces_of(self, z: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the cells' corners (k, 7, 3), colours, normals, and middles seen from above."""
        x, y = np.meshgrid(self.grid, self.grid)
        points = np.stack([x, y, z], axis=-1)
        corners = [points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]]
        quads = np.stack(corners, axis=2).reshape(-1, 4, 3)
        low, high = quads[..., 2].min(axis=1), quads[..., 2].max(axis=1)
        shown = (high >= self.bottom) & (low <= self.top)  # NaN is neither
        quads, low, high = quads[shown], low[shown], high[shown]
        padded = quads[:, [0, 1, 2, 3, 0, 0, 0]]
        for i in np.flatnonzero((low < self.bottom) | (high > self.top)):
            padded[i] = _between(quads[i], self.bottom, self.top)
        band = np.sign(quads[..., 2]) * np.sqrt(np.abs(quads[..., 2]) / self.levels[-1])
        tone = _HEIGHT((band.mean(axis=1) + 1) / 2)
        across = self._scaled(quads)
        normal = np.cross(across[:, 2] - across[:, 0], across[:, 3] - across[:, 1])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        return self._scaled(padded), tone, normal, quads[..., :2].mean(axis=1)

    def _lines_of(self, z: np.ndarray, curves: Sequence[Curve]) -> tuple[np.ndarray, ...]:
        """Return level lines and curves in short pieces (k, 7, 3), colours, widths, middles."""
        contour = contourpy.contour_generator(self.grid, self.grid, np.ma.masked_invalid(z))
        pieces, colours, widths = [np.empty((0, 2, 3))], [np.empty((0, 4))], [np.empty(0)]

        def add(points: np.ndarray, colour: str, width: float, drawn: Any = slice(None)) -> None:
            short = np.stack([points[:-1], points[1:]], axis=1)[drawn]
            pieces.append(short)
            colours.append(np.tile(to_rgba(colour), (len(short), 1)))
            widths.append(np.full(len(short), width))

        for level in (sign * size for size in self.levels for sign in (1, -1)):
            if not self.bottom <= level <= self.top:
                continue
            colour, width, every = (_LEVEL, 0.9, 1) if level > 0 else (_LEVEL_BELOW, 1.3, 2)
            lines: Any = contour.lines(level)
            for line in lines:
                on = np.column_stack([line, np.full(len(line), level)])
                add(on, colour, width, slice(None, None, every))
        for curve in curves:
            points = _finely(np.asarray(curve.points, float))
            on = np.column_stack([points.T, _interpolate(self.grid, z, points)])
            inside = (on[:, 2] >= self.bottom) & (on[:, 2] <= self.top)  # NaN is neither
            drawn = np.arange(len(on) - 1) % 8 < _DASHES[curve.style.get("linestyle", "-")]
            add(on, curve.style["color"], curve.width, drawn & inside[:-1] & inside[1:])
        both = np.concatenate(pieces)
        step = self.grid[1] - self.grid[0]
        cell = np.floor((both[..., :2].mean(axis=1) - self.grid[0]) / step)
        middles = self.grid[0] + step * (cell + 0.5)
        scaled = self._scaled(both[:, [0, 1, 1, 1, 1, 1, 1]])
        return scaled, np.concatenate(colours), np.concatenate(widths), middles

    def _show_frame(self, project: Callable, toward: np.ndarray) -> None:
        floor = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)
        base = project(np.column_stack([floor, np.full(4, -0.75)]))
        self.frame.set_segments(list(np.stack([base, np.roll(base, -1, axis=0)], axis=1)))
        # A name stands at the positive end of its axis, on the side nearer to the viewer.
        near = np.where(toward >= 0, 1.2, -1.2)
        sides = [(0.8, near[1], -0.75), (near[0], 0.8, -0.75)]
        for name, place in zip(self.names, project(np.array(sides)), strict=True):
            name.set_position(place)


def _projection(elevation: float, azimuth: float) -> tuple[Callable, np.ndarray]:
    """Return the parallel projection of points (..., 3) to (..., 2), and the viewer's direction."""
    e, a = np.radians(elevation), np.radians(azimuth)
    right = [-np.sin(a), np.cos(a), 0.0]
    up = [-np.sin(e) * np.cos(a), -np.sin(e) * np.sin(a), np.cos(e)]
    axes = np.array([right, up]).T
    return (lambda points: points @ axes), np.array([np.cos(a), np.sin(a)])


def _light(normal: np.ndarray, azimuth: float) -> np.ndarray:
    """Return how bright each cell is, lit from the viewer's left and above."""
    turn = np.radians(azimuth - 60)
    lamp = np.array([np.cos(turn), np.sin(turn), 1.2])
    return 0.76 + 0.24 * np.clip(normal @ lamp / np.linalg.norm(lamp), 0, 1)


def _between(corners: np.ndarray, bottom: float, top: float) -> np.ndarray:
    """Return the part of a cell with heights between two bounds, closed, as seven points."""
    polygon = list(corners)
    for bound, sign in ((top, 1), (bottom, -1)):
        kept: list[np.ndarray] = []
        for here, there in zip(polygon, polygon[1:] + polygon[:1], strict=True):
            inside, next_inside = sign * here[2] <= sign * bound, sign * there[2] <= sign * bound
            if inside:
                kept.append(here)
            if inside != next_inside:
                kept.append(here + (bound - here[2]) / (there[2] - here[2]) * (there - here))
        polygon = kept or [corners[0]]
    return np.array((polygon + 7 * polygon[:1])[:7])


def _finely(points: np.ndarray) -> np.ndarray:
    """Return points (2, `_PIECES` + 1) along a broken line (2, m), evenly spaced."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=1), axis=0))]
    at = np.linspace(0, length[-1], _PIECES + 1)
    return np.array([np.interp(at, length, along) for along in points])


def _interpolate(grid: np.ndarray, z: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the heights at `points` between those of the grid, and NaN outside the grid."""
    place = (points - grid[0]) / (grid[1] - grid[0])
    outside = ((place < -1e-9) | (place > len(grid) - 1 + 1e-9)).any(axis=0)
    i, j = np.clip(np.floor(place).astype(int), 0, len(grid) - 2)
    s, t = place - (i, j)
    below = (1 - s) * z[j, i] + s * z[j, i + 1]
    above = (1 - s) * z[j + 1, i] + s * z[j + 1, i + 1]
    return np.where(outside, np.nan, (1 - t) * below + t * above)


def surface_beside_contour(
    f: Callable[[np.ndarray], np.ndarray],
    *,
    title: str,
    alt: str,
    reach: float = 2.0,
    centre: tuple[float, float] = (0.0, 0.0),
    spectrum: spectra.Spectrum | None = None,
    levels: ArrayLike | None = None,
    bottom: float | None = None,
    top: float | None = None,
    elevation: float = 38.0,
    azimuth: float = -55.0,
    names: tuple[str, str] = ("w₁", "w₂"),
) -> Picture:
    """Draw a function of two variables as a surface, and next to it the same seen from above.

    Both panels have the same level lines and colours.

    Parameters
    ----------
    f : callable
        ``f(w)`` takes points of shape (2, ...), and returns heights of shape (...).
    title : str
        What the surface shows. It is written above the left panel.
    alt : str
        What the picture shows, for a reader who cannot see it.
    reach : float
        Both coordinates are shown from −reach to reach around `centre`.
    centre : pair of float
    spectrum : spectra.Spectrum, optional
        The spectrum of the Hessian at `centre`. Its eigenvectors are drawn in both panels.
    levels : array, optional
        Positive heights of the level lines; by default a tenth of the largest height times
        0.1, 0.4, 0.9, …
    bottom, top : float, optional
        The surface is cut off at these heights; by default at the lowest and the highest.
    elevation, azimuth : float
        Where the surface is seen from, in degrees.
    names : pair of str
        The names of the two axes.

    Raises
    ------
    ValueError
        If `reach` is not positive, or `f` is not finite anywhere.

    Examples
    --------
    >>> surface_beside_contour(lambda w: w[0] ** 2, title="A valley", alt="A valley along w₂.")
    Figure: A valley along w₂.
    """
    reach = arguments.positive("reach", reach)
    fine, coarse = (np.linspace(-reach, reach, m) for m in (121, 61))
    x, y = centre
    with np.errstate(all="ignore"):
        flat, steep = (
            np.asarray(f(np.stack(np.meshgrid(x + grid, y + grid))), float)
            for grid in (fine, coarse)
        )
    if not np.isfinite(flat).any():
        raise ValueError(f"f must be finite somewhere within {reach:g} of {centre}")
    top = float(np.nanmax(flat)) if top is None else top
    bottom = float(np.nanmin(flat)) if bottom is None else bottom
    if levels is None:
        levels = max(abs(top), abs(bottom), 1e-12) * np.arange(1, 11) ** 2 / 100
    levels = np.asarray(levels, float)
    with style():
        figure = Figure(figsize=(9, 4), dpi=100)
        left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
        surface = Surface(left, coarse, levels, bottom, top, names)
        surface.show(steep, eigenvector_curves(spectrum, reach))
        surface.turn(elevation, azimuth)
        left.set_title(title)
        contours = Contours(right, fine, levels)
        contours.update(np.clip(flat, -2 * levels[-1], 2 * levels[-1]))
        if spectrum is not None:
            Eigenvectors(right, length=0.8 * reach).update(spectrum)
        right.plot(0, 0, marker="D", markersize=6, **RUN)
        right.set(xlabel=names[0], ylabel=names[1], title="The same from above")
        ticks = right.get_xticks()
        right.set_xticks(ticks, [f"{x + t:g}" for t in ticks])
        right.set_yticks(ticks, [f"{y + t:g}" for t in ticks])
        right.set(xlim=(-reach, reach), ylim=(-reach, reach))
        right.grid(False)
    return Picture(figure, alt)


def eigenvector_curves(spectrum: spectra.Spectrum | None, reach: float) -> list[Curve]:
    """Return the lines along v₁ and v₂ for `Surface.show`, in the styles of `Eigenvectors`."""
    if spectrum is None:
        return []
    looks = zip(spectrum.eigenvalues, spectrum.eigenvectors.T, (STIFF, FLAT), strict=True)
    return [
        Curve(2 * reach * np.outer(v, (-1, 1)), NEGATIVE if lam < 0 else role)
        for lam, v, role in looks
    ]
