"""What lesson 11 says of its transformer, with evidence from the record."""

import numpy as np
from scipy.stats import spearmanr

from course_lib.lessons.lesson_11 import experiments_text as text
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
CLASSES = text.CHARACTERS
SOURCE = "Measured here: one text, four ways to train, two seeds each, recorded"


def _runs(name, look=-1):
    """Return a recorded quantity at one look, one row for each of the eight runs."""
    values = text.recorded()[name][..., look, :]
    return values.reshape(-1, values.shape[-1])


@CLAIMS.claim(
    "11.12",
    "Once the model has learned the frequencies, the ten largest eigenvalues of its last layer's own block "
    "fall off as derived from the probabilities, and not as they would for equal classes.",
    source="The Kronecker argument of lesson 07; measured here in eight runs, recorded",
    breakers=[{"equal": True}],
)
def last_layer_follows(equal=False):
    """Compare the last layer's ten largest eigenvalues with the derived ones, up to a factor."""
    measured, derived = _runs("head", look=1)[:, :10], _runs("predicted", look=1)[:, :10]
    if equal:  # as if all characters were equally frequent
        derived = np.repeat(derived.mean(axis=1, keepdims=True), 10, axis=1)
    ratio = measured / derived
    spread = ratio.max(axis=1) / ratio.min(axis=1)
    return Evidence(
        bool(spread.max() < 1.5),
        f"After {text.LOOKS[1]} steps, {len(measured)} runs: the ten largest are {ratio.min():.2f} to "
        f"{ratio.max():.2f} times the derived ones. Within a run, the largest of these ratios is at most "
        f"{spread.max():.2f} times the smallest.",
    )


@CLAIMS.claim(
    "11.13",
    "The trained transformer's Hessian has its largest gap after C − 1 eigenvalues.",
    verdict="false as stated",
    source=SOURCE,
    breakers=[{"place": 1}],
)
def gap_after_classes(place=CLASSES - 1):
    """Look for the largest ratio of neighbours among the fifty largest eigenvalues."""
    gaps = [text.largest_gap(values) for values in _runs("top")]
    there = [found for found, _ in gaps].count(place)
    said = [f"{ratio:.1f} after {found}" for found, ratio in gaps]  # two seeds of each way in turn
    ways = [f"{o} {norm} layer norm" for norm in ("with", "without") for o in text.OPTIMIZERS]
    pairs = zip(ways, said[::2], said[1::2], strict=True)
    words = "; ".join(f"{way} {first} and {second}" for way, first, second in pairs)
    return Evidence(
        there == 0,
        f"Largest ratio of neighbours, for two seeds: {words}. It is after {place} in {there} of "
        f"{len(gaps)} runs.",
    )


@CLAIMS.claim(
    "11.14",
    "The more often a character is read, the larger the trace of the block of its row in the embedding.",
    source="Argued in the lesson, if all readings add the same; measured here in eight runs, recorded",
    breakers=[{"shuffled": True}],
)
def curvature_follows_frequency(shuffled=False):
    """Correlate the ranks of the traces with those of the frequencies."""
    frequency, rows = text.frequencies_measured(), _runs("rows")
    if shuffled:
        frequency = np.random.default_rng(0).permutation(frequency)
    read = frequency > 0
    rank = [spearmanr(frequency[read], values[read]).statistic for values in rows]
    return Evidence(
        bool(min(rank) > 0.7),
        f"Rank correlation over {read.sum()} characters, {len(rows)} runs: {min(rank):.2f} to "
        f"{max(rank):.2f}.",
    )


@CLAIMS.claim(
    "11.15",
    "λ₁ of this transformer is larger after training with Adam than after training with SGD, and larger with "
    "layer norm than without.",
    verdict="holds when each is trained for 1500 steps with the best of three or four step sizes; the "
    "losses then differ too",
    source=SOURCE,
    breakers=[{"look": 0}],
)
def training_sets_the_sharpness(look=-1):
    """Compare λ₁ of the four ways, seed by seed."""
    sharpness = text.recorded()["top"][..., look, 0]  # norm, optimizer, seed
    adam = bool((sharpness[:, 0] > sharpness[:, 1]).all())
    norm = bool((sharpness[0] > sharpness[1]).all())
    words = []
    for i, name in enumerate(("with", "without")):
        for j, optimizer in enumerate(text.OPTIMIZERS):
            low, high = sorted(sharpness[i, j])
            words.append(f"{optimizer} {name} layer norm {low:.0f} and {high:.0f}")
    return Evidence(
        adam and norm,
        f"λ₁ for two seeds: {'; '.join(words)}.",
    )
