"""The figures of lesson 11, with the words that say what they show."""

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from course_lib import plotting
from course_lib.lessons.lesson_11 import experiments, experiments_text
from course_lib.plotting import FLAT, RUN, SERIES, STIFF, THEORY, Picture


def subsets():
    """Draw λ₁ and the trace on random parts of 500 examples, each over its value on all of them.

    Returns
    -------
    Picture
    """
    record, words = experiments.recorded_subsets(), []
    sizes = (*experiments.SIZES, 500)
    panels = {"λ₁": ("sharpness", STIFF), "trace": ("trace", FLAT)}
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.8))
        axes = figure.subplots(1, 2, sharey=True)
        for ax, (label, (name, look)) in zip(axes, panels.items(), strict=True):
            ratio = record[name] / record[name][:, -1:, :1]  # network, size, draw
            for i in range(len(sizes) - 1):
                draws = ratio[:, i].ravel()
                shift = np.linspace(-0.12, 0.12, len(draws))
                ax.plot(i + shift, draws, "o", markersize=3, alpha=0.4, color=look["color"])
            means = ratio.mean(axis=(0, 2))
            ax.plot(range(len(sizes)), means, "D-", color="black", label="mean of all draws")
            ax.axhline(1, **THEORY)
            ax.set_xticks(range(len(sizes)), [str(size) for size in sizes])
            ax.set(xlabel="examples measured, of 500", title=label)
            parts = [f"{m:.2f} with {s}" for m, s in zip(means[:-1], sizes[:-1], strict=True)]
            words.append(f"{label}: {', '.join(parts)} examples")
        axes[0].set_ylabel("value on the part / value on all")
        axes[0].legend()
    return Picture(
        figure,
        "λ₁ and the trace on random parts of the 500 examples, as a multiple of the value for all. Dots: "
        f"{experiments.DRAWS} parts of each size for each of {record['trace'].shape[0]} networks. Diamonds: "
        f"their means. {'; '.join(words)}.",
    )


def character_spectra(optimizer="Adam", seed=0):
    """Draw the largest eigenvalues of the transformer, and those of its last layer alone.

    Returns
    -------
    Picture
    """
    record = experiments_text.recorded()
    at = (0, experiments_text.OPTIMIZERS.index(optimizer), seed)
    whole, head, derived = (record[name][at] for name in ("top", "head", "predicted"))
    equal = derived.shape[1] - 1  # as many equal eigenvalues would there be for equal classes
    ranks = np.arange(1, whole.shape[1] + 1)
    with plotting.style():
        figure = Figure(figsize=(9.4, 3.9))
        left, right = figure.subplots(1, 2)
        for step, values, look in zip(experiments_text.LOOKS[1:], whole[1:], SERIES, strict=False):
            left.plot(ranks, values, label=f"after {step} steps", markersize=4, **look)
        left.set(yscale="log", title="the whole model", xlabel="rank k", ylabel="eigenvalue λₖ")
        right.plot(ranks, head[1], "o", markersize=4, color=STIFF["color"], label="measured")
        right.plot(ranks[:equal], derived[1][:equal], label="derived", **THEORY)
        right.axvspan(0.5, 10.5, color="#a6afbb", alpha=0.25, linewidth=0, label="ten largest")
        right.set(yscale="log", title="the last layer alone, after 50 steps", xlabel="rank k")
        right.set_yticks((0.2, 0.5, 1, 2, 5), ("0.2", "0.5", "1", "2", "5"))
        right.tick_params(axis="y", which="minor", labelleft=False)
        for ax in (left, right):
            ax.axvline(equal + 0.5, color="#a6afbb", linestyle=":", linewidth=1)
            ax.legend(loc="upper right")
    (place, ratio), (_, in_head) = (experiments_text.largest_gap(v) for v in (whole[-1], head[1]))
    return Picture(
        figure,
        f"The {len(ranks)} largest eigenvalues of the transformer. Left: the whole model, after 50 steps and "
        f"at the end. At the end the largest ratio of neighbours is {ratio:.1f}, after {place}. Right: the "
        f"last layer's own block after 50 steps. It shows a slope from {head[1][0]:.2g} to "
        f"{head[1][equal - 1]:.2g}, with no ratio of neighbours above {in_head:.1f}. Its ten largest "
        "eigenvalues, on grey, lie near the line that was derived from the probabilities. The dotted lines "
        f"mark the place after {equal}.",
    )


def embedding_rows(optimizer="Adam", seed=0):
    """Draw the curvature of each character's row in the embedding against its frequency.

    Returns
    -------
    Picture
    """
    record, frequency = experiments_text.recorded(), experiments_text.frequencies_measured()
    at = (0, experiments_text.OPTIMIZERS.index(optimizer), seed, -1)
    trace, error = record["rows"][at], record["rows_error"][at]
    named = [i for i, c in enumerate(experiments_text.alphabet()) if c in " etaqxz0λ\n"]
    read = frequency > 0
    with plotting.style():
        figure = Figure(figsize=(6.4, 4.2))
        ax = figure.subplots()
        ax.errorbar(
            frequency[read], trace[read], 2 * error[read], fmt="o", markersize=4, color=RUN["color"]
        )
        slope = trace[read].sum() / frequency[read].sum()
        line = np.geomspace(frequency[read].min(), frequency.max(), 2)
        ax.plot(line, slope * line, label="in proportion", **THEORY)
        for i in named:
            if read[i] and trace[i] > 0:
                words = {" ": "blank", "\n": "new line"}.get(experiments_text.alphabet()[i])
                ax.annotate(
                    words or experiments_text.alphabet()[i],
                    (frequency[i], trace[i]),
                    (5, -3),
                    textcoords="offset points",
                )
        ax.set(xscale="log", yscale="log", xlabel="frequency", ylabel="trace of the row's block")
        ax.legend()
    rank = spearmanr(frequency[read], trace[read]).statistic
    ratio = trace[read] / (slope * frequency[read])
    return Picture(
        figure,
        f"One point for each of {read.sum()} characters: how often it was read, and the trace of the block "
        f"of its row in the embedding, with two standard errors. {(ratio <= 0).sum()} of the traces are "
        "negative and cannot be drawn on a logarithmic axis. The rank correlation is "
        f"{rank:.2f}. The line shares the total of all traces in proportion to the frequency. The blank lies "
        f"at {ratio[0]:.1f} times its height, the others at {ratio[ratio > 0].min():.2f} to "
        f"{ratio[1:].max():.1f} times.",
    )


def blocks_of_transformer():
    """Draw λ₁ of each matrix of the transformer, for the four ways to train it.

    Returns
    -------
    Picture
    """
    record = experiments_text.recorded()
    names = [name.removesuffix(".weight") for name in record.about["blocks"]]
    ways = [
        (f"{optimizer}, {'with' if norm == 0 else 'without'} layer norm", norm, k)
        for norm in (0, 1)
        for k, optimizer in enumerate(experiments_text.OPTIMIZERS)
    ]
    with plotting.style():
        figure = Figure(figsize=(9.0, 4.4))
        ax = figure.subplots()
        looks = (*SERIES, {"color": "black", "marker": "D", "linestyle": ":"})
        for (label, norm, k), look in zip(ways, looks, strict=True):
            values = record["blocks"][norm, k]  # seed, block
            ax.plot(values.mean(axis=0), label=label, **look)
        short = [name.replace("blocks.", "block ").replace(".", "\n") for name in names]
        ax.set_xticks(range(len(names)), short, fontsize=8, rotation=90)
        ax.set(yscale="log", ylabel="λ₁ of the matrix's own block")
        ax.legend(loc="upper right", fontsize=8)
    words = [
        f"{label}: largest in {names[int(record['blocks'][norm, k].mean(axis=0).argmax())]}"
        for label, norm, k in ways
    ]
    return Picture(
        figure,
        f"λ₁ of each matrix of the transformer, mean of two seeds. {'; '.join(words)}.",
    )
