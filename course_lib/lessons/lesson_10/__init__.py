"""Lesson 10: using the spectrum for better steps and smaller networks."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Use the spectrum: better steps, smaller networks")

claims = LESSON.claims
check, hint, compare = LESSON.check, LESSON.hint, LESSON.compare
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
