"""Demo: the two roots of momentum in the complex plane, the error they make, and their limit."""

from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Circle

from course_lib import plotting
from course_lib.exact import dynamics
from course_lib.lessons.lesson_04.experiments import roots
from course_lib.teaching import Demo, Options, Slider

MOST_STEP = 4.0
STEPS = 60
LOW, HIGH = 1e-6, 1e2  # of the error shown
LEFT, RIGHT, TOP = -1.6, 1.3, 1.25  # of the plane shown
DIVERGES = "#eccfe0"
ALIKE = 1e-6


@dataclass(frozen=True)
class State:
    """One direction of a quadratic, with its step size and momentum.

    Attributes
    ----------
    step, momentum : float
        `step` is ηλ.
    method : str
    roots : complex array of shape (2,)
        The larger one first.
    limit : float
        The largest stable ηλ.
    errors : array of shape (STEPS + 1,)
        Of a run from 1, with its sign; NaN from where it has diverged too far.
    steps : array of shape (m,)
        Values of ηλ over the whole range, dense where the roots meet.
    paths : complex array of shape (2, m)
        Both roots at each of `steps`.
    """

    step: float
    momentum: float
    method: str
    roots: np.ndarray
    limit: float
    errors: np.ndarray
    steps: np.ndarray
    paths: np.ndarray

    @property
    def factor(self):
        """What a step leaves of the error in the long run."""
        return float(np.abs(self.roots[0]))


def compute(step, momentum, method):
    """Find the roots, and run along one eigenvector with λ = 1 and the step size ηλ."""
    path = dynamics.walk(lambda w: w, [1.0], step, STEPS, momentum, method)[:, 0]
    path[np.abs(np.nan_to_num(path, nan=np.inf)) > 1e6] = np.nan
    limit = dynamics.stability_limit(momentum, method)
    steps = _steps(momentum, method)
    z, paths = roots(step, momentum, method), roots(steps, momentum, method)
    return State(step, momentum, method, z, limit, path, steps, paths)


def _steps(momentum, method):
    """Return values of ηλ from 0 on, dense where the roots meet: there they move fast."""
    meet = (1 - momentum**0.5) ** 2, (1 + momentum**0.5) ** 2
    if method == "Nesterov":
        meet = ((1 - momentum) / (1 + momentum)) ** 2, 1.0
    near = np.r_[0, np.geomspace(1e-6, 0.03, 12)]
    dense = [place + side * near for place in meet for side in (-1, 1)]
    every = np.concatenate([np.linspace(0, MOST_STEP, 161), *dense])
    return np.sort(every[(every >= 0) & (every <= MOST_STEP)])


class View:
    """Left the roots in the plane; right the error by step, and the larger root by ηλ."""

    def __init__(self, figure):
        grid = figure.add_gridspec(2, 2, width_ratios=[1.0, 1.0])
        self._plane(figure.add_subplot(grid[:, 0]))
        self._errors(figure.add_subplot(grid[0, 1]))
        self._sizes(figure.add_subplot(grid[1, 1]))

    def _plane(self, ax):
        ax.set_facecolor(DIVERGES)
        ax.add_patch(Circle((0, 0), 1, facecolor="white", edgecolor="none"))
        turn = np.linspace(0, 2 * np.pi, 200)
        ax.plot(np.cos(turn), np.sin(turn), **plotting.THEORY)
        ax.axhline(0, color="#999999", linewidth=0.6)
        ax.axvline(0, color="#999999", linewidth=0.6)
        ax.text(RIGHT - 0.05, -TOP + 0.05, "diverges", ha="right", va="bottom")
        ax.set(xlim=(LEFT, RIGHT), ylim=(-TOP, TOP), aspect="equal", title="The two roots")
        ax.set(xlabel="real part", ylabel="imaginary part", yticks=[-1, 0, 1])
        ax.set_xticks([-1, 0, 1])
        ax.grid(False)
        self.paths = [ax.plot([], [], color="#9aa3ad", linewidth=3.5)[0] for _ in range(2)]
        self.roots = [
            ax.plot([], [], marker, markersize=10, color="black", clip_on=False)[0]
            for marker in ("o", "s")
        ]
        self.names = [ax.text(0, 0, f"z{'₁₂'[i]}", weight="bold", va="bottom") for i in range(2)]

    def _errors(self, ax):
        (self.law,) = ax.plot([], [], label="(size of z₁)ᵏ", **plotting.THEORY)
        common = {"linestyle": "none", "markersize": 4.5, **plotting.RUN}
        (self.plus,) = ax.plot([], [], "o", label="error > 0", **common)
        (self.minus,) = ax.plot([], [], "o", label="< 0", markerfacecolor="white", **common)
        ax.set(yscale="log", xlim=(0, STEPS), ylim=(LOW, HIGH), yticks=[1e-6, 1e-3, 1])
        ax.set(ylabel="size of the error")
        ax.set_xlabel("step k", labelpad=1)
        plotting.legend_above(ax)

    def _sizes(self, ax):
        ax.axhspan(1, 1.5, color=DIVERGES, zorder=0)
        ax.axhline(1, **plotting.THEORY)
        (self.curve,) = ax.plot([], [], color="#9aa3ad", linewidth=3.5)
        (self.limit,) = ax.plot([], [], linestyle=":", color="black")
        (self.marker,) = ax.plot([], [], "o", markersize=10, color="black", clip_on=False)
        self.limit_name = ax.text(0, 0.06, "", va="bottom")
        ax.set(xlim=(0, MOST_STEP), ylim=(0, 1.5), yticks=[0, 0.5, 1, 1.5])
        ax.set(xlabel="step size times curvature, ηλ", ylabel="size of z₁")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        left = [*self.paths, *self.roots, *self.names]
        return [*left, self.law, self.plus, self.minus, *self._lower]

    @property
    def _lower(self):
        return [self.curve, self.limit, self.limit_name, self.marker]

    def update(self, state):
        """Show a `State`."""
        for line, path in zip(self.paths, state.paths, strict=True):
            line.set_data(path.real, path.imag)
        for i, z in enumerate(state.roots):
            x = float(np.clip(z.real, LEFT, RIGHT))  # what lies outside is drawn on the edge
            self.roots[i].set_data([x], [z.imag])
            above = z.imag > ALIKE or abs(z.imag) <= ALIKE
            self.names[i].set_position((x + 0.05, z.imag + (0.07 if above else -0.2)))
        alike = abs(state.roots[0] - state.roots[1]) < 1e-5
        self.names[0].set_text("z₁ = z₂" if alike else "z₁")
        self.names[1].set_visible(not alike)
        k = np.arange(STEPS + 1)
        self.law.set_data(k, np.clip(state.factor**k, LOW / 10, HIGH * 10))
        sizes = np.clip(np.abs(state.errors), LOW / 10, HIGH * 10)
        for line, side in ((self.plus, state.errors > 0), (self.minus, state.errors < 0)):
            line.set_data(k[side], sizes[side])
        self.curve.set_data(state.steps, np.minimum(np.abs(state.paths[0]), 2))
        self.limit.set_data([state.limit, state.limit], [0, 1])
        right = state.limit < 3.1  # beside the line where there is room
        self.limit_name.set(ha="left" if right else "right", text=f"limit {state.limit:.2f}")
        self.limit_name.set_position((state.limit + (0.06 if right else -0.06), 0.06))
        self.marker.set_data([state.step], [min(state.factor, 1.5)])


def where(state):
    """Return in words where the roots are."""
    first, second = state.roots
    if abs(first - second) < 1e-5:
        return f"equal, {_rounded(first.real)}"
    if abs(first.imag) > ALIKE:
        return (
            f"complex, {_rounded(first.real)} ± {first.imag:.3f} i, both of size {state.factor:.3f}"
        )
    return f"real, {_rounded(first.real)} and {_rounded(second.real)}"


def _rounded(x):
    return f"{x + 0.0:.3f}".replace("-0.000", "0.000").replace("-", "−")


def verdict(state):
    """Return in words what the error does."""
    if state.factor > 1 + 1e-9:
        return "diverges, and changes sign at every step"
    if state.factor > 1 - 1e-9:
        return "keeps its size: ηλ is at the limit"
    if state.factor < 1e-9:
        return "is gone after two steps" if state.momentum else "is gone after one step"
    growth = np.nanmax(np.abs(state.errors))
    first_up = f"grows to {growth:.1f} times its initial size, then " if growth > 1.05 else ""
    per_digit = -1 / np.log10(state.factor)
    return f"{first_up}shrinks at {per_digit:.3g} steps per digit"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    return {
        "roots": where(state),
        "size of the larger root": f"{state.factor:.3f}",
        "limit of ηλ": f"{state.limit:.2f}",
        "error": verdict(state),
    }


def alt(state):
    """Return what the picture shows."""
    place = "inside" if state.factor < 1 - 1e-9 else "outside" if state.factor > 1 + 1e-9 else "on"
    return (
        f"The complex plane with the unit circle and the paths of the two roots for "
        f"β = {state.momentum:.2f} ({state.method}). At ηλ = {state.step:.2f} the roots are "
        f"{where(state)}; the larger one lies {place} the unit circle. The error {verdict(state)}. "
        f"The limit of ηλ is {state.limit:.2f}."
    )


TITLE = "The two roots of momentum, the error they make, and their limit"
CONTROLS: dict[str, Slider | Options] = {
    "step": Slider("step size, as ηλ", 0.01, MOST_STEP, 0.01, 0.1),
    "momentum": Slider("momentum β", 0.0, 0.95, 0.01, 0.25),
    "method": Options("method", dynamics.METHODS, "heavy ball"),
}
PRESETS: dict[str, dict] = {
    "no momentum": {"momentum": 0.0, "step": 0.5},
    "the roots meet": {"step": 0.25},
    "halfway round": {"step": 1.25},
    "they meet again": {"step": 2.25},
    "the limit": {"step": 2.5},
    "β = 0.9 at the limit": {"momentum": 0.9, "step": 3.8},
    "grows first": {"momentum": 0.81, "step": 3.61},
    "Nesterov, ηλ = 1": {"momentum": 0.5, "step": 1.0, "method": "Nesterov"},
    "Nesterov at the limit": {"momentum": 0.5, "step": 1.5, "method": "Nesterov"},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
