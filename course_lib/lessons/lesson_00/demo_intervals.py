"""A demo: a hundred experiments, each with its interval; some of the intervals miss the truth."""

from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection
from scipy.special import stdtrit

from course_lib import plotting
from course_lib.teaching import Demo, Options, Slider

TRUTH, SPREAD = 10.0, 2.0  # of a single measurement: true mean and standard deviation
MOST = 100  # measurements in one experiment
DRAWN, COUNTED = 100, 1000  # experiments
LEVELS = {"68 %": 0.68, "95 %": 0.95, "99 %": 0.99}
HIT = {"color": plotting.RUN["color"], "linewidth": 1.6, "alpha": 0.55}
MISS = {"color": "black", "linewidth": 2.8}


@dataclass(frozen=True)
class State:
    """A thousand experiments, each with a mean and an interval.

    Attributes
    ----------
    n : int
        Measurements in each experiment.
    kind, level : str
    first : array of shape (n,)
        The measurements of the first experiment.
    mean, half : array of shape (1000,)
        The middle and half the width of each interval.
    factor : float
        How many standard errors an interval reaches to each side of its mean.
    """

    n: int
    kind: str
    level: str
    first: np.ndarray
    mean: np.ndarray
    half: np.ndarray
    factor: float

    @property
    def hit(self):
        """Return for each interval whether it contains the true value."""
        return np.abs(self.mean - TRUTH) <= self.half


def _bell_shaped(rng, size):
    return rng.normal(TRUTH, SPREAD, size)


def _skewed(rng, size):
    """Return mostly small values and a few large ones: an exponential distribution, shifted."""
    return TRUTH - SPREAD + rng.exponential(SPREAD, size)


KINDS = {"bell-shaped": _bell_shaped, "skewed": _skewed}


def compute(n, kind, level, seed):
    """Run the experiments; the first `n` measurements of each are the same whatever `n` is."""
    x = KINDS[kind](np.random.default_rng(seed), (COUNTED, MOST))[:, :n]
    factor = float(stdtrit(n - 1, 0.5 + LEVELS[level] / 2))
    half = factor * x.std(axis=1, ddof=1) / np.sqrt(n)
    return State(n, kind, level, x[0], x.mean(axis=1), half, factor)


class View:
    """Left the measurements of the first experiment; right a hundred intervals."""

    def __init__(self, figure):
        one, many = figure.subplots(1, 2, width_ratios=[1, 2.6], sharey=True)
        one.set(xlim=(-0.06, 1.16), ylim=(3, 17), xticks=[], ylabel="measured value")
        one.set(xlabel="measurements and mean", title="Experiment 1")
        many.set(xlim=(-1, DRAWN + 2), xlabel="experiment")
        many.set_title("A hundred experiments", loc="left")
        for ax in (one, many):
            ax.axhline(TRUTH, zorder=3, **plotting.THEORY)
        (self.dots,) = one.plot([], [], ".", color="#777777", markersize=5)
        (self.bar,) = one.plot([], [], solid_capstyle="butt")
        (self.middle,) = one.plot([], [], "o", markersize=6, **plotting.RUN)
        self.hits = LineCollection([], zorder=2, **HIT)
        self.misses = LineCollection([], zorder=4, **MISS)
        for lines in (self.hits, self.misses):
            many.add_collection(lines, autolim=False)
        (self.crosses,) = many.plot([], [], "x", color="black", markersize=7, markeredgewidth=2)
        named = [many.plot([], [], label=label, **line)[0] for label, line in _LEGEND]
        plotting.legend_above(many, handles=named)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.dots, self.bar, self.middle, self.hits, self.misses, self.crosses]

    def update(self, state):
        """Show a `State`."""
        x = np.arange(1, DRAWN + 1)
        mean, half, hit = state.mean[:DRAWN], state.half[:DRAWN], state.hit[:DRAWN]
        bars = np.stack([np.stack([x, mean - half], 1), np.stack([x, mean + half], 1)], 1)
        self.hits.set_segments(list(bars[hit]))
        self.misses.set_segments(list(bars[~hit]))
        self.crosses.set_data(x[~hit], mean[~hit])
        self.dots.set_data((np.arange(state.n) + 0.5) / state.n, state.first)
        self.middle.set_data([1.08], mean[:1])
        self.bar.set_data([1.08, 1.08], bars[0, :, 1])
        self.bar.set(**(HIT if hit[0] else MISS) | {"linewidth": 4})


_LEGEND = (
    ("true value", plotting.THEORY),
    ("interval", HIT),
    ("interval that misses", MISS | {"marker": "x", "markersize": 7, "markeredgewidth": 2}),
)


def readout(state):
    """Return the numbers of a `State`, rounded."""
    share = LEVELS[state.level]
    typical = np.sqrt(COUNTED * share * (1 - share))
    return {
        "interval": f"mean ± {state.factor:.2f} s.e.",
        "typical s.e.": f"{np.median(state.half) / state.factor:.2f}",
        "intervals that contain the true value": f"{state.hit[:DRAWN].sum()} of these {DRAWN}",
        f"in {COUNTED} experiments": f"{state.hit.sum()}",
        f"promised in {COUNTED}": f"{COUNTED * share:.0f}, give or take {typical:.0f}",
    }


def alt(state):
    """Return what the picture shows."""
    missed = DRAWN - state.hit[:DRAWN].sum()
    first = "contains" if state.hit[0] else "misses"
    return (
        f"Left: the {state.n} measurements of one experiment ({state.kind}). Their mean is "
        f"{state.mean[0]:.1f}, and its {state.level} interval {first} the true value {TRUTH:.0f}. "
        f"Right: the intervals of {DRAWN} experiments, and a line at the true value. {missed} of "
        "them miss the true value. An interval that misses is black and has a cross."
    )


CONTROLS: dict[str, Slider | Options] = {
    "n": Slider("measurements n", 3, MOST, 1, 20),
    "kind": Options("measurements are", tuple(KINDS), "bell-shaped"),
    "level": Options("level", tuple(LEVELS), "95 %"),
    "seed": Slider("seed", 0, 99, 1, 0),
}
PRESETS: dict[str, dict] = {
    "n = 20": {"n": 20},
    "n = 80": {"n": 80},
    "level 68 %": {"level": "68 %"},
    "level 99 %": {"level": "99 %"},
    "five, skewed": {"n": 5, "kind": "skewed"},
    "a hundred, skewed": {"n": 100, "kind": "skewed"},
}
DEMO = Demo("A hundred intervals", CONTROLS, compute, View, readout, alt, PRESETS)
