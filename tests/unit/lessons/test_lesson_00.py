"""What the pictures of lesson 00 show is what was computed; the map and the progress of all."""

import importlib
import re

import nbformat
import numpy as np
import pytest
from scipy import stats

from course_lib import lessons
from course_lib.lessons.lesson_00 import demo_intervals, demo_valley, exercises_verdicts, figures
from course_lib.teaching.stored import notebook_of

claims = importlib.import_module("course_lib.lessons.lesson_00.claims")


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
    assert "exercises right: 1 of 5" in repr(lessons.progress()).splitlines()[0]


def test_valley_is_as_wide_as_drawn(drawn):
    view, _ = drawn(demo_valley, 4.0, 2.0)
    (left, right), (low, high) = view.across.get_data()
    assert 0.5 * 4.0 * left**2 == pytest.approx(2.0) == 0.5 * 4.0 * right**2
    assert (low, high) == (2.0, 2.0)
    assert right - left == pytest.approx(demo_valley.compute(1.0, 2.0).width / 2)
    assert np.isnan(demo_valley.compute(0.0, 2.0).width)
    assert "no walls" in demo_valley.readout(demo_valley.compute(-1.0, 2.0)).values()


@pytest.mark.parametrize("level", demo_intervals.LEVELS)
@pytest.mark.parametrize("kind", demo_intervals.KINDS)
def test_an_interval_is_that_of_students_t(kind, level):
    state = demo_intervals.compute(7, kind, level, 3)
    low, high = stats.t.interval(
        demo_intervals.LEVELS[level], 6, np.mean(state.first), stats.sem(state.first)
    )
    assert state.mean[0] - state.half[0] == pytest.approx(low)
    assert state.mean[0] + state.half[0] == pytest.approx(high)


def test_both_kinds_of_measurements_have_the_mean_and_the_spread_that_is_said():
    for draw in demo_intervals.KINDS.values():
        x = draw(np.random.default_rng(0), 400_000)
        assert x.mean() == pytest.approx(demo_intervals.TRUTH, abs=0.01)
        assert x.std() == pytest.approx(demo_intervals.SPREAD, rel=0.01)


def test_more_measurements_keep_those_that_are_there():
    few, many = (demo_intervals.compute(n, "skewed", "95 %", 5).first for n in (8, 30))
    assert (many[:8] == few).all()


def test_what_is_drawn_black_is_what_misses_and_what_is_counted(drawn):
    view, state = drawn(demo_intervals, 5, "skewed", "95 %", 0)
    misses, hits = view.misses.get_segments(), view.hits.get_segments()
    assert len(misses) + len(hits) == demo_intervals.DRAWN
    truth = demo_intervals.TRUTH
    assert all(bar[0][1] <= truth <= bar[1][1] for bar in hits)
    assert not any(bar[0][1] <= truth <= bar[1][1] for bar in misses)
    assert len(view.crosses.get_xdata()) == len(misses)
    said = demo_intervals.readout(state)
    assert f"{len(hits)} of these 100" == said["intervals that contain the true value"]
    assert f"{state.hit.sum()}" == said["in 1000 experiments"]
    assert f"{len(misses)} of them miss" in demo_intervals.alt(state)


def test_what_the_text_says_of_the_buttons_is_so():
    """Misses do not depend on n; skewed: about 880, short intervals, nearly all of them too low."""
    counts = [demo_intervals.compute(n, "bell-shaped", "95 %", 0).hit.sum() for n in (20, 80)]
    assert counts == pytest.approx([950, 950], abs=15)
    skewed = demo_intervals.compute(5, "skewed", "95 %", 0)
    assert skewed.hit.sum() == pytest.approx(880, abs=20)
    missed = ~skewed.hit
    assert np.mean(skewed.mean[missed] < demo_intervals.TRUTH) > 0.9
    assert np.median(skewed.half[missed]) < np.median(skewed.half)
    assert demo_intervals.compute(100, "skewed", "95 %", 0).hit.sum() > 930
    factors = [demo_intervals.compute(n, "skewed", "95 %", 0).factor for n in (60, 20, 5)]
    assert np.round(factors, 1).tolist() == [2.0, 2.1, 2.8]


def test_the_claims_notice_a_defect_in_what_they_test(monkeypatch):
    right, valley = demo_intervals.stdtrit, claims.compute
    monkeypatch.setattr(demo_intervals, "stdtrit", lambda df, p: right(10_000, p))
    assert not lessons.load("lesson_00").claims.verify("0.2").evidence.confirms
    monkeypatch.setattr(claims, "compute", lambda h, c: valley(2 * h, c))
    assert not lessons.load("lesson_00").claims.verify("0.1").evidence.confirms


def test_pairs_are_shown_with_the_numbers_that_the_text_says():
    apart, paired = figures._standard_errors(figures._FIRST, figures._SECOND)
    assert (round(apart, 2), round(paired, 2)) == (0.68, 0.06)
    groups = [(x.mean().round(2), stats.sem(x).round(2)) for x in (figures._FIRST, figures._SECOND)]
    assert groups == [(8.5, 0.5), (8.0, 0.46)]
    changes = figures._SECOND - figures._FIRST
    assert changes == pytest.approx([-0.6, -0.3, -0.7, -0.4, -0.5, -0.5])
    assert f"± {2 * paired:.2f}" in figures.pairs().alt


def test_each_verdict_is_drawn_as_it_is_explained():
    holds, clean_only, false, unsettled, opinion = (row.intervals for row in figures._ROWS)
    (low, high, _), (worst, _, _) = clean_only
    assert max(low, high, holds[0][1]) < 0 < min(worst, false[0][0])
    assert unsettled[0][0] < 0 < unsettled[0][1]
    assert not opinion


def test_the_mixed_problem_shows_the_numbers_that_it_is_judged_by():
    cells = nbformat.read(notebook_of("lesson_00"), 4).cells
    (shown,) = (c.source for c in cells if c.source.startswith("baseline = "))
    lists = [tuple(map(float, found.split(","))) for found in re.findall(r"\[([\d., ]+)\]", shown)]
    assert lists == [exercises_verdicts.BASELINE, exercises_verdicts.METHOD]
    change = np.subtract(lists[1], lists[0])
    low, high = stats.t.interval(0.95, 7, change.mean(), stats.sem(change))
    stderr, *verdicts = exercises_verdicts.EXERCISES[0].solution
    assert stderr == pytest.approx(stats.sem(change))
    for bound, verdict in zip((0, -0.5, -1), verdicts, strict=True):
        assert verdict == (
            "holds" if high < bound else "false as stated" if low > bound else "not settled here"
        )


@pytest.mark.parametrize("angle", [53.13, 53.1, 0.927])
def test_an_angle_for_a_direction_has_a_reply_of_its_own(angle):
    said = lessons.load("lesson_00").check("0.4", angle)
    assert "first axis" in said.message
    assert "Expected" in lessons.load("lesson_00").check("0.4", 12).message


def test_a_wrong_standard_error_is_named_before_the_verdicts_that_follow_from_it():
    check = lessons.load("lesson_00").exercises["0.5"].check
    _, *verdicts = exercises_verdicts.EXERCISES[0].solution
    assert "no seeds in common" in check(0.5, "not settled here", *verdicts[1:]).message
    assert "no seeds in common" in check(0.5, *verdicts).message
    assert "one method" in check(0.374, "not settled here", *verdicts[1:]).message
    assert "Begin with the standard error" in check(0.09, "opinion", *verdicts[1:]).message
    assert "contained 0" in check(0.0707, "not settled here", *verdicts[1:]).message


@pytest.mark.parametrize("rounded", [0.07, 0.071, 0.0707])
def test_a_rounded_standard_error_is_right(rounded):
    _, *verdicts = exercises_verdicts.EXERCISES[0].solution
    assert lessons.load("lesson_00").check("0.5", rounded, *verdicts).verdict == "right"
