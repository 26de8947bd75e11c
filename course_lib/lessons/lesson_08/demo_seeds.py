"""Demo: how often a paired comparison over so many seeds detects a true effect."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.lessons.lesson_08 import experiments_power as power
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Slider

MOST = 100  # seeds in the picture
SEEDS = np.arange(3, MOST + 1)
EXPERIMENTS = 20  # drawn
FOUND = {"color": plotting.RUN["color"], "linewidth": 2.2, "linestyle": "-"}
MISSED = {"color": "#777777", "linewidth": 1.4, "linestyle": ":"}


@dataclass(frozen=True)
class State:
    """A comparison that is planned: seeds, true effect, scatter.

    Attributes
    ----------
    seeds : int
    effect, scatter : float
        Mean and standard deviation of a paired difference, in points.
    """

    seeds: int
    effect: float
    scatter: float

    @property
    def error(self):
        """The standard error of the mean difference."""
        return self.scatter / np.sqrt(self.seeds)

    @property
    def often(self):
        """The share of experiments that detect the effect."""
        return float(power.detected(self.seeds, self.effect, self.scatter))

    @property
    def needed(self):
        """The seeds that detect it in 80 of 100 experiments; None without an effect."""
        return _needed(self.effect, self.scatter)


@remember(maxsize=2000)
def _needed(effect, scatter):
    return power.seeds_needed(effect, scatter) if effect > 0 else None


@remember(maxsize=2000)
def _curve(effect, scatter):
    return power.detected(SEEDS, effect, scatter)


@remember()
def _draws():
    """Return standard normal numbers, one row for each experiment that is drawn."""
    return np.random.default_rng(3).standard_normal((EXPERIMENTS, MOST))


def compute(seeds, effect, scatter):
    """Keep the plan; the numbers follow from it."""
    return State(int(seeds), round(effect, 2), round(scatter, 2))


class View:
    """Left twenty experiments with their intervals; right how often the effect is detected."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
        left.axvline(0, **plotting.THEORY)
        left.set(xlim=(-1.6, 2.6), ylim=(EXPERIMENTS, -1), yticks=[], ylabel="experiment")
        left.set(xlabel="mean difference, points")
        rows = range(EXPERIMENTS)
        self.intervals = [left.plot([], [])[0] for _ in rows]
        (self.truth,) = left.plot([], [], linewidth=1.4, color="black", linestyle="--")
        named = [
            left.plot([], [], label="detected", **FOUND)[0],
            left.plot([], [], label="not detected", **MISSED)[0],
            left.plot([], [], label="true effect", color="black", linestyle="--")[0],
        ]
        plotting.legend_above(left, handles=named)
        (self.curve,) = right.plot([], [], **plotting.RUN)
        (self.here,) = right.plot([], [], "D", markersize=8, **plotting.RUN)
        right.axhline(80, **plotting.THEORY)
        right.text(MOST, 82, "80 of 100", ha="right", fontsize=9)
        right.set(xlim=(0, MOST + 2), ylim=(0, 103), xlabel="number of seeds")
        right.set(ylabel="detected, of 100 experiments", title="How often is it detected?")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [*self.intervals, self.truth, self.curve, self.here]

    def update(self, state):
        """Show a `State`."""
        x = state.effect + state.scatter * _draws()[:, : state.seeds]
        half = power.factor(state.seeds) * x.std(axis=1, ddof=1) / np.sqrt(state.seeds)
        for i, (line, mean, reach) in enumerate(
            zip(self.intervals, x.mean(axis=1), half, strict=True)
        ):
            line.set_data(np.clip([mean - reach, mean + reach], -1.7, 2.7), [i, i])
            line.set(**(FOUND if abs(mean) > reach else MISSED))
        self.truth.set_data([state.effect] * 2, [-1, EXPERIMENTS])
        self.curve.set_data(SEEDS, 100 * _curve(state.effect, state.scatter))
        self.here.set_data([state.seeds], [100 * state.often])


def _enough(state):
    if state.effect == 0:
        return "no effect, so each detection is a false alarm"
    return f"{state.needed} seeds detect it in 80 of 100 experiments"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    return {
        "standard error": f"{state.error:.3f} points",
        "true effect": f"{state.effect:.2f} points, {state.effect / state.error:.1f} standard errors",
        "detected": f"in {100 * state.often:.0f} of 100 experiments with {state.seeds} seeds",
        "enough": _enough(state),
    }


def alt(state):
    """Return what the picture shows."""
    return (
        f"Twenty experiments with {state.seeds} seeds each, a true effect of {state.effect:.2f} points and a "
        f"scatter of {state.scatter:.2f}, with their 95 % intervals. The effect is detected in "
        f"{100 * state.often:.0f} of 100 such experiments; {_enough(state)}."
    )


TITLE = "How many seeds does it take to detect an effect?"
CONTROLS: dict[str, Slider] = {
    "seeds": Slider("number of seeds", 3, MOST, 1, 20),
    "effect": Slider("true effect, points", 0.0, 1.0, 0.05, 0.3, ".2f"),
    "scatter": Slider("scatter, in points", 0.2, 2.0, 0.05, 0.55, ".2f"),
}
PRESETS: dict[str, dict] = {
    "SAM, ReLU: scatter 0.55": {"scatter": 0.55},
    "step 0.4, ReLU: scatter 0.75": {"scatter": 0.75},
    "wrong labels: scatter 1.4": {"scatter": 1.4},
    "no effect at all": {"effect": 0.0},
    "five seeds": {"seeds": 5},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
