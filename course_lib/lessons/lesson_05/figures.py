"""The figures of lesson 05: a network, two weights, and what was run, with the words that say it."""

from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.lessons.lesson_05 import experiments
from course_lib.plotting import RUN, SERIES, STIFF, THEORY, Picture
from course_lib.plotting.surfaces import Curve, Surface
from course_lib.support import datasets

LAYERS = (64, 32, 32, 10)


def network(seed=4):
    """Draw the lesson's network: a digit, its layers of units, and the one-hot target."""
    data = datasets.digits(num_train=1, centred=False, seed=seed)
    label = int(data.y_train[0])
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.9))
        image, ax = figure.subplots(1, 2, width_ratios=[1, 4.4])
        image.imshow(data.X_train[0].reshape(8, 8), cmap="gray_r")
        image.set(xticks=[], yticks=[], title="8×8 pixels")
        image.grid(False)
        ax.axis("off")
        heights = [_draw_layer(ax, x, width) for x, width in enumerate(LAYERS)]
        for x, (from_here, to_there) in enumerate(pairwise(heights)):
            for low in from_here:
                for high in to_there:
                    ax.plot([x, x + 1], [low, high], color="#a6afbb", linewidth=0.35, zorder=1)
        names = ("64 pixels", "32 units\ntanh", "32 units\ntanh", "10 outputs")
        for x, name in enumerate(names):
            ax.text(x, -1.32, name, ha="center", va="top")
        _draw_target(ax, heights[-1], label)
        weights = ("64·32 + 32", "32·32 + 32", "32·10 + 10")
        for x, count in enumerate(weights):
            ax.text(x + 0.5, 1.22, f"{count}\nweights", ha="center", va="bottom", fontsize=9.5)
        ax.set(xlim=(-0.3, 4.1), ylim=(-1.8, 1.75))
    return Picture(
        figure,
        f"An image of the digit {label}, 8 by 8 pixels, enters a network of four columns: 64 pixels, two "
        "layers of 32 units with tanh, and 10 outputs. Every unit is joined to all units of the next "
        f"column. The target stands beside the outputs: 1 at the label {label}, 0 at the nine others.",
    )


def _draw_layer(ax, x, width):
    """Draw a column of units, three dots instead of those that are left out."""
    heights = np.linspace(1, -1, 10)
    if width > 10:
        ax.text(x, heights[-3], "⋮", ha="center", va="center", fontsize=15)
        heights = np.delete(heights, -3)
    ax.plot(np.full(heights.size, x), heights, "o", color="white", markeredgecolor="#333333")
    return heights


def _draw_target(ax, heights, label):
    for k, height in enumerate(heights):
        chosen = {"color": "#333333", "weight": "bold" if k == label else "normal"}
        ax.text(3.16, height, f"{k}", ha="center", va="center", fontsize=9.5, **chosen)
        colour = RUN["color"] if k == label else "white"
        ax.plot(3.6, height, "s", color=colour, markeredgecolor="#333333", markersize=9)
        ax.text(
            3.78, height, f"{int(k == label)}", ha="center", va="center", fontsize=9.5, **chosen
        )
    ax.text(3.66, -1.32, f"target\nof a {label}", ha="center", va="top")


def pulse(points, eta):
    """Draw one walk across the valley ½(ab − 1)²: in space, from above, and step by step.

    Parameters
    ----------
    points : array_like of shape (steps + 1, 2)
        Points (a, b).
    eta : float

    Returns
    -------
    Picture
    """
    points = np.asarray(points, float)
    errors, stiffness = points.prod(axis=1) - 1, (points**2).sum(axis=1)
    centre, reach = np.array([2.2, 0.46]), 0.42
    grid = np.linspace(-reach, reach, 49)
    a, b = np.meshgrid(centre[0] + grid, centre[1] + grid)
    loss, levels = 0.5 * (a * b - 1) ** 2, np.array([0.002, 0.01, 0.03, 0.08, 0.2, 0.5])
    floor = np.linspace(centre[0] - reach, centre[0] + reach, 80)
    with plotting.style():
        figure = Figure(figsize=(9.4, 4.1))
        grid_of_axes = figure.add_gridspec(2, 3, width_ratios=[1.15, 1, 1.05])
        space = figure.add_subplot(grid_of_axes[:, 0])
        above = figure.add_subplot(grid_of_axes[:, 1])
        upper, lower = (figure.add_subplot(grid_of_axes[i, 2]) for i in range(2))
        surface = Surface(space, grid, levels, 0.0, 0.15, names=("a", "b"))
        walk = Curve((points - centre).T, RUN, 1.4)
        valley_floor = Curve(np.array([floor, 1 / floor]) - centre[:, None], THEORY, 1.6)
        surface.show(loss, (valley_floor, walk))
        surface.turn(40, -20)
        space.set_title("The valley and the path")
        above.contour(a, b, loss, levels, colors="#a6afbb", linewidths=0.8)
        above.plot(floor, 1 / floor, **THEORY)
        above.plot(*points.T, marker="o", markersize=3, linewidth=0.7, **RUN)
        above.plot(*points[0], marker="D", markersize=8, markeredgecolor="black", **RUN)
        above.plot(
            *points[-1], marker="*", markersize=14, color=RUN["color"], markeredgecolor="black"
        )
        above.set(xlim=(1.8, 2.6), ylim=(0.15, 0.85), xlabel="a", ylabel="b", title="From above")
        above.grid(False)
        upper.plot(errors, marker=".", markersize=4, linewidth=0.7, **RUN)
        upper.set(ylabel="error r = ab − 1", xticklabels=[])
        lower.plot(stiffness, **STIFF)
        lower.axhline(2 / eta, **THEORY)
        lower.text(len(points) - 1, 2 / eta + 0.04, f"2/η = {2 / eta:g}", ha="right", va="bottom")
        lower.set(xlabel="step", ylabel="a² + b²")
    return Picture(
        figure,
        f"A path with η = {eta:g} in the valley ½(ab − 1)² from ({points[0, 0]:g}, {points[0, 1]:g}), seen "
        "in space, from above and step by step. It jumps from one side of the valley floor ab = 1 to the "
        f"other. The error grows to {np.abs(errors).max():.2f} and dies out; meanwhile a² + b² falls from "
        f"{stiffness[0]:.2f}, above 2/η = {2 / eta:g}, to {stiffness[-1]:.2f}, below it.",
    )


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
                f"The path with η = {eta:g} ends at ({end[0]:.2f}, {end[1]:.2f}) with λ₁ = {lam[-1]:.2f}, "
                f"limit {2 / eta:.1f}."
            )
        left.set(xlim=(-0.4, 3.6), ylim=(-1.6, 2.6), xlabel="a", ylabel="b")
        left.grid(False)
        plotting.legend_above(left)
        right.set(ylim=(0, 23), xlim=(0, 20), xticks=range(0, 21, 4), xlabel="step", ylabel="λ₁")
        right.set_title("λ₁ along the path; dotted: 2/η")
    return Picture(
        figure,
        "Paths from (3, ½) over the valley ½(ab − 1)². The valley floor is the hyperbola ab = 1 (black). "
        + " ".join(words),
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
        right.set(
            xlabel="step", ylabel="λ₁", ylim=(0, top), title="λ₁ during training; dotted: 2/η"
        )
        plotting.legend_above(left)
    return Picture(figure, f"The loss (left) and λ₁ (right) against the step: {'; '.join(words)}.")


def balance(measured):
    """Draw what pushes λ₁ up and what brings it down at the edge, added up over a run.

    Parameters
    ----------
    measured : experiments.Balance

    Returns
    -------
    Picture
    """
    pairs = 2 * np.arange(1, len(measured.change) // 2 + 1)
    # Every second pair: the pairs overlap.
    sums = {
        "descent, predicted": np.cumsum(measured.pushed[::2]),
        "oscillation, predicted": np.cumsum(measured.stabilized[::2]),
        "λ₁, measured": np.cumsum(measured.change[::2]),
    }
    looks = (SERIES[2], SERIES[1], STIFF)
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.5))
        left, right = figure.subplots(1, 2, width_ratios=[1.4, 1])
        for (name, total), look in zip(sums.items(), looks, strict=True):
            left.plot(pairs, total, label=name, **look | {"marker": None})
        left.axhline(0, **THEORY)
        left.set(xlabel="steps since step 150", ylabel="sum of the changes of λ₁")
        plotting.legend_above(left)
        right.plot(measured.stabilized, measured.change, ".", color=STIFF["color"], markersize=5)
        right.axhline(0, **THEORY)
        right.set(xlabel="−ηx²‖∇λ₁‖², predicted", ylabel="change of λ₁ in two steps")
    words = "rises" if sums["descent, predicted"][-1] > 0 else "does not rise"
    return Picture(
        figure,
        "Left: running sums of the changes of λ₁ from step 150 on. At first nothing oscillates, and the "
        "measured sum rises with the sum predicted from descent. Over the 160 steps the sum predicted from "
        f"descent {words}. The sum predicted from the oscillation falls in bursts. The measured sum "
        "stays between the two. Right: the measured change of λ₁ in two steps against the change predicted "
        "from the oscillation. Where the oscillation is large, λ₁ falls.",
    )


def limits(batches, labels):
    """Draw ηλ₁/2 for several batch sizes, and for cross-entropy with wrong labels.

    Parameters
    ----------
    batches, labels : tuple
        What `experiments.recorded_limits` returns.

    Returns
    -------
    Picture
    """
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.7))
        left, right = figure.subplots(1, 2)
        words = []
        for ax, (settings, steps, ratio), chosen, name, title in (
            (left, batches, (8, 16, 200), "batches of {:g}", "squared error, η = 0.4"),
            (right, labels, (0.0, 0.4, 1.0), "{:.0%} wrong labels", "cross-entropy, η = 0.4"),
        ):
            for value, look in zip(chosen, SERIES, strict=True):
                middle = np.median(ratio[np.flatnonzero(settings == value)[0]], axis=0)
                label = "all 200" if value == 200 else name.format(value)
                ax.plot(steps, middle, label=label, **look | {"marker": None})
                words.append(f"{label}: highest {middle.max():.1f}, last {middle[-1]:.1f}")
            ax.axhline(1, **THEORY)
            ax.set(xlabel="step", ylabel="ηλ₁/2", ylim=(0, 1.7))
            ax.set_title(title, pad=18)
            plotting.legend_above(ax)
        left.set_xlim(0, 1500)
        right.set_xlim(0, 500)
    return Picture(
        figure,
        "ηλ₁/2 against the step, the median of five runs with η = 0.4. Left, squared error: "
        f"{'; '.join(words[:3])}. Right, cross-entropy: {'; '.join(words[3:])}.",
    )


def where_it_ends(run):
    """Return in words where λ₁ of an `EdgeRun` ends, coarse enough to be the same on every machine."""
    end = run.ratio[-5:].mean()
    if 0.95 < end < 1.1:
        return "λ₁ ends at its limit 2/η, within a tenth"
    return f"λ₁ ends {'below half' if end < 0.5 else 'off'} its limit 2/η"
