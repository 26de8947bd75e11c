"""The figures of lesson 07, each from what was computed or recorded, with its alt text."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.curvature import spectral_shape
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import demo_network, experiments
from course_lib.teaching import records

# Marker and colour of each model: what has the gap is stiff, a control is flat.
MODELS = {
    "relu raw": ("o-", plotting.STIFF["color"], "ReLU, raw pixels"),
    "linear raw": ("^-", plotting.ADAPTIVE["color"], "linear, raw pixels"),
    "tanh raw": ("s--", plotting.RUN["color"], "tanh, raw pixels"),
    "relu centred": ("v--", plotting.FLAT["color"], "ReLU, centred"),
    "linear centred": ("x:", plotting.SERIES[1]["color"], "linear, centred"),
}


def _axes(width=6.4, height=3.9, columns=1, **options):
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots(1, columns, **options)


def network_spectrum(eigenvalues, num_classes, epoch):
    """Draw a network's exact spectrum as the demo does."""
    eigenvalues = np.sort(eigenvalues)[::-1]
    gap = spectral_shape.largest_gap(eigenvalues)
    state = demo_network.Network(num_classes, epoch, eigenvalues, gap)
    return plotting.Picture.of(demo_network.NetworkView, state, demo_network.alt(state))


def _legend(ax):
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, handlelength=2.2, columnspacing=1
    )


def _ratio_axis(ax):
    ax.axhline(1, **plotting.THEORY)
    ax.set(yscale="log", ylim=(0.9, 25), ylabel="ratio $λ_{C-1}\\,/\\,λ_C$")
    ax.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    ax.minorticks_off()
    _legend(ax)


def gap_ratios(models=tuple(MODELS)):
    """Draw the recorded ratio λ_(C−1)/λ_C after one epoch against the number of classes."""
    classes = experiments.class_counts()
    ratios = {name: experiments.ratios_after(name) for name in models}
    with plotting.style():
        figure, ax = _axes(height=4.1)
        for name, each in ratios.items():
            style, colour, label = MODELS[name]
            low, high = each.min(axis=1), each.max(axis=1)
            ax.fill_between(classes, low, high, color=colour, alpha=0.12, linewidth=0)
            ax.plot(classes, np.median(each, axis=1), style, color=colour, label=label)
        ax.set_xlabel("number of classes C")
        ax.set_xticks(classes)
        _ratio_axis(ax)
    ends = [f"{MODELS[name][2]} {np.median(each[-1]):.1f}" for name, each in ratios.items()]
    return plotting.Picture(
        figure,
        "Ratio across the gap after C − 1, medians of five seeds, bands from least to largest. With ten "
        f"classes: {'; '.join(ends)}.",
    )


def widths():
    """Draw in which share of the recorded runs the gap is after C − 1, against the width."""
    styles = ("o-", plotting.STIFF["color"]), ("s--", plotting.FLAT["color"]), ("^:", "#777777")
    units, words = experiments.WIDTHS, []
    with plotting.style():
        figure, ax = _axes(height=3.4)
        for epoch, (style, colour) in zip((1, 3, 30), styles, strict=True):
            hits, runs = np.array([experiments.count_gaps_of_width(n, epoch) for n in units]).T
            label = f"after {epoch} epoch{'s' if epoch > 1 else ''}"
            ax.plot(units, hits / runs, style, color=colour, label=label)
            words.append(f"{label} {', '.join(map(str, hits))}")
        ax.set(xscale="log", ylim=(0, 1.05), xlabel="hidden units")
        ax.set_ylabel("share of runs with the\nlargest gap after C − 1")
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
    models = dict(MODELS)
    if record == "outliers":
        models["tanh centred"] = ("D:", plotting.NEGATIVE["color"], "tanh, centred")
    share, ratio = experiments.mean_and_gap(models, record)
    with plotting.style():
        figure, ax = _axes(height=4.1)
        if record != "outliers":
            for points in zip(*experiments.mean_and_gap(experiments.KINDS), strict=True):
                ax.plot(*points, ".", color="#bbbbbb")
        for x, y, (style, colour, label) in zip(share, ratio, models.values(), strict=True):
            ax.plot(x, y, style[0], color=colour, label=label)
        ax.set(xlim=(0, 0.8), xlabel="share of the mean in the logits' gradients")
        _ratio_axis(ax)
    ends = zip(models.values(), share[:, -1], ratio[:, -1], strict=True)
    words = "; ".join(f"{label} {s:.2f} and {r:.1f}" for (_, _, label), s, r in ends)
    return plotting.Picture(
        figure,
        "One point for each number of classes, after one epoch, medians of five seeds. With ten classes, the "
        f"mean's share and the ratio: {words}.",
    )


def universality():
    """Draw spacing ratios of all recorded networks, and the distances between their shapes."""
    ratios = experiments.spacing_ratios()
    found = records.load("07_architectures")
    names = [name for name in ratios if name.endswith("raw")]
    colour = plotting.RUN["color"]
    marks = {"raw": {"marker": "o"}, "centred": {"marker": "s", "markerfacecolor": "white"}}
    with plotting.style():
        figure, (left, right) = _axes(9.2, 4.2, 2, width_ratios=[1.25, 1])
        for i, name in enumerate(names):
            for inputs, shift in (("raw", -0.14), ("centred", 0.14)):
                r = found[f"{name.split('|')[0]}|{inputs}|r"][:, 1]
                label = None if i else inputs
                options = {"linestyle": "none", "color": colour, "capsize": 2, **marks[inputs]}
                left.errorbar(r.mean(), i + shift, xerr=r.std(ddof=1), label=label, **options)
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
        for inputs, shift in (("raw", -0.16), ("centred", 0.16)):
            for i, distances in enumerate(experiments.shape_distances(inputs)):
                x = i + shift + np.random.default_rng(i).uniform(-0.09, 0.09, distances.size)
                right.plot(x, distances, ".", color="#9a9a9a", markersize=3)
                label = None if i else f"{inputs}, mean"
                options = {"linestyle": "none", "color": colour, "markersize": 8, **marks[inputs]}
                right.plot([i + shift], [distances.mean()], label=label, **options)
        right.set_xticks(range(3), labels)
        right.set(ylim=(0, None), ylabel="distance of the shapes, decades")
        plotting.legend_above(right)
    means = np.array(list(ratios.values()))
    distances = experiments.shape_distances("raw")
    return plotting.Picture(
        figure,
        f"Left: ⟨r⟩ of all networks lies between {means.min():.2f} and {means.max():.2f}, at the GOE's 0.53 "
        f"or a little below, far from 0.39. Right: mean distance of shapes, raw pixels, two seeds "
        f"{distances[0].mean():.1f}, two architectures {distances[1].mean():.1f}, a GOE matrix "
        f"{distances[2].mean():.1f} decades.",
    )


def hundred_classes(epoch=-1):
    """Draw the top of the recorded spectra on pairs of digits, median over the seeds."""
    found = records.load("07_pairs")
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
        k, ratio = spectral_shape.largest_gap(np.median(found[name][:, epoch], axis=0), 120)
        words.append(f"{MODELS[name][2]}: largest ratio {ratio:.1f} after {k}")
    return plotting.Picture(
        figure, f"The 121 largest eigenvalues for 100 classes. {'; '.join(words)}."
    )
