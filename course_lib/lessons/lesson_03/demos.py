"""The demos of lesson 03."""

from course_lib.lessons.lesson_03.census import CENSUS
from course_lib.lessons.lesson_03.explorer import LANDSCAPES
from course_lib.lessons.lesson_03.octant import EIGENVALUES

DEMOS = {"eigenvalues": EIGENVALUES, "landscapes": LANDSCAPES, "census": CENSUS}
