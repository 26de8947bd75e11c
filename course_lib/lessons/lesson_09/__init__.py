"""Lesson 09: what a few hundred products with the Hessian can tell."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Measure a Hessian that you cannot store")

claims = LESSON.claims
check, hint, compare = LESSON.check, LESSON.hint, LESSON.compare
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
