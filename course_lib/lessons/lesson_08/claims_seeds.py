"""Claims of lesson 08 over many seeds, on the recorded experiments, with intervals.

A check here reads what ``tools/record_08.py`` stored; ``tests/unit/lessons/test_lesson_08.py``
repeats a sample at seeds that were not recorded.
"""

import numpy as np
from scipy.stats import spearmanr

from course_lib.lessons.lesson_08 import experiments
from course_lib.lessons.lesson_08.claims_geometry import NOTES
from course_lib.lessons.lesson_08.experiments import (
    ACTIVATIONS,
    contrast,
    correlation,
    paired_difference,
    sides,
    splits_column,
)
from course_lib.support.caching import remember
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NAMES = {"lambda1": "λ₁", "adaptive": "adaptive λ₁", "error": "test error"}


@remember()
def five_splits(quantity, activation, number=5, draws=400):
    """Return what pooling a few of the recorded splits would have said, for many draws of them."""
    x, y, splits = (splits_column(q, activation) for q in (quantity, "error", "seed"))
    rng, found = np.random.default_rng(0), []
    for _ in range(draws):
        rows = np.isin(splits, rng.choice(np.unique(splits), number, replace=False))
        found.append(spearmanr(x[rows], y[rows]).statistic)
    return np.array(found)


def _name(quantity):
    return NAMES.get(quantity, quantity)


def _interval(difference, digits=2):
    mean, low, high = (f"{x:+.{digits}f}" for x in difference)
    return f"{mean} [{low}, {high}]"


def _percent(name, quantity, activation):
    difference, baseline = contrast(name, quantity, activation)
    mean, low, high = (100 * x / baseline for x in difference)
    return f"{mean:+.0f} % [{low:+.0f}, {high:+.0f}]"


def _below_zero(name, quantity, activations=ACTIVATIONS):
    return all(contrast(name, quantity, a)[0].high < 0 for a in activations)


@CLAIMS.claim(
    "8.13",
    "Compared after equally many epochs, small batches look more than ten times flatter; at equal training "
    "loss most of that is gone.",
    source="Recorded: 20 seeds, 64-16-10, cross-entropy",
    breakers=[{"quantity": "error"}, {"naive": "methods"}],
)
def equal_epochs(quantity="trace", naive="epochs"):
    """Compare batch 8 with full batch, after equally many epochs and at equal loss."""
    words, good, runs = [], True, ("batch 8", "full batch")
    for activation in ACTIVATIONS:
        small, full = (experiments.column(naive, quantity, run, activation) for run in runs)
        losses = [experiments.column(naive, "loss", run, activation).mean() for run in runs]
        matched, baseline = contrast("batch 8 − full batch", quantity, activation)
        factor = full.mean() / small.mean()
        good &= factor > 10 and -0.3 < matched.mean / baseline < 0
        words.append(
            f"{activation}: {_name(quantity)} {factor:.3g} times smaller (at losses of {losses[1]:.2g} and "
            f"{losses[0]:.2g}), at equal loss {_percent('batch 8 − full batch', quantity, activation)}"
        )
    return Evidence(bool(good), f"After {experiments.EPOCHS} epochs, {'; '.join(words)}.")


@CLAIMS.claim(
    "8.14",
    "At equal training loss, smaller batches and larger steps still end flatter, by λ₁ and by the trace.",
    source="Keskar et al. (2017), Jastrzębski et al. (2018) for the observation; recorded: 20 seeds, "
    "two activations",
    breakers=[
        {"quantities": ("loss",)},
        {"quantities": ("error",)},
        {"contrasts": ("SAM − without, full batch",)},
    ],
)
def batch_and_step(
    quantities=("lambda1", "trace"), contrasts=("batch 8 − full batch", "step 0.4 − step 0.05")
):
    """Give the paired differences with their intervals."""
    good = all(_below_zero(c, q) for c in contrasts for q in quantities)
    words = [
        f"{c}, {a}: " + ", ".join(f"{_name(q)} {_percent(c, q, a)}" for q in quantities)
        for c in contrasts
        for a in ACTIVATIONS
    ]
    return Evidence(good, "; ".join(words) + ".")


@CLAIMS.claim(
    "8.15",
    "With mini-batches, sharpness-aware minimization lowers λ₁ and the trace at equal training loss.",
    source="Foret et al. (2021) for the method; recorded: 20 seeds, two activations",
    breakers=[{"name": "SAM − without, full batch"}, {"quantities": ("loss", "error")}],
)
def sam(name="SAM − without", quantities=("lambda1", "trace")):
    """Give the paired differences with their intervals."""
    good = all(_below_zero(name, q) for q in quantities)
    words = [
        f"{a}: " + ", ".join(f"{_name(q)} {_percent(name, q, a)}" for q in quantities)
        for a in ACTIVATIONS
    ]
    return Evidence(good, f"{name}, {'; '.join(words)}.")


@CLAIMS.claim(
    "8.16",
    "With full-batch steps, sharpness-aware minimization of the same radius changes λ₁ here by less than "
    "10 %, in which direction was not detected.",
    source="Recorded: 20 seeds, two activations, centred inputs, cross-entropy",
    breakers=[{"name": "SAM − without"}],
)
def sam_full_batch(name="SAM − without, full batch"):
    """Give the paired differences in λ₁ with their intervals."""
    good = True
    for activation in ACTIVATIONS:
        difference, baseline = contrast(name, "lambda1", activation)
        _, low, high = difference
        good &= low < 0 < high and max(abs(low), abs(high)) < 0.1 * baseline
    words = "; ".join(f"{a}: λ₁ {_percent(name, 'lambda1', a)}" for a in ACTIVATIONS)
    return Evidence(bool(good), f"{name}, {words}.")


@CLAIMS.claim(
    "8.17",
    "What SAM makes flatter errs less on new data.",
    verdict="holds when the network is the ReLU one here and the batches are of 32, by a small amount; with "
    "tanh λ₁ falls as clearly, and the error does not fall detectably",
    source="Recorded: 20 seeds, 1597 test images each",
    breakers=[{"better": "tanh"}, {"better": "relu", "not_better": "relu"}],
)
def sam_error(better="relu", not_better="tanh"):
    """Give the paired differences in λ₁ and in test error."""
    one, other = (contrast("SAM − without", "error", a)[0] for a in (better, not_better))
    flatter = _below_zero("SAM − without", "lambda1")
    good = flatter and one.high < 0 < other.high
    words = "; ".join(
        f"{a}: λ₁ {_percent('SAM − without', 'lambda1', a)}, error "
        f"{_interval(contrast('SAM − without', 'error', a)[0])} points of "
        f"{contrast('SAM − without', 'error', a)[1]:.1f}"
        for a in (better, not_better)
    )
    return Evidence(bool(good), words + ".")


@CLAIMS.claim(
    "8.18",
    "Under 20 % label noise SAM makes λ₁ and trace several times smaller, and test error does not follow: "
    "no gain was detected.",
    source="Recorded: 20 seeds, 64-32-10, ReLU, radius 0.5",
    breakers=[{"run": "batch 32"}],
)
def sam_with_noise(run="batch 32, SAM"):
    """Give the ratios of the means and the paired difference in error."""
    pairs = {
        q: [experiments.column("noisy", q, r) for r in (run, "batch 32")]
        for q in ("lambda1", "trace", "error")
    }
    ratios = [pairs[q][1].mean() / pairs[q][0].mean() for q in ("lambda1", "trace")]
    error = paired_difference(*pairs["error"])
    good = min(ratios) > 2 and error.high > 0
    return Evidence(
        bool(good),
        f"λ₁ {ratios[0]:.1f} times and trace {ratios[1]:.1f} times smaller; test error "
        f"{_interval(error)} points of {pairs['error'][1].mean():.1f}.",
    )


@CLAIMS.claim(
    "8.19",
    "Flat minima tend to generalize better than sharp minima.",
    verdict="false as stated",
    source=f"{NOTES}; Andriushchenko et al. (2023) for poor correlations in modern settings; recorded: "
    "24 splits × 12 networks × 2 activations",
    breakers=[{"activations": ("both",)}],
)
def flat_generalizes(quantities=("lambda1", "trace", "adaptive"), activations=ACTIVATIONS):
    """Correlate sharpness with test error inside each split, at equal loss; intervals over splits."""
    found = {(a, q): correlation(q, a) for a in activations for q in quantities}
    weak = all(r.within < 0.3 and r.within_interval[1] < 0.5 for r in found.values())
    words = [
        f"{a}, {_name(q)}: {r.within:+.2f} [{r.within_interval[0]:+.2f}, {r.within_interval[1]:+.2f}]"
        for (a, q), r in found.items()
    ]
    summary = "Rank correlation with the test error inside a split, " + "; ".join(words) + "."
    return Evidence(weak, summary)


@CLAIMS.claim(
    "8.20",
    "Pool networks of two kinds, and a correlation of sharpness and test error appears that neither kind "
    "has: a Simpson effect.",
    source="Recorded: 24 splits × 12 networks × 2 activations; the interval is over splits",
    breakers=[{"second": "relu"}],
)
def simpson(quantity="lambda1", second="tanh"):
    """Correlate inside each split: each activation by itself, and both together."""
    kinds = ("relu", second)
    splits = np.unique(splits_column("seed", "relu"))
    alone, together = [], []
    for split in splits:
        parts = [
            [
                splits_column(q, kind)[splits_column("seed", kind) == split]
                for q in (quantity, "error")
            ]
            for kind in kinds
        ]
        alone.append([spearmanr(*part).statistic for part in parts])
        together.append(spearmanr(*np.concatenate(parts, axis=1)).statistic)
    gap, low, high = paired_difference(together, np.mean(alone, axis=1))
    neither = np.abs(np.mean(alone, axis=0)).max() < 0.15
    return Evidence(
        bool(low > 0.2 and neither),
        f"{_name(quantity)} and test error inside a split, on average over {len(splits)}: "
        f"{np.mean(alone):+.2f} within one activation, {np.mean(together):+.2f} with {' and '.join(kinds)} "
        f"together; the difference is {gap:+.2f} [{low:+.2f}, {high:+.2f}].",
    )


@CLAIMS.claim(
    "8.21",
    "Larger initial weights end sharper and err more, at equal loss: a common cause makes sharpness and "
    "error rise together.",
    source="Recorded: 10 seeds, ReLU",
    breakers=[{"scales": (0.5, 1.0)}, {"quantities": ("steps",)}],
)
def scale_confounds(scales=(1.0, 4.0), quantities=("lambda1", "trace", "adaptive", "error")):
    """Compare two scales of the initial weights."""
    low, high = (f"scale {s}" for s in scales)
    pairs = {q: [experiments.column("scale", q, s) for s in (low, high)] for q in quantities}
    good = all(
        paired_difference(b, a).low > 0 and b.mean() > 1.5 * a.mean() for a, b in pairs.values()
    )
    words = ", ".join(f"{_name(q)} {a.mean():.3g} → {b.mean():.3g}" for q, (a, b) in pairs.items())
    summary = f"Initial weights × {scales[0]:g} → × {scales[1]:g}, at equal loss: {words}."
    return Evidence(bool(good), summary)


@CLAIMS.claim(
    "8.22",
    "Gradient-based methods often converge to flat minima.",
    verdict="holds when the error is squared, the batches are full, and the step is large enough to reach "
    "the edge of stability: λ₁ then ends near 2/η; with small steps descent ends several times sharper",
    source=f"{NOTES}; Cohen et al. (2021) for the edge; recorded: 12 seeds, squared error, tanh",
    breakers=[{"large": (0.05, 0.1)}],
)
def implicit_bias(large=(0.4, 0.6, 0.8), small=0.05):
    """Compare λ₁ at equal loss over step sizes."""
    lam = experiments.edge_column("lambda1")
    near = {eta: float(np.mean(lam[eta] * eta / 2)) for eta in large}
    ratio = lam[small].mean() / lam[max(large)].mean()
    good = all(0.9 < r < 1.15 for r in near.values()) and ratio > 3
    words = ", ".join(f"{r:.2f} at η = {eta:g}" for eta, r in near.items())
    return Evidence(
        bool(good),
        f"λ₁·η/2 ends at {words}; with η = {small:g} λ₁ is {ratio:.1f} times that at η = {max(large):g}.",
    )


@CLAIMS.claim(
    "8.23",
    "The flatter networks of larger steps err less, the more so the larger the step.",
    verdict="false as stated",
    source="Recorded: 12 seeds, squared error, tanh, equal loss",
    breakers=[{"quantity": "lambda1"}],
)
def no_monotone_gain(quantity="error", steps=(0.1, 0.2, 0.3, 0.4, 0.6, 0.8)):
    """Give the paired differences to the smallest step."""
    values = experiments.edge_column(quantity)
    found = {eta: paired_difference(values[eta], values[0.05]) for eta in steps}
    means = [d.mean for d in found.values()]
    falling = all(b < a for a, b in zip([0.0, *means], means, strict=False))
    best, worst = min(means), found[max(steps)]
    good = not falling and worst.mean > best + 1e-9 and worst.high > 0
    words = ", ".join(f"η = {eta:g}: {_interval(d)}" for eta, d in found.items())
    return Evidence(bool(good), f"{_name(quantity)} against η = 0.05, paired: {words}.")


@CLAIMS.claim(
    "8.24",
    "Five splits settle nothing: pooled over five of our splits, sharpness and test error can come out "
    "correlated clearly either way, where all 24 show next to nothing.",
    source="Recorded: 24 splits × 12 networks; 400 draws of five splits",
    breakers=[{"number": 24}],
)
def few_splits(number=5, quantity="lambda1"):
    """Draw a few splits many times, and pool each draw."""
    words, good = [], True
    for activation in ACTIVATIONS:
        found = five_splits(quantity, activation, number)
        low, high = np.percentile(found, [2.5, 97.5])
        all_splits = correlation(quantity, activation).pooled
        good &= low < -0.25 and high > 0.25 and abs(all_splits) < 0.15
        words.append(
            f"{activation}: from {low:+.2f} to {high:+.2f} in 95 % of the draws, {all_splits:+.2f} with all"
        )
    summary = f"{_name(quantity)}, {number} splits pooled, {'; '.join(words)} 24 splits."
    return Evidence(bool(good), summary)


@CLAIMS.claim(
    "8.25",
    "Whatever lowers the trace at equal loss lowers the test error too.",
    verdict="false as stated",
    source="Recorded: 20 seeds, four contrasts, two activations",
    breakers=[
        {"contrasts": ("batch 8 − full batch", "SAM − without"), "activations": ("relu",)},
        {"quantity": "trace"},
    ],
)
def eight_contrasts(
    contrasts=tuple(experiments.CONTRASTS), activations=ACTIVATIONS, quantity="error"
):
    """Count the intervals on each side of 0."""
    rows = [(c, a) for c in contrasts for a in activations]
    lower, higher = (sides(quantity, rows)[side] for side in ("lower", "higher"))
    flatter = len(sides("trace", rows)["lower"])
    words = "".join(
        f" ({c}, {a}: {_interval(contrast(c, quantity, a)[0])} points)" for c, a in higher
    )
    return Evidence(
        bool(flatter == len(rows) and higher),
        f"The trace is clearly lower in {flatter} of {len(rows)} contrasts; the {_name(quantity)} is "
        f"clearly lower in {len(lower)}, clearly higher in {len(higher)}{words}, and not detectably "
        f"changed in {len(rows) - len(lower) - len(higher)}.",
    )
