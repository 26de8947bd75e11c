"""A spectral report in words: its lines, as text and as a table for a notebook."""

from html import escape
from math import floor, inf, log10
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from course_lib.curvature.eigenpairs import Eigenpairs
from course_lib.curvature.report_plans import TOLERANCE

if TYPE_CHECKING:
    from course_lib.curvature.report import Bounded, SpectralReport

NEAR = 0.01  # of the largest magnitude: what counts as near zero
SHARED = "(same)"  # products that a line above has counted


class Row(NamedTuple):
    """A line of the report, in words and rounded numbers."""

    name: str
    value: str
    error: str
    products: str
    reading: str


def rows(report: "SpectralReport") -> list[Row]:
    """Return the lines of a report, each a `Row`."""
    lines = []
    shared = report.top is not None and report.top.eigenvectors is None
    if report.top is not None:
        reading = "curvature along the stiffest direction"
        lines.append(_eigenvalue_row(report, report.top, "λ₁, sharpness", report.largest, reading))
    if report.bottom is not None:
        row = _eigenvalue_row(report, report.bottom, "λₙ", report.smallest, _lowest(report))
        lines.append(row._replace(products=SHARED) if shared else row)
    if report.trace is not None:
        e = report.trace
        value, error = _rounded(e.estimate, e.stderr)
        each = f"mean eigenvalue {e.estimate / report.n:.2g}"
        error = f"± {error} (s.e.)" if error else "digits shown"
        lines.append(Row("trace", value, error, str(e.num_matvecs), each))
    if report.density is not None:
        share, (low, high) = report.near_zero(NEAR).estimate, report.near_zero_range(NEAR)
        fewer, more = (report.near_zero(f).estimate for f in (NEAR / 2, 2 * NEAR))
        reading = (
            f"of the eigenvalues lie within {NEAR:.0%} of the largest magnitude "
            f"({fewer:.0%} within {NEAR / 2:.1%}, {more:.0%} within {2 * NEAR:.0%})"
        )
        cost = SHARED if shared else str(report.density.num_matvecs)
        lines.append(Row("near zero", f"{share:.1%}", f"{low:.0%} to {high:.0%}", cost, reading))
    if report.top is not None and report.bottom is not None:
        lines.append(_condition_row(report))
    if report.top is not None:
        limit, error = report.stability_limit
        value, shown = _rounded(limit, error)
        name = "stability limit" if not report.momentum else f"limit, momentum {report.momentum:g}"
        how = f"{2 + 2 * report.momentum:g}/λ₁" if limit < inf else "nothing curves upwards"
        reading = f"{how}; {report.stability}" if report.stability else how
        lines.append(Row(name, value, _bound(value, shown), "", reading))
    if report.gradient_norm is not None and report.top is not None:
        k = report.top.eigenvalues.size
        reading = "its share along the top eigenvectors: eigenvectors=True tells"
        if report.gradient_share is not None:
            reading = f"{report.gradient_share:.0%} of its square along the top {k} eigenvectors"
        lines.append(Row("gradient", f"{report.gradient_norm:.2g}", "", "", reading))
    return lines


def _lowest(report: "SpectralReport") -> str:
    value, error = report.smallest
    if (
        value < -report._measured("bottom").rounding
    ):  # a Ritz value below zero proves a negative eigenvalue
        return "negative: some direction curves downwards"
    return "zero within its error" if value <= error else "no negative curvature was met"


def _condition_row(report: "SpectralReport") -> Row:
    kappa, name = report.condition, "condition λ₁/λₙ"
    if kappa is None:
        lowest = _lowest(report)
        why = "λₙ < 0" if lowest.startswith("neg") else "λₙ is zero within its error"
        return Row(name, "not defined", "", "", f"{why}: no rate follows from κ")
    if not report._measured("bottom").converged.all():
        return Row(name, f"≥ {kappa:.3g}", "", "", "λₙ has not converged and may be smaller")
    (high, high_error), (low, low_error) = report.largest, report.smallest
    error = kappa * (high_error / high + low_error / low)
    value, shown = _rounded(kappa, error)
    reading = "a rate only for a quadratic: (κ−1)/(κ+1) a step at best"
    return Row(name, value, _bound(value, shown), "", reading)


def _heading(report: "SpectralReport") -> str:
    loss = "" if report.loss is None else f", loss {report.loss:.4g}"
    stopped = f"; stopped before: {', '.join(report.missing)}" if report.missing else ""
    remarks = report.remarks and f", {report.remarks}"
    size = f"{report.n} parameters{loss}{remarks}"
    return f"Spectral report: {size}, {report.num_matvecs} products{stopped}"


def text(report: "SpectralReport") -> str:
    """Return the report as lines of text, its columns aligned."""
    table = [Row("", "value", "error", "products", ""), *rows(report)]
    widths = [max(len(row[i]) for row in table) for i in range(4)]
    lines = []
    for row in table:
        cells = [cell.rjust(width) for cell, width in zip(row[1:4], widths[1:], strict=True)]
        lines.append("  ".join([row.name.ljust(widths[0]), *cells, row.reading]).rstrip())
    return "\n".join([_heading(report), *lines])


def html(report: "SpectralReport") -> str:
    """Return the report as a table for a notebook."""
    head = "".join(f"<th>{h}</th>" for h in ("", "value", "error", "products", "what it says"))
    body = "".join(
        f"<tr><th style='text-align: left'>{escape(row.name)}</th>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:4])
        + f"<td style='text-align: left'>{escape(row.reading)}</td></tr>"
        for row in rows(report)
    )
    caption = f"<caption style='text-align: left'>{escape(_heading(report))}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _eigenvalue_row(
    report: "SpectralReport", pairs: Eigenpairs, name: str, value: "Bounded", reading: str
) -> Row:
    found = [part.eigenvalues for part in (report.top, report.bottom) if part is not None]
    scale = np.abs(np.concatenate(found)).max()
    shown, error = _rounded(*value)
    listed = slice(None) if pairs.eigenvectors is not None else slice(1)  # ghosts blur the others
    converged = pairs.converged[listed]
    if not converged[0 if pairs is report.top else -1]:
        reading += "; not converged, give more products"
    elif not converged.all():
        reading += f"; of the {converged.size} listed, {converged.sum()} have converged"
    elif not pairs.looked_again and len(converged) > 1:
        reading += "; repeated eigenvalues may be missing, give more products"
    elif pairs.rounding > TOLERANCE * scale:  # products cannot help
        reading += "; at the limit of single precision"
    return Row(name, shown, _bound(shown, error), str(pairs.num_matvecs), reading)


def _rounded(value: float, error: float) -> tuple[str, str]:
    """Return both as text: the error to two digits, the value to as many decimals, at most four."""
    if not np.isfinite(value):
        return "∞", ""
    size = max(abs(value), 1e-300)
    if error < 5e-5 * size:
        return f"{value:.4g}", ""
    if not 1e-4 <= error < 1e6:
        return f"{value:.3g}", f"{error:.1g}"
    decimals = max(0, 1 - floor(log10(error)))
    return f"{value:.{decimals}f}", f"{error:.{decimals}f}"


def _bound(value: str, error: str) -> str:
    return f"± {error}" if error else "" if value == "∞" else "digits shown"
