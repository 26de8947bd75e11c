"""The figures of lesson 05, each from what was computed or recorded, with its alt text."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import network_spectra as ns
from course_lib import plotting
from course_lib import random_matrices as rm
from course_lib.lessons.lesson_05 import claims_landscapes, claims_networks, demos, recorded

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
        f"{index.size} critical points, by index from 0: {counts}. The higher, the larger index.",
    )


def network_spectrum(eigenvalues, num_classes, epoch):
    """Draw a network's exact spectrum as the demo does."""
    eigenvalues = np.sort(eigenvalues)[::-1]
    state = demos.Network(num_classes, epoch, eigenvalues, ns.largest_gap(eigenvalues))
    return plotting.Picture.of(demos.NetworkView, state, demos.alt_network(state))


def gap_ratios(models=tuple(MODELS)):
    """Draw the recorded ratio λ_(C−1)/λ_C after one epoch against the number of classes."""
    classes = np.array(recorded.load("outliers")["about"]["classes"])
    with plotting.style():
        figure, ax = _axes(height=4.1)
        for name in models:
            ratios = claims_networks.ratios_at(name)
            style, colour, label = MODELS[name]
            low, high = ratios.min(axis=1), ratios.max(axis=1)
            ax.fill_between(classes, low, high, color=colour, alpha=0.12, linewidth=0)
            ax.plot(classes, np.median(ratios, axis=1), style, color=colour, label=label)
        ax.axhline(1, **plotting.THEORY)
        ax.set(
            yscale="log",
            ylim=(0.9, 25),
            xlabel="number of classes C",
            ylabel="ratio $λ_{C-1}\\,/\\,λ_C$",
        )
        ax.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
        ax.minorticks_off()
        ax.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            ncols=3,
            handlelength=2.2,
            columnspacing=1,
        )
    ends = {name: np.median(claims_networks.ratios_at(name)[-1]) for name in models}
    return plotting.Picture(
        figure,
        "Ratio across the gap after C − 1, medians of five seeds, bands from least to largest. With ten "
        "classes: " + "; ".join(f"{MODELS[name][2]} {ends[name]:.1f}" for name in models) + ".",
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
        f"Left: ⟨r⟩ of all networks lies between {means.min():.2f} and {means.max():.2f}, at the GOE's "
        f"0.53, far from 0.39. Right: mean distance of shapes, raw pixels, two seeds "
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
        ax.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            ncols=3,
            handlelength=2.2,
            columnspacing=1,
        )
    words = []
    for name in ("linear raw", "relu raw", "tanh raw"):
        k, ratio = ns.largest_gap(np.median(found[name][:, epoch], axis=0), 120)
        words.append(f"{MODELS[name][2]}: largest ratio {ratio:.1f} after {k}")
    return plotting.Picture(
        figure, f"The 121 largest eigenvalues for 100 classes. {'; '.join(words)}."
    )
