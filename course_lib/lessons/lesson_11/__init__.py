"""Lesson 11: a spectral report of the reader's own model."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Measure your own model")

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
compare, demo, progress = LESSON.compare, LESSON.demo, LESSON.progress
