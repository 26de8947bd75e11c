"""Lesson 07: Hessian-vector products and Hutchinson's estimate of the trace."""

from course_lib.lessons.lesson_07.claims import CLAIMS
from course_lib.lessons.lesson_07.demos import DEMOS
from course_lib.lessons.lesson_07.exercises import EXERCISES, PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson(
    "07 · Measure a Hessian that you cannot store", CLAIMS, EXERCISES, PREDICTIONS, DEMOS
)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
