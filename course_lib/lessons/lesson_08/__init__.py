"""Lesson 08: flat minima, what they are worth, and where the story breaks."""

from course_lib.lessons.lesson_08.claims import CLAIMS
from course_lib.lessons.lesson_08.demos import DEMOS
from course_lib.lessons.lesson_08.exercises import EXERCISES, PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson("06 · Test what flat minima are worth", CLAIMS, EXERCISES, PREDICTIONS, DEMOS)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
