"""Lesson 00: start here."""

from course_lib import lessons
from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Start here")

claims = LESSON.claims
check, compare, hint = LESSON.check, LESSON.compare, LESSON.hint
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, lessons.progress  # of all lessons: this one shows the whole path
