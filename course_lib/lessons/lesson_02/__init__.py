"""Lesson 02: a worked 2×2 example."""

from course_lib.lessons.lesson_02.claims import CLAIMS
from course_lib.lessons.lesson_02.demos import DEMOS
from course_lib.lessons.lesson_02.exercises import EXERCISES, PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson("02 · Work a 2×2 example to the end", CLAIMS, EXERCISES, PREDICTIONS, DEMOS)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
