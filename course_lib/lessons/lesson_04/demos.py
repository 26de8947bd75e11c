"""The demos of lesson 04: the bowl, the map of step size and momentum, the edge of stability."""

from course_lib.lessons.lesson_04.bowl import BOWL
from course_lib.lessons.lesson_04.edge import EDGE
from course_lib.lessons.lesson_04.stability_map import MAP

DEMOS = {"bowl": BOWL, "map": MAP, "edge": EDGE}
