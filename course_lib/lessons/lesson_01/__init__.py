"""Lesson 01: Hessian basics."""

from course_lib.lessons.lesson_01.claims import CLAIMS
from course_lib.lessons.lesson_01.demos import DEMOS
from course_lib.lessons.lesson_01.exercises import EXERCISES, PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson("01 · Read the Hessian", CLAIMS, EXERCISES, PREDICTIONS, DEMOS)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
