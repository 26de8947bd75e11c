"""The content of the lessons, one package a lesson: demos, exercises, predictions, claims."""

import importlib
import pkgutil


def lesson_names():
    """Return the names of the lesson packages, ``["lesson_02", …]``, in order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name):
    """Return the `Lesson` of a lesson package."""
    return importlib.import_module(f"{__name__}.{name}").LESSON


def progress():
    """Return what is done in all lessons, one line a lesson."""
    from course_lib.teaching.progress import Overview, Progress

    return Overview(tuple(Progress.of(load(name)) for name in lesson_names()))
