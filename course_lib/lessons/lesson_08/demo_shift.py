"""Demo: a training valley and the shifted valley of new data, flat and sharp."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.teaching import Demo, Options, Slider

FLAT = 1.0  # the curvature of the flat valley
REACH, TOP = 2.2, 5.0  # of the weight and of the loss in the pictures
SHIFTS = ("by the same distance", "in proportion to its width")
TEST = {"color": plotting.RUN["color"], "linestyle": "--", "linewidth": 2.0}
COST = {"color": "black", "linewidth": 2.6}


@dataclass(frozen=True)
class State:
    """Two valleys, and what a shift of each costs.

    Attributes
    ----------
    curvature : float
        Of the sharp valley; the flat one has FLAT.
    shift : float
        Of the flat valley.
    rule : str
        One of SHIFTS: how far the sharp valley is shifted.
    """

    curvature: float
    shift: float
    rule: str

    @property
    def shifts(self):
        """Return the shifts of the flat and of the sharp valley."""
        narrower = 1.0 if self.rule == SHIFTS[0] else np.sqrt(FLAT / self.curvature)
        return self.shift, float(self.shift * narrower)

    @property
    def costs(self):
        """Return what the two shifts cost: ½ λ δ²."""
        flat, sharp = self.shifts
        return FLAT * flat**2 / 2, self.curvature * sharp**2 / 2


def compute(curvature, shift, rule):
    """Take the two valleys as they are: nothing has to be measured."""
    return State(round(curvature, 1), round(shift, 2), rule)


class View:
    """Left the flat valley, in the middle the sharp one, right the cost against the curvature."""

    def __init__(self, figure):
        left, middle, right = figure.subplots(1, 3, width_ratios=[1, 1, 1.1])
        self.w = np.linspace(-REACH, REACH, 201)
        self.training, self.test, self.cost = [], [], []
        for ax, title in ((left, "Flat valley"), (middle, "Sharp valley")):
            ax.set(xlim=(-REACH, REACH), ylim=(-0.25, TOP), xlabel="weight w", title=title)
            self.training += ax.plot([], [], label="training", **plotting.THEORY)
            self.test += ax.plot([], [], label="new data", **TEST)
            self.cost += ax.plot([], [], label="cost of the shift", solid_capstyle="butt", **COST)
            ax.plot(0, 0, "o", color="black", markersize=6)
        left.set_ylabel("loss")
        left.legend(loc="upper center")
        (self.curve,) = right.plot([], [], **plotting.THEORY)
        (self.of_flat,) = right.plot([], [], "o", label="flat", markersize=8, color="#555555")
        (self.of_sharp,) = right.plot([], [], "D", label="sharp", color=plotting.STIFF["color"])
        right.set(xlim=(0, 21), ylim=(-0.25, TOP), xlabel="curvature λ", ylabel="cost ½ λ δ²")
        right.set_title("What the shift costs")
        right.legend(loc="upper left")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [*self.training, *self.test, *self.cost, self.curve, self.of_flat, self.of_sharp]

    def update(self, state):
        """Show a `State`."""
        curvatures = FLAT, state.curvature
        for i, (h, shift, cost) in enumerate(
            zip(curvatures, state.shifts, state.costs, strict=True)
        ):
            self.training[i].set_data(self.w, np.minimum(h * self.w**2 / 2, 2 * TOP))
            self.test[i].set_data(self.w, np.minimum(h * (self.w - shift) ** 2 / 2, 2 * TOP))
            self.cost[i].set_data([0, 0], [0, min(cost, 2 * TOP)])
        h = np.linspace(0.05, 21, 100)
        same = state.rule == SHIFTS[0]
        self.curve.set_data(h, (h if same else np.full_like(h, FLAT)) * state.shift**2 / 2)
        self.of_flat.set_data([FLAT], [state.costs[0]])
        self.of_sharp.set_data([state.curvature], [min(state.costs[1], 2 * TOP)])


def _times(state):
    flat, sharp = state.costs
    if flat == 0:
        return "there is no shift, and no cost"
    if np.isclose(flat, sharp):
        return "both shifts cost the same"
    return f"the shift costs {sharp / flat:.3g} times as much in the sharp valley"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    (near, far), (flat, sharp) = state.shifts, state.costs
    return {
        "flat": f"λ = {FLAT:g}, shift {near:.2f}, cost {flat:.3f}",
        "sharp": f"λ = {state.curvature:g}, shift {far:.2f}, cost {sharp:.3f}",
        "so": _times(state),
    }


def alt(state):
    """Return what the picture shows."""
    (near, far), (flat, sharp) = state.shifts, state.costs
    return (
        f"A flat valley (λ = {FLAT:g}) and a sharp one (λ = {state.curvature:g}), each with a dashed copy "
        f"for new data, shifted by {near:.2f} and {far:.2f}. At the training minimum the loss on new data is "
        f"{flat:.3f} and {sharp:.3f}: {_times(state)}."
    )


TITLE = "A valley for training, and the shifted valley for new data"
CONTROLS: dict[str, Slider | Options] = {
    "curvature": Slider("sharp valley: λ", 1.0, 20.0, 0.5, 10.0, ".1f"),
    "shift": Slider("flat valley: δ", 0.0, 0.9, 0.05, 0.5, ".2f"),
    "rule": Options("the sharp valley is shifted", SHIFTS, SHIFTS[0]),
}
PRESETS: dict[str, dict] = {
    "a larger shift": {"shift": 0.9, "curvature": 10.0},
    "λ = 20": {"curvature": 20.0},
    "no shift": {"shift": 0.0},
    "narrower valley, smaller shift": {"rule": SHIFTS[1]},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
