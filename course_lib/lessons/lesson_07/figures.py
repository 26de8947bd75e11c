"""The figures of lesson 07, each from what was computed or recorded, with its alt text."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.exact import eigenvalue_laws
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import demo_network, experiments
from course_lib.teaching import records

# Two pixels with the mean (3, 3) and deviations of variance 1: mean(xxᵀ).
TWO_PIXELS = np.array([[10.0, 9.0], [9.0, 10.0]])

# Pink below zero, blue above, pale enough for the numbers on them.
_SIGN = LinearSegmentedColormap.from_list("sign", ["#e6cbdd", "#ffffff", "#cdd6e2"])

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


def marchenko_pastur(p=400, samples=(1600, 400)):
    """Draw the eigenvalues of second moments of pure noise: of two features, and of many with the law.

    Parameters
    ----------
    p : int
        Features.
    samples : tuple of int
        Two sample sizes.
    """
    with plotting.style():
        figure, (left, *others) = _axes(9.4, 3.4, 3)
        signs = np.random.default_rng(0).integers(0, 2, (2000, 20, 2)) * 2 - 1
        chance = (signs[..., 0] * signs[..., 1]).mean(axis=1)
        edges = np.arange(-0.05, 2.1, 0.1)
        colour = plotting.FLAT["color"]
        heights = np.histogram(np.r_[1 - chance, 1 + chance], edges, density=True)[0]
        left.stairs(heights, edges, fill=True, color=colour, alpha=0.55)
        left.set(xlabel="eigenvalue λ", ylabel="density, share per unit of λ", xlim=(-0.1, 2.1))
        left.set_title("2 features, 20 samples,\ndrawn 2000 times", fontsize=10)
        for ax, N in zip(others, samples, strict=True):
            law = eigenvalue_laws.marchenko_pastur(p / N)
            eigenvalues = np.linalg.eigvalsh(rm.wishart(p, N, "rademacher", seed=1))
            edges = np.linspace(0, 4.2, 43)
            heights = np.histogram(eigenvalues, edges, density=True)[0]
            ax.stairs(heights, edges, fill=True, color=colour, alpha=0.55, label="eigenvalues")
            x = np.linspace(law.edges[0] + 1e-4, law.edges[1], 400)
            ax.plot(x, law.density(x), label="law", **plotting.THEORY)
            ax.set(xlabel="eigenvalue λ", xlim=(0, 4.2), ylim=(0, 1.6))
            ax.set_title(f"{p} features, {N} samples,\ndrawn once", fontsize=10)
        others[0].legend(loc="upper right")
    ends = [eigenvalue_laws.marchenko_pastur(p / N).edges for N in samples]
    words = [
        f"with {N} samples they fill the range from {low:.2f} to {high:.2f}"
        for N, (low, high) in zip(samples, ends, strict=True)
    ]
    return plotting.Picture(
        figure,
        "Eigenvalues of the second moments of independent coin flips. With 2 features and 20 samples they "
        f"scatter around 1, in pairs 1 − c and 1 + c. With {p} features they follow the law of Marchenko and "
        f"Pastur: {'; '.join(words)}.",
    )


def mean_image(X):
    """Draw the mean of raw images, and the largest eigenvalues of mean(xxᵀ) with and without it.

    Parameters
    ----------
    X : array_like of shape (n, 64)
        Raw images.
    """
    X = np.asarray(X, float)
    mean = X.mean(axis=0)
    raw, centred = (np.linalg.eigvalsh(Y.T @ Y / len(Y))[::-1][:12] for Y in (X, X - mean))
    with plotting.style():
        figure, (image, ax) = _axes(8.4, 3.5, 2, width_ratios=[1, 2])
        image.imshow(mean.reshape(8, 8), cmap="gray_r")
        image.set(xticks=[], yticks=[], title="the mean image m")
        image.grid(False)
        ranks = np.arange(1, 13)
        ax.plot(ranks, raw, "o", color=plotting.STIFF["color"], label="mean(xxᵀ), raw")
        ax.plot(ranks, centred, "s", color=plotting.FLAT["color"], label="covariance: mean removed")
        ax.axhline(mean @ mean, label="‖m‖²", **plotting.THEORY)
        ax.set(yscale="log", ylim=(0.3, 100), xlabel="rank k", ylabel="eigenvalue λₖ")
        ax.set_xticks(ranks)
        plotting.legend_above(ax)
    return plotting.Picture(
        figure,
        f"Left: the mean of the raw images. Right: the largest eigenvalue of mean(xxᵀ) is {raw[0]:.0f}, "
        f"close to the squared length {mean @ mean:.0f} of the mean image, and the second is {raw[1]:.1f}. "
        f"Without the mean the largest two are {centred[0]:.1f} and {centred[1]:.1f}.",
    )


def blocks(moments=TWO_PIXELS, num_classes=3):
    """Draw the Hessian of linear softmax at W = 0 as blocks: one copy of mean(xxᵀ) a pair of classes.

    Parameters
    ----------
    moments : array_like of shape (d, d)
        mean(xxᵀ), small enough to be read.
    num_classes : int
    """
    moments, C = np.asarray(moments, float), num_classes
    softmax = np.eye(C) / C - 1 / C**2
    hessian, d = np.kron(softmax, moments), len(moments)
    shown = (
        (softmax * C**2, f"softmax: S, times {C**2}"),
        (moments, "mean(xxᵀ): M"),
        (hessian * C**2, f"H = S ⊗ M, times {C**2}"),
    )
    with plotting.style():
        figure, axes = _axes(9.4, 4.0, 3, width_ratios=[C, d, C * d])
        for ax, (matrix, name) in zip(axes, shown, strict=True):
            size = np.abs(matrix).max()
            ax.imshow(matrix, cmap=_SIGN, vmin=-size, vmax=size)
            for (i, j), value in np.ndenumerate(matrix):
                ax.text(j, i, f"{value:.0f}".replace("-", "−"), ha="center", va="center")
            ax.set(xticks=[], yticks=[])
            ax.set_title(name, fontsize=11)
            ax.grid(False)
        for at in np.arange(d, C * d, d) - 0.5:
            axes[2].axhline(at, color="black", linewidth=1.6)
            axes[2].axvline(at, color="black", linewidth=1.6)
    spectrum = np.sort(np.linalg.eigvalsh(hessian))[::-1].round(9) + 0.0
    return plotting.Picture(
        figure,
        f"Three matrices. S of the softmax, {C} by {C}, has 1/{C} − 1/{C**2} on its diagonal and −1/{C**2} "
        f"elsewhere. M, {d} by {d}, has the entries {', '.join(f'{x:g}' for x in moments.ravel())}. H, "
        f"{C * d} by {C * d}, consists of {C} by {C} blocks. Each block is M times one entry of S. The "
        f"eigenvalues of H are {', '.join(f'{x:.3g}' for x in spectrum)}.",
    )


def two_weights(eta=0.05, stiff=(1.0, 20.0), flat=(20.0, 0.2)):
    """Return steps, and the stiff weight's share of the decrease on a quadratic of two weights.

    Parameters
    ----------
    eta : float
    stiff, flat : tuple of float
        Start and curvature of each weight.
    """
    steps = np.array(experiments.HORIZONS)
    first, second = (
        0.5 * lam * a**2 * (1 - (1 - eta * lam) ** (2 * steps)) for a, lam in (stiff, flat)
    )
    return steps, first / (first + second)


def horizons():
    """Draw which share of the decrease the top directions achieve, by how far one looks ahead."""
    steps, stiff = two_weights()
    looks = (
        (3, "o-", plotting.STIFF["color"]),
        (30, "s--", plotting.SERIES[1]["color"]),
    )
    words = []
    with plotting.style():
        figure, (left, right) = _axes(9.2, 3.8, 2, sharey=True)
        left.plot(steps, stiff, "o-", color=plotting.STIFF["color"])
        left.set(xscale="log", ylim=(0, 1.05), xlabel="steps", ylabel="share of the decrease")
        left.set_title("two weights: the stiff direction alone", fontsize=10)
        for epoch, style, colour in looks:
            _, top, _ = experiments.recorded_horizon(epoch)
            low, middle, high = top.min(axis=0), np.median(top, axis=0), top.max(axis=0)
            right.fill_between(steps, low, high, color=colour, alpha=0.15, linewidth=0)
            right.plot(steps, middle, style, color=colour, label=f"from epoch {epoch} on")
            chosen = [f"{middle[steps == n][0]:.2f} after {n}" for n in (5, 50, 500, 3000)]
            words.append(f"from epoch {epoch} on {', '.join(chosen)}")
        right.set(xscale="log", xlabel="steps")
        right.set_title("the network: the top nine directions alone", fontsize=10)
        right.legend(loc="upper right")
    return plotting.Picture(
        figure,
        "The share of the decrease of the loss that the stiff directions achieve alone, against the number "
        f"of steps on a logarithmic axis. Left, two weights: it falls from {stiff[0]:.2f} after one step to "
        f"{stiff[-1]:.2f}. Right, the network, medians of five "
        f"seeds: {'; '.join(words)}.",
    )


def network_spectrum(eigenvalues, num_classes, epoch):
    """Draw a network's exact spectrum as the demo does."""
    state = demo_network.Network(num_classes, epoch, np.sort(eigenvalues)[::-1])
    return plotting.Picture.of(demo_network.NetworkView, state, demo_network.alt(state))


def _legend(ax):
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, handlelength=2.2, columnspacing=1
    )


def _ratio_axis(ax):
    ax.axhline(1, **plotting.THEORY)
    ax.axhline(experiments.GAP, color="#777777", linestyle=":", linewidth=1.2)
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
        "The ratio of the eigenvalues C − 1 and C against the number of classes C: medians of five seeds, "
        "bands from the smallest to the largest. A dotted line marks the threshold for a gap, "
        f"{experiments.GAP:g}. With ten classes: {'; '.join(ends)}.",
    )


def gap_against_mean():
    """Draw the recorded ratio λ_(C−1)/λ_C against the mean's share of the logits' gradients."""
    models = MODELS | {"tanh centred": ("D:", plotting.NEGATIVE["color"], "tanh, centred")}
    share, ratio = experiments.mean_and_gap(models)
    with plotting.style():
        figure, ax = _axes(height=4.1)
        for x, y, (style, colour, label) in zip(share, ratio, models.values(), strict=True):
            ax.plot(x, y, style[0], color=colour, label=label)
        ax.set(xlim=(0, 0.8), xlabel="share of the mean in the logits' gradients")
        _ratio_axis(ax)
    ends = zip(models.values(), share[:, -1], ratio[:, -1], strict=True)
    words = "; ".join(f"{label} {s:.2f} and {r:.1f}" for (_, _, label), s, r in ends)
    return plotting.Picture(
        figure,
        "The ratio of the eigenvalues C − 1 and C against the mean's share of the gradients: one point for "
        "each kind of network and each number of classes, after one epoch, medians of five seeds. With ten "
        f"classes, share and ratio are: {words}.",
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
        left.set_yticks(
            range(len(names)), [experiments.spelled(name.split("|")[0]) for name in names]
        )
        left.invert_yaxis()
        left.set(xlim=(0.36, 0.6), xlabel="mean spacing ratio ⟨r⟩ (± s.d. of 5 seeds)")
        plotting.legend_above(left)
        labels = ["two seeds", "two\narchitectures", "network\nand GOE"]
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
        f"Left: the spacing ratio ⟨r⟩ of all networks lies between {means.min():.2f} and {means.max():.2f}. "
        "A random matrix has 0.53, independent numbers have 0.39. Right: the mean distance between two "
        f"shapes, with raw pixels, is {distances[0].mean():.1f} decades for two seeds, "
        f"{distances[1].mean():.1f} for two architectures, and {distances[2].mean():.1f} for a network and a "
        "random matrix.",
    )
