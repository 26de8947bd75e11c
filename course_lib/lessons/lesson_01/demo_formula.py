"""The formula box: a function that the reader types, and what its Hessian says at a point."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.exact import derivatives, spectra
from course_lib.exact.formulas import Formula
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Slider, Text

EDGE = 2.5  # the sliders' bounds
REACH = 3.5  # the picture shows a little more, so that the eigenvectors fit
GRID = np.linspace(-REACH, REACH, 71)
RADIUS = 0.5  # the model is judged at this distance, and at half of it
LINES = np.arange(1, 13) ** 2
AROUND = np.array([np.cos(a := np.linspace(0, 2 * np.pi, 65)[:-1]), np.sin(a)])
TWO_WEIGHTS = "(x*y - 1)^2 / 2"
UNEQUAL_MIXED = "x*y*(x^2 - y^2) / (x^2 + y^2)"


@dataclass(frozen=True)
class Landscape:
    """A formula in x and y, and its heights over the picture.

    Attributes
    ----------
    formula : Formula
    heights : array of shape (71, 71)
        NaN where the formula is not defined.
    spacing : float
        The level lines are drawn at `spacing` times 1, 4, 9, … above and below the point.
    """

    formula: Formula
    heights: np.ndarray
    spacing: float


@remember(maxsize=64)
def landscape(text):
    """Read a formula; raises a `ValueError` in plain words where it is none."""
    formula = Formula.from_text(text, ("x", "y"))
    with np.errstate(all="ignore"):
        heights = formula.value(np.stack(np.meshgrid(GRID, GRID)))
    heights = np.where(np.abs(heights) < 1e12, heights, np.nan)  # not defined, or off every scale
    if np.isnan(heights).all():
        raise ValueError(f"{text!r} is defined nowhere for x and y in ±{REACH}")
    spread = np.abs(heights - np.nanmedian(heights))
    return Landscape(formula, heights, _nice(1.5 * np.nanquantile(spread, 0.9) / LINES[-1]))


def _nice(x):
    """Return 1, 2 or 5 times a power of ten near `x`; 1 for nothing."""
    if not x > 1e-12:
        return 1.0
    power = 10.0 ** np.floor(np.log10(x))
    return float(power * min((1, 2, 5, 10), key=lambda m: abs(np.log(m * power / x))))


@dataclass(frozen=True)
class State:
    """What the derivatives of a formula say at one point.

    Attributes
    ----------
    text : str
    landscape : Landscape
    point : array of shape (2,)
    value : float
    gradient : array of shape (2,)
    H : array of shape (2, 2)
        These three hold NaN where the formula has no such derivative.
    spectrum : spectra.Spectrum or None
    model : callable or None
        The quadratic model as a function of the step from the point.
    """

    text: str
    landscape: Landscape
    point: np.ndarray
    value: float
    gradient: np.ndarray
    H: np.ndarray
    spectrum: spectra.Spectrum | None
    model: Callable | None

    @property
    def critical(self):
        """Return whether the gradient is zero, up to rounding."""
        return bool(np.abs(self.gradient).max() <= 1e-9 * max(1, self.landscape.spacing))

    def error(self, radius):
        """Return how far the model is off the function, at worst, at this distance."""
        assert self.model is not None
        step = radius * AROUND
        truth = self.landscape.formula.value(self.point[:, None] + step)
        return float(np.abs(truth - self.model(step)).max())


def compute(formula, x, y):
    """Differentiate a formula twice at (x, y)."""
    # A slider in the browser may send 0.5500000000000003.
    land, point = landscape(formula), np.round([x, y], 2)
    with np.errstate(all="ignore"):
        value = float(land.formula.value(point))
        gradient, H = land.formula.gradient_at(point), land.formula.hessian_at(point)
    smooth = all(np.abs(a).max() < 1e12 for a in (value, gradient, H))  # NaN is not below
    H = (H + H.T) / 2 if smooth else np.full((2, 2), np.nan)
    return State(
        text=formula,
        landscape=land,
        point=point,
        value=value,
        gradient=gradient,
        H=H,
        spectrum=spectra.eigh(H) if smooth else None,
        model=derivatives.quadratic_model(value, gradient, H) if smooth else None,
    )


class View:
    """Level lines of the function and of its model at the point, at the same heights."""

    def __init__(self, figure):
        self.steps = np.stack(np.meshgrid(GRID, GRID))
        self.panels = [
            _Map(ax, title)
            for ax, title in zip(
                figure.subplots(1, 2),
                ("The function f, seen from above", "Its quadratic model at the point"),
                strict=True,
            )
        ]

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [artist for panel in self.panels for artist in panel.artists]

    def update(self, state):
        """Show a `State`."""
        if state.model is None:
            truth = state.landscape.heights - np.nanmedian(state.landscape.heights)
            model = np.full_like(truth, np.nan)
        else:
            truth = state.landscape.heights - state.value
            model = state.model(self.steps - state.point[:, None, None]) - state.value
        for panel, heights in zip(self.panels, (truth, model), strict=True):
            panel.update(heights / state.landscape.spacing, state)


class _Map:
    def __init__(self, ax, title):
        self.contours = plotting.Contours(ax, GRID, LINES)
        self.eigenvectors = plotting.Eigenvectors(ax, length=0.85)
        (self.circle,) = ax.plot([], [], **plotting.THEORY)
        (self.point,) = ax.plot([], [], marker="D", markersize=6, **plotting.RUN)
        self.none = ax.text(0, 0, "no second derivative here", ha="center", va="center")
        ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=range(-3, 4), yticks=range(-3, 4))
        ax.set(xlabel="x", ylabel="y", title=title)
        ax.grid(False)

    @property
    def artists(self):
        lines = [*self.contours.artists, self.circle, *self.eigenvectors.lines, self.point]
        return [*lines, *self.eigenvectors.names, self.none]

    def update(self, heights, state):
        # Twice the highest line is enough to see; far larger numbers only cost time.
        self.contours.update(np.clip(heights, -2 * LINES[-1], 2 * LINES[-1]))
        self.point.set_data(*state.point[:, None])
        self.circle.set_data(*(state.point[:, None] + RADIUS * AROUND[:, [*range(64), 0]]))
        smooth = state.model is not None
        self.none.set_visible(not smooth)
        for artist in self.eigenvectors.artists:
            artist.set_visible(smooth)
        if smooth:
            self.eigenvectors.update(state.spectrum, state.point)


CRITICAL = {
    "positive definite": "a minimum (strict)",
    "negative definite": "a maximum (strict)",
    "indefinite": "a saddle",
}
CURVED = {
    "positive definite": "curved upward in every direction",
    "negative definite": "curved downward in every direction",
    "indefinite": "curved upward along v₁, downward along v₂",
    "positive semidefinite": "curved upward along v₁, not at all along v₂",
    "negative semidefinite": "curved downward along v₂, not at all along v₁",
    "zero": "not curved in any direction",
}


def verdict(state):
    """Return in words what gradient and Hessian say about the point."""
    if state.spectrum is None:
        return "f has no second derivative here, or the formula does not give it"
    kind = spectra.definiteness(state.spectrum.eigenvalues)
    if not state.critical:
        return f"∇f ≠ 0, no critical point; {CURVED[kind]}"
    return f"∇f = 0: {CRITICAL.get(kind, f'a critical point that H cannot decide; {CURVED[kind]}')}"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    here = verdict(state)
    if state.spectrum is None:
        value = _number(state.value) if np.isfinite(state.value) else "not defined"
        return {"f": value, "here": here}
    g, (h1, h2) = state.gradient, state.H
    lam = state.spectrum.eigenvalues
    return {
        "f": _number(state.value),
        "∇f": f"({_number(g[0])}, {_number(g[1])})",
        "H": f"[[{_number(h1[0])}, {_number(h1[1])}], [{_number(h2[0])}, {_number(h2[1])}]]",
        "λ₁, λ₂": f"{_number(lam[0])}, {_number(lam[1])}",
        "here": here,
        "model off by": judged(state),
        "level lines": f"{state.landscape.spacing:g} · (1, 4, 9, …) above the point (solid) or below it "
        "(dotted)",
    }


def judged(state):
    """Return the model's worst error on the circle, and on one of half its radius."""
    far, near = state.error(RADIUS), state.error(RADIUS / 2)
    if not np.isfinite([far, near]).all():
        return "f is not defined on the whole circle"
    rounding = 1e-9 * max(1, abs(state.value))
    if far < rounding:
        return "nothing: f is its own model"
    if near < max(rounding, 1e-9 * far):
        return f"{far:.2g} on the circle, nothing at half the distance"
    return f"{far:.2g} on the circle, {near:.2g} at half the distance ({far / near:.2g} times less)"


def _number(x):
    return f"{x if abs(x) >= 5e-10 else 0:.3g}".replace("-", "−")


def alt(state):
    """Return what the picture shows."""
    x, y = state.point
    begin = f"Left, level lines of f = {state.text}; right, those of its quadratic model at ({x:g}, {y:g})"
    if state.spectrum is None:
        return f"{begin}, which does not exist there."
    angle = np.degrees(np.arctan2(*state.spectrum.eigenvectors[::-1]))
    lam = state.spectrum.eigenvalues
    return (
        f"{begin}. Eigenvectors at the point: v₁ at {round(angle[0]) % 180}° with λ₁ = "
        f"{_number(lam[0])}, v₂ at {round(angle[1]) % 180}° with λ₂ = {_number(lam[1])}. "
        f"{verdict(state)}."
    )


TITLE = "The formula box: a function, its Hessian at a point, and the quadratic model"
CONTROLS: dict[str, Slider | Text] = {
    "x": Slider("x", -EDGE, EDGE, 0.05, 2.0),
    "y": Slider("y", -EDGE, EDGE, 0.05, 0.5),
    "formula": Text(
        "f(x, y) =",
        TWO_WEIGHTS,
        read=landscape,
        examples=("x^2 + y^4 - cos(2*x)", "log(x + 1)*y", UNEQUAL_MIXED),
        refused="2x + y",
    ),
}
PRESETS: dict[str, dict] = {
    "two weights": {},
    "two weights, off the valley": {"x": 1.5, "y": 2.0},
    "saddle": {"x": 0.0, "y": 0.0},
    "H cannot decide": {"formula": "x^2 + y^4", "x": 0.0, "y": 0.0},
    "waves": {"formula": "cos(2*x) + sin(y)", "x": 1.5, "y": -1.5},
    "order of differentiation": {"formula": UNEQUAL_MIXED, "x": 0.5, "y": 0.0},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
