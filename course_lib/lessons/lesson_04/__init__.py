"""Lesson 04: optimization dynamics."""

from course_lib.lessons.lesson_04 import figures
from course_lib.lessons.lesson_04.claims_edge import CLAIMS  # those of claims, and its own
from course_lib.lessons.lesson_04.demos import DEMOS
from course_lib.lessons.lesson_04.exercises import EXERCISES, PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson(
    "04 · How large a step does the curvature allow?", CLAIMS, EXERCISES, PREDICTIONS, DEMOS
)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress

__all__ = ["LESSON", "check", "claims", "demo", "figures", "hint", "predict", "progress", "reveal"]
