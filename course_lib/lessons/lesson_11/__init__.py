"""Lesson 11: a spectral report of the reader's own model."""

from course_lib.lessons.lesson_11.claims import CLAIMS
from course_lib.lessons.lesson_11.demos import DEMOS
from course_lib.lessons.lesson_11.exercises import EXERCISES, PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson("08 · Measure your own model", CLAIMS, EXERCISES, PREDICTIONS, DEMOS)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
