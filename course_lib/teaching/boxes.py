"""The widgets of predictions and comparisons: boxes in which a reader chooses, or ticks points."""

from html import escape
from typing import Any

import ipywidgets as W

from course_lib.support.console import Printable
from course_lib.teaching.comparisons import Comparison
from course_lib.teaching.feedback import note
from course_lib.teaching.predictions import Prediction
from course_lib.teaching.progress import keep_attempt


class PredictionBox(W.VBox):
    """A question with one button per choice. Pressing a button commits the reader to its choice."""

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
        """Commit the reader to `choice`, and record it."""
        if choice not in self.prediction.responses:
            known = ", ".join(self.prediction.responses)
            raise ValueError(f"choice must be one of {known}, not {choice!r}")
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


class ComparisonBox(Printable, W.VBox):
    """The reader's sentence, the model answer below it, and the points to tick."""

    def __init__(self, comparison: Comparison, answer: str) -> None:
        self.comparison = comparison
        warning = keep_attempt("comparison", comparison.id, answer, "compared")
        self._text = (
            f"You wrote: {answer.strip()}\n"
            f"A model answer: {comparison.model}\n"
            f"Which of these points does your sentence make? Tick them.{warning}"
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
        said = "No point is missing." if not missing else f"Still missing: {'; '.join(missing)}."
        self._status.value = f'<div role="status">{escape(said)}</div>'

    def __repr__(self) -> str:
        points = "\n".join(f"- {point}" for point in self.comparison.points)
        return f"Compare {self.comparison.id}\n{self._text}\n{points}"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return dict(super()._repr_mimebundle_(**kwargs)) | {"text/plain": repr(self)}
