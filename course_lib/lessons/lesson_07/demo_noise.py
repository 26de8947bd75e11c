"""The demo `noise`: the spectrum of a random matrix with a signal in it."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.exact import eigenvalue_laws as laws
from course_lib.exact import random_matrices as rm
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
        return laws.kolmogorov_distance(self.eigenvalues, laws.semicircle)


@remember(maxsize=64)
def _matrix(n, law, seed):
    """Return W, v, and W's eigenvalues with the coordinates of v in its eigenvectors."""
    entries, dof = LAWS[law]
    W = rm.wigner(n, entries, dof, seed)
    v = np.random.default_rng([seed, 1]).standard_normal(n)
    v /= np.linalg.norm(v)
    d, Q = np.linalg.eigh(W)
    return W, v, d, Q.T @ v


def compute(n, law, theta, seed):
    """Draw a Wigner matrix and add the spike θvvᵀ."""
    W, v, d, z = _matrix(n, law, seed)
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
        filled = {"fill": True, "color": plotting.FLAT["color"], "alpha": 0.55}
        self.bars = left.stairs(0 * self.edges[1:], self.edges, label="eigenvalues", **filled)
        x = np.linspace(-2, 2, 200)
        (law,) = left.plot(x, laws.semicircle.density(x), label="semicircle", **plotting.THEORY)
        (self.top,) = left.plot([], [], linewidth=2.2, label="λ₁", **plotting.STIFF)
        (self.expected,) = left.plot([], [], "kv", markersize=7, label="λ₁, predicted")
        left.set(xlim=(-REACH, REACH), ylim=(0, 0.7))
        left.set(xlabel="eigenvalue λ", ylabel="density, share per unit of λ")
        plotting.legend_above(left, handles=[self.bars, law, self.top, self.expected])
        theta = np.linspace(0, 4, 200)
        overlaps = [rm.spiked_wigner_prediction(t)[1] for t in theta]
        right.plot(theta, overlaps, label="law for large n", **plotting.THEORY)
        (self.point,) = right.plot([], [], "o", markersize=8, label="here", **plotting.RUN)
        right.set(xlim=(-0.15, 4.15), ylim=(-0.04, 1.04))
        right.set(xlabel="strength of the signal θ", ylabel="overlap² of v₁ with the signal")
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


def readout(state):
    """Return the numbers of a `Noise`, rounded."""
    lam = state.eigenvalues
    out = int((np.abs(lam) > REACH).sum())
    return {
        "matrix": f"{lam.size} × {lam.size}, entries {state.law}, θ = {state.theta:.1f}",
        "λ₁": f"{lam[0]:.2f}, the law for large n says {state.predicted[0]:.2f}",
        "overlap² of v₁ with the signal": f"{state.overlap:.2f}, the law says {state.predicted[1]:.2f}",
        "outside ±2.1": f"{state.beyond}" + (f", {out} of them not in the picture" if out else ""),
        "difference from the semicircle's distribution function": f"at most {state.off:.3f}",
    }


def alt(state):
    """Return what the picture shows."""
    shape = "fill the semicircle" if state.off < 0.05 else "do not follow the semicircle"
    return (
        f"The {state.eigenvalues.size} eigenvalues {shape}. The number outside ±2.1 is {state.beyond}. "
        f"The largest is {state.eigenvalues[0]:.2f}. Its eigenvector has the overlap² "
        f"{state.overlap:.2f} with the signal."
    )


TITLE = "The eigenvalues of noise fill a semicircle; a strong enough signal leaves it"
CONTROLS: dict[str, Slider | Options] = {
    "n": Slider("matrix size n", 20, 300, 20, 200),
    "theta": Slider("signal, θ", 0.0, 4.0, 0.1, 0.0, ".1f"),
    "seed": Slider("seed", 0, 49, 1, 0),
    "law": Options("entries", tuple(LAWS), "Gaussian"),
}
PRESETS: dict[str, dict] = {
    "small (n = 20)": {"n": 20},
    "coin flips": {"law": "signs ±1"},
    "a tail that is too heavy": {"law": "Student t, 1.5"},
    "signal too weak (θ = 0.8)": {"theta": 0.8},
    "signal strong enough (θ = 2)": {"theta": 2.0},
}
DEMO = Demo(TITLE, CONTROLS, compute, NoiseView, readout, alt, PRESETS)
