"""Eigenvalues of a symmetric matrix that can only be multiplied: the first, the top, all in outline.

Lanczos' method builds an orthonormal basis V of span{v, Av, A²v, …} on which A is tridiagonal:
T = VᵀAV. Its eigenvalues, the Ritz values, reach the ends of the spectrum first (`lanczos`,
`top_eigenpairs`), and with weights they are a Gauss quadrature of all of it (`spectral_density`).

Every function takes a real symmetric `A`, an ndarray of shape (n, n) or a SciPy LinearOperator, of
which only products are used. A ValueError says where A is not square, real and finite, or not
symmetric: uᵀAv = vᵀAu is tested on the basis, which costs no further product. A stop by hand raises
`Interrupted`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh_tridiagonal

from course_lib.support import arguments
from course_lib.support.progress_bar import ProgressBar
from course_lib.support.seeds import stream

EPS = np.finfo(float).eps


class Interrupted(KeyboardInterrupt):
    """Stopped by hand; `partial` is the result so far, None where there is none yet.

    In a notebook, after the traceback: ``sys.last_value.partial``.
    """

    def __init__(self, message, partial):
        super().__init__(f"{message}; what is done is in .partial")
        self.partial = partial


@dataclass(frozen=True, eq=False, repr=False)
class LanczosResult:
    """A after m steps of Lanczos: A V = V T + residual · eₘᵀ, with eₘ the last unit vector.

    Attributes
    ----------
    alphas : ndarray of shape (m,)
        The diagonal of T.
    betas : ndarray of shape (m − 1,)
        The diagonals beside it, positive. The next one would be ‖residual‖.
    vectors : ndarray of shape (n, m)
        The basis V; its first column is the start, scaled to length 1.
    residual : ndarray of shape (n,)
    invariant : bool
        True if the residual is no more than rounding: V spans an invariant subspace, the Ritz
        values are eigenvalues, and this start can show no others.
    num_matvecs : int
        The cost: products with A.
    """

    alphas: np.ndarray
    betas: np.ndarray
    vectors: np.ndarray
    residual: np.ndarray
    invariant: bool
    num_matvecs: int

    @property
    def T(self):
        """The tridiagonal matrix, of shape (m, m)."""
        return np.diag(self.alphas) + np.diag(self.betas, 1) + np.diag(self.betas, -1)

    @cached_property
    def _eigh(self):
        ascending, S = eigh_tridiagonal(self.alphas, self.betas)
        return ascending[::-1], S[:, ::-1]

    @property
    def ritz_values(self):
        """The eigenvalues of T, descending; up to rounding inside the spectrum of A."""
        return self._eigh[0]

    @property
    def weights(self):
        """The squared first entries of T's eigenvectors, which sum to 1.

        Σ weightᵢ f(θᵢ) is the Gauss quadrature of vᵀf(A)v, v the start of length 1: exact for
        polynomials f of degree up to 2m − 1 (Golub & Welsch 1969).
        """
        return self._eigh[1][0] ** 2

    @property
    def error_bounds(self):
        """‖residual‖ · |last entries of T's eigenvectors|: the residual of every Ritz pair.

        Up to rounding, an eigenvalue of A lies within its bound of each Ritz value. Without
        reorthogonalization it may be the same one for several: small bounds, and yet ghosts.
        """
        return np.linalg.norm(self.residual) * np.abs(self._eigh[1][-1])

    def __repr__(self):
        theta, end = self.ritz_values, ", invariant subspace" if self.invariant else ""
        values = f"{theta.size} Ritz values from {theta[0]:.6g} to {theta[-1]:.6g}"
        return f"Lanczos: {values} ({self.num_matvecs} products{end})"


def lanczos(A, num_steps, start=None, seed=0, reorthogonalize=True):
    """Run `num_steps` steps of Lanczos' method, one product each.

    Rounding spoils the bare recurrence: once a Ritz value has converged, new basis vectors turn
    back to its eigenvector, and the eigenvalue is found again, as a ghost. Therefore each vector
    is orthogonalized against all before it; step j costs 8nj flops more.

    Parameters
    ----------
    A : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        Real and symmetric.
    num_steps : int
        Cut to n. Fewer are taken if an invariant subspace is reached.
    start : array_like of shape (n,), optional
        Any vector but zero. By default Gaussian: it almost surely misses no distinct eigenvalue.
    seed : int or numpy.random.Generator
        Draws the start.
    reorthogonalize : bool
        False runs the bare recurrence, ghosts and all.

    Returns
    -------
    LanczosResult

    Raises
    ------
    ValueError
        For an `A` as above, or a `start` that is zero or of the wrong length.
    Interrupted
        With the steps done as `partial`.

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
    with ProgressBar(m, "product") as bar:
        return _lanczos(A, m, start, reorthogonalize, bar)


def _lanczos(A, m, start, reorthogonalize, bar):
    V, product, scale = np.zeros((start.size, m), order="F"), None, 0.0
    alphas, betas = np.zeros(m), np.zeros(m)
    residual, steps, invariant = start, 0, False

    def result():
        return LanczosResult(
            alphas[:steps], betas[: steps - 1], V[:, :steps], residual, invariant, steps
        )

    try:
        while steps < m and not invariant:
            j = steps
            V[:, j] = residual / np.linalg.norm(residual)
            product = _product(A, V[:, j], V[:, j - 1], product, scale)
            scale = max(scale, float(np.linalg.norm(product)))
            alphas[j] = V[:, j] @ product
            r = product - alphas[j] * V[:, j] - betas[j - 1] * V[:, j - 1]  # betas[-1] is 0 so far
            if reorthogonalize:
                r = _orthogonalize(r, V[:, : j + 1])
            betas[j] = np.linalg.norm(r)
            residual, steps, invariant = r, j + 1, _is_rounding(r, scale)
            bar.advance()
    except KeyboardInterrupt:
        raise Interrupted(f"after {steps} of {m} steps", result() if steps else None) from None
    return result()


@dataclass(frozen=True, eq=False, repr=False)
class Eigenpairs:
    """Eigenvalues of a symmetric matrix with their eigenvectors, and how good they are.

    Attributes
    ----------
    eigenvalues : ndarray of shape (k,)
        Descending by value, also where the largest magnitudes were asked for.
    eigenvectors : ndarray of shape (n, k)
        Orthonormal columns in the same order; their signs are arbitrary.
    residual_norms : ndarray of shape (k,)
        ‖Ax − θx‖ of every pair, from products with A.
    error_bounds : ndarray of shape (k,)
        The residual norms and an allowance for rounding. Guaranteed: an eigenvalue of A lies
        within its bound of each. Not guaranteed, here or by any method that only multiplies: that
        it is the wanted one, with none missed above it.
    converged : ndarray of bool, shape (k,)
        True where the residual norm is at most tol · max|θ| and the eigenvector is orthogonal to
        those before it, so that no eigenvalue is counted twice.
    num_matvecs : int
        The cost: products with A.
    """

    eigenvalues: np.ndarray
    eigenvectors: np.ndarray
    residual_norms: np.ndarray
    error_bounds: np.ndarray
    converged: np.ndarray
    num_matvecs: int

    def quadratic_bounds(self, gaps):
        """Return ‖r‖²/gap where that is less than the error bound; for those who know the gaps.

        `gaps`, positive and of shape (k,): all eigenvalues of A but one are at least that far from
        each of ours. (A distance between Ritz values is a guess at it, not a proof.)

        Examples
        --------
        >>> pairs = top_eigenpairs(np.diag([4.0, 16.0]), 1)
        >>> bool(pairs.quadratic_bounds([12.0])[0] <= pairs.error_bounds[0] < 1e-12)
        True
        """
        gaps = arguments.vector("gaps", gaps, self.eigenvalues.size)
        arguments.positive("the smallest of gaps", gaps.min())
        rounding = self.error_bounds - self.residual_norms
        return np.minimum(self.error_bounds, self.residual_norms**2 / gaps + rounding)

    def __repr__(self):
        k = self.eigenvalues.size
        values = ", ".join(f"{value:.6g}" for value in self.eigenvalues[:3]) + ", …" * (k > 3)
        error = f"error ≤ {self.error_bounds.max():.1g}, {self.converged.sum()} of {k} converged"
        return f"Eigenpairs: {values} ({error}, {self.num_matvecs} products)"


def top_eigenpairs(A, k, which="LA", tol=1e-8, seed=0, max_matvecs=1000):
    """Find `k` eigenpairs at an end of the spectrum by Lanczos' method with thick restarts.

    A basis of 2k + 20 vectors is filled, its best Ritz vectors are kept, Lanczos goes on from
    them. One start shows only one copy of a repeated eigenvalue; so when all pairs have converged,
    a random vector joins, and the search ends when that brings nothing new.

    Parameters
    ----------
    A : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        Real and symmetric. Memory: 4k + 40 vectors; for small n the whole matrix.
    k : int
        At most n.
    which : {"LA", "SA", "LM"}
        The largest by value, the smallest by value, or the largest magnitudes.
    tol : float
        A pair with a residual up to tol · max|θ| has converged. The eigenvalue's error is then
        far smaller if no other is near: see `Eigenpairs.quadratic_bounds`.
    seed : int or numpy.random.Generator
    max_matvecs : int
        The budget in products, k or more. When it is spent the best pairs so far are returned, and
        `converged` says which to trust.

    Returns
    -------
    Eigenpairs

    Raises
    ------
    ValueError
        For an `A` as above, k > n, or another argument out of range.
    Interrupted
        With the pairs at the last restart as `partial`.

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
    budget = arguments.count("max_matvecs", max_matvecs, at_least=k)
    rng = stream(seed)

    size = min(n, 2 * k + 20)
    V, W = np.zeros((n, size), order="F"), np.zeros((n, size), order="F")  # the basis, and A V
    r, begin, used, pairs, looking_again = None, 0, 0, None, False
    try:
        with ProgressBar(budget, "product") as bar:
            while True:
                end = min(size, begin + budget - used)
                _extend(A, V, W, begin, end, r, rng, bar)
                used += end - begin
                theta, S = _rayleigh_ritz(V[:, :end], W[:, :end], which)
                X = V[:, :end] @ S[:, :k]
                R = W[:, :end] @ S[:, :k] - X * theta[:k]
                pairs = _measure(theta, X, R, tol, used)
                nothing_new = looking_again and pairs.converged.all()
                if nothing_new or used == budget or size == n:
                    return pairs
                looking_again = pairs.converged.all()
                if looking_again:  # what converged is invariant: a fresh run beside it
                    r, begin = None, k
                else:
                    # In a Krylov space all residuals are parallel. Once a random vector has joined
                    # they are not, and the largest leads on. The nearest rivals of the k pairs
                    # stay too: that speeds up convergence.
                    r = _orthogonalize(R[:, np.linalg.norm(R, axis=0).argmax()], V[:, :end])
                    begin = k + (size - k) // 3
                V[:, :begin], W[:, :begin] = V @ S[:, :begin], W @ S[:, :begin]
    except KeyboardInterrupt:
        raise Interrupted(f"after {used} products", pairs) from None


def _extend(A, V, W, begin, end, r, rng, bar):
    """Fill columns `begin` to `end` of V and W = A V by Lanczos' method.

    The first new direction is r; where that is None, or rounding, a random one.
    """
    scale = np.linalg.norm(W[:, :begin], axis=0).max(initial=0.0)
    for j in range(begin, end):
        if r is None or _is_rounding(r, scale):  # the space so far is invariant
            r = _orthogonalize(rng.standard_normal(len(V)), V[:, :j])
        V[:, j] = r / np.linalg.norm(r)
        W[:, j] = _product(A, V[:, j], V[:, j - 1], W[:, j - 1] if j else None, scale)
        scale = max(scale, np.linalg.norm(W[:, j]))
        r = _orthogonalize(W[:, j], V[:, : j + 1])
        bar.advance()


def _rayleigh_ritz(V, W, which):
    """Return the Ritz values of A on the basis V, the most wanted first, and their coordinates."""
    H = V.T @ W
    theta, S = np.linalg.eigh((H + H.T) / 2)
    order = np.argsort({"LA": -theta, "SA": theta, "LM": -np.abs(theta)}[which])
    return theta[order], S[:, order]


def _measure(theta, X, R, tol, num_matvecs):
    scale, rounding = np.abs(theta).max(), 10 * np.sqrt(len(X)) * EPS * np.abs(theta).max()
    order = np.argsort(-theta[: X.shape[1]])
    theta, X, norms = theta[order], X[:, order], np.linalg.norm(R[:, order], axis=0)
    overlap = np.abs(np.triu(X.T @ X, 1)).max(axis=0)  # with the vectors before
    converged = (norms <= tol * scale + rounding) & (overlap < 1e-8)
    return Eigenpairs(theta, X, norms, norms + rounding, converged, num_matvecs)


class Band(NamedTuple):
    """The mean over the probes, and its standard error: NaN for one probe, which cannot tell."""

    estimate: np.ndarray
    stderr: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class SpectralDensity:
    """The eigenvalues as a distribution, each a share 1/n: one Gauss quadrature for every probe.

    Attributes
    ----------
    nodes : ndarray of shape (probes, m)
        Ritz values, descending in each row.
    weights : ndarray of shape (probes, m)
        Not negative; each row sums to 1. Where Lanczos ended early, the last ones are 0.
    n : int
        The size of the matrix.
    num_matvecs : int
        The cost: products with the matrix.
    """

    nodes: np.ndarray
    weights: np.ndarray
    n: int
    num_matvecs: int

    @property
    def ritz_range(self):
        """The smallest and the largest Ritz value; up to rounding inside the spectrum."""
        return float(self.nodes.min()), float(self.nodes.max())

    @property
    def resolution(self):
        """The range of the Ritz values over the number of steps.

        Where no outliers stretch the range, nodes are about this far apart, and a narrower kernel
        would show them one by one. Beside outliers those in the bulk are closer.
        """
        low, high = self.ritz_range
        return (high - low) / self.nodes.shape[1] or 0.01 * abs(high) or 1.0

    def density(self, grid, sigma=None):
        """Return the density at the points `grid`, smoothed by a Gaussian, as a `Band`.

        Parameters
        ----------
        grid : float or array_like
            Points on the axis of the eigenvalues.
        sigma : float, optional
            Standard deviation of the Gaussian on that axis; by default `resolution`.

        Returns
        -------
        Band
            Shares of the eigenvalues per unit of eigenvalue: the area is 1.

        Raises
        ------
        ValueError
            If `sigma` is not positive or `grid` is not finite.

        Examples
        --------
        >>> grid = np.linspace(-1, 6, 701)
        >>> estimate, stderr = spectral_density(np.diag([1.0, 2.0, 4.0])).density(grid, sigma=0.2)
        >>> round(float(estimate.sum() * 0.01), 6)
        1.0
        """
        sigma = self.resolution if sigma is None else arguments.positive("sigma", sigma)
        z = (_points("grid", grid) - self.nodes) / sigma
        return self._mean(np.exp(-0.5 * z**2) / (sigma * np.sqrt(2 * np.pi)))

    def cdf(self, x):
        """Return the share of eigenvalues up to `x`, a number or an array, as a `Band`.

        Examples
        --------
        >>> spectral_density(np.eye(50)).cdf([0.5, 1.5]).estimate
        array([0., 1.])
        """
        return self._mean(self.nodes <= _points("x", x))

    def moment(self, k):
        """Return the mean of λᵏ over the eigenvalues, tr(Aᵏ)/n, as a `Band`.

        Up to k = 2m − 1, m the number of steps, the quadrature is exact for each probe, and the
        only error is that of the probes.

        Examples
        --------
        >>> float(spectral_density(3 * np.eye(50)).moment(2).estimate.round(10))
        9.0
        """
        return self._mean(self.nodes ** arguments.count("k", k, at_least=0))

    def _mean(self, values):
        """Return the mean of a function from its `values` at the nodes, (…, probes, m)."""
        samples = (values * self.weights).sum(axis=-1)
        probes = samples.shape[-1]
        spread = samples.std(axis=-1, ddof=1) if probes > 1 else samples[..., 0] * np.nan
        return Band(samples.mean(axis=-1), spread / np.sqrt(probes))

    def __repr__(self):
        (probes, steps), (low, high) = self.nodes.shape, self.ritz_range
        cost = f"{probes} probes × {steps} steps, {self.num_matvecs} products"
        return f"Spectral density: {self.n} eigenvalues, seen from {low:.6g} to {high:.6g} ({cost})"


def spectral_density(A, num_steps=80, num_probes=5, seed=0):
    """Estimate how the eigenvalues are distributed, by stochastic Lanczos quadrature.

    Seen from a unit vector z, eigenvalue λᵢ has the weight (vᵢᵀz)², for a random z on average 1/n;
    Lanczos from z gives the Gauss quadrature of this distribution. More steps resolve more of the
    shape, more probes steady the weights: their error falls like 1/√probes.

    Parameters
    ----------
    A : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        Real and symmetric, of any signs.
    num_steps : int
        Lanczos steps m of each probe, cut to n.
    num_probes : int
        Unit vectors z, uniform on the sphere; 2 or more for a standard error. The first ones do
        not depend on how many follow.
    seed : int or numpy.random.Generator

    Returns
    -------
    SpectralDensity

    Raises
    ------
    ValueError
        For an `A` as above, or a number below 1.
    Interrupted
        With the density from the probes done as `partial`; from the steps so far of the first.

    References
    ----------
    Golub & Welsch 1969 (nodes and weights); Ubaru, Chen & Saad 2017 (the method, for definite
    matrices); Chen, Trogdon & Ubaru 2021 (how many steps and probes, for any symmetric matrix).

    Examples
    --------
    >>> A = np.diag(np.r_[np.linspace(-1, 1, 500), 10.0])
    >>> density = spectral_density(A, num_steps=30, num_probes=4)
    >>> density
    Spectral density: 501 eigenvalues, seen from -0.99... to 10 (4 probes × 30 steps, 120 products)
    >>> float(density.cdf(0.0).estimate.round(1))
    0.5
    """
    A = arguments.square_operator("A", A)
    n, rng = A.shape[0], stream(seed)
    m = min(arguments.count("num_steps", num_steps), n)
    num_probes = arguments.count("num_probes", num_probes)
    rules, used = [], 0  # a quadrature rule for each probe: nodes, weights
    try:
        with ProgressBar(num_probes * m, "product") as bar:
            for _ in range(num_probes):
                run = _lanczos(A, m, rng.standard_normal(n), True, bar)
                rules.append((run.ritz_values, run.weights))
                used += run.num_matvecs
    except KeyboardInterrupt as stop:
        done, partial, running = len(rules), None, getattr(stop, "partial", None)
        if running:
            used += running.num_matvecs
            # Beside complete rules, a shorter one would blur what they resolve.
            rules = rules or [(running.ritz_values, running.weights)]
        if rules:
            partial = _density_of(rules, n, used)
        raise Interrupted(f"after {done} of {num_probes} probes", partial) from None
    return _density_of(rules, n, used)


def _density_of(rules, n, num_matvecs):
    m = max(nodes.size for nodes, _ in rules)
    nodes = [np.pad(nodes, (0, m - nodes.size), "edge") for nodes, _ in rules]
    weights = [np.pad(weights, (0, m - weights.size)) for _, weights in rules]
    return SpectralDensity(np.array(nodes), np.array(weights), n, num_matvecs)


def _points(name, x):
    """Return the points `x` with two axes more, to be compared with all nodes."""
    return arguments.vector(name, np.ravel(x)).reshape(*np.shape(x), 1, 1)


def _product(A, v, previous, previous_product, scale):
    """Return A v, checked: finite, and symmetric between v and the basis vector before it."""
    u = A.matvec(v)
    if not np.isfinite(u).all():
        raise ValueError("A must be finite, but its products hold NaN or infinity")
    if previous_product is not None:
        forth, back = previous @ u, v @ previous_product
        precision = np.finfo(u.dtype).eps if u.dtype.kind == "f" else EPS  # float32 is coarser
        if abs(forth - back) > np.sqrt(precision) * max(scale, np.linalg.norm(u)):
            sides = f"uᵀAv = {forth:.6g} but vᵀAu = {back:.6g}"
            raise ValueError(f"A must be symmetric: {sides} for two unit vectors u and v")
    return np.asarray(u, dtype=float)


def _orthogonalize(r, V):
    """Return r minus its part in the span of V; a second pass removes the rounding of the first."""
    for _ in range(2):
        r = r - V @ (V.T @ r)
    return r


def _is_rounding(r, scale):
    """Tell whether r is no more than what rounding leaves of a vector of length `scale`."""
    return bool(np.linalg.norm(r) <= 10 * np.sqrt(r.size) * EPS * scale)
