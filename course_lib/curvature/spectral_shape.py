"""The shape of a spectrum: its largest gap, the distance of two shapes, the overlap of subspaces.

This is for matrices of up to a few thousand rows, for which all eigenvalues can be computed.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.linalg import LinearOperator
from scipy.stats import wasserstein_distance

from course_lib.support import arguments

# Relative size of what rounding leaves of an exact zero, as in `random_matrices`.
ROUNDING = 1e-12


def all_eigenvalues(H: LinearOperator | ArrayLike) -> np.ndarray:
    """Return all eigenvalues of a symmetric operator, descending, with zeros up to rounding as 0.

    Parameters
    ----------
    H : LinearOperator or array_like of shape (P, P)
        Its matrix is formed by P products. Memory grows like P², and time like P³.

    Returns
    -------
    ndarray of shape (P,)
        Those within 1e-12 of the largest magnitude are 0.

    Raises
    ------
    ValueError
        If the matrix is not finite, or not symmetric up to the rounding of its products.

    Examples
    --------
    >>> all_eigenvalues(np.diag([1.0, -2.0, 1e-15]))
    array([ 1.,  0., -2.])
    """
    H = arguments.square_operator("H", H)
    A = arguments.symmetric_matrix("H", H @ np.eye(H.shape[0]), rtol=1e-6)
    eigenvalues = np.linalg.eigvalsh((A + A.T) / 2)[::-1].copy()
    eigenvalues[np.abs(eigenvalues) <= ROUNDING * np.abs(eigenvalues).max()] = 0
    return eigenvalues


def largest_gap(eigenvalues: ArrayLike, kmax: int = 15) -> tuple[int, float]:
    """Return (k, ratio) for the largest ratio λₖ/λₖ₊₁ with k ≤ kmax.

    Only positive eigenvalues count, because a ratio across zero says nothing.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)
        In any order; at least two of them positive.
    kmax : int

    Raises
    ------
    ValueError
        If fewer than two eigenvalues are positive.

    Examples
    --------
    >>> largest_gap([9.0, 8.0, 2.0, 1.0, -7.0])
    (2, 4.0)
    """
    lam = np.sort(arguments.vector("eigenvalues", eigenvalues))[::-1]
    lam = lam[lam > 0][: arguments.count("kmax", kmax) + 1]
    if lam.size < 2:
        raise ValueError(f"eigenvalues must hold at least 2 positive ones, not {lam.size}")
    ratios = lam[:-1] / lam[1:]
    k = int(ratios.argmax())
    return k + 1, float(ratios[k])


def log_magnitudes(eigenvalues: ArrayLike, floor: float = 1e-8) -> np.ndarray:
    """Return log₁₀(|λ|/max|λ|) of a spectrum, cut off at log₁₀ `floor`.

    Examples
    --------
    >>> log_magnitudes([100.0, -1.0, 0.0])
    array([ 0., -2., -8.])
    """
    size = np.abs(arguments.vector("eigenvalues", eigenvalues))
    return np.log10(np.maximum(size / size.max(), arguments.positive("floor", floor)))


def shape_distance(a: ArrayLike, b: ArrayLike, floor: float = 1e-8) -> float:
    """Return the distance between the shapes of two spectra in decades: the Wasserstein distance W₁.

    Each spectrum is scaled by its largest magnitude and put on a logarithmic axis. W₁ is the mean
    distance by which eigenvalues must be moved to turn one histogram into the other.

    Parameters
    ----------
    a, b : array_like of shape (n,) and (m,)
    floor : float
        Magnitudes below this share of the largest count as this share, because an exact zero has no
        place on a logarithmic axis.

    Examples
    --------
    >>> shape_distance([1.0, 0.1], [5.0, 0.05])  # one of two must move by a decade
    0.5
    """
    return float(wasserstein_distance(log_magnitudes(a, floor), log_magnitudes(b, floor)))


def subspace_overlap(U: ArrayLike, V: ArrayLike) -> float:
    """Return ‖UᵀV‖²_F/k: the share of the k orthonormal columns of `U` that lies in the span of `V`.

    It is 1 if the span of `V` contains all of them. For random columns in P dimensions it is m/P on
    average.

    Parameters
    ----------
    U : array_like of shape (P, k)
        Orthonormal columns.
    V : array_like of shape (P, m)
        Any columns; they are orthonormalized here.

    Raises
    ------
    ValueError
        If the columns are not finite or not of equal length, or if those of `U` are not orthonormal.

    Examples
    --------
    >>> round(subspace_overlap(np.eye(3)[:, :2], [[1.0], [1.0], [0.0]]), 12)
    0.5
    """
    U, V = arguments.numbers("U", U), arguments.numbers("V", V)
    if U.ndim != 2 or V.ndim != 2 or len(U) != len(V) or not U.size * V.size:
        raise ValueError(f"U and V must be (P, k) and (P, m), not {U.shape} and {V.shape}")
    if np.abs(U.T @ U - np.eye(U.shape[1])).max() > 1e-4:  # what single precision leaves, and more
        raise ValueError("U must have orthonormal columns: pass np.linalg.qr(U)[0]")
    left, size, _ = np.linalg.svd(V, full_matrices=False)
    basis = left[:, size > 1e-10 * size.max()]
    return float((np.asarray(basis.T @ U) ** 2).sum() / U.shape[1])
