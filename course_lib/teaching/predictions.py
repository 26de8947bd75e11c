"""Predictions: the reader commits to an answer before the reveal, or passes it by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets as W

from course_lib.teaching.feedback import Feedback, note
from course_lib.teaching.progress import keep_attempt


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


class PredictionBox(W.VBox):
    """One button a choice; a press commits and says to run on."""

    def __init__(self, prediction: Prediction) -> None:
        self.prediction = prediction
        self.made: str | None = None
        self._status = W.HTML(note(f"Predict {prediction.id}", prediction.question, "#0072B2"))
        auto = W.Layout(width="auto")
        self._buttons = [W.Button(description=text, layout=auto) for text in prediction.responses]
        for button in self._buttons:
            button.on_click(lambda pressed: self.commit(pressed.description))
        row = W.Box(self._buttons, layout=W.Layout(flex_flow="row wrap"))
        super().__init__([self._status, row])

    def commit(self, choice: str) -> None:
        """Hold the reader to `choice`."""
        if choice not in self.prediction.responses:
            raise ValueError(f"choice must be one of {', '.join(self.prediction.responses)}")
        self.made = choice
        for button in self._buttons:
            button.disabled = True
            button.button_style = "info" if button.description == choice else ""
        warning = keep_attempt("prediction", self.prediction.id, choice, "made")
        self._status.value = note(
            f"Predict {self.prediction.id}",
            f"{self.prediction.question}\nYou predict: {choice}. Now run on and see.{warning}",
            "#0072B2",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        data = dict(super()._repr_mimebundle_(**kwargs))
        choices = " / ".join(self.prediction.responses)
        data["text/plain"] = f"Predict {self.prediction.id}: {self.prediction.question} [{choices}]"
        return data
