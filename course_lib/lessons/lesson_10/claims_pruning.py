"""What lesson 10 says of zeroing and rounding weights."""

import numpy as np

from course_lib.lessons.lesson_10 import experiments_pruning as pruning
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
SETTING = "networks 64-32-10 with tanh, 1000 digits, cross-entropy to a loss of 0.01, no training afterwards"


def _rises(share):
    record = pruning.recorded()
    k = int(np.abs(record["shares"] - share).argmin())
    return record["pruned"][:, :, k].astype(float)


def _medians(rises):
    middle = np.median(rises, axis=0)
    return ", ".join(
        f"{rule} {value:.1e}" for rule, value in zip(pruning.RULES, middle, strict=True)
    )


@CLAIMS.claim(
    "10.13",
    "On a quadratic loss, setting only weight i to zero costs ½hᵢᵢwᵢ². If the other weights also move to "
    "the best place, it costs ½wᵢ²/(H⁻¹)ᵢᵢ, which is never more.",
    source="LeCun, Denker & Solla (1990); Hassibi & Stork (1993); computed here on 50 random positive "
    "matrices",
    breakers=[{"half": 1.0}, {"moved": 0.9}],
)
def surgeon_on_a_quadratic(half=0.5, moved=1.0, trials=50):
    """Compare both costs with the loss, and the surgeon's point with its neighbours."""
    rng, right, best = np.random.default_rng(2), 0, 0
    for _ in range(trials):
        A = rng.standard_normal((5, 5))
        H, w = A @ A.T + 0.1 * np.eye(5), rng.standard_normal(5)
        inverse = np.linalg.inv(H)

        def rise(v, w=w, H=H):
            return 0.5 * (v - w) @ H @ (v - w)

        alone = w.copy()
        alone[0] = 0
        repaired = pruning.surgeon(w, inverse, np.array([0]))
        repaired[1:] = w[1:] + moved * (repaired[1:] - w[1:])
        costs = half * H[0, 0] * w[0] ** 2, half * w[0] ** 2 / inverse[0, 0]
        right += bool(np.allclose((rise(alone), rise(repaired)), costs, rtol=1e-8))
        near = repaired + 0.01 * np.append(0, rng.standard_normal(4))
        best += bool(rise(repaired) <= min(rise(alone), rise(near)) + 1e-12)
    return Evidence(
        right == best == trials,
        f"{trials} matrices: both formulas are right in {right}, and the surgeon's point is the best in "
        f"{best}.",
    )


@CLAIMS.claim(
    "10.14",
    "The more of the second-order term a rule uses, the less the loss rises: ½hᵢᵢwᵢ² beats the magnitude, "
    "½hᵢᵢwᵢ² with the update of the other weights beats both, and a random choice is far behind.",
    verdict=f"holds when 40 %, 50 % or 60 % of the weights are set to zero: {SETTING}",
    source="LeCun, Denker & Solla (1990); Hassibi & Stork (1993); eight recorded networks here",
    breakers=[{"shares": (0.8,)}, {"shares": (0.9,)}],
)
def order(shares=(0.4, 0.5, 0.6)):
    """Look at the order in every network and share."""
    found = np.concatenate([_rises(share) for share in shares])
    inside = int((np.diff(found, axis=1) < 0).all(axis=1).sum())
    return Evidence(
        inside == len(found),
        f"The order holds in {inside} of {len(found)} cases. Median rise of the loss at "
        f"{shares[-1]:.0%}: {_medians(_rises(shares[-1]))}.",
    )


@CLAIMS.claim(
    "10.15",
    "When 90 % of the weights are removed, the rules of second order no longer beat the magnitude: the step "
    "has left the region where the loss is close to a quadratic.",
    verdict=f"holds when the weights are not trained afterwards: {SETTING}",
    source="Eight recorded networks here",
    breakers=[{"share": 0.6}, {"share": 0.4}],
)
def too_far(share=0.9):
    """Count the networks in which the magnitude is better, and compare the rise with the prediction."""
    found = _rises(share)
    worse = (found[:, 2] > found[:, 1]).sum(), (found[:, 3] > found[:, 1]).sum()
    half = len(found) / 2
    return Evidence(
        bool(worse[0] > half and worse[1] > half),
        f"At {share:.0%} the magnitude beats ½hᵢᵢwᵢ² in {worse[0]} of {len(found)} networks, and the "
        "rule with "
        f"the update in {worse[1]}. Median rise: {_medians(found)}.",
    )


@CLAIMS.claim(
    "10.16",
    "All weights are rounded to a few bits, one after another. If the weights that are not yet rounded "
    "compensate for each error, the loss rises at most a third as much as without compensation.",
    verdict=f"holds when each weight has 2 or 3 bits, in all eight networks: {SETTING}",
    source="The idea of GPTQ (Frantar et al. 2023), with the Hessian of the whole loss; eight recorded "
    "networks here",
    breakers=[{"bits": (6,)}, {"swapped": True}],
)
def rounding(bits=(2, 3), swapped=False):
    """Compare the two rises, network by network."""
    record = pruning.recorded()
    at = [int(np.flatnonzero(record["bits"] == b)[0]) for b in bits]
    plain, made_up = (
        record["rounded"][:, int(swapped), at],
        record["rounded"][:, 1 - int(swapped), at],
    )
    enough = plain > 3 * np.maximum(made_up, 0)
    at_four = int(np.flatnonzero(record["bits"] == 4)[0])
    four = record["rounded"][:, :, at_four].astype(float) / record["loss"][:, None]
    return Evidence(
        bool((enough & (plain > 1e-3)).all()),
        f"This holds in {int(enough.sum())} of {enough.size} cases with {' or '.join(map(str, bits))} bits. "
        f"With 4 bits the loss rises by {four[:, 0].min():.0%} to {four[:, 0].max():.0%} of its value "
        f"without compensation, and changes by {np.abs(four[:, 1]).max():.0%} at most with it.",
    )
