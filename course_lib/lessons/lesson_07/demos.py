"""The demos of lesson 07: a demo a module."""

from course_lib.lessons.lesson_07 import demo_density, demo_probes, demo_race

DEMOS = {
    "hutchinson": demo_probes.DEMO,
    "race": demo_race.DEMO,
    "density": demo_density.DEMO,
}
