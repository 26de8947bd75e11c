"""Pictures of lesson 08: what the recorded experiments say, with their intervals."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.curvature import flatness, networks, operators, training
from course_lib.lessons.lesson_08 import experiments
from course_lib.lessons.lesson_08.experiments import (
    contrast,
    correlation,
    paired_difference,
    sides,
    spelled,
)
from course_lib.plotting import RUN, SERIES, STIFF, THEORY, Picture
from course_lib.support.caching import remember

# Each kind of network has a colour and a marker.
RELU, TANH = SERIES[0]["color"], SERIES[1]["color"]
POINTS = {
    "relu": {"marker": "s", "linestyle": "none", "color": RELU},
    "tanh": {"marker": "o", "linestyle": "none", "color": TANH},
}
GREY = "#777777"
# How the picture of the contrasts names two of its rows.
ROWS = {
    "SAM − without": "SAM − no SAM, batch 32",
    "SAM − without, full batch": "SAM − no SAM, full batch",
}
LOSSES = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)


def _figure(*shape, size, **options):
    figure = Figure(figsize=size)
    return figure, figure.subplots(*shape, **options)


@remember()
def _path(batch_size):
    """Return the trace at each of LOSSES on the way down, ReLU, seed 0."""
    data = experiments.split(0)
    network = networks.mlp(experiments.WIDTHS, "relu")
    f, w, d = networks.cross_entropy(network), network.init(seed=500), (data.X_train, data.y_train)
    found, every = [], 2 if batch_size else 25
    for i, target in enumerate(LOSSES):
        w = training.gradient_descent(
            f, w, *d, 0.2, 20_000, batch_size, seed=i, target_loss=target, every=every
        ).w
        H = operators.hessian_operator(f, w, *d)
        found.append((H.loss, np.trace(H.to_dense())))
    return np.array(found)


def flatter_or_later():
    """Draw the trace against the training loss on the way down, for two batch sizes.

    Returns
    -------
    plotting.Picture
    """
    with plotting.style():
        figure, ax = _figure(size=(7, 3.9))
        runs = (("full batch", None, "s", "--"), ("batch 8", 8, "o", "-"))
        for name, batch_size, marker, line in runs:
            loss, trace = _path(batch_size).T
            ax.plot(loss, trace, marker=marker, linestyle=line, label=name, **RUN)
            # The first is that of seed 0, as the path.
            x, y = (experiments.column("epochs", q, name)[0] for q in ("loss", "trace"))
            ax.plot(x, y, marker=marker, markersize=13, markerfacecolor="none", **RUN)
            beside = {"xytext": (12, 6), "textcoords": "offset points", "fontsize": 9.5}
            ax.annotate(f"{name},\n{experiments.EPOCHS} epochs", (x, y), **beside)
        ax.axvline(experiments.TARGET, label="equal loss", **THEORY)
        ax.set(xscale="log", xlabel="training loss (training goes to the right)")
        ax.set(yscale="log", ylabel="trace of the Hessian", xlim=(1.4, 1.2e-4))
        ax.set_title("Flatter or only trained longer? Two ReLU runs, nearly one line")
        ax.legend(loc="lower left")
    full, small = _path(None), _path(8)
    at = LOSSES.index(0.01)
    return Picture(
        figure,
        "Two ReLU networks with seed 0. The trace falls with the training loss, from about "
        f"{full[0, 1]:.0f} at loss 1 to below {np.ceil(full[-1, 1]):.0f} at 0.001, with full batches and "
        "with batches of 8. At loss 0.01 the trace with batches of 8 is "
        f"{100 * (1 - small[at, 1] / full[at, 1]):.0f} % lower. "
        f"After {experiments.EPOCHS} epochs the two runs are far apart on that line.",
    )


def contrasts():
    """Draw the paired differences at equal loss: λ₁ and trace in per cent, test error in points.

    Returns
    -------
    plotting.Picture
    """
    names = list(experiments.CONTRASTS)
    rows = [(name, activation) for name in names for activation in POINTS]
    error = {k: len(v) for k, v in sides("error", rows).items()}
    with plotting.style():
        figure, axes = _figure(1, 3, size=(10, 3.9), sharey=True)
        of_error = f"Error: {error['lower']} of {len(rows)} lower, {error['higher']} higher"
        titles = (
            ("lambda1", "λ₁", "λ₁ falls, except in the last row"),
            ("trace", "trace", "The trace falls in every row"),
            ("error", "test error", of_error),
        )
        for ax, (quantity, _, title) in zip(axes, titles, strict=True):
            ax.axvline(0, **THEORY)
            for activation, shift in (("relu", -0.13), ("tanh", 0.13)):
                points = {**POINTS[activation], "capsize": 3}
                for i, name in enumerate(names):
                    difference, baseline = contrast(name, quantity, activation)
                    unit = 1 if quantity == "error" else 100 / baseline
                    mean, low, high = (unit * x for x in difference)
                    label = None if i else spelled(activation)
                    ax.errorbar(mean, i + shift, xerr=(high - low) / 2, label=label, **points)
            ax.set(xlabel="difference, % of the baseline", title=title)
            if quantity == "error":
                ax.set_xlabel("difference, points")
            ax.grid(axis="y", visible=False)
        labels = [ROWS.get(name, name) for name in names]
        axes[0].set(yticks=range(len(names)), yticklabels=labels, ylim=(len(names) - 0.5, -0.5))
        for ax, limits in zip(axes, ((-55, 10), (-55, 10), (-0.85, 0.85)), strict=True):
            ax.set_xlim(limits)
        axes[2].legend(loc="lower right")
    seeds, said = experiments.column("methods", "seed", "full batch").size, []
    for quantity, title, _ in titles:
        clear = sides(quantity, rows)
        said.append(
            f"{title} clearly lower in {len(clear['lower'])} of {len(rows)} comparisons, clearly higher "
            f"in {len(clear['higher'])}"
        )
    return Picture(
        figure,
        f"Paired differences over {seeds} seeds at equal training loss, with 95 % intervals, four "
        f"contrasts and two activations: {'; '.join(said)}.",
    )


def simpson(quantity="lambda1"):
    """Draw test error against sharpness for both activations: pooled, and within the splits.

    Parameters
    ----------
    quantity : {"lambda1", "trace", "adaptive"}

    Returns
    -------
    plotting.Picture
    """
    name = {"lambda1": "λ₁", "trace": "trace", "adaptive": "adaptive λ₁"}[quantity]
    within = {a: correlation(quantity, a).within for a in (*POINTS, "both")}
    with plotting.style():
        figure, (left, right) = _figure(1, 2, size=(9.4, 3.9))
        for activation, marker in POINTS.items():
            x, y, splits = (
                experiments.splits_column(q, activation) for q in (quantity, "error", "seed")
            )
            small = {
                **marker,
                "markersize": 3.5,
                "markeredgewidth": 0.7,
                "label": spelled(activation),
            }
            left.plot(x, y, **small)
            mean = {s: (x[splits == s].mean(), y[splits == s].mean()) for s in np.unique(splits)}
            centre = np.array([mean[s] for s in splits])
            right.plot(x - centre[:, 0], y - centre[:, 1], **small)
        left.set(xlabel=f"{name} at equal loss", ylabel="test error, %")
        left.set_title("Both kinds together: sharper, more errors")
        left.legend(loc="upper left")
        right.axhline(0, **THEORY)
        right.axvline(0, **THEORY)
        right.set(xlabel=f"{name} minus its mean", ylabel="test error minus its mean")
        right.set_title("Within one split and kind: no trend")
    return Picture(
        figure,
        f"{len(np.unique(splits))} splits, 12 networks of each activation. Test error against {name}: rank "
        f"correlation {within['both']:+.2f} within a split with both activations together, "
        f"{within['relu']:+.2f} for ReLU alone and {within['tanh']:+.2f} for tanh alone.",
    )


def correlations():
    """Draw the rank correlations within splits and pooled over them, with intervals.

    Returns
    -------
    plotting.Picture
    """
    quantities = (("lambda1", "λ₁"), ("trace", "trace"), ("adaptive", "adaptive λ₁"))
    rows = [(a, q, n) for q, n in quantities for a in (*POINTS, "both")]
    words = []
    with plotting.style():
        figure, ax = _figure(size=(7.4, 4.6))
        ax.axvline(0, **THEORY)
        for i, (activation, quantity, name) in enumerate(rows):
            r = correlation(quantity, activation)
            for value, interval, point, shift in (
                (r.within, r.within_interval, {**RUN, "marker": "o"}, -0.16),
                (r.pooled, r.pooled_interval, {"color": GREY, "marker": "D"}, 0.16),
            ):
                ax.plot(interval, [i + shift] * 2, linewidth=1.6, color=point["color"])
                ax.plot(value, i + shift, markersize=5.5, linestyle="none", **point)
            words.append(
                f"{spelled(activation)}, {name}: {r.within:+.2f} within a split, {r.pooled:+.2f} pooled"
            )
        ax.plot([], [], label="within a split", marker="o", **RUN)
        ax.plot([], [], label="splits pooled", marker="D", color=GREY)
        ax.set(yticks=range(len(rows)), yticklabels=[f"{n}, {spelled(a)}" for a, _, n in rows])
        ax.set(
            xlim=(-0.8, 0.8),
            ylim=(len(rows) - 0.4, -0.6),
            title="Each kind alone, and both together",
        )
        ax.set_xlabel("rank correlation with the test error")
        ax.grid(axis="y", visible=False)
        plotting.legend_above(ax)
    return Picture(figure, "Rank correlations with 95 % intervals. " + "; ".join(words) + ".")


def narrow_and_wide():
    """Draw the rank correlations within a split, for two sets of knobs, with intervals.

    Returns
    -------
    plotting.Picture
    """
    quantities = (("lambda1", "λ₁"), ("trace", "trace"), ("adaptive", "adaptive λ₁"))
    rows = [(a, q, n) for a in POINTS for q, n in quantities]
    words: dict[str, list[str]] = {"splits": [], "grid": []}
    with plotting.style():
        figure, ax = _figure(size=(7.4, 4.2))
        ax.axvline(0, **THEORY)
        for i, (activation, quantity, name) in enumerate(rows):
            wide = {"color": POINTS[activation]["color"], "marker": POINTS[activation]["marker"]}
            for record, point, shift in (
                ("splits", {"color": GREY, "marker": "D", "markersize": 5}, -0.16),
                ("grid", {**wide, "markersize": 7}, 0.16),
            ):
                r = correlation(quantity, activation, record)
                ax.plot(r.within_interval, [i + shift] * 2, linewidth=1.8, color=point["color"])
                ax.plot(r.within, i + shift, linestyle="none", **point)
                words[record].append(f"{spelled(activation)}, {name} {r.within:+.2f}")
        ax.plot([], [], label="batch, step, start vary", marker="D", color=GREY)
        for activation, point in POINTS.items():
            shown = {"color": point["color"], "marker": point["marker"]}
            ax.plot([], [], label=f"the initial scale, too: {spelled(activation)}", **shown)
        ax.set(yticks=range(len(rows)), yticklabels=[f"{spelled(a)}, {n}" for a, _, n in rows])
        ax.set(xlim=(-1, 1), ylim=(len(rows) - 0.4, -0.6))
        ax.set_xlabel("rank correlation with the test error, within a split")
        ax.grid(axis="y", visible=False)
        plotting.legend_above(ax)
    return Picture(
        figure,
        f"Rank correlations within a split with 95 % intervals. Batch, step and start vary: "
        f"{'; '.join(words['splits'])}. The scale of the initial weights varies as well: "
        f"{'; '.join(words['grid'])}.",
    )


def two_examples():
    """Draw two losses whose slopes cancel in their mean.

    Returns
    -------
    plotting.Picture
    """
    w = np.linspace(-2, 2, 101)
    with plotting.style():
        figure, ax = _figure(size=(6.6, 3.6))
        for place, line in ((1, SERIES[0]), (-1, SERIES[1])):
            color, dashes = line["color"], line["linestyle"]
            ax.plot(w, (w - place) ** 2 / 2, color=color, linestyle=dashes)
            t = np.array([-0.45, 0.45])
            ax.plot(t, 0.5 - place * t, color=color, linewidth=4, solid_capstyle="butt")
            ax.annotate(f"slope {'−' if place > 0 else '+'}1", (0.42 * place, -0.25), ha="center")
            ax.annotate(f"example {1 if place == 1 else 2}", (1.25 * place, -0.25), ha="center")
        ax.plot(w, (w**2 + 1) / 2, label="mean of the two: slope 0", **THEORY)
        ax.plot(0, 0.5, "o", color="black", markersize=6)
        ax.set(xlim=(-2, 2), ylim=(-0.4, 2.6), xlabel="weight w", ylabel="loss")
        ax.legend(loc="upper center")
    return Picture(
        figure,
        "The losses ½(w − 1)² and ½(w + 1)² of two examples, and their mean. At w = 0 the two losses have "
        "the slopes −1 and +1, and the mean has the slope 0.",
    )


def ascents():
    """Draw λ₁ and the trace for full-batch SAM against the examples that share an ascent.

    Returns
    -------
    plotting.Picture
    """
    names = list(experiments.ASCENTS)[1:]
    said = []
    with plotting.style():
        figure, axes = _figure(1, 2, size=(9.4, 3.7), sharey=True)
        for ax, (quantity, title) in zip(
            axes, (("trace", "trace"), ("lambda1", "λ₁")), strict=True
        ):
            ax.axhline(100, **THEORY)
            for activation, shift in (("relu", -0.06), ("tanh", 0.06)):
                base = experiments.column("ascents", quantity, "no ascent", activation)
                found = [
                    paired_difference(
                        experiments.column("ascents", quantity, name, activation), base
                    )
                    for name in names
                ]
                mean, low, high = 100 + 100 * np.transpose(found) / base.mean()
                style = {**POINTS[activation], "linestyle": "-", "capsize": 3, "linewidth": 1}
                x = np.arange(len(names)) + shift
                ax.errorbar(
                    x, mean, yerr=[mean - low, high - mean], label=spelled(activation), **style
                )
                said.append(
                    f"{title}, {spelled(activation)}: {', '.join(f'{m:.0f}' for m in mean)} %"
                )
            ax.set(xticks=range(len(names)), xticklabels=[name[4:] for name in names])
            ax.set(ylim=(0, 125), title=title, xlabel="examples that share one ascent, m")
        axes[0].set_ylabel("% of training without SAM")
        axes[0].legend(loc="lower left")
    return Picture(
        figure,
        "Full-batch SAM with one ascent for all 200 examples, for each group of 40, for each group of 8, and "
        "for every example, compared with training without SAM at equal loss, with 95 % intervals. "
        f"{'; '.join(said)}.",
    )


def scales():
    """Draw the trace, λ₁ and the test error against the scale of the initial weights.

    Returns
    -------
    plotting.Picture
    """
    factors = (0.5, 1.0, 2.0, 4.0)
    quantities = (("trace", "trace"), ("lambda1", "λ₁"), ("adaptive", "adaptive λ₁"))
    said = []
    with plotting.style():
        figure, axes = _figure(1, 4, size=(10.6, 3.3))
        for ax, (quantity, title) in zip(axes, (*quantities, ("error", "test error")), strict=True):
            for activation in POINTS:
                values = [
                    experiments.column("scale", quantity, f"scale {s}", activation) for s in factors
                ]
                unit = 1 if quantity == "error" else values[1].mean()
                mean = np.array([v.mean() for v in values]) / unit
                error = [2 * v.std(ddof=1) / np.sqrt(v.size) / unit for v in values]
                style = {**POINTS[activation], "linestyle": "-", "capsize": 3, "linewidth": 1}
                ax.errorbar(factors, mean, yerr=error, label=spelled(activation), **style)
                said.append(f"{title}, {spelled(activation)}: {mean[1]:.3g} → {mean[-1]:.3g}")
            ax.set(xscale="log", title=title, xticks=factors, xlabel="initial weights ×")
            ax.set_xticks([], minor=True)
            ax.set_xticklabels([f"{s:g}" for s in factors])
            if quantity == "error":
                ax.set(ylim=(0, None), ylabel="%")
            else:
                ax.axhline(1, **THEORY)
                ax.set(yscale="log", ylim=(0.5, 13))
                ax.set_yticks([0.5, 1, 2, 5, 10], ["0.5", "1", "2", "5", "10"])
                ax.set_yticks([], minor=True)
        axes[0].set_ylabel("relative to × 1")
        axes[0].legend(loc="upper left")
    return Picture(
        figure,
        "From initial weights × 1 to × 4, at equal loss, means over 16 seeds with two standard errors (the "
        f"sharpness relative to × 1): {'; '.join(said)}.",
    )


def edge():
    """Draw λ₁ against the step size, and what happened to the test error.

    Returns
    -------
    plotting.Picture
    """
    lam, error = experiments.edge_column("lambda1"), experiments.edge_column("error")
    steps = np.array(experiments.EDGE_STEPS)
    differences = [paired_difference(error[s], error[steps[0]]) for s in steps[1:]]
    with plotting.style():
        figure, (left, right) = _figure(1, 2, size=(9.4, 3.8))
        eta = np.linspace(0.15, 1, 100)
        left.plot(eta, 2 / eta, label="2/η", **THEORY)
        means = [lam[s].mean() for s in steps]
        spread = [lam[s].std(ddof=1) for s in steps]
        bars = {"fmt": "o", "capsize": 3, "color": STIFF["color"]}
        left.errorbar(steps, means, yerr=spread, label="λ₁ at loss 0.01, ± s.d.", **bars)
        left.set(xlim=(0, 0.9), ylim=(0, 11.5), xlabel="step size η", ylabel="λ₁")
        left.set_title("Large steps end flatter")
        left.legend(loc="upper right")
        right.axhline(0, **THEORY)
        for s, (mean, low, high) in zip(steps[1:], differences, strict=True):
            right.errorbar(s, mean, (high - low) / 2, marker="o", capsize=3, **RUN)
        right.set(xlim=(0, 0.9), xlabel="step size η", ylabel="difference from η = 0.05, points")
        right.set_title("The test error does not follow")
    return Picture(
        figure,
        f"λ₁ at equal loss is {means[0]:.1f} with the smallest step and {means[-1]:.1f} with the "
        f"largest, on the curve 2/η from η = 0.3 on. The test error differs from that of the smallest step "
        f"by {', '.join(f'{d.mean:+.2f}' for d in differences)} points for η = "
        f"{', '.join(f'{s:g}' for s in steps[1:])}.",
    )


def slices():
    """Draw slices of the loss along random directions and along v₁, all of one length.

    Returns
    -------
    plotting.Picture
    """
    network, f, w, data = experiments.trained("tanh")
    d = (data.X_train, data.y_train)
    t = np.linspace(-3, 3, 61)
    _, V = np.linalg.eigh(experiments.hessian("tanh"))
    draw = [flatness.random_direction(network, w, False, seed) for seed in range(10)]
    flat = [flatness.loss_slice(f, w, u, *d, t=t) for u in draw]
    stiff = flatness.loss_slice(f, w, V[:, -1], *d, t=t)
    with plotting.style():
        figure, ax = _figure(size=(6.6, 3.8))
        for i, losses in enumerate(flat):
            ax.plot(t, losses, linewidth=1, label=None if i else "ten random directions", **RUN)
        ax.plot(t, stiff, label="v₁", **STIFF)
        ax.set(xlim=(-3, 3), ylim=(0, 1), xlabel="distance t, unit directions")
        ax.set(ylabel="training loss", title="No random slice meets the stiff direction")
        ax.legend(loc="upper center")
    return Picture(
        figure,
        f"At a distance of 3 the loss has risen to at most {max(s.max() for s in flat):.2f} along ten "
        f"random directions, and to {stiff.max():.1f} along v₁.",
    )
