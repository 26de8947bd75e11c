"""How often a comparison over so many seeds detects an effect, and how many seeds it takes."""

import numpy as np
from scipy import stats

LEVEL = 0.95
OFTEN = 0.8  # of the experiments: what is usually called enough


def factor(seeds):
    """Return the t of a 95 % interval over so many paired differences."""
    return stats.t.ppf((1 + LEVEL) / 2, np.asarray(seeds) - 1)


def detected(seeds, effect, scatter):
    """Return the share of experiments whose 95 % interval excludes 0.

    Parameters
    ----------
    seeds : int or array of int
        Paired differences in one experiment, at least 2.
    effect, scatter : float
        The true mean of a paired difference, and its standard deviation.

    Returns
    -------
    float or ndarray
        Exact for differences that follow a bell curve: the tails of the noncentral t distribution.

    Examples
    --------
    >>> round(float(detected(25, 0.3, 0.75)), 2)  # the effect is two standard errors
    0.48
    >>> round(float(detected(20, 0.0, 0.75)), 2)  # no effect: one in twenty
    0.05
    """
    seeds = np.asarray(seeds)
    t, shift = factor(seeds), effect * np.sqrt(seeds) / scatter
    with np.errstate(divide="ignore"):  # SciPy 1.11 warns, but its result is right
        return stats.nct.sf(t, seeds - 1, shift) + stats.nct.cdf(-t, seeds - 1, shift)


def seeds_needed(effect, scatter, often=OFTEN, most=100_000):
    """Return the smallest number of seeds that detects the effect so often, None beyond `most`.

    Examples
    --------
    >>> seeds_needed(0.3, 0.75)
    52
    """
    low, high = 2, 4
    while detected(high, effect, scatter) < often:
        low, high = high, 2 * high
        if high > most:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if detected(middle, effect, scatter) >= often else (middle, high)
    return high
