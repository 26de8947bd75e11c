"""What lesson 05 says of the reasons: power iteration, self-stabilization, and what changes them."""

import numpy as np
import sympy

from course_lib.exact import dynamics
from course_lib.lessons.lesson_05 import experiments
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
SETTING = "network 64-32-32-10 with tanh, 200 centred digits, initial weights halved"
CLIMBS, JUMPS = 1.05, 3.0  # λ₁ grows by a twentieth; the loss grows to three times its value
NEW_LIMIT = 0.97, 1.15  # of 2/η


def _range(values):
    return f"{np.min(values):.2f} to {np.max(values):.2f}"


@CLAIMS.claim(
    "5.8",
    "Power iteration finds the eigenvalue that is largest in size. This is λ₁ unless a negative eigenvalue "
    "is larger in size. In that case, add a large enough constant c to all eigenvalues: then power "
    "iteration finds λ₁ + c.",
    source="Computed here",
    breakers=[{"lowest": -2.0}, {"shift": 0.2}],
)
def largest_in_size(lowest=-4.0, shift=2.0):
    """Iterate on a matrix with the eigenvalues 3, 1 and `lowest`, as it is and shifted."""
    Q, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))
    H = Q @ np.diag([3.0, 1.0, lowest]) @ Q.T
    found = []
    for A in (H, H + shift * np.eye(3)):
        v = np.ones(3)
        for _ in range(400):
            v = A @ v / np.linalg.norm(A @ v)
        found.append(v @ A @ v)
    return Evidence(
        bool(abs(found[0] + 4) < 1e-6 and abs(found[1] - shift - 3) < 1e-6),
        f"Eigenvalues 3, 1, {lowest:g}: it finds {found[0]:.2f}; with {shift:g} added to each it finds "
        f"{found[1]:.2f}, that is {found[1] - shift:.2f} + {shift:g}.",
    )


@CLAIMS.claim(
    "5.9",
    "On ½(ab−1)² a step with the error r changes a² + b² by exactly −4ηr − ηr²(4 − η(a² + b²)). So at "
    "η(a² + b²) = 2 a pair of steps, with r and −r, lowers a² + b² by 4ηr². A step multiplies a² − b² by "
    "exactly 1 − η²r².",
    source="Three lines of algebra, in the lesson; done again here by SymPy",
    breakers=[{"at": 5}, {"sign": -1}],
)
def oscillation_lowers(at=2, sign=1):
    """Make the step with symbols, and the pair at η(a² + b²) = `at`."""
    a, b, r, S, eta = sympy.symbols("a b r S eta")
    error = a * b - 1
    after = (a - sign * eta * error * b) ** 2 + (b - sign * eta * error * a) ** 2
    said = -4 * eta * error - eta * error**2 * (4 - eta * (a**2 + b**2))
    exact = sympy.expand(after - a**2 - b**2 - said) == 0
    difference = (a - sign * eta * error * b) ** 2 - (b - sign * eta * error * a) ** 2
    exact &= sympy.expand(difference - (a**2 - b**2) * (1 - eta**2 * error**2)) == 0
    step = -4 * eta * r - eta * r**2 * (4 - eta * S)
    pair = sympy.simplify((step + step.subs(r, -r)).subs(S, at / eta))
    lowered = sympy.simplify(pair + 4 * eta * r**2) == 0
    return Evidence(
        bool(exact and lowered),
        f"The formulas are {'exact' if exact else 'wrong'}; at η(a² + b²) = {at} the pair changes a² + b² by "
        f"{str(sympy.factor(pair)).replace('eta', 'η').replace('**2', '²').replace('*', '·')}.",
    )


@CLAIMS.claim(
    "5.10",
    "On ½(ab−1)² from (2.3, 0.45) with η = 0.4, the oscillation across the valley grows more than tenfold. "
    "Meanwhile a² + b² falls from above 2/η to below it, and then the oscillation dies out.",
    source="Computed here; Damian et al. (2023) call the mechanism self-stabilization",
    breakers=[{"eta": 0.3}, {"eta": 0.45}, {"frozen": True}],
)
def pulse(eta=0.4, frozen=False):
    """Walk, on the loss itself or on the quadratic with its first Hessian (`frozen`)."""
    start = np.array([2.3, 0.45])

    def gradient(w):
        return (w[0] * w[1] - 1) * w[::-1]

    a, b = start
    H = np.array([[b * b, 2 * a * b - 1], [2 * a * b - 1, a * a]])
    slope = (lambda w: gradient(start) + H @ (w - start)) if frozen else gradient
    path = dynamics.walk(slope, start, eta, 60)
    r, S = path.prod(axis=1) - 1, (path**2).sum(axis=1)
    grows = np.nanmax(np.abs(r)) / abs(r[0])
    dies = bool(abs(r[-1]) < 0.01)
    return Evidence(
        bool(S[0] > 2 / eta > S[-1] and 10 < grows < 20 and dies),
        f"η = {eta:g}: the error grows to {grows:.3g} times its first value and "
        f"{'dies out' if dies else 'does not die out'}; a² + b² goes from {S[0]:.2f} to {S[-1]:.3g}, "
        f"2/η = {2 / eta:.2f}.",
    )


@CLAIMS.claim(
    "5.11",
    "Two effects act on λ₁. Before the oscillation along v₁ starts, λ₁ rises as descent along the other "
    "directions predicts (within 2%). Where the oscillation x is large, λ₁ falls as −ηx²‖∇λ₁‖² predicts "
    "(correlation above 0.5). Over 160 steps λ₁ changes by less than half of what the oscillation takes "
    "away.",
    verdict=f"holds when η = 0.4, from step 150 on, squared error, full batches: {SETTING}",
    source="The mechanism of Damian et al. (2023); ten recorded seeds here",
    breakers=[{"eta_squared": True}, {"shuffled": True}, {"descent": 1.1}],
)
def balance(eta_squared=False, shuffled=False, descent=1.0):
    """Compare the measured changes of λ₁ with the two predicted parts; `descent` scales one of them."""
    correlations, rises, kept = [], [], []
    for one in experiments.recorded_balances():
        taken = one.stabilized[::-1] if shuffled else one.stabilized
        taken = taken * (0.4 if eta_squared else 1)
        correlations.append(np.corrcoef(one.change, taken)[0, 1])
        quiet = np.cumsum(one.stabilized) > -1e-3  # no oscillation yet
        rises.append(one.change[quiet].sum() / (descent * one.pushed[quiet].sum()))
        kept.append(abs(one.change.mean() / taken.mean()))
    return Evidence(
        bool(min(correlations) > 0.5 and np.ptp([1, *rises]) < 0.02 and max(kept) < 0.5),
        f"Ten recorded runs: before the oscillation, λ₁ rises by {_range(rises)} times what descent along "
        f"the other directions predicts. The correlation is {_range(correlations)}. In size, the mean change "
        f"of λ₁ is {_range(kept)} times the mean change that the oscillation causes.",
    )


@CLAIMS.claim(
    "5.12",
    "If η is halved at the edge, λ₁ climbs again. If η is doubled at the edge, the loss jumps to "
    "more than three times its value at the change, and λ₁ falls to the new limit.",
    verdict=f"holds when η = 0.4 is changed at step 350, squared error, full batches: {SETTING}; each part "
    "in at least nine of ten runs",
    source="Ten recorded seeds here",
    breakers=[{"halved": 0.4}, {"doubled": 0.4}, {"at": 50}],
)
def steering(halved=0.2, doubled=0.8, at=350):
    """Count the recorded runs in which each of the two happens."""
    seeds, _, _ = experiments.steered_choices()
    slow = [experiments.recorded_steering(int(seed), at, halved) for seed in seeds]
    fast = [experiments.recorded_steering(int(seed), at, doubled) for seed in seeds]
    grows = np.array([run.after[-5:].mean() / run.after[0] for run in slow])
    climbs = int((grows > CLIMBS).sum())
    jumps = sum(run.jump > JUMPS for run in fast)
    lands = [run.after[-5:].mean() * run.eta / 2 for run in fast]
    settles = sum(NEW_LIMIT[0] < ratio < NEW_LIMIT[1] for ratio in lands)
    enough = 0.9 * len(seeds)
    return Evidence(
        bool(min(climbs, jumps, settles) >= enough),
        f"η = {halved:g}: λ₁ climbs in {climbs} of {len(slow)} runs, to {_range(grows)} times its value "
        f"at the change. η = {doubled:g}: the loss jumps in {jumps} of {len(fast)} runs, "
        f"and λ₁ ends at the new limit in {settles}.",
    )


@CLAIMS.claim(
    "5.13",
    "In training with cross-entropy and wrong labels, λ₁ passes 2/η, and later it falls below 2/η again.",
    verdict=f"holds when all labels are wrong, η = 0.4, full batches: {SETTING}",
    source="Five recorded seeds here",
    breakers=[{"share": 0.0}],
)
def wrong_labels(share=1.0):
    """Look at the highest and at the last value of ηλ₁/2."""
    shares, _, ratio = experiments.recorded_limits("labels")
    runs = ratio[np.flatnonzero(shares == share)[0]]
    return Evidence(
        bool(runs.max(axis=1).min() > 1 and runs[:, -1].max() < 0.2),
        f"Share of wrong labels {share:.0%}, {len(runs)} runs: ηλ₁/2 reaches "
        f"{_range(runs.max(axis=1))} at its highest and ends at {_range(runs[:, -1])}.",
    )


@CLAIMS.claim(
    "5.14",
    "With small batches λ₁ stays below the edge: ηλ₁/2 ends at about a half with batches of 8 digits, and "
    "below 0.9 with batches of 16. With all 200 digits it ends at about 1.",
    verdict=f"holds when η = 0.4 after 1500 steps of squared error: {SETTING}",
    source="Five recorded seeds here; Jastrzębski et al. (2019) for larger networks",
    breakers=[{"small": 64}, {"medium": 64}, {"full": 16}],
)
def batches(small=8, medium=16, full=200):
    """Compare where the recorded runs end."""
    sizes, _, ratio = experiments.recorded_limits("batch")
    end = {size: ratio[np.flatnonzero(sizes == size)[0], :, -5:].mean(axis=1) for size in sizes}
    return Evidence(
        bool(end[small].max() < 0.7 and end[medium].max() < 0.9 and end[full].min() > 0.97),
        f"ηλ₁/2 ends at {_range(end[small])} with batches of {small}, {_range(end[medium])} with {medium}, "
        f"{_range(end[full])} with {full}.",
    )
