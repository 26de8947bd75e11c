"""Comparisons over seeds that carry their error: paired differences, correlations within groups."""

from dataclasses import dataclass

import numpy as np

from course_lib.support import arguments


@dataclass(frozen=True)
class PairedDifference:
    """The mean of a − b over pairs.

    Attributes
    ----------
    mean : float
    stderr : float
        The standard error of the mean.
    n : int
        Pairs.
    """

    mean: float
    stderr: float
    n: int

    def interval(self, level=0.95):
        """Return the interval for the mean difference by Student's t with n − 1 degrees of freedom.

        It presumes independent pairs whose differences are not too far from Gaussian.
        """
        from scipy import stats

        half = self.stderr * stats.t.ppf((1 + level) / 2, self.n - 1)
        return self.mean - half, self.mean + half

    def __repr__(self):
        low, high = self.interval()
        return (
            f"PairedDifference: {self.mean:+.3g}, 95 % interval [{low:+.3g}, {high:+.3g}], "
            f"{self.n} pairs"
        )


def paired_difference(a, b):
    """Compare two treatments of the same seeds.

    What the seeds have in common (the split, the initial weights) drops out of each difference, so
    the interval is often far narrower than that between two groups of other seeds.

    Parameters
    ----------
    a, b : array_like of shape (n,)
        One number a seed, in the same order; n at least 2.

    Returns
    -------
    PairedDifference

    Raises
    ------
    ValueError
        If the lengths differ or there is one pair only.

    Examples
    --------
    >>> paired_difference([8.1, 12.2, 9.3], [8.5, 12.8, 9.9])
    PairedDifference: -0.533, 95 % interval [-0.82, -0.246], 3 pairs
    """
    a = arguments.vector("a", a)
    b = arguments.vector("b", b, a.size)
    if a.size < 2:
        raise ValueError("a must hold at least 2 numbers: one pair has no spread")
    d = a - b
    return PairedDifference(float(d.mean()), float(d.std(ddof=1) / np.sqrt(d.size)), d.size)


@dataclass(frozen=True)
class GroupedCorrelation:
    """A rank correlation within groups and pooled over them.

    Attributes
    ----------
    within : float
        The mean over groups of the correlation inside each.
    pooled : float
        The correlation over all points, groups ignored.
    within_interval, pooled_interval, gap_interval : tuple of float
        95 % intervals by resampling whole groups; the gap is pooled − within.
    num_groups : int
    """

    within: float
    within_interval: tuple[float, float]
    pooled: float
    pooled_interval: tuple[float, float]
    gap_interval: tuple[float, float]
    num_groups: int

    def __repr__(self):
        (a, b), (c, d) = self.within_interval, self.pooled_interval
        return (
            f"GroupedCorrelation: within {self.within:+.2f} [{a:+.2f}, {b:+.2f}], "
            f"pooled {self.pooled:+.2f} [{c:+.2f}, {d:+.2f}], {self.num_groups} groups"
        )


def grouped_correlation(x, y, groups, resamples=1000, seed=0):
    """Return Spearman's rank correlation of `x` and `y` within groups and pooled.

    Points of one group share what made them alike, so they are no independent evidence: intervals
    come from drawing whole groups anew, with replacement (a cluster bootstrap).

    Parameters
    ----------
    x, y : array_like of shape (n,)
    groups : array_like of shape (n,)
        Which group a point belongs to; at least 3 groups with at least 3 points each.
    resamples : int
    seed : int or numpy.random.Generator

    Returns
    -------
    GroupedCorrelation

    Raises
    ------
    ValueError
        If groups are too few or too small, or x or y is constant in one.

    Examples
    --------
    >>> x = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    >>> y = [8, 9, 10, 5, 6, 7, 2, 3, 4]
    >>> found = grouped_correlation(x, y, groups=[0, 0, 0, 1, 1, 1, 2, 2, 2])
    >>> round(found.within, 2), round(found.pooled, 2)
    (1.0, -0.8)
    """
    x = arguments.vector("x", x)
    y, groups = arguments.vector("y", y, x.size), np.asarray(groups)
    if groups.shape != x.shape:
        raise ValueError(f"groups must have {x.size} entries, not shape {groups.shape}")
    rows = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    if len(rows) < 3 or min(map(len, rows)) < 3:
        raise ValueError("groups must be at least 3, with at least 3 points each")
    for name, values in (("x", x), ("y", y)):
        if any(np.ptp(values[r]) == 0 for r in rows):
            raise ValueError(f"{name} is constant in a group: it has no correlation there")
    each = np.array([spearman(x[r], y[r]) for r in rows])
    rng = np.random.default_rng(seed)
    within, pooled = np.empty(resamples), np.empty(resamples)
    for k in range(arguments.count("resamples", resamples)):
        drawn = rng.integers(len(rows), size=len(rows))
        both = np.concatenate([rows[g] for g in drawn])
        within[k], pooled[k] = each[drawn].mean(), spearman(x[both], y[both])
    return GroupedCorrelation(
        float(each.mean()), _middle(within), spearman(x, y), _middle(pooled),
        _middle(pooled - within), len(rows),
    )  # fmt: skip


def spearman(x, y):
    """Return the rank correlation: that of the ranks, ties sharing their mean rank.

    Examples
    --------
    >>> spearman([1, 2, 3, 10], [1, 4, 9, 100])
    1.0
    """
    from scipy import stats

    return float(np.corrcoef(stats.rankdata(x), stats.rankdata(y))[0, 1].round(12))


def _middle(values):
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
