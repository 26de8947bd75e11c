"""The content of the lessons, one package a lesson, each with the same rooms (see `teaching.Lesson`)."""

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the names of the lessons are wanted without their widgets
    from course_lib.teaching.lesson import Lesson
    from course_lib.teaching.progress import Overview


def lesson_names() -> list[str]:
    """Return the names of the lesson packages, in order.

    Examples
    --------
    >>> lesson_names()[:3]
    ['lesson_00', 'lesson_01', 'lesson_02']
    """
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> "Lesson":
    """Return the `Lesson` of a lesson package.

    Parameters
    ----------
    name : str
        Such as ``"lesson_02"``.

    Raises
    ------
    ModuleNotFoundError
        If there is no such package.

    Examples
    --------
    >>> load("lesson_02").heading
    '02 · Work a 2×2 example to the end'
    """
    return importlib.import_module(f"{__name__}.{name}").LESSON


def progress() -> "Overview":
    """Return what is done in all lessons, one line a lesson.

    It loads their exercises and predictions, and neither claims nor demos.
    """
    from course_lib.teaching.progress import Overview, said_of_earlier

    return Overview(tuple(load(name).progress() for name in lesson_names()), said_of_earlier())
