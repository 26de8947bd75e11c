"""The exercise of lesson 07 on finding the largest gap, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception


def _gap(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    ratios = lam[:k] / lam[1 : k + 1]
    return int(np.argmax(ratios)) + 1


def _differences(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[:k] - lam[1 : k + 1])) + 1


def _from_zero(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[:k] / lam[1 : k + 1]))


def _by_magnitude(eigenvalues, kmax=15):
    lam = np.sort(np.abs(eigenvalues))[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[:k] / lam[1 : k + 1])) + 1


def _unsorted(eigenvalues, kmax=15):
    lam = np.asarray(eigenvalues)
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[:k] / lam[1 : k + 1])) + 1


def _ascending(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[1 : k + 1] / lam[:k])) + 1


def _no_limit(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    return int(np.argmax(lam[:-1] / lam[1:])) + 1


def _one_short(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1][:kmax]
    return int(np.argmax(lam[:-1] / lam[1:])) + 1


def _absolute(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(np.abs(lam[:k] / lam[1 : k + 1]))) + 1


def _with_ratio(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    ratios = lam[:k] / lam[1 : k + 1]
    return int(np.argmax(ratios)) + 1, ratios.max()


def _the_ratio(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return np.max(lam[:k] / lam[1 : k + 1])


def _inverse(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmin(lam[1 : k + 1] / lam[:k])) + 1


_SPECTRA = (
    (np.array([10, 4, 3.5, 1, 0.9, 0.8, 0.7]),),
    (np.array([5.0, 4, 1, -6]),),
    (np.array([9.0, 3, 2, -8]),),
    (np.array([5, 4, 1, -0.01]),),
    (np.array([1, 0.9, 10, 4, 0.8, 3.5]),),
    (np.array([8, 4.1, 4, 3.9, 0.01]), 3),
    (np.array([9, 8.5, 8, 7.5, 0.5, 0.4, 0.01]), 4),
)
LARGEST_GAP = Exercise(
    id="7.3",
    prompt="Write largest_gap(eigenvalues, kmax=15), which returns the k from 1 to kmax with the "
    "largest λₖ/λₖ₊₁. The eigenvalues come in any order, some may be negative, and there may be fewer "
    "than kmax + 1 of them.",
    kinds=(Code("largest_gap", _SPECTRA),),
    solution=_gap,
    praise="You sorted the signed values, divided neighbours, stopped at kmax and counted from 1. This "
    "lesson finds its gaps by the same rule.",
    misconceptions=(
        Misconception(
            "takes differences",
            _differences,
            "You compared differences λₖ − λₖ₊₁. They favour the top of the list. An outlier stands out by "
            "its *ratio* to the next eigenvalue.",
        ),
        Misconception(
            "counts from 0",
            _from_zero,
            "Your place is right if you count from 0, as Python does. The gap after the first eigenvalue is "
            "the gap after 1.",
        ),
        Misconception(
            "sorts by magnitude",
            _by_magnitude,
            "You sorted by size, so a large negative eigenvalue stands at the top. Sort the signed values.",
        ),
        Misconception(
            "takes the size of a negative ratio",
            _absolute,
            "Your sorting is right. But where λₖ is positive and λₖ₊₁ is negative, you took the size of "
            "their ratio. Keep its sign.",
        ),
        Misconception(
            "looks for the smallest inverse ratio",
            _inverse,
            "Your k is where λₖ₊₁/λₖ is smallest and (λₖ − λₖ₊₁)/λₖ is largest. With positive "
            "eigenvalues, λₖ/λₖ₊₁ is largest there, too. With a negative λₖ₊₁ it is not.",
        ),
        Misconception(
            "returns the ratio beside k",
            _with_ratio,
            "Your function returns two numbers. Return k alone.",
            matches=lambda values: any(v.size == 2 for v in values),
        ),
        Misconception(
            "does not sort",
            _unsorted,
            "Your rule is right for a sorted list. In one of our tests the eigenvalues come in mixed order.",
        ),
        Misconception(
            "sorts ascending",
            _ascending,
            "Your first eigenvalue is the smallest one: `np.sort` sorts in ascending order.",
        ),
        Misconception(
            "ignores kmax",
            _no_limit,
            "Your k is right if the whole list counts. Does your function keep to k ≤ kmax?",
        ),
        Misconception(
            "stops one short of kmax",
            _one_short,
            "Your function never returns kmax itself. For kmax ratios you need kmax + 1 eigenvalues.",
        ),
        Misconception(
            "returns the ratio",
            _the_ratio,
            "That is the largest ratio itself. At which k is it?",
        ),
    ),
    hints=(
        "Sort in descending order: `np.sort(eigenvalues)[::-1]`.",
        "`lam[:k] / lam[1:k + 1]` are the first k ratios. There are at most len(lam) − 1 of them.",
        "`np.argmax` counts from 0.",
    ),
)

EXERCISES = (LARGEST_GAP,)
