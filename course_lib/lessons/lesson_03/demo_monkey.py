"""Demo: the monkey saddle tilted and put on a bowl; its pieces keep the number of turns."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.exact import critical_points
from course_lib.lessons.lesson_03 import experiments
from course_lib.lessons.lesson_03.demo_landscapes import MARKERS, counted
from course_lib.plotting.surfaces import Surface
from course_lib.teaching import Demo, Slider

REACH, RADIUS, TOP = 1.5, 1.25, 2.5
FINE, COARSE = np.linspace(-REACH, REACH, 61), np.linspace(-REACH, REACH, 25)
LEVELS = TOP * np.arange(1, 11) ** 2 / 100
ARROWS = 20
LENGTH = 0.28
NEARLY = 1e-6  # an eigenvalue or a distance below this counts as zero
SIGNS = {"minimum": 1, "saddle": -1, "maximum": 1}
_TURN = np.linspace(0, 2 * np.pi, 361)
CIRCLE = RADIUS * np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)


@dataclass(frozen=True)
class State:
    """x³ − 3xy² + tilt·x + bowl·(x² + y²), with its critical points.

    Attributes
    ----------
    tilt, bowl : float
    elevation, azimuth : float
        Where the surface is seen from, in degrees.
    points : array of shape (k, 2)
    kinds : array of str, shape (k,)
        What the Hessian says at each point.
    arrows : array of shape (361, 2)
        The gradient along `CIRCLE`.
    turns : int
        How often it turns there.
    """

    tilt: float
    bowl: float
    elevation: float
    azimuth: float
    points: np.ndarray
    kinds: np.ndarray
    arrows: np.ndarray
    turns: int


def heights(tilt, bowl, grid):
    """Return the function on a grid, shape (m, m)."""
    x, y = np.meshgrid(grid, grid)
    return x**3 - 3 * x * y**2 + tilt * x + bowl * (x**2 + y**2)


def find(tilt, bowl):
    """Return the critical points by hand: ∇f = (3x² − 3y² + 2cx + ε, 2y(c − 3x))."""
    found = []
    if bowl**2 - 3 * tilt >= -NEARLY:  # y = 0
        root = max(bowl**2 - 3 * tilt, 0.0) ** 0.5
        found += [((-bowl - root) / 3, 0.0), ((-bowl + root) / 3, 0.0)]
    if bowl**2 + tilt >= -NEARLY:  # x = c/3
        y = (max(bowl**2 + tilt, 0.0) / 3) ** 0.5
        found += [(bowl / 3, -y), (bowl / 3, y)]
    return np.unique(np.round(found, 6) + 0.0, axis=0).reshape(-1, 2)


def compute(tilt, bowl, elevation, azimuth):
    """Find and name the critical points, and follow the gradient along the circle."""
    # A browser's slider sends 0.03 with a last digit of its own, and level lines that run through
    # points of the grid would jump.
    tilt, bowl = round(tilt, 3), round(bowl, 3)
    points = find(tilt, bowl)
    kinds = []
    for x, y in points:
        H = [[6 * x + 2 * bowl, -6 * y], [-6 * y, 2 * bowl - 6 * x]]
        kinds.append(critical_points.classify(np.linalg.eigvalsh(H), rtol=1e-4, scale=1.0))
    x, y = CIRCLE.T
    arrows = [3 * x**2 - 3 * y**2 + 2 * bowl * x + tilt, 2 * y * (bowl - 3 * x)]
    arrows = np.stack(arrows, axis=1)
    turns = experiments.turns(arrows)
    return State(tilt, bowl, elevation, azimuth, points, np.array(kinds), arrows, turns)


class View:
    """Left the surface; right the same from above, with the gradient as arrows on a circle."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
        left.set_title("The surface")
        self.surface = Surface(left, COARSE, LEVELS, -TOP, TOP, ("x", "y"))
        self.contours = plotting.Contours(right, FINE, LEVELS)
        (self.walk,) = right.plot(*CIRCLE.T, color="#777777", linewidth=1.0)
        self.at = np.linspace(0, 360, ARROWS, endpoint=False).astype(int)
        self.arrows = right.quiver(
            *CIRCLE[self.at].T,
            *np.zeros((2, ARROWS)),
            angles="xy",
            scale_units="xy",
            scale=1,
            width=0.008,
            color="black",
        )
        self.arrows.set_in_layout(False)
        self.marks = {
            kind: right.plot([], [], linestyle="none", **marker)[0]
            for kind, marker in MARKERS.items()
        }
        for kind, line in self.marks.items():
            line.set(label=kind)
            line.set_in_layout(False)
        right.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1], xlabel="x", ylabel="y")
        right.grid(False)
        plotting.legend_above(right, fontsize=8.5)
        self._shown = None

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        above = [*self.contours.artists, self.walk, self.arrows, *self.marks.values()]
        return [*self.surface.artists, *above]

    def update(self, state):
        """Show a `State`."""
        if (state.tilt, state.bowl) != self._shown:
            self._shown = (state.tilt, state.bowl)
            self.surface.show(heights(state.tilt, state.bowl, COARSE))
            above = heights(state.tilt, state.bowl, FINE)
            self.contours.update(np.clip(above, -2 * TOP, 2 * TOP))
            g = state.arrows[self.at]
            self.arrows.set_UVC(*(LENGTH * g / np.linalg.norm(g, axis=1, keepdims=True)).T)
            for kind, line in self.marks.items():
                line.set_data(*state.points[state.kinds == kind].T)
        self.surface.turn(state.elevation, state.azimuth)


def total(state):
    """Return Σ(−1)^index in words, "+1 −1 −1 −1 = −2"."""
    if "undecided" in state.kinds:
        return "not defined, because a point is degenerate"
    signs = sorted((SIGNS[kind] for kind in state.kinds), reverse=True)
    return f"{' '.join(f'{sign:+d}' for sign in signs)} = {sum(signs)}".replace("-", "−")


def readout(state):
    """Return the numbers of a `State`, rounded."""
    return {
        "critical points": counted(state.kinds),
        "Σ(−1)^index": total(state),
        "turns of the gradient on the circle": _minus(state.turns),
        "seen from": f"elevation {state.elevation}°, azimuth {_minus(state.azimuth)}°",
    }


def alt(state):
    """Return what the picture shows."""
    return (
        f"Left: the surface x³ − 3xy² {_term(state.tilt, 'x')}{_term(state.bowl, '(x² + y²)')}"
        f"seen from elevation {state.elevation}° and azimuth {_minus(state.azimuth)}°. Right: the "
        f"same from above, with {counted(state.kinds)} and the gradient as arrows on a circle around "
        f"{'it' if len(state.points) == 1 else 'them'}. The arrow turns "
        f"{_minus(state.turns)} times."
    )


def _term(number, what):
    return f"{'+' if number > 0 else '−'} {abs(number):.2f}{what} " if number else ""


def _minus(number):
    return str(number).replace("-", "−")


TITLE = "The monkey saddle taken apart: the pieces keep the number of turns"
CONTROLS = {
    "tilt": Slider("tilt ε", -0.6, 0.9, 0.03, 0.0, ".2f"),
    "bowl": Slider("bowl c", -0.6, 0.6, 0.06, 0.0, ".2f"),
    "elevation": Slider("elevation (°)", 0, 90, 5, 45),
    "azimuth": Slider("azimuth (°)", -180, 180, 5, -65),
}
PRESETS: dict[str, dict] = {
    "tilted": {"tilt": 0.9},
    "on a bowl": {"bowl": 0.6},
    "on a dome": {"bowl": -0.6},
    "on a bowl, tilted a little": {"bowl": 0.6, "tilt": 0.09},
    "on a bowl, tilted more": {"bowl": 0.6, "tilt": 0.15},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
