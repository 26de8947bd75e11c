"""Say why in a sentence: the reader writes first, then compares with a model answer.

Nothing is judged by machine: a few points say what a good answer holds, and the reader ticks those
that stand in theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets as W

from course_lib.teaching.feedback import Feedback, note
from course_lib.teaching.progress import keep_attempt

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


class ComparisonBox(W.VBox):
    """The reader's sentence, the model answer below it, and the points to tick."""

    def __init__(self, comparison: Comparison, answer: str) -> None:
        self.comparison = comparison
        warning = keep_attempt("comparison", comparison.id, answer, "compared")
        self._text = (
            f"You wrote: {answer.strip()}\n"
            f"A model answer: {comparison.model}\n"
            f"Which of these points does yours hold? Tick them.{warning}"
        )
        wide = W.Layout(width="auto")
        self.boxes = [
            W.Checkbox(description=point, indent=False, layout=wide) for point in comparison.points
        ]
        for box in self.boxes:
            box.observe(self._count, "value")
        self._status = W.HTML()
        shown = W.HTML(note(f"Compare {comparison.id}", self._text, "#0072B2"))
        super().__init__([shown, *self.boxes, self._status])

    def _count(self, _change: Any = None) -> None:
        missing = [box.description for box in self.boxes if not box.value]
        said = "None is missing." if not missing else f"Still to say: {'; '.join(missing)}."
        self._status.value = f'<div role="status">{escape(said)}</div>'

    def __repr__(self) -> str:
        points = "\n".join(f"- {point}" for point in self.comparison.points)
        return f"Compare {self.comparison.id}\n{self._text}\n{points}"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return dict(super()._repr_mimebundle_(**kwargs)) | {"text/plain": repr(self)}


def compared(comparison: Comparison, answer: Any) -> ComparisonBox | Feedback:
    """Return the comparison for a sentence, or what is missing where there is none."""
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
