"""An outline of the whole spectrum of a symmetric matrix, by stochastic Lanczos quadrature.

`A` and the errors are those of `lanczos`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature.lanczos import lanczos_steps
from course_lib.curvature.threads import one_blas_thread
from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.estimates import Estimate
from course_lib.support.interruption import Interrupted
from course_lib.support.progress_bar import ProgressBar
from course_lib.support.seeds import Seed, stream


@dataclass(frozen=True, eq=False, repr=False)
class SpectralDensity(Printable):
    """The eigenvalues as a distribution, with the share 1/n for each: one Gauss quadrature per probe.

    Attributes
    ----------
    nodes : ndarray of shape (probes, m)
        Ritz values, descending in each row.
    weights : ndarray of shape (probes, m)
        Not negative; each row sums to 1. If Lanczos ended early, the last ones are 0.
    n : int
        The size of the matrix.
    num_matvecs : int
        The cost: products with the matrix.
    invariant : bool
        True if every probe's run ended because it had found all distinct eigenvalues. The nodes
        are then these eigenvalues.
    """

    nodes: np.ndarray
    weights: np.ndarray
    n: int
    num_matvecs: int
    invariant: bool = False

    @property
    def ritz_range(self) -> tuple[float, float]:
        """The smallest and the largest Ritz value. Up to rounding, they lie inside the spectrum."""
        return float(self.nodes.min()), float(self.nodes.max())

    @property
    def resolution(self) -> float:
        """How wide the Gaussian should be, from the distances between the nodes.

        In general it is the range of the Ritz values divided by the number of steps. If no outliers
        stretch the range, nodes are about this far apart, and a narrower Gaussian would show them
        one by one. If there are outliers, the nodes in the bulk are closer. If the nodes are the
        eigenvalues themselves, it is a twentieth of the smallest distance between two, so that
        nothing shows between them, but at least a thousandth of the range, which a picture can
        still show.
        """
        low, high = self.ritz_range
        spread, m = high - low, self.nodes.shape[1]
        values = self._distinct()
        if values.size > 1 and (self.invariant or (len(self.nodes) > 1 and values.size <= m)):
            gap = float(np.diff(values).min())
            return float(np.clip(gap / 20, spread / 1000, spread / m))
        return spread / m or 0.01 * abs(high) or 1.0

    def _distinct(self) -> np.ndarray:
        """Return the nodes of all probes that carry weight, each value once, ascending."""
        values = np.sort(self.nodes[self.weights > 1e-12])
        low, high = self.ritz_range
        return values[np.diff(values, prepend=-np.inf) > 1e-5 * (high - low)]

    def density(self, grid: ArrayLike, sigma: float | None = None) -> Estimate:
        """Return the density at the points `grid`, smoothed by a Gaussian, as an `Estimate`.

        Parameters
        ----------
        grid : float or array_like
            Points on the axis of the eigenvalues.
        sigma : float, optional
            The standard deviation of the Gaussian on that axis; by default `resolution`.

        Returns
        -------
        Estimate
            The share of the eigenvalues per unit of eigenvalue, so that the area is 1.

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

    def cdf(self, x: ArrayLike) -> Estimate:
        """Return the share of eigenvalues up to `x`, a number or an array, as an `Estimate`.

        Examples
        --------
        >>> spectral_density(np.eye(50)).cdf([0.5, 1.5]).estimate
        array([0., 1.])
        """
        return self._mean(self.nodes <= _points("x", x))

    def moment(self, k: int) -> Estimate:
        """Return the mean of λᵏ over the eigenvalues, tr(Aᵏ)/n, as an `Estimate`.

        With m steps, the quadrature of each probe is exact up to k = 2m − 1. The only error is then
        that of the probes.

        Examples
        --------
        >>> round(spectral_density(3 * np.eye(50)).moment(2).estimate, 10)
        9.0
        """
        return self._mean(self.nodes ** arguments.count("k", k, at_least=0))

    def _mean(self, values: np.ndarray) -> Estimate:
        """Return the mean over the probes of a function from its `values` (…, probes, m)."""
        return Estimate.of((values * self.weights).sum(axis=-1))

    def __repr__(self) -> str:
        (probes, steps), (low, high) = self.nodes.shape, self.ritz_range
        cost = f"{probes} probes × {steps} steps, {self.num_matvecs} products"
        return f"Spectral density: {self.n} eigenvalues, seen from {low:.6g} to {high:.6g} ({cost})"


def spectral_density(
    A: ArrayLike | LinearOperator, num_steps: int = 80, num_probes: int = 5, seed: Seed = 0
) -> SpectralDensity:
    """Estimate the `SpectralDensity` of the eigenvalues by stochastic Lanczos quadrature.

    A unit vector z gives the eigenvalue λᵢ the weight (vᵢᵀz)². For a random z the average weight is
    1/n. Lanczos from z gives the Gauss quadrature of this distribution. More steps resolve more of
    the shape. More probes make the weights more accurate: their error falls like 1/√probes.

    Parameters
    ----------
    A : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        Real and symmetric, of any signs.
    num_steps : int
        The number m of Lanczos steps of each probe, at most n.
    num_probes : int
        The number of unit vectors z, uniform on the sphere; 2 or more for a standard error. The
        first ones do not depend on how many follow.
    seed : int or numpy.random.Generator

    Raises
    ------
    ValueError
        For an `A` as above, or a number below 1.
    Interrupted
        Its `partial` is the density from the probes that were done, or from the steps that were
        done of the first.

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
    >>> round(density.cdf(0.0).estimate, 1)
    0.5
    """
    A = arguments.square_operator("A", A)
    n, rng = A.shape[0], stream(seed)
    m = min(arguments.count("num_steps", num_steps), n)
    num_probes = arguments.count("num_probes", num_probes)
    rules, used = [], 0  # a quadrature rule for each probe: nodes, weights
    invariant = True
    try:
        with one_blas_thread(A), ProgressBar(num_probes * m, "product") as bar:
            for _ in range(num_probes):
                run = lanczos_steps(A, m, rng.standard_normal(n), True, bar)
                rules.append((run.ritz_values, run.weights))
                used += run.num_matvecs
                invariant &= run.invariant
    except KeyboardInterrupt as stop:
        done, partial, running = len(rules), None, getattr(stop, "partial", None)
        if running:
            used += running.num_matvecs
            # Beside complete rules, a shorter one would blur what they resolve.
            rules = rules or [(running.ritz_values, running.weights)]
        if rules:
            partial = density_of(rules, n, used)
        raise Interrupted(f"after {done} of {num_probes} probes", partial) from None
    return density_of(rules, n, used, invariant)


def density_of(rules: list, n: int, num_matvecs: int, invariant: bool = False) -> SpectralDensity:
    """Return the density from quadrature rules (nodes descending, weights), one per probe."""
    m = max(nodes.size for nodes, _ in rules)
    nodes = [np.pad(nodes, (0, m - nodes.size), "edge") for nodes, _ in rules]
    weights = [np.pad(weights, (0, m - weights.size)) for _, weights in rules]
    return SpectralDensity(np.array(nodes), np.array(weights), n, num_matvecs, invariant)


def _points(name: str, x: ArrayLike) -> np.ndarray:
    """Return the points `x` with two axes more, to be compared with all nodes."""
    return arguments.vector(name, np.ravel(x)).reshape(*np.shape(x), 1, 1)
