"""Claims on the tiny network: how high its saddles lie, and where descent ends."""

import numpy as np
from scipy.stats import spearmanr

from course_lib.lessons.lesson_06 import experiments
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "6.6",
    "In a network with 24 weights, most of the critical points found are saddles, and the index grows "
    "with the loss.",
    verdict="holds when a point is accepted only if ‖∇f‖ itself is tiny; a search that lowers ‖∇f‖² also "
    "ends at many points that are not critical",
    source="Dauphin et al. (2014) for the relation, Frye et al. (2021) for the warning; measured here",
    breakers=[{"accept": "all"}, {"shuffled": True}],
)
def tiny_network(accept="true", shuffled=False, seed=0):
    """Search live at one seed, and look at 25 recorded searches."""
    found, ends = experiments.search_tiny_network(seed), experiments.recorded_ends()
    spurious = np.append(ends["spurious"], found.num_spurious / found.num_starts)
    if accept == "all":  # a search that takes every end for a critical point: the gradients tell
        spurious = 0 * spurious
    rng = np.random.default_rng(0)
    correlations, minima = list(ends["correlation"]), list(ends["minima"])
    for run in experiments.recorded_searches():
        height = rng.permutation(run["height"]) if shuffled else run["height"]
        correlations.append(spearmanr(run["index"], height).statistic)
        minima.append(np.mean(run["index"] == 0))
    at_least = np.floor(100 * min(correlations)) / 100  # a lower bound is not rounded up
    good = (
        min(correlations) > 0.7 and max(minima) < 0.4 and 0.1 < min(spurious) < max(spurious) < 0.8
    )
    return Evidence(
        bool(good),
        f"{len(minima)} searches with different seeds: {min(minima):.0%} to {max(minima):.0%} of the "
        f"distinct points are minima, and Spearman's correlation of index and loss is at least "
        f"{at_least:.2f}. In {len(ends['spurious'])} of these searches we also counted the runs "
        f"that end where ‖∇f‖² has a minimum and ∇f is not 0. They are {ends['spurious'].min():.0%} to "
        f"{ends['spurious'].max():.0%} of the runs.",
    )


@CLAIMS.claim(
    "6.7",
    "Since saddles dominate, training ends at a saddle.",
    verdict="false as stated",
    source="Lee et al. (2016) for conditions under which it almost surely does not; measured here",
    breakers=[{"ends": "search"}, {"steps": 3_000}],
)
def descent_ends_in_minima(ends="descent", seed=5, steps=20_000):
    """Look at the Hessian where gradient descent ends: 60 starts recorded, 12 others live."""
    if ends == "search":  # where Newton on ∇f = 0 ends
        live = experiments.search_tiny_network(seed).eigenvalues[:, -1]
    else:
        live = experiments.descend_tiny_network(seed, steps=steps)[0][:, -1]
    kept = np.concatenate([run["descent"][:, 0] for run in experiments.recorded_searches()])
    at_minima, of_kept = (int((smallest > 0).sum()) for smallest in (live, kept))
    return Evidence(
        0 < live.size == at_minima and of_kept == kept.size,
        f"The Hessian at the end has only positive eigenvalues in {of_kept} of {kept.size} recorded "
        f"runs, and in {at_minima} of {live.size} others, run live for {steps} steps.",
    )


@CLAIMS.claim(
    "6.11",
    "The saddles found on the tiny network are strict. But its gradient is not globally Lipschitz, and "
    "in some runs λ₁ exceeds 1/η = 1. So the theorem of Lee et al. (2016) does not cover these runs.",
    source="The conditions are those of Lee et al. (2016); measured here",
    breakers=[{"scales": (1, 1.01, 1.02)}, {"eta": 0.1}],
)
def conditions_of_the_theorem(scales=(1, 10, 100), eta=1.0):
    """Look at the saddles found, at the curvature far out, and at λ₁ along twelve runs."""
    found = experiments.search_tiny_network(0)
    smallest = found.eigenvalues[found.index > 0][:, -1]
    strict = bool((smallest < 0).all() and not found.degenerate.any())
    far = experiments.largest_curvatures(scales)
    above = int((experiments.curvatures_on_the_way() > 1 / eta).sum())
    ratio = far[-1] / far[-2] / (scales[-1] / scales[-2]) ** 2
    grows = bool(far[-1] > 100 * far[0] and abs(ratio - 1) < 0.1)
    return Evidence(
        strict and grows and above > 0,
        f"{'All' if strict else 'Not all'} saddles found are strict. With hidden weights 0 and output "
        f"weights of growing size, λ₁ grows {'with the square of that size' if grows else 'little'}. "
        f"λ₁ passes 1/η = {1 / eta:g} in {'some' if above else 'none'} of 12 runs.",
    )
