"""Lanczos' method for models so large that a basis cannot be kept: two vectors and a product.

Without a basis nothing can be orthogonalized against it, and rounding has its way: once a Ritz
value has converged, the recurrence finds it again, as a ghost (`lanczos` shows how). What it says
stays true with three cautions, which are kept here.

*The ends.* Every Ritz value has an eigenvalue of A near it, within a small multiple of the last β
times the last entry of T's eigenvector, and of the rounding. Ghosts cannot be told
from true copies, and one start shows no copies anyway: so values are *distinct* eigenvalues, proved
by intervals that do not overlap.

*The density.* A ghost shares the weight of the value it copies, and nodes and weights stay a
quadrature. Measured on a network's Hessian and beside outliers, 105 steps: the
Wasserstein distance to the density from a full basis is 3 to 11 % of that between two probes.

*No eigenvectors*, so nothing that needs them: the trace comes from random signs alone.

For the analysis of rounding see Meurant & Strakoš 2006, "The Lanczos and conjugate gradient
algorithms in finite precision arithmetic"; that the bounds hold is measured here.
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
        Its diagonal and the one beside it; the last β is the length of the residual.
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
        """What rounding adds to the residuals: of the products, and of the eigenvalues of T."""
        m, scale = self.alphas.size, np.abs(self._eigh[0]).max()
        return float((2 * np.sqrt(m) * self.noise + m * EPS) * scale)

    @property
    def error_bounds(self) -> np.ndarray:
        """Within its bound of each Ritz value lies an eigenvalue of A.

        Measured on eleven spectra, runs of 20 to 400 steps: all of 32,040 bounds held in double
        and all of 32,397 in single precision, the worst by an error of 0.57 of it.
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
    """Run m steps of the bare recurrence from a Gaussian start; fewer if nothing but rounding is left.

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
        Is given the `BareRun` at the end, also where the end is a KeyboardInterrupt.

    Raises
    ------
    ValueError
        If a product is not finite, or A not symmetric: seen from two vectors that follow each
        other, at the cost of no product.
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
    """Append zᵀAz to `samples` for m vectors z of random signs, one at a time (Hutchinson 1989)."""
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

    Each run's Ritz values come with intervals that hold an eigenvalue. Taken from the narrowest to
    the widest, an interval that meets none taken before proves one eigenvalue more; a ghost always
    meets the interval of what it copies. The list ends, k values long at most, where Ritz values
    without an interval of their own follow; an eigenvalue that no run has met may be missing.

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
