"""Eigenvalues, and what they say about one step of gradient descent on a quadratic ½ wᵀH w.

Functions that need only eigenvalues take them as a vector (n,), in any order: λ₁ is the largest,
λₙ the smallest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.support import arguments


@dataclass(frozen=True, eq=False)  # arrays have no single truth value to compare by
class Spectrum:
    """A spectral decomposition A = V diag(λ) Vᵀ.

    Attributes
    ----------
    eigenvalues : ndarray of shape (n,)
        Descending.
    eigenvectors : ndarray of shape (n, n)
        Orthonormal columns, in the order of the eigenvalues.
    """

    eigenvalues: np.ndarray
    eigenvectors: np.ndarray


def eigh(A: ArrayLike) -> Spectrum:
    """Decompose a real symmetric matrix into its `Spectrum`, largest eigenvalue first.

    An eigenvector is fixed only up to its sign. Here its largest entry by magnitude is positive; if
    several are equally large, the first one is. For a repeated eigenvalue, any orthonormal basis of
    its eigenvectors may come out.

    Parameters
    ----------
    A : array_like of shape (n, n)

    Raises
    ------
    ValueError
        If `A` is not a finite, real, symmetric matrix.

    Examples
    --------
    >>> spectrum = eigh([[4, 4], [4, 16]])
    >>> spectrum.eigenvalues.round(3)
    array([17.211,  2.789])
    >>> spectrum.eigenvectors.round(3)
    array([[ 0.29 ,  0.957],
           [ 0.957, -0.29 ]])
    """
    A = arguments.symmetric_matrix("A", A)
    ascending, vectors = np.linalg.eigh(A)
    vectors = vectors[:, ::-1]
    size = np.abs(vectors)
    leading = (size > (1 - 1e-8) * size.max(axis=0)).argmax(axis=0)
    signs = np.sign(vectors[leading, np.arange(len(A))])
    return Spectrum(ascending[::-1].copy(), vectors * signs)


def definiteness(eigenvalues: ArrayLike, rtol: float = 1e-10) -> str:
    """Name the definiteness of a symmetric matrix from its eigenvalues.

    An eigenvalue counts as zero when |λ| ≤ `rtol` · max|λ|, so the answer does not depend on the
    scale of the matrix. If there are both signs, the answer is "indefinite", zeros or not.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)
    rtol : float, optional
        Not negative.

    Returns
    -------
    str
        "positive definite", "negative definite", "indefinite", "positive semidefinite",
        "negative semidefinite" (a semidefinite matrix has a zero eigenvalue) or "zero".

    Raises
    ------
    ValueError
        If `eigenvalues` is not a finite real vector or `rtol` is negative.

    Examples
    --------
    >>> definiteness([17.2, 2.8]), definiteness([2, 0]), definiteness([2, 0, -1])
    ('positive definite', 'positive semidefinite', 'indefinite')
    """
    eigenvalues = arguments.vector("eigenvalues", eigenvalues)
    size = np.abs(eigenvalues)
    zero = size <= arguments.non_negative("rtol", rtol) * size.max()
    up = (eigenvalues > 0) & ~zero
    down = (eigenvalues < 0) & ~zero
    if up.any() and down.any():
        return "indefinite"
    if zero.all():
        return "zero"
    sign = "positive" if up.any() else "negative"
    return f"{sign} semidefinite" if zero.any() else f"{sign} definite"


def condition_number(eigenvalues: ArrayLike) -> float:
    """Return κ = λ₁/λₙ of a positive definite spectrum, 1 or more.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)

    Raises
    ------
    ValueError
        If the eigenvalues are not all positive (see `definiteness` for what counts as zero).
        Otherwise κ would say nothing about a rate of convergence.

    Examples
    --------
    >>> condition_number([18, 3])
    6.0
    """
    largest, smallest = _extremes(eigenvalues)
    return largest / smallest


def contraction_factors(eigenvalues: ArrayLike, eta: float) -> np.ndarray:
    """Return |1 − ηλᵢ|: how one step of gradient descent scales the error along each eigenvector.

    On a quadratic the directions do not mix, so the factors are exact, and the same at every step.
    Eigenvalues may have any sign. If λ < 0, the factor is above 1, and the error grows.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)
    eta : float
        The step size η, not negative.

    Returns
    -------
    ndarray of shape (n,)
        In the order of `eigenvalues`.

    Raises
    ------
    ValueError
        If an argument is not finite and real, or `eta` is negative.

    References
    ----------
    Goh (2017), "Why Momentum Really Works".

    Examples
    --------
    >>> contraction_factors([18, 2], 0.05)
    array([0.1, 0.9])
    """
    return np.abs(
        1 - arguments.non_negative("eta", eta) * arguments.vector("eigenvalues", eigenvalues)
    )


def rate(eigenvalues: ArrayLike, eta: float) -> float:
    """Return maxᵢ |1 − ηλᵢ|: the share of its error that the slowest direction keeps at each step.

    Gradient descent converges from every start if and only if the rate is below 1. Parameters,
    errors and reference are those of `contraction_factors`.

    Examples
    --------
    >>> rate([18, 2], 0.05)
    0.9
    """
    return float(contraction_factors(eigenvalues, eta).max())


def largest_stable_step(eigenvalues: ArrayLike) -> float:
    """Return 2/λ₁: descent on a positive definite quadratic converges only for 0 < η < 2/λ₁.

    Parameters and errors are those of `condition_number`, and the reference is that of `best_rate`.

    Examples
    --------
    >>> largest_stable_step([20, 5])
    0.1
    """
    largest, _ = _extremes(eigenvalues)
    return 2 / largest


def best_step(eigenvalues: ArrayLike) -> float:
    """Return 2/(λ₁ + λₙ), the fixed step size whose rate is smallest.

    With it the errors along the stiffest and the flattest direction shrink by the same factor,
    `best_rate`. Parameters and errors are those of `condition_number`, and the reference is that of
    `best_rate`.

    Examples
    --------
    >>> best_step([16, 4])
    0.1
    """
    largest, smallest = _extremes(eigenvalues)
    return 2 / (largest + smallest)


def best_rate(eigenvalues: ArrayLike) -> float:
    """Return (κ − 1)/(κ + 1), the rate of gradient descent with the step size `best_step`.

    At each step the error is multiplied by this factor at most. A start along an inner eigenvector does
    better. The loss shrinks by the square of the factor. Parameters and errors are those of
    `condition_number`.

    References
    ----------
    Goh (2017), "Why Momentum Really Works"; Nocedal & Wright (2006), Numerical Optimization.

    Examples
    --------
    >>> best_rate([15, 5])
    0.5
    """
    kappa = condition_number(eigenvalues)
    return (kappa - 1) / (kappa + 1)


def _extremes(eigenvalues: ArrayLike) -> tuple[float, float]:
    """Return λ₁ and λₙ of a positive definite spectrum as floats."""
    eigenvalues = arguments.vector("eigenvalues", eigenvalues)
    if (kind := definiteness(eigenvalues)) != "positive definite":
        raise ValueError(
            "eigenvalues must all be positive, or the condition number gives no rate; with "
            f"λ₁ = {eigenvalues.max():.6g} and λₙ = {eigenvalues.min():.6g} the matrix is {kind}"
        )
    return float(eigenvalues.max()), float(eigenvalues.min())
