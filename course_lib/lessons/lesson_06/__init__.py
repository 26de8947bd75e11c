"""Lesson 06: saddles in high dimension."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Count the saddles")

claims = LESSON.claims
check, hint, compare = LESSON.check, LESSON.hint, LESSON.compare
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
