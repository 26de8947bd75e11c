"""What was recorded for lesson 06 comes out again at seeds that were not recorded."""

import dataclasses

import numpy as np
import pytest
import record_06

from course_lib.exact import critical_points, landscapes
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_06 import (
    LESSON,
    claims_landscapes,
    demo_slide,
    experiments,
    figures,
)
from course_lib.teaching import records

NEW_SEED = 100


@pytest.mark.parametrize("name", record_06.EXPERIMENTS)
def test_the_seeds_of_a_record_are_not_ours(name):
    assert NEW_SEED not in records.load(f"06_{name}").about["seeds"]


def test_landscapes_at_new_seeds():
    for d in (2, 3, 4):
        searches = [
            critical_points.search(landscapes.random_trigonometric(d, seed=NEW_SEED + s))
            for s in range(3)
        ]
        assert all(s.settled and s.sum_agrees for s in searches)
        share = np.mean([np.mean(s.found.index == 0) for s in searches])
        kept = [np.mean(index == 0) for index, _ in experiments.recorded_landscapes(d)]
        assert abs(share - np.mean(kept)) < 0.05 + 3 * np.std(kept)


@pytest.mark.slow
def test_tiny_network_at_a_new_seed():
    found = experiments.search_tiny_network(NEW_SEED)
    rows = experiments.distinct(found)
    assert np.corrcoef(found.index[rows], found.heights[rows])[0, 1] > 0.7
    assert 0.1 < found.num_spurious / found.num_starts < 0.8
    assert (found.index[rows] > 0).mean() > 0.5
    assert (experiments.descend_tiny_network(NEW_SEED)[0][:, -1] > 0).all()


def test_a_wrong_diagonal_turns_a_claim(monkeypatch):
    """The defect of many home-made GOEs: all entries of equal variance."""
    right = claims_landscapes.symmetric_batch
    monkeypatch.setattr(
        claims_landscapes,
        "symmetric_batch",
        lambda n, draws, seed=0, diagonal=2.0: right(n, draws, seed, diagonal / 2),
    )
    assert "does not hold" in repr(claims_landscapes.CLAIMS.verify("6.1"))


@pytest.mark.parametrize("d", [1, 2, 4])
def test_a_wave_hessian_is_that_of_the_landscape(d):
    """The law of value and Hessian at the origin, where a wave's height is its cosine coefficient."""
    landscape, k = landscapes.random_trigonometric(d, seed=3), landscapes.modes(d)
    a = np.random.default_rng(3).normal(size=(2, len(k)))[0] / np.sqrt(len(k))
    origin = np.zeros((1, d))
    np.testing.assert_allclose(landscape.value(origin), a.sum())
    np.testing.assert_allclose(landscape.hessian(origin)[0], -(k.T * a) @ k, atol=1e-12)


@pytest.mark.parametrize("d", [2, 3, 5])
def test_height_and_rest_are_independent(d):
    """What is left of H after the shift has no correlation with the height, entry by entry."""
    f, H = experiments.wave_hessians(d, 40_000, seed=1)
    rest = H + experiments.curvature_by_height(d) * f[:, None, None] * np.eye(d)
    assert abs(f.var() - 1) < 0.03
    assert np.abs(np.einsum("m,mij->ij", f, rest) / len(f)).max() < 0.02
    # All kᵢ² have one mean, and the sum of kkᵀ is a multiple of the identity.
    k = landscapes.modes(d)
    np.testing.assert_allclose(k.T @ k / len(k), experiments.curvature_by_height(d) * np.eye(d))


def test_the_predictions_of_one_and_two_dimensions_are_exact():
    """Half of the points are maxima on a line; in the plane saddles are half, by Morse."""
    np.testing.assert_allclose(experiments.predicted_shares(1), [0.5, 0.5])
    np.testing.assert_allclose(experiments.predicted_shares(2), [0.25, 0.5, 0.25], atol=0.004)
    assert abs((experiments.predicted_shares(4) * [1, -1, 1, -1, 1]).sum()) < 0.01


def test_the_predicted_index_falls_with_the_height_if_the_shift_is_reversed(monkeypatch):
    """A sign slip in the shift: the claim must notice it."""
    monkeypatch.setattr(experiments, "predicted_index", lambda d, heights, *_: d / 2 - heights)
    assert "does not hold" in repr(LESSON.claims.verify("6.9"))


@pytest.mark.parametrize(("d", "seed"), [("3", 1), ("6", 4), ("60", 10)])
def test_the_demo_slides_a_whole_spectrum(d, seed):
    low, high = (demo_slide.compute(height, d, seed) for height in (-3.0, 3.0))
    np.testing.assert_allclose(low.eigenvalues - high.eigenvalues, 6)
    assert low.eigenvalues.mean() == pytest.approx(3)
    assert (low.index, high.index) == (0, int(d))
    assert "a minimum" in demo_slide.readout(low)["index"]
    assert "a maximum" in demo_slide.readout(high)["index"]
    at_zero = demo_slide.compute(0.0, d, seed)
    assert at_zero.index == (at_zero.at_zero < 0).sum()


def test_the_two_waves_of_the_text():
    for x, (height, curvature) in figures.CRITICAL.items():
        assert np.sin(x) + 2 * np.sin(2 * x) == pytest.approx(0, abs=1e-12)
        assert np.cos(x) + np.cos(2 * x) == pytest.approx(height)
        assert -np.cos(x) - 4 * np.cos(2 * x) == pytest.approx(curvature)


def test_the_ranges_that_the_text_gives():
    ends = experiments.recorded_ends()
    assert len(ends["spurious"]) == 20
    said = ends["spurious"].min(), ends["spurious"].max(), ends["spurious"].mean()
    np.testing.assert_allclose(said, (0.30, 0.62, 0.47), atol=0.006)
    minima = [np.mean(run["index"] == 0) for run in experiments.recorded_searches()]
    minima = np.append(ends["minima"], minima)
    np.testing.assert_allclose((minima.min(), minima.max()), (0.04, 0.22), atol=0.005)


@pytest.mark.slow
def test_the_mean_eigenvalue_of_new_landscapes():
    slopes = []
    for seed in range(NEW_SEED, NEW_SEED + 6):
        found = experiments.all_critical_points(3, seed).found
        mean = found.eigenvalues.mean(axis=1)
        slopes.append(-(mean @ found.heights) / (found.heights @ found.heights))
    assert abs(np.mean(slopes) / experiments.curvature_by_height(3) - 1) < 0.2


@pytest.mark.slow
def test_another_seed_of_the_spurious_ends_and_of_the_record():
    ends = experiments.recorded_ends()
    found = experiments.search_tiny_network(record_06.SPURIOUS_SEEDS[3], record_06.SPURIOUS_STARTS)
    assert abs(found.num_spurious / found.num_starts - ends["spurious"][3]) < 0.05
    new = experiments.search_tiny_network(NEW_SEED + 1)
    assert 0.2 < new.num_spurious / new.num_starts < 0.75


def test_what_the_prose_says_of_the_rough_formula_and_of_the_two_maxima():
    exact, formula = rm.goe_positive_probability(6), np.exp(-36 * np.log(3) / 4)
    assert (round(1 / exact, -3), round(1 / formula, -4)) == (216_000, 20_000)
    _, height = experiments.recorded_landscapes(5)[0]
    assert experiments.predicted_index(5, height.max()) == pytest.approx(4.5, abs=0.05)


@pytest.mark.slow
def test_the_share_of_minima_falls_below_that_of_coins():
    ratio = [experiments.predicted_shares(d)[0] * 2**d for d in (6, 10)]
    np.testing.assert_allclose(ratio, (0.9, 0.76), atol=0.04)


def test_a_claim_notices_a_defect_in_what_it_reads(monkeypatch):
    means, ends = experiments.recorded_means, experiments.recorded_ends()
    found = experiments.recorded_landscapes
    many_minima = ends | {"minima": ends["minima"] + 0.4}
    lost = experiments.all_critical_points(2, 4)  # a search of another landscape, for all seeds
    defects = {
        "6.6": ("recorded_ends", lambda: many_minima),
        "6.8": ("recorded_means", lambda d: [(-f, mean) for f, mean in means(d)]),
        "6.9": ("recorded_landscapes", lambda d: [(index, -f) for index, f in found(d)]),
        "6.10": ("all_critical_points", lambda *_: _without_saddles(lost)),
        "6.11": ("curvatures_on_the_way", lambda: np.full(12, 0.5)),
    }
    for id, (name, defect) in defects.items():
        with monkeypatch.context() as patch:
            patch.setattr(experiments, name, defect)
            assert not LESSON.claims.verify(id).evidence.confirms, id


def _without_saddles(search):
    found = search.found
    kept = {"points": found.points, "eigenvalues": np.abs(found.eigenvalues)}
    return dataclasses.replace(search, found=dataclasses.replace(found, **kept))
