"""Lesson 00: start here."""

from course_lib import lessons
from course_lib.lessons.lesson_00 import course_map as _map
from course_lib.lessons.lesson_00.claims import CLAIMS
from course_lib.lessons.lesson_00.demos import DEMOS
from course_lib.lessons.lesson_00.exercises import EXERCISES, PREDICTIONS
from course_lib.teaching import Lesson

LESSON = Lesson("00 · Start here", CLAIMS, EXERCISES, PREDICTIONS, DEMOS)

claims = LESSON.claims
check, hint, predict, reveal = LESSON.check, LESSON.hint, LESSON.predict, LESSON.reveal
demo = LESSON.demo
progress = lessons.progress


def course_map():
    """Return the map of the course as a picture; dotted boxes are not in this copy yet."""
    return _map.course_map({name.removeprefix("lesson_") for name in lessons.lesson_names()})
