"""Demo: the critical points of recorded landscapes in one to four dimensions, counted."""

from dataclasses import dataclass
from math import comb

import numpy as np
from scipy.stats import spearmanr

from course_lib import plotting
from course_lib.lessons.lesson_03.experiments import recorded_searches
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

MOST = 4  # dimensions


@dataclass(frozen=True)
class State:
    """The critical points of one recorded landscape.

    Attributes
    ----------
    d, seed : int
    index : array of int
    heights : array
    shares : array of shape (MOST + 1,)
        The share of the points with each index.
    mean_shares : array of shape (MOST + 1,)
        The same, averaged over all seeds of this dimension.
    """

    d: int
    seed: int
    index: np.ndarray
    heights: np.ndarray
    shares: np.ndarray
    mean_shares: np.ndarray


def _shares(index):
    return np.bincount(index, minlength=MOST + 1) / len(index)


@remember()
def _mean_shares(d):
    return np.mean([_shares(search.index) for search in recorded_searches(d)], axis=0)


def compute(d, seed):
    """Look up the critical points of the landscape `seed` in `d` dimensions, "1" to "4"."""
    d = int(d)
    search = recorded_searches(d)[seed]
    shares = _shares(search.index)
    return State(d, seed, search.index, search.heights, shares, _mean_shares(d))


class View:
    """Left the share of each index; right index against height."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
        x = np.arange(MOST + 1)
        bars = left.bar(x, 0 * x, width=0.6, color="#9fc9b9", label="this landscape")
        self.bars = list(bars)
        (self.mean,) = left.plot([], [], "o", markersize=7, label="mean of 40", **plotting.RUN)
        (self.coin,) = left.plot([], [], "_", color="black", markersize=26, markeredgewidth=1.6)
        (key,) = left.plot([], [], color="black", linewidth=1.6, label="d coin tosses")
        left.set(xlim=(-0.6, MOST + 0.6), ylim=(0, 0.8), xticks=x)
        left.set(xlabel="index: negative eigenvalues", ylabel="share of the critical points")
        plotting.legend_above(left, handles=[bars, self.mean, key])
        (self.points,) = right.plot([], [], "o", alpha=0.75, **plotting.RUN)
        right.set(xlim=(-4.2, 4.2), ylim=(-0.5, MOST + 0.5), yticks=x, xlabel="height f")
        right.set(ylabel="index: negative eigenvalues", title="Low points have a low index")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [*self.bars, self.mean, self.coin, self.points]

    def update(self, state):
        """Show a `State`."""
        for bar, share in zip(self.bars, state.shares, strict=True):
            bar.set_height(share)
        i = np.arange(state.d + 1)
        self.mean.set_data(i, state.mean_shares[: state.d + 1])
        self.coin.set_data(i, [comb(state.d, k) / 2**state.d for k in i])
        self.points.set_data(state.heights, state.index)


def readout(state):
    """Return the numbers of a `State`, rounded."""
    counts = np.bincount(state.index, minlength=state.d + 1)
    rank_correlation = spearmanr(state.index, state.heights).statistic
    return {
        "critical points": str(len(state.index)),
        "with index " + ", ".join(map(str, range(state.d + 1))): ", ".join(map(str, counts)),
        "share of minima": f"{state.shares[0]:.3f}, mean of 40 landscapes "
        f"{state.mean_shares[0]:.3f}, 2⁻ᵈ = {2.0**-state.d:.3f}",
        "Σ(−1)^index": str(int(((-1) ** state.index).sum())).replace("-", "−"),
        "rank correlation of index and height": f"{rank_correlation:.2f}",
    }


def alt(state):
    """Return what the picture shows."""
    counts = np.bincount(state.index, minlength=state.d + 1)
    means = [state.heights[state.index == i].mean() for i in range(state.d + 1)]
    return (
        f"Landscape {state.seed} in {state.d} dimension{'s' if state.d > 1 else ''}. Critical points: "
        f"{', '.join(f'{n} of index {i}' for i, n in enumerate(counts))}. Their mean heights "
        f"rise with the index: {', '.join(f'{m:.1f}' for m in means)}."
    ).replace("-", "−")


TITLE = "Critical points counted in one to four dimensions"
CONTROLS: dict[str, Slider | Options] = {
    "d": Options("dimension d", tuple(str(d) for d in range(1, MOST + 1)), "2"),
    "seed": Slider("seed", 0, 39, 1, 0),
}
PRESETS: dict[str, dict] = {
    "three dimensions, many minima": {"d": "3", "seed": 27},
    "four dimensions, many minima": {"d": "4", "seed": 37},
    "four dimensions, one minimum": {"d": "4", "seed": 38},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
