"""The pictures of lesson 03 that have no sliders."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.lessons.lesson_03 import experiments
from course_lib.lessons.lesson_03.demo_landscapes import GRID, LEVELS, MARKERS, SHADES, explored
from course_lib.plotting.surfaces import Curve, Surface

_ZOO = {
    "$x^2 + y^4$": lambda x, y: x**2 + y**4,
    "$x^2 - y^4$": lambda x, y: x**2 - y**4,
    "$x^2 + y^3$": lambda x, y: x**2 + y**3,
    "$x^2$": lambda x, y: x**2 + 0 * y,
}


def zoo():
    """Draw four functions with the same Hessian at 0: as surfaces, from above, along the y axis.

    Returns
    -------
    plotting.Picture
    """
    grid, coarse, t = (np.linspace(-1, 1, num) for num in (121, 41, 101))
    levels = 0.01 * np.arange(1, 11) ** 2
    y_axis = Curve(np.array([[0.0, 0.0], [-1.0, 1.0]]), plotting.FLAT)
    with plotting.style():
        figure = Figure(figsize=(9, 6.2))
        axes = figure.subplots(3, 4, height_ratios=[1.5, 1.5, 1])
        for (name, f), steep, above, below in zip(_ZOO.items(), *axes, strict=True):
            surface = Surface(steep, coarse, levels, -1.0, 1.6, ("$x$", "$y$"))
            surface.show(f(*np.meshgrid(coarse, coarse)), [y_axis])
            surface.turn(30, -35)
            contours = plotting.Contours(above, grid, levels)
            contours.update(f(*np.meshgrid(grid, grid)))
            above.plot([0], [0], **MARKERS["undecided"])
            above.plot([0, 0], [-1, 1], **plotting.FLAT)
            steep.set_title(name)
            above.set(xlabel="$x$", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            above.grid(False)
            below.plot(t, f(0 * t, t), **plotting.FLAT)
            below.set(xlabel="$y$, along the dashed line", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            below.set(ylim=(-1.1, 1.1))
        axes[1, 0].set_ylabel("$y$")
        axes[2, 0].set_ylabel("$f(0, y)$")
    return plotting.Picture(
        figure,
        "Four functions as surfaces and from above, with the same curvature 2 along x and 0 along y at "
        "the origin. Along the y axis x² + y⁴ rises on both sides, x² − y⁴ falls on both, x² + y³ "
        "falls on one and rises on the other, x² stays level.",
    )


def descents(seed=6, num=60):
    """Draw descents from random starts, and the heights of some that start beside a saddle.

    Parameters
    ----------
    seed : int
        Of the landscape; one of `experiments.SEEDS`.
    num : int
        Random starts.

    Returns
    -------
    plotting.Picture
    """
    f, search = experiments.planar(seed)
    found = search.found
    low, width = f.low[0], (f.high - f.low)[0]
    eta = 0.5 / experiments.largest_curvature(f)
    path = experiments.descend(f, f.random_points(num, 5), eta, 600)
    ends = path[-1] % f.periods
    distances = (1e-2, 1e-5, 1e-8, 1e-11)
    saddle, _, _, beside = experiments.beside_a_saddle(seed, distances)
    left_after = experiments.steps_to_leave(saddle, beside)
    with plotting.style():
        figure = Figure(figsize=(9, 4))
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.25])
        contours = plotting.Contours(left, (GRID + 1) / 2 * width + low, LEVELS, SHADES)
        contours.below.set(color="#7d8896", linestyle="-", linewidth=0.8)
        contours.update(explored("random", seed)[1])
        for run in path.transpose(1, 0, 2):
            for shift in np.stack(np.meshgrid(*2 * [[-width, 0, width]]), axis=-1).reshape(-1, 2):
                left.plot(*(run + shift).T, linewidth=0.9, alpha=0.8, **plotting.RUN)
        left.plot(*(path[0]).T, ".", markersize=5, **plotting.RUN)
        for kind in ("saddle", "maximum", "minimum"):
            marks = found.points[found.kinds == kind]
            left.plot(*marks.T, linestyle="none", clip_on=False, label=kind, **MARKERS[kind])
        inside = (low, low + width)
        left.set(xlim=inside, ylim=inside, xlabel="$w_1$", ylabel="$w_2$")
        left.grid(False)
        plotting.legend_above(left)
        k = np.arange(len(beside))
        for i, (distance, style) in enumerate(zip(distances, ("-", "--", "-.", ":"), strict=True)):
            label = f"$10^{{{int(np.log10(distance))}}}$"
            right.plot(k, f.value(beside[:, i]), style, label=label, **plotting.RUN)
        right.set(xlim=(0, int(1.8 * left_after.max())), xlabel="step k", ylabel="height f")
        caption, corner = (
            "started beside a saddle,\nat these distances",
            {"ha": "right", "va": "top"},
        )
        right.text(0.98, 0.97, caption, transform=right.transAxes, fontsize=9.5, **corner)
        plotting.legend_above(right)
    minima = found.points[found.kinds == "minimum"]
    apart = (ends[:, None] - minima + width / 2) % width - width / 2
    arrived = int((np.linalg.norm(apart, axis=2).min(axis=1) < 1e-3).sum())
    waits = ", ".join(str(round(n, -1)) for n in left_after)
    return plotting.Picture(
        figure,
        f"Left: {arrived} of {num} descents from random starts end at a minimum. Right: descents "
        f"that start ever closer beside a saddle, each a thousand times closer than the one before, "
        f"stay on a plateau for about {waits} steps before they fall.",
    )
