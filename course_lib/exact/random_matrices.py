"""Random symmetric matrices, the visible effect of a signal in them, and how eigenvalues repel.

Matrices are scaled so that their spectra tend to fixed laws as they grow, the `eigenvalue_laws`. The
semicircle fills [−2, 2], and Marchenko–Pastur with g = p/N fills [(1 − √g)², (1 + √g)²].
"""

from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import mpmath  # type: ignore[import-untyped]  # comes with SymPy
import numpy as np
from numpy.typing import ArrayLike

from course_lib.exact.eigenvalue_laws import ROUNDING
from course_lib.support import arguments
from course_lib.support.estimates import Estimate
from course_lib.support.seeds import Seed

ENTRIES = ("gaussian", "rademacher", "uniform", "exponential", "t")

# For large matrices (Atas, Bogomolny, Giraud & Roux 2013); for independent levels it is exact.
SPACING_RATIO_GOE = 0.5307
SPACING_RATIO_POISSON = 2 * log(2) - 1

# P(positive definite) = exp(−rate n² + o(n²)) for a GOE matrix (Dean & Majumdar 2006).
GOE_POSITIVE_RATE = log(3) / 4


def wigner(n: int, entries: str = "gaussian", dof: float = 5.0, seed: Seed = 0) -> np.ndarray:
    """Draw an n × n Wigner matrix: symmetric, entries independent, with mean 0 and variance 1/n.

    If the entries have a variance, the spectrum tends to the `semicircle`, whatever their law is.
    Student's t with `dof` ≤ 2 has no variance. In this case the entries are divided by n^(1/dof)
    instead of √n. For `dof` < 2 this keeps the spectrum in place, but its law has heavy tails.

    Parameters
    ----------
    n : int
    entries : {"gaussian", "rademacher", "uniform", "exponential", "t"}
    dof : float
        The degrees of freedom of Student's t, 1 or more; other laws ignore it.
    seed : int or numpy.random.Generator

    Raises
    ------
    ValueError
        If `n` is below 1, `entries` is unknown, or `dof` is below 1.

    References
    ----------
    Wigner 1955 and 1958; for infinite variance Ben Arous & Guionnet 2008.

    Examples
    --------
    >>> np.abs(wigner(4, "rademacher"))[0]
    array([0.5, 0.5, 0.5, 0.5])
    """
    n = arguments.count("n", n)
    X = _draw((n, n), entries, dof, seed)
    return (np.triu(X) + np.triu(X, 1).T) / sqrt(n)


def goe(n: int, seed: Seed = 0) -> np.ndarray:
    """Draw from the n × n Gaussian orthogonal ensemble: variance 1/n off the diagonal, 2/n on it.

    With this diagonal the law does not change under rotations, so all eigenbases are equally likely.
    Parameters and errors are those of `wigner`.

    Examples
    --------
    >>> np.linalg.eigvalsh(goe(1000)).round(1)[[0, -1]]  # the edges of the semicircle
    array([-2.,  2.])
    """
    n = arguments.count("n", n)
    X = np.random.default_rng(seed).standard_normal((n, n))
    return (X + X.T) / sqrt(2 * n)


def wishart(
    p: int, N: int, entries: str = "gaussian", dof: float = 5.0, seed: Seed = 0
) -> np.ndarray:
    """Draw a p × p Wishart matrix XXᵀ/N: the second moments of p features over N samples.

    The samples are the columns of X. Its entries are independent, with mean 0 and variance 1. The
    spectrum tends to `marchenko_pastur` (p/N). If p > N, p − N eigenvalues are zero. The other
    parameters and the errors are those of `wigner`. If the entries have no variance, the divisor is
    N^(2/dof) instead of N.

    References
    ----------
    Marchenko & Pastur 1967.

    Examples
    --------
    >>> np.diag(wishart(3, 10, "rademacher")).round(12)  # squares of ±1 average to 1
    array([1., 1., 1.])
    """
    p, N = arguments.count("p", p), arguments.count("N", N)
    X = _draw((p, N), entries, dof, seed)
    return X @ X.T / N


def spiked_wigner(n: int, theta: float, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw a GOE matrix plus θvvᵀ: a signal of strength θ along a random unit vector v.

    Parameters
    ----------
    n : int
    theta : float
        Not negative; `spiked_wigner_prediction` says when the signal is visible.
    seed : int or numpy.random.Generator

    Returns
    -------
    tuple of ndarray
        The matrix (n, n) and v (n,).

    Raises
    ------
    ValueError
        If `n` is below 1 or `theta` negative.

    Examples
    --------
    >>> A, v = spiked_wigner(1000, theta=3)
    >>> np.linalg.eigvalsh(A).round(1)[[-2, -1]]  # the edge of the bulk, and θ + 1/θ
    array([2. , 3.3])
    """
    n, theta = arguments.count("n", n), arguments.non_negative("theta", theta)
    rng = np.random.default_rng(seed)
    W = goe(n, rng)
    v = rng.standard_normal(n)
    v /= np.linalg.norm(v)
    return W + theta * np.outer(v, v), v


def spiked_wigner_prediction(theta: float) -> tuple[float, float]:
    """Return the top eigenvalue of a large Wigner matrix with a spike θ, and its squared overlap with v.

    Above θ = 1 an outlier θ + 1/θ leaves the bulk, and its eigenvector u has (uᵀv)² = 1 − 1/θ². Up
    to θ = 1 nothing is visible: the result is the edge 2 and the overlap 0. The parameter and the
    errors are those of `spiked_wigner`.

    References
    ----------
    Péché 2006 (the transition); Benaych-Georges & Nadakuditi 2011 (outliers and overlaps).

    Examples
    --------
    >>> spiked_wigner_prediction(2), spiked_wigner_prediction(0.9)
    ((2.5, 0.75), (2.0, 0.0))
    """
    theta = arguments.non_negative("theta", theta)
    if theta <= 1:
        return 2.0, 0.0
    return theta + 1 / theta, 1 - 1 / theta**2


@dataclass(frozen=True, eq=False, repr=False)
class SpacingRatio(Estimate):
    """The mean spacing ratio ⟨r⟩ of a spectrum, as an `Estimate`.

    Its `samples` of shape (m,) are the ratios of neighbouring spacings, the smaller one divided by
    the larger one. They lie between 0 and 1.
    """

    def __repr__(self) -> str:
        return f"⟨r⟩ = {self.estimate:.4f} ± {self.stderr:.4f} (s.e., {self.samples.size} ratios)"


def mean_spacing_ratio(eigenvalues: ArrayLike) -> SpacingRatio:
    """Measure how eigenvalues repel: the mean ratio, smaller over larger, of successive spacings.

    A `SpacingRatio` is large for eigenvalues that repel, as in a GOE matrix (`SPACING_RATIO_GOE`).
    It is small for independent ones (`SPACING_RATIO_POISSON`). It does not depend on the scale or
    the density, if the density changes little from one spacing to the next.

    Equal eigenvalues, nearer than 1e-12 (λ₁ − λₙ), count as one. A symmetry or a dead unit can
    force copies, such as the many exact zeros of a network's Hessian. Copies say nothing about
    repulsion, and each would add a ratio 0 or 0/0.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)
        In any order.

    Raises
    ------
    ValueError
        If `eigenvalues` is not a finite real vector, or fewer than 4 of them are distinct. A
        standard error needs two ratios, and two ratios need 4 eigenvalues.

    References
    ----------
    Oganesyan & Huse 2007; Atas, Bogomolny, Giraud & Roux 2013.

    Examples
    --------
    >>> mean_spacing_ratio([0, 1, 3, 4, 4, 6])  # spacings 1, 2, 1, 2
    ⟨r⟩ = 0.5000 ± 0.0000 (s.e., 3 ratios)
    """
    x = np.sort(arguments.vector("eigenvalues", eigenvalues))
    spacings = np.diff(x)
    spacings = spacings[spacings > ROUNDING * (x[-1] - x[0])]
    if spacings.size < 3:
        raise ValueError(
            f"eigenvalues must include at least 4 distinct ones, not {spacings.size + 1} of {x.size}"
        )
    left, right = spacings[:-1], spacings[1:]
    r = np.minimum(left, right) / np.maximum(left, right)
    # Neighbouring ratios share a spacing: their covariance belongs to the variance of the mean.
    centred, m = r - r.mean(), r.size
    shared = max(0.0, centred[1:] @ centred[:-1])
    variance = (centred @ centred + 2 * shared) / (m * (m - 1))
    return SpacingRatio(float(r.mean()), sqrt(variance), r)


def goe_positive_probability(n: int) -> float:
    """Return the exact probability that a GOE matrix of size n is positive definite.

    The eigenvalues have a joint density ∝ Π|λᵢ − λⱼ| exp(−Σλᵢ²/2). De Bruijn's formula turns its
    integral over λ > 0 into n! Pf(A), the Pfaffian of

        Aᵢⱼ = ∫∫_{0<x<y} (xⁱyʲ − xʲyⁱ) exp(−(x² + y²)/2) dx dy,    i, j = 0, …, n − 1,

    bordered by Aᵢₙ = ∫_{0<x} xⁱ exp(−x²/2) dx for odd n. Mehta's integral over all λ gives the
    normalization. The Aᵢⱼ follow exactly from a recurrence. Nearly one digit per dimension cancels,
    so the computation has 2n + 20 digits.

    Parameters
    ----------
    n : int
        From 1 to 50. Beyond 50 the probability is below the smallest float.

    Raises
    ------
    ValueError
        If `n` is not a whole number from 1 to 50.

    References
    ----------
    de Bruijn 1955 (the Pfaffian); DLMF §5.14 (the normalizing integral); Chiani 2014 obtains the
    law of the largest GOE eigenvalue in this way.

    Examples
    --------
    >>> [float(f"{goe_positive_probability(n):.4g}") for n in (1, 2, 3, 10)]
    [0.5, 0.1464, 0.02492, 2.266e-14]
    """
    n = arguments.count("n", n)
    if n > 50:
        raise ValueError(f"n must be at most 50, not {n}: the probability is below 1e-307")
    with mpmath.workdps(20 + 2 * n):
        gamma = [mpmath.gamma(mpmath.mpf(k) / 2) for k in range(1, 2 * n + 1)]  # Γ((k+1)/2)
        h = [g / 2 for g in gamma]  # ∫ xᵏ exp(−x²) dx over x > 0
        m = [2 ** (mpmath.mpf(k - 1) / 2) * gamma[k] for k in range(n)]  # ∫ xᵏ exp(−x²/2) dx
        size = n + n % 2
        A = np.full((size, size), mpmath.mpf(0), dtype=object)
        for i in range(n):
            for j in range(i + 1, n):  # by parts: yʲ exp(−y²/2) = yʲ⁻¹ · y exp(−y²/2)
                A[i, j] = 2 * h[i] - m[i] if j == 1 else 2 * h[i + j - 1] + (j - 1) * A[i, j - 2]
                A[j, i] = -A[i, j]
        if n % 2:
            A[:n, n], A[n, :n] = m, [-x for x in m]
        probability = mpmath.factorial(n) * _pfaffian(A)
        for k in range(1, n + 1):  # each factor of Mehta's integral, √(2π) Γ(1 + k/2)/Γ(3/2)
            probability /= mpmath.sqrt(8) * mpmath.gamma(1 + mpmath.mpf(k) / 2)
        return float(probability)


def _pfaffian(A: np.ndarray) -> Any:
    """Eliminate two rows and columns at a time; here no pivot is zero, each is an integral > 0."""
    product = 1
    while len(A):
        pivot = A[0, 1]
        product *= pivot
        B = np.outer(A[2:, 0], A[1, 2:]) / pivot
        A = A[2:, 2:] + B - B.T
    return product


def _draw(shape: tuple[int, int], entries: str, dof: float, seed: Seed) -> np.ndarray:
    """Draw independent entries of mean 0 and variance 1; if it is infinite, see `wigner`."""
    arguments.choice("entries", entries, ENTRIES)
    rng = np.random.default_rng(seed)
    if entries == "gaussian":
        return rng.standard_normal(shape)
    if entries == "rademacher":
        return 2.0 * rng.integers(0, 2, shape) - 1
    if entries == "uniform":
        return rng.uniform(-sqrt(3), sqrt(3), shape)
    if entries == "exponential":
        return rng.standard_exponential(shape) - 1
    dof = arguments.number("dof", dof)
    if dof < 1:
        raise ValueError(f"dof must be at least 1, not {dof:.6g}")
    scale = sqrt(1 - 2 / dof) if dof > 2 else shape[1] ** (1 / 2 - 1 / dof)
    return scale * rng.standard_t(dof, shape)
