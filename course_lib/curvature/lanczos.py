"""Lanczos' method: a basis on which a symmetric matrix, known by its products alone, is tridiagonal.

It builds an orthonormal basis V of span{v, Av, A²v, …} such that T = VᵀAV is tridiagonal. The
eigenvalues of T are the Ritz values. They reach the ends of the spectrum first (`eigenpairs`). With
weights, they are a Gauss quadrature of the whole spectrum (`density`).

Every function takes a real symmetric `A`, an ndarray of shape (n, n) or a SciPy LinearOperator. Only
its products are used. If A is not square, real, finite and symmetric, a ValueError says so.
Symmetry, uᵀAv = vᵀAu, is tested on the basis, which costs no further product. Stopping by hand
raises `Interrupted`.

SciPy shows none of this: `eigsh` returns eigenpairs alone. Here are T, its weights and bounds, and
the recurrence with and without ghosts. The lessons need them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh_tridiagonal
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature.threads import one_blas_thread
from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.interruption import Interrupted
from course_lib.support.progress_bar import ProgressBar
from course_lib.support.seeds import Seed, stream

EPS = np.finfo(float).eps


@dataclass(frozen=True, eq=False)
class Tridiagonal:
    """The matrix T of a run, and what its eigenvalues and eigenvectors say.

    Attributes
    ----------
    alphas : ndarray of shape (m,)
        Its diagonal.
    betas : ndarray
        The diagonal next to it, with m − 1 entries or more.
    """

    alphas: np.ndarray
    betas: np.ndarray

    @cached_property
    def _eigh(self) -> tuple[np.ndarray, np.ndarray]:
        T = self.alphas, self.betas[: self.alphas.size - 1]
        try:
            ascending, S = eigh_tridiagonal(*T)
        except np.linalg.LinAlgError:
            # If T has ghosts, SciPy 1.11's fast driver may fail to converge; the slow one converged.
            ascending, S = eigh_tridiagonal(*T, lapack_driver="stev")
        return ascending[::-1], S[:, ::-1]

    @property
    def ritz_values(self) -> np.ndarray:
        """The eigenvalues of T, descending. Up to rounding, they lie inside the spectrum of A."""
        return self._eigh[0]

    @property
    def weights(self) -> np.ndarray:
        """The squared first entries of T's eigenvectors, which sum to 1.

        Σ weightᵢ f(θᵢ) is the Gauss quadrature of vᵀf(A)v, where v is the start, of length 1. It is
        exact for polynomials f of degree up to 2m − 1 (Golub & Welsch 1969).
        """
        return self._eigh[1][0] ** 2


@dataclass(frozen=True, eq=False, repr=False)
class LanczosResult(Tridiagonal, Printable):
    """The result of m steps of Lanczos: A V = V T + residual · eₘᵀ, with eₘ the last unit vector.

    Attributes
    ----------
    alphas : ndarray of shape (m,)
        The diagonal of T.
    betas : ndarray of shape (m − 1,)
        The diagonals next to it, positive. The next entry would be ‖residual‖.
    vectors : ndarray of shape (n, m)
        The basis V; its first column is the start, scaled to length 1.
    residual : ndarray of shape (n,)
    invariant : bool
        True if the residual is not larger than rounding. Then V spans an invariant subspace, the
        Ritz values are eigenvalues, and this start cannot show any others.
    num_matvecs : int
        The cost: products with A.
    """

    vectors: np.ndarray
    residual: np.ndarray
    invariant: bool
    num_matvecs: int

    @property
    def T(self) -> np.ndarray:
        """The tridiagonal matrix, of shape (m, m)."""
        return np.diag(self.alphas) + np.diag(self.betas, 1) + np.diag(self.betas, -1)

    @property
    def error_bounds(self) -> np.ndarray:
        """‖residual‖ · |last entries of T's eigenvectors|: the residual of every Ritz pair.

        Up to rounding, some eigenvalue of A lies within its bound of each Ritz value. Without
        reorthogonalization it may be the same one for several Ritz values: these are ghosts,
        although their bounds are small.
        """
        return np.linalg.norm(self.residual) * np.abs(self._eigh[1][-1])

    def __repr__(self) -> str:
        theta, end = self.ritz_values, ", invariant subspace" if self.invariant else ""
        values = f"{theta.size} Ritz values from {theta[0]:.6g} to {theta[-1]:.6g}"
        return f"Lanczos: {values} ({self.num_matvecs} products{end})"


def lanczos(
    A: ArrayLike | LinearOperator,
    num_steps: int,
    start: ArrayLike | None = None,
    seed: Seed = 0,
    reorthogonalize: bool = True,
) -> LanczosResult:
    """Run `num_steps` steps of Lanczos' method, one product each; return a `LanczosResult`.

    Rounding spoils the bare recurrence. Once a Ritz value has converged, new basis vectors turn
    back to its eigenvector, and the eigenvalue is found again, as a ghost. Therefore each vector
    is orthogonalized against all vectors before it, which costs another 8nj flops in step j.

    Parameters
    ----------
    A : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        Real and symmetric.
    num_steps : int
        At most n steps are taken, and fewer if an invariant subspace is reached.
    start : array_like of shape (n,), optional
        Any vector except zero. By default it is Gaussian, and then it almost surely misses no
        distinct eigenvalue.
    seed : int or numpy.random.Generator
        Draws the start.
    reorthogonalize : bool
        False runs the bare recurrence, which has ghosts.

    Raises
    ------
    ValueError
        For an `A` as above, or a `start` that is zero or of the wrong length.
    Interrupted
        Its `partial` holds the steps that were done.

    References
    ----------
    Trefethen & Bau 1997, Part VI.

    Examples
    --------
    >>> result = lanczos(np.diag([0.0, 4.0, 5.0]), 2, start=[1, 1, 1])
    >>> result.T.round(3)
    array([[3.   , 2.16 ],
           [2.16 , 1.714]])
    >>> result.ritz_values.round(3), result.weights.round(3)
    (array([4.611, 0.103]), array([0.643, 0.357]))
    """
    A = arguments.square_operator("A", A)
    n = A.shape[0]
    m = min(arguments.count("num_steps", num_steps), n)
    if start is None:
        start = stream(seed).standard_normal(n)
    start = arguments.vector("start", start, n)
    if not start.any():
        raise ValueError("start must not be the zero vector")
    with one_blas_thread(A), ProgressBar(m, "product") as bar:
        return lanczos_steps(A, m, start, reorthogonalize, bar)


def lanczos_steps(
    A: LinearOperator, m: int, start: np.ndarray, reorthogonalize: bool, bar: ProgressBar
) -> LanczosResult:
    """Run at most m steps of the recurrence from a start that is not zero."""
    V, product, scale = np.zeros((start.size, m), order="F"), None, 0.0
    alphas, betas = np.zeros(m), np.zeros(m)
    residual, steps, invariant = start, 0, False

    def result() -> LanczosResult:
        return LanczosResult(
            alphas[:steps], betas[: steps - 1], V[:, :steps], residual, invariant, steps
        )

    try:
        while steps < m and not invariant:
            j = steps
            V[:, j] = residual / np.linalg.norm(residual)
            product = checked_product(A, V[:, j], V[:, j - 1], product, scale)
            scale = max(scale, float(np.linalg.norm(product)))
            alphas[j] = V[:, j] @ product
            r = product - alphas[j] * V[:, j] - betas[j - 1] * V[:, j - 1]  # betas[-1] is 0 so far
            if reorthogonalize:
                r = orthogonalize(r, V[:, : j + 1])
            betas[j] = np.linalg.norm(r)
            residual, steps, invariant = r, j + 1, is_rounding(r, scale)
            bar.advance()
    except KeyboardInterrupt:
        raise Interrupted(f"after {steps} of {m} steps", result() if steps else None) from None
    return result()


def checked_product(
    A: LinearOperator,
    v: np.ndarray,
    previous: np.ndarray,
    previous_product: np.ndarray | None,
    scale: float,
) -> np.ndarray:
    """Return A v, after a check that it is finite, and symmetric with the basis vector before v."""
    u = A.matvec(v)
    arguments.product_in_range("A", u, scale)
    if previous_product is not None:
        forth, back = previous @ u, v @ previous_product
        precision = np.finfo(u.dtype).eps if u.dtype.kind == "f" else EPS  # float32 is coarser
        if abs(forth - back) > np.sqrt(precision) * max(scale, np.linalg.norm(u)):
            sides = f"uᵀAv = {forth:.6g} but vᵀAu = {back:.6g}"
            raise ValueError(f"A must be symmetric: {sides} for two unit vectors u and v")
    return np.asarray(u, dtype=float)


def orthogonalize(r: np.ndarray, V: np.ndarray) -> np.ndarray:
    """Return r minus its part in the span of V; a second pass removes the rounding of the first."""
    for _ in range(2):
        r = r - V @ (V.T @ r)
    return r


def is_rounding(r: np.ndarray, scale: float, noise: float | None = None) -> bool:
    """Tell whether r is not larger than what rounding leaves of a vector of length `scale`."""
    return bool(np.linalg.norm(r) <= rounding(r.size, noise) * scale)


def rounding(n: int, noise: float | None) -> float:
    """Return an allowance for the rounding error of a product, relative to the norm of A.

    In single precision, `noise` is the measured value (`vectors.Space.noise`), because the worst case
    for n entries would be far too large. In double precision it is None.
    """
    return 10 * np.sqrt(n) * EPS if noise is None else 10 * noise
