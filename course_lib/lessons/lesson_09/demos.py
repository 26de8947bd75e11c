"""The demos of lesson 09: a demo a module."""

from course_lib.lessons.lesson_09 import demo_density, demo_probes, demo_race

DEMOS = {
    "hutchinson": demo_probes.DEMO,
    "race": demo_race.DEMO,
    "density": demo_density.DEMO,
}
