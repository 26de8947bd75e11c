"""A demo: Hutchinson's estimate as the probes come in, on a network's Hessian."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.curvature import trace
from course_lib.lessons.lesson_09.experiments import exact_hessian, one_probe_spread
from course_lib.teaching import Demo, Options, Slider

MOST_PROBES = 200
INTERVAL = {"linewidth": 5, "alpha": 0.45, "solid_capstyle": "butt", **plotting.RUN}


@dataclass(frozen=True)
class State:
    """A trace estimate, and what it was while the probes came in.

    Attributes
    ----------
    estimate : trace.TraceEstimate
    exact : float
        The trace itself.
    predicted : float
        The standard deviation of one probe, by the law of its distribution.
    interval : tuple of float
        The 95 % interval after all probes.
    """

    estimate: trace.TraceEstimate
    exact: float
    predicted: float
    interval: tuple[float, float]

    @property
    def running_mean(self):
        """Return the estimate after 1, 2, … probes."""
        return np.cumsum(self.estimate.samples) / np.arange(1, self.estimate.num_matvecs + 1)


def compute(num_probes, distribution, seed):
    """Estimate the trace of the network's Hessian."""
    H = exact_hessian()
    estimate = trace.trace(H, num_probes, distribution, seed)
    spread = one_probe_spread(distribution)
    return State(estimate, float(np.trace(H)), spread, estimate.interval(0.95))


class View:
    """Left the estimate as the probes come in; right the single samples as a histogram."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.7, 1], sharey=True)
        truth = float(np.trace(exact_hessian()))
        half = 4 * one_probe_spread("gaussian")
        low, high = truth - half, truth + half
        left.set(xlim=(0, MOST_PROBES + 5), ylim=(low, high), xlabel="probes so far, m")
        left.set(ylabel="vᵀHv and its mean")
        m = np.arange(1, MOST_PROBES + 1)
        left.axhline(truth, label="exact", **plotting.THEORY)
        (self.samples,) = left.plot([], [], ".", color="#9a9a9a", markersize=4, label="one probe")
        self.band = [
            left.plot(m, m, color="black", linewidth=0.9, linestyle="--", label=label)[0]
            for label in ("± 2 sd/√m", None)
        ]
        (self.mean,) = left.plot([], [], linewidth=2, label="mean", **plotting.RUN)
        (self.bar,) = left.plot([], [], label="95 % interval", **INTERVAL)
        plotting.legend_above(left)
        self.m, self.edges = m, np.linspace(low, high, 33)
        right.axhline(truth, **plotting.THEORY)
        right.set(xlim=(0, 0.5), xlabel="share of the probes", title="The single probes")
        _, _, bars = right.hist([], bins=self.edges, orientation="horizontal", color="#9a9a9a")
        self.bars = list(bars)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.samples, *self.band, self.bar, self.mean, *self.bars]

    def update(self, state):
        """Show a `State`."""
        samples, count = state.estimate.samples, state.estimate.num_matvecs
        m = np.arange(1, count + 1)
        self.samples.set_data(m, samples)
        self.mean.set_data(m, state.running_mean)
        self.bar.set_data([count, count], state.interval)
        for sign, line in zip((1, -1), self.band, strict=True):
            line.set_ydata(state.exact + sign * 2 * state.predicted / np.sqrt(self.m))
        shares = np.histogram(samples, self.edges)[0] / count
        for bar, share in zip(self.bars, shares, strict=True):
            bar.set_width(share)


def readout(state):
    """Return the numbers of a `State`, rounded."""
    e = state.estimate
    low, high = state.interval
    return {
        "exact trace": f"{state.exact:.2f}",
        "estimate": f"{e.estimate:.2f} ± {e.stderr:.2f} (s.e.)",
        "95 % interval": f"{low:.2f} to {high:.2f}",
        "contains the trace": "yes" if low <= state.exact <= high else "no",
        "one probe, s.d.": f"{e.samples.std(ddof=1):.2f} measured, {state.predicted:.2f} in theory",
    }


def alt(state):
    """Return what the picture shows."""
    e = state.estimate
    return (
        f"{e.num_matvecs} {e.distribution.capitalize()} probes scatter around the exact trace "
        f"{state.exact:.2f}. Their running mean ends at {e.estimate:.2f}, which is off by "
        f"{abs(e.estimate - state.exact) / state.exact:.0%}."
    )


TITLE = "Hutchinson's estimate as the probes come in"
CONTROLS: dict[str, Slider | Options] = {
    "num_probes": Slider("probes, m", 2, MOST_PROBES, 1, 60),
    "distribution": Options("distribution", trace.DISTRIBUTIONS, "rademacher"),
    "seed": Slider("seed", 0, 99, 1, 0),
}
PRESETS: dict[str, dict] = {
    "a handful (m = 5)": {"num_probes": 5},
    "four times as many (m = 20)": {"num_probes": 20},
    "m = 80": {"num_probes": 80},
    "Gaussian": {"distribution": "gaussian"},
    "all (m = 200)": {"num_probes": 200},
    "a miss (seed 18)": {"seed": 18},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
