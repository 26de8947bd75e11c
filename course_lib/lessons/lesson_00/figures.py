"""The map of the course as a picture: the lessons in their order, each with its question."""

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_lib import lessons, plotting

LESSONS = {
    "00 Start here": "How do I study this?",
    "01 Hessian basics": "How does a loss bend\nin every direction?",
    "02 A 2×2 example": "What does one matrix\nsay, all by hand?",
    "03 Critical points": "Bottom, top or saddle?\nWho decides?",
    "04 Step size and momentum": "Which way is slow,\nand which step explodes?",
    "05 Edge of stability": "Where does training\ntake the curvature?",
    "06 Counting saddles": "Why are there so many\nin high dimension?",
    "07 A network's spectrum": "What do thousands of\neigenvalues look like?",
    "08 Flat minima": "Do flat minima\ngeneralize?",
    "09 Too large to store": "How do I measure a Hessian\nthat I cannot form?",
    "10 Using the spectrum": "Does it give better steps\nand smaller networks?",
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
        f"The path through the course, one box a lesson, in four rows: {', '.join(LESSONS)}.{rest}"
    )
    return plotting.Picture.of(_Map, there, words, size=(900, 530))
