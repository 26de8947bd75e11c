"""Claims on the tiny network: how high its saddles lie, and where descent ends."""

import numpy as np
from scipy.stats import spearmanr

from course_lib.lessons.lesson_06 import experiments
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


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
    found = experiments.search_tiny_network(seed)
    spurious = found.num_spurious / found.num_starts
    rng = np.random.default_rng(0)
    correlations, minima = [], []
    for run in experiments.recorded_searches():
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
        live = experiments.search_tiny_network(seed).eigenvalues[:, -1]
    else:
        live = experiments.descend_tiny_network(seed, steps=steps)[0][:, -1]
    kept = np.concatenate([run["descent"][:, 0] for run in experiments.recorded_searches()])
    at_minima, of_kept = (int((smallest > 0).sum()) for smallest in (live, kept))
    return Evidence(
        at_minima == live.size and of_kept == kept.size,
        f"The Hessian at the end has only positive eigenvalues in {of_kept} of {kept.size} recorded "
        f"runs, and in {at_minima} of {live.size} others, run live for {steps} steps.",
    )
