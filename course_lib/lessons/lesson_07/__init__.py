"""Lesson 07: the spectra of random matrices and of networks."""

from course_lib.teaching import Lesson

LESSON = Lesson(__name__, "Read a network's spectrum")

claims = LESSON.claims
check, hint, compare = LESSON.check, LESSON.hint, LESSON.compare
predict, reveal = LESSON.predict, LESSON.reveal
demo, progress = LESSON.demo, LESSON.progress
