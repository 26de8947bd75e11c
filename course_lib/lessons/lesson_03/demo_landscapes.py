"""Demo: all critical points of a landscape in the plane, and those that a search finds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from scipy.stats import spearmanr

from course_lib import plotting
from course_lib.exact import critical_points, landscapes
from course_lib.lessons.lesson_03 import experiments
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Options, Slider

MOST_STARTS = 128
ALL_STARTS = 256  # what the first of them miss, these show
GRID = np.linspace(-1, 1, 61)
LEVELS = np.arange(0.25, 3.5, 0.5)  # with their negatives: evenly spaced across zero
SHADES = LinearSegmentedColormap.from_list("low to high", ["#ffffff", "#c3d0de"])

# A class is told by its marker first; the pictures of the lesson use the same ones.
MARKERS: dict[str, dict[str, Any]] = {
    "minimum": {"marker": "v", "color": "black", "markersize": 9},
    "saddle": {"marker": "X", "color": plotting.NEGATIVE["color"], "markersize": 9},
    "maximum": {"marker": "^", "mfc": "white", "mec": "black", "markersize": 9},
    "undecided": {"marker": "D", "color": "#777777", "markersize": 8},
}
MISSED = {"marker": "o", "mfc": "none", "mec": "#777777", "markersize": 9}
PLURALS = {"minimum": "minima", "saddle": "saddles", "maximum": "maxima"}

NAMED = {
    "Himmelblau": landscapes.himmelblau,
    "six-hump camel": landscapes.six_hump_camel,
    "monkey saddle": landscapes.monkey_saddle,
    "monkey, tilted": lambda: experiments.tilted_monkey(0.9),
}
# The named ones rise steeply at the edge. Squeezed, the floor shows; level lines stay level lines.
SQUEEZED = {
    "random": lambda h: h,
    "Himmelblau": lambda h: np.sqrt(h) / 7 - 2.4,
    "six-hump camel": lambda h: 1.1 * np.log1p(h + 1.04) - 2.4,
    "monkey saddle": lambda h: np.sign(h) * np.abs(h) ** 0.75 * 0.35,
    "monkey, tilted": lambda h: np.sign(h) * np.abs(h) ** 0.75 * 0.35,
}


def landscape(name, seed):
    """Return one of the demo's landscapes; the seed makes the random ones."""
    return landscapes.random_trigonometric(2, seed) if name == "random" else NAMED[name]()


def counted(kinds):
    """Return "4 minima, 4 saddles, 1 maximum" for an array of classes."""
    counts = {kind: int((kinds == kind).sum()) for kind in MARKERS}
    words = [
        f"{n} {kind if n == 1 else PLURALS.get(kind, kind)}" for kind, n in counts.items() if n
    ]
    return ", ".join(words) or "none"


@remember(maxsize=64)
def explored(name, seed):
    """Return (landscape, heights to draw on a grid, all that is found, starts, expected sum)."""
    f = landscape(name, seed)
    starts = f.random_points(ALL_STARTS, 1000 + seed)
    edges = {"periods": f.periods} if f.periodic else {"box": (f.low, f.high)}
    found = critical_points.find(f.gradient, f.hessian, starts, value=f.value, steps=60, **edges)
    x, y = np.meshgrid(GRID, GRID)
    w = f.low + (np.stack([x.ravel(), y.ravel()], axis=1) + 1) / 2 * (f.high - f.low)
    heights = SQUEEZED[name](f.value(w)).reshape(x.shape)
    return f, heights, found, starts, critical_points.expected_index_sum(f, num=300)


@dataclass(frozen=True)
class State:
    """What the first `num_starts` Newton runs found, beside what all of them found.

    Attributes
    ----------
    name : str
    landscape : landscapes.Landscape
    heights : array of shape (61, 61)
        To be drawn: squeezed for the named landscapes.
    all_found : critical_points.CriticalPoints
        Of all 256 starts.
    seen : array of bool
        Which of these points the first runs found.
    starts : array of shape (num_starts, 2)
    num_spurious : int
    expected_sum : int
    """

    name: str
    landscape: landscapes.Landscape
    heights: np.ndarray
    all_found: critical_points.CriticalPoints
    seen: np.ndarray
    starts: np.ndarray
    num_spurious: int
    expected_sum: int

    @property
    def index_sum(self):
        """Return Σ (−1)^index over the points that were seen; None if one is degenerate."""
        if self.all_found.degenerate[self.seen].any():
            return None
        return int(((-1) ** self.all_found.index[self.seen]).sum())

    def on_picture(self, w):
        """Return points in the picture's coordinates, −1 to 1."""
        f = self.landscape
        return 2 * (w - f.low) / (f.high - f.low) - 1


def compute(landscape, seed, num_starts):
    """Look at the critical points that the first `num_starts` of 256 Newton runs found."""
    f, heights, found, starts, expected = explored(landscape, seed)
    ends = found.ends[:num_starts]
    seen = np.isin(np.arange(len(found)), ends)
    spurious = int((ends == found.SPURIOUS).sum())
    return State(landscape, f, heights, found, seen, starts[:num_starts], spurious, expected)


class View:
    """Left the landscape from above with its critical points; right index against height."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
        self.contours = plotting.Contours(left, GRID, LEVELS, SHADES)
        self.contours.below.set(color="#7d8896", linestyle="-", linewidth=0.8)
        (self.starts,) = left.plot([], [], ".", markersize=4, alpha=0.8, **plotting.RUN)
        self.on_map = _markers(left)
        self.corners = [
            left.text(x, y, "", transform=left.transAxes, ha=ha, va=va, fontsize=9.5)
            for x, y, ha, va in (
                (0, -0.02, "left", "top"),
                (1, -0.02, "right", "top"),
                (-0.02, 0, "right", "bottom"),
                (-0.02, 1, "right", "top"),
            )
        ]
        for text in self.corners:
            text.set_in_layout(False)  # they change; the layout is made once
        left.set(xlim=(-1, 1), ylim=(-1, 1), xticks=[], yticks=[], xlabel="$w_1$", ylabel="$w_2$")
        left.set_title("From above: lighter is lower")
        left.xaxis.labelpad, left.yaxis.labelpad = 12, 20
        left.grid(False)
        self.in_order = _markers(right)
        right.set(xlim=(-0.06, 1.06), ylim=(-0.5, 2.5), yticks=[0, 1, 2])
        right.set_xlabel("height: lowest critical point 0, highest 1")
        right.set_ylabel("index: negative eigenvalues")
        handles = _markers(right)
        for kind, handle in handles.items():
            handle.set(markersize=6.5, label=kind)
        plotting.legend_above(right, handles=list(handles.values()))

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        markers = [*self.on_map.values(), *self.corners, *self.in_order.values()]
        return [*self.contours.artists, self.starts, *markers]

    def update(self, state):
        """Show a `State`."""
        self.contours.update(state.heights)
        self.starts.set_data(*state.on_picture(state.starts).T)
        found = state.all_found
        heights = found.heights
        spread = np.ptp(heights) if len(heights) else 0.0
        level = spread < 1e-9 * (1 + np.abs(heights).max(initial=0))  # but for rounding
        height = 0.5 + 0 * heights if level else (heights - heights.min()) / spread
        where = state.on_picture(found.points)
        kinds = np.where(state.seen, found.kinds, "missed")
        for kind, marks in self.on_map.items():
            marks.set_data(*where[kinds == kind].T)
            self.in_order[kind].set_data(height[kinds == kind], found.index[kinds == kind])
        low, high = state.landscape.low[0], state.landscape.high[0]
        texts = ("0", "2π") if state.landscape.periodic else (f"{low:g}", f"{high:g}")
        for artist, text in zip(self.corners, texts * 2, strict=True):
            artist.set_text(text.replace("-", "−"))


def _markers(ax):
    markers = {
        kind: ax.plot([], [], linestyle="none", clip_on=False, **marker)[0]
        for kind, marker in {**MARKERS, "missed": MISSED}.items()
    }
    for line in markers.values():
        line.set_in_layout(False)  # one without points has no extent to lay out
    return markers


def readout(state):
    """Return the numbers of a `State`, rounded."""
    found, seen = state.all_found, state.seen
    missed = int((~seen).sum())
    total = state.index_sum
    # Points that mirror each other are equally high: the last digit must not rank them.
    index, heights = found.index[seen], found.heights[seen].round(9)
    both_vary = len(index) > 1 and np.ptp(index) > 0 and np.ptp(heights) > 0
    rho = f"{spearmanr(index, heights).statistic:.2f}" if both_vary else "not defined"
    verdict = "not defined, because a degenerate point was found"
    if total is not None:
        verdict = f"{total}, expected {state.expected_sum}: " + (
            "points are missing" if total != state.expected_sum else "no objection"
        )
    return {
        "found": counted(found.kinds[seen]),
        "missed by these starts, but found by 256 starts": str(missed),
        "Σ(−1)^index": verdict.replace("-", "−"),
        "rank correlation of index and height": rho,
        "runs that did not end at a critical point": f"{state.num_spurious} of {len(state.starts)}",
    }


def alt(state):
    """Return what the picture shows."""
    found, seen = state.all_found, state.seen
    kind = (
        "A random landscape that repeats"
        if state.name == "random"
        else f"The landscape {state.name}"
    )
    heights = found.heights[seen]
    by_index = "; ".join(
        f"index {i} at heights {chosen.min():.2f} to {chosen.max():.2f}"
        for i in range(3)
        if len(chosen := heights[found.index[seen] == i])
    )
    words = (
        f"{kind}, from above. Found from {len(state.starts)} starts: {counted(found.kinds[seen])}. "
        f"Marked as missed: {int((~seen).sum())}. Beside it, the index of the points found against "
        f"their height: "
    )
    return words + (by_index or "nothing").replace("-0.00", "0.00").replace("-", "−") + "."


TITLE = "The critical points of a landscape, and those that a search finds"
CONTROLS: dict[str, Slider | Options] = {
    "landscape": Options("landscape", ("random", *NAMED), "random"),
    "seed": Slider("seed", 0, 50, 1, 6),
    "num_starts": Slider("Newton starts", 1, MOST_STARTS, 1, 64),
}
PRESETS: dict[str, dict] = {
    "Himmelblau: four valleys": {"landscape": "Himmelblau"},
    "camel: fifteen points": {"landscape": "six-hump camel", "num_starts": 128},
    "monkey saddle": {"landscape": "monkey saddle"},
    "the monkey, tilted": {"landscape": "monkey, tilted"},
    "too few starts": {"num_starts": 5},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
