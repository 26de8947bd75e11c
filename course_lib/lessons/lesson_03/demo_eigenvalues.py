"""Demo: three eigenvalues decide the class of a critical point, asked in a fixed order."""

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import ListedColormap

from course_lib import plotting
from course_lib.exact import critical_points, spectra
from course_lib.teaching import Demo, Slider

# The picture shows half of the sphere of directions, seen from the front: the other half is the
# same, for −v has the curvature of v.
_AXIS = np.linspace(-1, 1, 121)
_X, _Y = np.meshgrid(_AXIS, _AXIS)
_INSIDE = _X**2 + _Y**2 <= 1
_FRONT = np.sqrt(np.maximum(1 - _X**2 - _Y**2, 0))
# The three eigenvectors as seen, tilted so that none hides behind another: orthonormal columns.
_SEEN = np.array(
    [[2**-0.5, -(2**-0.5), 0], [6**-0.5, 6**-0.5, -2 * 6**-0.5], [3**-0.5, 3**-0.5, 3**-0.5]]
)
_DIRECTIONS = np.einsum("kab,ki->iab", np.stack([_X, _Y, _FRONT]), _SEEN)
_LEVEL = 0.02  # drawn as level: a curvature below this share of the largest
_COLOURS = ListedColormap(["#e3b9d2", "#ffffff", "#b9cfe0"])
ABSOLUTE = 1e-6  # a tolerance that does not scale, to compare with


@dataclass(frozen=True)
class State:
    """A quadratic ½ Σ λᵢwᵢ² in three dimensions, at its critical point 0.

    Attributes
    ----------
    shown : array of shape (3,)
        The eigenvalues as set by the sliders, descending.
    exponent : int
        The loss is multiplied by ten to this power.
    kind : str
        By `critical_points.classify`.
    by_absolute : str
        What it would be called if all |λ| ≤ 10⁻⁶ counted as zero, whatever the scale.
    definiteness : str
    """

    shown: np.ndarray
    exponent: int
    kind: str
    by_absolute: str
    definiteness: str


def compute(first, second, third, exponent):
    """Classify diag(first, second, third) · 10^exponent."""
    shown = np.sort([first, second, third])[::-1]
    lam = shown * 10.0**exponent
    kind = critical_points.classify(lam)
    by_absolute = critical_points.classify(lam, rtol=1.0, scale=ABSOLUTE)
    return State(shown, exponent, kind, by_absolute, spectra.definiteness(lam))


STEPS = ("1  Are both signs present?", "2  Is there a zero?", "3  Which sign do they share?")
CLASSES = {
    "positive definite": "minimum",
    "negative definite": "maximum",
    "indefinite": "saddle",
    "positive semidefinite": "undecided, no maximum",
    "negative semidefinite": "undecided, no minimum",
    "zero": "undecided",
}


def decision(state):
    """Return the answers to the three questions, in order; "—" where it is not asked."""
    if state.definiteness == "indefinite":
        return ("yes: saddle", "—", "—")
    if state.kind == "undecided":
        return ("no", f"yes: {CLASSES[state.definiteness]}", "—")
    return ("no", "no", f"{state.definiteness.split()[0]}: {state.kind}")


class View:
    """Left which directions rise and fall; middle the curves along them; right the decision."""

    def __init__(self, figure):
        left, middle, right = figure.subplots(1, 3, width_ratios=[1, 1, 1.05])
        place = {"extent": (-1, 1, -1, 1), "origin": "lower", "interpolation": "nearest"}
        self.image = left.imshow(np.zeros(_X.shape), cmap=_COLOURS, vmin=-1, vmax=1, **place)
        turn = np.linspace(0, 2 * np.pi, 200)
        (rim,) = left.plot(np.cos(turn), np.sin(turn), **plotting.THEORY)
        (dots,) = left.plot(*_SEEN[:2], "o", color="black", markersize=4)
        self.over_image = [rim, dots] + [
            left.text(x, y + 0.05, f"v{i}", weight="bold", ha="center")
            for x, y, i in zip(*_SEEN[:2], "₁₂₃", strict=True)
        ]
        left.set(xlim=(-1.05, 1.05), ylim=(-1.25, 1.05), xticks=[], yticks=[])
        left.set_title("Blue: f rises. Pink: f falls")
        caption = "half of all directions (the rest looks the same)"
        left.text(0, -1.12, caption, ha="center", va="top", fontsize=9.5)
        left.grid(False)
        left.spines[:].set_visible(False)

        self.t = np.linspace(-1, 1, 41)
        self.curves = [middle.plot(self.t, 0 * self.t, linewidth=2.2)[0] for _ in range(3)]
        self.names = [middle.text(0.9, 0, f"v{i}", weight="bold", va="center") for i in "₁₂₃"]
        middle.set(xlim=(-1, 1.2), ylim=(-2.2, 2.2), yticks=[-2, -1, 0, 1, 2])
        middle.set(xlabel="distance t along vᵢ", title="½ λᵢ t², without factor 10ᵏ")

        right.set_axis_off()
        right.set_title("Three questions, in order")
        right.set(xlim=(0, 1), ylim=(0, 1))
        for k, question in enumerate(STEPS):
            right.text(0, 0.95 - 0.25 * k, question, weight="bold", va="top")
        self.answers = [right.text(0.07, 0.88 - 0.25 * k, "", va="top") for k in range(3)]
        right.text(0, 0.2, "Eigenvalues", weight="bold", va="top")
        self.spectrum = right.text(0.07, 0.13, "", va="top")
        for text in (*self.names, *self.answers, self.spectrum):
            text.set_in_layout(False)  # they change; the layout is made once

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        texts = [*self.names, *self.answers, self.spectrum]
        return [self.image, *self.over_image, *self.curves, *texts]

    def update(self, state):
        """Show a `State`."""
        lam = state.shown
        curvature = np.einsum("i,iab->ab", lam, _DIRECTIONS**2)
        level = _LEVEL * np.abs(lam).max()
        signs = np.where(np.abs(curvature) <= level, 0.0, np.sign(curvature))
        self.image.set_data(np.where(_INSIDE, signs, np.nan))
        ends = 0.5 * lam * 0.95
        # Names of equal curves would lie on each other: keep them a line apart.
        apart = ends.copy()
        apart[1] = min(apart[1], apart[0] - 0.3)
        apart[2] = min(apart[2], apart[1] - 0.3)
        apart += np.mean(ends - apart)
        roles = (plotting.STIFF, {"color": "#555555", "linestyle": "-."}, plotting.FLAT)
        for i, rising in enumerate(roles):
            role = plotting.NEGATIVE if lam[i] < 0 else rising
            self.curves[i].set_ydata(0.5 * lam[i] * self.t**2)
            self.curves[i].set(**role)
            self.names[i].set(position=(1.03, apart[i]), color=role["color"])
        for text, answer in zip(self.answers, decision(state), strict=True):
            text.set_text(answer.replace(", ", ",\n"))
        self.spectrum.set_text(",  ".join(_numbers(state)))


def _numbers(state):
    power = "" if state.exponent == 0 else f"e{state.exponent}"
    return [
        ("0" if value == 0 else f"{value:.1f}{power}").replace("-", "−") for value in state.shown
    ]


def readout(state):
    """Return the words of a `State`."""
    asked = [f"{q[3:]} {a}" for q, a in zip(STEPS, decision(state), strict=True) if a != "—"]
    return {
        "eigenvalues": ", ".join(_numbers(state)),
        "class": CLASSES[state.definiteness],
        "decided by": asked[-1],
        "if everything below 0.000001 counted as zero": state.by_absolute,
    }


def alt(state):
    """Return what the picture shows."""
    lam = state.shown
    up, down = int((lam > 0).sum()), int((lam < 0).sum())
    size = np.abs(np.einsum("i,iab->ab", lam, _DIRECTIONS**2)[_INSIDE])
    regions = {
        "indefinite": "The function rises in some directions and falls in others",
        "positive definite": "The function rises in all directions",
        "negative definite": "The function falls in all directions",
        "positive semidefinite": "The function falls in no direction, but it is level in some",
        "negative semidefinite": "The function rises in no direction, but it is level in some",
        "zero": "The function is level in all directions" if size.max() == 0 else "",
    }
    return (
        f"{regions[state.definiteness]}. Parabolas along the eigenvectors: {up} open upward, {down} "
        f"downward, {3 - up - down} level. The decision: {CLASSES[state.definiteness]}."
    )


TITLE = "Three eigenvalues and the order of the three questions"
CONTROLS = {
    "first": Slider("first eigenvalue", -4.0, 4.0, 0.1, 3.0, ".1f"),
    "second": Slider("second eigenvalue", -4.0, 4.0, 0.1, 1.5, ".1f"),
    "third": Slider("third eigenvalue", -4.0, 4.0, 0.1, 0.5, ".1f"),
    "exponent": Slider("loss × 10ᵏ, k =", -12, 3, 1, 0),
}
PRESETS: dict[str, dict] = {
    "a saddle with a zero": {"first": 2.0, "second": 0.0, "third": -1.0},
    "a zero, none negative": {"first": 3.0, "second": 1.5, "third": 0.0},
    "a dome": {"first": -0.5, "second": -1.5, "third": -3.0},
    "all zero": {"first": 0.0, "second": 0.0, "third": 0.0},
    "tiny, but a bowl": {"exponent": -9},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
