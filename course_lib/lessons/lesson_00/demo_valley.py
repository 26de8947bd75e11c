"""A small demo to try the controls on: a valley, its curvature and its width."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.teaching import Demo, Slider

REACH = 3.0
WALK = np.linspace(-REACH, REACH, 121)
CURVATURES = np.linspace(0.1, 8.0, 159)


@dataclass(frozen=True)
class State:
    """The valley f(x) = ½ h x², cut at one height.

    Attributes
    ----------
    h, height : float
    width : float
        Of the valley at this height; NaN where it has no walls.
    """

    h: float
    height: float
    width: float


def compute(h, height):
    """Return the valley with curvature `h`, cut at `height`."""
    walls = h > 1e-9
    return State(h, height, float(2 * np.sqrt(2 * height / h)) if walls else np.nan)


class View:
    """Left the valley with its width; right the width over the curvature."""

    def __init__(self, figure):
        valley, law = figure.subplots(1, 2)
        (self.floor,) = valley.plot([], [], linewidth=2.4)
        (self.across,) = valley.plot([], [], marker="|", markersize=14, **plotting.THEORY)
        valley.set(xlim=(-REACH, REACH), ylim=(-4, 6), xlabel="x", ylabel="height f(x)")
        valley.set(title="The valley f(x) = ½ h x²")
        (self.law,) = law.plot([], [], **plotting.THEORY)
        (self.now,) = law.plot([], [], marker="o", markersize=9, **plotting.RUN)
        law.set(xlim=(0, 8.2), ylim=(0, 9), xlabel="curvature h", ylabel="width at this height")
        law.set(title="Its width shrinks, but slowly")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.floor, self.across, self.law, self.now]

    def update(self, state):
        """Show a `State`."""
        style = plotting.NEGATIVE if state.h < 0 else plotting.RUN | {"linestyle": "-"}
        self.floor.set_data(WALK, 0.5 * state.h * WALK**2)
        self.floor.set(color=style["color"], linestyle=style["linestyle"])
        walls = np.isfinite(state.width)
        for artist in (self.across, self.now):
            artist.set_visible(bool(walls))
        self.law.set_data(CURVATURES, 2 * np.sqrt(2 * state.height / CURVATURES))
        if walls:
            half = state.width / 2
            self.across.set_data([-half, half], [state.height, state.height])
            self.now.set_data([state.h], [state.width])


def _shape(h):
    if abs(h) < 1e-9:
        return "level"
    return "a valley (curvature above 0)" if h > 0 else "a dome (curvature below 0)"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    width = f"{state.width:.2f}" if np.isfinite(state.width) else "no walls"
    h = state.h if abs(state.h) > 1e-9 else 0
    return {
        "curvature f″": f"{h:.1f}",
        "shape": _shape(state.h),
        f"width at height {state.height:.1f}": width,
    }


def alt(state):
    """Return what the picture shows."""
    h = state.h if abs(state.h) > 1e-9 else 0
    width = (
        f"At height {state.height:.1f} it is {state.width:.2f} wide"
        if np.isfinite(state.width)
        else "It has no walls"
    )
    return (
        f"Left: the curve ½ h x² with h = {h:.1f}. It is {_shape(state.h)}. {width}. Right: the width at "
        f"height {state.height:.1f} against h. This curve falls fast at first and then slowly."
    )


CONTROLS = {
    "h": Slider("curvature h", -2.0, 8.0, 0.1, 1.0, ".1f"),
    "height": Slider("height", 0.5, 4.0, 0.1, 2.0, ".1f"),
}
PRESETS: dict[str, dict] = {
    "curvature 2": {"h": 2.0},
    "curvature 4": {"h": 4.0},
    "curvature 8": {"h": 8.0},
    "level": {"h": 0.0},
    "dome": {"h": -1.0},
}
DEMO = Demo("A valley, its curvature and its width", CONTROLS, compute, View, readout, alt, PRESETS)
