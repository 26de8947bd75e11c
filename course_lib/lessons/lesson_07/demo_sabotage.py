"""Demo: a share of the mean image is left in; the spectrum beside what the derivation predicts."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.lessons.lesson_07 import experiments, experiments_sabotage
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

MODELS = {
    "linear, W = 0": 0,
    "network, 1 epoch": 1,
    "network, 3 epochs": 3,
    "network, 30 epochs": 30,
}
RANKS = 16
LOW, HIGH = 2e-3, 1.6  # of λₖ/λ₁ in the picture
RATIOS = 0.9, 30.0


@dataclass(frozen=True)
class State:
    """A recorded spectrum, and what the Kronecker product predicts for W = 0.

    Attributes
    ----------
    share : float
        Of the mean image.
    num_classes, epoch, seed : int
        Epoch 0 is the linear model at W = 0.
    eigenvalues, predicted : ndarray of shape (RANKS,)
        The largest ones, descending.
    ratios, law : ndarray
        λ_(C−1)/λ_C, measured and predicted, for each share that is recorded.
    """

    share: float
    num_classes: int
    epoch: int
    seed: int
    eigenvalues: np.ndarray
    predicted: np.ndarray
    ratios: np.ndarray
    law: np.ndarray

    @property
    def gap(self):
        """After how many eigenvalues the gap stands, 0 if there is none."""
        return experiments.gap_after(self.eigenvalues, RANKS - 1)

    @property
    def ratio(self):
        """λ_(C−1)/λ_C, as measured."""
        k = self.num_classes - 1
        return float(self.eigenvalues[k - 1] / self.eigenvalues[k])


@remember()
def _predicted(num_classes, seed):
    """Return the predicted spectra of all shares, an array (share, rank)."""
    X, _ = experiments.images(num_classes, seed)
    spectra = [
        experiments_sabotage.predicted_at_zero(X, share, num_classes)
        for share in experiments_sabotage.SHARES
    ]
    return np.array([lam[:RANKS] for lam in spectra])


def compute(share, seed, num_classes, model):
    """Look the measured spectrum up; predict it from the mean image and the covariance."""
    C, epoch, i = int(num_classes), MODELS[model], experiments_sabotage.nearest_share(share)
    spectra, law = (
        experiments_sabotage.recorded_sabotage(C, epoch)[:, seed - 1],
        _predicted(C, seed - 1),
    )
    ratios = [each[:, C - 2] / each[:, C - 1] for each in (spectra, law)]
    shown = spectra[i, :RANKS], law[i]
    return State(float(experiments_sabotage.SHARES[i]), C, epoch, seed, *shown, *ratios)


class View:
    """Left the largest eigenvalues beside the predicted ones; right the ratio for each share."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
        blue, orange = plotting.FLAT["color"], plotting.STIFF["color"]
        expected = {"linestyle": "none", "color": "black", "markerfacecolor": "none"}
        (self.law,) = left.plot([], [], "o", markersize=11, label="predicted, W = 0", **expected)
        (self.rest,) = left.plot([], [], "s", markersize=5, color=blue, label="the rest")
        (self.outliers,) = left.plot([], [], "o", markersize=6, color=orange, label="before a gap")
        (self.line,) = left.plot([], [], label="C − 1", **plotting.THEORY)
        left.set(xlim=(0, RANKS + 1), ylim=(LOW, HIGH), yscale="log")
        left.set(xlabel="rank k", ylabel="λₖ / λ₁")
        left.set_xticks([1, 3, 5, 9, 12, 16])
        plotting.legend_above(left)
        (self.expected,) = right.plot([], [], label="predicted, W = 0", **plotting.THEORY)
        (self.run,) = right.plot([], [], "o--", markersize=5, label="measured", **plotting.RUN)
        (self.here,) = right.plot([], [], "D", markersize=10, color=orange)
        right.axhline(experiments.GAP, color="#777777", linestyle=":")
        words = {"color": "#555555", "ha": "right", "va": "top"}
        right.text(1.02, 1.47, f"threshold for a gap: {experiments.GAP:g}", **words)
        right.set(xlim=(-0.04, 1.04), ylim=RATIOS, yscale="log")
        right.set(xlabel="share of the mean image", ylabel="ratio $λ_{C-1}\\,/\\,λ_C$")
        right.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
        right.minorticks_off()
        plotting.legend_above(right, handles=[self.expected, self.run])

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [
            self.line,
            self.law,
            self.rest,
            self.outliers,
            self.expected,
            self.run,
            self.here,
        ]

    def update(self, state):
        """Show a `State`."""
        ranks, k = np.arange(1, RANKS + 1), state.gap
        lam, law = (
            np.clip(each / each[0], LOW / 2, None) for each in (state.eigenvalues, state.predicted)
        )
        self.law.set_data(ranks, law)
        self.outliers.set_data(ranks[:k], lam[:k])
        self.rest.set_data(ranks[k:], lam[k:])
        self.line.set_data([state.num_classes - 0.5] * 2, [LOW, HIGH])
        self.expected.set_data(experiments_sabotage.SHARES, state.law)
        self.run.set_data(experiments_sabotage.SHARES, state.ratios)
        self.here.set_data([state.share], [state.ratio])


def _of_the_mean(share):
    return {0: "none", 1: "all"}.get(share, f"{share:.1%}".replace(".0%", "%"))


def _gap(state):
    if not state.gap:
        return "no gap"
    return f"the gap is after {state.gap}" + (
        " = C − 1" if state.gap == state.num_classes - 1 else ""
    )


def readout(state):
    """Return the numbers of a `State`, rounded."""
    C, i = state.num_classes, experiments_sabotage.nearest_share(state.share)
    off = np.abs(state.eigenvalues - state.predicted).max() / state.predicted[0]
    agree = "equal to 8 digits" if off < 1e-8 else f"differ by up to {off:.0%} of λ₁"
    return {
        "share of the mean image": f"{_of_the_mean(state.share)}, {C} classes, run {state.seed}",
        f"ratio after C − 1 = {C - 1}": f"measured {state.ratio:.2f}, predicted {state.law[i]:.2f}",
        "measured": _gap(state),
        "the eigenvalues shown, measured and predicted": agree
        if state.epoch == 0
        else "the prediction is for W = 0, not for this network",
    }


def alt(state):
    """Return what the picture shows."""
    i = experiments_sabotage.nearest_share(state.share)
    what = "Linear softmax at W = 0" if state.epoch == 0 else "A trained ReLU network"
    when = "" if state.epoch == 0 else f" after {state.epoch} epoch{'s' * (state.epoch > 1)}"
    left_in = _of_the_mean(state.share)
    return (
        f"{what}{when}, {state.num_classes} classes, run {state.seed}, with {left_in} of the mean image "
        f"left in: {_gap(state)}. The ratio after C − 1 is {state.ratio:.2f}; the derivation predicts "
        f"{state.law[i]:.2f} at W = 0. Right: the measured ratio is {state.ratios[0]:.2f} without the "
        f"mean image and {state.ratios[-1]:.2f} with all of it."
    )


TITLE = "Take the mean image out, and watch the gap"
CONTROLS: dict[str, Slider | Options] = {
    "share": Slider("share of the mean", 0.0, 1.0, 0.125, 0.75, ".3f"),
    "seed": Slider("run", 1, 6, 1, 1),
    "num_classes": Options("classes", tuple(map(str, experiments_sabotage.SABOTAGE_CLASSES)), "10"),
    "model": Options("what is measured", tuple(MODELS), "linear, W = 0"),
}
PRESETS: dict[str, dict] = {
    "all of the mean": {"share": 1.0},
    "half of the mean": {"share": 0.5},
    "none of it": {"share": 0.0},
    "three classes": {"num_classes": "3"},
    "the network": {"model": "network, 1 epoch"},
    "the network, none of the mean": {"model": "network, 1 epoch", "share": 0.0},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
