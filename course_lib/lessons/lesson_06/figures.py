"""The figures of lesson 06: how rare minima are, and how high the other critical points lie."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_06 import experiments


def how_rare():
    """Draw the share of 'all positive' against the dimension: matrices, coins, landscapes."""
    d = np.arange(1, 7)
    goe = [rm.goe_positive_probability(int(n)) for n in d]
    found = [experiments.recorded_landscapes(n) for n in d]
    each = [[np.mean(index == 0) for index, _ in landscapes] for landscapes in found]
    mean, spread = np.mean(each, axis=1), np.std(each, axis=1, ddof=1)
    with plotting.style():
        figure = Figure(figsize=(6.4, 3.9))
        ax = figure.subplots()
        ax.plot(d, 0.5**d, "--", color="#777777", label="independent signs, 2⁻ᵈ")
        ax.plot(d, goe, "D-", markersize=5, color="black", linewidth=1.2, label="GOE")
        points = {"fmt": "o", "capsize": 3, "color": plotting.RUN["color"]}
        ax.errorbar(d, mean, spread, label="minima of landscapes (± s.d.)", **points)
        ax.set(yscale="log", ylim=(1e-6, 1.5), xlabel="dimension d", ylabel="share with all λ > 0")
        plotting.legend_above(ax)
    return plotting.Picture(
        figure,
        "On a log scale from d = 1 to 6: the probability that a GOE matrix is positive definite falls "
        f"to {goe[-1]:.1g}, the share of minima in random landscapes to {mean[-1]:.1%}, near 2⁻ᵈ.",
    )


def index_against_height(index, height, title, ylabel="height of the function"):
    """Draw critical points, index across and height up.

    Parameters
    ----------
    index : array_like of int, shape (k,)
    height : array_like of shape (k,)
    title, ylabel : str
    """
    index, height = np.asarray(index), np.asarray(height)
    kinds = (
        (index == 0, "o", plotting.FLAT, "minimum"),
        (index > 0, "s", plotting.NEGATIVE, "negative directions"),
    )
    across = index + np.random.default_rng(0).uniform(-0.18, 0.18, index.size)
    with plotting.style():
        figure = Figure(figsize=(6.4, 3.9))
        ax = figure.subplots()
        for rows, marker, role, label in kinds:
            (points,) = ax.plot(
                across[rows], height[rows], marker, color=role["color"], label=label
            )
            points.set(alpha=0.75, markersize=5)
        ax.set(xlabel="index: number of negative eigenvalues", ylabel=ylabel, title=title)
        ax.set_xticks(range(index.max() + 1))
        ax.legend(loc="lower right")
    counts = ", ".join(f"{np.sum(index == k)}" for k in range(index.max() + 1))
    return plotting.Picture(
        figure,
        f"{index.size} critical points, by index from 0: {counts}. The index tends to grow with the height.",
    )
