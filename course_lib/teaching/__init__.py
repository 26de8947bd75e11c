"""The machinery of a lesson: panels with sliders, exercises, predictions, claims, progress.

It depends on no lesson. Each lesson is a `Lesson`, made of `Demo`, `Exercise`, `Comparison`,
`Prediction` and `Claim`.
"""

from typing import TYPE_CHECKING, Any

from course_lib.teaching.answers import (
    ANY,
    Choice,
    Code,
    Direction,
    Matrix,
    Number,
    Unreadable,
    Vector,
)
from course_lib.teaching.claims import Claim, Evidence, Ledger
from course_lib.teaching.comparisons import Comparison
from course_lib.teaching.demo import Demo, Options, Slider, Text
from course_lib.teaching.exercises import Exercise, Misconception
from course_lib.teaching.feedback import Feedback
from course_lib.teaching.lesson import Lesson
from course_lib.teaching.predictions import Prediction
from course_lib.teaching.progress import Progress
from course_lib.teaching.source import Source

if TYPE_CHECKING:
    from course_lib.teaching.panel import Panel

__all__ = ["ANY", "Choice", "Code", "Direction", "Matrix", "Number", "Unreadable", "Vector"]
__all__ += [
    "Claim",
    "Comparison",
    "Evidence",
    "Exercise",
    "Feedback",
    "Ledger",
    "Lesson",
    "Misconception",
]
__all__ += ["Demo", "Options", "Panel", "Prediction", "Progress", "Slider", "Source", "Text"]


def __getattr__(name: str) -> Any:
    """Load `Panel` on first use, so that code that computes, draws or judges needs no widgets."""
    if name == "Panel":
        from course_lib.teaching.panel import Panel

        return Panel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
