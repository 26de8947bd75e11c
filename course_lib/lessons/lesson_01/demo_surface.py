"""A surface that turns, beside its level lines: three shapes of the neighbourhood of a point."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.exact import spectra
from course_lib.plotting.surfaces import Surface, eigenvector_curves
from course_lib.teaching import Demo, Options, Slider

REACH = 2.0
TOP = 4.0
LEVELS = 0.04 * np.arange(1, 11) ** 2  # the last one at the top
FINE, COARSE = np.linspace(-REACH, REACH, 61), np.linspace(-REACH, REACH, 31)


def _two_weights(w):
    """Return ½(ab − 1)² at (2, ½) + w."""
    return 0.5 * ((2 + w[0]) * (0.5 + w[1]) - 1) ** 2


def _quadratic(H):
    return lambda w: 0.5 * np.einsum("i...,ij,j...->...", w, np.array(H), w)


SHAPES = {
    "bowl": (_quadratic([[1.0, 0.5], [0.5, 3.0]]), [[1.0, 0.5], [0.5, 3.0]]),
    "saddle": (_quadratic([[1.5, 2.0], [2.0, -1.5]]), [[1.5, 2.0], [2.0, -1.5]]),
    "valley": (_two_weights, [[0.25, 1.0], [1.0, 4.0]]),
}
WORDS = {
    "bowl": "a bowl: the surface bends upward in every direction",
    "saddle": "a saddle: the surface bends upward along v₁ and downward along v₂",
    "valley": "a curved valley: the surface bends upward along v₁ and not at all along v₂",
}


@dataclass(frozen=True)
class State:
    """A shape, and where it is seen from.

    Attributes
    ----------
    shape : str
    elevation, azimuth : float
        In degrees.
    spectrum : spectra.Spectrum
        Of the Hessian at the point in the middle.
    """

    shape: str
    elevation: float
    azimuth: float
    spectrum: spectra.Spectrum


def compute(shape, elevation, azimuth):
    """Choose a shape and a point of view."""
    return State(shape, elevation, azimuth, spectra.eigh(SHAPES[shape][1]))


class View:
    """The surface, and the same from above with the direction from which it is seen."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
        left.set_title("The surface")
        self.surface = Surface(left, COARSE, LEVELS, -TOP, TOP)
        self.contours = plotting.Contours(right, FINE, LEVELS)
        self.eigenvectors = plotting.Eigenvectors(right, length=1.35)
        (self.point,) = right.plot(0, 0, marker="D", markersize=6, **plotting.RUN)
        (self.eye,) = right.plot([], [], color="black", linewidth=1.2)
        outline = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1}
        self.name = right.text(0, 0, "eye", ha="center", va="center", bbox=outline)
        right.set(xticks=range(-2, 3), yticks=range(-2, 3), title="The surface from above")
        right.set(xlabel="w₁", ylabel="w₂")
        right.grid(False)
        self._shown = None

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        lines = [*self.contours.artists, *self.eigenvectors.artists]
        above = [*lines, self.point, self.eye, self.name]
        return [*self.surface.artists, *above]

    def update(self, state):
        """Show a `State`."""
        if state.shape != self._shown:
            f = SHAPES[state.shape][0]
            coarse, fine = (f(np.stack(np.meshgrid(grid, grid))) for grid in (COARSE, FINE))
            self.surface.bottom = -TOP if state.shape == "saddle" else 0.0
            self.surface.show(coarse, eigenvector_curves(state.spectrum, REACH))
            self.contours.update(np.clip(fine, -2 * TOP, 2 * TOP))
            self.eigenvectors.update(state.spectrum)
            self._shown = state.shape
        self.surface.turn(state.elevation, state.azimuth)
        turn = np.radians(state.azimuth)
        way = np.array([np.cos(turn), np.sin(turn)])
        self.eye.set_data(*np.outer(way, (1.5, 1.75)))
        self.name.set_position(1.85 * way)


def readout(state):
    """Return the numbers of a `State`, rounded."""
    one, two = state.spectrum.eigenvalues.round(2) + 0.0
    return {
        "shape": WORDS[state.shape],
        "λ₁, λ₂": f"{one:g}, {two:g}",
        "seen from": f"elevation {state.elevation}°, azimuth {state.azimuth}°",
    }


def alt(state):
    """Return what the picture shows."""
    return (
        f"Left, {WORDS[state.shape]}. It is seen from an elevation of {state.elevation}° and an azimuth of "
        f"{state.azimuth}°. Right, the level lines of the same surface, with both eigenvectors."
    )


TITLE = "A surface and its level lines: bowl, saddle and valley from every side"
CONTROLS: dict[str, Slider | Options] = {
    "shape": Options("shape", tuple(SHAPES), "valley"),
    "elevation": Slider("elevation (°)", 0, 90, 5, 50),
    "azimuth": Slider("azimuth (°)", -180, 180, 5, 160),
}
PRESETS: dict[str, dict] = {
    "valley, from above": {"elevation": 90, "azimuth": -90},
    "valley, along the floor": {"elevation": 15, "azimuth": 165},
    "bowl": {"shape": "bowl", "elevation": 45, "azimuth": -55},
    "bowl, from the side": {"shape": "bowl", "elevation": 0, "azimuth": -90},
    "saddle": {"shape": "saddle", "elevation": 35, "azimuth": -55},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
