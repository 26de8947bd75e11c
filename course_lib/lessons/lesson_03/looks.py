"""How a class of critical points looks in every picture of this lesson: by its marker first."""

from typing import Any

from course_lib import plotting

LOOKS: dict[str, dict[str, Any]] = {
    "minimum": {"marker": "v", "color": "black", "markersize": 9},
    "saddle": {"marker": "X", "color": plotting.NEGATIVE["color"], "markersize": 9},
    "maximum": {
        "marker": "^",
        "markerfacecolor": "white",
        "markeredgecolor": "black",
        "markersize": 9,
    },
    "undecided": {"marker": "D", "color": "#777777", "markersize": 8},
}
PLURALS = {"minimum": "minima", "saddle": "saddles", "maximum": "maxima", "undecided": "undecided"}


def counted(kinds):
    """Return "4 minima, 4 saddles, 1 maximum" for an array of classes."""
    counts = {kind: int((kinds == kind).sum()) for kind in LOOKS}
    words = [f"{n} {kind if n == 1 else PLURALS[kind]}" for kind, n in counts.items() if n]
    return ", ".join(words) or "none"
