"""The figures of lesson 05: what was run, with the words that say it."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.lessons.lesson_05 import experiments
from course_lib.plotting import SERIES, THEORY, Picture


def valley(paths):
    """Draw walks on ½(ab − 1)² from above, and λ₁ along them.

    Parameters
    ----------
    paths : mapping of float to array_like of shape (steps + 1, 2)
        Step size to points (a, b).

    Returns
    -------
    Picture
    """
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.9))
        left, right = figure.subplots(1, 2)
        a, b = np.meshgrid(np.linspace(-0.4, 3.6, 141), np.linspace(-1.6, 2.6, 141))
        heights, levels = 0.5 * (a * b - 1) ** 2, [0.02, 0.125, 0.5, 2, 8, 32]
        left.contour(a, b, heights, levels, colors="#a6afbb", linewidths=0.8)
        floor = np.linspace(0.3, 3.6, 200)
        left.plot(floor, 1 / floor, **THEORY)
        words = []
        for (eta, points), line_style in zip(paths.items(), SERIES, strict=False):
            points, colour = np.asarray(points, float), line_style["color"]
            lam = np.array([experiments.two_weights_sharpness(*point) for point in points])
            left.plot(*points.T, **line_style, label=f"η = {eta:g}")
            left.plot(*points[-1], marker="*", markersize=15, color=colour, markeredgecolor="black")
            right.plot(lam, **line_style)
            right.axhline(2 / eta, color=colour, linestyle=":", linewidth=1.2)
            end = points[-1]
            words.append(
                f"η = {eta:g} ends at ({end[0]:.2f}, {end[1]:.2f}) with λ₁ = {lam[-1]:.2f}, "
                f"limit {2 / eta:.1f}"
            )
        left.set(xlim=(-0.4, 3.6), ylim=(-1.6, 2.6), xlabel="a", ylabel="b")
        left.grid(False)
        plotting.legend_above(left)
        right.set(ylim=(0, 23), xlim=(0, 20), xticks=range(0, 21, 4), xlabel="step", ylabel="λ₁")
        right.set_title("λ₁ on the way; dotted: 2/η")
    return Picture(
        figure,
        "Walks over the valley ½(ab − 1)² from (3, ½), whose floor is the hyperbola ab = 1 (black): "
        + "; ".join(words)
        + ".",
    )


def edge(*runs):
    """Draw the loss and λ₁ of training runs, each with the limit 2/η of its step.

    Parameters
    ----------
    *runs : experiments.EdgeRun
        At most three.

    Returns
    -------
    Picture
    """
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.7))
        left, right = figure.subplots(1, 2)
        words, top = [], 1.4 * max(run.sharpness.max() for run in runs)
        for run, line_style in zip(runs, SERIES, strict=False):
            limit = 2 / run.eta
            where = " (off the picture)" if limit > top else ""
            name = f"η = {run.eta:g}, 2/η = {limit:g}{where}"
            left.plot(run.losses, label=name, **line_style | {"linewidth": 1.1, "marker": None})
            right.plot(run.steps, run.sharpness, linewidth=1.0, markersize=3, **line_style)
            right.axhline(limit, color=line_style["color"], linestyle=":", linewidth=1.4)
            words.append(f"with η = {run.eta:g} {where_it_ends(run)}")
        left.set(yscale="log", xlabel="step", ylabel="loss")
        right.set(xlabel="step", ylabel="λ₁", ylim=(0, top), title="Stiffness; dotted: 2/η")
        plotting.legend_above(left)
    return Picture(figure, f"Loss and stiffness λ₁ against the step: {'; '.join(words)}.")


def where_it_ends(run):
    """Return in words where λ₁ of an `EdgeRun` ends, coarse enough to be the same on every machine."""
    end = run.ratio[-5:].mean()
    if 0.95 < end < 1.1:
        return "λ₁ ends at its limit 2/η, within a tenth"
    return f"λ₁ ends {'below half' if end < 0.5 else 'off'} its limit 2/η"
