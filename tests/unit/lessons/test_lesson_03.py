"""Lesson 03: the demos mark what is there, and the record holds what the search finds."""

import dataclasses

import numpy as np
import pytest

from course_lib import lessons
from course_lib.exact import critical_points, landscapes
from course_lib.exact.critical_points import search
from course_lib.lessons.lesson_03 import (
    claims_counts,
    demo_census,
    demo_eigenvalues,
    demo_landscapes,
    demo_monkey,
    experiments,
    figures,
)
from course_lib.teaching import records

LESSON = lessons.load("lesson_03")
WORDS = {"minimum", "maximum", "saddle", "undecided"}


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
    assert words["missed by these starts, but found by 256 starts"] == "4"
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
        ((2, 1, 0), {0, 1}, ("no", "yes: undecided, no maximum", "—")),
        ((0, 0, 0), {0}, ("no", "yes: undecided", "—")),
    ],
)
def test_disc_and_decision_agree(lam, colours, answers, drawn):
    view, state = drawn(demo_eigenvalues, *lam, 0)
    shown = np.asarray(view.image.get_array().compressed())
    assert set(np.unique(shown)) == colours
    assert demo_eigenvalues.decision(state) == answers
    assert demo_eigenvalues.compute(*lam, -12).kind == state.kind


def test_one_vocabulary_for_demo_exercises_and_library():
    """What the Hessian says is one of four words, with what it rules out where it is undecided."""
    for lam in ((2, 1), (-1, -2), (1, -1), (1, 0, -1), (2, 0), (-2, 0), (0, 0)):
        padded = (*lam, *[lam[-1]] * (3 - len(lam)))
        state = demo_eigenvalues.compute(*padded, 0)
        said = demo_eigenvalues.readout(state)["class"]
        assert state.kind == said.split(",")[0]
        assert said in LESSON.exercises["3.2"].kinds[0].options
    for id, part in (("3.1", 0), ("3.2", 0), ("3.6", 0)):
        options = {option.split(",")[0] for option in LESSON.exercises[id].kinds[part].options}
        assert options - {"no critical point"} == WORDS
    assert set(LESSON.exercises["3.3"].kinds[0].words) == WORDS


@pytest.mark.parametrize("epsilon", [0.9, 0.1, -0.3])
def test_a_tilted_monkey_saddle_is_two_saddles(epsilon):
    f = experiments.tilted_monkey(epsilon)
    w, e = f.random_points(5), 1e-5 * np.eye(2)
    slopes = np.stack([(f.value(w + d) - f.value(w - d)) / 2e-5 for d in e], axis=1)
    np.testing.assert_allclose(f.gradient(w), slopes, atol=1e-8)
    found = search(f).found
    assert found.kinds.tolist() == ["saddle", "saddle"]
    assert found.index_sum() == experiments.turns_around(f, (0, 0), 1.5) == -2


@pytest.mark.parametrize(
    ("tilt", "bowl", "counts"),
    [
        (0.0, 0.0, "1 undecided"),
        (0.9, 0.0, "2 saddles"),
        (-0.6, 0.0, "2 saddles"),
        (0.0, 0.6, "1 minimum, 3 saddles"),
        (0.0, -0.6, "3 saddles, 1 maximum"),
        (0.09, 0.6, "1 minimum, 3 saddles"),
        (0.15, 0.6, "2 saddles"),
        (0.12, 0.6, "2 saddles, 1 undecided"),
    ],
)
def test_the_pieces_of_the_monkey_saddle(tilt, bowl, counts, drawn):
    """What the demo finds by hand is what a search finds, and the turns stay."""
    view, state = drawn(demo_monkey, tilt, bowl, 45, -65)
    assert demo_monkey.readout(state)["critical points"] == counts
    assert state.turns == -2
    shown = sum(len(line.get_xdata()) for line in view.marks.values())
    assert shown == len(state.points)
    slope = np.array([[3 * x**2 - 3 * y**2 + 2 * bowl * x + tilt, 2 * y * (bowl - 3 * x)]
                      for x, y in state.points])  # fmt: skip
    assert np.abs(slope).max() < 1e-5
    if "undecided" in state.kinds:
        assert demo_monkey.total(state).startswith("not defined")
        return
    assert demo_monkey.total(state).endswith("= −2")
    f = landscapes.monkey_saddle(bowl)
    tilted = dataclasses.replace(
        f,
        value=lambda w: f.value(w) + tilt * w[:, 0],
        gradient=lambda w: f.gradient(w) + np.array([tilt, 0.0]),
    )
    found = search(tilted).found
    np.testing.assert_allclose(
        sorted(map(tuple, found.points.round(4) + 0.0)),
        sorted(map(tuple, state.points.round(4) + 0.0)),
        atol=2e-4,
    )


@pytest.mark.parametrize(("power", "turns"), [(1, 1), (3, 3), (-1, -1), (-2, -2), (0, 0)])
def test_turns_are_those_of_a_power(power, turns):
    t = np.linspace(0, 2 * np.pi, 200)
    arrows = np.stack([np.cos(power * t + 1), np.sin(power * t + 1)], axis=1)
    assert experiments.turns(arrows) == turns


def test_the_cells_add_up_to_the_edge():
    """What the lesson derives, for any rectangles: no point of the landscapes lies on a cut."""
    for name, f, total in (
        ("Himmelblau", landscapes.himmelblau(), 1),
        ("random", experiments.planar(6)[0], 0),
    ):
        cuts = [
            [a, *inner, b] for a, b, inner in zip(f.low, f.high, figures._CUTS[name], strict=True)
        ]
        found, turned = search(f).found, 0
        for x in zip(cuts[0][:-1], cuts[0][1:], strict=True):
            for y in zip(cuts[1][:-1], cuts[1][1:], strict=True):
                low, high = np.array([x, y]).T
                turns = experiments.turns(f.gradient(figures._edge(low, high, 400)))
                inside = ((found.points > low) & (found.points < high)).all(axis=1)
                assert turns == ((-1) ** found.index[inside]).sum()
                turned += turns
        assert turned == total


def test_the_figures_say_what_is_drawn():
    assert "−2 around the monkey saddle" in figures.around_four().alt
    assert "which add up to 0; the total around the edge is 0" in figures.cells().alt
    said = figures.monkey().alt
    assert "2 saddles, −2 turns" in said
    assert "1 minimum, 3 saddles, −2 turns" in said
    _f, result = experiments.planar(6)
    assert f"{result.found.count('saddle')} saddles" in figures.torus().alt


def test_the_mixed_problem_by_hand():
    """∇f = (12x³ − 12x², 2y), followed around the box and around the point."""
    by_hessian, lam, really, box, zero = LESSON.exercises["3.6"].solution

    def f(w):
        return 3 * w[:, 0] ** 4 - 4 * w[:, 0] ** 3 + w[:, 1] ** 2

    def gradient(w):
        return np.stack([12 * w[:, 0] ** 3 - 12 * w[:, 0] ** 2, 2 * w[:, 1]], axis=1)

    t = np.linspace(0, 2 * np.pi, 1000)
    circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    assert experiments.turns(gradient(figures._edge((-3, -3), (3, 3), 500))) == box
    assert experiments.turns(gradient(0.1 * circle)) == zero
    assert critical_points.classify([2, 0]) == by_hessian
    low, high = critical_points.lowest_and_highest_around(f, [0, 0], 0.01)
    assert (low < 0 < high) == (really == "saddle")
    assert lam == (36 - 24, 2)


CLASSIFIERS = {
    "swaps minimum and maximum": {"minimum": "maximum", "maximum": "minimum"},
    "calls everything else a saddle": {"undecided": "saddle"},
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_that_renames_is_told_so(name):
    exercise = LESSON.exercises["3.3"]

    def renamed(H, rtol=1e-10):
        word = exercise.solution(H, rtol)
        return CLASSIFIERS[name].get(word, word)

    (wanted,) = (m for m in exercise.misconceptions if m.name == name)
    assert exercise.check(renamed).message == wanted.feedback


def _by_det(H, rtol=1e-10):
    d = np.linalg.det(H)
    return "saddle" if d < 0 else "undecided" if d == 0 else "minimum" if H[0][0] > 0 else "maximum"


def _by_det_and_trace(H, rtol=1e-10):
    d = np.linalg.det(H)
    if abs(d) < rtol:
        return "undecided"
    return "saddle" if d < 0 else "minimum" if np.trace(H) > 0 else "maximum"


def _signs_of_the_diagonal(H, rtol=1e-10):
    d = np.diag(H)
    if (d > 0).any() and (d < 0).any():
        return "saddle"
    return "minimum" if (d > 0).all() else "maximum" if (d < 0).all() else "undecided"


def _diagonal_or_saddle(H, rtol=1e-10):
    d = np.diag(H)
    return "minimum" if (d > 0).all() else "maximum" if (d < 0).all() else "saddle"


def _or_saddle(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    return "minimum" if (lam > 0).all() else "maximum" if (lam < 0).all() else "saddle"


def _zeros_before_signs(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    if np.isclose(lam, 0).any():
        return "undecided"
    return "minimum" if lam[0] > 0 else "maximum" if lam[-1] < 0 else "saddle"


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (_by_det, "tests the determinant"),
        (_by_det_and_trace, "tests the determinant"),
        (_signs_of_the_diagonal, "uses the diagonal"),
        (_diagonal_or_saddle, "uses the diagonal"),
        (_or_saddle, "calls everything else a saddle"),
        (_zeros_before_signs, "tests zeros first"),
    ],
)
def test_a_wrong_idea_is_met_however_it_is_written(function, name):
    exercise = LESSON.exercises["3.3"]
    (wanted,) = (m for m in exercise.misconceptions if m.name == name)
    assert exercise.check(function).message == wanted.feedback


# Defects that the checks with an independent road must notice, planted one at a time.


def _zeros_first(right, lam, rtol=1e-10, scale=None):
    zero = np.abs(lam).min() <= rtol * np.abs(lam).max()
    return "undecided" if zero else right(lam, rtol, scale)


def _zeros_never(right, lam, rtol=1e-10, scale=None):
    word = right(lam, rtol, scale)
    return "minimum" if word == "undecided" else word


def _absolute(right, lam, rtol=1e-10, scale=None):
    return right(lam, 1.0, 1e-6)


def _all_of_index_0(right, self):
    return 0 * right(self)


@pytest.mark.parametrize(
    ("id", "owner", "name", "wrong"),
    [
        ("3.4", critical_points, "classify", _zeros_first),
        ("3.4", critical_points, "classify", _zeros_never),
        ("3.10", critical_points, "classify", _absolute),
        ("3.10", critical_points, "classify", _zeros_never),
        ("3.21", critical_points, "classify", _zeros_never),
        ("3.13", critical_points.CriticalPoints, "index", _all_of_index_0),
        ("3.6", critical_points.CriticalPoints, "index", _all_of_index_0),
        ("3.22", critical_points.CriticalPoints, "index", _all_of_index_0),
    ],
)
def test_a_planted_defect_turns_the_claim(id, owner, name, wrong, plant):
    plant(owner, name, wrong)
    assert not LESSON.claims.verify(id).evidence.confirms


def test_a_missing_point_is_noticed_without_the_index():
    f, result = experiments.planar(2)
    points = result.found.points
    assert claims_counts._missing(f, points, points) == 0
    assert claims_counts._missing(f, points, points[1:] + 2 * np.pi) == 1
    assert claims_counts._missing(f, points[:1] + 0.3, points) == 0, (
        "not level, so nothing is missed"
    )


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
