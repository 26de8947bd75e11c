"""Three estimators of a trace at equal cost, on four spectra: what a race needs, and its record."""

import json
from typing import NamedTuple

import numpy as np
from scipy import stats

from course_lib.curvature import trace
from course_lib.lessons.lesson_09.network import exact_hessian
from course_lib.support.caching import remember
from course_lib.support.shipped_files import shipped_file

ORDER = 250
BUDGETS = (12, 18, 30, 60, 120)


def outliers(count):
    """Return so many eigenvalues from 100 to 20, and a tail that falls from 1."""
    return np.r_[np.linspace(100, 20, count), 1 / np.sqrt(np.arange(1, ORDER - count + 1))]


# Eigenvalues of a matrix of order 250 with random eigenvectors, or the Hessian of the lesson.
SPECTRA = {
    "ten outliers": outliers(10),
    "flat": np.linspace(0.5, 1.5, ORDER),
    "indefinite": 0.3 + stats.norm.ppf((np.arange(ORDER) + 0.5) / ORDER),
    "this network": None,
}


@remember()
def matrix(name):
    """Return the matrix of a spectrum."""
    eigenvalues = SPECTRA[name]
    return exact_hessian() if eigenvalues is None else turned(eigenvalues)


def turned(eigenvalues):
    """Return a matrix with these eigenvalues and random eigenvectors."""
    Q, _ = np.linalg.qr(np.random.default_rng(7).standard_normal((ORDER, ORDER)))
    return (Q * eigenvalues) @ Q.T


class Measured(NamedTuple):
    """The root mean square error of many trials, and the share of intervals with the trace."""

    rms: float
    covered: float


def trials(A, exact, method, budget, seeds):
    """Estimate the trace of `A` once for every seed."""
    errors, held = [], 0
    for seed in seeds:
        estimate = trace.trace(A, budget, seed=seed, method=method)
        low, high = estimate.interval(0.95)
        errors.append(estimate.estimate - exact)
        held += low <= exact <= high
    return Measured(float(np.sqrt(np.mean(np.square(errors)))), held / len(errors))


@remember()
def recorded():
    """Return rows[spectrum][method][budget] → {"rms", "covered", "trials"} (tools/record_09.py)."""
    return json.loads(shipped_file("assets/recorded/09_race.json").read_text("utf-8"))["rows"]
