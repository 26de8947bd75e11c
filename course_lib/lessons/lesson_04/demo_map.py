"""Demo: which step size with which momentum, and what each eigenvalue makes of the choice."""

from dataclasses import dataclass

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm

from course_lib import plotting
from course_lib.exact import dynamics
from course_lib.lessons.lesson_04.experiments import tuning_on_sliders
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

MOST_STEP, MOST_MOMENTUM = 4.0, 0.98
STEP_GRID = np.linspace(0, MOST_STEP, 201)  # ηλ₁
MOMENTUM_GRID = np.linspace(0, MOST_MOMENTUM, 99)
SLOWEST = 1000.0  # steps per digit; what is slower looks the same
LEAST = 1 / 200  # of λ/λ₁ in the picture
COLOURS = LinearSegmentedColormap.from_list("steps", ["#ffffff", "#b9cde0", "#4f6d8c"])
NORM = LogNorm(1, SLOWEST)
DIVERGES = np.array([0xEC, 0xCF, 0xE0, 0xFF], np.uint8)


@dataclass(frozen=True)
class State:
    """One choice of step size and momentum for a spectrum from λ₁/κ to λ₁.

    Attributes
    ----------
    kappa, step, momentum : float
        `step` is ηλ₁.
    method : str
    rate : float
        The factor of the slowest direction per step, in the long run.
    shares, factors : arrays of shape (m,)
        λ/λ₁ from 1/κ to 1, and the factor along each.
    best : dynamics.Tuning
        For λ₁ = 1.
    """

    kappa: float
    step: float
    momentum: float
    method: str
    rate: float
    shares: np.ndarray
    factors: np.ndarray
    best: dynamics.Tuning


def steps_per_digit(rate):
    """Return the steps that one more decimal digit takes at a `rate`; infinite from 1 on."""
    rate = np.asarray(rate, float)
    with np.errstate(divide="ignore"):
        return np.where(rate < 1, -1 / np.log10(np.clip(rate, 1e-10, 1)), np.inf)


def compute(kappa, step, momentum, method):
    """Find the factors of all eigenvalues between λ₁/κ and λ₁, with λ₁ = 1."""
    shares = np.geomspace(1 / kappa, 1, 200)
    factors = dynamics.momentum_factors(shares, step, momentum, method)
    best = dynamics.best_tuning([1.0, 1 / kappa], method)
    return State(kappa, step, momentum, method, float(factors.max()), shares, factors, best)


@remember(maxsize=32)
def colours(kappa, method):
    """Return the map as an RGBA image: the rate of every step size and momentum."""
    ends = np.array([1.0, 1 / kappa])[:, None, None]  # in between no factor is larger
    rates = dynamics.momentum_factors(
        ends, STEP_GRID[None, None, :], MOMENTUM_GRID[None, :, None], method
    ).max(axis=0)
    image = COLOURS(NORM(np.clip(steps_per_digit(rates), 1, SLOWEST)), bytes=True)
    image[rates > 1 + 1e-9] = DIVERGES
    return image


class View:
    """Left the map of the rate with a marker; right the factor along each eigenvalue."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
        extent, empty = (0, MOST_STEP, 0, MOST_MOMENTUM), np.zeros((2, 2, 4), np.uint8)
        self.image = left.imshow(empty, extent=extent, origin="lower", interpolation="nearest")
        (self.limit,) = left.plot([], [], label="limit", **plotting.THEORY)
        (self.best,) = left.plot([], [], "*", markersize=15, color="black", label="best")
        self.best.set_markerfacecolor("white")
        (self.marker,) = left.plot([], [], "o", markersize=9, label="your choice", **plotting.RUN)
        self.marker.set_markeredgecolor("black")
        self.diverges = left.text(MOST_STEP - 0.08, 0.03, "diverges", ha="right", va="bottom")
        left.set(xlabel="step size times curvature, ηλ₁", ylabel="momentum β", aspect="auto")
        left.set(xlim=(0, MOST_STEP), ylim=(0, MOST_MOMENTUM))
        left.grid(False)
        plotting.legend_above(left)
        bar = figure.colorbar(
            ScalarMappable(NORM, COLOURS), ax=left, pad=0.02, ticks=[1, 10, 100, 1000]
        )
        bar.ax.set_title("steps\nper digit", fontsize=9.5)
        bar.ax.set_yticklabels(["1", "10", "100", "1000+"])

        right.axhline(1, **plotting.THEORY)
        right.text(LEAST * 1.1, 1.02, "above: diverges", va="bottom", fontsize=9.5)
        (self.curve,) = right.plot([], [], color="#777777")
        flat, stiff = plotting.FLAT["color"], plotting.STIFF["color"]
        (self.flat,) = right.plot([], [], "s", markersize=8, color=flat, label="flat, λₙ")
        (self.stiff,) = right.plot([], [], "o", markersize=8, color=stiff, label="stiff, λ₁")
        right.set(xscale="log", xlim=(LEAST * 0.9, 1.1), ylim=(0, 1.5))
        right.set(xlabel="eigenvalue, as λ/λ₁", ylabel="factor of the error per step")
        plotting.legend_above(right)
        for marker in (self.marker, self.flat, self.stiff):
            marker.set(clip_on=False, in_layout=False)  # they may stick out, but move no axes

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        left = [self.image, self.diverges, self.limit, self.best, self.marker]
        return [*left, self.curve, self.flat, self.stiff]

    def update(self, state):
        """Show a `State`."""
        self.image.set_data(colours(state.kappa, state.method))
        limits = [dynamics.stability_limit(beta, state.method) for beta in MOMENTUM_GRID]
        self.limit.set_data(limits, MOMENTUM_GRID)
        self.best.set_data([state.best.eta], [state.best.momentum])
        self.marker.set_data([state.step], [state.momentum])
        shown = np.minimum(state.factors, 1.48)
        self.curve.set_data(state.shares, shown)
        self.flat.set_data(state.shares[:1], shown[:1])
        self.stiff.set_data(state.shares[-1:], shown[-1:])


def readout(state):
    """Return the numbers of a `State`, rounded."""
    best = state.best
    return {
        "rate": f"{state.rate:.4f}" if state.rate <= 1 + 1e-9 else f"{state.rate:.4f}, diverges",
        "steps per digit": _steps(state.rate),
        "best": f"ηλ₁ = {best.eta:.2f}, β = {best.momentum:.2f}: {_steps(best.rate)} steps per digit",
        "slowest": _slowest(state),
        "limit of ηλ₁": f"{dynamics.stability_limit(state.momentum, state.method):.2f}",
    }


def _steps(rate):
    steps = float(steps_per_digit(rate))
    return "never" if rate > 1 - 1e-9 else f"{steps:.3g}" if steps < 100 else f"{steps:.0f}"


def _slowest(state):
    flat, stiff = state.factors[0], state.factors[-1]
    if abs(flat - stiff) < 2e-3:
        return "both ends equally"
    return "the flat end" if flat > stiff else "the stiff end"


def alt(state):
    """Return what the picture shows."""
    outcome = f"the error shrinks at {_steps(state.rate)} steps per digit"
    if state.rate > 1 - 1e-9:
        outcome = "the error does not shrink"
    if state.rate > 1 + 1e-9:
        outcome = "the run diverges"
    return (
        f"Map of step size and momentum for {state.method}, κ = {state.kappa:g}. The marker is at "
        f"ηλ₁ = {state.step:.2f}, β = {state.momentum:.2f}, where {outcome}. The best pair is "
        f"ηλ₁ = {state.best.eta:.2f}, β = {state.best.momentum:.2f}. At the marker, the factor is "
        f"{state.factors[0]:.3f} at the flat end of the spectrum and {state.factors[-1]:.3f} at the stiff "
        "end."
    )


def _tuned(kappa, method):
    step, momentum = tuning_on_sliders([1.0, 1 / kappa], method, eta_steps=50)
    return {"step": step, "momentum": momentum, "method": method}


TITLE = "Every pair of step size and momentum, and its speed"
CONTROLS: dict[str, Slider | Options] = {
    "step": Slider("step size, as ηλ₁", 0.02, MOST_STEP, 0.02, 1.0),
    "momentum": Slider("momentum β", 0.0, MOST_MOMENTUM, 0.01, 0.0),
    "kappa": Slider("condition number κ", 2, 200, 1, 100),
    "method": Options("method", dynamics.METHODS, "heavy ball"),
}
PRESETS: dict[str, dict] = {
    "best without momentum": {"step": 1.98},
    "usual: ηλ₁ = 1, β = 0.9": {"momentum": 0.9},
    "best heavy ball": _tuned(100, "heavy ball"),
    "best Nesterov": _tuned(100, "Nesterov"),
    "a little too far": {"step": 3.36, "momentum": 0.66},
    "κ = 4": {"kappa": 4, "step": 1.6},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
