"""The map of the course as a picture: nine lessons in their order, each with its question."""

from matplotlib.patches import FancyBboxPatch

from course_lib import plotting

LESSONS = (
    ("00", "Start here", "How do I study this?"),
    ("01", "Hessian basics", "How does a loss bend\nin every direction?"),
    ("02", "A 2×2 example", "What does one matrix\nsay, all by hand?"),
    ("03", "Critical points", "Bottom, top or saddle?\nWho decides?"),
    ("04", "Optimization dynamics", "Which way is slow,\nand which step explodes?"),
    ("05", "High-dimensional spectra", "What do thousands of\neigenvalues look like?"),
    ("06", "Flat minima", "Do flat minima\ngeneralize?"),
    ("07", "Too large to store", "How do I measure a Hessian\nthat I cannot form?"),
    ("08", "Your own model", "What is the spectrum\nof my network?"),
)
WIDE, HIGH, GAP_X, GAP_Y = 2.55, 0.92, 0.4, 0.42


class _MapView:
    def __init__(self, figure):
        self.ax = figure.subplots()
        self.ax.set(xlim=(-0.1, 8.6), ylim=(-3.65, 0.1))
        self.ax.axis("off")

    def update(self, there):
        """Draw the boxes; solid for the lessons that are `there`, dashed for the planned ones."""
        for i, (number, name, question) in enumerate(LESSONS):
            row, column = divmod(i, 3)
            x, y = column * (WIDE + GAP_X), -row * (HIGH + GAP_Y) - HIGH
            ready = number in there
            self.ax.add_patch(
                FancyBboxPatch(
                    (x, y), WIDE, HIGH, boxstyle="round,pad=0.04", linewidth=1.4,
                    facecolor="#eef3f8" if ready else "white", edgecolor="#444444",
                    linestyle="-" if ready else ":",
                )
            )  # fmt: skip
            ink = "black" if ready else "#666666"
            title = f"{number}  {name}"
            self.ax.text(x + 0.08, y + HIGH - 0.06, title, weight="bold", va="top", color=ink)
            self.ax.text(x + 0.08, y + HIGH - 0.34, question, va="top", color=ink, fontsize=9.5)
            if i < len(LESSONS) - 1:
                self._arrow(x, y, column)

    def _arrow(self, x, y, column):
        look = {"arrowstyle": "-|>", "color": "#444444", "linewidth": 1.4}
        if column < 2:
            start, end = (x + WIDE + 0.05, y + HIGH / 2), (x + WIDE + GAP_X - 0.05, y + HIGH / 2)
            self.ax.annotate("", end, start, arrowprops=look)
            return
        # From the end of a row to the start of the next one.
        middle = y - GAP_Y / 2
        self.ax.plot(
            [x + WIDE / 2, x + WIDE / 2, WIDE / 2], [y - 0.05, middle, middle],
            color="#444444", linewidth=1.4,
        )  # fmt: skip
        end = (WIDE / 2, y - GAP_Y + 0.05)
        self.ax.annotate("", end, (WIDE / 2, middle + 0.01), arrowprops=look)


def course_map(there):
    """Draw the map.

    Parameters
    ----------
    there : collection of str
        The numbers of the lessons that this copy holds, such as ``{"00", "02"}``.

    Returns
    -------
    plotting.Picture
    """
    planned = [number for number, *_ in LESSONS if number not in there]
    path = ", ".join(f"{number} {name}" for number, name, _ in LESSONS)
    rest = f" Not in this copy yet: {', '.join(planned)}." if planned else ""
    return plotting.Picture.of(
        _MapView,
        set(there),
        f"The path through the course, one box a lesson, in three rows: {path}.{rest}",
    )
