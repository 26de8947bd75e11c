"""What learners have done, as a table for who grades: one row a learner and question."""

import csv
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course_lib import lessons
from course_lib.teaching import Lesson
from course_lib.teaching.progress import FILE_NAME, entries

COLUMNS = (
    *("learner", "lesson", "kind", "id", "question", "attempts", "verdict"),
    *("first attempt", "last attempt", "answer"),
)


def rows(folder: str | Path) -> list[dict[str, Any]]:
    """Return a learner's rows, a dictionary for each exercise, comparison and prediction of the course.

    Parameters
    ----------
    folder : path
        The learner's folder with its progress file, or that file. The row's learner is the name
        of the folder.

    Returns
    -------
    list of dict
        With the keys `COLUMNS`. The answer to an exercise is the last right one, else the last
        one, like that to a comparison; that of a prediction is the first: it was made before the reveal.

    Raises
    ------
    FileNotFoundError
        If there is no progress file.
    """
    path = Path(folder)
    path = path / FILE_NAME if path.is_dir() else path
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: nothing was answered there yet")
    attempts: dict[tuple, list[dict]] = {}
    for entry in entries(path):
        attempts.setdefault((entry["kind"], entry["id"]), []).append(entry)
    found = []
    for name in lessons.lesson_names():
        lesson = lessons.load(name)
        questions = [("exercise", e.id, e.prompt) for e in lesson.exercises.values()]
        questions += [("comparison", c.id, c.question) for c in lesson.comparisons.values()]
        questions += [("prediction", p.id, p.question) for p in lesson.predictions.values()]
        for kind, id, question in questions:
            made = attempts.get((kind, id), [])
            counted = _counted(kind, made)
            found.append(
                {
                    "learner": path.resolve().parent.name,
                    "lesson": lesson.heading,
                    "kind": kind,
                    "id": id,
                    "question": question,
                    "attempts": len(made),
                    "verdict": _verdict(kind, counted, lesson) if made else "not attempted",
                    "first attempt": made[0].get("when", "") if made else "",
                    "last attempt": made[-1].get("when", "") if made else "",
                    "answer": counted.get("answer", "") if made else "",
                }
            )
    return found


def _counted(kind: str, made: list[dict]) -> dict:
    """Return the attempt that counts."""
    if kind == "prediction" or not made:
        return made[0] if made else {}
    return next((e for e in reversed(made) if e["verdict"] == "right"), made[-1])


def _verdict(kind: str, counted: dict, lesson: Lesson) -> str:
    if kind != "prediction":
        return counted["verdict"]
    came_true = counted.get("answer") == lesson.predictions[counted["id"]].answer
    return "came true" if came_true else "did not come true"


def export(folders: Iterable[str | Path], target: str | Path) -> int:
    """Write the rows of all `folders` to a CSV file; return how many learners it holds."""
    learners = [rows(folder) for folder in folders]
    # The mark at the front tells spreadsheets that the letters beyond ASCII are UTF-8.
    with open(target, "w", newline="", encoding="utf-8-sig", errors="replace") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in itertools.chain(*learners):
            writer.writerow({key: _no_formula(value) for key, value in row.items()})
    return len(learners)


def _no_formula(value: object) -> str:
    """Keep a spreadsheet from running an answer that looks like a formula."""
    text = str(value)
    try:
        float(text)
    except ValueError:
        return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
    return text
