"""Lesson 05: training at the edge of stability."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Train at the edge of stability")

claims = LESSON.claims
check, hint, compare = LESSON.check, LESSON.hint, LESSON.compare
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
