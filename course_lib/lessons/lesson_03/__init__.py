"""Lesson 03: critical points, their classes and their number."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Tell minima, maxima and saddles apart")

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
