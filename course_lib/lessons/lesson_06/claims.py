"""Claims on saddles: how many there are, how high they lie, and where descent ends."""

import numpy as np
from scipy.stats import spearmanr

from course_lib.exact import critical_points, landscapes
from course_lib.lessons.lesson_07 import recorded, tiny
from course_lib.lessons.lesson_07.ledger import CLAIMS, NOTES
from course_lib.support.caching import remember
from course_lib.teaching import Evidence


@remember()
def all_points(d, seed, max_square=2):
    """Return `critical_points.Search` of a random landscape on the d-dimensional torus."""
    return critical_points.search(landscapes.random_trigonometric(d, seed, max_square))


def recorded_landscapes(d):
    """Return, for each recorded seed, the indices and heights of all critical points."""
    found = recorded.load("landscapes")
    seeds = found["about"]["seeds"]
    return [(found[f"{d}|{s}|index"], found[f"{d}|{s}|height"]) for s in seeds]


def shares(d):
    """Return the shares of minima, saddles and maxima, pooled over the recorded landscapes."""
    index = np.concatenate([index for index, _ in recorded_landscapes(d)])
    return np.array([np.mean(index == 0), np.mean((index > 0) & (index < d)), np.mean(index == d)])


@CLAIMS.claim(
    "6.4",
    "Most critical points are saddle points, not local minima.",
    verdict="holds when the landscape is one of the random waves tried here, of three dimensions or "
    "more: in one there is no saddle of this kind, in two exactly half are. A convex function has none",
    source=f"{NOTES}; measured here on random landscapes, all critical points of each",
    breakers=[{"first": 2}],
)
def saddles_dominate(first=3, seeds=(100, 101)):
    """Find all critical points for d = 2 and 3 at two seeds, and look at the recorded d = 1 … 6."""
    saddles = {d: shares(d)[1] for d in range(1, 7)}
    complete = all(all_points(d, s).settled and all_points(d, s).sum_agrees
                   for d in (2, 3) for s in seeds)  # fmt: skip
    half = all(np.mean(all_points(2, s).found.index == 1) == 0.5 for s in seeds)
    good = complete and half and saddles[1] == 0 and all(saddles[d] > 0.6 for d in range(first, 7))
    return Evidence(
        bool(good),
        "Share of saddles in the recorded landscapes, d = 1 … 6: "
        + ", ".join(f"{share:.0%}" for share in saddles.values())
        + f". Live, d = 2: {'exactly half' if half else 'not half'}.",
    )


@CLAIMS.claim(
    "6.5",
    "In a random landscape minima lie low, maxima high, and saddles between: the index grows with "
    "the height.",
    source="Bray & Dean (2007) for Gaussian fields in high dimension; measured here",
    breakers=[{"shuffled": True}],
)
def index_grows_with_height(shuffled=False, dimensions=(2, 3, 4, 5, 6)):
    """Rank correlation of index and height in each recorded landscape."""
    rng, found = np.random.default_rng(0), []
    for d in dimensions:
        for index, height in recorded_landscapes(d):
            height = rng.permutation(height) if shuffled else height
            found.append(spearmanr(index, height).statistic)
    return Evidence(
        bool(min(found) > 0.75),
        f"Spearman's correlation over {len(found)} landscapes: median {np.median(found):.2f}, "
        f"least {min(found):.1f}.",
    )


@remember()
def recorded_network():
    """Return what was recorded of the tiny network, a dictionary a seed."""
    found = recorded.load("tiny")
    return [
        {part: found[f"{seed}|{part}"] for part in ("index", "height", "starts", "descent")}
        for seed in found["about"]["seeds"]
    ]


@CLAIMS.claim(
    "6.6",
    "In a network with 24 weights, too, most of the critical points found are saddles, and the higher "
    "the loss, the more negative eigenvalues.",
    verdict="holds when a point is accepted by ‖∇f‖ itself; a search on ‖∇f‖² ends in many points "
    "that are none",
    source="Dauphin et al. (2014) for the relation, Frye et al. (2021) for the warning; measured here",
    breakers=[{"accept": "all"}, {"shuffled": True}],
)
def tiny_network(accept="true", shuffled=False, seed=0):
    """Search live at one seed, and look at five recorded searches."""
    found = tiny.search(seed)
    spurious = found.num_spurious / found.num_starts
    rng = np.random.default_rng(0)
    correlations, minima = [], []
    for run in recorded_network():
        height = rng.permutation(run["height"]) if shuffled else run["height"]
        correlations.append(spearmanr(run["index"], height).statistic)
        minima.append(np.mean(run["index"] == 0))
    wrong = spurious if accept == "all" else 0.0
    good = min(correlations) > 0.7 and np.mean(minima) < 0.4 and 0.1 < spurious < 0.8 and not wrong
    return Evidence(
        bool(good),
        f"Five searches: {np.mean(minima):.0%} of the distinct points are minima; the correlation of "
        f"index and loss is {np.median(correlations):.1f} in the median. Live, about "
        f"{round(10 * spurious)} in ten runs end where ‖∇f‖² has a minimum and ∇f is not 0.",
    )


@CLAIMS.claim(
    "6.7",
    "Since saddles dominate, training ends at a saddle.",
    verdict="false as stated",
    source="Lee et al. (2016): from a random start, with a small step, almost surely not; measured here",
    breakers=[{"ends": "search"}, {"steps": 3_000}],
)
def descent_ends_in_minima(ends="descent", seed=5, steps=20_000):
    """Look at the Hessian where gradient descent ends: 60 starts recorded, 12 others live."""
    if ends == "search":  # where Newton on ∇f = 0 ends
        live = tiny.search(seed).eigenvalues[:, -1]
    else:
        live = tiny.descent(seed, steps=steps)[0][:, -1]
    kept = np.concatenate([run["descent"][:, 0] for run in recorded_network()])
    at_minima, of_kept = (int((smallest > 0).sum()) for smallest in (live, kept))
    return Evidence(
        at_minima == live.size and of_kept == kept.size,
        f"The Hessian at the end has only positive eigenvalues in {of_kept} of {kept.size} recorded "
        f"runs, and in {at_minima} of {live.size} others, run live for {steps} steps.",
    )
