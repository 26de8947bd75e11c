"""All critical points of a landscape: found by many Newton runs, classified, and counted.

A critical point is a place where the gradient vanishes. Points are rows. `gradient` and `hessian`
take batches of points: they map arrays (m, P) to (m, P) and (m, P, P), for weights of any length P.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.exact import newton, spectra
from course_lib.exact.landscapes import Landscape
from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.seeds import Seed

KINDS = {"positive definite": "minimum", "negative definite": "maximum", "indefinite": "saddle"}
ZERO_RTOL = 1e-5  # an eigenvalue this small beside the landscape's curvature counts as zero
MERGE_RTOL = 1e-4  # points this close, in units of the spread of the starts, are one


def classify(eigenvalues: ArrayLike, rtol: float = 1e-10, scale: float | None = None) -> str:
    """Name the kind of a critical point by the eigenvalues of its Hessian.

    The rules, in this order: if there are both signs, the point is a saddle, zeros or not;
    otherwise, if there is a zero, it is undecided; otherwise the common sign decides. The
    function does not check that the gradient vanishes.

    Parameters
    ----------
    eigenvalues : array_like of shape (n,)
    rtol : float
        An eigenvalue counts as zero when |λ| ≤ `rtol` · `scale`.
    scale : float, optional
        By default max|λ|, so the answer stays the same if the function is multiplied by 10⁻⁹.

    Returns
    -------
    str
        "minimum", "maximum", "saddle" or "undecided".

    Raises
    ------
    ValueError
        If `eigenvalues` is not a finite real vector, or `rtol` or `scale` is negative.

    Examples
    --------
    >>> [classify(lam) for lam in ([3, 0.5], [1, 0, -1], [2, 0], [2e-9, 1e-9])]
    ['minimum', 'saddle', 'undecided', 'minimum']
    """
    eigenvalues = arguments.vector("eigenvalues", eigenvalues)
    rtol, largest = arguments.non_negative("rtol", rtol), np.abs(eigenvalues).max()
    if scale is not None and largest > 0:
        rtol = rtol * arguments.non_negative("scale", scale) / largest
    return KINDS.get(spectra.definiteness(eigenvalues, rtol), "undecided")


@dataclass(frozen=True, eq=False, repr=False)
class CriticalPoints(Printable):
    """Critical points, each listed once, and how the search for them went.

    Attributes
    ----------
    points : ndarray of shape (k, P)
        From the lowest to the highest, if heights are known.
    heights : ndarray of shape (k,) or None
        The values of the function at the points.
    eigenvalues : ndarray of shape (k, P)
        Of the Hessian, descending in each row.
    gradient_norms : ndarray of shape (k,)
        ‖∇f‖ at the points.
    curvature_scale : float
        The median over the starts of the largest |λ|. Eigenvalues are compared with it.
    ends : ndarray of int, shape (m,)
        For each start, the row of `points` that its run ended at. If it ended at none of them:
        `SPURIOUS`, `UNFINISHED`, or `OUTSIDE` (of the box).
    """

    points: np.ndarray
    heights: np.ndarray | None
    eigenvalues: np.ndarray
    gradient_norms: np.ndarray
    curvature_scale: float
    ends: np.ndarray

    SPURIOUS, UNFINISHED, OUTSIDE = -1, -2, -3

    def __len__(self) -> int:
        return len(self.points)

    @property
    def num_starts(self) -> int:
        """The number of runs."""
        return len(self.ends)

    @property
    def num_spurious(self) -> int:
        """The number of runs that ended at a minimum of ‖∇f‖² above 0, which is no critical point."""
        return int((self.ends == self.SPURIOUS).sum())

    @cached_property
    def kinds(self) -> np.ndarray:
        """The kind of each point: "minimum", "maximum", "saddle" or "undecided"."""
        return np.array(
            [classify(row, ZERO_RTOL, self.curvature_scale) for row in self.eigenvalues], dtype="U9"
        )

    @property
    def index(self) -> np.ndarray:
        """The number of negative eigenvalues at each point, shape (k,)."""
        return (self.eigenvalues < -ZERO_RTOL * self.curvature_scale).sum(axis=1)

    @property
    def degenerate(self) -> np.ndarray:
        """Whether each point has an eigenvalue that counts as zero; shape (k,)."""
        return (np.abs(self.eigenvalues) <= ZERO_RTOL * self.curvature_scale).any(axis=1)

    def count(self, kind: str) -> int:
        """Return how many points are of a kind."""
        return int((self.kinds == kind).sum())

    def index_sum(self) -> int | None:
        """Return Σ (−1)^index, or None if a point is degenerate: the sum is then not defined.

        Over *all* critical points of a function on a torus the sum is 0. In a box at whose edge
        the gradient points outward it is 1 (Morse; Poincaré and Hopf). If the sum differs, points
        are missing. If it agrees, this proves nothing, because two missing points may cancel.
        """
        return None if self.degenerate.any() else int(((-1) ** self.index).sum())

    def __repr__(self) -> str:
        counts = ", ".join(f"{self.count(kind)} {kind}" for kind in np.unique(self.kinds))
        return (
            f"{len(self)} critical points ({counts or 'none'}) from {self.num_starts} starts, "
            f"{self.num_spurious} of them spurious"
        )


def find(
    gradient: Callable[..., Any],
    hessian: Callable[..., Any],
    starts: ArrayLike,
    *,
    value: Callable[..., Any] | None = None,
    periods: ArrayLike | None = None,
    box: tuple[ArrayLike, ArrayLike] | None = None,
    steps: int = 200,
    pad: bool = False,
) -> CriticalPoints:
    """Run damped Newton iterations on ∇f = 0 from many starts at once, and merge where they end.

    Each run lowers ‖∇f‖ at every step, whatever the signs of the curvature. So minima, saddles
    and maxima all attract the runs. A run counts as converged only if ‖∇f‖ itself has become tiny.
    It may also end where ‖∇f‖² has a minimum above 0, because the gradient of ‖∇f‖² is 2H∇f. Such
    an end is counted as spurious and never accepted. Returns `CriticalPoints`.

    Parameters
    ----------
    gradient, hessian : callable
        They map batches of points (m, P) to arrays (m, P) and (m, P, P). `jax.vmap` makes such
        functions.
    starts : array_like of shape (m, P)
    value : callable, optional
        It maps a batch to heights (m,).
    periods : array_like of shape (P,), optional
        Pass them if the function repeats with these periods. Points are then reduced to
        [0, period), and merged across the edge.
    box : pair of array_like of shape (P,), optional
        Lower and upper corner; critical points outside are left out.
    steps : int
        The largest number of steps of a run.
    pad : bool
        Whether to fill batches up to a power of two, so that compiled functions meet few shapes.

    Raises
    ------
    ValueError
        If `starts` is not a finite matrix, if `gradient` or `hessian` returns another shape or is
        not finite at the starts, or if `periods` or `box` is not of the form above.

    Notes
    -----
    One step is −Σᵢ vᵢ λᵢ(vᵢ·∇f)/(λᵢ² + μ²). This is Levenberg-Marquardt on ‖∇f‖². The damping μ of
    each run falls after a success and rises after a failure. For P weights a step of m runs costs
    m eigendecompositions of P × P matrices. Frye et al. (2021), "Critical point-finding methods
    reveal gradient-flat regions of deep network losses", found that Newton runs on network losses
    often end at spurious points.

    Examples
    --------
    >>> from course_lib.exact.landscapes import himmelblau
    >>> f = himmelblau()
    >>> find(f.gradient, f.hessian, f.random_points(100), value=f.value, box=(f.low, f.high)).index
    array([0, 0, 0, 0, 1, 1, 1, 1, 2])
    """
    starts = newton.read_starts(starts)
    gradient = newton.checked_shapes("gradient", gradient, 1, pad)
    hessian = newton.checked_shapes("hessian", hessian, 2, pad)
    if periods is not None:
        periods = newton.read_periods(periods, starts.shape[1])
    if box is not None:
        box = newton.read_box(box, starts.shape[1])
    runs = newton.newton_runs(gradient, hessian, starts, arguments.count("steps", steps))
    return _collect(runs, starts, hessian, value, periods, box)


@dataclass(frozen=True, eq=False)
class Search:
    """Critical points of a landscape, with the evidence that none is missing.

    Attributes
    ----------
    found : CriticalPoints
    rounds : tuple of (int, int)
        For each round, the number of starts so far and the number of points found. Each round
        has twice as many starts as the round before.
    expected_sum : int or None
        What Σ (−1)^index must be, if that is known.
    """

    found: CriticalPoints
    rounds: tuple[tuple[int, int], ...]
    expected_sum: int | None

    @property
    def settled(self) -> bool:
        """Whether the last two doublings of the starts found nothing new."""
        return len(self.rounds) > 2 and len({count for _, count in self.rounds[-3:]}) == 1

    @property
    def sum_agrees(self) -> bool | None:
        """Whether Σ (−1)^index is what it must be; None if either is not known."""
        total = self.found.index_sum()
        if total is None or self.expected_sum is None:
            return None
        return total == self.expected_sum


def search(
    landscape: Landscape, num_starts: int | None = None, seed: int = 0, max_rounds: int = 8
) -> Search:
    """Look for all critical points: double the starts until two doublings find nothing new.

    Parameters
    ----------
    landscape : landscapes.Landscape
    num_starts : int, optional
        The number of starts in the first round; 16 · 2ᵈ by default.
    seed : int
        The seed of the starts.
    max_rounds : int
        The search gives up after this many rounds. `Search.settled` tells whether it did.

    Examples
    --------
    >>> from course_lib.exact.landscapes import random_trigonometric
    >>> result = search(random_trigonometric(2, seed=1))
    >>> result.settled, result.sum_agrees
    (True, True)
    """
    f, d = landscape, landscape.dimension
    num_starts = 16 * 2**d if num_starts is None else arguments.count("num_starts", num_starts)
    max_rounds = arguments.count("max_rounds", max_rounds)
    starts = f.random_points(num_starts * 2 ** (max_rounds - 1), seed)
    box = None if f.periodic else (f.low, f.high)
    runs, rounds, done = None, [], 0
    for total in (num_starts * 2**i for i in range(max_rounds)):
        new = newton.newton_runs(f.gradient, f.hessian, starts[done:total], 200)
        if runs is not None:
            new = newton.Ends(*map(np.concatenate, zip(runs, new, strict=True)))
        runs = new
        found = _collect(runs, starts[:total], f.hessian, f.value, f.periods, box)
        rounds.append((total, len(found)))
        done = total
        result = Search(found, tuple(rounds), expected_index_sum(f))
        if result.settled:
            break
    return result


def expected_index_sum(landscape: Landscape, num: int = 4000) -> int | None:
    """Return what Σ (−1)^index over all critical points must be, or None if it is not known.

    On a torus it is 0. In a box in the plane, follow the edge once around, counter-clockwise. The
    sum is the number of turns that the gradient makes on the way: 1 if it points outward everywhere.

    Parameters
    ----------
    landscape : landscapes.Landscape
    num : int
        The number of points on each side of the box.

    Examples
    --------
    >>> from course_lib.exact.landscapes import himmelblau, monkey_saddle
    >>> expected_index_sum(himmelblau()), expected_index_sum(monkey_saddle())
    (1, -2)
    """
    if landscape.periodic:
        return 0
    if landscape.dimension != 2:
        return None
    (x0, y0), (x1, y1) = landscape.low, landscape.high
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]])
    t = np.linspace(0, 1, arguments.count("num", num))[:, None]
    edge = np.concatenate([a + t * (b - a) for a, b in pairwise(corners)])
    turn = np.unwrap(np.arctan2(*landscape.gradient(edge).T[::-1]))
    return round((turn[-1] - turn[0]) / (2 * np.pi))


def lowest_and_highest_around(
    value: Callable[..., Any], point: ArrayLike, radius: float, num: int = 20_000, seed: Seed = 0
) -> tuple[float, float]:
    """Return the least and the largest f(w) − f(point) over many w at one distance from `point`.

    This is evidence where the Hessian leaves a point undecided. If the least value is negative,
    and stays negative as the radius shrinks, `point` is not a minimum. If it is positive, this
    proves nothing: the function may fall in a narrow wedge between the samples.

    Parameters
    ----------
    value : callable
        It maps a batch (m, d) to heights (m,).
    point : array_like of shape (d,)
    radius : float
        The distance.
    num : int
        The number of points w, evenly spaced on the circle for d = 2, else random on the sphere.
    seed : int or numpy.random.Generator

    Examples
    --------
    >>> low, high = lowest_and_highest_around(lambda w: w[:, 0] ** 2 - w[:, 1] ** 4, [0, 0], 0.1)
    >>> round(low, 6), round(high, 4)
    (-0.0001, 0.01)
    """
    point = arguments.vector("point", point)
    radius, num = arguments.positive("radius", radius), arguments.count("num", num)
    if len(point) == 2:
        turn = np.linspace(0, 2 * np.pi, num, endpoint=False)
        directions = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    else:
        directions = np.random.default_rng(seed).normal(size=(num, len(point)))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    change = value(point + radius * directions) - value(point[None])
    return float(change.min()), float(change.max())


def _collect(
    runs: newton.Ends,
    starts: np.ndarray,
    hessian: newton.Batched,
    value: newton.Batched | None,
    periods: np.ndarray | None,
    box: tuple[np.ndarray, np.ndarray] | None,
) -> CriticalPoints:
    """Merge the ends of the runs into `CriticalPoints`."""
    w, norms, rayleigh, scales = runs
    scale_g, scale_h = np.median(scales, axis=0)
    ends = np.full(len(w), CriticalPoints.UNFINISHED)
    ends[(rayleigh < 1e-3 * scale_h) & (norms > 1e-6 * scale_g)] = CriticalPoints.SPURIOUS
    ok = norms <= newton.GRADIENT_RTOL * scales[:, 0]
    if periods is not None:
        w = w % periods
    elif box is not None:
        inside = ((w >= box[0]) & (w <= box[1])).all(axis=1)
        ends[ok & ~inside] = CriticalPoints.OUTSIDE
        ok &= inside
    reach = MERGE_RTOL * np.ptp(starts, axis=0).max()
    best = newton.merge_ends(w, norms, np.flatnonzero(ok), ends, reach, periods)
    heights = None if value is None else np.asarray(value(w[best]), dtype=float)
    order = np.lexsort(w[best].T[::-1]) if heights is None else np.argsort(heights)
    rank = np.empty(len(best), dtype=int)
    rank[order] = np.arange(len(best))
    ends = np.where(ends >= 0, rank[np.maximum(ends, 0)] if len(best) else ends, ends)
    best = best[order]
    lam = np.empty((0, w.shape[1]))
    if len(best):
        lam = np.linalg.eigvalsh(hessian(w[best]))[:, ::-1]
    return CriticalPoints(
        w[best], None if heights is None else heights[order], lam, norms[best], float(scale_h), ends
    )
