"""Questions that ask why: the reader writes a sentence, then compares it with a model answer.

No program judges the sentence. A few points say what a good answer contains, and the reader ticks
the points that their own sentence makes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.teaching.feedback import Feedback

if TYPE_CHECKING:  # a question can be read without widgets
    from course_lib.teaching.boxes import ComparisonBox

FEWEST_WORDS = 3  # fewer words are not a sentence


@dataclass(frozen=True)
class Comparison:
    """A question that asks for a reason, with a model answer.

    Parameters
    ----------
    id : str
        Lesson and number, ``"2.7"``. The numbers continue those of the exercises.
    question : str
    model : str
        A good answer, one to three sentences.
    points : sequence of str
        What a good answer says, as three or a few more points to tick.
    """

    id: str
    question: str
    model: str
    points: Sequence[str]


def compared(comparison: Comparison, answer: Any) -> "ComparisonBox | Feedback":
    """Return the box that compares a sentence, or `Feedback` if there is no sentence yet."""
    from course_lib.teaching.boxes import ComparisonBox

    if answer is ... or (isinstance(answer, str) and not answer.strip(" .…")):
        asked = f"{comparison.question} Write your sentence in place of the dots, and run the cell."
        return Feedback(comparison.id, "not attempted", asked)
    if not isinstance(answer, str):
        what = "Expected: your own sentence, in quotes."
        return Feedback(comparison.id, "not yet", what)
    if len(answer.split()) < FEWEST_WORDS:
        what = "Write a whole sentence first; then you see a model answer."
        return Feedback(comparison.id, "not yet", what)
    return ComparisonBox(comparison, answer)
