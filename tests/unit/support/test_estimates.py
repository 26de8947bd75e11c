"""The mean and its error are those of SciPy, for numbers and for arrays of them."""

import numpy as np
import pytest
from scipy import stats

from course_lib.support.estimates import Estimate

SAMPLES = np.random.default_rng(0).standard_normal((3, 12))


def test_an_array_is_estimated_entry_by_entry():
    found = Estimate.of(SAMPLES)
    np.testing.assert_allclose(found.stderr, stats.sem(SAMPLES, axis=1))
    expected = stats.t.interval(0.9, 11, SAMPLES.mean(axis=1), stats.sem(SAMPLES, axis=1))
    np.testing.assert_allclose(found.interval(0.9), expected)
    one = Estimate.of(SAMPLES[1])
    assert type(one.estimate) is type(one.stderr) is float
    assert tuple(one) == (found.estimate[1], found.stderr[1])
    assert one.interval(0.9) == pytest.approx([end[1] for end in expected])


def test_one_sample_knows_no_error_and_dependent_ones_a_larger():
    assert np.isnan(Estimate.of([3.0]).stderr)
    assert np.isnan(Estimate.of(SAMPLES[:, :1]).stderr).all()
    plain, inflated = Estimate.of(SAMPLES[0]), Estimate.of(SAMPLES[0], inflation=1.5)
    assert inflated.stderr == 1.5 * plain.stderr


@pytest.mark.parametrize("level", [0, 1, 95, np.nan])
def test_a_level_is_between_0_and_1(level):
    with pytest.raises(ValueError, match="level must be"):
        Estimate.of(SAMPLES).interval(level)
