"""Pictures of lesson 08: what the recorded experiments say, with their intervals."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.curvature import flatness, networks, operators, training
from course_lib.lessons.lesson_08 import claims_seeds, experiments
from course_lib.lessons.lesson_08.comparisons import paired_difference
from course_lib.plotting import RUN, STIFF, THEORY, Picture
from course_lib.support.caching import remember

MARKERS = {"relu": "s", "tanh": "o"}
LOSSES = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)


def _figure(*shape, size, **options):
    figure = Figure(figsize=size)
    return figure, figure.subplots(*shape, **options)


@remember()
def _path(batch_size):
    """Return the trace at each of LOSSES on the way down, ReLU, seed 0."""
    data = experiments.split(0)
    network = networks.mlp(experiments.WIDTHS, "relu")
    f, w = networks.cross_entropy(network), network.init(seed=500)
    found = []
    for i, target in enumerate(LOSSES):
        w = training.gradient_descent(
            f, w, data.X_train, data.y_train, 0.2, 20_000, batch_size, seed=i, target_loss=target,
            every=2 if batch_size else 25,
        ).w  # fmt: skip
        H = operators.hessian_operator(f, w, data.X_train, data.y_train)
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
            x, y = (
                experiments.column("epochs", q, name)[0] for q in ("loss", "trace")
            )  # seed 0, as the path
            ax.plot(x, y, marker=marker, markersize=13, markerfacecolor="none", **RUN)
            ax.annotate(
                f"{name},\n{experiments.EPOCHS} epochs", (x, y), xytext=(12, 6),
                textcoords="offset points", fontsize=9.5,
            )  # fmt: skip
        ax.axvline(experiments.TARGET, label="equal loss", **THEORY)
        ax.set(
            xscale="log", yscale="log", xlabel="training loss (training goes to the right)",
            ylabel="trace of the Hessian", title="Flatter, or only later? Both walk down nearly one line",
        )  # fmt: skip
        ax.set_xlim(1.4, 1.2e-4)
        ax.legend(loc="lower left")
    full, small = _path(None), _path(8)
    at = LOSSES.index(0.01)
    return Picture(
        figure,
        "The trace falls with the training loss, from about "
        f"{full[0, 1]:.0f} at loss 1 to below {np.ceil(full[-1, 1]):.0f} at 0.001, for full "
        "batch and batch 8 "
        f"alike; at loss 0.01 batch 8 lies {100 * (1 - small[at, 1] / full[at, 1]):.0f} % lower. After "
        f"{experiments.EPOCHS} epochs the two stand far apart on that line.",
    )


def contrasts():
    """Draw the paired differences at equal loss: λ₁, trace, test error, in per cent.

    Returns
    -------
    plotting.Picture
    """
    names = list(experiments.CONTRASTS)
    rows = [(name, activation) for name in names for activation in MARKERS]
    error = {k: len(v) for k, v in claims_seeds.sides("error", rows).items()}
    with plotting.style():
        figure, axes = _figure(1, 3, size=(10, 3.9), sharey=True)
        titles = (
            ("lambda1", "λ₁", "λ₁ falls, but for the last row"),
            ("trace", "trace", "The trace falls in every row"),
            (
                "error",
                "test error",
                f"Error: {error['lower']} of {len(rows)} fall, {error['higher']} rises",
            ),
        )
        for ax, (quantity, _, title) in zip(axes, titles, strict=True):
            ax.axvline(0, **THEORY)
            for activation, shift in (("relu", -0.13), ("tanh", 0.13)):
                for i, name in enumerate(names):
                    difference, baseline = claims_seeds.contrast(name, quantity, activation)
                    low, high = difference.interval()
                    mean, half = difference.mean, (high - low) / 2
                    ax.errorbar(
                        100 * mean / baseline, i + shift, xerr=100 * half / baseline, capsize=3,
                        marker=MARKERS[activation], linestyle="none",
                        markerfacecolor="white" if activation == "tanh" else RUN["color"],
                        label=activation if i == 0 else None, **RUN,
                    )  # fmt: skip
            ax.set(xlabel="difference, % of the baseline", title=title)
            ax.grid(axis="y", visible=False)
        axes[0].set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
        axes[0].set_xlim(-55, 10)
        axes[1].set_xlim(-55, 10)
        axes[2].set_xlim(-12, 12)
        axes[2].legend(loc="lower right")
    said = []
    for quantity, title, _ in titles:
        clear = claims_seeds.sides(quantity, rows)
        said.append(
            f"{title} clearly lower for {len(clear['lower'])} of {len(rows)}, clearly higher for "
            f"{len(clear['higher'])}"
        )
    return Picture(
        figure,
        f"Paired differences over {claims_seeds.contrast(names[0], 'error', 'relu')[0].n} seeds at equal "
        f"training loss, with 95 % intervals, four contrasts and two activations: {'; '.join(said)}.",
    )


def simpson(quantity="lambda1"):
    """Draw test error against sharpness for both activations: pooled, and inside the splits.

    Parameters
    ----------
    quantity : {"lambda1", "trace", "adaptive"}

    Returns
    -------
    plotting.Picture
    """
    name = {"lambda1": "λ₁", "trace": "trace", "adaptive": "adaptive λ₁"}[quantity]
    both = claims_seeds.correlation(quantity, "both")
    within = {a: claims_seeds.correlation(quantity, a).within for a in MARKERS}
    with plotting.style():
        figure, (left, right) = _figure(1, 2, size=(9.4, 3.9))
        for activation, face in (("relu", RUN["color"]), ("tanh", "white")):
            x, y, splits = (
                experiments.column("splits", q, activation=activation)
                for q in (quantity, "error", "seed")
            )
            look = {
                "linestyle": "none", "marker": MARKERS[activation], "markerfacecolor": face,
                "markersize": 3.5, "markeredgewidth": 0.7, "label": activation, **RUN,
            }  # fmt: skip
            left.plot(x, y, **look)
            mean = {s: (x[splits == s].mean(), y[splits == s].mean()) for s in np.unique(splits)}
            centre = np.array([mean[s] for s in splits])
            right.plot(x - centre[:, 0], y - centre[:, 1], **look)
        left.set(
            xlabel=f"{name} at equal loss", ylabel="test error, %",
            title="Both kinds together: sharper errs more",
        )  # fmt: skip
        left.legend(loc="upper left")
        right.axhline(0, **THEORY)
        right.axvline(0, **THEORY)
        right.set(
            xlabel=f"{name} minus its mean", ylabel="test error minus its mean",
            title="Inside one split and kind: no trend",
        )  # fmt: skip
    return Picture(
        figure,
        f"{both.num_groups} splits, 12 networks of each activation. Test error against {name}: rank "
        f"correlation {both.within:+.2f} inside a split with both activations together, "
        f"{within['relu']:+.2f} for relu alone and {within['tanh']:+.2f} for tanh alone.",
    )


def correlations():
    """Draw the rank correlations inside splits and pooled over them, with intervals.

    Returns
    -------
    plotting.Picture
    """
    quantities = (("lambda1", "λ₁"), ("trace", "trace"), ("adaptive", "adaptive λ₁"))
    rows = [(a, q, n) for q, n in quantities for a in (*MARKERS, "both")]
    words = []
    with plotting.style():
        figure, ax = _figure(size=(7.4, 4.6))
        ax.axvline(0, **THEORY)
        for i, (activation, quantity, name) in enumerate(rows):
            r = claims_seeds.correlation(quantity, activation)
            for value, interval, look, shift in (
                (r.within, r.within_interval, {**RUN, "marker": "o"}, -0.16),
                (r.pooled, r.pooled_interval, {"color": "#777777", "marker": "D"}, 0.16),
            ):
                ax.plot(interval, [i + shift] * 2, linewidth=1.6, color=look["color"])
                ax.plot(value, i + shift, markersize=5.5, linestyle="none", **look)
            words.append(
                f"{activation}, {name}: {r.within:+.2f} inside a split, {r.pooled:+.2f} pooled"
            )
        ax.plot([], [], label="inside a split", marker="o", **RUN)
        ax.plot([], [], label="splits pooled", marker="D", color="#777777")
        ax.set(
            yticks=range(len(rows)), yticklabels=[f"{n}, {a}" for a, _, n in rows], xlim=(-0.8, 0.8),
            ylim=(len(rows) - 0.4, -0.6), xlabel="rank correlation with the test error",
            title="Each kind alone, and both",
        )  # fmt: skip
        ax.grid(axis="y", visible=False)
        plotting.legend_above(ax)
    return Picture(figure, "Rank correlations with 95 % intervals. " + "; ".join(words) + ".")


def edge():
    """Draw λ₁ against the step size, and what happened to the test error.

    Returns
    -------
    plotting.Picture
    """
    lam, error = claims_seeds.edge("lambda1"), claims_seeds.edge("error")
    steps = np.array(experiments.EDGE_STEPS)
    with plotting.style():
        figure, (left, right) = _figure(1, 2, size=(9.4, 3.8))
        eta = np.linspace(0.15, 1, 100)
        left.plot(eta, 2 / eta, label="2/η", **THEORY)
        means = [lam[s].mean() for s in steps]
        spread = [lam[s].std(ddof=1) for s in steps]
        left.errorbar(
            steps, means, yerr=spread, marker="o", linestyle="none", label="λ₁ at loss 0.01, ± s.d.",
            color=STIFF["color"], capsize=3,
        )  # fmt: skip
        left.set(
            xlim=(0, 0.9), ylim=(0, 11.5), xlabel="step size η", ylabel="λ₁",
            title="Large steps end flatter",
        )  # fmt: skip
        left.legend(loc="upper right")
        right.axhline(0, **THEORY)
        for s in steps[1:]:
            difference = paired_difference(error[s], error[steps[0]])
            low, high = difference.interval()
            right.errorbar(s, difference.mean, (high - low) / 2, marker="o", capsize=3, **RUN)
        right.set(
            xlim=(0, 0.9), xlabel="step size η", ylabel="points, against η = 0.05",
            title="Test error does not follow",
        )  # fmt: skip
    differences = [paired_difference(error[s], error[steps[0]]).mean for s in steps[1:]]
    return Picture(
        figure,
        f"λ₁ at equal loss is {means[0]:.1f} with the smallest step and {means[-1]:.1f} with "
        "the largest, on "
        f"the line 2/η from η = 0.3 on. The test error differs from that of the smallest step by "
        f"{', '.join(f'{d:+.2f}' for d in differences)} points for η = "
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
        ax.set(
            xlim=(-3, 3), ylim=(0, 1), xlabel="distance t, unit directions",
            ylabel="training loss", title="No random slice meets the stiff direction",
        )  # fmt: skip
        ax.legend(loc="upper center")
    return Picture(
        figure,
        f"At a distance of 3 the loss has risen to at most {max(s.max() for s in flat):.2f} "
        "along ten random "
        f"directions, and to {stiff.max():.1f} along v₁.",
    )
