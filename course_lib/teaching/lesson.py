"""A lesson: claims, exercises, predictions and demos, gathered from the modules of its package."""

import importlib
import pkgutil
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from course_lib.teaching.claims import Ledger
from course_lib.teaching.comparisons import Comparison, compared
from course_lib.teaching.demo import Demo
from course_lib.teaching.exercises import Exercise
from course_lib.teaching.feedback import Feedback
from course_lib.teaching.predictions import Prediction
from course_lib.teaching.progress import Progress, as_text, keep_attempt

if TYPE_CHECKING:  # widgets are loaded with the first box or panel; some pages draw demos without
    from course_lib.teaching.boxes import ComparisonBox, PredictionBox
    from course_lib.teaching.panel import Panel


class Lesson:
    """Everything that a notebook needs from the package of its lesson.

    A notebook imports the bound methods by name: ``check``, ``hint``, ``compare``, ``predict``,
    ``reveal``, ``demo``, ``progress``, and the ledger ``claims``. Each module of the package (a
    *room*) is loaded when it is first needed. So a learner's progress can be read without the
    libraries that the claims and demos compute with.

    Parameters
    ----------
    package : str
        The package of the lesson, ``"course_lib.lessons.lesson_02"``. Its modules ``claims*`` hold
        a ledger `CLAIMS`, its modules ``exercises*`` a tuple `EXERCISES`, ``comparisons`` a tuple
        `COMPARISONS`, ``predictions`` a tuple `PREDICTIONS`, and each ``demo_KEY`` a `DEMO`.
    title : str
    """

    def __init__(self, package: str, title: str) -> None:
        self.package, self.title = package, title
        self.claims = Ledger(lambda: [module.CLAIMS for module in self._rooms("claims")])
        self._boxes: dict[str, PredictionBox] = {}
        self._hints_given: dict[str, int] = {}

    @property
    def number(self) -> str:
        """The two digits of the lesson, ``"02"``."""
        return self.package[-2:]

    @property
    def heading(self) -> str:
        """Number and title, ``"02 · Work a 2×2 example to the end"``."""
        return f"{self.number} · {self.title}"

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """The exercises by id, in order."""
        return _by_id(e for module in self._rooms("exercises") for e in module.EXERCISES)

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """The questions that ask for a reason by id, in order."""
        return _by_id(c for module in self._rooms("comparisons") for c in module.COMPARISONS)

    @cached_property
    def predictions(self) -> dict[str, Prediction]:
        """The predictions by id, in order."""
        return _by_id(p for module in self._rooms("predictions") for p in module.PREDICTIONS)

    @cached_property
    def demos(self) -> dict[str, Demo]:
        """The demos by key."""
        rooms = self._rooms("demo_")
        return {module.__name__.rpartition(".demo_")[2]: module.DEMO for module in rooms}

    def check(self, id: str, *answers: Any) -> Feedback:
        """Return `Feedback` on answers to an exercise, and record them. Never raises."""
        if not _is_one_of(id, self.exercises):
            return self._not_here("exercise", id)
        feedback = self.exercises[id].check(*answers)
        if feedback.verdict != "not attempted":
            kept = answers[0] if len(answers) == 1 else answers
            warning = keep_attempt("exercise", id, kept, feedback.verdict)
            feedback = Feedback(id, feedback.verdict, feedback.message + warning)
        return feedback

    def hint(self, id: str) -> Feedback:
        """Return the next hint for an exercise. The last hint is repeated."""
        if not _is_one_of(id, self.exercises):
            return self._not_here("exercise", id)
        hints = self.exercises[id].hints
        given = min(self._hints_given.get(id, 0) + 1, len(hints))
        self._hints_given[id] = given
        return Feedback(id, "noted", f"Hint {given} of {len(hints)}: {hints[given - 1]}")

    def compare(self, id: str, answer: Any = ...) -> "ComparisonBox | Feedback":
        """Record the reader's sentence; return it beside a model answer, with points to tick."""
        if not _is_one_of(id, self.comparisons):
            return self._not_here("question", id)
        return compared(self.comparisons[id], answer)

    def predict(self, id: str) -> "PredictionBox | Feedback":
        """Return a box in which the reader commits to a prediction."""
        if not _is_one_of(id, self.predictions):
            return self._not_here("prediction", id)
        from course_lib.teaching.boxes import PredictionBox

        self._boxes[id] = PredictionBox(self.predictions[id])
        return self._boxes[id]

    def reveal(self, id: str) -> Feedback:
        """Return the outcome, after a reply to the prediction that was made in this notebook."""
        if not _is_one_of(id, self.predictions):
            return self._not_here("prediction", id)
        box = self._boxes.get(id)
        return self.predictions[id].reveal(box.made if box else None)

    def demo(self, key: str, **state: Any) -> "Panel":
        """Return a panel with sliders, with the parameters in `state` set."""
        if key not in self.demos:
            raise ValueError(f"there is no demo {key!r}; the demos are {', '.join(self.demos)}")
        from course_lib.teaching.panel import Panel

        return Panel(self.demos[key], key, **state)

    def progress(self, path: Path | None = None) -> Progress:
        """Return what is done in this lesson, read from the learner's file here or at `path`."""
        return Progress.read(self.heading, self.exercises, self.comparisons, self.predictions, path)

    def _not_here(self, what: str, id: object) -> Feedback:
        """Say which function an id belongs to, or which ids there are."""
        kinds: dict[str, dict[str, Any]] = {
            "exercise": self.exercises,
            "question": self.comparisons,
            "prediction": self.predictions,
        }
        for kind, known in kinds.items():
            if _is_one_of(id, known):
                return Feedback(as_text(id), "not yet", _BELONGS[kind].format(id=id))
        return _unknown(what, id, kinds[what])

    def _rooms(self, prefix: str) -> list[ModuleType]:
        home = importlib.import_module(self.package)
        names = sorted(m.name for m in pkgutil.iter_modules(home.__path__))
        wanted = [f"{self.package}.{name}" for name in names if name.startswith(prefix)]
        rooms = [importlib.import_module(name) for name in wanted]
        # Importing lesson_02.claims has put the module where a notebook looks for the ledger.
        home.claims = self.claims  # type: ignore[attr-defined]
        return rooms


_BELONGS = {
    "exercise": 'This is an exercise: answer it with check("{id}", answer).',
    "question": "This question asks for a reason. You judge your reason yourself, so there is no check "
    'and no hint. Write your sentence in compare("{id}", "..."), and you see a model answer.',
    "prediction": 'This is a prediction: make it with predict("{id}"), and see the outcome with '
    'reveal("{id}").',
}


def _by_id(items: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        if item.id in found:
            raise ValueError(f"the id {item.id} is used twice")
        found[item.id] = item
    return dict(sorted(found.items(), key=lambda entry: _order(entry[0])))


def _order(id: str) -> tuple[int, int, str]:
    """Return a sort key that puts 2.10 after 2.9, and letters in alphabetical order."""
    lesson, _, rest = id.partition(".")
    return int(lesson), int(rest) if rest.isdigit() else 0, rest


def _is_one_of(id: object, known: dict[str, Any]) -> bool:
    return isinstance(id, str) and id in known  # an unhashable id cannot be looked up


def _unknown(what: str, id: object, known: dict[str, Any]) -> Feedback:
    said = f"There is no such {what}. This lesson has {', '.join(known)}."
    return Feedback(as_text(id), "not yet", said)
