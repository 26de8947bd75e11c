"""Lesson 09: what a few hundred products with the Hessian can tell."""

from course_lib.lessons.lesson_09 import pictures
from course_lib.lessons.lesson_09.claims_spectra import CLAIMS
from course_lib.lessons.lesson_09.demos import DEMOS
from course_lib.lessons.lesson_09.exercises import EXERCISES
from course_lib.lessons.lesson_09.predictions import PREDICTIONS
from course_lib.teaching import Lesson, Source

LESSON = Lesson(
    "07 · Measure a Hessian that you cannot store", CLAIMS, EXERCISES, PREDICTIONS, DEMOS
)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
show = Source
ghosts = pictures.ghosts
