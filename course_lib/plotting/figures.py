"""Finished figures, each a `Picture`: a quadratic, errors by direction, a density, a report."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_lib.exact import spectra
from course_lib.plotting.artists import ErrorLines, legend_above
from course_lib.plotting.pictures import Picture
from course_lib.plotting.style import FLAT, NEGATIVE, RUN, STIFF, THEORY, style
from course_lib.support import arguments

if TYPE_CHECKING:  # a report needs JAX, a figure does not
    from course_lib.curvature.density import SpectralDensity
    from course_lib.curvature.report import SpectralReport


def errors_along_eigenvectors(errors: ArrayLike, H: ArrayLike, eta: float) -> Picture:
    """Draw the errors of a gradient descent run on ½ wᵀHw by eigenvector, with the law |1 − ηλ|ᵏ.

    Parameters
    ----------
    errors : array_like of shape (steps + 1, 2)
        The size of the error along v₁ and v₂ at each step, as measured on a run.
    H : array_like of shape (2, 2)
    eta : float
    """
    errors = np.abs(np.asarray(errors, float))
    lam = spectra.eigh(H).eigenvalues
    with style():
        figure = Figure(figsize=(6.4, 3.8))
        ax = figure.subplots()
        lines = ErrorLines(ax, len(errors) - 1, low=1e-9, high=10)
        lines.update(errors, spectra.contraction_factors(lam, eta), lam)
    left = errors[-1] / errors[0]
    slow = f"more is left along v{'₁₂'[int(left.argmax())]}"
    if np.isclose(*left):
        slow = "the same share is left along both"
    return Picture(
        figure,
        f"Two straight lines on a log scale. After {len(errors) - 1} steps of {eta:g}, {slow}.",
    )


def spectral_density_plot(density: "SpectralDensity", sigma: float | None = None) -> Picture:
    """Draw a spectral density with its band, ± 2 standard errors, on a log scale.

    On a linear scale, a network's eigenvalues near zero would hide all others: an outlier is only
    one of n.

    Parameters
    ----------
    density : density.SpectralDensity
    sigma : float, optional
        The smoothing, in units of the eigenvalues; `density.resolution` by default.
    """
    sigma = density.resolution if sigma is None else arguments.positive("sigma", sigma)
    with style():
        figure = Figure(figsize=(6.4, 3.8))
        alt = _draw_density(figure.subplots(), density, sigma)
    return Picture(figure, alt)


def _draw_density(ax: Axes, density: "SpectralDensity", sigma: float) -> str:
    """Draw a density with its band into `ax`; return the sentence that says what is seen."""
    low, high = density.ritz_range
    points = int(np.clip(4 * (high - low) / sigma, 800, 8000))  # or narrow bumps would be missed
    grid = np.linspace(low - 4 * sigma, high + 4 * sigma, points)
    estimate, stderr = density.density(grid, sigma)
    # A hundredth of the bump that one eigenvalue makes. Anything lower counts as zero.
    floor = 0.01 / (density.n * sigma * np.sqrt(2 * np.pi))
    one_probe = len(density.nodes) == 1
    if not one_probe:
        below, above = estimate - 2 * stderr, estimate + 2 * stderr
        band = ax.fill_between(grid, np.maximum(below, floor), np.maximum(above, floor), **RUN)
        band.set(alpha=0.25, linewidth=0, label="± 2 s.e. between probes")
    ax.plot(grid, np.maximum(estimate, floor), color=RUN["color"], label="estimate")
    for value, name, role in ((high, "λ₁", STIFF), (low, "λₙ", FLAT)):
        line_style = NEGATIVE if value < 0 else role
        ax.axvline(value, label=f"{name} ≈ {value:.3g}", **{**line_style, "linewidth": 1.1})
    ax.set(yscale="log", ylim=(floor, 3 * estimate.max()))
    ax.set(xlabel="eigenvalue λ", ylabel="density, share per unit of λ")
    legend_above(ax)
    near_zero = float(density.cdf(sigma).estimate - density.cdf(-sigma).estimate)
    share = "nearly all" if 0.995 <= near_zero < 1 else f"{near_zero:.0%}"
    how = "one probe, no error bar" if one_probe else f"{len(density.nodes)} probes with their band"
    return (
        f"Spectral density of {density.n} eigenvalues on a log scale, from λₙ ≈ {low:.3g} to "
        f"λ₁ ≈ {high:.3g}: highest at {grid[estimate.argmax()]:.2g}, "
        f"{share} of the eigenvalues within {sigma:.2g} of zero ({how})."
    )


def spectral_report_plot(report: "SpectralReport") -> Picture:
    """Draw a spectral report: on the left the density, on the right the largest eigenvalues.

    Parameters
    ----------
    report : report.SpectralReport
        It must be complete.

    Raises
    ------
    ValueError
        If the report was stopped before its density or its eigenvalues were measured.
    """
    if report.density is None or report.top is None or report.bottom is None:
        raise ValueError("report must be complete, but it was stopped early: let it run to its end")
    values, bounds = report.top.eigenvalues, report.top.error_bounds
    with style():
        figure = Figure(figsize=(9, 4))
        left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
        alt = _draw_density(left, report.density, report.density.resolution)
        ranks = np.arange(1, values.size + 1)
        right.errorbar(ranks, values, bounds, fmt="o", capsize=3, color=STIFF["color"])
        last, error = report.smallest
        line_style = NEGATIVE if last < 0 else FLAT
        at = values.size + 2
        right.errorbar([at], [last], [error], fmt="s", capsize=3, color=line_style["color"])
        right.set_xticks([*ranks[:: 1 if values.size < 6 else 3], at])
        right.set_xticklabels([*map(str, ranks[:: 1 if values.size < 6 else 3]), "n"])
        top = 1.15 * max(values[0], -last, 1e-300)
        title = "The largest eigenvalues, and λₙ"
        if report.learning_rate is not None:
            needed = (2 + 2 * report.momentum) / report.learning_rate  # λ₁ at the limit
            relation = "below" if values[0] < needed else "above"
            what = "2/η" if not report.momentum else "(2+2β)/η"
            title = f"λ₁ = {values[0]:.3g} is {relation} {what} = {needed:.3g}"
            alt += f" {title}: descent with this step is {'un' * (relation == 'above')}stable here."
            if needed < 4 * top:
                top = max(top, 1.1 * needed)
                right.axhline(needed, label=f"{what} = {needed:.3g}", **THEORY)
                legend_above(right)
        right.axhline(0, color="#444444", linewidth=0.8)
        low = min(1.3 * min(last - error, values[-1]), -0.05 * top)
        right.set(ylim=(low, top), ylabel="eigenvalue λₖ")
        # Without eigenvectors, only distinct eigenvalues are found, and some may be missing.
        whole = report.top.eigenvectors is not None
        right.set_xlabel("rank k" if whole else "distinct eigenvalues, by size")
        right.set_title(title, fontsize=10.5, pad=22 if right.get_legend() else 6)
    return Picture(figure, alt)
