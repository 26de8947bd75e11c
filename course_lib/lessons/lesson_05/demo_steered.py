"""Demo: a training run whose step size the reader changes on the way."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.lessons.lesson_05 import experiments
from course_lib.teaching import Demo, Options, Slider

FIRST = experiments.STEERED_ETA
STEPS = experiments.STEERED_STEPS
TOP = 11.0  # of λ₁ in the picture
LOW, HIGH = 3e-3, 3.0  # of the loss in the picture
JUMPS = 1.5  # a loss that grows to more than this many times its value has jumped
MOVES = 1.05  # a λ₁ that grows or shrinks by more than this factor has moved
NEAR = 0.97, 1.15  # of the limit: what counts as at it
KEPT = {"color": "#777777", "linestyle": "--", "linewidth": 1.0}


@dataclass(frozen=True)
class State:
    """A recorded run with its change of the step size.

    Attributes
    ----------
    seed : int
    run : experiments.SteeredRun
    """

    seed: int
    run: experiments.SteeredRun

    @property
    def limit(self):
        """The new limit 2/η."""
        return 2 / self.run.eta

    @property
    def at_the_change(self):
        """λ₁ at the change."""
        return float(self.run.after[0])

    @property
    def end(self):
        """λ₁ at the end: the mean of the last five looks."""
        return float(self.run.after[-5:].mean())


def compute(eta, at, seed):
    """Look the recorded run up."""
    return State(seed, experiments.recorded_steering(seed - 1, at, round(eta, 1)))


class View:
    """Left the loss, right λ₁ below its limit; grey: the run that keeps its step size."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2)
        left.set(yscale="log", xlim=(0, STEPS), ylim=(LOW, HIGH), xlabel="step", ylabel="loss")
        right.set(xlim=(0, STEPS), ylim=(0, TOP), xlabel="step", ylabel="λ₁")
        (self.kept_loss,) = left.plot([], [], label=f"η stays {FIRST:g}", **KEPT)
        (self.loss,) = left.plot([], [], linewidth=1.0, label="this run", **plotting.RUN)
        (self.kept,) = right.plot([], [], label=f"η stays {FIRST:g}", **KEPT)
        (self.sharpness,) = right.plot([], [], label="λ₁ of this run", **plotting.STIFF)
        (self.limit,) = right.plot([], [], label="limit 2/η", **plotting.THEORY)
        change = {"color": "#777777", "linestyle": ":", "linewidth": 1.4}
        self.changes = [ax.plot([], [], **change)[0] for ax in (left, right)]
        self.words = right.text(0.98, 0.95, "", ha="right", va="top", transform=right.transAxes)
        # The dotted line of the change ends below the words.
        self.words.set_bbox({"facecolor": right.get_facecolor(), "linewidth": 0, "pad": 2})
        plotting.legend_above(left)
        plotting.legend_above(right)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        lines = [self.kept_loss, self.loss, self.kept, self.limit, self.sharpness]
        return [*self.changes, *lines, self.words]

    def update(self, state):
        """Show a `State`."""
        run, before = state.run, state.run.loss_steps < state.run.at
        self.kept_loss.set_data(run.loss_steps, run.kept_losses)
        losses = np.where(before, run.kept_losses, run.losses)
        self.loss.set_data(run.loss_steps, np.clip(losses, LOW / 2, 2 * HIGH))
        self.kept.set_data(run.steps, run.kept_sharpness)
        sharpness = np.where(run.steps < run.at, run.kept_sharpness, run.sharpness)
        self.sharpness.set_data(run.steps, np.minimum(sharpness, 1.1 * TOP))
        first = 2 / FIRST
        self.limit.set_data([0, run.at, run.at, STEPS], [first, first, *[state.limit] * 2])
        for line, low, high in zip(self.changes, (LOW, 0), (HIGH, TOP), strict=True):
            line.set_data([run.at] * 2, [low, high])
        outside = f"new limit {state.limit:.0f}: outside the picture"
        self.words.set_text(outside if state.limit > TOP else "")


def outcome(state):
    """Return in words what happened in this run after the change."""
    run, before, end = state.run, state.at_the_change, state.end
    if run.diverged:
        return "the run diverges: the loss grows without end"
    parts = []
    jumps = run.jump > JUMPS and run.eta != FIRST  # at the edge the loss goes up and down anyway
    if jumps:
        parts.append(f"the loss jumps to {_times(run.jump)} its earlier value and comes down again")
    if end > MOVES * before:
        parts.append(f"λ₁ climbs from {before:.1f} to {end:.1f}, {where(state)}")
    elif end < before / MOVES:
        moves = "is thrown down" if jumps else "comes down"
        parts.append(f"λ₁ {moves} from {before:.1f} to {end:.1f}, {where(state)}")
    else:
        parts.append(f"λ₁ stays near {end:.1f}, {where(state)}")
    return "; ".join(parts)


def where(state):
    """Return in words where λ₁ ends, compared with the new limit."""
    ratio = state.end / state.limit
    limit = "the limit" if state.run.eta == FIRST else "the new limit"
    if ratio < NEAR[0]:
        return f"which is {ratio:.0%} of {limit}"
    return f"at {limit}" if ratio < NEAR[1] else f"which is {ratio:.1f} times {limit}"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    run = state.run
    stays = run.eta == FIRST
    change = f"η from {FIRST:g} to {run.eta:g} at step {run.at}"
    return {
        "change": f"none at step {run.at}, η stays {FIRST:g}" if stays else change,
        "limit for λ₁": f"{2 / FIRST:.1f}"
        if stays
        else f"from {2 / FIRST:.1f} to {state.limit:.1f}",
        "in this run": f"run {state.seed}: {outcome(state)}",
    }


def _times(jump):
    return f"{jump:.1f} times" if jump < 10 else f"{jump:.0f} times"


def alt(state):
    """Return what the picture shows."""
    run = state.run
    losses = run.losses[np.isfinite(run.losses)]
    ends = "" if run.diverged else f" The loss ends at {losses[-1]:.1g}."
    if run.eta == FIRST:
        return (
            f"Loss and λ₁ of training run {state.seed} with η = {FIRST:g}: {outcome(state)}.{ends}"
        )
    return (
        f"Loss and λ₁ of training run {state.seed}, with η = {FIRST:g} up to step {run.at} and "
        f"η = {run.eta:g} from there on, beside the run that keeps η = {FIRST:g}. After the "
        f"change {outcome(state)}.{ends}"
    )


TITLE = "Change the step size during training (recorded runs)"
CONTROLS: dict[str, Slider | Options] = {
    "eta": Slider("new step size η", 0.1, 0.8, 0.1, 0.4, ".1f"),
    "at": Slider("changed at step", 50, 350, 100, 350),
    "seed": Slider("training run", 1, 10, 1, 1),
}
PRESETS: dict[str, dict] = {
    "halve η at the edge": {"eta": 0.2},
    "double η at the edge": {"eta": 0.8},
    "double η before the edge": {"eta": 0.8, "at": 50},
    "a quarter of η": {"eta": 0.1},
    "η from 0.4 to 0.5": {"eta": 0.5},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
