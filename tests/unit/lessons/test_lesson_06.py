"""What was recorded for lesson 06 comes out again at seeds that were not recorded."""

import numpy as np
import pytest
import record_06

from course_lib.exact import critical_points, landscapes
from course_lib.lessons.lesson_06 import claims_landscapes, experiments
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
