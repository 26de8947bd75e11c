"""Claims of lesson 08 on what goes along with the test error: inside splits, pooled, with the scale."""

from itertools import pairwise

import numpy as np
from scipy.stats import spearmanr

from course_lib.lessons.lesson_08 import experiments
from course_lib.lessons.lesson_08 import experiments_power as power
from course_lib.lessons.lesson_08.claims_geometry import NOTES
from course_lib.lessons.lesson_08.claims_seeds import NAMES
from course_lib.lessons.lesson_08.experiments import (
    ACTIVATIONS,
    correlation,
    correlation_at_one_scale,
    paired_difference,
    splits_column,
)
from course_lib.support.caching import remember
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
MEASURES = ("lambda1", "trace", "adaptive")


@remember()
def five_splits(quantity, activation, number=5, draws=400):
    """Return what pooling a few of the recorded splits would have said, for many draws of them."""
    x, y, splits = (splits_column(q, activation) for q in (quantity, "error", "seed"))
    rng, found = np.random.default_rng(0), []
    for _ in range(draws):
        rows = np.isin(splits, rng.choice(np.unique(splits), number, replace=False))
        found.append(spearmanr(x[rows], y[rows]).statistic)
    return np.array(found)


def _name(key):
    return NAMES.get(key, experiments.spelled(key))


def _within(found):
    """Return each within-split correlation with its interval, in words."""
    rows = (
        f"{_name(a)}, {_name(q)}: {r.within:+.2f} [{r.within_interval[0]:+.2f}, {r.within_interval[1]:+.2f}]"
        for (a, q), r in found.items()
    )
    return "; ".join(rows)


@CLAIMS.claim(
    "8.19",
    "Flat minima tend to generalize better than sharp minima.",
    verdict="not settled here",
    source=f"{NOTES}; recorded: 12 splits × 16 networks × 2 activations. Jiang et al. (2020) find support "
    "for it, Andriushchenko et al. (2023) find little in modern settings",
    breakers=[{"measures": ("adaptive",)}, {"measures": ("trace",), "activations": ("tanh",)}],
)
def flat_generalizes(measures=MEASURES, activations=ACTIVATIONS):
    """Correlate sharpness with test error inside each split, the initial scale among the knobs."""
    found = {(a, q): correlation(q, a, "grid") for a in activations for q in measures}
    low, high = ([r.within_interval[i] for r in found.values()] for i in (0, 1))
    return Evidence(
        max(low) > 0 > min(high),
        "Rank correlation with the test error within a split when the initial scale, the batch size and the "
        f"step size vary: {_within(found)}. The sign depends on the measure and on the activation.",
    )


@CLAIMS.claim(
    "8.20",
    "If networks of two kinds are pooled, λ₁ and the test error are correlated, although no correlation is "
    "seen within either kind. This is a Simpson effect.",
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
        f"Rank correlation of {_name(quantity)} and test error within a split, on average over {len(splits)} "
        f"splits: {np.mean(alone):+.2f} within one activation, {np.mean(together):+.2f} with "
        f"{' and '.join(map(_name, kinds))} together. The difference is {gap:+.2f} [{low:+.2f}, "
        f"{high:+.2f}].",
    )


def _scales(activation, quantities, scales):
    """Return the recorded pairs of two scales of the initial weights, by quantity."""
    return {
        q: [experiments.column("scale", q, f"scale {s}", activation) for s in scales]
        for q in quantities
    }


def _changes(pairs):
    return ", ".join(f"{_name(q)} {a.mean():.3g} → {b.mean():.3g}" for q, (a, b) in pairs.items())


@CLAIMS.claim(
    "8.21",
    "Networks with larger initial weights end sharper and make more errors, at equal loss. So a common cause "
    "can make sharpness and error rise together.",
    verdict="holds when the units are ReLU (for tanh see claim 8.26)",
    source="Recorded: 16 seeds, initial weights × 1 and × 4",
    breakers=[{"activation": "tanh"}, {"scales": (0.5, 1.0)}, {"quantities": ("steps",)}],
)
def scale_confounds(
    activation="relu", scales=(1.0, 4.0), quantities=("lambda1", "trace", "adaptive", "error")
):
    """Compare two scales of the initial weights."""
    pairs = _scales(activation, quantities, scales)
    good = all(
        paired_difference(b, a).low > 0 and b.mean() > 1.5 * a.mean() for a, b in pairs.values()
    )
    return Evidence(
        bool(good),
        f"{_name(activation)}, initial weights × {scales[0]:g} → × {scales[1]:g}, at equal loss: "
        f"{_changes(pairs)}.",
    )


@CLAIMS.claim(
    "8.24",
    "Five splits are too few: pooled over five of our splits, λ₁ and the test error can come out clearly "
    "correlated in either direction, although all 24 splits together show almost no correlation.",
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
            f"{_name(activation)}: from {low:+.2f} to {high:+.2f} in 95 % of the draws, "
            f"{all_splits:+.2f} for all 24"
        )
    summary = f"Rank correlation of {_name(quantity)} and error, {number} splits pooled: {'; '.join(words)}."
    return Evidence(bool(good), summary)


@CLAIMS.claim(
    "8.26",
    "With tanh, networks whose initial weights are four times as large end flatter, by λ₁ and by the trace, "
    "and make about twice as many errors, at equal loss.",
    source="Recorded: 16 seeds, initial weights × 1 and × 4",
    breakers=[{"activation": "relu"}, {"flatter": ("adaptive",)}, {"scales": (1.0, 2.0)}],
)
def flatter_and_worse(activation="tanh", scales=(1.0, 4.0), flatter=("lambda1", "trace")):
    """Compare two scales of the initial weights."""
    pairs = _scales(activation, dict.fromkeys((*flatter, "adaptive", "error")), scales)
    falls = all(paired_difference(b, a).high < 0 for a, b in (pairs[q] for q in flatter))
    once, four = pairs["error"]
    good = falls and 1.7 < four.mean() / once.mean() < 2.5 and (four > once).all()
    return Evidence(
        bool(good),
        f"{_name(activation)}, initial weights × {scales[0]:g} → × {scales[1]:g}, at equal loss: "
        f"{_changes(pairs)}. The error rises for {np.sum(four > once)} of {len(once)} seeds.",
    )


@CLAIMS.claim(
    "8.27",
    "Among the networks of one split that start at the same scale, no correlation of sharpness and test "
    "error is detected.",
    source="Recorded: 12 splits × 16 networks × 2 activations; the intervals are over splits",
    breakers=[{"fixed": False}],
)
def at_one_scale(fixed=True):
    """Correlate inside a split, among the networks of one scale."""
    if fixed:
        found = {(a, q): correlation_at_one_scale(q, a) for a in ACTIVATIONS for q in MEASURES}
        intervals = [(r.low, r.high) for r in found.values()]
    else:
        intervals = [
            correlation(q, a, "grid").within_interval for a in ACTIVATIONS for q in MEASURES
        ]
    contain = sum(low < 0 < high for low, high in intervals)
    widest = max(max(abs(low), abs(high)) for low, high in intervals)
    return Evidence(
        contain == len(intervals),
        f"Two activations and three measures: {contain} of {len(intervals)} intervals contain 0. They reach "
        f"{widest:.2f} at most, so a moderate correlation is not excluded.",
    )


@CLAIMS.claim(
    "8.28",
    "If the paired differences scatter by 0.75 points, 20 seeds detect a true effect of 0.3 points in about "
    "40 of 100 experiments, and 52 seeds in 80.",
    source="The noncentral t distribution; counted here in simulated experiments",
    breakers=[{"scatter": 0.4}, {"seeds": (10, 52)}],
)
def how_many_seeds(seeds=(20, 52), effect=0.3, scatter=0.75, stated=(0.40, 0.80), draws=4000):
    """Simulate experiments, and count the intervals that exclude 0."""
    rng, counted = np.random.default_rng(0), []
    for n in seeds:
        x = rng.normal(effect, scatter, (draws, n))
        half = power.factor(n) * x.std(axis=1, ddof=1) / np.sqrt(n)
        counted.append(np.mean(np.abs(x.mean(axis=1)) > half))
    formula = [power.detected(n, effect, scatter) for n in seeds]
    good = np.allclose(counted, formula, atol=0.03) and np.allclose(counted, stated, atol=0.03)
    words = "; ".join(
        f"{n} seeds: {100 * c:.0f} of 100" for n, c in zip(seeds, formula, strict=True)
    )
    return Evidence(
        bool(good),
        f"{words}. Counts in {draws} simulated experiments {'agree' if good else 'disagree'} to 3 of 100.",
    )


@CLAIMS.claim(
    "8.29",
    "With full-batch steps, SAM lowers the trace more if the groups of examples that share one ascent are "
    "smaller. With one group of 200 the trace falls by 2 %, and with groups of one it falls to about a "
    "third. λ₁ does not fall in the same way. With groups of one the test error falls.",
    source="Foret et al. (2021) for the groups, Wen et al. (2023) for the two limits; recorded: 12 seeds, "
    "two activations, equal loss",
    breakers=[{"quantity": "lambda1"}, {"quantity": "error"}],
)
def ascents(quantity="trace", other="lambda1"):
    """Compare each size of the groups with the next larger one, paired."""
    runs, good, words = list(experiments.ASCENTS), True, []
    for activation in ACTIVATIONS:
        values, others = (
            [experiments.column("ascents", q, run, activation) for run in runs]
            for q in (quantity, other)
        )
        smaller = [paired_difference(b, a).high < 0 for a, b in pairwise(values[1:])]
        share, of_other = ([v.mean() / vs[0].mean() for v in vs[1:]] for vs in (values, others))
        # On average λ₁ is higher with groups of one than with groups of 8.
        back = paired_difference(others[-1], others[-2]).mean > 0
        error, without = (
            experiments.column("ascents", "error", r, activation) for r in (runs[-1], runs[0])
        )
        of_error = paired_difference(error, without)
        good &= all(smaller) and 0.95 < share[0] < 1.02 and 0.25 < share[-1] < 0.4 and back
        good &= of_error.high < 0
        words.append(
            f"with {_name(activation)} the {_name(quantity)} is {', '.join(f'{s:.2f}' for s in share)} times "
            f"as large as without SAM, and {_name(other)} {', '.join(f'{s:.2f}' for s in of_other)} times; "
            f"with groups of one the test error changes by {of_error.mean:+.2f} [{of_error.low:+.2f}, "
            f"{of_error.high:+.2f}] points"
        )
    return Evidence(
        bool(good),
        f"For groups of {', '.join(r[4:] for r in runs[1:])}, in this order: {'; '.join(words)}.",
    )
