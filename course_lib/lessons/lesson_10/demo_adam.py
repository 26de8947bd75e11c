"""Demo: recorded runs of Adam, and three ways to ask whether its step is at a limit."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.curvature.preconditioning import adam_limit
from course_lib.lessons.lesson_10 import experiments
from course_lib.teaching import Demo, Options, Slider

SEEDS = 5
LOW, HIGH = 0.9, 1.15  # what counts as at the edge, at the end
BOTTOM, TOP = 1e-4, 5.0  # of the ratio in the picture


@dataclass(frozen=True)
class State:
    """Recorded runs of Adam with one step size and one β₁.

    Attributes
    ----------
    runs : experiments.AdamRuns
    end, plain_end : arrays of shape (seeds,)
        The last λ₁(P⁻¹H) in units of Adam's limit, and the last ηλ₁(H)/2.
    """

    runs: experiments.AdamRuns
    end: np.ndarray
    plain_end: np.ndarray


def compute(log_eta, beta1):
    """Look the recorded runs up."""
    runs = experiments.recorded_adam(10.0 ** round(log_eta, 2), float(beta1))
    return State(runs, runs.ratio[:, -1], runs.plain_ratio[:, -1])


class View:
    """Left the loss, right λ₁ of P⁻¹H and of H, each in units of its limit; a line a seed."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2)
        left.set(yscale="log", xlim=(0, experiments.STEPS), ylim=(1e-6, 3))
        left.set(xlabel="step", ylabel="loss", title="Loss of five runs")
        right.set(yscale="log", xlim=(0, experiments.STEPS), ylim=(BOTTOM, TOP))
        right.set(xlabel="step", ylabel="in units of the limit", title="λ₁ in units of its limit")
        right.axhline(1, **plotting.THEORY)
        dots = {"linewidth": 0.9, "marker": ".", "markersize": 3}
        self.losses, self.ratios, self.plain = [], [], []
        for k in range(SEEDS):
            names = ("P⁻¹H, limit of Adam", "H, limit 2/η") if k == 0 else (None, None)
            self.losses += left.plot([], [], linewidth=0.8, **plotting.RUN)
            self.ratios += right.plot([], [], label=names[0], **plotting.ADAPTIVE, **dots)
            self.plain += right.plot([], [], label=names[1], **plotting.STIFF, **dots)
        right.legend(loc="lower right", fontsize=9)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [*self.losses, *self.ratios, *self.plain]

    def update(self, state):
        """Show a `State`."""
        runs = state.runs
        for line, losses in zip(self.losses, runs.losses, strict=True):
            line.set_data(runs.loss_steps, losses)
        for lines, values in ((self.ratios, runs.ratio), (self.plain, runs.plain_ratio)):
            for line, one in zip(lines, values, strict=True):
                line.set_data(runs.steps, np.clip(one, BOTTOM, TOP))


def verdict(state):
    """Return in words where λ₁(P⁻¹H) ends."""
    inside = (state.end > LOW) & (state.end < HIGH)
    if inside.all():
        return "at Adam's limit in all five runs"
    if inside.any():
        return f"at Adam's limit in {inside.sum()} of {SEEDS} runs, below it in the others"
    return "below Adam's limit in all five runs"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    runs = state.runs
    return {
        "η": f"{runs.eta:.2g}",
        "Adam's limit for λ₁(P⁻¹H)": f"{adam_limit(runs.eta, runs.beta1):.0f}",
        "λ₁(P⁻¹H) in units of Adam's limit, at the end": _range(state.end, ".2f"),
        "λ₁(P⁻¹H) ends": verdict(state),
        "limit 2/η of plain descent": f"{2 / runs.eta:.0f}",
        "λ₁(H) at the end": _range(runs.plain[:, -1], ".1f"),
        "λ₁(H) in units of 2/η, at the end": _range(state.plain_end, ".2g"),
    }


def _range(values, form):
    return f"{values.min():{form}} to {values.max():{form}}"


def alt(state):
    """Return what the picture shows."""
    runs = state.runs
    return (
        f"Five runs of Adam with η = {runs.eta:.2g} and β₁ = {runs.beta1:g}. The loss goes from "
        f"{np.median(runs.losses[:, 0]):.1g} to {np.median(runs.losses[:, -1]):.0e}. λ₁ of P⁻¹H, in units "
        f"of Adam's limit, ends at {_range(state.end, '.2f')}: {verdict(state)}. λ₁ of H, in units of 2/η, "
        f"ends at {_range(state.plain_end, '.2g')}."
    )


TITLE = "Adam at its own edge (recorded runs)"
CONTROLS: dict[str, Slider | Options] = {
    "log_eta": Slider("log₁₀ η", -3.5, -1.75, 0.25, -2.0),
    "beta1": Options("β₁", ("0.0", "0.5", "0.9"), "0.9"),
}
PRESETS: dict[str, dict] = {
    "η = 0.01, β₁ = 0.9": {},
    "a small η": {"log_eta": -3.5},
    "small η, β₁ = 0": {"log_eta": -3.5, "beta1": "0.0"},
    "a large η": {"log_eta": -1.75},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
