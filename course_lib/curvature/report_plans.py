"""The two ways to measure a spectrum: with eigenvectors that are kept, or with few vectors.

A plan knows beforehand what it needs. It then measures the four parts of a report one by one, so
that stopping it by hand leaves the parts that are done.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature.density import SpectralDensity, density_of, spectral_density
from course_lib.curvature.eigenpairs import Eigenpairs, top_eigenpairs
from course_lib.curvature.few_vectors import (
    SAFETY,
    BareRun,
    bare_lanczos,
    distinct_eigenvalues,
    hutchinson,
    negated,
)
from course_lib.curvature.lanczos import rounding
from course_lib.curvature.trace import TraceEstimate, trace
from course_lib.curvature.vectors import LEAST, as_precise, is_single, space_of
from course_lib.support.progress_bar import ProgressBar

PARTS = ("top", "trace", "bottom", "density")
TOP = 10  # eigenpairs at the upper end
TOLERANCE = 1e-6  # of an eigenvalue, relative to the largest magnitude
PROBES = 4  # of the density
# Of the budget; what is not spent goes on, and the density takes the rest.
SHARES = {"top": 0.3, "trace": 0.15, "bottom": 0.25}
# Steps of a run without a basis below which two probes that see further say more than four.
FEWEST_STEPS = 80


class Plan(ABC):
    """A way to measure with `budget` products, and what it takes.

    Attributes
    ----------
    parts : dict
        The parts of the report; None for those that are not done.
    seconds : float
        The time of a product, known after `prepare`.
    """

    def __init__(self, A: LinearOperator, budget: int, seeds: list[np.random.Generator]) -> None:
        self.A, self.budget, self.seeds = A, budget, seeds
        self.parts: dict[str, Any] = dict.fromkeys(PARTS)
        self.seconds = 0.0

    @staticmethod
    @abstractmethod
    def bytes_needed(A: LinearOperator) -> int:
        """Return the memory for vectors, beyond the model and what one product needs."""

    @abstractmethod
    def prepare(self) -> None:
        """Multiply one vector twice, to see whether products repeat, how exactly and how fast."""

    @abstractmethod
    def steps(self) -> dict[str, Callable[[], None]]:
        """Return the steps by name. Each one fills `parts`, even if it is stopped."""

    @property
    @abstractmethod
    def spent(self) -> int:
        """The number of products so far."""


class WithEigenvectors(Plan):
    """Eigenpairs by restarted Lanczos, the trace on them exactly, a density from a full basis."""

    noise: float | None = None  # of a product, measured in single precision

    @staticmethod
    def bytes_needed(A: LinearOperator) -> int:
        """Return the memory of 275 vectors in float64; up to 267 were measured, on a PyTorch model."""
        return 275 * 8 * A.shape[0]

    def prepare(self) -> None:
        """Multiply twice; SciPy passes (n, 1) to a matvec without matmat, many of which take only (n,)."""
        # Random: ones are a null vector of many a loss, such as cross-entropy's of a linear model.
        A, v = self.A, np.random.default_rng(0).standard_normal(self.A.shape[0])
        first = A.matvec(v)
        begin = perf_counter()
        try:  # three times as long, which rounds differently: see `vectors.Space.noise`
            second = A.matmat(3 * v[:, None])[:, 0] / 3
        except Exception:
            columns = partial(_by_columns, A)
            self.A = LinearOperator(A.shape, matvec=A.matvec, matmat=columns, dtype=A.dtype)
            second = self.A.matvec(3 * v) / 3
        self.seconds = perf_counter() - begin
        size = np.linalg.norm(first)
        with np.errstate(invalid="ignore"):  # NaN is refused by who multiplies next
            noise = float(np.linalg.norm(first - second) / (size or 1.0))
        refuse_random(self.A, noise)
        if is_single(A):
            self.noise = max(noise, LEAST * float(np.finfo(np.float32).eps))
        elif 10 * noise > rounding(A.shape[0], None):  # the loss itself loses digits
            self.A, self.noise = as_precise(self.A, noise), noise

    @property
    def spent(self) -> int:
        """The number of products so far."""
        return 2 + sum(part.num_matvecs for part in self.parts.values() if part is not None)

    def steps(self) -> dict[str, Callable[[], None]]:
        """Return the steps by name."""
        return {
            "top": partial(self._fill, "top", lambda: self._pairs("top", TOP, "LA")),
            "trace": partial(self._fill, "trace", self._trace, self._with_top),
            "bottom": partial(self._fill, "bottom", lambda: self._pairs("bottom", 1, "SA")),
            "density": partial(self._fill, "density", self._density),
        }

    def _fill(
        self, name: str, measure: Callable[[], Any], finish: Callable[[Any], Any] = lambda x: x
    ) -> None:
        try:
            self.parts[name] = finish(measure())
        except KeyboardInterrupt as stop:
            part = getattr(stop, "partial", None)
            self.parts[name] = None if part is None else finish(part)
            raise

    def _pairs(self, name: str, k: int, which: str) -> Eigenpairs:
        k = min(k, self.A.shape[0])
        allowed = max(k, int(SHARES[name] * self.budget))
        seed = self.seeds[PARTS.index(name)]
        return top_eigenpairs(self.A, k, which, TOLERANCE, seed, allowed, self.noise)

    def _trace(self) -> TraceEstimate:
        rest = _deflated(self.A, self.parts["top"].eigenvectors)
        return trace(rest, int(SHARES["trace"] * self.budget), seed=self.seeds[1])

    def _with_top(self, rest: TraceEstimate) -> TraceEstimate:
        exact = self.parts["top"].eigenvalues.sum()  # tr(QᵀAQ), Ritz values being that diagonal
        return replace(rest, estimate=rest.estimate + exact, samples=rest.samples + exact)

    def _density(self) -> SpectralDensity:
        steps = (self.budget - self.spent) // PROBES
        return spectral_density(self.A, steps, PROBES, seed=self.seeds[3])


class WithFewVectors(Plan):
    """Bare Lanczos from a few probes for both ends and the density, and signs for the trace."""

    def __init__(self, A: LinearOperator, budget: int, seeds: list[np.random.Generator]) -> None:
        super().__init__(A, budget, seeds)
        self.space = space_of(A)
        self.samples: list[float] = []
        self.runs: list[BareRun] = []
        self.noise = 0.0  # of a product

    @staticmethod
    def bytes_needed(A: LinearOperator) -> int:
        """Return the memory of two Lanczos vectors, a product, and one that the operator holds."""
        return 4 * (4 if is_single(A) else 8) * A.shape[0]

    def prepare(self) -> None:
        """Multiply one vector twice, to see whether products repeat, how exactly and how fast."""
        self.noise, _ = self.space.noise()
        self.seconds = self.space.seconds
        refuse_random(self.A, self.noise)
        self.A = as_precise(self.A, self.noise)
        if is_single(self.A):
            self.space = space_of(self.A)

    @property
    def spent(self) -> int:
        """The number of products so far."""
        return 2 + len(self.samples) + sum(run.alphas.size for run in self.runs)

    def steps(self) -> dict[str, Callable[[], None]]:
        """Return the steps by name."""
        return {"trace": self._trace, "the ends and the density": self._spectrum}

    def _trace(self) -> None:
        m = int(SHARES["trace"] * self.budget)
        try:
            with ProgressBar(m, "product") as bar:
                hutchinson(self.space, m, self.seeds[1], bar, self.samples)
        finally:
            if len(self.samples) >= 2:
                about = len(self.samples), "rademacher"
                self.parts["trace"] = TraceEstimate.of(self.samples, *about)

    def _spectrum(self) -> None:
        left = self.budget - self.spent
        probes = PROBES if left >= PROBES * FEWEST_STEPS else 2
        m = min(left // probes, self.A.shape[0])
        try:
            with ProgressBar(probes * m, "product") as bar:
                for _ in range(probes):
                    bare_lanczos(self.space, m, self.seeds[3], self.noise, bar, self.runs.append)
        finally:
            if self.runs:
                self._read(self.runs)

    def _read(self, runs: list[BareRun]) -> None:
        used = sum(run.alphas.size for run in runs)
        self.parts["top"] = _pairs_of(runs, TOP, used)
        lowest = _pairs_of([negated(run) for run in runs], 1, used)
        self.parts["bottom"] = replace(lowest, eigenvalues=-lowest.eigenvalues)
        # Beside complete rules, one of a run that was stopped would blur what they resolve.
        most = max(run.alphas.size for run in runs)
        whole = [run for run in runs if run.alphas.size == most or run.invariant]
        rules = [(run.ritz_values, run.weights) for run in whole]
        invariant = all(run.invariant for run in whole)
        self.parts["density"] = density_of(rules, self.A.shape[0], used, invariant)


def _pairs_of(runs: list[BareRun], k: int, num_matvecs: int) -> Eigenpairs:
    values, norms, bounds = distinct_eigenvalues(runs, k)
    most = max(run.rounding for run in runs)
    converged = norms <= TOLERANCE * np.abs(values).max() + most
    return Eigenpairs(values, None, norms, bounds, converged, num_matvecs, SAFETY * most)


def refuse_random(A: LinearOperator, noise: float) -> None:
    """Raise a ValueError if products are random, or less precise than float32.

    `noise` is the relative difference of two products that differ only in how they are rounded.
    """
    most = np.sqrt(np.finfo(np.float32 if is_single(A) else float).eps)
    if not noise > most:  # NaN is refused elsewhere
        return
    v = np.random.default_rng(0).standard_normal(A.shape[0])
    if not np.array_equal(A.matvec(v), A.matvec(v)):
        raise ValueError(
            f"the same product must always give the same result, but two results differ by "
            f"{noise:.2g} of their length: switch off everything random (dropout, a new batch for "
            "every product)"
        )
    if noise > np.sqrt(np.finfo(np.float32).eps):
        raise ValueError(
            f"products must be as precise as float32, but Av and A(3v)/3 differ by {noise:.2g} of "
            "their length. Compute every part at least in float32, and rescale features or weights "
            "whose sizes differ by many powers of ten"
        )


def _by_columns(A: LinearOperator, V: np.ndarray) -> np.ndarray:
    return np.stack([A.matvec(v) for v in V.T], axis=1)


def _deflated(A: LinearOperator, Q: np.ndarray) -> LinearOperator:
    """Return (I − QQᵀ) A (I − QQᵀ)."""

    def multiply(V: np.ndarray) -> np.ndarray:
        AV = A @ (V - Q @ (Q.T @ V))
        return AV - Q @ (Q.T @ AV)

    return LinearOperator(A.shape, matvec=multiply, matmat=multiply, dtype=float)
