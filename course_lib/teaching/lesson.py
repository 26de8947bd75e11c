"""A lesson: its claims, exercises, predictions and demos, looked up by id."""

from dataclasses import dataclass, field

from course_lib.teaching.claims import Ledger
from course_lib.teaching.exercises import Exercise
from course_lib.teaching.feedback import Feedback
from course_lib.teaching.panel import Demo, Panel
from course_lib.teaching.predict import Prediction, PredictionBox
from course_lib.teaching.progress import Progress, record


@dataclass
class Lesson:
    """All that a notebook asks the package for.

    A notebook imports the bound methods by name: ``check``, ``hint``, ``predict``, ``reveal``,
    ``demo``, ``progress``, and the ledger ``claims``.
    """

    title: str
    claims: Ledger
    exercises: dict[str, Exercise]
    predictions: dict[str, Prediction]
    demos: dict[str, Demo]
    _boxes: dict[str, PredictionBox] = field(default_factory=dict)
    _hints_given: dict[str, int] = field(default_factory=dict)

    def check(self, id, *answers):
        """Return `Feedback` on answers to an exercise, and keep them; never raises."""
        if not _is_one_of(id, self.exercises):
            return _unknown("exercise", id, self.exercises)
        feedback = self.exercises[id].check(*answers)
        if feedback.verdict != "not attempted":
            kept = answers[0] if len(answers) == 1 else answers
            warning = record("exercise", id, kept, feedback.verdict)
            feedback = Feedback(id, feedback.verdict, feedback.message + warning)
        return feedback

    def hint(self, id):
        """Return the next hint for an exercise; the last one stays."""
        if not _is_one_of(id, self.exercises):
            return _unknown("exercise", id, self.exercises)
        hints = self.exercises[id].hints
        given = min(self._hints_given.get(id, 0) + 1, len(hints))
        self._hints_given[id] = given
        return Feedback(id, "noted", f"Hint {given} of {len(hints)}: {hints[given - 1]}")

    def predict(self, id):
        """Return a box in which the reader commits to a prediction."""
        if not _is_one_of(id, self.predictions):
            return _unknown("prediction", id, self.predictions)
        self._boxes[id] = PredictionBox(self.predictions[id])
        return self._boxes[id]

    def reveal(self, id):
        """Return what came out, and what is said to the prediction made in this notebook."""
        if not _is_one_of(id, self.predictions):
            return _unknown("prediction", id, self.predictions)
        box = self._boxes.get(id)
        return self.predictions[id].reveal(box.made if box else None)

    def demo(self, name, **state):
        """Return a panel with sliders, set to `state` where given."""
        if name not in self.demos:
            raise ValueError(f"there is no demo {name!r}; there are {', '.join(self.demos)}")
        return Panel(self.demos[name], **state)

    def progress(self):
        """Return what is done in this lesson."""
        return Progress.of(self)


def _is_one_of(id, known):
    return isinstance(id, str) and id in known  # what cannot be hashed cannot be looked up


def _unknown(what, id, known):
    return Feedback(str(id), "not yet", f"There is no such {what}; there are {', '.join(known)}.")
