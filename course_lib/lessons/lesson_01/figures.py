"""Two figures of the lesson: where the quadratic model fails, and how small a step should be."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting


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
        f"Left, f and its model along v₁ and v₂: close near the point; along v₂ the model is a level "
        f"line and f rises to {end:.1f} above it. Right, the worst error against the distance on log scales: "
        f"the points lie on a line of slope {slope:.1f}.",
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
        ax.set(ylim=(1e-13, 30), title="Too small a step is as bad as too large a one")
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
    worst = "all is lost" if from_values[h.argmin()] > 0.3 else "it is larger again"
    return plotting.Picture(
        figure,
        f"Relative error against the step h on log scales: a U with its lowest point {where} for "
        f"second differences; at h = {h.min():.0e} {worst}. Differences of exact slopes form a lower U, "
        "further to the left.",
    )
