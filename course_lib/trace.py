"""Estimate the trace of a matrix that can only be multiplied, with an error bar.

A random probe z with E[zzᵀ] = I turns one product Az into one number zᵀAz whose mean is tr A
(Girard 1987; Hutchinson 1989). The mean over several probes estimates the trace, their spread
says how well.
"""

from dataclasses import dataclass
from math import floor, log10, sqrt

import numpy as np
from scipy.special import stdtrit

from course_lib import checks

DISTRIBUTIONS = ("rademacher", "gaussian")

# Probes multiplied at once: enough to keep a dense product busy, few enough that Stop is heard
# between two blocks of a slow operator.
BLOCK = 32


@dataclass(frozen=True, eq=False, repr=False)
class TraceEstimate:
    """The trace of a matrix, estimated.

    Attributes
    ----------
    estimate : float
        The mean of `samples`: an unbiased estimate of the trace.
    stderr : float
        Its standard error, std(samples)/√m.
    samples : ndarray of shape (m,)
        zᵀAz for every probe z.
    num_matvecs : int
        The cost: products with the matrix.
    distribution : str
        What the entries of a probe were drawn from.
    """

    estimate: float
    stderr: float
    samples: np.ndarray
    num_matvecs: int
    distribution: str

    def interval(self, level=0.95):
        """Return a confidence interval (low, high) for the trace: Student's t, m − 1 d.f.

        Exact for Gaussian samples; zᵀAz is nearly Gaussian where many eigenvalues share the
        trace. Measured coverage of the 95 % interval with 60 probes, on trained networks: 93 to
        95 %. It falls short where few large eigenvalues carry the trace: samples are then skewed,
        and a low estimate comes with a small standard error. Measured: 90 % with 5 probes on a
        network with outliers; on a matrix of rank one (Gaussian probes) 83 % with 5, 93 % with 60.

        Parameters
        ----------
        level : float
            The wanted coverage, between 0 and 1.

        Returns
        -------
        tuple of float

        Raises
        ------
        ValueError
            If `level` is not between 0 and 1.

        Examples
        --------
        >>> low, high = trace(np.array([[4.0, 4.0], [4.0, 16.0]]), 60).interval(0.95)
        >>> round(low, 1), round(high, 1)
        (18.5, 22.6)
        """
        level = checks.positive("level", level)
        if level >= 1:
            raise ValueError(f"level must be between 0 and 1, such as 0.95, not {level:.6g}")
        half = float(stdtrit(self.samples.size - 1, (1 + level) / 2)) * self.stderr
        return self.estimate - half, self.estimate + half

    def __repr__(self):
        estimate, stderr = f"{self.estimate:.6g}", f"{self.stderr:.2g}"
        if 1e-4 <= self.stderr < 1e6:  # two digits of the error, as many decimals of the estimate
            decimals = max(0, 1 - floor(log10(self.stderr)))
            estimate, stderr = f"{self.estimate:.{decimals}f}", f"{self.stderr:.{decimals}f}"
        probes = f"{self.samples.size} {self.distribution.capitalize()} probes"
        return f"tr ≈ {estimate} ± {stderr} (s.e., {probes}, {self.num_matvecs} products)"


def trace(A, num_matvecs=30, distribution="rademacher", seed=0):
    """Estimate the trace of `A` from `num_matvecs` products with random probes.

    Unbiased for every square matrix. The error falls like 1/√num_matvecs; `one_probe_variance`
    says from where. Where a few large eigenvalues carry most of ‖A‖_F, methods that deflate them
    need fewer products.

    Parameters
    ----------
    A : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        A real matrix; only its products are used.
    num_matvecs : int
        The budget in products, one a probe; 2 or more, since a standard error needs two.
    distribution : {"rademacher", "gaussian"}
        Rademacher (signs ±1) never has the larger variance for a symmetric matrix.
    seed : int or numpy.random.Generator

    Returns
    -------
    TraceEstimate

    Raises
    ------
    ValueError
        If `A` is not a square real matrix, a product holds NaN or infinity, the budget is below
        2, or the distribution is unknown.

    References
    ----------
    Girard 1987; Hutchinson 1989. For indefinite matrices such as a Hessian: Cortinovis &
    Kressner 2022, who bound the error by ‖A‖_F and ‖A‖₂ without any sign condition.

    Examples
    --------
    >>> A = np.array([[4.0, 4.0], [4.0, 16.0]])
    >>> trace(A, 60)
    tr ≈ 20.5 ± 1.0 (s.e., 60 Rademacher probes, 60 products)
    >>> trace(np.diag([4.0, 16.0]), 2)
    tr ≈ 20 ± 0 (s.e., 2 Rademacher probes, 2 products)
    """
    A = checks.square_operator("A", A)
    m = checks.count("num_matvecs", num_matvecs, at_least=2)
    Z = probes(A.shape[0], m, distribution, seed)
    blocks = np.split(Z, range(BLOCK, m, BLOCK), axis=1)
    samples = np.concatenate([np.sum(V * A.matmat(V), axis=0) for V in blocks])
    if not np.isfinite(samples).all():
        raise ValueError("A must be finite, but its products hold NaN or infinity")
    stderr = samples.std(ddof=1) / sqrt(m)
    return TraceEstimate(float(samples.mean()), float(stderr), samples, m, distribution)


def probes(n, m, distribution="rademacher", seed=0):
    """Draw `m` random probes z with E[zzᵀ] = I, as the columns of a matrix.

    The first columns do not depend on `m`: a larger budget continues the smaller one.

    Parameters
    ----------
    n, m : int
        Length and number of the probes.
    distribution : {"rademacher", "gaussian"}
        Independent entries: signs ±1 with equal probability, or standard normal.
    seed : int or numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, m)

    Raises
    ------
    ValueError
        If `n` or `m` is below 1, or the distribution is unknown.

    Examples
    --------
    >>> probes(3, 2).shape
    (3, 2)
    >>> set(np.abs(probes(3, 2)).ravel().tolist())
    {1.0}
    """
    shape = checks.count("m", m), checks.count("n", n)
    checks.choice("distribution", distribution, DISTRIBUTIONS)
    rng = np.random.default_rng(seed)
    if distribution == "gaussian":
        return rng.standard_normal(shape).T
    return 2.0 * rng.integers(0, 2, shape).T - 1.0


def one_probe_variance(A, distribution="rademacher"):
    """Return the exact variance of zᵀAz for one probe z.

    Rademacher 2(‖A‖²_F − Σᵢ aᵢᵢ²): only the off-diagonal entries disturb. Gaussian 2‖A‖²_F. The
    standard error of `m` probes is √(variance/m).

    Parameters
    ----------
    A : array_like of shape (n, n)
        A symmetric matrix.
    distribution : {"rademacher", "gaussian"}

    Returns
    -------
    float
        In squared units of `A`.

    Raises
    ------
    ValueError
        If `A` is not a finite symmetric matrix, or the distribution is unknown.

    References
    ----------
    Hutchinson 1989, for both distributions.

    Examples
    --------
    >>> one_probe_variance([[4, 4], [4, 16]], "rademacher")
    64.0
    >>> one_probe_variance([[4, 4], [4, 16]], "gaussian")
    608.0
    """
    A = checks.symmetric_matrix("A", A)
    checks.choice("distribution", distribution, DISTRIBUTIONS)
    disturbing = A - np.diag(np.diag(A)) if distribution == "rademacher" else A
    return float(2 * np.sum(disturbing**2))
