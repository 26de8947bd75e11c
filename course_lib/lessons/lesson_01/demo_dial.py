"""The direction dial: a surface, one direction on it, and the curvature as the direction turns."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.exact import derivatives, spectra
from course_lib.lessons.lesson_01.experiments import unit
from course_lib.teaching import Demo, Slider

REACH = 2.0
LEVELS = 0.25 * np.arange(1, 11) ** 2
TURN = np.arange(0, 181, 3)  # degrees
WALK = np.linspace(-REACH, REACH, 41)
TWO_WEIGHTS = {"h11": 0.25, "h12": 1.0, "h22": 4.0}  # of ½(ab − 1)² at a = 2, b = ½


@dataclass(frozen=True)
class State:
    """The surface ½ wᵀHw, cut along one direction.

    Attributes
    ----------
    H : array of shape (2, 2)
    angle : float
        Of the direction, in degrees from the first axis.
    direction : array of shape (2,)
    curvature : float
        vᵀHv along it.
    curve : array
        vᵀHv at each angle of `TURN`.
    spectrum : spectra.Spectrum
    """

    H: np.ndarray
    angle: float
    direction: np.ndarray
    curvature: float
    curve: np.ndarray
    spectrum: spectra.Spectrum

    @property
    def mean(self):
        """Return the mean curvature over all directions, tr(H)/2."""
        return float(np.trace(self.H)) / 2

    @property
    def extremes(self):
        """Return the angles of v₁ and v₂ in [0°, 180°)."""
        V = self.spectrum.eigenvectors
        return np.degrees(np.arctan2(V[1], V[0])) % 180


def compute(angle, h11, h12, h22):
    """Turn the direction on the quadratic with Hessian [[h11, h12], [h12, h22]]."""
    # A slider in the browser may send 0.25000000000000044.
    H = np.round([[h11, h12], [h12, h22]], 2)
    v = unit(angle)
    return State(
        H=H,
        angle=angle,
        direction=v,
        curvature=derivatives.curvature_along(H, v),
        curve=derivatives.curvature_along(H, unit(TURN)),
        spectrum=spectra.eigh(H),
    )


class View:
    """The surface from above with the direction; the cut along it; the curvature over the dial."""

    def __init__(self, figure):
        above, cut, dial = figure.subplots(1, 3, width_ratios=[1.45, 0.7, 1.25])
        grid = np.linspace(-REACH, REACH, 61)
        self.w1, self.w2 = np.meshgrid(grid, grid)
        self.contours = plotting.Contours(above, grid, LEVELS)
        self.eigenvectors = plotting.Eigenvectors(above, length=1.5)
        (self.needle,) = above.plot([], [], linewidth=3, **plotting.RUN)
        (self.tip,) = above.plot([], [], marker="o", markersize=8, **plotting.RUN)
        above.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xlabel="$w_1$", ylabel="$w_2$")
        above.set(title="½wᵀHw from above")
        above.grid(False)

        (self.cut,) = cut.plot([], [], linewidth=2.4, **plotting.RUN)
        cut.axhline(0, **plotting.THEORY)
        cut.set(xlim=(-REACH, REACH), ylim=(-8, 11.5), title="Cut along v")
        cut.set(xlabel="distance t along v", ylabel="height φ(t)")

        (self.curve,) = dial.plot([], [], color="#444444", linewidth=1.6)
        (self.mean,) = dial.plot([], [], linestyle="-.", color="#777777", linewidth=1.2)
        dial.axhline(0, **plotting.THEORY)
        self.ends = [dial.plot([], [], marker=m, markersize=8)[0] for m in ("^", "v")]
        (self.now,) = dial.plot([], [], marker="o", markersize=9, **plotting.RUN)
        outline = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1}
        self.names = [
            dial.text(0, 0, "", weight="bold", ha="center", va=va, bbox=outline)
            for va in ("bottom", "top")
        ]
        self.mean_name = dial.text(179, 0, "mean", ha="right", va="bottom", color="#555555")
        dial.set(xlim=(0, 180), ylim=(-8, 11.5), xticks=range(0, 181, 45))
        dial.set(xlabel="angle of v in degrees", ylabel="curvature vᵀHv")
        dial.set(title="Curvature as v turns")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        above = [*self.contours.artists, *self.eigenvectors.lines, self.needle, self.tip]
        dial = [self.mean, self.mean_name, self.curve, *self.ends, self.now, *self.names]
        return [*above, *self.eigenvectors.names, self.cut, *dial]

    def update(self, state):
        """Show a `State`."""
        (h11, h12), (_, h22) = state.H
        w1, w2 = self.w1, self.w2
        self.contours.update(0.5 * (h11 * w1**2 + 2 * h12 * w1 * w2 + h22 * w2**2))
        self.eigenvectors.update(state.spectrum)
        tip = 1.15 * state.direction
        self.needle.set_data([-tip[0], tip[0]], [-tip[1], tip[1]])
        self.tip.set_data(*tip[:, None])
        self.cut.set_data(WALK, 0.5 * state.curvature * WALK**2)
        self.curve.set_data(TURN, state.curve)
        self.mean.set_data([0, 180], [state.mean] * 2)
        self.mean_name.set_position((179, state.mean + 0.15))
        self.now.set_data([state.angle], [state.curvature])
        roles = zip(state.spectrum.eigenvalues, (plotting.STIFF, plotting.FLAT), strict=True)
        for i, (lam, role) in enumerate(roles):
            colour = (plotting.NEGATIVE if lam < 0 else role)["color"]
            self.ends[i].set_data([state.extremes[i]], [lam])
            self.ends[i].set_color(colour)
            place = np.clip(state.extremes[i], 33, 147), lam + (0.5, -0.5)[i]
            self.names[i].set(position=place, color=colour, text=f"λ{'₁₂'[i]} = {_number(lam)}")


def _number(x):
    return f"{x if abs(x) >= 0.0005 else 0:.3f}".rstrip("0").rstrip(".").replace("-", "−")


def readout(state):
    """Return the numbers of a `State`, rounded."""
    (h11, h12), (_, h22) = np.round(state.H, 2) + 0.0
    lam, angles = state.spectrum.eigenvalues, [_degrees(angle) for angle in state.extremes]
    if np.ptp(lam) < 1e-9:
        angles = ["every angle", "every angle"]
    return {
        "H": f"[[{h11:g}, {h12:g}], [{h12:g}, {h22:g}]]",
        "curvature along v": _number(state.curvature),
        "largest": f"λ₁ = {_number(lam[0])} at {angles[0]}",
        "smallest": f"λ₂ = {_number(lam[1])} at {angles[1]}",
        "mean over all directions": f"tr(H)/2 = {_number(state.mean)}",
        "along v and across it": f"{_number(state.curvature)} and "
        f"{_number(2 * state.mean - state.curvature)}",
    }


def _degrees(angle):
    # 112.5 comes out a digit below or above on another machine: it is rounded as 112.5 on each.
    return f"{round(round(angle, 9)) % 180}°"


def alt(state):
    """Return what the picture shows."""
    lam, angles = state.spectrum.eigenvalues, state.extremes
    bend = "upward" if state.curvature > 0 else "downward"
    cut = f"a parabola that bends {bend}" if abs(state.curvature) > 0.0005 else "a level line"
    return (
        f"Left, level lines of ½wᵀHw with the direction v at {state.angle:.0f}°. Middle, the cut along v, "
        f"{cut}. Right, the curvature against the angle of v. Its smallest value is {_number(lam[1])}, at "
        f"{_degrees(angles[1])}. Its largest value is {_number(lam[0])}, at {_degrees(angles[0])}. Its mean "
        f"is {_number(state.mean)}. Along v it is {_number(state.curvature)}."
    )


TITLE = "The direction dial: curvature as a direction turns"
CONTROLS = {
    "angle": Slider("angle of v (°)", 0, 180, 1, 0),
    "h11": Slider("H₁₁", -3.0, 6.0, 0.05, TWO_WEIGHTS["h11"]),
    "h12": Slider("H₁₂ = H₂₁", -4.0, 4.0, 0.05, TWO_WEIGHTS["h12"]),
    "h22": Slider("H₂₂", -3.0, 6.0, 0.05, TWO_WEIGHTS["h22"]),
}
PRESETS: dict[str, dict] = {
    "two weights": TWO_WEIGHTS,
    "two weights, v at v₁": {"angle": 76},
    "two weights, v at v₂": {"angle": 166},
    "axes are the extremes": {"h11": 1.0, "h12": 0.0, "h22": 6.0},
    "round bowl": {"h11": 3.0, "h12": 0.0, "h22": 3.0},
    "saddle with mean 0": {"h11": 1.5, "h12": 2.0, "h22": -1.5},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
