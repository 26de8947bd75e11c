"""The pictures of lesson 00: the map of the course, the five verdicts, pairs of runs."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_lib import lessons, plotting

LESSONS = {
    "00 Start here": "How do I study this?",
    "01 Hessian basics": "How does a loss bend\nin every direction?",
    "02 A 2×2 example": "What can I compute\nfrom one small matrix?",
    "03 Critical points": "Bottom, top or saddle?\nWhat decides?",
    "04 Step size and momentum": "Which direction is slow?\nWhich step is too large?",
    "05 Edge of stability": "How does training\nchange the curvature?",
    "06 Counting saddles": "Why are there so many\nin high dimension?",
    "07 A network's spectrum": "What do thousands of\neigenvalues look like?",
    "08 Flat minima": "Do flat minima\ngeneralize?",
    "09 Too large to store": "How do I measure a Hessian\nthat I cannot form?",
    "10 Using the spectrum": "Does it lead to better steps\nand smaller networks?",
    "11 Your own model": "What is the spectrum\nof my network?",
}
COLUMNS, ROWS = 3, 4
WIDE, HIGH, GAP_X, GAP_Y = 2.55, 0.92, 0.4, 0.42  # of a box, and between boxes
LINE: plotting.LineStyle = {"color": "#444444", "linewidth": 1.4}


class _Map:
    def __init__(self, figure: Figure) -> None:
        self.ax = figure.subplots()
        self.ax.set(xlim=(-0.1, 8.6), ylim=(GAP_Y - ROWS * (HIGH + GAP_Y) - 0.1, 0.1))
        self.ax.axis("off")

    @property
    def artists(self) -> list:
        """The boxes with their words and arrows: all is drawn once."""
        return [*self.ax.patches, *self.ax.lines, *self.ax.texts]

    def update(self, there: set[str]) -> None:
        """Draw the boxes; solid for the lessons that are `there`, dotted for the planned ones."""
        for i, (name, question) in enumerate(LESSONS.items()):
            row, column = divmod(i, COLUMNS)
            x, y = column * (WIDE + GAP_X), -row * (HIGH + GAP_Y) - HIGH
            fill, ink, border = "#eef3f8", "black", "-"
            if name[:2] not in there:
                fill, ink, border = "white", "#666666", ":"
            box = FancyBboxPatch((x, y), WIDE, HIGH, boxstyle="round,pad=0.04", linestyle=border)
            box.set(facecolor=fill, edgecolor=LINE["color"], linewidth=LINE["linewidth"])
            self.ax.add_patch(box)
            title = f"{name[:2]}  {name[3:]}"
            self.ax.text(x + 0.08, y + HIGH - 0.06, title, weight="bold", va="top", color=ink)
            self.ax.text(x + 0.08, y + HIGH - 0.34, question, va="top", color=ink, fontsize=9.5)
            if i < len(LESSONS) - 1:
                self._arrow(x, y, last=column == COLUMNS - 1)

    def _arrow(self, x: float, y: float, last: bool) -> None:
        if last:  # from the end of a row to the start of the next one
            middle = y - GAP_Y / 2
            xs, ys = [x + WIDE / 2, x + WIDE / 2, WIDE / 2], [y - 0.05, middle, middle]
            self.ax.plot(xs, ys, **LINE)
            start, end = (WIDE / 2, middle + 0.01), (WIDE / 2, y - GAP_Y + 0.05)
        else:
            start, end = (x + WIDE + 0.05, y + HIGH / 2), (x + WIDE + GAP_X - 0.05, y + HIGH / 2)
        self.ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", **LINE})


def course_map() -> plotting.Picture:
    """Draw the map; dotted boxes are not in this copy yet."""
    there = {name.removeprefix("lesson_") for name in lessons.lesson_names()}
    planned = [name[:2] for name in LESSONS if name[:2] not in there]
    rest = f" Not in this copy yet: {', '.join(planned)}." if planned else ""
    words = (
        f"A map of the course with one box for each lesson, in four rows, and arrows from each lesson to "
        f"the next: {', '.join(LESSONS)}.{rest}"
    )
    return plotting.Picture.of(_Map, there, words, size=(900, 530))


_BAR = {"linewidth": 6, "alpha": 0.45, "solid_capstyle": "butt", **plotting.RUN}


@dataclass(frozen=True)
class _Row:
    """A line of the picture of verdicts: intervals, each with a name, and what is said of them."""

    verdict: str
    intervals: tuple[tuple[float, float, str], ...]


_ROWS = (
    _Row("holds", ((-0.9, -0.3, ""),)),
    _Row(
        "holds when the labels\nare clean",
        ((-0.8, -0.3, "clean labels"), (0.25, 0.85, "wrong labels")),
    ),
    _Row("false as stated", ((0.2, 0.8, ""),)),
    _Row("not settled here", ((-0.5, 0.7, ""),)),
    _Row("opinion", ()),
)


class _Verdicts:
    def __init__(self, figure: Figure) -> None:
        self.ax = figure.subplots()
        self.ax.axvline(0, **plotting.THEORY)
        self.ax.set(xlim=(-1.1, 1.1), ylim=(len(_ROWS) - 0.4, -1.15))
        self.ax.set_xlabel(
            "change in the test error with method S, in points: mean and 95 % interval"
        )
        self.ax.set_yticks(range(len(_ROWS)), [row.verdict for row in _ROWS])
        for x, side in ((-0.55, "← S lowers the error"), (0.55, "S raises the error →")):
            self.ax.text(x, -0.8, side, ha="center", va="center", color="#444444")

    @property
    def artists(self) -> list:
        """The intervals and their names: all is drawn once."""
        return [*self.ax.lines, *self.ax.texts]

    def update(self, rows: tuple[_Row, ...]) -> None:
        """Draw the intervals of all rows."""
        for y, row in enumerate(rows):
            for low, high, name in row.intervals:
                self.ax.plot([low, high], [y, y], **_BAR)
                self.ax.plot([(low + high) / 2], [y], marker="o", markersize=7, **plotting.RUN)
                self.ax.text((low + high) / 2, y - 0.2, name, ha="center", fontsize=9.5)
            if not row.intervals:
                words = "“S is the more natural method”: nothing to measure"
                white = {"facecolor": "white", "edgecolor": "none", "pad": 2}
                self.ax.text(0, y, words, ha="center", va="center", style="italic", bbox=white)


def verdicts() -> plotting.Picture:
    """Draw what the interval must look like for each verdict on “S lowers the test error”."""
    words = (
        "Five rows, one for each verdict on the statement “S lowers the test error”. The axis shows "
        "the change in the test error, with a line at 0. Holds: the interval lies below 0. Holds when the "
        "labels are clean: the interval lies below 0 with clean labels and above 0 with wrong labels. "
        "False as stated: the interval lies above 0. Not settled here: the interval contains 0. "
        "Opinion: there is no interval, since “S is the more natural method” names nothing that can be "
        "measured."
    )
    return plotting.Picture.of(_Verdicts, _ROWS, words, size=(900, 340))


# Test errors of six seeds, in per cent, and what the second method changes.
_FIRST = np.array([9.0, 7.4, 10.1, 8.2, 6.9, 9.4])
_SECOND = _FIRST + np.array([-0.6, -0.3, -0.7, -0.4, -0.5, -0.5])


class _Pairs:
    def __init__(self, figure: Figure) -> None:
        self.runs, self.both = figure.subplots(1, 2, width_ratios=[1.5, 1])
        self.runs.set(xlim=(0.5, 6.5), ylim=(6, 11), xlabel="seed", ylabel="test error, %")
        self.runs.set_title("The same seeds for both methods", loc="left")
        self.both.axhline(0, **plotting.THEORY)
        self.both.set(xlim=(-0.6, 1.6), ylim=(-2.2, 1.2), ylabel="change in the error, points")
        self.both.set_xticks([0, 1], ["two separate\ngroups", "paired\ndifferences"])
        self.both.set_title("Mean change ± 2 s.e.", loc="left")

    @property
    def artists(self) -> list:
        """The runs and the two intervals: all is drawn once."""
        return [*self.runs.lines, *self.both.lines]

    def update(self, errors: dict[str, np.ndarray]) -> None:
        """Draw the runs of two methods, and the mean change with both standard errors."""
        seeds = np.arange(1, 7)
        for (name, values), look in zip(errors.items(), plotting.SERIES[1:], strict=True):
            mark = {"linestyle": "none", "markersize": 8, "color": look["color"]}
            self.runs.plot(seeds, values, marker=look["marker"], label=name, **mark)
        first, second = errors.values()
        self.runs.vlines(seeds, second, first, color="#999999", linewidth=1.2, zorder=1)
        self.runs.legend(loc="lower left", ncols=2)
        for x, stderr in enumerate(_standard_errors(first, second)):
            mean = float(np.mean(second - first))
            bar = [mean - 2 * stderr, mean + 2 * stderr]
            self.both.plot([x, x], bar, **_BAR)
            self.both.plot([x], [mean], marker="o", markersize=8, **plotting.RUN)


def _standard_errors(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Return the standard error of the mean change, as of two groups and as of pairs."""
    apart = np.hypot(first.std(ddof=1), second.std(ddof=1))
    paired = (second - first).std(ddof=1)
    return float(apart / np.sqrt(len(first))), float(paired / np.sqrt(len(first)))


def pairs() -> plotting.Picture:
    """Draw six pairs of runs, and how sure their difference is with the pairs kept or taken apart."""
    apart, paired = _standard_errors(_FIRST, _SECOND)
    words = (
        "Left: the test errors of two methods on six seeds. They vary from 6.4 to 10.1 %, but on each "
        "seed method S is 0.3 to 0.7 points below the baseline. Right: the mean change −0.50 with two "
        f"intervals of ± 2 standard errors. For two separate groups the interval is ± {2 * apart:.2f} and "
        f"contains 0. For the paired differences it is ± {2 * paired:.2f} and lies far below 0."
    )
    runs = {"baseline": _FIRST, "method S": _SECOND}
    return plotting.Picture.of(_Pairs, runs, words, size=(900, 340))
