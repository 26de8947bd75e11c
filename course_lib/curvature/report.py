"""The curvature of a reader's own model: all that the course can ask, with error and cost.

A model in JAX is a function of a flat vector, which `operators` takes as it is; `torch_models`
brings what is written for PyTorch into the same form, an operator that multiplies and counts.
"""

from dataclasses import dataclass, replace
from functools import partial
from html import escape
from math import floor, inf, log10
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature.lanczos import (
    Interrupted,
    spectral_density,
    top_eigenpairs,
)
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.trace import trace
from course_lib.support import arguments

TOP = 10  # eigenpairs at the upper end
PROBES = 4  # of the density
NEAR = 0.01  # of the largest magnitude: what counts as near zero
TOLERANCE = 1e-6  # of an eigenvalue, relative to the largest magnitude
# Of the budget; what is not spent goes on, and the density takes the rest.
SHARES = {"top": 0.3, "trace": 0.15, "bottom": 0.25}


class Value(NamedTuple):
    """A number and its error: a bound for an eigenvalue, a standard error for an estimate."""

    estimate: float
    error: float


class Row(NamedTuple):
    """A line of the report, in words and rounded numbers."""

    name: str
    value: str
    error: str
    products: str
    reading: str


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
    top : lanczos.Eigenpairs
        The largest eigenvalues, by value.
    bottom : lanczos.Eigenpairs
        The smallest.
    trace : trace.TraceEstimate
        The part on the eigenvectors in `top` taken exactly, the rest from random probes.
    density : lanczos.SpectralDensity
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
    def largest(self):
        """λ₁, the sharpness, with its bound; a Ritz value, so never above the truth."""
        top = self._measured("top")
        return Value(float(top.eigenvalues[0]), float(top.error_bounds[0]))

    @property
    def smallest(self):
        """λₙ with its bound; a Ritz value, so never below the truth."""
        bottom = self._measured("bottom")
        return Value(float(bottom.eigenvalues[-1]), float(bottom.error_bounds[-1]))

    def _measured(self, name):
        part = getattr(self, name)
        if part is None:
            raise ValueError(f"{name} is missing: the report was stopped before it was measured")
        return part

    @property
    def stability_limit(self):
        """The largest step at which descent is stable here: (2 + 2·momentum)/λ₁.

        Gradient descent, full batch, on the quadratic that the loss is near this point (Polyak
        1964 for the heavy ball). Infinite where no direction curves upwards.
        """
        value, error = self.largest
        if value <= error:
            return Value(inf, 0.0)
        limit = (2 + 2 * self.momentum) / value
        return Value(limit, limit * error / (value - error))

    @property
    def condition(self):
        """λ₁/λₙ where λₙ is above zero by more than its error; else None: no κ is defined."""
        if self.smallest.estimate <= self.smallest.error:
            return None
        return self.largest.estimate / self.smallest.estimate

    def near_zero(self, fraction=NEAR):
        """Return the share of eigenvalues with |λ| ≤ fraction · max|λ|, and its standard error.

        The error is that between probes. What so few Lanczos steps cannot tell apart is not in it:
        shares for another fraction show how much hangs on the threshold.
        """
        edge = fraction * self._scale
        density = self._measured("density")
        nodes, weights = density.nodes, density.weights
        inside = (weights * (np.abs(nodes) <= edge)).sum(axis=1)
        spread = inside.std(ddof=1) if inside.size > 1 else np.nan  # one probe cannot tell
        return Value(float(inside.mean()), float(spread / np.sqrt(inside.size)))

    @property
    def _scale(self):
        return max(abs(value) for value in self._measured("density").ritz_range)

    @property
    def stability(self):
        """Return how `learning_rate` compares with the limit, in words; empty without one."""
        if self.learning_rate is None:
            return ""
        (limit, error), eta = self.stability_limit, self.learning_rate
        if abs(eta - limit) <= error:
            return f"learning rate {eta:g} is at the limit within its error"
        side = "below" if eta < limit else "ABOVE"
        return f"learning rate {eta:g} is {side} it, at {100 * eta / limit:.0f} % of the limit"

    def rows(self):
        """Return the lines of the report, each a `Row`."""
        rows = []
        if self.top is not None:
            reading = "curvature along the stiffest direction"
            rows.append(_eigenvalue_row("λ₁, sharpness", self.largest, self.top, reading))
        if self.bottom is not None:
            rows.append(_eigenvalue_row("λₙ", self.smallest, self.bottom, self._lowest()))
        if self.trace is not None:
            e = self.trace
            value, error = _rounded(e.estimate, e.stderr)
            each = f"mean eigenvalue {e.estimate / self.n:.2g}"
            error = f"± {error} (s.e.)" if error else "digits shown"
            rows.append(Row("trace", value, error, str(e.num_matvecs), each))
        if self.density is not None:
            share, other = self.near_zero(), [self.near_zero(f) for f in (NEAR / 2, 2 * NEAR)]
            rows.append(
                Row(
                    "near zero", f"{share.estimate:.1%}", f"± {share.error:.1%} (s.e.)",
                    str(self.density.num_matvecs),
                    f"of the eigenvalues lie within {NEAR:.0%} of the largest magnitude "
                    f"({other[0].estimate:.0%} within {NEAR / 2:.1%}, "
                    f"{other[1].estimate:.0%} within {2 * NEAR:.0%})",
                )
            )  # fmt: skip
        if self.top is not None and self.bottom is not None:
            rows.append(self._condition_row())
        if self.top is not None:
            limit, error = self.stability_limit
            value, shown = _rounded(limit, error)
            name = "stability limit" if not self.momentum else f"limit, momentum {self.momentum:g}"
            how = f"{2 + 2 * self.momentum:g}/λ₁" if limit < inf else "nothing curves upwards"
            reading = f"{how}; {self.stability}" if self.stability else how
            rows.append(Row(name, value, _bound(value, shown), "", reading))
        if self.gradient_norm is not None and self.top is not None:
            k = self.top.eigenvalues.size
            reading = f"{self.gradient_share:.0%} of its square along the top {k} eigenvectors"
            rows.append(Row("gradient", f"{self.gradient_norm:.2g}", "", "", reading))
        return rows

    def _lowest(self):
        value, error = self.smallest
        rounding = error - float(self._measured("bottom").residual_norms[-1])
        if value < -rounding:  # a Ritz value below zero proves a negative eigenvalue
            return "negative: some direction curves downwards"
        return "zero within its error" if value <= error else "no negative curvature was met"

    def _condition_row(self):
        kappa, name = self.condition, "condition λ₁/λₙ"
        if kappa is None:
            lowest = self._lowest()
            why = "λₙ < 0" if lowest.startswith("neg") else "λₙ is zero within its error"
            return Row(name, "not defined", "", "", f"{why}: no rate follows from κ")
        if not self._measured("bottom").converged.all():
            return Row(name, f"≥ {kappa:.3g}", "", "", "λₙ has not converged and may be smaller")
        (high, high_error), (low, low_error) = self.largest, self.smallest
        error = kappa * (high_error / high + low_error / low)
        value, shown = _rounded(kappa, error)
        reading = "a rate only for a quadratic: (κ−1)/(κ+1) a step at best"
        return Row(name, value, _bound(value, shown), "", reading)

    def _heading(self):
        loss = "" if self.loss is None else f", loss {self.loss:.4g}"
        missing = [name for name in _PARTS if getattr(self, name) is None]
        stopped = f"; stopped before: {', '.join(missing)}" if missing else ""
        return f"Spectral report: {self.n} parameters{loss}, {self.num_matvecs} products{stopped}"

    def __repr__(self):
        table = [Row("", "value", "error", "products", ""), *self.rows()]
        widths = [max(len(row[i]) for row in table) for i in range(4)]
        lines = [
            "  ".join([row[0].ljust(widths[0])]
                      + [row[i].rjust(widths[i]) for i in (1, 2, 3)]
                      + [row.reading]).rstrip()
            for row in table
        ]  # fmt: skip
        return "\n".join([self._heading(), *lines])

    def _repr_html_(self):
        head = "".join(f"<th>{h}</th>" for h in ("", "value", "error", "products", "what it says"))
        body = "".join(
            f"<tr><th style='text-align: left'>{escape(row.name)}</th>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:4])
            + f"<td style='text-align: left'>{escape(row.reading)}</td></tr>"
            for row in self.rows()
        )
        caption = f"<caption style='text-align: left'>{escape(self._heading())}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


_PARTS = ("top", "trace", "bottom", "density")


def spectral_report(
    f, w=None, *data, learning_rate=None, momentum=0.0, num_matvecs=500, seed=0, allow_sum=False
):
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
    momentum = arguments.number("momentum", momentum)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be at least 0 and below 1, not {momentum:.6g}")
    A = _operator(f, w, data, allow_sum)
    n, gradient, loss = A.shape[0], getattr(A, "gradient", None), getattr(A, "loss", None)
    A, used = _tried(A), 2
    seeds = np.random.default_rng(seed).spawn(len(_PARTS))
    parts: dict = dict.fromkeys(_PARTS)

    def spent():
        return used + sum(part.num_matvecs for part in parts.values() if part is not None)

    def eigenpairs(name, k, which):
        allowed = max(k, int(SHARES[name] * budget))
        seed = seeds[_PARTS.index(name)]
        return top_eigenpairs(A, k, which, tol=TOLERANCE, seed=seed, max_matvecs=allowed)

    def trace_beside_the_top():
        Q = parts["top"].eigenvectors
        rest = trace(_beside(A, Q), int(SHARES["trace"] * budget), seed=seeds[1])
        known = parts["top"].eigenvalues.sum()  # tr(QᵀAQ), Ritz values being that diagonal
        return replace(rest, estimate=rest.estimate + known, samples=rest.samples + known)

    def density():
        return spectral_density(A, (budget - spent()) // PROBES, PROBES, seed=seeds[3])

    def report():
        share = None
        if gradient is not None and parts["top"] is not None:
            along = parts["top"].eigenvectors.T @ gradient
            share = float(along @ along / (gradient @ gradient or 1.0))
        norm = None if gradient is None else float(np.linalg.norm(gradient))
        return SpectralReport(
            n, loss, norm, share, **parts,
            learning_rate=learning_rate, momentum=momentum, num_matvecs=spent(),
        )  # fmt: skip

    stages = (
        lambda: eigenpairs("top", min(TOP, n), "LA"),
        trace_beside_the_top,
        lambda: eigenpairs("bottom", 1, "SA"),
        density,
    )
    for name, measure in zip(_PARTS, stages, strict=True):
        try:
            parts[name] = measure()
        except KeyboardInterrupt as stop:
            known = getattr(stop, "partial", None)
            if name == "trace" and known is not None:  # of the part beside the top eigenvectors
                shift = parts["top"].eigenvalues.sum()
                known = replace(
                    known, estimate=known.estimate + shift, samples=known.samples + shift
                )
            parts[name] = known
            raise Interrupted(f"while measuring: {name}", report()) from None
    return report()


def _operator(f, w, data, allow_sum):
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
    if not allow_sum:
        _refuse_a_sum(f, w, data)
    return A


def _flat(f, w):
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


def _refuse_a_sum(f, w, data):
    lengths = {np.shape(leaf)[:1] for leaf in jax.tree.leaves(data)}
    (n,) = lengths.pop() if len(lengths) == 1 and lengths != {()} else (0,)
    half = min(n // 2, 50)
    if not half:
        return
    try:
        whole, first, second = (
            float(f(w, *jax.tree.map(lambda x, rows=rows: x[rows], data)))
            for rows in (slice(2 * half), slice(half), slice(half, 2 * half))
        )
    except (TypeError, ValueError):  # f does not take fewer rows: they are not examples
        return
    total = first + second
    if np.isclose(whole, total, rtol=1e-8, atol=0) and not np.isclose(whole, total / 2):
        raise ValueError(
            f"f is a sum over its examples, not a mean: every eigenvalue grows with their number, "
            f"here {n}. Divide by it, or pass allow_sum=True if the sum is meant"
        )


def _tried(A):
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


def _by_columns(A, V):
    return np.stack([A.matvec(v) for v in V.T], axis=1)


def _beside(A, Q):
    """Return (I − QQᵀ) A (I − QQᵀ)."""

    def multiply(V):
        AV = A @ (V - Q @ (Q.T @ V))
        return AV - Q @ (Q.T @ AV)

    return LinearOperator(A.shape, matvec=multiply, matmat=multiply, dtype=float)


def _eigenvalue_row(name, value, pairs, reading):
    shown, error = _rounded(*value)
    if not pairs.converged.all():
        reading += "; not converged, give more products"
    return Row(name, shown, _bound(shown, error), str(pairs.num_matvecs), reading)


def _rounded(value, error):
    """Return both as text: two digits of the error, as many decimals of the value; at most four."""
    if not np.isfinite(value):
        return "∞", ""
    size = max(abs(value), 1e-300)
    if error < 5e-5 * size:
        return f"{value:.4g}", ""
    if not 1e-4 <= error < 1e6:
        return f"{value:.3g}", f"{error:.1g}"
    decimals = max(0, 1 - floor(log10(error)))
    return f"{value:.{decimals}f}", f"{error:.{decimals}f}"


def _bound(value, error):
    return f"± {error}" if error else "" if value == "∞" else "digits shown"
