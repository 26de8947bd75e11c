"""Lesson 05: saddles in high dimension, and the spectra of random matrices and of networks."""

from course_lib.lessons.lesson_07.claims import CLAIMS
from course_lib.lessons.lesson_07.demos import DEMOS
from course_lib.lessons.lesson_07.exercises import EXERCISES
from course_lib.lessons.lesson_07.predictions import PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson("05 · Read a spectrum in high dimension", CLAIMS, EXERCISES, PREDICTIONS, DEMOS)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
