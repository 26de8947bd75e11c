"""The demo `network`: the recorded exact spectra of small networks."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.curvature import spectral_shape
from course_lib.lessons.lesson_07 import experiments
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, records

MODELS = {
    "ReLU, raw pixels": "relu raw",
    "ReLU, centred": "relu centred",
    "tanh, raw pixels": "tanh raw",
}
RANKS = 20


@dataclass(frozen=True)
class Network:
    """A recorded exact spectrum.

    Attributes
    ----------
    num_classes, epoch : int
    eigenvalues : ndarray of shape (P,)
        Descending.
    """

    num_classes: int
    epoch: int
    eigenvalues: np.ndarray

    @property
    def largest_ratio(self):
        """The largest ratio λₖ/λₖ₊₁ of the top 15, as a pair: k and the ratio."""
        return spectral_shape.largest_gap(self.eigenvalues)

    @property
    def gap(self):
        """After how many eigenvalues the gap stands, 0 if there is none."""
        return experiments.gap_after(self.eigenvalues)


@remember()
def compute(epoch, num_classes, width, model):
    """Look a spectrum up."""
    found = records.load("07_grid")
    row = found.about["epochs"].index(int(epoch))
    lam = found[f"{MODELS[model]}|{num_classes}|{width}"][row]
    return Network(int(num_classes), int(epoch), lam)


class NetworkView:
    """Left the largest eigenvalues by rank; right all of them by size on a logarithmic axis."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
        blue, orange, pink = (
            role["color"] for role in (plotting.FLAT, plotting.STIFF, plotting.NEGATIVE)
        )
        (self.bulk,) = left.plot([], [], "s", markersize=5, color=blue, label="the rest")
        (self.outliers,) = left.plot([], [], "o", markersize=7, color=orange)
        self.outliers.set_label("before the gap")
        (self.line,) = left.plot([], [], label="after C − 1", **plotting.THEORY)
        left.set(xlim=(0, RANKS + 1), ylim=(1e-3, 100), yscale="log")
        left.set(xlabel="rank k", ylabel="eigenvalue λₖ")
        left.set_xticks([1, 5, 9, 10, 15, 20])
        plotting.legend_above(left)
        # A bin half a decade of |λ|/λ₁; the first is for all that is smaller, and zeros.
        self.bins = np.arange(-8.5, 0.6, 0.5)
        bars = {"fill": True, "edges": self.bins}
        empty = 0 * self.bins[1:]
        self.positive = right.stairs(empty, color=blue, alpha=0.6, label="λ > 0", **bars)
        self.negative = right.stairs(empty, color=pink, label="λ < 0, stacked on top", **bars)
        bars["edges"] = self.bins[:2]
        self.zero = right.stairs([0.0], color="#9a9a9a", label="below 10⁻⁸", **bars)
        right.set(xlim=(-8.6, 0.6), ylim=(0, 0.9))
        right.set(xlabel="size |λ|/λ₁", ylabel="share of all eigenvalues")
        right.set_xticks([-8.25, -6, -4, -2, 0], ["0", "10⁻⁶", "10⁻⁴", "10⁻²", "1"])
        plotting.legend_above(right)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.line, self.bulk, self.outliers, self.positive, self.negative, self.zero]

    def update(self, state):
        """Show a `Network`."""
        lam, k = state.eigenvalues, state.gap
        ranks, top = np.arange(1, RANKS + 1), np.maximum(lam[:RANKS], 1e-9)
        self.outliers.set_data(ranks[:k], top[:k])
        self.bulk.set_data(ranks[k:], top[k:])
        self.line.set_data([state.num_classes - 0.5] * 2, [1e-3, 100])
        size = spectral_shape.log_magnitudes(lam)
        small = size <= -8
        down = np.histogram(size[(lam < 0) & ~small], self.bins)[0] / lam.size
        up = np.histogram(size[(lam > 0) & ~small], self.bins)[0] / lam.size
        self.positive.set_data(up)
        self.negative.set_data(up + down, baseline=up)
        self.zero.set_data([small.mean()])


def _gap(state):
    k, ratio = state.largest_ratio
    if not state.gap:
        return f"none: the largest ratio is {ratio:.2f}, after {k}"
    where = "C − 1" if k == state.num_classes - 1 else f"not C − 1 = {state.num_classes - 1}"
    return f"after {k} ({where}), with the ratio {ratio:.2f}"


def readout(state):
    """Return the numbers of a `Network`, rounded."""
    lam = state.eigenvalues
    size = np.abs(lam) / lam[0]
    at = lam[state.num_classes - 2] / lam[state.num_classes - 1]
    return {
        "weights": f"{lam.size}",
        "epoch": f"{state.epoch}",
        "λ₁": f"{lam[0]:.2f}",
        "gap": _gap(state),
        f"ratio after C − 1 = {state.num_classes - 1}": f"{at:.2f}",
        "smaller in size than λ₁/100": f"{np.mean(size < 0.01):.0%}",
        "negative": f"{np.mean(lam < 0):.0%}, λₙ = {lam[-1]:.2f}",
    }


def alt(state):
    """Return what the picture shows."""
    lam = state.eigenvalues
    return (
        f"Left, the largest eigenvalues of a network after epoch {state.epoch}. Gap: {_gap(state)}. Right, "
        f"all {lam.size} eigenvalues by size: {np.mean(np.abs(lam) < 0.01 * lam[0]):.0%} are smaller in size "
        f"than λ₁/100."
    )


TITLE = "All Hessian eigenvalues of a small network during training (recorded)"
CONTROLS = {
    "epoch": Options("epoch", ("0", "1", "3", "30"), "1"),
    "num_classes": Options("classes", ("2", "4", "6", "8", "10"), "10"),
    "width": Options("hidden units", ("8", "16", "32"), "32"),
    "model": Options("network", tuple(MODELS), "ReLU, raw pixels"),
}
PRESETS: dict[str, dict] = {
    "at the start": {"epoch": "0"},
    "four classes": {"num_classes": "4"},
    "late (epoch 30)": {"epoch": "30"},
    "centred": {"model": "ReLU, centred"},
    "tanh": {"model": "tanh, raw pixels"},
}
DEMO = Demo(TITLE, CONTROLS, compute, NetworkView, readout, alt, PRESETS)
