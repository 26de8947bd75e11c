"""The curvature of a reader's own model: all that the course can ask, with error and cost.

A model in JAX is a function of a flat vector, which `operators` takes as it is; `torch_models`
brings what is written for PyTorch into the same form, an operator that multiplies and counts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature import report_table
from course_lib.curvature.density import spectral_density
from course_lib.curvature.eigenpairs import Eigenpairs, top_eigenpairs
from course_lib.curvature.mean_loss import kind_of_loss
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.report_table import NEAR, Row
from course_lib.curvature.trace import TraceEstimate, trace
from course_lib.support import arguments
from course_lib.support.estimates import Estimate
from course_lib.support.interruption import Interrupted
from course_lib.support.seeds import Seed

TOP = 10  # eigenpairs at the upper end
PROBES = 4  # of the density
TOLERANCE = 1e-6  # of an eigenvalue, relative to the largest magnitude
# Of the budget; what is not spent goes on, and the density takes the rest.
SHARES = {"top": 0.3, "trace": 0.15, "bottom": 0.25}


class Bounded(NamedTuple):
    """A number that is off by no more than its error; where only that is likely see `Estimate`."""

    estimate: float
    error: float


@dataclass(frozen=True, eq=False, repr=False)
class SpectralReport:
    """What `spectral_report` found; parts that a stop by hand left out are None.

    Attributes
    ----------
    n : int
        The number of parameters.
    loss : float or None
    gradient_norm : float or None
        None where an operator came without a gradient.
    gradient_share : float or None
        The share of the squared gradient along the eigenvectors in `top`.
    top : eigenpairs.Eigenpairs
        The largest eigenvalues, by value.
    bottom : eigenpairs.Eigenpairs
        The smallest.
    trace : trace.TraceEstimate
        The part on the eigenvectors in `top` taken exactly, the rest from random probes.
    density : density.SpectralDensity
    learning_rate : float or None
    momentum : float
    num_matvecs : int
        The cost of all: products with the matrix.
    """

    n: int
    loss: float | None
    gradient_norm: float | None
    gradient_share: float | None
    top: Any  # None where a stop came before, as the three below
    bottom: Any
    trace: Any
    density: Any
    learning_rate: float | None
    momentum: float
    num_matvecs: int

    @property
    def largest(self) -> Bounded:
        """λ₁, the sharpness, with its bound; a Ritz value, so never above the truth."""
        top = self._measured("top")
        return Bounded(float(top.eigenvalues[0]), float(top.error_bounds[0]))

    @property
    def smallest(self) -> Bounded:
        """λₙ with its bound; a Ritz value, so never below the truth."""
        bottom = self._measured("bottom")
        return Bounded(float(bottom.eigenvalues[-1]), float(bottom.error_bounds[-1]))

    def _measured(self, name: str) -> Any:
        part = getattr(self, name)
        if part is None:
            raise ValueError(f"{name} is missing: the report was stopped before it was measured")
        return part

    @property
    def stability_limit(self) -> Bounded:
        """The largest step at which descent is stable here: (2 + 2·momentum)/λ₁.

        Gradient descent, full batch, on the quadratic that the loss is near this point (Polyak
        1964 for the heavy ball). Infinite where no direction curves upwards.
        """
        value, error = self.largest
        if value <= error:
            return Bounded(inf, 0.0)
        limit = (2 + 2 * self.momentum) / value
        return Bounded(limit, limit * error / (value - error))

    @property
    def condition(self) -> float | None:
        """λ₁/λₙ where λₙ is above zero by more than its error; else None: no κ is defined."""
        if self.smallest.estimate <= self.smallest.error:
            return None
        return self.largest.estimate / self.smallest.estimate

    def near_zero(self, fraction: float = NEAR) -> Estimate:
        """Return the share of eigenvalues with |λ| ≤ fraction · max|λ|, an `Estimate`.

        Its error is that between probes. What so few Lanczos steps cannot tell apart is not in it:
        shares for another fraction show how much hangs on the threshold.
        """
        density = self._measured("density")
        edge = fraction * max(abs(value) for value in density.ritz_range)
        return Estimate.of((density.weights * (np.abs(density.nodes) <= edge)).sum(axis=1))

    @property
    def stability(self) -> str:
        """Return how `learning_rate` compares with the limit, in words; empty without one."""
        if self.learning_rate is None:
            return ""
        (limit, error), eta = self.stability_limit, self.learning_rate
        if abs(eta - limit) <= error:
            return f"learning rate {eta:g} is at the limit within its error"
        side = "below" if eta < limit else "ABOVE"
        return f"learning rate {eta:g} is {side} it, at {100 * eta / limit:.0f} % of the limit"

    @property
    def missing(self) -> list[str]:
        """The names of the parts that a stop by hand left out."""
        return [name for name in PARTS if getattr(self, name) is None]

    def rows(self) -> list[Row]:
        """Return the lines of the report, each a `report_table.Row`."""
        return report_table.rows(self)

    def __repr__(self) -> str:
        return report_table.text(self)

    def _repr_html_(self) -> str:
        return report_table.html(self)


PARTS = ("top", "trace", "bottom", "density")


def spectral_report(
    f: Any,
    w: Any = None,
    *data: Any,
    learning_rate: float | None = None,
    momentum: float = 0.0,
    num_matvecs: int = 500,
    seed: Seed = 0,
    allow_sum: bool = False,
) -> SpectralReport:
    """Measure the curvature of a model: the ends of the spectrum, its sum and its outline.

    Three ways to call it: ``spectral_report(f, w, *data)`` with a loss in JAX;
    ``spectral_report(torch_operator(model, loss_fn, batches))`` with a model in PyTorch;
    ``spectral_report(A)`` with any symmetric array or LinearOperator.

    The largest ten eigenpairs come first, for at most three tenths of the budget; on their
    eigenvectors the trace is taken exactly, so that its probes meet the rest only (the idea of
    Hutch++, Meyer et al. 2021). Then the smallest eigenvalue, and with all products left the
    spectral density. A progress bar shows each part that takes over a second.

    Parameters
    ----------
    f : callable, LinearOperator or array
        A JAX-traceable loss f(w, *data) → scalar, a mean over examples; or the operator.
    w : array_like of shape (P,), or a dict or list of arrays
        The point, only with a loss; a tree of arrays is flattened as by ``ravel_pytree``.
    *data : array_like
        What the loss takes besides w.
    learning_rate : float, optional
        Compared with the stability limit.
    momentum : float
        Of the heavy ball, from 0 to below 1; it raises the limit to (2 + 2·momentum)/λ₁.
    num_matvecs : int
        The budget in products, 100 or more.
    seed : int or numpy.random.Generator
    allow_sum : bool
        Accept a loss in JAX that is a sum over its examples.

    Returns
    -------
    SpectralReport
        With a text and a table for a notebook; `plotting.spectral_report_plot` draws it.

    Raises
    ------
    ValueError
        If an argument is not of its kind: everything that `hessian_operator` refuses; a loss that
        is a sum; images in integers of 8 or 16 bits, whose arithmetic wraps around; an operator
        that is not square, symmetric, finite or whose products do not repeat; a PyTorch model that
        did not go through `torch_operator`.
    Interrupted
        A KeyboardInterrupt whose `partial` is the report with the parts that were done.

    Examples
    --------
    >>> report = spectral_report(np.diag([1.0, 2.0, 4.0]), learning_rate=0.1)
    >>> round(report.largest.estimate, 9), round(report.condition, 9)
    (4.0, 4.0)
    >>> report.stability
    'learning rate 0.1 is below it, at 20 % of the limit'
    """
    budget = arguments.count("num_matvecs", num_matvecs, at_least=100)
    if learning_rate is not None:
        learning_rate = arguments.positive("learning_rate", learning_rate)
    momentum = arguments.fraction("momentum", momentum)
    A = _as_operator(f, w, data, allow_sum)
    n, gradient, loss = A.shape[0], getattr(A, "gradient", None), getattr(A, "loss", None)
    A, used = _with_repeatable_products(A), 2
    seeds = np.random.default_rng(seed).spawn(len(PARTS))
    parts: dict[str, Any] = dict.fromkeys(PARTS)
    given: dict[str, Any] = {"learning_rate": learning_rate, "momentum": momentum}

    def spent() -> int:
        return used + sum(part.num_matvecs for part in parts.values() if part is not None)

    def eigenpairs(name: str, k: int, which: str) -> Eigenpairs:
        allowed = max(k, int(SHARES[name] * budget))
        seed = seeds[PARTS.index(name)]
        return top_eigenpairs(A, k, which, tol=TOLERANCE, seed=seed, max_matvecs=allowed)

    def deflated_trace() -> TraceEstimate:
        rest = _deflated(A, parts["top"].eigenvectors)
        return with_top(trace(rest, int(SHARES["trace"] * budget), seed=seeds[1]))

    def with_top(rest: TraceEstimate) -> TraceEstimate:
        exact = parts["top"].eigenvalues.sum()  # tr(QᵀAQ), Ritz values being that diagonal
        return replace(rest, estimate=rest.estimate + exact, samples=rest.samples + exact)

    def density() -> Any:
        return spectral_density(A, (budget - spent()) // PROBES, PROBES, seed=seeds[3])

    def report() -> SpectralReport:
        share = None
        if gradient is not None and parts["top"] is not None:
            along = parts["top"].eigenvectors.T @ gradient
            share = float(along @ along / (gradient @ gradient or 1.0))
        norm = None if gradient is None else float(np.linalg.norm(gradient))
        return SpectralReport(n, loss, norm, share, **parts, **given, num_matvecs=spent())

    stages = (
        lambda: eigenpairs("top", min(TOP, n), "LA"),
        deflated_trace,
        lambda: eigenpairs("bottom", 1, "SA"),
        density,
    )
    for name, measure in zip(PARTS, stages, strict=True):
        try:
            parts[name] = measure()
        except KeyboardInterrupt as stop:
            parts[name] = getattr(stop, "partial", None)
            if name == "trace" and parts[name] is not None:
                parts[name] = with_top(parts[name])
            raise Interrupted(f"while measuring: {name}", report()) from None
    return report()


def _as_operator(f: Any, w: Any, data: tuple, allow_sum: bool) -> LinearOperator:
    if any(kind.__module__.partition(".")[0] == "torch" for kind in type(f).__mro__):
        raise ValueError(
            "f is of PyTorch: give spectral_report(torch_operator(model, loss_fn, batches))"
        )
    if w is None:
        if callable(f) and not isinstance(f, LinearOperator):
            raise ValueError("w is missing: for a loss f give spectral_report(f, w, *data)")
        return arguments.square_operator("f", f)
    if not callable(f) or isinstance(f, LinearOperator):
        raise ValueError("an operator is given alone, without w: spectral_report(A)")
    f, w = _flat(f, w)
    for i, leaf in enumerate(jax.tree.leaves(data)):
        kind = getattr(leaf, "dtype", np.dtype(float))
        if np.ndim(leaf) > 1 and kind.kind in "iu" and kind.itemsize < 4:
            raise ValueError(
                f"data[{i}] must not hold {kind}, whose arithmetic wraps around at "
                f"{2 ** (8 * kind.itemsize)}: convert it, X.astype(float)"
            )
    A = hessian_operator(f, w, *data)
    num_rows = _common_length(data)

    def loss(rows: slice) -> Any:
        return f(w, *jax.tree.map(lambda x: x[rows], data))

    if not allow_sum and kind_of_loss(loss, num_rows, rtol=1e-8) == "sum":
        raise ValueError(
            f"f is a sum over its examples, not a mean: every eigenvalue grows with their number, "
            f"here {num_rows}. Divide by it, or pass allow_sum=True if the sum is meant"
        )
    return A


def _common_length(data: tuple) -> int:
    """Return how many rows all arrays in `data` have, 0 where they differ or there are none."""
    lengths = {np.shape(leaf)[:1] for leaf in jax.tree.leaves(data)}
    return lengths.pop()[0] if len(lengths) == 1 and lengths != {()} else 0


def _flat(f: Callable[..., Any], w: Any) -> tuple[Callable[..., Any], Any]:
    """Return a loss and a point with all arrays of a tree in one vector."""
    nested = isinstance(w, dict) or (
        isinstance(w, (list, tuple)) and any(isinstance(x, dict) or np.ndim(x) for x in w)
    )
    if not nested:
        return f, w
    for leaf in jax.tree.leaves(w):
        if np.asarray(leaf).dtype.kind != "f":
            raise ValueError(f"w must hold floats only, not {np.asarray(leaf).dtype}: convert it")
    flat, unravel = ravel_pytree(w)
    return (lambda u, *data: f(unravel(u), *data)), flat


def _with_repeatable_products(A: LinearOperator) -> LinearOperator:
    """Multiply one vector twice, as a vector and as a column; return the operator to use.

    SciPy hands a column (n, 1) to a matvec that comes without a matmat, and many are written for
    (n,): those are given one flat vector at a time.
    """
    v = np.ones(A.shape[0]) / np.sqrt(A.shape[0])
    first = A.matvec(v)
    try:
        second = A.matmat(v[:, None])[:, 0]
    except Exception:
        by_columns = partial(_by_columns, A)
        A = LinearOperator(A.shape, matvec=A.matvec, matmat=by_columns, dtype=A.dtype)
        second = A.matvec(v)
    size, apart = np.linalg.norm(first), np.linalg.norm(first - second)
    precision = np.finfo(A.dtype).eps if A.dtype is not None and A.dtype.kind == "f" else 1e-16
    if apart > np.sqrt(precision) * size:
        raise ValueError(
            f"the same product must give the same result, but two differ by {apart / size:.1%}: "
            "switch off what is random (dropout, a new batch for every product)"
        )
    return A


def _by_columns(A: LinearOperator, V: np.ndarray) -> np.ndarray:
    return np.stack([A.matvec(v) for v in V.T], axis=1)


def _deflated(A: LinearOperator, Q: np.ndarray) -> LinearOperator:
    """Return (I − QQᵀ) A (I − QQᵀ)."""

    def multiply(V: np.ndarray) -> np.ndarray:
        AV = A @ (V - Q @ (Q.T @ V))
        return AV - Q @ (Q.T @ AV)

    return LinearOperator(A.shape, matvec=multiply, matmat=multiply, dtype=float)
