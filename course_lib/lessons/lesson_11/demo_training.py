"""The demo of lesson 11: the spectral report of a small network all through its training."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.lessons.lesson_11 import experiments
from course_lib.teaching import Demo, Options, Slider

HIGHEST = 11.0  # of an eigenvalue in the picture; 2/η is 20 for the smallest η
LOWEST = 1e-5  # of the density


@dataclass(frozen=True)
class State:
    """One recorded report, and λ₁ along the whole run.

    Attributes
    ----------
    step : int
    eta : float
    limit : float
        2/η: where λ₁ makes descent unstable.
    sharpness : ndarray of shape (m,)
        λ₁ at every snapshot.
    top : ndarray of shape (10,)
    density : ndarray
        On `experiments.GRID`.
    loss, smallest, trace, trace_error, near_zero : float
    """

    step: int
    eta: float
    limit: float
    sharpness: np.ndarray
    top: np.ndarray
    density: np.ndarray
    loss: float
    smallest: float
    trace: float
    trace_error: float
    near_zero: float

    @property
    def ratio(self):
        """Return λ₁ in parts of 2/η."""
        return float(self.top[0] / self.limit)

    @property
    def outside(self):
        """Return a few words if 2/η lies outside the picture."""
        return ", outside the picture" if self.limit > HIGHEST else ""


def compute(step, eta, width):
    """Look the report up."""
    rows = experiments.recorded_training()
    run = experiments.WIDTHS.index(int(width)), experiments.ETAS.index(float(eta))
    at = (*run, step // experiments.EVERY)
    top, sharpness = rows["top"][at], rows["top"][run][:, 0]
    density = 10.0 ** rows["density"][at].astype(float)
    lines = {name: float(rows[name][at]) for name in experiments.FIELDS}
    return State(step, float(eta), 2 / float(eta), sharpness, top, density, **lines)


class View:
    """Left the density at this step; right λ₁ through the run, with the limit in both."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
        left.set(yscale="log", xlim=(experiments.GRID[0], HIGHEST), ylim=(LOWEST, 20))
        left.set(xlabel="eigenvalue λ", ylabel="density, share per unit of λ")
        (self.density,) = left.plot([], [], label="density", **plotting.RUN)
        (self.top,) = left.plot([], [], "|", color=plotting.STIFF["color"], label="ten largest")
        self.top.set(markersize=11, markeredgewidth=1.8)
        (self.limit,) = left.plot([], [], label="2/η", **plotting.THEORY)
        plotting.legend_above(left)
        self.steps = np.arange(0, experiments.STEPS + 1, experiments.EVERY)
        right.set(xlim=(-50, experiments.STEPS + 50), ylim=(0, HIGHEST), xlabel="step")
        right.set(ylabel="λ₁")
        (self.line,) = right.plot([], [], label="2/η", **plotting.THEORY)
        (self.run,) = right.plot([], [], label="λ₁", **plotting.STIFF)
        (self.here,) = right.plot([], [], "o", markersize=9, label="this step", **plotting.RUN)
        plotting.legend_above(right)
        self.words = [
            ax.text(0.98, 0.93, "", ha="right", transform=ax.transAxes) for ax in (left, right)
        ]

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.limit, self.density, self.top, self.line, self.run, self.here, *self.words]

    def update(self, state):
        """Show a `State`."""
        self.density.set_data(experiments.GRID, state.density)
        self.top.set_data(state.top, np.full(state.top.size, 2.2 * LOWEST))
        self.limit.set_data([state.limit] * 2, [LOWEST, 20])
        self.line.set_data(self.steps[[0, -1]], [state.limit] * 2)
        self.run.set_data(self.steps, state.sharpness)
        self.here.set_data([state.step], [state.top[0]])
        for words in self.words:
            words.set_text(f"2/η = {state.limit:.3g}{state.outside}" if state.outside else "")


def readout(state):
    """Return the lines of the report, rounded."""
    side = "below" if state.ratio < 1 else "above"
    return {
        "loss": f"{state.loss:.4f}",
        "λ₁": f"{state.top[0]:.2f}",
        "limit 2/λ₁": f"{2 / state.top[0]:.2f}",
        "2/η": f"{state.limit:.3g}{state.outside}",
        "ηλ₁/2": f"{state.ratio:.2f} ({side} the limit)",
        "λₙ": f"{state.smallest:.2f}",
        "trace": f"{state.trace:.1f} ± {state.trace_error:.1f}",
        "smaller in size than λ₁/100": f"{state.near_zero:.0%}",
    }


def alt(state):
    """Return what the picture shows."""
    beyond = int(np.sum(state.top > state.limit))
    ends = state.sharpness[-1] / state.limit
    return (
        f"At step {state.step} with η = {state.eta:g} the density peaks at zero and the ten largest "
        f"eigenvalues reach from {state.top[-1]:.2f} to {state.top[0]:.2f}; {beyond} of them lie "
        f"beyond 2/η = {state.limit:.2f}{state.outside}. Along the run λ₁ goes from "
        f"{state.sharpness[0]:.2f} to {state.sharpness[-1]:.2f}, {ends:.2f} times 2/η."
    )


TITLE = "The report of a small network throughout its training (recorded)"
CONTROLS: dict[str, Slider | Options] = {
    "step": Slider("training step", 0, experiments.STEPS, experiments.EVERY, 100),
    "eta": Options("step size η", tuple(map(str, experiments.ETAS)), "0.4"),
    "width": Options("width", tuple(map(str, experiments.WIDTHS)), "32"),
}
PRESETS: dict[str, dict] = {
    "at the start": {"step": 0},
    "at the end": {"step": experiments.STEPS},
    "end, η doubled": {"step": experiments.STEPS, "eta": "0.8"},
    "end, small step": {"step": experiments.STEPS, "eta": "0.1"},
    "end, narrow": {"step": experiments.STEPS, "width": "8"},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
