"""Demo: the spectrum of a Hessian slides when the height changes, and the index follows."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.exact import random_matrices as rm
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

REACH = 3.0  # of the height
EDGE = 5.2  # of the eigenvalues shown
STEM = 0.26  # how high an eigenvalue is drawn


@dataclass(frozen=True)
class State:
    """The Hessian at a place of a random landscape.

    Attributes
    ----------
    height : float
        Its unit is such that a unit of height lowers every eigenvalue by 1.
    at_zero : array of shape (d,)
        The eigenvalues that the same Hessian would have at height 0, ascending; their sum is 0.
    seed : int
    """

    height: float
    at_zero: np.ndarray
    seed: int

    @property
    def d(self):
        """The dimension."""
        return len(self.at_zero)

    @property
    def eigenvalues(self):
        """The eigenvalues at this height, ascending."""
        return self.at_zero - self.height

    @property
    def index(self):
        """The number of negative eigenvalues."""
        return int((self.eigenvalues < 0).sum())


@remember()
def _at_zero(d, seed):
    """Return the eigenvalues of a GOE matrix without its mean."""
    eigenvalues = np.linalg.eigvalsh(rm.goe(d, np.random.default_rng([seed, d])))
    return eigenvalues - eigenvalues.mean()


@remember()
def _law(num=241):
    """Return heights, and the share of a semicircle of radius 2 that lies below each of them."""
    x = np.linspace(-REACH, REACH, num)
    inside = np.clip(x / 2, -1, 1)
    return x, 0.5 + (inside * np.sqrt(1 - inside**2) + np.arcsin(inside)) / np.pi


def compute(height, d, seed):
    """Shift the eigenvalues of the drawn matrix by the height."""
    return State(round(height, 2), _at_zero(int(d), seed), seed)


class View:
    """Left the eigenvalues with the semicircle; right the share of negative ones by height."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
        self.circle = np.linspace(-2, 2, 121)
        self.density = np.sqrt(4 - self.circle**2) / (2 * np.pi)
        left.axvspan(-EDGE, 0, color="#f5e9f1", zorder=0)
        left.axvline(0, color="#555555", linewidth=1.0)
        (self.law,) = left.plot([], [], label="semicircle", **plotting.THEORY)
        self.stems, self.tips = [], []
        signs = (
            (plotting.NEGATIVE["color"], "s", "negative λ"),
            (plotting.FLAT["color"], "o", "positive λ"),
        )
        for color, marker, label in signs:
            self.stems.append(left.plot([], [], color=color, linewidth=1.2)[0])
            (tip,) = left.plot([], [], marker, markersize=5.5, color=color, label=label)
            self.tips.append(tip)
        left.set(xlim=(-EDGE, EDGE), ylim=(0, 0.42), yticks=[], xlabel="eigenvalue λ")
        plotting.legend_above(left)
        heights, share = _law()
        right.plot(share, heights, label="semicircle law", **plotting.THEORY)
        steps = {"linewidth": 1.6, **plotting.RUN}
        (self.steps,) = right.plot([], [], label="this matrix", **steps)
        (self.here,) = right.plot([], [], "o", markersize=10, color="black", clip_on=False)
        right.set(xlim=(-0.03, 1.03), ylim=(-REACH, REACH), ylabel="height")
        right.set(xlabel="share of negative eigenvalues: index ÷ d")
        plotting.legend_above(right)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.law, *self.stems, *self.tips, self.steps, self.here]

    def update(self, state):
        """Show a `State`."""
        self.law.set_data(self.circle - state.height, self.density)
        lam = state.eigenvalues
        for stem, tip, chosen in zip(self.stems, self.tips, (lam < 0, lam >= 0), strict=True):
            x = np.clip(lam[chosen], -EDGE, EDGE)
            stem.set_data(np.repeat(x, 3), np.tile([0, STEM, np.nan], x.size))
            tip.set_data(x, np.full(x.size, STEM))
        jumps = np.r_[-REACH, np.repeat(state.at_zero, 2), REACH]
        shares = np.repeat(np.arange(state.d + 1), 2) / state.d
        self.steps.set_data(shares, jumps)
        self.here.set_data([state.index / state.d], [state.height])


def kind(state):
    """Return in words what a critical point with these eigenvalues is."""
    if state.index == 0:
        return "a minimum"
    if state.index == state.d:
        return "a maximum"
    return f"a saddle of index {state.index}"


def _signed(x):
    return f"{x + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def readout(state):
    """Return the numbers of a `State`, rounded."""
    low, high = state.at_zero[[0, -1]]
    return {
        "matrix": f"number {state.seed}, d = {state.d}",
        "mean eigenvalue": f"{_signed(-state.height)}, which is minus the height",
        "eigenvalues": f"from {_signed(low - state.height)} to {_signed(high - state.height)}",
        "index": f"{state.index} of {state.d} ({kind(state)}, if the gradient is 0)",
        "all λ positive below the height": _signed(low),
    }


def _number(index):
    return {0: "None of them is", 1: "1 of them is"}.get(index, f"{index} of them are")


def alt(state):
    """Return what the picture shows."""
    low, high = state.eigenvalues[[0, -1]]
    return (
        f"The {state.d} eigenvalues of matrix {state.seed} at height {_signed(state.height)}, from "
        f"{_signed(low)} to {_signed(high)}, around the mean {_signed(-state.height)}. "
        f"{_number(state.index)} negative: {kind(state)}. On the right the share of negative "
        "eigenvalues rises with the height, from 0 to 1."
    )


TITLE = "The spectrum slides with the height"
CONTROLS: dict[str, Slider | Options] = {
    "height": Slider("height", -REACH, REACH, 0.1, 0.0, ".1f"),
    "d": Options("dimension d", ("3", "6", "20", "60"), "6"),
    "seed": Slider("matrix", 1, 10, 1, 1),
}
PRESETS: dict[str, dict] = {
    "low": {"height": -1.2},
    "high": {"height": 1.0},
    "a minimum": {"height": -2.5},
    "60 dimensions": {"d": "60"},
    "60 dimensions, low": {"d": "60", "height": -1.0},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
