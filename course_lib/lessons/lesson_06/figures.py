"""The figures of lesson 06: waves, how rare minima are, and how high the critical points lie."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_06 import experiments

# cos x + cos 2x in one period: where its critical points are, how high, and how curved.
LOW = float(np.arccos(-0.25))
CRITICAL = {0.0: (2.0, -5.0), LOW: (-1.125, 3.75), np.pi: (0.0, -3.0), -LOW: (-1.125, 3.75)}
START, STOP = -0.85 * np.pi, 1.2 * np.pi  # of the period that is drawn: no point lies at its end


def two_waves():
    """Draw one wave with its curvature, and the sum of two with the signs of its curvature."""
    x = np.linspace(START, STOP, 1201)
    f, curvature = np.cos(x) + np.cos(2 * x), -np.cos(x) - 4 * np.cos(2 * x)
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.9))
        left, right = figure.subplots(1, 2)
        left.plot(x, np.cos(2 * x), label="the wave cos 2x", **plotting.RUN)
        left.plot(x, -4 * np.cos(2 * x), label="its curvature −4 cos 2x", **plotting.STIFF)
        left.axhline(0, color="#555555", linewidth=0.8)
        left.set(xlim=(START, STOP), ylim=(-5, 5), xlabel="x")
        plotting.legend_above(left)
        down = curvature < 0
        up = {"color": plotting.FLAT["color"], "linewidth": 2.4, "label": "curvature > 0"}
        bent = {**plotting.NEGATIVE, "linewidth": 3.2, "label": "curvature < 0"}
        right.plot(x, np.where(down, np.nan, f), **up)
        right.plot(x, np.where(down, f, np.nan), **bent)
        for place, (height, bend) in CRITICAL.items():
            right.plot(place, height, "o", color="black", markersize=5)
            above = bend < 0
            words = f"f″ = {bend:g}".replace("-", "−")
            right.annotate(
                words,
                (place, height),
                (0, 7 if above else -8),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
            )
        right.axhline(0, color="#555555", linewidth=0.8)
        right.set(xlim=(START, STOP), ylim=(-1.9, 2.7), xlabel="x", ylabel="f = cos x + cos 2x")
        plotting.legend_above(right)
        for ax in (left, right):
            ax.set_xticks([0, np.pi], ["0", "π"])
    return plotting.Picture(
        figure,
        "Left: the wave cos 2x and its curvature −4 cos 2x. The curvature is positive exactly where the "
        "wave is below 0. Right: the sum cos x + cos 2x. It bends downwards on its high parts and upwards "
        "on its low parts. Critical points: height 2 with curvature −5, height 0 with curvature −3, and "
        "two of height −1.125 with curvature 3.75.",
    )


def slow_crossings(delta=0.6):
    """Draw the slope of cos x + cos 2x, and how long it stays near 0 at each critical point."""
    x = np.linspace(START, STOP, 1201)
    slope = -np.sin(x) - 2 * np.sin(2 * x)
    near = np.abs(slope) < delta
    with plotting.style():
        figure = Figure(figsize=(6.4, 3.9))
        ax = figure.subplots()
        ax.axhspan(-delta, delta, color="#e6e6e6", zorder=0)
        ax.axhline(0, color="#555555", linewidth=0.8)
        ax.plot(x, slope, label="slope f′", **plotting.THEORY)
        ax.plot(x, np.where(near, slope, np.nan), linewidth=3.5, label="|f′| < δ", **plotting.RUN)
        for place, (_, bend) in CRITICAL.items():
            words = f"|f″| = {abs(bend):g}"
            ax.text(place, -3.75, words, ha="center", va="bottom")
            ax.plot([place, place], [-3.2, 0], color="#999999", linewidth=0.8, linestyle=":")
        ax.set(xlim=(START, STOP), ylim=(-3.8, 3.2), xlabel="x", ylabel="slope of cos x + cos 2x")
        ax.set_yticks([-2, 0, 2])
        ax.set_xticks([0, np.pi], ["0", "π"])
        plotting.legend_above(ax)
    widths = ", ".join(
        f"{2 * delta / abs(bend):.2f} where |f″| = {abs(bend):g}"
        for bend in sorted({bend for _, bend in CRITICAL.values()}, key=abs)
    )
    return plotting.Picture(
        figure,
        f"The slope of cos x + cos 2x crosses 0 four times. It stays below {delta:g} in size over a width "
        f"of about {widths}: the steeper the crossing, the shorter the stay.",
    )


def how_rare():
    """Draw the share of 'all positive' against the dimension: matrices, coins, landscapes."""
    d = np.arange(1, 7)
    goe = [rm.goe_positive_probability(int(n)) for n in d]
    predicted = [experiments.predicted_shares(int(n))[0] for n in d]
    found = [experiments.recorded_landscapes(n) for n in d]
    each = [[np.mean(index == 0) for index, _ in landscapes] for landscapes in found]
    mean, spread = np.mean(each, axis=1), np.std(each, axis=1, ddof=1)
    with plotting.style():
        figure = Figure(figsize=(6.4, 3.9))
        ax = figure.subplots()
        ax.plot(d, 0.5**d, "--", color="#777777", label="coins, 2⁻ᵈ")
        ax.plot(d, goe, "D-", markersize=5, color="black", linewidth=1.2, label="GOE")
        ax.plot(d + 0.12, predicted, "x", markersize=8, color="black", label="predicted")
        points = {"fmt": "o", "capsize": 3, "color": plotting.RUN["color"]}
        ax.errorbar(d, mean, spread, label="landscapes (± s.d.)", **points)
        ax.set(yscale="log", ylim=(1e-6, 1.5), xlabel="dimension d", ylabel="share with all λ > 0")
        plotting.legend_above(ax)
    return plotting.Picture(
        figure,
        "On a log scale from d = 1 to 6: the probability that a GOE matrix is positive definite falls "
        f"to {goe[-1]:.1g}. The share of minima in random landscapes falls to {mean[-1]:.1%}, where "
        f"waves and |det H| predict {predicted[-1]:.1%} and coins {0.5**6:.1%}.",
    )


def index_against_height(index, height, title, ylabel="height f", predicted=None):
    """Draw critical points, index across and height up.

    Parameters
    ----------
    index : array_like of int, shape (k,)
    height : array_like of shape (k,)
    title, ylabel : str
    predicted : int, optional
        The dimension of a landscape of random waves: draw the predicted mean index as a line, and
        mark the maxima. Without it, all points that are not minima are saddles.
    """
    index, height = np.asarray(index), np.asarray(height)
    kinds = (
        (index == 0, "o", plotting.FLAT, "minimum"),
        ((index > 0) & (index != predicted), "s", plotting.NEGATIVE, "saddle"),
        (index == predicted, "^", {"color": "black"}, "maximum"),
    )
    across = index + np.random.default_rng(0).uniform(-0.18, 0.18, index.size)
    with plotting.style():
        figure = Figure(figsize=(6.4, 3.9))
        ax = figure.subplots()
        for rows, marker, role, label in kinds if predicted else kinds[:2]:
            (points,) = ax.plot(
                across[rows], height[rows], marker, color=role["color"], label=label
            )
            points.set(alpha=0.75, markersize=5)
        if predicted:
            heights = np.linspace(height.min(), height.max(), 100)
            line = {"label": "predicted mean index", **plotting.THEORY, "linewidth": 1.6}
            ax.plot(experiments.predicted_index(predicted, heights), heights, **line)
        ax.set(xlabel="index: negative eigenvalues", ylabel=ylabel, title=title)
        ax.set_xticks(range(index.max() + 1))
        ax.legend(loc="lower right")
    counts = ", ".join(f"{np.sum(index == k)}" for k in range(index.max() + 1))
    line = (
        f" The points of index {predicted} are the maxima. A line, predicted from waves alone, runs through "
        "the points."
        if predicted
        else ""
    )
    return plotting.Picture(
        figure,
        f"{index.size} critical points. Their numbers by index, starting from index 0: {counts}. The index "
        f"tends to grow with the height.{line}",
    )


def no_end():
    """Draw x³/3 + x, which has no critical point, and the square of its slope, which has one."""
    x = np.linspace(-1.3, 1.3, 201)
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.5))
        left, right = figure.subplots(1, 2)
        left.plot(x, x**3 / 3 + x, label="f = x³/3 + x", **plotting.RUN)
        left.plot(x[40:-40], x[40:-40], "--", color="#777777", label="slope 1 at x = 0")
        left.plot(0, 0, "o", color="black", markersize=6)
        left.set(xlabel="x", xlim=(-1.3, 1.3))
        plotting.legend_above(left)
        right.plot(x, (x**2 + 1) ** 2, label="f′² = (x² + 1)²", **plotting.THEORY)
        right.plot(0, 1, "o", color="black", markersize=6, label="a minimum of f′², not a zero")
        right.set(xlabel="x", xlim=(-1.3, 1.3), ylim=(0, 5))
        plotting.legend_above(right)
    return plotting.Picture(
        figure,
        "Left: x³/3 + x rises everywhere; at x = 0 its slope is 1. Right: the square of its slope has a "
        "minimum at x = 0, and its value there is 1, not 0.",
    )
