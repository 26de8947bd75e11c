"""The network that lesson 09 measures, and a race of three estimators of a trace at equal cost."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from scipy import stats

from course_lib.curvature import networks, operators, trace, training
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import records

WIDTHS = (64, 8, 10)


@remember()
def trained_network() -> tuple[networks.Network, Callable, np.ndarray, datasets.Digits]:
    """Train the lesson's small network; return (network, loss, w, data), a second's work.

    64-8-10 with tanh on 500 centred digits, cross-entropy, 300 full-batch steps of 0.5.
    """
    data = datasets.digits(num_train=500, seed=0)
    network = networks.mlp(WIDTHS, "tanh")
    loss, start = networks.cross_entropy(network), network.init(seed=0)
    run = training.gradient_descent(loss, start, data.X_train, data.y_train, eta=0.5, steps=300)
    return network, loss, run.w, data


@remember()
def exact_hessian() -> np.ndarray:
    """Return the Hessian of the trained network as a matrix: the truth to compare with."""
    _, loss, w, data = trained_network()
    H = operators.hessian_operator(loss, w, data.X_train, data.y_train).to_dense()
    return (H + H.T) / 2


@remember()
def exact_eigenvalues() -> np.ndarray:
    """Return the eigenvalues of that Hessian, descending."""
    return np.linalg.eigvalsh(exact_hessian())[::-1]


@remember()
def one_probe_spread(distribution: str) -> float:
    """Return the standard deviation of one sample vᵀHv, by the law of its distribution."""
    return float(np.sqrt(trace.one_probe_variance(exact_hessian(), distribution)))


ORDER = 250
BUDGETS = (12, 18, 30, 60, 120)


def outliers(count: int) -> np.ndarray:
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
def matrix_with(spectrum: str) -> np.ndarray:
    """Return the matrix of one of the `SPECTRA`."""
    eigenvalues = SPECTRA[spectrum]
    return exact_hessian() if eigenvalues is None else turned(eigenvalues)


def turned(eigenvalues: np.ndarray) -> np.ndarray:
    """Return a matrix with these eigenvalues and random eigenvectors."""
    Q, _ = np.linalg.qr(np.random.default_rng(7).standard_normal((ORDER, ORDER)))
    return (Q * eigenvalues) @ Q.T


class Trials(NamedTuple):
    """The root mean square error of many trials, and the share of intervals with the trace."""

    rms: float
    covered: float


def trials(A, exact: float, method: str, budget: int, seeds: Iterable[int]) -> Trials:
    """Estimate the trace of `A` once for every seed."""
    errors, held = [], 0
    for seed in seeds:
        estimate = trace.trace(A, budget, seed=seed, method=method)
        low, high = estimate.interval(0.95)
        errors.append(estimate.estimate - exact)
        held += low <= exact <= high
    return Trials(float(np.sqrt(np.mean(np.square(errors)))), held / len(errors))


def recorded_race(spectrum: str, method: str) -> dict[str, np.ndarray]:
    """Return what thousands of trials gave, an entry for each of the `BUDGETS`.

    "rms" is the error in parts of Hutchinson's at the same cost, by its law; "covered" the share of
    95 % intervals with the trace; "trials" how many there were.
    """
    at = tuple(SPECTRA).index(spectrum), tuple(trace.METHODS).index(method)
    return {name: values[at] for name, values in records.load("09_race").items()}
