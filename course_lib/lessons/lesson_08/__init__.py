"""Lesson 08: flat minima, what they are worth, and where the story breaks."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Test what flat minima are worth")

claims = LESSON.claims
check, hint, compare = LESSON.check, LESSON.hint, LESSON.compare
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
