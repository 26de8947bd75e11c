"""Demo: one function, flat or sharp: the hidden layer of a ReLU network multiplied by α."""

from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Rectangle

from course_lib import plotting
from course_lib.curvature import flatness
from course_lib.lessons.lesson_08 import experiments
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

ALPHAS = np.round(np.arange(-20, 21) / 10, 1)  # log₁₀ α on the slider
REACH = 1.0  # slices go this share of the weights' length to each side
SLICE_POINTS, PATH_POINTS = 61, 21
DIRECTIONS = ("stiffest", "random", "random, filter-wise")


@dataclass(frozen=True)
class State:
    """The lesson's ReLU network with its hidden layer multiplied by α.

    Attributes
    ----------
    alpha : float
    direction : str
    here : experiments.Rescaled
    probabilities : array of shape (PATH_POINTS, 2)
        Of the two digits at the ends of a path between two test images.
    change : float
        The largest change of an output on the test images, relative to the largest output.
    error : float
        Test error in per cent.
    losses : array of shape (SLICE_POINTS,)
        Along the chosen direction.
    """

    alpha: float
    direction: str
    here: experiments.Rescaled
    probabilities: np.ndarray
    change: float
    error: float
    losses: np.ndarray


@remember()
def _path():
    """Return images on the line between two test images, and the two labels."""
    _, _, _, data = experiments.trained("relu")
    first = int(np.flatnonzero(data.y_test == 3)[0])
    last = int(np.flatnonzero(data.y_test == 8)[0])
    s = np.linspace(0, 1, PATH_POINTS)[:, None]
    return (1 - s) * data.X_test[first] + s * data.X_test[last], (3, 8)


@remember()
def _curve():
    """Return λ₁ and adaptive λ₁ for every α of the slider."""
    all_ = [experiments.rescaled(10.0**a) for a in ALPHAS]
    return np.array([(r.lambda1, r.adaptive) for r in all_])


def _outputs(w, X):
    # In NumPy: a forward pass of this size is quicker than a call of compiled code.
    (V, c), (W, b) = experiments.trained("relu")[0].unpack(w)
    return np.maximum(X @ V.T + c, 0) @ W.T + b


@remember(maxsize=200)
def compute(log_alpha, direction):
    """Rescale, and measure function, sharpness and a slice."""
    network, f, w, data = experiments.trained("relu")
    alpha = 10.0 ** round(log_alpha, 1)
    here = experiments.rescaled(alpha)
    length = np.linalg.norm(w)  # that of the weights at α = 1, whatever α is
    if direction == "stiffest":
        d = length * here.stiff
    elif direction == "random":
        d = length * flatness.random_direction(network, here.w, filterwise=False, seed=1)
    else:
        d = flatness.random_direction(network, here.w, filterwise=True, seed=1)
    images, labels = _path()
    z = _outputs(here.w, images)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    before, after = _outputs(w, data.X_test), _outputs(here.w, data.X_test)
    change = float(np.abs(after - before).max() / np.abs(before).max())
    error = float(100 * np.mean(after.argmax(axis=1) != data.y_test))
    t = np.linspace(-REACH, REACH, SLICE_POINTS)
    losses = flatness.loss_slice(f, here.w, d, data.X_train, data.y_train, t=t)
    return State(alpha, direction, here, p[:, list(labels)], change, error, losses)


class View:
    """Left the function, in the middle a slice through the loss, right λ₁ and adaptive λ₁."""

    def __init__(self, figure):
        left, middle, right = figure.subplots(1, 3, width_ratios=[1, 1, 1.15])
        start = compute(0.0, "stiffest")
        s = np.linspace(0, 100, PATH_POINTS)
        for i, (style, name) in enumerate((("-", "3"), ("--", "8"))):
            line = {**plotting.THEORY, "linestyle": style}
            left.plot(s, start.probabilities[:, i], label=f"“{name}”, α = 1", **line)
        self.points = [
            left.plot([], [], linestyle="none", marker=marker, **plotting.RUN)[0]
            for marker in ("o", "s")
        ]
        left.set(xlim=(-3, 103), ylim=(-0.04, 1.3), yticks=np.arange(0, 1.1, 0.25))
        left.set(xlabel="from a 3 to an 8, in %", ylabel="probability", title="The function stays")
        left.legend(loc="upper center", ncols=2, columnspacing=0.8, handlelength=1.4)

        self.t = np.linspace(-REACH, REACH, SLICE_POINTS)
        self.start = [
            middle.plot(self.t, compute(0.0, d).losses, label="α = 1", **plotting.THEORY)[0]
            for d in DIRECTIONS
        ]
        (self.slice,) = middle.plot([], [], label="this α", **plotting.STIFF)
        middle.set(xlim=(-REACH, REACH), ylim=(0, 2.9), title="A slice through the loss")
        middle.set(xlabel="t, in lengths of w at α = 1", ylabel="training loss")
        middle.legend(
            handles=[self.start[0], self.slice], loc="upper center", ncols=2, handlelength=1.4
        )
        # Steep slices end below the legend, which then need not be painted again with them.
        below = Rectangle((-REACH, 0), 2 * REACH, 2.45, transform=middle.transData)
        for line in (*self.start, self.slice):
            line.set_clip_path(below)

        alpha, curve = 10.0**ALPHAS, _curve()
        H = experiments.hessian("relu")
        network = experiments.trained("relu")[0]
        (V, c), (W, _) = network.unpack(np.arange(network.num_params))
        inner, outer = np.concatenate([V.ravel(), c]), W.ravel()
        for rows, power in ((outer, 2), (inner, -2)):
            top = np.linalg.eigvalsh(H[np.ix_(rows, rows)])[-1]
            label = "∝ α² and ∝ 1/α²" if power > 0 else None
            right.plot(alpha, top * alpha**power, label=label, **plotting.THEORY)
        right.plot(alpha, curve[:, 0], label="λ₁", **plotting.STIFF)
        right.plot(alpha, curve[:, 1], label="adaptive", **plotting.ADAPTIVE)
        (self.sharp,) = right.plot([], [], "o", markersize=8, color=plotting.STIFF["color"])
        (self.adaptive,) = right.plot([], [], "D", markersize=7, color=plotting.ADAPTIVE["color"])
        right.set(xscale="log", yscale="log", xlim=(0.008, 125), ylim=(0.02, 3e5))
        right.set(xlabel="factor α", ylabel="sharpness", title="One measure changes, one stays")
        right.legend(loc="upper center", ncols=2, columnspacing=0.9, handlelength=1.6)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [*self.points, *self.start, self.slice, self.sharp, self.adaptive]

    def update(self, state):
        """Show a `State`."""
        s = np.linspace(0, 100, PATH_POINTS)
        for i, points in enumerate(self.points):
            points.set_data(s, state.probabilities[:, i])
        for line, direction in zip(self.start, DIRECTIONS, strict=True):
            line.set_visible(direction == state.direction)
        # What is far outside would only cost time.
        self.slice.set_data(self.t, np.minimum(state.losses, 20))
        self.sharp.set_data([state.alpha], [state.here.lambda1])
        self.adaptive.set_data([state.alpha], [state.here.adaptive])


def _slice_moved(state):
    reference = compute(0.0, state.direction).losses
    return bool(np.abs(state.losses - reference).max() > 1e-6)


def readout(state):
    """Return the numbers of a `State`, rounded."""
    here = state.here
    return {
        "α": f"{state.alpha:.3g}",
        "largest change of an output": "below 1e-12"
        if state.change < 1e-12
        else f"{state.change:.0e}",
        "test error": f"{state.error:.1f} %",
        "λ₁": f"{here.lambda1:.3g}",
        "adaptive λ₁": f"{here.adaptive:.3f}",
        "‖∇f‖": f"{here.gradient_norm:.2g}",
        "slice": f"{state.direction}, {'not the same as' if _slice_moved(state) else 'the same as'} for α = "
        "1",
    }


def alt(state):
    """Return what the picture shows."""
    high = float(state.losses[[0, -1]].max())
    end = f"{high:.2g}" if high < 20 else "far above the picture"
    return (
        f"The hidden layer is multiplied by {state.alpha:.3g}. The probabilities are the same as for α = 1. "
        f"λ₁ is {state.here.lambda1:.3g}, adaptive λ₁ is {state.here.adaptive:.3f}. The slice along the "
        f"{state.direction} direction is {'not ' if _slice_moved(state) else ''}the same as for α = 1. "
        f"At its ends the loss is {end}."
    )


TITLE = "One function, flat or sharp: multiply the hidden layer of a ReLU network by α"
CONTROLS: dict[str, Slider | Options] = {
    "log_alpha": Slider("log₁₀ α", -2.0, 2.0, 0.1, 0.0, ".1f"),
    "direction": Options("slice along", DIRECTIONS, "stiffest"),
}
PRESETS: dict[str, dict] = {
    "α = 10": {"log_alpha": 1.0},
    "α = 100, a needle": {"log_alpha": 2.0},
    "α = 1/100": {"log_alpha": -2.0},
    "α = 10, random slice": {"log_alpha": 1.0, "direction": "random"},
    "α = 10, filter-wise": {"log_alpha": 1.0, "direction": "random, filter-wise"},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
