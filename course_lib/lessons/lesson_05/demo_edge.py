"""Demo: recorded training runs, and the limit that the step size sets for λ₁."""

from dataclasses import dataclass, replace

import numpy as np

from course_lib import plotting
from course_lib.lessons.lesson_05 import experiments
from course_lib.teaching import Demo, Options, Slider

SEEDS = 5
LAST = 5  # measurements of λ₁ that count as the end
TOP = 2.0  # of the ratio in the picture
ALMOST, BEYOND = 0.97, 1.08  # what counts as on the edge


@dataclass(frozen=True)
class State:
    """Recorded runs of one kind at one step size.

    Attributes
    ----------
    kind : str
    runs : experiments.RecordedRuns
    start, top, end : arrays of shape (seeds,)
        ηλ₁/2 (with momentum ηλ₁/(2 + 2β)) at the start, at most, and as mean over the end;
        of the runs that did not diverge.
    lost : int
        How many diverged.
    """

    kind: str
    runs: experiments.RecordedRuns
    start: np.ndarray
    top: np.ndarray
    end: np.ndarray
    lost: int


def compute(eta, kind):
    """Look the recorded runs up."""
    runs = experiments.recorded_runs(kind, round(eta, 2))
    kept = runs.ratio[np.isfinite(runs.ratio).all(axis=1)]
    lost = SEEDS - len(kept)
    return State(kind, runs, kept[:, 0], kept.max(axis=1), kept[:, -LAST:].mean(axis=1), lost)


class View:
    """Left the loss, right λ₁ in units of the limit; a line a seed."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2)
        left.set(yscale="log", xlim=(0, 1500), ylim=(1e-4, 4), xlabel="step", ylabel="loss")
        left.set_title("Loss of five runs")
        right.set(xlim=(0, 1500), ylim=(0, TOP), xlabel="step", ylabel="ηλ₁/(2 + 2β)")
        right.set_title("λ₁ in units of its limit")
        right.axhline(1, **plotting.THEORY)
        right.text(1490, 1.07, "limit", ha="right", va="bottom", fontsize=9.5)
        dots = {"linewidth": 0.9, "marker": ".", "markersize": 3}
        self.losses, self.ratios = [], []
        for _ in range(SEEDS):
            self.losses += left.plot([], [], linewidth=0.8, **plotting.RUN)
            self.ratios += right.plot([], [], **plotting.STIFF, **dots)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [*self.losses, *self.ratios]

    def update(self, state):
        """Show a `State`."""
        runs = state.runs
        for line, losses in zip(self.losses, runs.losses, strict=True):
            line.set_data(runs.loss_steps, losses)
        for line, ratio in zip(self.ratios, runs.ratio, strict=True):
            line.set_data(runs.steps, np.minimum(ratio, TOP))


def verdict(state):
    """Return in words where λ₁ settles."""
    if state.lost:
        others = verdict(replace(state, lost=0))
        return f"{state.lost} of {SEEDS} runs diverged; the others: {others}"
    end, ratio = state.end, state.runs.ratio
    climbing = (ratio[:, -1] > ratio[:, -13]).all()  # over the last 300 steps
    if ((end > ALMOST) & (end < BEYOND)).all():
        return "settles at the limit" + (", from above" if state.start.min() > 1 else "")
    if (end < state.start).all():
        return "falls far below the limit"
    if (end < ALMOST).all():
        return "below the limit" + (", still climbing" if climbing else "")
    return "some runs at the limit, some still below it"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    runs = state.runs
    return {
        "η": f"{runs.eta:.2f}",
        "limit for λ₁": f"{(2 + 2 * runs.momentum) / runs.eta:.1f}",
        "λ₁ in units of the limit: at the start": _range(state.start),
        "at its highest": _range(state.top),
        "at the end": _range(state.end),
        "λ₁": verdict(state),
        "steps that raised the loss": _range(runs.rising, ".0%"),
    }


def _range(values, form=".2f"):
    least, most = f"{values.min():{form}}", f"{values.max():{form}}"
    return least if least == most else f"{least} to {most}"


def alt(state):
    """Return what the picture shows."""
    runs = state.runs
    return (
        f"Five training runs with {state.kind} and η = {runs.eta:.2f}. The loss goes from "
        f"{np.nanmedian(runs.losses[:, 0]):.2g} to {np.nanmedian(runs.losses[:, -1]):.1g}. λ₁, in units of "
        f"its limit, starts at {_range(state.start)} and ends at {_range(state.end)} "
        f"({verdict(state)})."
    )


TITLE = "Train with a fixed step size (recorded runs)"
CONTROLS: dict[str, Slider | Options] = {
    "eta": Slider("step size η", 0.05, 1.2, 0.05, 0.2),
    "kind": Options("loss", tuple(experiments.KINDS), "squared error"),
}
PRESETS: dict[str, dict] = {
    "a small step (0.05)": {"eta": 0.05},
    "η = 0.4": {"eta": 0.4},
    "twice that (0.8)": {"eta": 0.8},
    "η = 1.2": {"eta": 1.2},
    "heavy ball, η = 0.4": {"eta": 0.4, "kind": "squared error, heavy ball β = 0.5"},
    "cross-entropy, η = 0.8": {"eta": 0.8, "kind": "cross-entropy"},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
