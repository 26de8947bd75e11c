"""Lesson 04: how large a step the curvature allows."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "How large a step does the curvature allow?")

claims = LESSON.claims
check, hint, compare = LESSON.check, LESSON.hint, LESSON.compare
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
