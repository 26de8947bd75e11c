"""The eigenpairs at an end of a symmetric matrix that can only be multiplied, by `lanczos`.

`A` and the errors are those of `lanczos`. We do not use SciPy's `eigsh` instead, because it gives no
error bounds, loses everything if it is stopped, hides how many products it spends, and may silently
miss a copy of a repeated eigenvalue.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature.lanczos import checked_product, is_rounding, orthogonalize, rounding
from course_lib.curvature.symmetric_operator import Matrix
from course_lib.curvature.threads import one_blas_thread
from course_lib.curvature.vectors import NumpySpace, is_single
from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.interruption import Interrupted
from course_lib.support.progress_bar import ProgressBar
from course_lib.support.seeds import Seed, stream


@dataclass(frozen=True, eq=False, repr=False)
class Eigenpairs(Printable):
    """Eigenvalues of a symmetric matrix with their eigenvectors, and how good they are.

    Attributes
    ----------
    eigenvalues : ndarray of shape (k,)
        Descending by value, even if the largest magnitudes were asked for.
    eigenvectors : ndarray of shape (n, k), or None
        Orthonormal columns in the same order; their signs are arbitrary. None if they were too
        long to be kept (`few_vectors`).
    residual_norms : ndarray of shape (k,)
        ‖Ax − θx‖ of every pair, from products with A.
    error_bounds : ndarray of shape (k,)
        The residual norms plus an allowance for rounding. It is guaranteed that some eigenvalue of
        A lies within its bound of each. It is not guaranteed, here or by any method that only
        multiplies, that it is the wanted one, and that none above it was missed.
    converged : ndarray of bool, shape (k,)
        True if, allowing for rounding, the residual norm is at most tol · max|θ|, and the
        eigenvector is orthogonal to those before it, so that no eigenvalue is counted twice.
    num_matvecs : int
        The cost: products with A.
    rounding : float
        The allowance for rounding in `error_bounds`.
    looked_again : bool
        True if the search ended on its own. If the budget ended the search, copies of a repeated
        eigenvalue may be missing, even if all pairs have converged.
    """

    eigenvalues: np.ndarray
    eigenvectors: Any  # None where they were not kept
    residual_norms: np.ndarray
    error_bounds: np.ndarray
    converged: np.ndarray
    num_matvecs: int
    rounding: float = 0.0
    looked_again: bool = True

    def __repr__(self) -> str:
        k = self.eigenvalues.size
        values = ", ".join(f"{value:.6g}" for value in self.eigenvalues[:3]) + ", …" * (k > 3)
        error = f"error ≤ {self.error_bounds.max():.1g}, {self.converged.sum()} of {k} converged"
        if self.converged.all() and not self.looked_again:
            error += ", repeated eigenvalues may be missing"
        return f"Eigenpairs: {values} ({error}, {self.num_matvecs} products)"


def top_eigenpairs(
    A: Matrix,
    k: int,
    which: str = "LA",
    tol: float = 1e-8,
    seed: Seed = 0,
    max_matvecs: int = 1000,
    noise: float | None = None,
) -> Eigenpairs:
    """Find `k` `Eigenpairs` at an end of the spectrum by Lanczos' method with thick restarts.

    A basis of 2k + 20 vectors is filled. Its best Ritz vectors are kept, and Lanczos goes on from
    them. One start shows only one copy of a repeated eigenvalue. So when all pairs have converged,
    a random vector is added. The search ends when this brings nothing new.

    Parameters
    ----------
    A : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        Real and symmetric. The memory is that of 4k + 40 vectors; for small n, of the whole matrix.
    k : int
        At most n.
    which : {"LA", "SA", "LM"}
        The largest by value, the smallest by value, or the largest magnitudes.
    tol : float
        A pair with a residual up to tol · max|θ| has converged. If no other eigenvalue is near,
        the error of the eigenvalue is far smaller, ‖r‖²/gap.
    seed : int or numpy.random.Generator
    max_matvecs : int
        The budget in products, k or more. When it is spent, the best pairs so far are returned, and
        `converged` says which of them to trust.
    noise : float, optional
        The relative rounding error of a product, for a matrix in float32. By default it is measured
        by two products, and then `max_matvecs` must be k + 2 or more.

    Raises
    ------
    ValueError
        For an `A` as above, k > n, or another argument out of range.
    Interrupted
        Its `partial` holds the pairs at the last restart.

    References
    ----------
    Wu & Simon 2000, "Thick-restart Lanczos method for large symmetric eigenvalue problems".

    Examples
    --------
    >>> A = np.diag(np.r_[np.linspace(-1, 1, 200), 9.0, 9.0, -5.0])
    >>> top_eigenpairs(A, 2).eigenvalues.round(8)
    array([9., 9.])
    >>> top_eigenpairs(A, 3, "LM").eigenvalues.round(8)
    array([ 9.,  9., -5.])
    """
    A = arguments.square_operator("A", A)
    n = A.shape[0]
    k, tol = arguments.count("k", k), arguments.positive("tol", tol)
    if k > n:
        raise ValueError(f"k must be at most n = {n}, not {k}")
    arguments.choice("which", which, ("LA", "SA", "LM"))
    unknown = noise is None and is_single(A)
    budget = arguments.count("max_matvecs", max_matvecs, at_least=k + 2 * unknown)
    rng = stream(seed)

    size = min(n, 2 * k + 20)
    V, W = np.zeros((n, size), order="F"), np.zeros((n, size), order="F")  # the basis, and A V
    r, begin, used, pairs, looking_again = None, 0, 0, None, False
    try:
        if unknown:
            noise, used = NumpySpace(A).noise()[0], 2
        with one_blas_thread(A), ProgressBar(budget, "product") as bar:
            while True:
                end = min(size, begin + budget - used)
                _extend(A, V, W, begin, end, r, rng, bar, noise)
                used += end - begin
                theta, S = _rayleigh_ritz(V[:, :end], W[:, :end], which)
                X = V[:, :end] @ S[:, :k]
                R = W[:, :end] @ S[:, :k] - X * theta[:k]
                pairs = _measure(theta, X, R, tol, used, noise)
                nothing_new = looking_again and pairs.converged.all()
                if nothing_new or used == budget or size == n:
                    return replace(pairs, looked_again=bool(nothing_new or size == n))
                looking_again = pairs.converged.all()
                if looking_again:  # what converged is invariant: a fresh run beside it
                    r, begin = None, k
                else:
                    # In a Krylov space all residuals are parallel. Once a random vector has joined
                    # they are not, and the largest leads on. The nearest rivals of the k pairs
                    # stay too: that speeds up convergence.
                    r = orthogonalize(R[:, np.linalg.norm(R, axis=0).argmax()], V[:, :end])
                    begin = k + (size - k) // 3
                V[:, :begin], W[:, :begin] = V @ S[:, :begin], W @ S[:, :begin]
    except KeyboardInterrupt:
        raise Interrupted(f"after {used} products", pairs) from None


def _extend(
    A: LinearOperator,
    V: np.ndarray,
    W: np.ndarray,
    begin: int,
    end: int,
    r: np.ndarray | None,
    rng: np.random.Generator,
    bar: ProgressBar,
    noise: float | None,
) -> None:
    """Fill columns `begin` to `end` of V and W = A V by Lanczos' method.

    The first new direction is r. If r is None or only rounding, it is a random one.
    """
    scale = np.linalg.norm(W[:, :begin], axis=0).max(initial=0.0)
    for j in range(begin, end):
        if r is None or is_rounding(r, scale, noise):  # the space so far is invariant
            r = orthogonalize(rng.standard_normal(len(V)), V[:, :j])
        V[:, j] = r / np.linalg.norm(r)
        W[:, j] = checked_product(A, V[:, j], V[:, j - 1], W[:, j - 1] if j else None, scale)
        scale = max(scale, np.linalg.norm(W[:, j]))
        r = orthogonalize(W[:, j], V[:, : j + 1])
        bar.advance()


def _rayleigh_ritz(V: np.ndarray, W: np.ndarray, which: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the Ritz values of A on the basis V, the most wanted first, and their coordinates."""
    H = V.T @ W
    theta, S = np.linalg.eigh((H + H.T) / 2)
    order = np.argsort({"LA": -theta, "SA": theta, "LM": -np.abs(theta)}[which])
    return theta[order], S[:, order]


def _measure(
    theta: np.ndarray,
    X: np.ndarray,
    R: np.ndarray,
    tol: float,
    num_matvecs: int,
    noise: float | None = None,
) -> Eigenpairs:
    scale = np.abs(theta).max()
    allowance = float(rounding(len(X), noise) * scale)
    order = np.argsort(-theta[: X.shape[1]])
    theta, X, norms = theta[order], X[:, order], np.linalg.norm(R[:, order], axis=0)
    overlap = np.abs(np.triu(X.T @ X, 1)).max(axis=0)  # with the vectors before
    converged = (norms <= tol * scale + allowance) & (overlap < 1e-8)
    return Eigenpairs(theta, X, norms, norms + allowance, converged, num_matvecs, allowance)
