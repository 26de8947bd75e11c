"""Recorded results: a sample is repeated, at seeds that were not recorded where chance is in it."""

import numpy as np
import pytest

from course_lib.lessons.lesson_09 import race
from course_lib.lessons.lesson_11 import training_record

CASES = [
    ("ten outliers", "xtrace", 18),
    ("ten outliers", "hutch++", 60),
    ("flat", "xtrace", 60),
    ("indefinite", "hutch++", 12),
    ("this network", "hutchinson", 60),
    ("this network", "xtrace", 60),
]


@pytest.mark.parametrize(("spectrum", "method", "budget"), CASES)
def test_the_race_of_lesson_07_comes_out_the_same_at_other_seeds(spectrum, method, budget):
    A, fresh = race.matrix(spectrum), 150
    row = race.recorded()[spectrum][method][str(budget)]
    law = np.sqrt(2 * (np.sum(A**2) - np.sum(np.diag(A) ** 2)) / budget)
    rms, covered = race.trials(A, np.trace(A), method, budget, range(90_000, 90_000 + fresh))
    # Relative s.e. of an rms of m nearly Gaussian errors: 1/√(2m); a factor 2 for skewed ones.
    spread = 2 * np.sqrt((1 / fresh + 1 / row["trials"]) / 2)
    assert abs(rms / law / row["rms"] - 1) < 3 * spread
    p = row["covered"]
    assert abs(covered - p) < 4 * np.sqrt(p * (1 - p) * (1 / fresh + 1 / row["trials"])) + 0.01


def test_every_spectrum_method_and_budget_was_recorded():
    rows = race.recorded()
    assert set(rows) == set(race.SPECTRA)
    for methods in rows.values():
        assert {tuple(budgets) for budgets in methods.values()} == {tuple(map(str, race.BUDGETS))}
        assert all(row["trials"] >= 1000 for m in methods.values() for row in m.values())


@pytest.mark.slow
def test_a_training_of_lesson_08_repeats_and_meets_the_edge_at_another_seed():
    rows, at = training_record.recorded(), (0, training_record.ETAS.index(0.4))
    again = training_record.follow(8, 0.4, steps=200)
    for name in ("loss", "smallest", "trace", "near_zero"):
        assert np.allclose(again[name], rows[name][at][:5], rtol=1e-3, atol=1e-3), name
    assert np.allclose(again["top"], rows["top"][at][:5], rtol=1e-3)
    density = np.log10(np.maximum(again["density"], 1e-5))
    assert np.allclose(density, rows["density"][at][:5].astype(float), atol=0.02)
    other = training_record.follow(16, 0.8, steps=1000, seed=7)
    assert abs(other["top"][-1, 0] * 0.8 / 2 - 1) < 0.1  # recorded: 1.00 to 1.02
