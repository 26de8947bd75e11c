"""Lesson 03: critical points."""

from course_lib.lessons.lesson_03 import figures
from course_lib.lessons.lesson_03.claims import CLAIMS
from course_lib.lessons.lesson_03.demos import DEMOS
from course_lib.lessons.lesson_03.exercises import EXERCISES
from course_lib.lessons.lesson_03.predictions import PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson("03 · Tell minima, maxima and saddles apart", CLAIMS, EXERCISES, PREDICTIONS, DEMOS)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress

__all__ = ["LESSON", "check", "claims", "demo", "figures", "hint", "predict", "progress", "reveal"]
