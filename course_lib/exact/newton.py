"""Damped Newton iterations on ∇f = 0 from many starts at once, and the merging of their ends.

This is the machinery of `critical_points.find`, in the order in which it is used: `read_starts`,
`checked_shapes` of the functions, `newton_runs` from all starts, and `merge_ends`, which finds the
ends that are one point.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_lib.support import arguments

Batched = Callable[[np.ndarray], np.ndarray]

GRADIENT_RTOL = 1e-12  # ‖∇f‖ at a critical point, in units of what it is among the starts


def read_starts(starts: ArrayLike) -> np.ndarray:
    """Return `starts` as a finite float64 array of shape (m, P)."""
    starts = arguments.numbers("starts", starts)
    if starts.ndim != 2 or starts.size == 0:
        raise ValueError(f"starts must be an array of shape (m, P), not {starts.shape}")
    return starts


def read_periods(periods: ArrayLike, size: int) -> np.ndarray:
    """Return `periods` as a positive float64 array of shape (size,)."""
    periods = arguments.vector("periods", periods, size)
    if periods.min() <= 0:
        raise ValueError(f"periods must be positive, but one is {periods.min():.6g}")
    return periods


def read_box(box: tuple[ArrayLike, ArrayLike], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of `box` as float64 arrays of shape (size,)."""
    if not isinstance(box, tuple | list) or len(box) != 2:
        raise ValueError("box must be a pair: its lower and its upper corner")
    low, high = (arguments.vector("box", corner, size) for corner in box)
    if not (low < high).all():
        raise ValueError(
            "box must have its lower corner first, below the upper one in each direction"
        )
    return low, high


def checked_shapes(name: str, function: Batched, order: int, pad: bool) -> Batched:
    """Return `function` with a check of its result's shape, and with full batches if `pad`."""

    def evaluate(w: np.ndarray) -> np.ndarray:
        m, size = w.shape
        if pad:
            w = np.concatenate([w, np.repeat(w[-1:], 2 ** (m - 1).bit_length() - m, axis=0)])
        result = np.asarray(function(w))
        wanted = (len(w), *[size] * order)
        if result.shape != wanted:
            raise ValueError(f"{name} must return the shape {wanted}, not {result.shape}")
        return result[:m]

    return evaluate


class Ends(NamedTuple):
    """How m runs ended.

    Attributes
    ----------
    w : ndarray of shape (m, P)
        The points where they ended.
    norms : ndarray of shape (m,)
        ‖∇f‖ there.
    rayleigh : ndarray of shape (m,)
        ‖H∇f‖/‖∇f‖. Where it is zero, ‖∇f‖² has no slope.
    scales : ndarray of shape (m, 2)
        Typical ‖∇f‖ and largest |λ| of the starts, the same in each row.
    """

    w: np.ndarray
    norms: np.ndarray
    rayleigh: np.ndarray
    scales: np.ndarray


def newton_runs(gradient: Batched, hessian: Batched, starts: np.ndarray, steps: int) -> Ends:
    """Run from all starts.

    One step is −Σᵢ vᵢ λᵢ(vᵢ·∇f)/(λᵢ² + μ²). It is accepted if it lowers ‖∇f‖. μ falls after a
    success and rises after a failure. Everything is computed in units of the largest derivative at
    a start. Otherwise, for a very small or very large function, squares would leave the range of
    floats.
    """
    w, g, H = starts.copy(), gradient(starts), hessian(starts)
    largest = max(np.abs(g).max(), np.abs(H).max())
    if not np.isfinite(largest):
        raise ValueError("gradient and hessian must be finite at the starts")
    exponent = np.frexp(largest)[1]  # a power of two: nothing is rounded
    g, H = np.ldexp(g, -exponent), np.ldexp(H, -exponent)
    norms = np.linalg.norm(g, axis=1)
    lam, V = np.linalg.eigh(H)
    curvature = np.abs(lam).max(axis=1)
    scale_h = np.median(curvature)
    # Curvature times distance is a slope: a scale also where the starts are critical points.
    scale_g = max(np.median(norms), scale_h * np.ptp(starts, axis=0).max())
    rayleigh = np.full(len(w), np.inf)
    scales = np.broadcast_to([scale_g, scale_h], (len(w), 2))
    mu = np.full(len(w), 0.1 * scale_h)
    live = np.arange(len(w))  # the rows still running; g, lam, V, mu are kept for these only
    coefficients = np.einsum("mji,mj->mi", V, g)
    for _ in range(steps):
        size = norms[live]
        rayleigh[live] = np.linalg.norm(lam * coefficients, axis=1) / np.maximum(size, 1e-300)
        stuck = (rayleigh[live] < 1e-6 * scale_h) & (size > 1e-6 * scale_g)
        go_on = ~(stuck | (size <= GRADIENT_RTOL * scale_g))
        live, lam, V, mu = live[go_on], lam[go_on], V[go_on], mu[go_on]
        coefficients, size = coefficients[go_on], size[go_on]
        if not len(live):
            break
        step = np.einsum("mij,mj->mi", V, coefficients * lam / (lam**2 + mu[:, None] ** 2))
        trial = w[live] - step
        g = np.ldexp(gradient(trial), -exponent)
        new = np.linalg.norm(g, axis=1)
        better = new < size
        mu = np.where(better, mu / 4, np.minimum(4 * mu, 1e6 * scale_h))
        rows = live[better]
        if len(rows):
            w[rows], norms[rows] = trial[better], new[better]
            H = np.ldexp(hessian(trial[better]), -exponent)
            lam[better], V[better] = np.linalg.eigh(H)
            coefficients[better] = np.einsum("mji,mj->mi", V[better], g[better])
    return Ends(w, *(np.ldexp(x, exponent) for x in (norms, rayleigh, scales)))


def merge_ends(
    w: np.ndarray,
    norms: np.ndarray,
    rows: np.ndarray,
    ends: np.ndarray,
    reach: float,
    periods: np.ndarray | None = None,
) -> np.ndarray:
    """Find which of `rows` are the same point, write that into `ends`, and return one row of each."""
    rows = rows[np.argsort(norms[rows], kind="stable")]  # the best of a cluster stands for it
    best: list[int] = []
    while len(rows):
        apart = w[rows] - w[rows[0]]
        if periods is not None:
            apart -= periods * np.round(apart / periods)
        same = np.linalg.norm(apart, axis=1) <= reach
        ends[rows[same]] = len(best)
        best.append(int(rows[0]))
        rows = rows[~same]
    return np.array(best, dtype=int)
