import numpy as np
import pytest
from scipy import stats

from course_lib.lessons.lesson_08.comparisons import (
    grouped_correlation,
    paired_difference,
    spearman,
)


def test_the_paired_interval_is_the_one_of_the_paired_t_test():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 15))
    expected = stats.ttest_rel(a, b).confidence_interval(0.9)
    np.testing.assert_allclose(paired_difference(a, b).interval(0.9), expected)


def test_what_pairs_have_in_common_drops_out():
    rng = np.random.default_rng(0)
    a, b, shared = rng.standard_normal((3, 15))
    plain, noisy = paired_difference(a, b), paired_difference(a + 100 * shared, b + 100 * shared)
    assert noisy.mean == pytest.approx(plain.mean)
    assert noisy.stderr == pytest.approx(plain.stderr)
    assert paired_difference(b, a).mean == -plain.mean


def test_95_intervals_hold_the_difference_95_times_in_100():
    rng, held = np.random.default_rng(1), 0
    for _ in range(2000):
        low, high = paired_difference(0.3 + rng.standard_normal(8), np.zeros(8)).interval()
        held += low < 0.3 < high
    assert 0.935 < held / 2000 < 0.965


def simpson(groups=12, size=8, slope=1.0, shift=-4.0, seed=0):
    """Points that rise inside each group while the groups themselves descend."""
    rng = np.random.default_rng(seed)
    place = rng.standard_normal(groups)
    x = place[:, None] + 0.3 * rng.standard_normal((groups, size))
    y = slope * (x - place[:, None]) + shift * place[:, None]
    return x.ravel(), y.ravel(), np.repeat(np.arange(groups), size)


def test_within_and_pooled_disagree_where_groups_descend():
    found = grouped_correlation(*simpson())
    assert found.within == pytest.approx(1)
    assert found.within_interval == pytest.approx((1, 1))
    assert found.pooled < -0.7
    assert found.pooled_interval[1] < 0
    assert found.gap_interval[1] < -1
    assert found.num_groups == 12


def test_ranks_do_not_care_about_units():
    x, y, groups = simpson(seed=3)
    one, other = (
        grouped_correlation(x, y, groups),
        grouped_correlation(np.exp(x), 7 * y - 3, groups),
    )
    assert one == other


def test_copies_of_the_same_runs_are_no_new_evidence():
    """The interval comes from the groups: every point taken four times leaves it where it was."""
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(10), 6)
    x, y = rng.standard_normal((2, 60))
    one = grouped_correlation(x, y, groups)
    four = grouped_correlation(np.tile(x, 4), np.tile(y, 4), np.tile(groups, 4))
    assert one.within_interval == pytest.approx(four.within_interval)
    assert one.pooled_interval == pytest.approx(four.pooled_interval)


def test_intervals_hold_zero_95_times_in_100_where_nothing_is_related():
    held = 0
    for seed in range(150):
        x, y = np.random.default_rng(seed).standard_normal((2, 24 * 6))
        low, high = grouped_correlation(
            x, y, np.repeat(np.arange(24), 6), resamples=200
        ).within_interval
        held += low < 0 < high
    assert 0.88 < held / 150 < 0.99


def test_ties_share_their_rank():
    x, y = [1, 1, 2, 3], [2, 4, 4, 9]
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired_difference([1.0], [2.0]), "at least 2"),
        (lambda: paired_difference([1.0, 2.0], [2.0]), "b must have 2 entries"),
        (lambda: grouped_correlation([1.0] * 9, range(9), [0, 1, 2] * 3), "x is constant"),
        (lambda: grouped_correlation(range(6), range(6), [0, 1] * 3), "groups must be at least 3"),
        (lambda: grouped_correlation(range(6), range(6), [0] * 5), "groups must have 6"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
