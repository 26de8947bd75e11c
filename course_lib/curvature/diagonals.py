"""Estimate the diagonal of a matrix that can only be multiplied, with an error for each entry."""

from dataclasses import dataclass

import numpy as np

from course_lib.curvature.symmetric_operator import Matrix
from course_lib.curvature.trace_methods import BLOCK, Products, drawing
from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.estimates import half_width
from course_lib.support.interruption import Interrupted
from course_lib.support.seeds import Seed


@dataclass(frozen=True, eq=False, repr=False)
class DiagonalEstimate(Printable):
    """The diagonal of a matrix, estimated entry by entry.

    Attributes
    ----------
    estimate : ndarray of shape (n,)
        Unbiased estimates of the aᵢᵢ. Their errors are correlated.
    stderr : ndarray of shape (n,)
        The standard error of each.
    num_matvecs : int
        The cost: products with the matrix, one per probe.
    """

    estimate: np.ndarray
    stderr: np.ndarray
    num_matvecs: int

    def interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return confidence intervals (low, high), two arrays (n,), one for each entry: Student's t.

        Parameters and errors are those of `Estimate.interval`.

        Examples
        --------
        >>> low, high = diagonal(np.array([[4.0, 4.0], [4.0, 16.0]]), 60).interval()
        >>> low.round(1), high.round(1)
        (array([ 2.4, 14.4]), array([ 4.5, 16.5]))
        """
        half = half_width(self.stderr, self.num_matvecs, level)
        return self.estimate - half, self.estimate + half

    def __repr__(self) -> str:
        return (
            f"diagonal of {self.estimate.size} entries, s.e. {self.stderr.min():.2g} to "
            f"{self.stderr.max():.2g} ({self.num_matvecs} Rademacher probes)"
        )


def diagonal(A: Matrix, num_matvecs: int = 30, seed: Seed = 0) -> DiagonalEstimate:
    """Estimate the diagonal of `A` from products with random signs: the mean of z ∘ Az.

    For one probe, entry i has the mean aᵢᵢ and the variance Σ_{j≠i} aᵢⱼ², whether `A` is symmetric
    or not. The sum of the entries is Hutchinson's estimate of the trace with the same seed. Returns
    a `DiagonalEstimate`.

    Parameters
    ----------
    A : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        A real matrix; only its products are used.
    num_matvecs : int
        The budget in products, one per probe; 2 or more.
    seed : int or numpy.random.Generator

    Raises
    ------
    ValueError
        If `A` is not a square real matrix, a product holds NaN or infinity, or the budget is
        below 2.
    Interrupted
        Its `partial` is a `DiagonalEstimate`, or None before two probes.

    References
    ----------
    Bekas, Kokiopoulou & Saad 2007.

    Examples
    --------
    >>> A = np.array([[4.0, 4.0], [4.0, 16.0]])
    >>> diagonal(A, 60)
    diagonal of 2 entries, s.e. 0.52 to 0.52 (60 Rademacher probes)
    >>> diagonal(np.diag([4.0, 16.0]), 2).estimate
    array([ 4., 16.])
    """
    A = arguments.square_operator("A", A)
    m = arguments.count("num_matvecs", num_matvecs, at_least=2)
    draw = drawing(A.shape[0], "rademacher", seed)
    count, total, squares = 0, 0.0, 0.0

    def result() -> DiagonalEstimate:
        stderr = np.sqrt(np.maximum(squares - total**2 / count, 0) / (count - 1) / count)
        return DiagonalEstimate(first + total / count, stderr, count)

    with Products(A, m) as product:
        try:
            while count < m:
                Z = draw(min(BLOCK, m - count))
                samples = Z * product(Z)
                if count == 0:
                    first = samples[:, 0]  # summing differences from it loses no digits
                D = samples - first[:, None]
                sums = np.sum(D, axis=1), np.sum(D**2, axis=1)
                count, total, squares = count + Z.shape[1], total + sums[0], squares + sums[1]
        except KeyboardInterrupt:
            partial = result() if count >= 2 else None
            raise Interrupted(f"after {count} of {m} products", partial) from None
    return result()
