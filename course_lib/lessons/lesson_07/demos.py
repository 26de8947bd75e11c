"""The lesson's demos: the spectrum of noise with a signal in it, and that of a network."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.curvature import spectral_shape as ns
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import recorded
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

# What the buttons say: law of the entries, degrees of freedom of Student's t.
LAWS = {
    "Gaussian": ("gaussian", 5.0),
    "signs ±1": ("rademacher", 5.0),
    "exponential": ("exponential", 5.0),
    "Student t, 3": ("t", 3.0),
    "Student t, 1.5": ("t", 1.5),
}
REACH, BIN = 5.0, 0.2


@dataclass(frozen=True)
class Noise:
    """The spectrum of a Wigner matrix with a spike.

    Attributes
    ----------
    law : str
        One of `LAWS`.
    theta : float
        Strength of the spike.
    eigenvalues : ndarray of shape (n,)
        Descending.
    overlap : float
        (uᵀv)², top eigenvector and signal.
    predicted : tuple of float
        Top eigenvalue and overlap² for large n.
    """

    law: str
    theta: float
    eigenvalues: np.ndarray
    overlap: float
    predicted: tuple[float, float]

    @property
    def beyond(self):
        """Return how many eigenvalues lie outside [−2.1, 2.1]."""
        return int((np.abs(self.eigenvalues) > 2.1).sum())

    @property
    def off(self):
        """Return the distance from the semicircle's distribution function."""
        return rm.kolmogorov_distance(self.eigenvalues, rm.semicircle)


@remember(maxsize=64)
def _noise(n, law, seed):
    """Return W, v, and W's eigenvalues with the coordinates of v in its eigenvectors."""
    entries, dof = LAWS[law]
    W = rm.wigner(n, entries, dof, seed)
    v = np.random.default_rng([seed, 1]).standard_normal(n)
    v /= np.linalg.norm(v)
    d, Q = np.linalg.eigh(W)
    return W, v, d, Q.T @ v


def compute_noise(n, law, theta, seed):
    """Draw a Wigner matrix and add the spike θvvᵀ."""
    W, v, d, z = _noise(n, law, seed)
    lam = np.linalg.eigvalsh(W + theta * np.outer(v, v))[::-1]
    # The top eigenvector of W + θvvᵀ is (λ − W)⁻¹v up to its length, if λ is no eigenvalue of W.
    if lam[0] - d[-1] > 1e-9:
        share = z / (lam[0] - d)
        overlap = (z @ share) ** 2 / (share @ share)
    else:
        overlap = z[-1] ** 2
    return Noise(law, theta, lam, float(overlap), rm.spiked_wigner_prediction(theta))


class NoiseView:
    """Left the histogram with the semicircle; right how much of the signal the top shows."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.8, 1])
        self.edges = np.linspace(-REACH, REACH, round(2 * REACH / BIN) + 1)
        self.bars = left.stairs(
            0 * self.edges[1:], self.edges, fill=True, color=plotting.FLAT["color"], alpha=0.55,
            label="eigenvalues",
        )  # fmt: skip
        x = np.linspace(-2, 2, 200)
        (law,) = left.plot(x, rm.semicircle.density(x), label="semicircle", **plotting.THEORY)
        (self.top,) = left.plot([], [], linewidth=2.2, label="λ₁", **plotting.STIFF)
        (self.expected,) = left.plot(
            [], [], "v", color="black", markersize=7, label="λ₁ by the law"
        )
        left.set(
            xlim=(-REACH, REACH), ylim=(0, 0.7), xlabel="eigenvalue λ",
            ylabel="density, share per unit",
        )  # fmt: skip
        plotting.legend_above(left, handles=[self.bars, law, self.top, self.expected])
        theta = np.linspace(0, 4, 200)
        overlaps = [rm.spiked_wigner_prediction(t)[1] for t in theta]
        right.plot(theta, overlaps, label="law for large n", **plotting.THEORY)
        (self.point,) = right.plot([], [], "o", markersize=8, label="here", **plotting.RUN)
        right.set(
            xlim=(-0.15, 4.15), ylim=(-0.04, 1.04), xlabel="strength of the signal θ",
            ylabel="overlap² of v₁ with the signal",
        )  # fmt: skip
        plotting.legend_above(right)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.bars, self.top, self.expected, self.point]

    def update(self, state):
        """Show a `Noise`."""
        lam = state.eigenvalues
        heights = np.histogram(lam, self.edges)[0] / (lam.size * BIN)
        self.bars.set_data(heights)
        self.top.set_data([lam[0]] * 2, [0, 0.35])
        self.expected.set_data([state.predicted[0]], [0.4])
        self.point.set_data([state.theta], [state.overlap])


def readout_noise(state):
    """Return the numbers of a `Noise`, rounded."""
    lam = state.eigenvalues
    out = int((np.abs(lam) > REACH).sum())
    return {
        "matrix": f"{lam.size} × {lam.size}, entries {state.law}, θ = {state.theta:.1f}",
        "λ₁": f"{lam[0]:.2f}, by the law {state.predicted[0]:.2f}",
        "overlap²": f"{state.overlap:.2f}, by the law {state.predicted[1]:.2f}",
        "beyond ±2.1": f"{state.beyond}" + (f", {out} of them not in the picture" if out else ""),
        "largest distance from the semicircle's distribution": f"{state.off:.3f}",
    }


def alt_noise(state):
    """Return what the picture shows."""
    shape = "fill the semicircle" if state.off < 0.05 else "do not follow the semicircle"
    return (
        f"{state.eigenvalues.size} eigenvalues {shape}; {state.beyond} lie beyond ±2.1. "
        f"The largest is {state.eigenvalues[0]:.2f}; its eigenvector has overlap² "
        f"{state.overlap:.2f} with the signal."
    )


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
    gap : tuple of int and float
        After which of the top 15 the largest ratio stands, and that ratio.
    """

    num_classes: int
    epoch: int
    eigenvalues: np.ndarray
    gap: tuple[int, float]


@remember()
def compute_network(epoch, num_classes, width, model):
    """Look a spectrum up."""
    found = recorded.load("grid")
    row = found["about"]["epochs"].index(int(epoch))
    lam = found[f"{MODELS[model]}|{num_classes}|{width}"][row]
    return Network(int(num_classes), int(epoch), lam, ns.largest_gap(lam))


class NetworkView:
    """Left the largest eigenvalues by rank; right all of them by size on a logarithmic axis."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
        (self.bulk,) = left.plot(
            [], [], "s", markersize=5, color=plotting.FLAT["color"], label="the rest"
        )
        (self.outliers,) = left.plot(
            [], [], "o", markersize=7, color=plotting.STIFF["color"],
            label="above the largest gap",
        )  # fmt: skip
        (self.line,) = left.plot([], [], label="after C − 1", **plotting.THEORY)
        left.set(
            xlim=(0, RANKS + 1), ylim=(1e-3, 100), yscale="log", xlabel="rank k",
            ylabel="eigenvalue λₖ",
        )  # fmt: skip
        left.set_xticks([1, 5, 9, 10, 15, 20])
        plotting.legend_above(left)
        # A bin half a decade of |λ|/λ₁; the first is for all that is smaller, and zeros.
        self.bins = np.arange(-8.5, 0.6, 0.5)
        empty = 0 * self.bins[1:]
        blue, purple = plotting.FLAT["color"], plotting.NEGATIVE["color"]
        self.positive = right.stairs(
            empty, self.bins, fill=True, color=blue, alpha=0.6, label="λ > 0"
        )
        self.negative = right.stairs(
            empty, self.bins, fill=True, color=purple, label="λ < 0, on top"
        )
        self.zero = right.stairs(
            [0.0], self.bins[:2], fill=True, color="#9a9a9a", label="below 10⁻⁸"
        )
        right.set(
            xlim=(-8.6, 0.6),
            ylim=(0, 0.9),
            xlabel="size |λ|/λ₁",
            ylabel="share of all eigenvalues",
        )
        right.set_xticks([-8.25, -6, -4, -2, 0], ["0", "10⁻⁶", "10⁻⁴", "10⁻²", "1"])
        plotting.legend_above(right)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.line, self.bulk, self.outliers, self.positive, self.negative, self.zero]

    def update(self, state):
        """Show a `Network`."""
        lam, k = state.eigenvalues, state.gap[0]
        ranks, top = np.arange(1, RANKS + 1), np.maximum(lam[:RANKS], 1e-9)
        self.outliers.set_data(ranks[:k], top[:k])
        self.bulk.set_data(ranks[k:], top[k:])
        self.line.set_data([state.num_classes - 0.5] * 2, [1e-3, 100])
        size = ns.log_magnitudes(lam)
        small = size <= -8
        down = np.histogram(size[(lam < 0) & ~small], self.bins)[0] / lam.size
        up = np.histogram(size[(lam > 0) & ~small], self.bins)[0] / lam.size
        self.positive.set_data(up)
        self.negative.set_data(up + down, baseline=up)
        self.zero.set_data([small.mean()])


def readout_network(state):
    """Return the numbers of a `Network`, rounded."""
    lam, (k, ratio) = state.eigenvalues, state.gap
    size = np.abs(lam) / lam[0]
    at = lam[state.num_classes - 2] / lam[state.num_classes - 1]
    return {
        "weights": f"{lam.size}",
        "epoch": f"{state.epoch}",
        "λ₁": f"{lam[0]:.2f}",
        "largest gap": f"after {k}, ratio {ratio:.2f}",
        f"ratio after C − 1 = {state.num_classes - 1}": f"{at:.2f}",
        "below λ₁/100": f"{np.mean(size < 0.01):.0%}",
        "negative": f"{np.mean(lam < 0):.0%}, λₙ = {lam[-1]:.2f}",
    }


def alt_network(state):
    """Return what the picture shows."""
    k, ratio = state.gap
    where = "C − 1" if k == state.num_classes - 1 else f"not C − 1 = {state.num_classes - 1}"
    return (
        f"The largest gap among the top 15 eigenvalues stands after {k} ({where}), with the ratio "
        f"{ratio:.2f}; {np.mean(np.abs(state.eigenvalues) < 0.01 * state.eigenvalues[0]):.0%} of all "
        f"{state.eigenvalues.size} are below a hundredth of λ₁."
    )


DEMOS = {
    "noise": Demo(
        title="Random entries fill a semicircle; a strong enough signal leaves it",
        controls={
            "n": Slider("matrix size n", 20, 300, 20, 200),
            "theta": Slider("signal, θ", 0.0, 4.0, 0.1, 0.0, ".1f"),
            "seed": Slider("seed", 0, 49, 1, 0),
            "law": Options("entries", tuple(LAWS), "Gaussian"),
        },
        compute=compute_noise,
        view=NoiseView,
        readout=readout_noise,
        alt=alt_noise,
        presets={
            "small (n = 20)": {"n": 20},
            "coin flips": {"law": "signs ±1"},
            "too heavy a tail": {"law": "Student t, 1.5"},
            "signal too weak (θ = 0.8)": {"theta": 0.8},
            "signal seen (θ = 2)": {"theta": 2.0},
        },
    ),
    "network": Demo(
        title="The exact Hessian spectrum of a small network, as recorded in training",
        controls={
            "epoch": Options("epoch", ("0", "1", "3", "30"), "1"),
            "num_classes": Options("classes", ("2", "4", "6", "8", "10"), "10"),
            "width": Options("hidden units", ("8", "16", "32"), "32"),
            "model": Options("network", tuple(MODELS), "ReLU, raw pixels"),
        },
        compute=compute_network,
        view=NetworkView,
        readout=readout_network,
        alt=alt_network,
        presets={
            "at the start": {"epoch": "0"},
            "four classes": {"num_classes": "4"},
            "late (epoch 30)": {"epoch": "30"},
            "centred": {"model": "ReLU, centred"},
            "tanh": {"model": "tanh, raw pixels"},
        },
    ),
}
