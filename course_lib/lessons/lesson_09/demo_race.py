"""A demo: three estimators of a trace at equal cost."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.curvature import trace
from course_lib.lessons.lesson_09.demo_hutchinson import INTERVAL
from course_lib.lessons.lesson_09.experiments import BUDGETS, SPECTRA, matrix_with, recorded_race
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

LOWEST, HIGHEST = 0.006, 6  # of the error beside Hutchinson's
REACH = 12  # of the left panel to each side, in Hutchinson's standard errors
MARKERS = {"hutchinson": "o", "hutch++": "s", "xtrace": "^"}
LINES = {"hutchinson": "-", "hutch++": "--", "xtrace": ":"}


@dataclass(frozen=True)
class State:
    """One estimate by each method.

    Attributes
    ----------
    spectrum : str
    budget : int
        The products that each may spend.
    exact : float
    unit : float
        Hutchinson's standard error at this budget, by its law.
    estimates : dict
        Method to `trace.TraceEstimate`.
    """

    spectrum: str
    budget: int
    exact: float
    unit: float
    estimates: dict

    def measured(self, method):
        """Return error and interval (low, high), all less the exact trace, in `unit`s."""
        e = self.estimates[method]
        return (np.array([e.estimate, *e.interval(0.95)]) - self.exact) / self.unit

    @property
    def cut(self):
        """Return the methods whose interval goes on beyond the picture."""
        return [m for m in trace.METHODS if np.abs(self.measured(m)).max() > REACH]


@remember(maxsize=64)
def compute(budget, spectrum, seed):
    """Let every method spend the same budget."""
    A = matrix_with(spectrum)
    unit = (trace.one_probe_variance(A) / budget) ** 0.5
    estimates = {m: trace.trace(A, budget, seed=seed, method=m) for m in trace.METHODS}
    return State(spectrum, budget, float(np.trace(A)), unit, estimates)


class View:
    """Left one estimate by each method; right the error of many, beside Hutchinson's."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.1])
        left.axvline(0, **plotting.THEORY)
        left.set(xlim=(-REACH - 0.5, REACH + 0.5), ylim=(-0.6, 2.6), yticks=[2, 1, 0])
        left.set(yticklabels=list(trace.METHODS.values()))
        left.set_xlabel("distance from the exact trace, in Hutchinson's s.e.")
        left.set_title("One run each: estimate and 95 % interval")
        right.set(xscale="log", yscale="log", xlim=(11, 131), ylim=(LOWEST, HIGHEST))
        right.set(xlabel="products", ylabel="error ÷ Hutchinson's error")
        right.set(title="Below 1: better than Hutchinson")
        right.set_xticks(BUDGETS, map(str, BUDGETS))
        right.minorticks_off()
        right.axhline(1, **plotting.THEORY)
        self.intervals, self.points, self.curves = [], [], []
        for method, marker in MARKERS.items():
            points = {"marker": marker, **plotting.RUN}
            self.intervals += left.plot([], [], **INTERVAL)
            self.points += left.plot([], [], linestyle="none", markersize=8, **points)
            name = trace.METHODS[method]
            self.curves += right.plot([], [], linestyle=LINES[method], label=name, **points)
        self.beyond = [
            left.plot([], [], sign, linestyle="none", color="black", markersize=7)[0]
            for sign in "<>"
        ]
        (self.here,) = right.plot([], [], color="#777777", linewidth=1)
        right.legend(loc="lower left")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.here, *self.intervals, *self.points, *self.beyond, *self.curves]

    def update(self, state):
        """Show a `State`."""
        for row, method in enumerate(trace.METHODS):
            error, *interval = np.clip(state.measured(method), -REACH, REACH)
            self.intervals[row].set_data(interval, [2 - row] * 2)
            self.points[row].set_data([error], [2 - row])
            self.curves[row].set_data(BUDGETS, recorded_race(state.spectrum, method)["rms"])
        ends = {2 - row: state.measured(m)[1:] for row, m in enumerate(trace.METHODS)}
        for sign, end, line in zip((-1, 1), (0, 1), self.beyond, strict=True):
            rows = [row for row, interval in ends.items() if sign * interval[end] > REACH]
            line.set_data([sign * (REACH + 0.1)] * len(rows), rows)
        self.here.set_data([state.budget] * 2, [LOWEST, HIGHEST])


def readout(state):
    """Return the numbers of a `State`, rounded."""
    words = {"exact trace": f"{state.exact:.2f}"}
    for method, name in trace.METHODS.items():
        e = state.estimates[method]
        decimals = 2 if e.stderr >= 0.02 else 3
        low, high = e.interval(0.95)
        held = "" if low <= state.exact <= high else ", misses the trace"
        cut = ", wider than the picture" if method in state.cut else ""
        words[name] = f"{e.estimate:.{decimals}f} ± {e.stderr:.{decimals}f} (s.e.){held}{cut}"
    return words


def alt(state):
    """Return what the picture shows."""
    nearest = int(np.abs(np.log(np.divide(BUDGETS, state.budget))).argmin())
    ratios = [
        f"{trace.METHODS[m]} {recorded_race(state.spectrum, m)['rms'][nearest]:.2g}"
        for m in ("hutch++", "xtrace")
    ]
    off = [f"{name} {state.measured(m)[0]:+.1f}" for m, name in trace.METHODS.items()]
    cut = " and ".join(trace.METHODS[m] for m in state.cut)
    beyond = f" Arrows: the interval of {cut} continues beyond the picture." if cut else ""
    return (
        f"One run of each method with {state.budget} products on the spectrum “{state.spectrum}”. Distances "
        f"from the exact trace, in Hutchinson's standard errors: {', '.join(off)}. Errors over many seeds "
        f"with {BUDGETS[nearest]} products, divided by Hutchinson's: {', '.join(ratios)}.{beyond}"
    )


TITLE = "Three estimators of a trace at equal cost"
CONTROLS: dict[str, Slider | Options] = {
    "budget": Slider("products", 12, 120, 2, 60),
    "spectrum": Options("spectrum", tuple(SPECTRA), "ten outliers"),
    "seed": Slider("seed", 0, 99, 1, 0),
}
PRESETS: dict[str, dict] = {
    "outliers, 12 products": {"budget": 12},
    "outliers, 30": {"budget": 30},
    "flat: Hutchinson wins": {"spectrum": "flat"},
    "indefinite: Hutchinson wins": {"spectrum": "indefinite"},
    "this network": {"spectrum": "this network"},
    "this network, 120": {"spectrum": "this network", "budget": 120},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
