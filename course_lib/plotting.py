"""The course's look: what each colour means, pictures with alt text, and figures that update.

A figure here is made once and then updated. A *view* owns its axes and artists: ``View(figure)``
creates them, ``view.update(state)`` moves them, and ``view.artists`` lists, in drawing order, all
that changes. A static picture and a panel with sliders draw with the same view, so a figure in
the text and the demo below it cannot disagree.
"""

import base64
import struct
import threading
import zlib
from typing import Any

import contourpy
import matplotlib.style
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image

from course_lib import checks, spectra
from course_lib.resources import resource

Look = dict[str, Any]

# JupyterLab answers a slider in a thread beside the one that runs cells, and Matplotlib is not
# made for two at a time: whoever draws holds this.
DRAWING = threading.RLock()

# One colour means one thing in every figure (Okabe–Ito palette), and never stands alone:
# a line style or a marker tells the same.
STIFF: Look = {"color": "#D55E00", "linestyle": "-"}  # vermillion: λ₁, outliers
FLAT: Look = {"color": "#0072B2", "linestyle": "--"}  # blue: λₙ, the bulk
NEGATIVE: Look = {"color": "#CC79A7", "linestyle": ":"}  # purple: negative curvature, saddles
THEORY: Look = {"color": "black", "linestyle": "-", "linewidth": 0.9}
ADAPTIVE: Look = {
    "color": "#E69F00",
    "linestyle": "-.",
}  # orange: sharpness in units of the weights
RUN: Look = {"color": "#009E73"}  # green, with markers or error bars: a run, a measurement

# Thirty bands between −1 and 1: the fifteen levels of `Contours` fall on their edges.
_HEIGHT = LinearSegmentedColormap.from_list("height", ["#e6cbdd", "#ffffff", "#cdd6e2"], N=30)


def style():
    """Return a context in which figures are made with the course's style sheet."""
    return matplotlib.style.context(resource("assets/course.mplstyle"))


def use_style():
    """Use the course's style sheet for every figure of this notebook."""
    matplotlib.style.use(resource("assets/course.mplstyle"))


def png(canvas, compress_level=1):
    """Return what an Agg canvas shows as PNG bytes; low compression is quick, 9 is small.

    Pillow tries five filters on each row. A diagram is mostly rows that repeat: subtracting the row
    above and looking for runs takes half the time, which a reader feels when dragging a slider.

    References
    ----------
    W3C, *Portable Network Graphics*: chunks, and filter type 2 (Up).
    """
    rgba = np.asarray(canvas.buffer_rgba())
    height, width, _ = rgba.shape
    # Channel by channel: a slice [:, :, :3] is copied three bytes at a time, which takes longer.
    rows = np.stack([rgba[:, :, channel] for channel in range(3)], axis=2).reshape(height, -1)
    filtered = np.empty((height, 1 + 3 * width), np.uint8)
    filtered[:, 0] = 2
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    strategy = zlib.Z_RLE if compress_level == 1 else zlib.Z_DEFAULT_STRATEGY
    packer = zlib.compressobj(compress_level, memLevel=9, strategy=strategy)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # eight bits, RGB
    chunks = {
        b"IHDR": header,
        b"IDAT": packer.compress(filtered.data) + packer.flush(),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks.items()
    )


class Picture:
    """A figure with the sentence that says what it shows.

    Jupyter shows the picture; a screen reader, nbval and a terminal get the sentence.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What the figure shows, computed from what is drawn.
    """

    def __init__(self, figure, alt):
        self.figure, self.alt = figure, alt
        self._canvas = FigureCanvasAgg(figure)

    @classmethod
    def of(cls, view, state, alt, size=(900, 400)):
        """Draw `state` with a view class; `size` is in pixels."""
        with DRAWING, style():
            figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
            view(figure).update(state)
        return cls(figure, alt)

    def __repr__(self):
        return f"Figure: {self.alt}"

    def png(self):
        """Return the picture as PNG bytes."""
        with DRAWING:
            self._canvas.draw()
            return png(self._canvas, compress_level=9)

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"text/plain": repr(self), "image/png": base64.b64encode(self.png()).decode()}
        return data, {"image/png": {"alt": self.alt}}


def legend_above(ax, **options):
    """Put a legend above the axes: inside, some state of the sliders would run through it."""
    ax.legend(
        loc="lower right", bbox_to_anchor=(1.0, 0.985), borderpad=0, ncols=5, handlelength=1.5,
        columnspacing=1, handletextpad=0.5, **options,
    )  # fmt: skip


class Shading(Artist):
    """Colours of a function on a square grid that fill their axes.

    What `imshow` does, but several times faster: the values are spread over the pixels by Pillow,
    then each gets the colour of its band.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    colours : matplotlib.colors.Colormap
        Its bands divide the range from −1 to 1.
    """

    def __init__(self, ax, colours):
        super().__init__()
        # One number a colour, its four bytes: quicker to look up than four.
        self._colours = colours(np.arange(colours.N), bytes=True).view(np.uint32).ravel()
        self._values = np.zeros((2, 2), np.float32)
        self._box = ax.bbox
        ax.add_artist(self)

    def set_data(self, values):
        """Show `values` of shape (m, m), rows along the second coordinate; NaN is left white."""
        self._values = np.asarray(values, np.float32)

    def draw(self, renderer):
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

    Positive levels are solid grey, negative ones dotted purple. The levels are fixed, so that
    closer lines mean a steeper slope in every state of a demo.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    grid : array of shape (m,)
        The points along both axes.
    levels : array
        Positive heights; their negatives are drawn as well.
    colours : matplotlib.colors.Colormap
        Of the shading, from the lowest negative level to the highest positive one.
    """

    def __init__(self, ax, grid, levels, colours=_HEIGHT):
        self.grid, self.levels = grid, np.asarray(levels, float)
        ax.set(xlim=(grid[0], grid[-1]), ylim=(grid[0], grid[-1]), aspect="equal")
        self.shading = Shading(ax, colours)
        self.above = LineCollection([], colors="#7d8896", linewidths=0.8)
        self.below = LineCollection([], colors=NEGATIVE["color"], linestyles=":", linewidths=1.2)
        ax.add_collection(self.above, autolim=False)
        ax.add_collection(self.below, autolim=False)

    @property
    def artists(self):
        """Return the artists in drawing order."""
        return [self.shading, self.above, self.below]

    def update(self, heights):
        """Show `heights` of shape (m, m), rows along the second coordinate; NaN is left white."""
        # The shading grows with the root of the height, as the spacing of the lines does.
        shade = np.sign(heights) * np.sqrt(np.abs(heights) / self.levels[-1])
        self.shading.set_data(shade)
        contour = contourpy.contour_generator(self.grid, self.grid, np.ma.masked_invalid(heights))
        for lines, sign in ((self.above, 1), (self.below, -1)):
            lines.set_segments(
                [np.asarray(line) for level in self.levels for line in contour.lines(sign * level)]
            )


class Eigenvectors:
    """The two eigenvectors of a 2×2 matrix as lines through a point, with their names.

    The stiff one is vermillion and solid, the flat one blue and dashed, and one with negative
    curvature purple and dotted.
    """

    def __init__(self, ax, length):
        self.length = length
        self.lines = [ax.plot([], [], linewidth=2.2)[0] for _ in range(2)]
        outline = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1}
        self.names = [
            ax.text(0, 0, f"v{'₁₂'[i]}", ha="center", va="center", weight="bold", bbox=outline)
            for i in range(2)
        ]

    @property
    def artists(self):
        """Return the artists in drawing order."""
        return [*self.lines, *self.names]

    def update(self, spectrum, at=(0.0, 0.0)):
        """Show a `spectra.Spectrum` of a 2×2 matrix, at the point `at`."""
        x, y = at
        for i, role in enumerate((STIFF, FLAT)):
            look = NEGATIVE if spectrum.eigenvalues[i] < 0 else role
            end = self.length * spectrum.eigenvectors[:, i]
            self.lines[i].set_data([x - end[0], x + end[0]], [y - end[1], y + end[1]])
            self.lines[i].set(color=look["color"], linestyle=look["linestyle"])
            self.names[i].set(position=at + 1.12 * end, color=look["color"])


class ErrorLines:
    """The size of the error along two eigenvectors, step by step, on a log scale.

    Markers are a run; lines are the law, the first error times a factor a step.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    steps : int
        The last step shown.
    low, high : float
        Bounds of the error axis; what lies beyond is drawn as far as the edge.
    law : str
        The legend's name for the lines.
    """

    def __init__(self, ax, steps, low=1e-6, high=1e3, law="start × $|1-ηλ|^k$"):
        self.steps, self.low, self.high = np.arange(steps + 1), low, high
        ax.set(
            yscale="log", xlim=(0, steps), ylim=(low, high), xlabel="step k",
            ylabel="size of the error", title="Error by direction",
        )  # fmt: skip
        # The first line and its markers are larger: they are seen also where the two coincide.
        self.theory = [ax.plot([], [], linewidth=width)[0] for width in (3, 1.5)]
        self.run = [
            ax.plot([], [], marker=marker, markersize=size, linestyle="none")[0]
            for marker, size in (("o", 5.5), ("s", 3.2))
        ]
        # One name above its line and one below: they stay apart where the lines coincide.
        self.names = [
            ax.text(0, 1, "v₁", weight="bold", va="bottom", ha="left"),
            ax.text(0, 1, "v₂", weight="bold", va="top", ha="right"),
        ]
        (line,) = ax.plot([], [], color="#777777", label=law)
        (mark,) = ax.plot([], [], color="#777777", marker="o", linestyle="none", label="the run")
        legend_above(ax, handles=[line, mark])

    @property
    def artists(self):
        """Return the artists in drawing order."""
        return [*self.theory, *self.run, *self.names]

    def update(self, errors, factors, eigenvalues):
        """Show `errors` of shape (steps + 1, 2) and the law for two `factors`."""
        for i, role in enumerate((STIFF, FLAT)):
            look = NEGATIVE if eigenvalues[i] < 0 else role
            law = errors[0, i] * factors[i] ** self.steps
            # A point far outside would only cost time.
            self.theory[i].set_data(self.steps, np.clip(law, self.low / 10, self.high * 10))
            self.theory[i].set(**look)
            self.run[i].set_data(self.steps, np.clip(errors[:, i], self.low / 10, self.high * 10))
            self.run[i].set_color(look["color"])
            # The name stands beside the last point that is well inside, a little before the end.
            inside = (
                (law > 5 * self.low) & (law < self.high / 5) & (self.steps < 0.9 * self.steps[-1])
            )
            k = np.flatnonzero(inside).max(initial=0)
            self.names[i].set(position=(max(k, 1), law[k] * (1.4, 0.7)[i]), color=look["color"])


def contour_with_eigenvectors(H, level=3.0, reach=3.0):
    """Draw the quadratic ½ wᵀHw from above: level lines, eigenvectors, one ellipse's half-axes.

    Parameters
    ----------
    H : array_like of shape (2, 2)
        A positive definite matrix.
    level : float
        The height of the ellipse that is drawn in black.
    reach : float
        The picture shows both coordinates in ±reach.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `H` is not a positive definite 2×2 matrix.
    """
    H = checks.symmetric_matrix("H", H)
    if H.shape != (2, 2):
        raise ValueError(f"H must be of shape (2, 2), not {H.shape}")
    spectrum = spectra.eigh(H)
    spectra.condition_number(spectrum.eigenvalues)  # refuses what has no ellipse
    half = np.sqrt(2 * level / spectrum.eigenvalues)
    with style():
        figure = Figure(figsize=(5.2, 4.6))
        ax = figure.subplots()
        grid = np.linspace(-reach, reach, 121)
        w = np.stack(np.meshgrid(grid, grid))
        contours = Contours(ax, grid, 0.75 * np.arange(1, 16) ** 2)
        contours.update(0.5 * np.einsum("iab,ij,jab->ab", w, H, w))
        Eigenvectors(ax, length=0.78 * reach).update(spectrum)
        turn = np.linspace(0, 2 * np.pi, 200)
        ellipse = spectrum.eigenvectors @ (half[:, None] * [np.cos(turn), np.sin(turn)])
        ax.plot(*ellipse, label=f"the ellipse f = c = {level:g}", **THEORY)
        ends = spectrum.eigenvectors * half
        ax.plot(*ends, "o", color="black", label="half-axes √(2c/λ)")
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="$w_1$", ylabel="$w_2$")
        ax.set_title("The stiff direction is the short axis")
        ax.grid(False)
        ax.legend(loc="upper left", frameon=True, edgecolor="none")
    angle = np.degrees(np.arctan2(*spectrum.eigenvectors[::-1])) % 180
    return Picture(
        figure,
        f"Elliptic level lines. The ellipse f = {level:g} reaches {half[0]:.2f} along the stiff v₁ "
        f"(at {angle[0]:.0f}°) and {half[1]:.2f} along the flat v₂ (at {angle[1]:.0f}°).",
    )


def errors_along_eigenvectors(errors, H, eta):
    """Draw a run of gradient descent on ½ wᵀHw, split by eigenvector, beside the law |1 − ηλ|ᵏ.

    Parameters
    ----------
    errors : array_like of shape (steps + 1, 2)
        The size of the error along v₁ and v₂ at each step, as measured on a run.
    H : array_like of shape (2, 2)
    eta : float

    Returns
    -------
    Picture
    """
    errors = np.abs(np.asarray(errors, float))
    lam = spectra.eigh(H).eigenvalues
    with style():
        figure = Figure(figsize=(6.4, 3.8))
        ax = figure.subplots()
        lines = ErrorLines(ax, len(errors) - 1, low=1e-9, high=10)
        lines.update(errors, spectra.contraction_factors(lam, eta), lam)
    left = errors[-1] / errors[0]
    slow = "the same share is left along both" if np.isclose(*left) else (
        f"more is left along v{'₁₂'[int(left.argmax())]}"
    )  # fmt: skip
    return Picture(
        figure,
        f"Two straight lines on a log scale. After {len(errors) - 1} steps of {eta:g}, {slow}.",
    )


def spectral_density_plot(density, sigma=None):
    """Draw a spectral density with its band, ± 2 standard errors, on a log scale.

    On a linear scale the eigenvalues near zero of a network would hide all others: an outlier is
    one in n.

    Parameters
    ----------
    density : lanczos.SpectralDensity
    sigma : float, optional
        The smoothing, in units of the eigenvalues; `density.resolution` by default.

    Returns
    -------
    Picture
    """
    sigma = density.resolution if sigma is None else checks.positive("sigma", sigma)
    with style():
        figure = Figure(figsize=(6.4, 3.8))
        alt = _draw_density(figure.subplots(), density, sigma)
    return Picture(figure, alt)


def _draw_density(ax, density, sigma):
    """Draw a density with its band into `ax`; return the sentence that says what is seen."""
    low, high = density.ritz_range
    points = int(np.clip(4 * (high - low) / sigma, 800, 8000))  # or narrow bumps would be missed
    grid = np.linspace(low - 4 * sigma, high + 4 * sigma, points)
    estimate, stderr = density.density(grid, sigma)
    # A hundredth of the bump that one eigenvalue makes: what is lower is nothing.
    floor = 0.01 / (density.n * sigma * np.sqrt(2 * np.pi))
    one_probe = len(density.nodes) == 1
    if not one_probe:
        below, above = estimate - 2 * stderr, estimate + 2 * stderr
        ax.fill_between(
            grid, np.maximum(below, floor), np.maximum(above, floor), color=RUN["color"],
            alpha=0.25, linewidth=0, label="± 2 s.e. between probes",
        )  # fmt: skip
    ax.plot(grid, np.maximum(estimate, floor), color=RUN["color"], label="estimate")
    for value, name, look in ((high, "λ₁", STIFF), (low, "λₙ", FLAT)):
        look = NEGATIVE if value < 0 else look
        ax.axvline(value, label=f"{name} ≈ {value:.3g}", **{**look, "linewidth": 1.1})
    ax.set(
        yscale="log", ylim=(floor, 3 * estimate.max()), xlabel="eigenvalue λ",
        ylabel="density, share per unit of λ",
    )  # fmt: skip
    legend_above(ax)
    near_zero = (density.cdf(sigma).estimate - density.cdf(-sigma).estimate).item()
    share = "nearly all" if 0.995 <= near_zero < 1 else f"{near_zero:.0%}"
    band = (
        "one probe, no error bar" if one_probe else f"{len(density.nodes)} probes with their band"
    )
    return (
        f"Spectral density of {density.n} eigenvalues on a log scale, from λₙ ≈ {low:.3g} to "
        f"λ₁ ≈ {high:.3g}: highest at {grid[estimate.argmax()]:.2g}, "
        f"{share} of the eigenvalues within {sigma:.2g} of zero ({band})."
    )


def spectral_report_plot(report):
    """Draw a spectral report: left the density, right the largest eigenvalues below their limit.

    Parameters
    ----------
    report : report.SpectralReport
        A complete one.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the report was stopped before its density or its eigenvalues were measured.
    """
    if report.density is None or report.top is None or report.bottom is None:
        raise ValueError("report must be complete to be drawn: it was stopped before its end")
    values, bounds = report.top.eigenvalues, report.top.error_bounds
    with style():
        figure = Figure(figsize=(9, 4))
        left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
        alt = _draw_density(left, report.density, report.density.resolution)
        ranks = np.arange(1, values.size + 1)
        right.errorbar(ranks, values, bounds, fmt="o", capsize=3, color=STIFF["color"])
        last, error = report.smallest
        look = NEGATIVE if last < 0 else FLAT
        at = values.size + 2
        right.errorbar([at], [last], [error], fmt="s", capsize=3, color=look["color"])
        right.set_xticks([*ranks[:: 1 if values.size < 6 else 3], at])
        right.set_xticklabels([*map(str, ranks[:: 1 if values.size < 6 else 3]), "n"])
        top = 1.15 * max(values[0], -last, 1e-300)
        title = "The largest eigenvalues, and λₙ"
        if report.learning_rate is not None:
            needed = (2 + 2 * report.momentum) / report.learning_rate  # λ₁ at the limit
            relation = "below" if values[0] < needed else "above"
            what = "2/η" if not report.momentum else "(2+2β)/η"
            title = f"λ₁ = {values[0]:.3g} is {relation} {what} = {needed:.3g}"
            alt += f" {title}: descent with this step is {'un' * (relation == 'above')}stable here."
            if needed < 4 * top:
                top = max(top, 1.1 * needed)
                right.axhline(needed, label=f"{what} = {needed:.3g}", **THEORY)
                legend_above(right)
        right.axhline(0, color="#444444", linewidth=0.8)
        low = min(1.3 * min(last - error, values[-1]), -0.05 * top)
        right.set(ylim=(low, top), xlabel="rank i", ylabel="eigenvalue λᵢ")
        right.set_title(title, fontsize=10.5, pad=22 if right.get_legend() else 6)
    return Picture(figure, alt)
