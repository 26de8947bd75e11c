"""Demo: what happens when a share of the weights is set to zero, for four rules (recorded)."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.lessons.lesson_10 import experiments_pruning as pruning
from course_lib.lessons.lesson_10.figures import RULES as LOOKS
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

BOTTOM, TOP = 1e-6, 10.0


@dataclass(frozen=True)
class State:
    """What a share of zeroed weights does to the recorded networks.

    Attributes
    ----------
    share : float
    chosen : int
        The row of the share in the record.
    rises, accuracies : ndarray of shape (networks, rules, shares)
        Of the training loss; on test images.
    order : tuple of int
        The rules from the smallest to the largest median rise at this share.
    agree : int
        In how many networks the rule with the smallest median rise has the smallest rise.
    """

    share: float
    chosen: int
    rises: np.ndarray
    accuracies: np.ndarray
    order: tuple[int, ...]
    agree: int


@remember()
def _tables():
    record = pruning.recorded()
    return record["pruned"].astype(float), record["pruned_accuracy"].astype(float)


def compute(share):
    """Look the recorded networks up."""
    rises, accuracies = _tables()
    chosen = int(np.abs(pruning.SHARES - round(share, 1)).argmin())
    here = rises[:, :, chosen]
    order = tuple(int(k) for k in np.argsort(np.median(here, axis=0), kind="stable"))
    agree = int((here.argmin(axis=1) == order[0]).sum())
    return State(float(pruning.SHARES[chosen]), chosen, rises, accuracies, order, agree)


class View:
    """Left the rise of the loss over all shares, right the accuracy at this one; a colour a rule."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
        left.set(yscale="log", ylim=(BOTTOM, TOP), xlim=(0.05, 0.95))
        left.set(xlabel="share of the weights set to zero", ylabel="rise of the training loss")
        right.set(xlim=(-0.5, 3.5), ylim=(0, 1.02), ylabel="accuracy on test images")
        right.set_xticks(range(4), ["random", "|w|", "½hw²", "½hw²,\nupdated"])
        self.curves, self.dots = [], []
        for k, look in enumerate(LOOKS):
            self.curves += left.plot([], [], label=pruning.RULES[k], **look)
            self.dots += right.plot([], [], look["marker"], color=look["color"], alpha=0.6)
        self.mark = left.axvline(0.6, **plotting.THEORY)
        left.legend(fontsize=8.5, loc="lower right")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [*self.curves, *self.dots, self.mark]

    def update(self, state):
        """Show a `State`."""
        middle = np.median(np.clip(state.rises, BOTTOM, TOP), axis=0)
        places = np.linspace(-0.2, 0.2, len(state.rises))
        for k, (curve, dots) in enumerate(zip(self.curves, self.dots, strict=True)):
            curve.set_data(pruning.SHARES, middle[k])
            dots.set_data(k + places, state.accuracies[:, k, state.chosen])
        self.mark.set_xdata([state.share, state.share])


def readout(state):
    """Return the numbers of a `State`, rounded."""
    rises = np.median(state.rises[:, :, state.chosen], axis=0)
    right = np.median(state.accuracies[:, :, state.chosen], axis=0)
    rows = {
        f"{pruning.RULES[k]}: rise of the loss, accuracy": f"{rises[k]:.2g}, {right[k]:.1%}"
        for k in range(len(pruning.RULES))
    }
    best = f"{pruning.RULES[state.order[0]]} (in {state.agree} of {len(state.rises)} networks)"
    return {"weights left": f"{1 - state.share:.0%}"} | rows | {"smallest rise": best}


def alt(state):
    """Return what the picture shows."""
    rises = np.median(state.rises[:, :, state.chosen], axis=0)
    words = [f"{pruning.RULES[k]} ({rises[k]:.1g})" for k in state.order]
    return (
        f"{len(state.rises)} networks with {state.share:.0%} of their weights set to zero. From the smallest "
        f"to the largest median rise of the loss: {', '.join(words)}. The rule with the smallest median is "
        f"the best one in {state.agree} of the networks."
    )


TITLE = "Set weights to zero by four rules (recorded networks)"
CONTROLS: dict[str, Slider | Options] = {"share": Slider("share", 0.1, 0.9, 0.1, 0.6, ".1f")}
PRESETS: dict[str, dict] = {
    "40 %": {"share": 0.4},
    "60 %": {"share": 0.6},
    "80 %": {"share": 0.8},
    "90 %": {"share": 0.9},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
