"""The curvature of a reader's own model: everything the course can measure, with error and cost.

`operators` takes a loss in JAX as it is. `torch_models` brings a model in PyTorch into the same form:
an operator that multiplies and counts.
"""

from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature import report_table
from course_lib.curvature.as_operator import as_operator
from course_lib.curvature.report_plans import PARTS, WithEigenvectors, WithFewVectors
from course_lib.curvature.report_table import NEAR, Row
from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.estimates import Estimate
from course_lib.support.interruption import Interrupted
from course_lib.support.memory import available, in_words
from course_lib.support.progress_bar import announce
from course_lib.support.seeds import Seed

# Parameters up to which eigenvectors are kept unasked: 2.2 GB. Beyond, a step that orthogonalizes
# against a basis takes longer than the product of most models.
KEEPS_VECTORS = 10**6
MARGIN = 0.8  # of the free memory: the rest is for the products and the system
LONG = 10.0  # seconds from which a report says beforehand how long it will take


class Bounded(NamedTuple):
    """A number with a bound on its error. For a number with a standard error, see `Estimate`."""

    estimate: float
    error: float


@dataclass(frozen=True, eq=False, repr=False)
class SpectralReport(Printable):
    """What `spectral_report` found. If it was stopped by hand, the missing parts are None.

    Attributes
    ----------
    n : int
        The number of parameters.
    loss : float or None
    gradient_norm : float or None
        None if an operator came without a gradient.
    gradient_share : float or None
        The share of the gradient's squared norm along the eigenvectors in `top`, if they were kept.
    top : eigenpairs.Eigenpairs
        The largest eigenvalues, by value. Without eigenvectors, those that are proved distinct.
    bottom : eigenpairs.Eigenpairs
        The smallest.
    trace : trace.TraceEstimate
        The part on the eigenvectors in `top` is exact, and the rest comes from random probes.
        Without eigenvectors, all of it comes from random probes.
    density : density.SpectralDensity
    learning_rate : float or None
    momentum : float
    num_matvecs : int
        The total cost: products with the matrix. Without eigenvectors, `top`, `bottom` and
        `density` come from the same products.
    remarks : str
        How it was measured: that a PyTorch model was in eval mode, what was held fixed, and which
        parameters have no effect. It may be empty.
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
    remarks: str = ""

    @property
    def largest(self) -> Bounded:
        """λ₁, the sharpness, with its bound. Apart from rounding, a Ritz value is not above the truth."""
        top = self._measured("top")
        return Bounded(float(top.eigenvalues[0]), float(top.error_bounds[0]))

    @property
    def smallest(self) -> Bounded:
        """λₙ with its bound. Apart from rounding, a Ritz value is not below the truth."""
        bottom = self._measured("bottom")
        return Bounded(float(bottom.eigenvalues[-1]), float(bottom.error_bounds[-1]))

    def _measured(self, name: str) -> Any:
        part = getattr(self, name)
        if part is None:
            raise ValueError(f"{name} is missing: the report was stopped before it was measured")
        return part

    @property
    def stability_limit(self) -> Bounded:
        """The largest step size at which descent is stable here: (2 + 2·momentum)/λ₁.

        This is for full-batch gradient descent on the quadratic that approximates the loss near
        this point (for heavy ball, Polyak 1964). It is infinite if no direction curves upwards.
        """
        value, error = self.largest
        if value <= error:
            return Bounded(inf, 0.0)
        limit = (2 + 2 * self.momentum) / value
        return Bounded(limit, limit * error / (value - error))

    @property
    def condition(self) -> float | None:
        """λ₁/λₙ if λₙ is above zero by more than its error, else None: then κ is not defined."""
        if self.smallest.estimate <= self.smallest.error:
            return None
        return self.largest.estimate / self.smallest.estimate

    def near_zero(self, fraction: float = NEAR) -> Estimate:
        """Return the share of eigenvalues with |λ| ≤ fraction · max|λ|, an `Estimate`.

        Its error is the scatter between the probes, which is often too small: it does not include
        what so few Lanczos steps cannot resolve. `near_zero_range` allows for both.
        """
        density = self._measured("density")
        edge = fraction * max(abs(value) for value in density.ritz_range)
        return Estimate.of((density.weights * (np.abs(density.nodes) <= edge)).sum(axis=1))

    def near_zero_range(self, fraction: float = NEAR) -> tuple[float, float]:
        """Return the bounds between which `near_zero` lies, as far as probes and steps can tell.

        A quadrature of m steps gives the share up to each node, except for the node's own weight
        (the inequalities of Chebyshev, Markov and Stieltjes). So at each edge, the weight of the
        nearest node on either side may or may not count. Two standard errors are added. Two or four
        probes often scatter too little by chance. So a standard error is at least the theoretical
        one: the squared projection of a random unit vector onto p·n of the n directions has the
        variance 2p(1 − p)/(n + 2). Measured on the Hessians of two networks with 100 and 500
        products, the range contained the truth in 200 of 200 reports. Two standard errors alone
        contained it in 0 to 96 % of them.
        """
        density = self._measured("density")
        edge = fraction * max(abs(value) for value in density.ritz_range)
        least, most = [], []
        for nodes, weights in zip(density.nodes, density.weights, strict=True):
            inside = np.flatnonzero(np.abs(nodes) <= edge)
            first, last = (inside[0], inside[-1]) if inside.size else _gap_at_zero(nodes)
            open_ends = 0 if density.invariant else 1  # nodes that are eigenvalues leave none
            sure = weights[first + open_ends : last + 1 - open_ends]
            possible = weights[max(first - open_ends, 0) : last + 1 + open_ends]
            least.append(sure.sum())
            most.append(possible.sum())
        (low, below), (high, above) = (_share(found, density.n) for found in (least, most))
        return max(low - 2 * below, 0.0), min(high + 2 * above, 1.0)

    @property
    def stability(self) -> str:
        """Return in words how `learning_rate` compares with the limit; empty if none was given."""
        if self.learning_rate is None:
            return ""
        (limit, error), eta = self.stability_limit, self.learning_rate
        if abs(eta - limit) <= error:
            return f"learning rate {eta:g} is at the limit within its error"
        side = "below" if eta < limit else "ABOVE"
        return f"learning rate {eta:g} is {side} it, at {100 * eta / limit:.0f} % of the limit"

    @property
    def missing(self) -> list[str]:
        """The names of the parts that are missing because the report was stopped by hand."""
        return [name for name in PARTS if getattr(self, name) is None]

    def rows(self) -> list[Row]:
        """Return the lines of the report, each a `report_table.Row`."""
        return report_table.rows(self)

    def __repr__(self) -> str:
        return report_table.text(self)

    def _repr_html_(self) -> str:
        return report_table.html(self)


def spectral_report(
    f: Any,
    w: Any = None,
    *data: Any,
    learning_rate: float | None = None,
    momentum: float = 0.0,
    num_matvecs: int = 500,
    seed: Seed = 0,
    allow_sum: bool = False,
    memory: float | None = None,
    eigenvectors: bool | None = None,
    allow_float32: bool = False,
) -> SpectralReport:
    """Estimate λ₁, λₙ, the trace and the spectral density of a model's Hessian.

    There are three ways to call it: ``spectral_report(f, w, *data)`` with a loss in JAX;
    ``spectral_report(torch_operator(model, loss_fn, batches))`` with a model in PyTorch, by
    `course_lib.curvature.torch_models.torch_operator`;
    and ``spectral_report(A)`` with any symmetric array or LinearOperator.

    With eigenvectors, the ten largest eigenpairs come first. They take at most 30 % of the
    products. The trace on these ten directions is computed exactly, and random probes estimate the
    rest of it (the idea of Hutch++, Meyer et al. 2021). Next comes the smallest eigenvalue. The
    remaining products go to the spectral density. A progress bar shows each part that takes over a
    second. If a report will take over ten seconds, a line on stderr says beforehand how long.

    Parameters
    ----------
    f : callable, LinearOperator or array
        A JAX-traceable loss f(w, *data) → scalar, a mean over examples; or the operator.
    w : array_like of shape (P,), or a dict or list of arrays
        The point. Only a loss needs it. A tree of arrays is flattened as by ``ravel_pytree``.
    *data : array_like
        What the loss takes besides w.
    learning_rate : float, optional
        If given, the report says whether it is below the limit at which full-batch gradient descent
        is stable, (2 + 2·momentum)/λ₁.
    momentum : float
        The momentum of heavy-ball descent, 0 ≤ momentum < 1.
    num_matvecs : int
        How many products may be spent, 100 or more.
    seed : int or numpy.random.Generator
    allow_sum : bool
        Accept a loss in JAX that is a sum over its examples.
    memory : float, optional
        How many bytes the report may take beyond the model and the operator; by default four fifths
        of the free memory.
    eigenvectors : bool, optional
        Whether eigenvectors are computed and kept. By default yes, up to a million parameters and
        if memory allows: they take 2200 bytes per parameter. Without them the report takes 16 bytes
        per parameter in float32 and 32 in float64; the Notes say what is then unknown.
    allow_float32 : bool
        Accept a loss in JAX in single precision. For PyTorch, pass this to `torch_operator` instead.

    Returns
    -------
    SpectralReport
        It has a text, and a table for a notebook. `plotting.spectral_report_plot` draws it.

    Raises
    ------
    ValueError
        If an argument has the wrong type or value, or is refused by `hessian_operator`; if the loss
        is a sum; if images come in integers of 8 or 16 bits, whose arithmetic wraps around; if an
        operator is not square, symmetric and finite, or the same product gives two different
        results; if a PyTorch model did not go through `torch_operator`; or if the vectors do not
        fit into memory.
    Interrupted
        A KeyboardInterrupt whose attribute `partial` holds the report with the parts that were done.

    Notes
    -----
    Without eigenvectors, Lanczos' method is run four times, or twice if there are few products, and
    its basis is not stored (`few_vectors`). All runs together give λ₁, λₙ and the density. Three
    limits follow. Repeated eigenvalues are counted once. The trace comes from random signs alone,
    so its error is larger. The gradient's share along the top eigenvectors is not known.

    In single precision rounding limits the accuracy, and more products do not help. The bounds
    include this, and the report marks such a line. Measured on one network in float32, 120 seeds
    with 150 products: every bound on λ₁ and λₙ held, and the 95 % interval of the trace contained
    the true trace in 96 % of the seeds with eigenvectors and in 92 % without.

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
    if memory is not None:
        memory = arguments.positive("memory", memory)
    A = as_operator(f, w, data, allow_sum, allow_float32)
    n, gradient, loss = A.shape[0], getattr(A, "gradient", None), getattr(A, "loss", None)
    seeds = np.random.default_rng(seed).spawn(len(PARTS))
    chosen = _chosen(A, memory, eigenvectors)
    plan = chosen(A, budget, seeds)

    def report() -> SpectralReport:
        share, norm, top = None, None, plan.parts["top"]
        if gradient is not None:
            norm = float(np.linalg.norm(gradient))
            if top is not None and top.eigenvectors is not None:
                along = top.eigenvectors.T @ gradient
                share = float(along @ along / (gradient @ gradient or 1.0))
        given: dict[str, Any] = {"learning_rate": learning_rate, "momentum": momentum}
        given["remarks"] = getattr(A, "remarks", "")
        return SpectralReport(n, loss, norm, share, **plan.parts, **given, num_matvecs=plan.spent)

    plan.prepare()
    expected = budget * plan.seconds
    if expected > LONG:
        size = in_words(chosen.bytes_needed(A))
        announce(
            f"spectral_report: {_in_millions(n)} parameters, {budget} products, "
            f"about {_duration(expected)}, {size} beyond the model"
        )
    for name, measure in plan.steps().items():
        try:
            measure()
        except KeyboardInterrupt:
            raise Interrupted(f"while measuring: {name}", report()) from None
    return report()


def _chosen(
    A: LinearOperator, memory: float | None, eigenvectors: bool | None
) -> type[WithEigenvectors] | type[WithFewVectors]:
    """Return the plan that fits: the one with eigenvectors if that is wanted or costs little."""
    needed, least = WithEigenvectors.bytes_needed(A), WithFewVectors.bytes_needed(A)
    if memory is None:
        on_device = MARGIN * (A.free_memory() if hasattr(A, "free_memory") else available())
        on_gpu = getattr(A, "device", None) is not None and A.device.type != "cpu"
        on_host = MARGIN * available() if on_gpu else on_device
    else:
        on_device = on_host = memory
    room = "there is room for" if memory is None else "memory allows"
    if eigenvectors or (eigenvectors is None and A.shape[0] <= KEEPS_VECTORS and needed <= on_host):
        if needed > on_host:
            raise ValueError(
                f"eigenvectors=True needs {in_words(needed)} for {_in_millions(A.shape[0])} "
                f"parameters, but {room} {in_words(on_host)}: leave it out, which needs "
                f"{in_words(least)}, or raise memory if there is more"
            )
        return WithEigenvectors
    if least > on_device:
        raise ValueError(
            f"spectral_report needs at least {in_words(least)} beyond the model for "
            f"{_in_millions(A.shape[0])} parameters, but {room} {in_words(on_device)}: make room, "
            "take a smaller model, or raise memory if there is more"
        )
    return WithFewVectors


def _share(found: list[float], n: int) -> tuple[float, float]:
    """Return the mean of shares that random unit vectors have found, and its standard error."""
    mean, scatter = Estimate.of(found)
    of_unit_vectors = 2 * max(mean * (1 - mean), 0.0) / (n + 2)
    return float(mean), max(float(scatter), float(np.sqrt(of_unit_vectors / len(found))))


def _gap_at_zero(nodes: np.ndarray) -> tuple[int, int]:
    """Return the places between which 0 would be in descending nodes: the next after, the one before."""
    below = int(np.searchsorted(-nodes, 0.0))
    return below, below - 1


def _in_millions(n: int) -> str:
    return f"{n / 1e6:.3g} M" if n >= 10**6 else f"{n:,}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
