"""Parts of figures that are made once and then updated: level lines, eigenvectors, errors by step."""

from typing import Any

import contourpy
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap, LinearSegmentedColormap
from PIL import Image

from course_lib.exact import spectra
from course_lib.plotting.style import FLAT, NEGATIVE, STIFF

# Thirty bands between −1 and 1: the fifteen levels of `Contours` fall on their edges.
_HEIGHT = LinearSegmentedColormap.from_list("height", ["#e6cbdd", "#ffffff", "#cdd6e2"], N=30)


def legend_above(ax: Axes, **options: Any) -> None:
    """Put a legend above the axes: inside them, the curves of some state would run through it."""
    tight = {"borderpad": 0, "handlelength": 1.5, "columnspacing": 1, "handletextpad": 0.5}
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 0.985), ncols=5, **tight, **options)


class Shading(Artist):
    """The colours of a function on a square grid, which fill the axes.

    This does what `imshow` does, but several times faster: Pillow spreads the values over the
    pixels, and then each pixel gets the colour of its band.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    colours : matplotlib.colors.Colormap
        Its bands divide the range from −1 to 1.
    """

    def __init__(self, ax: Axes, colours: Colormap) -> None:
        super().__init__()
        # One number per colour, made of its four bytes: quicker to look up than four numbers.
        self._colours = colours(np.arange(colours.N), bytes=True).view(np.uint32).ravel()
        self._values = np.zeros((2, 2), np.float32)
        self._box = ax.bbox
        ax.add_artist(self)

    def set_data(self, values: np.ndarray) -> None:
        """Show `values` of shape (m, m), rows along the second coordinate; NaN is left white."""
        self._values = np.asarray(values, np.float32)

    def draw(self, renderer: Any) -> None:
        """Paint the axes."""
        left, bottom, right, top = np.round(self._box.extents).astype(int)
        rows, columns = self._values.shape
        picture = Image.fromarray(self._values).resize(
            (right - left, top - bottom),
            Image.Resampling.BILINEAR,
            (0.5, 0.5, columns - 0.5, rows - 0.5),
        )
        values = np.asarray(picture)
        bands = len(self._colours)
        band = np.clip((np.nan_to_num(values) + 1) * (bands / 2), 0, bands - 1)
        rgba = self._colours[band.astype(np.intp)].view(np.uint8).reshape(*values.shape, 4)
        rgba[np.isnan(values)] = 255
        gc = renderer.new_gc()
        renderer.draw_image(gc, left, bottom, rgba)
        gc.restore()


class Contours:
    """Contour lines and shading of a function on a square grid, updated in place.

    Positive levels are solid grey, and negative levels are dotted pink. The levels are fixed, so in
    every state of a demo closer lines mean a steeper slope.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    grid : array of shape (m,)
        The points along both axes.
    levels : array
        Positive heights; their negatives are drawn as well.
    colours : matplotlib.colors.Colormap
        The colours of the shading, from the lowest negative level to the highest positive one.
    """

    def __init__(
        self, ax: Axes, grid: np.ndarray, levels: np.ndarray, colours: Colormap = _HEIGHT
    ) -> None:
        self.grid, self.levels = grid, np.asarray(levels, float)
        ax.set(xlim=(grid[0], grid[-1]), ylim=(grid[0], grid[-1]), aspect="equal")
        self.shading = Shading(ax, colours)
        self.above = LineCollection([], colors="#7d8896", linewidths=0.8)
        self.below = LineCollection([], colors=NEGATIVE["color"], linestyles=":", linewidths=1.2)
        ax.add_collection(self.above, autolim=False)
        ax.add_collection(self.below, autolim=False)

    @property
    def artists(self) -> list[Artist]:
        """Return the artists in drawing order."""
        return [self.shading, self.above, self.below]

    def update(self, heights: np.ndarray) -> None:
        """Show `heights` of shape (m, m), rows along the second coordinate; NaN is left white."""
        # The shading grows with the root of the height, as the spacing of the lines does.
        shade = np.sign(heights) * np.sqrt(np.abs(heights) / self.levels[-1])
        self.shading.set_data(shade)
        contour = contourpy.contour_generator(self.grid, self.grid, np.ma.masked_invalid(heights))
        for collection, sign in ((self.above, 1), (self.below, -1)):
            lines = [line for level in self.levels for line in contour.lines(sign * level)]
            collection.set_segments([np.asarray(line) for line in lines])


class Eigenvectors:
    """The two eigenvectors of a 2×2 matrix as lines through a point, with their names.

    The stiff eigenvector is orange and solid, the flat one is blue and dashed, and one with negative
    curvature is pink and dotted.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    length : float
        Half the length of each line, in the units of the axes.
    """

    def __init__(self, ax: Axes, length: float) -> None:
        self.length = length
        self.lines = [ax.plot([], [], linewidth=2.2)[0] for _ in range(2)]
        outline = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1}
        self.names = [
            ax.text(0, 0, f"v{'₁₂'[i]}", ha="center", va="center", weight="bold", bbox=outline)
            for i in range(2)
        ]

    @property
    def artists(self) -> list[Artist]:
        """Return the artists in drawing order."""
        return [*self.lines, *self.names]

    def update(self, spectrum: spectra.Spectrum, at: tuple[float, float] = (0.0, 0.0)) -> None:
        """Show a `spectra.Spectrum` of a 2×2 matrix, at the point `at`."""
        x, y = at
        for i, role in enumerate((STIFF, FLAT)):
            line_style = NEGATIVE if spectrum.eigenvalues[i] < 0 else role
            end = self.length * spectrum.eigenvectors[:, i]
            self.lines[i].set_data([x - end[0], x + end[0]], [y - end[1], y + end[1]])
            self.lines[i].set(color=line_style["color"], linestyle=line_style["linestyle"])
            self.names[i].set(position=at + 1.12 * end, color=line_style["color"])


class ErrorLines:
    """The size of the error along two eigenvectors, step by step, on a log scale.

    The markers show a run. The lines show the law: the first error times one factor per step.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    steps : int
        The last step shown.
    low, high : float
        The bounds of the error axis. What lies beyond them is drawn up to the edge.
    law : str
        The name of the lines in the legend.
    """

    def __init__(
        self,
        ax: Axes,
        steps: int,
        low: float = 1e-6,
        high: float = 1e3,
        law: str = "start × $|1-ηλ|^k$",
    ) -> None:
        self.steps, self.low, self.high = np.arange(steps + 1), low, high
        ax.set(yscale="log", xlim=(0, steps), ylim=(low, high))
        ax.set(xlabel="step k", ylabel="size of the error", title="Error by direction")
        # The first line and its markers are larger, so that they show where the two coincide.
        self.theory = [ax.plot([], [], linewidth=width)[0] for width in (3, 1.5)]
        self.run = [
            ax.plot([], [], marker=marker, markersize=size, linestyle="none")[0]
            for marker, size in (("o", 5.5), ("s", 3.2))
        ]
        # One name is above its line, one below: they stay apart even where the lines coincide.
        self.names = [
            ax.text(0, 1, "v₁", weight="bold", va="bottom", ha="left"),
            ax.text(0, 1, "v₂", weight="bold", va="top", ha="right"),
        ]
        (line,) = ax.plot([], [], color="#777777", label=law)
        (mark,) = ax.plot([], [], color="#777777", marker="o", linestyle="none", label="the run")
        legend_above(ax, handles=[line, mark])

    @property
    def artists(self) -> list[Artist]:
        """Return the artists in drawing order."""
        return [*self.theory, *self.run, *self.names]

    def update(self, errors: np.ndarray, factors: np.ndarray, eigenvalues: np.ndarray) -> None:
        """Show `errors` of shape (steps + 1, 2) and the law for two `factors`.

        The two `eigenvalues` decide the line styles: a negative one is pink and dotted.
        """
        for i, role in enumerate((STIFF, FLAT)):
            line_style = NEGATIVE if eigenvalues[i] < 0 else role
            law = errors[0, i] * factors[i] ** self.steps
            # A point far outside would only cost time.
            self.theory[i].set_data(self.steps, np.clip(law, self.low / 10, self.high * 10))
            self.theory[i].set(**line_style)
            self.run[i].set_data(self.steps, np.clip(errors[:, i], self.low / 10, self.high * 10))
            self.run[i].set_color(line_style["color"])
            # The name stands beside the last point that is well inside, a little before the end.
            inside = (law > 5 * self.low) & (law < self.high / 5)
            k = np.flatnonzero(inside & (self.steps < 0.9 * self.steps[-1])).max(initial=0)
            place = max(k, 1), law[k] * (1.4, 0.7)[i]
            self.names[i].set(position=place, color=line_style["color"])
