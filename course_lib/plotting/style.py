"""What each colour means, and the style sheet.

One colour means one thing in every figure (Okabe–Ito palette). A colour is never the only sign: a
line style or a marker says the same.
"""

import threading
from contextlib import AbstractContextManager
from typing import Any

import matplotlib.style

from course_lib.support.shipped_files import shipped_file

LineStyle = dict[str, Any]

# JupyterLab answers a slider in another thread than the one that runs cells, and Matplotlib cannot
# draw in two threads at a time. Code that draws must hold this lock.
DRAWING = threading.RLock()

STIFF: LineStyle = {"color": "#D55E00", "linestyle": "-"}  # orange: λ₁, outliers
FLAT: LineStyle = {"color": "#0072B2", "linestyle": "--"}  # blue: λₙ, the bulk
NEGATIVE: LineStyle = {"color": "#CC79A7", "linestyle": ":"}  # pink: negative curvature, saddles
THEORY: LineStyle = {"color": "black", "linestyle": "-", "linewidth": 0.9}
# Yellow-orange: sharpness in units of the weights.
ADAPTIVE: LineStyle = {"color": "#E69F00", "linestyle": "-."}
RUN: LineStyle = {"color": "#009E73"}  # green, with markers or error bars: a run, a measurement
# For several runs in one picture: colours with no other meaning, each with a marker and a line.
SERIES: tuple[LineStyle, ...] = (
    {"color": RUN["color"], "marker": "o", "linestyle": "-"},
    {"color": "#56B4E9", "marker": "s", "linestyle": "--"},
    {"color": "#555555", "marker": "^", "linestyle": "-."},
)


def style() -> AbstractContextManager[None]:
    """Return a context manager; figures made in it use the course's style sheet."""
    return matplotlib.style.context(shipped_file("assets/course.mplstyle"))


def use_style() -> None:
    """Use the course's style sheet for every figure of this notebook."""
    matplotlib.style.use(shipped_file("assets/course.mplstyle"))
