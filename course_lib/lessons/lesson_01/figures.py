"""Figures of the lesson: a bowl, a saddle, power iteration, where the model fails, the best step."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.exact import spectra
from course_lib.lessons.lesson_01 import experiments
from course_lib.plotting.surfaces import surface_beside_contour


def bowl():
    """Draw a quadratic with two positive eigenvalues, as a surface and from above.

    Returns
    -------
    plotting.Picture
    """
    H = np.array([[1.0, 0.5], [0.5, 3.0]])
    one, two = spectra.eigh(H).eigenvalues
    return _quadratic(
        H,
        "A bowl: both eigenvalues are positive",
        f"Left, a bowl: it bends upward strongly along the orange v₁ (λ₁ = {one:.2f}) and weakly along the "
        f"blue v₂ (λ₂ = {two:.2f}). Right, its level lines are ellipses, short along v₁ and long along v₂.",
        bottom=0.0,
        elevation=45.0,
    )


def saddle():
    """Draw a quadratic with one positive and one negative eigenvalue.

    Returns
    -------
    plotting.Picture
    """
    H = np.array([[1.5, 2.0], [2.0, -1.5]])
    one, two = spectra.eigh(H).eigenvalues
    return _quadratic(
        H,
        "A saddle: the eigenvalues differ in sign",
        f"Left, a saddle: it bends upward along the orange v₁ (λ₁ = {one:g}) and downward along the pink "
        f"v₂ (λ₂ = {two:g}). Right, its level lines are hyperbolas; they are dotted where the surface lies "
        "below the middle.".replace("-", "−"),
        bottom=-4.0,
        elevation=38.0,
    )


def _quadratic(H, title, alt, bottom, elevation):
    return surface_beside_contour(
        lambda w: 0.5 * np.einsum("i...,ij,j...->...", w, H, w),
        title=title,
        alt=alt,
        spectrum=spectra.eigh(H),
        bottom=bottom,
        top=4.0,
        elevation=elevation,
    )


def model_and_function(t, along_v1, along_v2, r, worst):
    """Draw f and its quadratic model along v₁ and v₂, and the model's worst error by distance.

    Parameters
    ----------
    t : array of shape (m,)
        Distances along either line.
    along_v1, along_v2 : pair of arrays of shape (m,)
        The function and the model there.
    r, worst : arrays of shape (k,)
        Distances, and the worst error at each.

    Returns
    -------
    plotting.Picture
    """
    with plotting.style():
        figure = Figure(figsize=(9, 4), dpi=100)
        cut, errors = figure.subplots(1, 2)
        cut.set(xlabel="distance along the line", ylabel="height")
        cut.set(xlim=(-2.2, 2.2), ylim=(-0.05, 2), title="The model fits near the point")
        lines = (("v₁", plotting.STIFF, *along_v1), ("v₂", plotting.FLAT, *along_v2))
        for name, style, truth, model in lines:
            cut.plot(t, truth, **style)
            cut.plot(t, model, **plotting.THEORY)
            # The name stands where the curve leaves the picture, clear of all lines.
            k = np.flatnonzero(truth < 0.85 * cut.get_ylim()[1]).max()
            right = k == len(t) - 1
            place = (t[k], truth[k] + 0.08) if right else (t[k] + 0.25, truth[k])
            side = "right" if right else "left"
            cut.text(*place, f"f along {name}", ha=side, weight="bold", color=style["color"])
        cut.text(0, 1.55, "thin black:\nquadratic\nmodel", ha="center", va="center")
        errors.set(xlabel="distance r from the point", ylabel="worst error of the model")
        errors.set(xscale="log", yscale="log", title="Half the distance, an eighth of the error")
        errors.plot(r, worst, marker="o", linestyle="none", label="measured", **plotting.RUN)
        errors.plot(r, worst[-1] * (r / r[-1]) ** 3, label="slope 3", **plotting.THEORY)
        errors.legend()
    slope = np.polyfit(np.log(r), np.log(worst), 1)[0]
    end = np.abs(np.subtract(*along_v2)).max()
    return plotting.Picture(
        figure,
        "Left, f and its model along v₁ and along v₂. They are close near the point. Along v₂ the model is a "
        f"level line, and f rises to {end:.1f} above it. Right, the worst error against the distance on log "
        f"scales. The points lie on a line of slope {slope:.1f}.",
    )


def error_by_step(h, from_values, from_slopes):
    """Draw the relative error of two difference formulas against the step.

    Parameters
    ----------
    h, from_values, from_slopes : arrays of shape (k,)

    Returns
    -------
    plotting.Picture
    """
    h, from_values, from_slopes = (np.asarray(x) for x in (h, from_values, from_slopes))
    eps, fine = np.finfo(float).eps, np.geomspace(h.min(), h.max(), 200)
    with plotting.style():
        figure = Figure(figsize=(6.4, 4), dpi=100)
        ax = figure.subplots()
        ax.set(xscale="log", yscale="log", xlabel="step h", ylabel="relative error")
        ax.set(ylim=(1e-13, 30), title="A step can be too small, not only too large")
        for law in (fine**2 / 12, 4 * eps / fine**2):
            ax.plot(fine, law, **plotting.THEORY)
        ax.plot([], [], label="h²/12 and 4ε/h²", **plotting.THEORY)
        points = {"markersize": 6, "linestyle": "none", **plotting.RUN}
        shown = np.maximum([from_values, from_slopes], 1e-13)  # a lucky zero has no place here
        ax.plot(h, shown[0], marker="o", label="from three values of f", **points)
        points["markerfacecolor"] = "none"
        ax.plot(h, shown[1], marker="s", label="from two exact slopes", **points)
        ax.legend(loc="upper right", bbox_to_anchor=(0.98, 1.0))
    best = h[from_values.argmin()]
    where = "between 1e-5 and 1e-3" if 0.9e-5 < best < 1.1e-3 else f"at {best:.0e}"
    worst = "no digit is right" if from_values[h.argmin()] > 0.3 else "it is larger again"
    return plotting.Picture(
        figure,
        f"Relative error against the step h on log scales: a U with its lowest point {where} for "
        f"second differences; at h = {h.min():.0e} {worst}. Differences of exact slopes form a lower U, "
        "further to the left.",
    )


def power_iteration():
    """Draw how power iteration converges, and which eigenvalue it finds.

    Returns
    -------
    plotting.Picture
    """
    run = experiments.power_iteration
    ratios = {}
    for ratio in (0.25, 0.9):
        _, path = run(np.diag([1.0, ratio]).dot, np.array([1.0, 1.0]), 12)
        ratios[ratio] = path[1] / path[0]
    lam, start = np.array([3.0, 1.0, -5.0]), np.array([0.8, 0.5, 0.33])  # as in the lesson
    _, plain = run(lambda v: lam * v, start, 12)
    _, shifted = run(lambda v: (lam + 5) * v, start, 12)
    found = {"with H": lam @ plain**2, "with H + 5I": lam @ shifted**2}
    with plotting.style():
        figure = Figure(figsize=(9, 4), dpi=100)
        pace, which = figure.subplots(1, 2)
        pace.set(yscale="log", xlabel="step k", ylabel="part along v₂ / part along v₁")
        pace.set(title="Each step multiplies the ratio by λ₂/λ₁", ylim=(1e-8, 5))
        k = np.arange(13)
        for (ratio, measured), look in zip(ratios.items(), plotting.SERIES, strict=False):
            pace.plot(k, ratio**k, **plotting.THEORY)
            points = {"markersize": 6, **look, "linestyle": "none"}
            pace.plot(k, measured, label=f"measured, λ₂/λ₁ = {ratio:g}", **points)
        pace.plot([], [], label="start × (λ₂/λ₁)ᵏ", **plotting.THEORY)
        pace.legend(loc="lower left")
        which.set(xlabel="step k", ylabel="curvature along the vector")
        which.set_title("H leads to the largest in size, not to λ₁")
        for value in lam:
            which.axhline(value, color="#777777", linewidth=0.8)
            name = f"{value:g}".replace("-", "−")
            which.text(12.3, value, name, va="bottom", ha="left", color="#555555")
        for (name, values), look in zip(found.items(), plotting.SERIES, strict=False):
            which.plot(k, values, label=name, **look)
        which.set(xlim=(0, 13), ylim=(-5.9, 5.2), xticks=range(0, 13, 2))
        which.legend(loc="upper right", bbox_to_anchor=(0.95, 1.0), ncols=2)
    ends = " and ".join(f"{values[-1]:.1f} {name}" for name, values in found.items())
    return plotting.Picture(
        figure,
        "Left, on a log scale, the part of the vector along v₂ divided by the part along v₁, step by step: "
        f"two straight lines, down to {ratios[0.25][-1]:.0e} for λ₂/λ₁ = 0.25 and only to "
        f"{ratios[0.9][-1]:.2f} for 0.9. Right, the curvature along the vector for the "
        f"eigenvalues 3, 1 and −5: after 12 steps it is {ends}.".replace("-5", "−5"),
    )
