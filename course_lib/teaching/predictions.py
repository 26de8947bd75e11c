"""Predictions: the reader commits to an answer before the reveal, or skips the question."""

from collections.abc import Mapping
from dataclasses import dataclass

from course_lib.teaching.feedback import Feedback


@dataclass(frozen=True)
class Prediction:
    """A question with a few answers, at least two of them tempting and wrong.

    Parameters
    ----------
    id : str
        Lesson and letter, ``"2.a"``.
    question : str
    responses : mapping
        The choices, each with the reply to it. The reply is about that choice, because it comes
        before the outcome.
    answer : str
        The choice that comes true.
    outcome : str
        What happens. Every reader is told.
    """

    id: str
    question: str
    responses: Mapping[str, str]
    answer: str
    outcome: str

    def reveal(self, made: str | None = None) -> Feedback:
        """Return `Feedback` on the prediction `made`, or the outcome alone if none was made."""
        if made is None:
            return Feedback(self.id, "noted", self.outcome)
        # The reply comes first, because it is about the prediction and not about the outcome.
        verdict = "right" if made == self.answer else "a surprise"
        said = f"You predicted “{made}”. {self.responses[made]} {self.outcome}".replace("  ", " ")
        return Feedback(self.id, verdict, said)
