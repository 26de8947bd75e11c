"""Predictions: the reader commits to an answer before the reveal, or passes it by."""

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
        Each choice with the reply to it, which speaks of that choice: it is said before the
        outcome.
    answer : str
        The choice that comes true.
    outcome : str
        What is seen, said to everybody.
    """

    id: str
    question: str
    responses: Mapping[str, str]
    answer: str
    outcome: str

    def reveal(self, made: str | None = None) -> Feedback:
        """Return `Feedback` for the prediction `made`, or for none."""
        if made is None:
            return Feedback(self.id, "noted", self.outcome)
        # The reply comes first: it speaks of the answer, not of what came out.
        verdict = "right" if made == self.answer else "a surprise"
        said = f"You predicted “{made}”. {self.responses[made]} {self.outcome}".replace("  ", " ")
        return Feedback(self.id, verdict, said)
