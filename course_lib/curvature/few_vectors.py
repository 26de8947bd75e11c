"""Lanczos' method for models so large that a basis cannot be kept: two vectors and a product.

Without a basis, nothing can be orthogonalized against it, and rounding errors grow: once a Ritz
value has converged, the recurrence finds it again, as a ghost (`lanczos` shows how). The results
remain valid, with three restrictions.

*The ends.* Near every Ritz value there is an eigenvalue of A. The distance is at most a small
multiple of two terms: the last β times the last entry of T's eigenvector, and the rounding. Ghosts
cannot be told from true copies, and one start shows no copies anyway. So the values are *distinct*
eigenvalues, proved by intervals that do not overlap.

*The density.* A ghost shares the weight of the value that it copies, so nodes and weights remain a
quadrature. Measured with 105 steps on a network's Hessian and on spectra with outliers, the
Wasserstein distance to the density from a full basis is 3 to 11 % of that between two probes.

*No eigenvectors*, and so nothing that needs them: the trace comes from random signs alone.

Meurant & Strakoš 2006, "The Lanczos and conjugate gradient algorithms in finite precision
arithmetic", analyse the rounding. That the bounds hold is measured here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from course_lib.curvature.lanczos import EPS, Tridiagonal
from course_lib.curvature.vectors import Space
from course_lib.support.arguments import product_in_range
from course_lib.support.progress_bar import ProgressBar

# A Ritz vector of a basis that is no longer orthogonal may be shorter than 1, and then the residual
# says too little: without this factor it was exceeded up to 1.4 times, measured in single precision.
SAFETY = 2.5

# Of the largest magnitude: a wider interval says too little to be listed.
NARROW = 1e-3

# Roundings of a product up to which a remainder counts as nothing.
NOTHING = 100


@dataclass(frozen=True, eq=False)
class BareRun(Tridiagonal):
    """The tridiagonal matrix of a run without a basis.

    Attributes
    ----------
    alphas, betas : ndarray of shape (m,)
        Its diagonal and the one next to it; the last β is the length of the residual.
    noise : float
        The rounding error of a product relative to its length.
    invariant : bool
        True if the run ended because the residual was no more than rounding.
    """

    noise: float
    invariant: bool = False

    @property
    def residual_norms(self) -> np.ndarray:
        """The last β times the last entries of T's eigenvectors."""
        return self.betas[-1] * np.abs(self._eigh[1][-1])

    @property
    def rounding(self) -> float:
        """What rounding adds to the residuals: rounding of the products and of T's eigenvalues."""
        m, scale = self.alphas.size, np.abs(self._eigh[0]).max()
        return float((2 * np.sqrt(m) * self.noise + m * EPS) * scale)

    @property
    def error_bounds(self) -> np.ndarray:
        """For each Ritz value, a bound on its distance to the nearest eigenvalue of A.

        Measured on eleven spectra with runs of 20 to 400 steps: all of 32,040 bounds held in double
        precision and all of 32,397 in single precision. The largest error was 0.57 of its bound.
        """
        return SAFETY * (self.residual_norms + self.rounding)


def bare_lanczos(
    space: Space,
    m: int,
    rng: np.random.Generator,
    noise: float,
    bar: ProgressBar,
    keep: Callable[[BareRun], None],
) -> None:
    """Run m steps of the bare recurrence from a Gaussian start, or fewer if only rounding is left.

    Parameters
    ----------
    space : vectors.Space
    m : int
    rng : numpy.random.Generator
        Draws the start.
    noise : float
        The relative rounding error of a product.
    bar : ProgressBar
    keep : callable
        It gets the `BareRun` at the end, even if the end is a KeyboardInterrupt.

    Raises
    ------
    ValueError
        If a product is not finite, or A is not symmetric. Symmetry is checked on two successive
        vectors, which costs no product.
    """
    v, before = space.gaussian(rng), space.zeros()
    space.scale(v, 1 / space.norm(v))
    alphas: list[float] = []
    betas: list[float] = []
    scale, beta, drift, invariant = 0.0, 0.0, 0.0, False
    try:
        while len(betas) < m:
            r = space.product(v)
            alpha, back = space.dots(r, v, before)
            product_in_range("A", np.array([alpha, back]), scale)
            scale = max(scale, float(np.hypot(alpha, back)))
            if abs(back - beta) > max(np.sqrt(noise) * scale, 10 * drift / (beta or np.inf)):
                sides = f"uᵀAv = {back:.6g} but vᵀAu = {beta:.6g}"
                raise ValueError(f"A must be symmetric: {sides} for two unit vectors u and v")
            beta = space.recur(before, r, alpha, v, beta)
            alphas.append(alpha)
            betas.append(beta)
            scale = max(scale, beta)
            # By so much does rounding turn v towards the vectors before it, times the next β.
            drift += noise * scale * (abs(alpha) + beta)
            v, before = before, v
            bar.advance()
            invariant = beta <= NOTHING * noise * scale
            if invariant:
                break
            space.scale(v, 1 / beta)
    finally:
        if betas:
            keep(BareRun(np.array(alphas[: len(betas)]), np.array(betas), noise, invariant))


def hutchinson(
    space: Space, m: int, rng: np.random.Generator, bar: ProgressBar, samples: list[float]
) -> None:
    """Append zᵀAz to `samples` for m vectors z of random signs, one by one (Hutchinson 1989)."""
    for _ in range(m):
        z = space.signs(rng)
        (form,) = space.dots(z, space.product(z))
        product_in_range("A", np.array(form))
        samples.append(form)
        bar.advance()


def distinct_eigenvalues(
    runs: Sequence[BareRun], k: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the largest Ritz value of all runs and the distinct eigenvalues that follow it.

    Each Ritz value of a run has an interval that contains an eigenvalue. The intervals are taken
    from the narrowest to the widest. One that overlaps none taken before proves one more
    eigenvalue. A ghost always overlaps the interval of the value that it copies. The list has at
    most k values. It ends where Ritz values without an interval of their own follow. An eigenvalue
    that no run has found may be missing.

    Returns
    -------
    values, residual_norms, error_bounds : ndarray of shape (at most k,)
        Descending by value.
    """
    values = np.concatenate([run.ritz_values for run in runs])
    norms = np.concatenate([run.residual_norms for run in runs])
    bounds = np.concatenate([run.error_bounds for run in runs])
    rounding = max(run.rounding for run in runs)
    agree = np.flatnonzero(values >= values.max() - rounding)
    taken = [int(agree[norms[agree].argmin()])]
    for i in np.argsort(bounds):
        if bounds[i] > NARROW * np.abs(values).max():
            break
        if (np.abs(values[i] - values[taken]) > bounds[i] + bounds[taken]).all():
            taken.append(int(i))
    order = np.array(taken)[np.argsort(-values[taken])]
    for last in range(1, order.size):
        above, below = order[last - 1 : last + 1]
        beside = (values < values[above] - bounds[above]) & (values > values[below] + bounds[below])
        if beside.sum() > len(runs):  # more than a ghost of each run on its way up
            order = order[:last]
            break
    order = order[:k]
    return values[order], norms[order], bounds[order]


def negated(run: BareRun) -> BareRun:
    """Return the run as that of −A."""
    return replace(run, alphas=-run.alphas)
