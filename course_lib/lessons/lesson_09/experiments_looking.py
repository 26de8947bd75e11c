"""Intervals that a run looks at again and again, and the run stops once its interval is narrow."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from course_lib.curvature import trace
from course_lib.lessons.lesson_09 import experiments
from course_lib.support.estimates import half_width
from course_lib.teaching import records


class Rule(NamedTuple):
    """When to look at the interval: after `first` probes, and then again after every `every`."""

    first: int
    every: int


RULES: dict[str, Rule | None] = {
    "one look, at a number chosen in advance": None,
    "every 30 probes": Rule(30, 30),
    "every probe, from the 30th on": Rule(30, 1),
    "every probe, from the 2nd on": Rule(2, 1),
}
# The tolerance is such that about so many probes are needed for it.
WANTED = (60, 240)
MOST = 4  # times as many are drawn at most


def tolerance(A: np.ndarray, wanted: int) -> float:
    """Return the relative tolerance that about so many probes reach, by the law of one probe."""
    stderr = (trace.one_probe_variance(A) / wanted) ** 0.5
    return float(half_width(stderr, wanted, 0.95)) / abs(float(np.trace(A)))


def samples_of(A: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return vᵀAv for so many Rademacher probes."""
    V = trace.probes(len(A), count, seed=seed)
    return np.sum(V * (A @ V), axis=0)


def stop(samples: np.ndarray, rtol: float, rule: Rule | None, wanted: int) -> tuple[int, bool]:
    """Return after how many probes a rule stops, and whether the interval was narrow enough then.

    Parameters
    ----------
    samples : ndarray of shape (m,)
    rtol : float
        The interval is narrow enough once its half-width is at most so many times the estimate.
    rule : Rule or None
        None: the only look comes after `wanted` probes.
    wanted : int
    """
    m = np.arange(1, samples.size + 1)
    mean = np.cumsum(samples) / m
    squares = np.cumsum((samples - samples.mean()) ** 2)
    around = squares - m * (mean - samples.mean()) ** 2  # about the mean of the first m
    stderr = np.sqrt(np.maximum(around, 0) / np.maximum(m - 1, 1) / m)
    looks = np.array([wanted]) if rule is None else np.arange(rule.first, m[-1] + 1, rule.every)
    count: Any = looks  # an array serves as well as a number
    narrow = half_width(stderr[looks - 1], count, 0.95) <= rtol * np.abs(mean[looks - 1])
    at = int(narrow.argmax()) if narrow.any() else looks.size - 1
    return int(looks[at]), bool(narrow[at])


def covered(A: np.ndarray, wanted: int, rules: Sequence[Rule | None], seeds: range) -> np.ndarray:
    """Return for each rule the share of runs whose interval contains the trace when it stops them."""
    exact, rtol, hits = float(np.trace(A)), tolerance(A, wanted), np.zeros(len(rules))
    for seed in seeds:
        samples = samples_of(A, MOST * wanted, seed)
        for i, rule in enumerate(rules):
            hits[i] += contains(samples[: stop(samples, rtol, rule, wanted)[0]], exact)
    return hits / len(seeds)


def contains(samples: np.ndarray, exact: float) -> bool:
    """Tell whether the 95 % interval of these samples contains a number."""
    half = half_width(samples.std(ddof=1) / samples.size**0.5, samples.size, 0.95)
    return bool(abs(samples.mean() - exact) <= half)


def recorded() -> dict[str, np.ndarray]:
    """Return the record: "covered" and "trials", by spectrum, number wanted and rule."""
    return dict(records.load("09_looking").items())


def of_record(spectrum: str, wanted: int, rule: str) -> tuple[float, int]:
    """Return the share of recorded intervals with the trace, and of how many."""
    at = tuple(experiments.SPECTRA).index(spectrum), WANTED.index(wanted), tuple(RULES).index(rule)
    record = recorded()
    return float(record["covered"][at]), int(record["trials"][at])
