"""The lesson's demos: the direction dial and the formula box."""

from course_lib.lessons.lesson_01.dial import DIAL
from course_lib.lessons.lesson_01.formula_box import FORMULA

DEMOS = {"dial": DIAL, "formula": FORMULA}
