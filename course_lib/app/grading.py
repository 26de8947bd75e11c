"""What learners have done, as a table for grading: one row per learner and question."""

import csv
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib import lessons
from course_lib.teaching import Lesson
from course_lib.teaching.progress import FILE_NAME, entries, said_of_earlier

COLUMNS = (
    *("learner", "lesson", "kind", "id", "question", "attempts", "verdict"),
    *("first attempt", "last attempt", "answer"),
)


@dataclass(frozen=True)
class Exported:
    """What a table holds.

    Attributes
    ----------
    learners : int
        The number of learners whose answers are in the table.
    problems : list of str
        For each of the other learners, the reason. A row of the table says the same.
    """

    learners: int
    problems: list[str]


def rows(folder: str | Path, learner: str = "") -> list[dict[str, Any]]:
    """Return a learner's rows: a dictionary for each exercise, comparison and prediction of the course.

    Parameters
    ----------
    folder : path
        The learner's folder with its progress file, or that file.
    learner : str
        The learner's name in each row; by default that of the folder.

    Returns
    -------
    list of dict
        With the keys `COLUMNS`. For an exercise the answer that counts is the last right one, or
        else the last one. For a comparison it is the last one. For a prediction it is the first
        one, because it was made before the reveal.

    Raises
    ------
    FileNotFoundError
        If there is no progress file.
    ValueError
        If the file holds no attempt, or only those of version 0.1.
    """
    path = Path(folder)
    path = path / FILE_NAME if path.is_dir() else path
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: nothing has been answered there yet")
    learner = learner or _name(Path(folder))
    attempts: dict[tuple, list[dict]] = {}
    made_there = entries(path)
    if not made_there and (said := said_of_earlier(path)):
        raise ValueError(f"{path} holds no attempt of this version. {said}")
    if not made_there and path.stat().st_size:
        raise ValueError(f"{path} cannot be read: it contains no attempt")
    for entry in made_there:
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
                    "learner": learner,
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


def export(folders: Sequence[str | Path], target: str | Path) -> Exported:
    """Write the rows of all `folders` to a CSV file; a folder that cannot be read gets a row that says so.

    Raises
    ------
    FileNotFoundError
        If no folder holds a progress file. The message has a line for each folder.
    """
    table: list[dict[str, Any]] = []
    problems, learners = [], named(folders)
    for learner, folder in learners.items():
        try:
            table += rows(folder, learner)
        except (OSError, ValueError) as error:
            problems.append(str(error))
            table.append({"learner": learner, "verdict": str(error)})
    if len(problems) == len(learners):
        raise FileNotFoundError("\n".join(problems))
    # The mark at the front tells spreadsheets that the letters beyond ASCII are UTF-8.
    with open(target, "w", newline="", encoding="utf-8-sig", errors="replace") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in table:
            writer.writerow({key: _no_formula(value) for key, value in row.items()})
    return Exported(len(learners) - len(problems), problems)


def named(folders: Iterable[str | Path]) -> dict[str, Path]:
    """Return each learner's path by name: the folder's name, or the whole path if two names agree.

    A link counts by its own name, not by where it leads, because the instructor gave it this name.

    Examples
    --------
    >>> list(named(["collected/ada", "collected/bob"]))
    ['ada', 'bob']
    >>> list(named(["ada/my-course", "bob/my-course"]))
    ['ada/my-course', 'bob/my-course']
    """
    paths = [Path(path) for path in dict.fromkeys(map(str, folders))]
    times = Counter(map(_name, paths))
    return {(_name(p) if times[_name(p)] == 1 else p.as_posix()): p for p in paths}


def _name(path: Path) -> str:
    """Return the name of a learner's folder, or of the folder that a progress file is in."""
    path = Path(os.path.abspath(path))  # unlike resolve, this follows no links
    return path.parent.name if path.name == FILE_NAME else path.name


NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
STARTS_FORMULA = tuple("=+-@\N{MINUS SIGN}")


def _no_formula(value: object) -> str:
    """Keep a spreadsheet from running an answer that looks like a formula.

    A spreadsheet may skip blanks, invisible marks and control characters, and may read ＝ as =.
    """
    text = str(value)
    if NUMBER.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKD", text)
    seen = next((c for c in plain if unicodedata.category(c)[0] not in "CMZ"), "")
    return "'" + text if seen in STARTS_FORMULA else text
