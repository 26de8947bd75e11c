"""What the pictures of lesson 00 show is what was computed; the map and the progress of all."""

import numpy as np
import pytest

from course_lib import lessons
from course_lib.lessons.lesson_00 import demo_valley, figures


def test_map_shows_each_lesson_once_and_tells_what_is_missing():
    picture = figures.course_map()
    words = [text.get_text() for text in picture.figure.axes[0].texts]
    missing = picture.alt.partition("Not in this copy yet:")[2]
    for number in range(12):
        assert sum(word.startswith(f"{number:02}  ") for word in words) == 1
        there = f"lesson_{number:02}" in lessons.lesson_names()
        assert (f"{number:02}" in missing) != there
    assert picture.png()[:4] == b"\x89PNG"


def test_progress_has_a_line_for_every_lesson_and_counts():
    lines = repr(lessons.progress()).splitlines()
    assert len(lines) == len(lessons.lesson_names())
    lessons.load("lesson_00").check("0.1", 6)
    lessons.load("lesson_00").check("0.1", 3)
    assert "exercises right: 1 of 4" in repr(lessons.progress()).splitlines()[0]


def test_valley_is_as_wide_as_drawn(drawn):
    view, _ = drawn(demo_valley, 4.0, 2.0)
    (left, right), (low, high) = view.across.get_data()
    assert 0.5 * 4.0 * left**2 == pytest.approx(2.0) == 0.5 * 4.0 * right**2
    assert (low, high) == (2.0, 2.0)
    assert right - left == pytest.approx(demo_valley.compute(1.0, 2.0).width / 2)
    assert np.isnan(demo_valley.compute(0.0, 2.0).width)
    assert "no walls" in demo_valley.readout(demo_valley.compute(-1.0, 2.0)).values()
