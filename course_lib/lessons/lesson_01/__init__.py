"""Lesson 01: read the Hessian."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Read the Hessian")

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
compare, demo, progress = LESSON.compare, LESSON.demo, LESSON.progress
