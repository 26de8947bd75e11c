"""Lesson 03: critical points, their classes and their number."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Tell minima, maxima and saddles apart")

claims = LESSON.claims
check, compare, hint = LESSON.check, LESSON.compare, LESSON.hint
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
