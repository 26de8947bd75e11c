"""Say why in a sentence: the reader writes first, then compares with a model answer.

Nothing is judged by machine: a few points say what a good answer holds, and the reader ticks those
that stand in theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.teaching.feedback import Feedback

if TYPE_CHECKING:  # a question is read without widgets
    from course_lib.teaching.boxes import ComparisonBox

FEWEST_WORDS = 3  # less is no sentence


@dataclass(frozen=True)
class Comparison:
    """A question that asks for a reason, with an answer to compare.

    Parameters
    ----------
    id : str
        Lesson and number, counted on from the exercises: ``"2.7"``.
    question : str
    model : str
        A good answer, one to three sentences.
    points : sequence of str
        What a good answer says, three points to tick, or a few more.
    """

    id: str
    question: str
    model: str
    points: Sequence[str]


def compared(comparison: Comparison, answer: Any) -> "ComparisonBox | Feedback":
    """Return the comparison for a sentence, or what is missing where there is none."""
    from course_lib.teaching.boxes import ComparisonBox

    if answer is ... or (isinstance(answer, str) and not answer.strip(" .…")):
        asked = f"{comparison.question} Write your sentence in place of the dots, and run the cell."
        return Feedback(comparison.id, "not attempted", asked)
    if not isinstance(answer, str):
        what = "Expected: a sentence of yours, in quotes."
        return Feedback(comparison.id, "not yet", what)
    if len(answer.split()) < FEWEST_WORDS:
        what = "Write a whole sentence first; then you see a model answer."
        return Feedback(comparison.id, "not yet", what)
    return ComparisonBox(comparison, answer)
