"""Claims of lesson 07 on the mean image: at W = 0 exactly, and in trained networks."""

import numpy as np

from course_lib.lessons.lesson_07 import experiments, experiments_sabotage
from course_lib.lessons.lesson_07.experiments import GAP
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "7.18",
    "At W = 0 the spectrum is known for every share s of the mean image m that is left in: each eigenvalue "
    "μ of (covariance + s²·mmᵀ) appears C − 1 times as μ/C, and all others are 0.",
    verdict="holds when the model is linear softmax without bias",
    source="Derived in the lesson; LeCun, Kanter & Solla (1991) for the mean's large eigenvalue",
    breakers=[{"power": 1}, {"at": 0.1}, {"lost": 0}],
)
def known_at_the_start(shares=(0, 0.25, 0.5, 0.75, 1), num_classes=10, power=2, at=0.0, lost=1):
    """Differentiate the loss on images with a share of their mean; predict from mean and covariance."""
    X, y = experiments.images(num_classes, seed=100)
    worst, ratios = 0.0, []
    for share in shares:
        lam = experiments_sabotage.measured_at_zero(X, y, share, num_classes, at)
        law = experiments_sabotage.predicted_at_zero(X, share, num_classes, power)
        if lost == 0:  # C copies of each, for anyone who expects one for each class
            law = np.repeat(law[:: num_classes - 1], num_classes)
        law = np.r_[law, np.zeros(lam.size - law.size)]
        worst = max(worst, np.abs(lam - law).max() / lam[0])
        ratios.append(lam[num_classes - 2] / lam[num_classes - 1])
    found = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    return Evidence(
        bool(worst < 1e-8),
        f"Computed from 1000 digits at {len(shares)} shares, all {lam.size} eigenvalues "
        f"{'agree' if worst < 1e-8 else 'do not agree'} with the formula to 8 digits. The ratio after C − 1 "
        f"at the shares {', '.join(f'{share:g}' for share in shares)} is {found}.",
    )


@CLAIMS.claim(
    "7.19",
    "In a trained network the gap after C − 1 needs the mean image.",
    verdict="holds when there are ten classes and one to three epochs of training; with three classes a gap "
    "may remain",
    source="Measured here, with six recorded seeds",
    breakers=[{"little": 0.75}, {"num_classes": 3}, {"epochs": (30,)}],
)
def the_mean_makes_the_gap(num_classes=10, little=0.25, much=0.75, epochs=(1, 3)):
    """Count gaps after C − 1 among the recorded networks, by the share of the mean image left in."""
    lines, good = [], True
    low, high = experiments_sabotage.nearest_share(little), experiments_sabotage.nearest_share(much)
    for epoch in epochs:
        where, ratio = experiments_sabotage.gaps_by_share(num_classes, epoch)
        hits, runs = (where == num_classes - 1).sum(axis=1), where.shape[1]
        good &= bool(hits[: low + 1].max() == 0 and hits[high:].min() >= runs - 1)
        chosen = [experiments_sabotage.nearest_share(share) for share in (0, 0.25, 0.5, 0.75, 1)]
        counts = ", ".join(str(hits[i]) for i in chosen)
        medians = ", ".join(f"{np.median(ratio[i]):.1f}" for i in chosen)
        lines.append(
            f"After {epoch} epoch{'s' * (epoch > 1)}, in the order of the shares, the gap is after C − 1 = "
            f"{num_classes - 1} in {counts} of the runs, and the median of the ratio there is {medians}."
        )
    return Evidence(
        good,
        f"Networks 64-32-{num_classes}, {runs} runs at each share of the mean image: 0, 0.25, 0.5, 0.75 and "
        f"1. A gap is a ratio of at least {GAP:g}. {' '.join(lines)}",
    )
