"""The figures of lesson 05, each from what was computed or recorded, with its alt text."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.curvature import spectral_shape as ns
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import (
    claims_landscapes,
    claims_networks,
    claims_outliers,
    demos,
    recorded,
)

# Marker and colour of each model: what has the gap is stiff, a control is flat.
MODELS = {
    "relu raw": ("o-", plotting.STIFF["color"], "ReLU, raw pixels"),
    "linear raw": ("^-", "#E69F00", "linear, raw pixels"),
    "tanh raw": ("s--", "#009E73", "tanh, raw pixels"),
    "relu centred": ("v--", plotting.FLAT["color"], "ReLU, centred"),
    "linear centred": ("x:", "#56B4E9", "linear, centred"),
}


def _axes(width=6.4, height=3.9, columns=1, **options):
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots(1, columns, **options)


def how_rare():
    """Draw the share of 'all positive' against the dimension: matrices, coins, landscapes."""
    d = np.arange(1, 7)
    goe = [rm.goe_positive_probability(int(n)) for n in d]
    each = [
        [np.mean(index == 0) for index, _ in claims_landscapes.recorded_landscapes(n)] for n in d
    ]
    mean, spread = np.mean(each, axis=1), np.std(each, axis=1, ddof=1)
    with plotting.style():
        figure, ax = _axes()
        ax.plot(d, 0.5**d, "--", color="#777777", label="independent signs, 2⁻ᵈ")
        ax.plot(d, goe, "D-", markersize=5, color="black", linewidth=1.2, label="GOE")
        ax.errorbar(
            d, mean, spread, fmt="o", capsize=3, color=plotting.RUN["color"],
            label="minima of landscapes (± s.d.)",
        )  # fmt: skip
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
        (index == 0, "o", plotting.FLAT["color"], "minimum"),
        ((index > 0), "s", plotting.NEGATIVE["color"], "negative directions"),
    )
    jitter = np.random.default_rng(0).uniform(-0.18, 0.18, index.size)
    with plotting.style():
        figure, ax = _axes()
        for rows, marker, colour, label in kinds:
            ax.plot(
                (index + jitter)[rows], height[rows], marker, color=colour, alpha=0.75, markersize=5,
                label=label,
            )  # fmt: skip
        ax.set(xlabel="index: number of negative eigenvalues", ylabel=ylabel, title=title)
        ax.set_xticks(range(index.max() + 1))
        ax.legend(loc="lower right")
    counts = ", ".join(f"{np.sum(index == k)}" for k in range(index.max() + 1))
    return plotting.Picture(
        figure,
        f"{index.size} critical points, by index from 0: {counts}. The index tends to grow with the height.",
    )


def network_spectrum(eigenvalues, num_classes, epoch):
    """Draw a network's exact spectrum as the demo does."""
    eigenvalues = np.sort(eigenvalues)[::-1]
    state = demos.Network(num_classes, epoch, eigenvalues, ns.largest_gap(eigenvalues))
    return plotting.Picture.of(demos.NetworkView, state, demos.alt_network(state))


def _legend(ax):
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, handlelength=2.2, columnspacing=1
    )


def gap_ratios(models=tuple(MODELS)):
    """Draw the recorded ratio λ_(C−1)/λ_C after one epoch against the number of classes."""
    classes = claims_outliers.class_counts()
    ratios = {name: claims_outliers.ratios_at(name) for name in models}
    with plotting.style():
        figure, ax = _axes(height=4.1)
        for name, each in ratios.items():
            style, colour, label = MODELS[name]
            low, high = each.min(axis=1), each.max(axis=1)
            ax.fill_between(classes, low, high, color=colour, alpha=0.12, linewidth=0)
            ax.plot(classes, np.median(each, axis=1), style, color=colour, label=label)
        ax.axhline(1, **plotting.THEORY)
        ax.set(
            yscale="log", ylim=(0.9, 25), xlabel="number of classes C",
            ylabel="ratio $λ_{C-1}\\,/\\,λ_C$",
        )  # fmt: skip
        ax.set_xticks(classes)
        ax.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
        ax.minorticks_off()
        _legend(ax)
    ends = [f"{MODELS[name][2]} {np.median(each[-1]):.1f}" for name, each in ratios.items()]
    return plotting.Picture(
        figure,
        "Ratio across the gap after C − 1, medians of five seeds, bands from least to largest. With ten "
        f"classes: {'; '.join(ends)}.",
    )


def widths():
    """Draw in which share of the recorded runs the gap is after C − 1, against the width."""
    looks = {1: ("o-", plotting.STIFF["color"]), 3: ("s--", plotting.FLAT["color"]),
             30: ("^:", "#777777")}  # fmt: skip
    units = claims_outliers.WIDTHS
    words = []
    with plotting.style():
        figure, ax = _axes(height=3.4)
        for epoch, (style, colour) in looks.items():
            hits, runs = np.array([claims_outliers.of_width(n, epoch) for n in units]).T
            label = f"after {epoch} epoch{'s' if epoch > 1 else ''}"
            ax.plot(units, hits / runs, style, color=colour, label=label)
            words.append(f"{label} {', '.join(map(str, hits))}")
        ax.set(
            xscale="log", ylim=(0, 1.05), xlabel="hidden units",
            ylabel="share of runs with the\nlargest gap after C − 1",
        )  # fmt: skip
        ax.set_xticks(units, [str(n) for n in units])
        ax.minorticks_off()
        plotting.legend_above(ax)
    return plotting.Picture(
        figure,
        f"Runs of {runs[0]} whose largest gap stands after C − 1, with {', '.join(map(str, units))} hidden "
        f"units: {'; '.join(words)}.",
    )


def gap_against_mean(record="outliers"):
    """Draw the recorded ratio λ_(C−1)/λ_C against the mean's share of the logits' gradients.

    Parameters
    ----------
    record : "outliers" or "mnist"
        With the larger images the digits stay as grey points.
    """

    def medians(name, record):
        share = claims_outliers.mean_shares(name, record)
        ratio = claims_outliers.ratios_at(name, record=record)
        return np.median(share, axis=1), np.median(ratio, axis=1)

    looks = dict(MODELS)
    if record == "outliers":
        looks["tanh centred"] = ("D:", "#CC79A7", "tanh, centred")
    with plotting.style():
        figure, ax = _axes(height=4.1)
        if record != "outliers":
            for name in claims_outliers.KINDS:
                ax.plot(*medians(name, "outliers"), ".", color="#bbbbbb")
        for name, (style, colour, label) in looks.items():
            ax.plot(*medians(name, record), style[0], color=colour, label=label)
        ax.axhline(1, **plotting.THEORY)
        ax.set(
            yscale="log", xlim=(0, 0.8), ylim=(0.9, 25),
            xlabel="share of the mean in the logits' gradients",
            ylabel="ratio $λ_{C-1}\\,/\\,λ_C$",
        )  # fmt: skip
        ax.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
        ax.minorticks_off()
        _legend(ax)
    ends = [
        (label, *(x[-1] for x in medians(name, record))) for name, (_, _, label) in looks.items()
    ]
    words = "; ".join(f"{label} {share:.2f} and {ratio:.1f}" for label, share, ratio in ends)
    return plotting.Picture(
        figure,
        "One point for each number of classes, after one epoch, medians of five seeds. With ten classes, the "
        f"mean's share and the ratio: {words}.",
    )


def universality():
    """Draw spacing ratios of all recorded networks, and the distances between their shapes."""
    ratios = claims_networks.spacing_ratios()
    found = recorded.load("architectures")
    names = [name for name in ratios if name.endswith("raw")]
    with plotting.style():
        figure, (left, right) = _axes(9.2, 4.2, 2, width_ratios=[1.25, 1])
        for i, name in enumerate(names):
            for inputs, shift, marker in (("raw", -0.14, "o"), ("centred", 0.14, "s")):
                r = found[f"{name.split('|')[0]}|{inputs}|r"][:, 1]
                left.errorbar(
                    r.mean(), i + shift, xerr=r.std(ddof=1), fmt=marker, capsize=2,
                    color=plotting.RUN["color"], label=None if i else inputs,
                    markerfacecolor=plotting.RUN["color"] if inputs == "raw" else "white",
                )  # fmt: skip
        for value, label, line in (
            (rm.SPACING_RATIO_GOE, "GOE", "-"),
            (rm.SPACING_RATIO_POISSON, "independent", "--"),
        ):
            left.axvline(value, label=label, color="black", linewidth=0.9, linestyle=line)
        left.set_yticks(range(len(names)), [name.split("|")[0] for name in names])
        left.invert_yaxis()
        left.set(xlim=(0.36, 0.6), xlabel="mean spacing ratio ⟨r⟩ (± s.d. of 5 seeds)")
        plotting.legend_above(left)
        labels = ["two seeds", "two architectures", "network and GOE"]
        for shift, inputs, face in ((-0.16, "raw", True), (0.16, "centred", False)):
            for i, distances in enumerate(claims_networks.shape_distances(inputs)):
                x = i + shift + np.random.default_rng(i).uniform(-0.09, 0.09, distances.size)
                right.plot(x, distances, ".", color="#9a9a9a", markersize=3)
                right.plot(
                    [i + shift], [distances.mean()], "o" if face else "s", markersize=8,
                    color=plotting.RUN["color"], label=None if i else f"{inputs}, mean",
                    markerfacecolor=plotting.RUN["color"] if face else "white",
                )  # fmt: skip
        right.set_xticks(range(3), labels)
        right.set(ylim=(0, None), ylabel="distance of the shapes, decades")
        plotting.legend_above(right)
    means = np.array(list(ratios.values()))
    distances = claims_networks.shape_distances("raw")
    return plotting.Picture(
        figure,
        f"Left: ⟨r⟩ of all networks lies between {means.min():.2f} and {means.max():.2f}, at the GOE's 0.53 "
        f"or a little below, far from 0.39. Right: mean distance of shapes, raw pixels, two seeds "
        f"{distances[0].mean():.1f}, two architectures {distances[1].mean():.1f}, a GOE matrix "
        f"{distances[2].mean():.1f} decades.",
    )


def hundred_classes(epoch=-1):
    """Draw the top of the recorded spectra on pairs of digits, median over the seeds."""
    found = recorded.load("pairs")
    with plotting.style():
        figure, ax = _axes(height=4.1)
        for name in ("relu raw", "tanh raw", "relu centred", "linear raw"):
            lam = np.median(found[name][:, epoch] / found[name][:, epoch, :1], axis=0)
            style, colour, label = MODELS[name]
            ax.plot(np.arange(1, lam.size + 1), lam, style[1:], color=colour, label=label)
        ax.axvline(99.5, label="after C − 1 = 99", **plotting.THEORY)
        ax.axvline(32.5, color="black", linewidth=0.9, linestyle=":", label="after 32 hidden units")
        ax.set(yscale="log", xlim=(0, 122), xlabel="rank k", ylabel="λₖ / λ₁")
        _legend(ax)
    words = []
    for name in ("linear raw", "relu raw", "tanh raw", "relu centred"):
        k, ratio = ns.largest_gap(np.median(found[name][:, epoch], axis=0), 120)
        words.append(f"{MODELS[name][2]}: largest ratio {ratio:.1f} after {k}")
    return plotting.Picture(
        figure, f"The 121 largest eigenvalues for 100 classes. {'; '.join(words)}."
    )
