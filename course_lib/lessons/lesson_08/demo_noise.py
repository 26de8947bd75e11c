"""Demo: the loss of a trained network under noise, predicted by the trace and measured."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.curvature import flatness
from course_lib.lessons.lesson_08 import experiments
from course_lib.support.caching import remember
from course_lib.support.seeds import stream
from course_lib.teaching import Demo, Options, Slider

PAIRS = 60
SIGMAS = np.round(np.arange(-60, -4) / 10, 1)  # log₁₀ σ on the slider
LOW, HIGH = 0.3, 300.0  # of the ratio in the pictures


@dataclass(frozen=True)
class State:
    """The loss of a trained network under Gaussian noise in its weights.

    Attributes
    ----------
    sigma : float
    activation : str
    found : flatness.NoiseIncrease
    predicted : float
        ½σ² tr(H).
    forms : array of shape (PAIRS,)
        ½uᵀHu for each noise u: the prediction pair by pair.
    """

    sigma: float
    activation: str
    found: flatness.NoiseIncrease
    predicted: float
    forms: np.ndarray


@remember()
def _forms(activation, seed):
    H = experiments.hessian(activation)
    u = stream(seed).standard_normal((PAIRS, len(H)))
    return 0.5 * np.einsum("ki,ki->k", u @ H, u)


@remember(maxsize=1000)
def compute(log_sigma, activation, seed):
    """Measure the mean increase of the loss over pairs of noises, and predict it."""
    _, f, w, data = experiments.trained(activation)
    sigma = 10.0 ** round(log_sigma, 1)
    found = flatness.noise_increase(
        f, w, data.X_train, data.y_train, sigma=sigma, num_pairs=PAIRS, seed=seed
    )
    predicted = 0.5 * sigma**2 * np.trace(experiments.hessian(activation))
    return State(sigma, activation, found, float(predicted), sigma**2 * _forms(activation, seed))


class View:
    """Left measured over predicted against σ; right the same pair by pair, at this σ."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
        sigmas = 10.0**SIGMAS
        left.axhline(1, label="second order", **plotting.THEORY)
        self.curves = {}
        for activation, marker in (("tanh", "o"), ("relu", "s")):
            states = [compute(s, activation, 0) for s in SIGMAS]
            ratio = [s.found.estimate / s.predicted for s in states]
            (self.curves[activation],) = left.plot(
                sigmas, ratio, marker=marker, markersize=3, linewidth=0.8, **plotting.RUN
            )
        (self.here,) = left.plot([], [], "D", markersize=9, **plotting.RUN)
        self.bar = left.plot([], [], linewidth=2, **plotting.RUN)[0]
        left.set(xscale="log", yscale="log", xlim=(7e-7, 0.45), ylim=(LOW, HIGH))
        left.set(xlabel="noise σ", ylabel="measured / predicted increase")
        left.set_title("How far does the Hessian see?")
        x = np.linspace(0.4, 1.8, 50)
        right.plot(x, x, label="as predicted", **plotting.THEORY)
        (self.pairs,) = right.plot(
            [], [], "o", markersize=4, alpha=0.7, label="one pair ±u", **plotting.RUN
        )
        right.set(yscale="log", xlim=(0.4, 1.8), ylim=(LOW, HIGH), title="Pair by pair")
        right.set(xlabel="½uᵀHu of the pair ÷ ½σ² tr H", ylabel="measured increase ÷ ½σ² tr H")
        plotting.legend_above(left)
        plotting.legend_above(right)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [*self.curves.values(), self.bar, self.here, self.pairs]

    def update(self, state):
        """Show a `State`."""
        for activation, curve in self.curves.items():
            curve.set_visible(activation == state.activation)
        ratio = state.found.estimate / state.predicted
        error = 2 * state.found.stderr / state.predicted
        self.here.set_data([state.sigma], [np.clip(ratio, LOW, HIGH)])
        self.bar.set_data([state.sigma] * 2, np.clip([ratio - error, ratio + error], LOW, HIGH))
        self.pairs.set_data(
            state.forms / state.predicted,
            np.clip(state.found.samples / state.predicted, 1.05 * LOW, 0.95 * HIGH),
        )


def readout(state):
    """Return the numbers of a `State`, rounded."""
    ratio, error = state.found.estimate / state.predicted, state.found.stderr / state.predicted
    pair_by_pair = state.found.samples.mean() / state.forms.mean()
    return {
        "σ": f"{state.sigma:.1e}",
        "predicted ½σ² tr H": f"{state.predicted:.2e}",
        "measured": f"{state.found.estimate:.2e}",
        "measured / predicted": f"{ratio:.2f} ± {error:.2f} (s.e.)",
        "measured / ½uᵀHu, same noise": f"{pair_by_pair:.2f}",
    }


def alt(state):
    """Return what the picture shows."""
    ratio = state.found.samples.mean() / state.forms.mean()
    words = "as predicted" if abs(ratio - 1) < 0.02 else f"{ratio:.2f} times the prediction"
    return (
        f"A {experiments.spelled(state.activation)} network with noise of size {state.sigma:.1e} in every "
        f"weight. On average over {PAIRS} pairs the loss rises by {state.found.estimate:.1e}, {words}."
    )


TITLE = "The loss under noise: measured, and predicted by the trace"
CONTROLS: dict[str, Slider | Options] = {
    "log_sigma": Slider("log₁₀ σ", -6.0, -0.5, 0.1, -2.0, ".1f"),
    "activation": Options("activation", ("tanh", "relu"), "tanh"),
    "seed": Slider("seed of the noise", 0, 20, 1, 0),
}
PRESETS: dict[str, dict] = {
    "tanh, σ = 0.001": {"log_sigma": -3.0},
    "tanh, σ = 0.1: too large": {"log_sigma": -1.0},
    "ReLU, σ = 0.1": {"log_sigma": -1.0, "activation": "relu"},
    "ReLU, σ = 0.001: kinks": {"log_sigma": -3.0, "activation": "relu"},
    "ReLU, σ = 0.00001": {"log_sigma": -5.0, "activation": "relu"},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
