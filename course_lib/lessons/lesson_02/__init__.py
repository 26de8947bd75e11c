"""Lesson 02: a 2×2 example, worked to the end."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Work a 2×2 example to the end")

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
compare, demo, progress = LESSON.compare, LESSON.demo, LESSON.progress
