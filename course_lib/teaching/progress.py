"""What a learner has done: one line an attempt, appended to a file beside the notebooks.

Appending never rewrites what is there, so no interrupted or concurrent notebook can lose or
truncate an earlier line; a line torn by a crash is passed over when reading.
"""

import inspect
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course_lib.support.console import Printable

FILE_NAME = "course-progress.jsonl"
NEEDED = ("kind", "id", "verdict")
# The version that gave the questions their numbers. A line of version 0.1 names none: there 5.2 was
# another question.
NUMBERING = "0.2"


def progress_file() -> Path:
    """Return the path of the learner's file; HESSIAN_COURSE_PROGRESS overrides the place."""
    return Path(os.environ.get("HESSIAN_COURSE_PROGRESS") or FILE_NAME)


def keep_attempt(kind: str, id: str, answer: Any, verdict: str) -> str:
    """Append one attempt. Returns an empty string, or a sentence if it could not be kept."""
    entry = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "kind": kind,
        "id": id,
        "numbering": NUMBERING,
        "answer": as_text(answer),
        "verdict": verdict,
    }
    # The line break comes first: it also ends a line that a crash has torn.
    line = "\n" + json.dumps(entry, ensure_ascii=False)
    try:
        with open(progress_file(), "ab") as file:
            file.write(line.encode(errors="backslashreplace"))  # a lone surrogate is JSON so
    except OSError as error:
        return f" (Not kept in {progress_file().name}: {error.strerror}.)"
    return ""


def as_text(answer: Any) -> str:
    """Return what a learner gave as text, the source where it is a function; never raises."""
    try:
        return str(_source(answer) if callable(answer) else answer)[:4000]
    except Exception:  # the learner's own class may fail in any way
        return f"an object of type {type(answer).__name__}"


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return getattr(function, "__name__", "a function")


def entries(path: str | Path | None = None) -> list[dict[str, Any]]:
    """Return all attempts as dictionaries, oldest first; of the learner here if no file is named.

    Attempts at questions with other numbers are left out; see `said_of_earlier`.
    """
    return [entry for entry in _lines(path) if entry.get("numbering") == NUMBERING]


def said_of_earlier(path: str | Path | None = None) -> str:
    """Return a sentence on the attempts of version 0.1, or an empty one if there are none."""
    path = Path(path or progress_file())
    count = sum("numbering" not in entry for entry in _lines(path))
    if not count:
        return ""
    return (
        f"Attempts from version 0.1 in {path.name}: {count}. They are kept, but they do not count, "
        "because many exercises and predictions have other numbers now."
    )


def _lines(path: str | Path | None) -> list[dict[str, Any]]:
    try:
        lines = Path(path or progress_file()).read_text("utf-8", errors="replace").split("\n")
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):  # torn, or nested so deep that nobody meant it
            continue
        if isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in NEEDED):
            # What was not written by `keep_attempt` may hold anything.
            texts = {key: value for key, value in entry.items() if isinstance(value, str)}
            found.append(texts)
    return found


@dataclass(frozen=True)
class Progress(Printable):
    """What is done in one lesson.

    Parameters
    ----------
    title : str
    exercises, comparisons, predictions : dict
        Id to whether it was answered right, or made.
    """

    title: str
    exercises: dict[str, bool]
    comparisons: dict[str, bool]
    predictions: dict[str, bool]

    @classmethod
    def read(
        cls,
        title: str,
        exercises: Iterable[str],
        comparisons: Iterable[str],
        predictions: Iterable[str],
        path: Path | None,
    ) -> "Progress":
        """Read a learner's file, the one here where `path` is None, for these questions."""
        found = entries(path)
        right = {e["id"] for e in found if e["kind"] == "exercise" and e["verdict"] == "right"}
        compared = {e["id"] for e in found if e["kind"] == "comparison"}
        made = {e["id"] for e in found if e["kind"] == "prediction"}
        return cls(
            title,
            {id: id in right for id in exercises},
            {id: id in compared for id in comparisons},
            {id: id in made for id in predictions},
        )

    def __repr__(self) -> str:
        def row(what: str, done: dict[str, bool]) -> str:
            marks = "  ".join(f"{'✓' if yes else '·'} {id}" for id, yes in done.items())
            return f"{what} {sum(done.values())} of {len(done)}:  {marks}"

        rows = [row("exercises right,", self.exercises), row("predictions made,", self.predictions)]
        if self.comparisons:
            rows.append(row("reasons compared,", self.comparisons))
        return "\n".join([self.title, *rows])


@dataclass(frozen=True)
class Overview(Printable):
    """What is done in several lessons, one line each, and what is said of attempts that do not count."""

    lessons: tuple[Progress, ...]
    note: str = ""

    def __repr__(self) -> str:
        wide = max(len(lesson.title) for lesson in self.lessons)
        rows = [
            f"{lesson.title:<{wide}}   exercises right: {sum(lesson.exercises.values())} of "
            f"{len(lesson.exercises)}   predictions made: {sum(lesson.predictions.values())} of "
            f"{len(lesson.predictions)}"
            for lesson in self.lessons
        ]
        return "\n".join([*rows, *filter(None, [self.note])])
