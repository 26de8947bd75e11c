"""The estimators behind `course_lib.curvature.trace`, each as short as its formula.

Each takes a function V ↦ AV, for V a matrix of columns, and a function k ↦ k fresh probes as
columns. It returns unbiased estimates of tr A, one per probe.
"""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.support import arguments
from course_lib.support.progress_bar import ProgressBar
from course_lib.support.seeds import Seed, stream

DISTRIBUTIONS = ("rademacher", "gaussian")

# Columns multiplied at once: enough to keep a dense product busy, few enough that Stop is heard
# between two blocks of a slow operator.
BLOCK = 32

# Stopping at the first narrow interval favours samples that spread too little by chance; where the
# first check comes after 30 probes, that costs little coverage.
PROBES_BETWEEN_CHECKS = 30

Product = Callable[[np.ndarray], np.ndarray]  # V ↦ AV for V of shape (n, k)
Draw = Callable[[int], np.ndarray]  # k ↦ k fresh probes of shape (n, k)
Enough = Callable[[np.ndarray], bool]  # whether to stop at these samples


def probes(n: int, m: int, distribution: str = "rademacher", seed: Seed = 0) -> np.ndarray:
    """Draw `m` random probes z with E[zzᵀ] = I, as the columns of a matrix (n, m).

    The first columns do not depend on `m`: a larger budget continues the smaller one.

    Parameters
    ----------
    n, m : int
        The length and the number of the probes.
    distribution : {"rademacher", "gaussian"}
        The distribution of the independent entries: signs ±1 with equal probability, or standard
        normal.
    seed : int or numpy.random.Generator

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
    shape = arguments.count("m", m), arguments.count("n", n)
    arguments.choice("distribution", distribution, DISTRIBUTIONS)
    return _draw(shape, distribution, stream(seed))


def drawing(n: int, distribution: str, seed: Seed) -> Draw:
    """Return a function k ↦ k fresh probes. They are those of `probes`, for calls of any size."""
    rng = stream(seed)
    return lambda k: _draw((k, n), distribution, rng)


def _draw(shape: tuple[int, int], distribution: str, rng: np.random.Generator) -> np.ndarray:
    if distribution == "gaussian":
        return rng.standard_normal(shape).T
    return 2.0 * rng.integers(0, 2, shape).T - 1.0


def hutchinson(
    product: Product, draw: Draw, m: int, enough: Enough = lambda samples: False
) -> np.ndarray:
    """Return zᵀAz for each of `m` probes z, or for fewer if they are `enough`; shape (m,) or less.

    Parameters
    ----------
    product, draw : callable
        V ↦ AV for V of shape (n, k), and k ↦ k probes of shape (n, k).
    m : int
        The budget in products.
    enough : callable
        It gets the samples, at first none and then after every 30, and says whether to stop.

    References
    ----------
    Girard 1987; Hutchinson 1989.

    Examples
    --------
    >>> A = np.diag([4.0, 16.0])
    >>> hutchinson(lambda V: A @ V, lambda k: probes(2, k), 3)
    array([20., 20., 20.])
    """
    samples = np.empty(0)
    while samples.size < m and not enough(samples):
        Z = draw(min(PROBES_BETWEEN_CHECKS, m - samples.size))
        samples = np.append(samples, np.sum(Z * product(Z), axis=0))
    return samples


def hutch_plus_plus(product: Product, draw: Draw, m: int) -> np.ndarray:
    """Return tr(QᵀAQ) + gᵀ(I − QQᵀ)A(I − QQᵀ)g for each probe g of the last third of the budget.

    A third of the products finds Q, a basis of the range of A times probes, which contains most of
    the large eigenvalues. A third computes the trace on Q exactly. Only the rest is left to chance.

    Parameters
    ----------
    product, draw : callable
        As for `hutchinson`.
    m : int
        The budget in products, 4 or more.

    Returns
    -------
    ndarray of shape (m − 2⌊m/3⌋,)
        They are independent, given Q.

    References
    ----------
    Meyer, Musco, Musco & Woodruff 2021; their guarantee is for semidefinite matrices.

    Examples
    --------
    >>> A = np.ones((9, 9))  # one eigenvalue, 9
    >>> hutch_plus_plus(lambda V: A @ V, lambda k: probes(9, k), 6).round(9)
    array([9., 9.])
    """
    k = m // 3
    Q, _ = np.linalg.qr(product(draw(k)))
    G = draw(m - 2 * k)
    G = G - Q @ (Q.T @ G)
    along_Q = np.sum(Q * product(Q))  # exact: one number, added to every sample of the rest
    return along_Q + np.sum(G * product(G), axis=0)


def xtrace(product: Product, draw: Draw, m: int) -> np.ndarray:
    """Return for each probe ωᵢ the estimate of Hutch++ with Q from all other probes and g = ωᵢ.

    So every probe is used twice. Without column i of Y = AΩ, the basis Q of its range spans one
    direction less: QᵢQᵢᵀ = Q(I − sᵢsᵢᵀ)Qᵀ, where the unit vector sᵢ is orthogonal to the other
    columns' coordinates in Q. It is the normalized row i of the coordinates' pseudo-inverse, with
    one exception: if the other columns span column i, as they do if the rank of A is low, then
    Qᵢ = Q and sᵢ = 0.

    Parameters
    ----------
    product, draw : callable
        As for `hutchinson`.
    m : int
        The budget in products, 4 or more: ⌊m/2⌋ for Y, and at most as many for AQ.

    Returns
    -------
    ndarray of shape (⌊m/2⌋,)
        They are not independent; see `course_lib.curvature.trace.XTRACE_INFLATION`.

    References
    ----------
    Epperly, Tropp & Webber 2024.

    Examples
    --------
    >>> A = np.ones((9, 9))  # one eigenvalue, 9
    >>> xtrace(lambda V: A @ V, lambda k: probes(9, k), 4).round(9)
    array([9., 9.])
    """
    Omega = draw(m // 2)
    Y = product(Omega)
    U, sigma, Vt = np.linalg.svd(Y, full_matrices=False)
    rank = np.sum(sigma > max(Y.shape) * np.finfo(float).eps * sigma[0])
    Q, Vt = U[:, :rank], Vt[:rank]
    alone = np.sum(Vt**2, axis=0) > 1 - 1e-12  # columns of Y that the others do not span
    S = np.where(alone, Vt / sigma[:rank, None], 0)
    S /= np.where(alone, np.linalg.norm(S, axis=0), 1)

    AQ = product(Q)
    H, W = Q.T @ AQ, Q.T @ Omega
    W -= S * np.sum(S * W, axis=0)  # now QᵢQᵢᵀωᵢ = Q wᵢ
    rest, A_rest = Omega - Q @ W, Y - AQ @ W
    return np.trace(H) - np.sum(S * (H @ S), axis=0) + np.sum(rest * A_rest, axis=0)


class Products:
    """V ↦ AV in blocks of columns, checked and counted, with a progress bar after a second.

    Parameters
    ----------
    A : scipy.sparse.linalg.LinearOperator
    budget : int
        The number of products at which the progress bar ends.

    Attributes
    ----------
    count : int
        Products so far.
    forms : list of ndarray
        vᵀAv of every column, one array per call. This is what is known if the user stops.

    Raises
    ------
    ValueError
        When called, if a product holds NaN or infinity.

    Examples
    --------
    >>> from scipy.sparse.linalg import aslinearoperator
    >>> with Products(aslinearoperator(np.diag([4.0, 16.0])), 2) as product:
    ...     AV = product(np.eye(2))
    >>> product.count, product.forms
    (2, [array([ 4., 16.])])
    """

    def __init__(self, A: LinearOperator, budget: int) -> None:
        self.A, self.count = A, 0
        self.forms: list[np.ndarray] = []
        self._bar = ProgressBar(budget, "product")

    def __call__(self, V: np.ndarray) -> np.ndarray:
        """Return AV, in the shape of V."""
        AV = np.empty(V.shape)
        self.forms.append(np.empty(0))
        for i in range(0, V.shape[1], BLOCK):
            columns = slice(i, i + BLOCK)
            AV[:, columns] = self.A.matmat(V[:, columns])
            arguments.product_in_range("A", AV[:, columns])
            forms = np.sum(V[:, columns] * AV[:, columns], axis=0)
            self.forms[-1] = np.append(self.forms[-1], forms)
            self.count += forms.size
            self._bar.advance(forms.size)
        return AV

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._bar.close()
