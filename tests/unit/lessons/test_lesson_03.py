"""Lesson 03: the demos mark what is there, and the record holds what the search finds."""

import numpy as np
import pytest

from course_lib.exact import landscapes
from course_lib.exact.critical_points import search
from course_lib.lessons.lesson_03 import demo_census, demo_eigenvalues, demo_landscapes, experiments
from course_lib.teaching import records


@pytest.mark.parametrize("name", ["random", *demo_landscapes.NAMED])
def test_the_landscape_is_level_where_a_point_is_marked(name, drawn):
    view, state = drawn(demo_landscapes, name, 4, 20)
    f, total = state.landscape, 0
    for kind, marks in view.on_map.items():
        w = f.low + (np.stack(marks.get_data(), axis=1) + 1) / 2 * (f.high - f.low)
        total += len(w)
        for point in w:
            e = 1e-4 * np.eye(2)
            slope = [f.value(point[None] + d)[0] - f.value(point[None] - d)[0] for d in e]
            assert np.abs(slope).max() < 1e-6 * (1 + abs(f.value(point[None])[0]))
            bends = np.linalg.eigvalsh(f.hessian(point[None])[0])
            if kind in ("minimum", "saddle", "maximum"):
                assert (bends < 0).sum() == ("minimum", "saddle", "maximum").index(kind)
    assert total == len(state.all_found)
    assert len(view.on_map["missed"].get_xdata()) == (~state.seen).sum()


def test_five_starts_can_fool_the_sum():
    """The preset that the lesson reads: half of the points missing, and no objection."""
    words = demo_landscapes.readout(demo_landscapes.compute("random", 6, 5))
    assert words["found"] == "2 saddles, 2 maxima"
    assert words["missed by these, found by 256 starts"] == "4"
    assert words["Σ(−1)^index"] == "0, expected 0: no objection"


@pytest.mark.parametrize("num_starts", [1, 2])
def test_too_few_points_have_no_rank_correlation(num_starts):
    state = demo_landscapes.compute("monkey saddle", 0, num_starts)
    words = demo_landscapes.readout(state)
    assert words["rank correlation of index and height"] == "not defined"


@pytest.mark.parametrize(
    ("lam", "colours", "answers"),
    [
        ((3, 2, 1), {1}, ("no", "no", "positive: minimum")),
        ((-1, -2, -3), {-1}, ("no", "no", "negative: maximum")),
        ((1, 0, -1), {-1, 0, 1}, ("yes: saddle", "—", "—")),
        ((2, 1, 0), {0, 1}, ("no", "yes: undecided, but no maximum", "—")),
        ((0, 0, 0), {0}, ("no", "yes: undecided, nothing is excluded", "—")),
    ],
)
def test_disc_and_decision_agree(lam, colours, answers, drawn):
    view, state = drawn(demo_eigenvalues, *lam, 0)
    shown = np.asarray(view.image.get_array().compressed())
    assert set(np.unique(shown)) == colours
    assert demo_eigenvalues.decision(state) == answers
    assert demo_eigenvalues.compute(*lam, -12).kind == state.kind


def test_the_census_counts_what_was_recorded(drawn):
    view, _ = drawn(demo_census, "3", 11)
    index = experiments.recorded_searches(3)[11].index
    heights = [bar.get_height() * len(index) for bar in view.bars]
    assert np.allclose(heights, np.bincount(index, minlength=5))
    assert np.allclose(view.coin.get_ydata(), np.array([1, 3, 3, 1]) / 8)


def test_the_record_is_what_the_search_finds():
    for d, seed in ((1, 3), (2, 5), (3, 7)):
        result = search(landscapes.random_trigonometric(d, seed), seed=1000 + seed)
        recorded = experiments.recorded_searches(d)[seed]
        np.testing.assert_allclose(result.found.heights, recorded.heights, atol=1e-4)
        assert result.found.index.tolist() == recorded.index.tolist()
        assert [found for _, found in result.rounds] == recorded.found.tolist()


def test_the_record_holds_forty_landscapes_of_each_dimension_in_order():
    record = records.load("03_torus")
    assert record["d"].tolist() == [d for d in range(1, 5) for _ in range(40)]
    assert record["seed"].tolist() == 4 * record.about["seeds"]
    assert record["num_points"].sum() == len(record["heights"]) == len(record["index"])
    assert record["num_rounds"].sum() == len(record["starts"]) == len(record["found"])


@pytest.mark.slow
@pytest.mark.parametrize("d", [3, 4])
def test_the_record_repeats_at_seeds_that_it_does_not_hold(d):
    fresh = [
        search(landscapes.random_trigonometric(d, seed), seed=seed) for seed in range(500, 510)
    ]
    assert all(result.settled and result.sum_agrees for result in fresh)
    shares = np.array([result.found.count("minimum") / len(result.found) for result in fresh])
    recorded = experiments.shares_of_minima(d)
    allowed = 4 * recorded.std(ddof=1) * (1 / len(shares) + 1 / len(recorded)) ** 0.5
    assert abs(shares.mean() - recorded.mean()) < allowed
