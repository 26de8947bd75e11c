"""Claims of lesson 03 about counts: finding, counting and meeting critical points."""

import numpy as np
from scipy.stats import spearmanr

from course_lib.exact import critical_points, landscapes
from course_lib.lessons.lesson_03.experiments import (
    SEEDS,
    beside_a_saddle,
    largest_curvature,
    planar,
    recorded_searches,
    shares_of_minima,
    steps_to_leave,
    turns_around,
)
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
MEASURED = "Measured here; tools/record_03.py made the recorded part"
MORSE = "Standard: Morse theory on the torus, Poincaré and Hopf in a box"
# P(all eigenvalues positive) of a GOE matrix, exact: what the share of minima is *not*.
GOE = {1: 0.5, 2: (2 - 2**0.5) / 4, 3: (np.pi - 2 * 2**0.5) / (4 * np.pi), 4: 0.002457}


@CLAIMS.claim(
    "3.12",
    "On a torus Σ(−1)^index over all critical points is 0. In two dimensions this means that there are "
    "as many saddles as minima and maxima together.",
    source=MORSE,
    breakers=[{"leave_out": 1}, {"expected": 2}],
)
def torus_sum(leave_out=0, expected=0):
    """Count on 20 landscapes; `leave_out` drops the lowest points from each list."""
    sums = [int(((-1) ** planar(seed)[1].found.index[leave_out:]).sum()) for seed in SEEDS]
    good = sum(s == expected for s in sums)
    words = f"The sum is {expected} on {good} of {len(sums)} landscapes."
    return Evidence(good == len(sums), words)


@CLAIMS.claim(
    "3.13",
    "If Σ(−1)^index over a list of critical points has the value that the theorem requires, the "
    "list is complete.",
    verdict="false as stated",
    source=MORSE + "; counted here",
    breakers=[{"starts": (256,)}],
)
def certificate(starts=(3, 4, 5, 6, 8, 10)):
    """Search with too few starts; count the incomplete lists that the sum lets pass.

    What a list lacks is looked up: places that are level, and far from every point in the list.
    """
    incomplete = passed = 0
    for seed in SEEDS:
        f, search = planar(seed)
        w = f.random_points(max(starts), 3000 + seed)
        found = critical_points.find(f.gradient, f.hessian, w, periods=f.periods)
        for num in starts:
            ends = found.ends[:num]
            rows = np.unique(ends[ends >= 0])
            missing = _missing(f, search.found.points, found.points[rows])
            incomplete += missing > 0
            passed += missing > 0 and int(((-1) ** found.index[rows]).sum()) == 0
    return Evidence(
        passed > 0,
        f"{incomplete} searches with {min(starts)} to {max(starts)} starts missed points. In {passed} of "
        "them the sum is right nevertheless.",
    )


def _missing(f, everything, found):
    """Count the level places in `everything` that no row of `found` is near, on the torus."""
    apart = (everything[:, None] - found + f.periods / 2) % f.periods - f.periods / 2
    far = np.linalg.norm(apart, axis=2).min(axis=1, initial=np.inf) > 1e-3
    level = np.linalg.norm(f.gradient(everything), axis=1) < 1e-8
    return int((far & level).sum())


@CLAIMS.claim(
    "3.22",
    "Walk counter-clockwise on a small circle around a critical point in the plane that is not "
    "degenerate. The gradient turns once counter-clockwise at a minimum or a maximum, and once "
    "clockwise at a saddle. So it makes (−1)^index turns.",
    source=MORSE,
    breakers=[{"radius": 2.5}, {"rotated": True}],
)
def turns(radius=0.01, rotated=False):
    """Walk around every critical point of 20 landscapes; `rotated` takes the wrong index."""
    right = total = 0
    for seed in SEEDS:
        f, search = planar(seed)
        for w, index in zip(search.found.points, search.found.index, strict=True):
            right += turns_around(f, w, radius) == (-1) ** (int(index) + rotated)
            total += 1
    words = (
        f"On {len(SEEDS)} landscapes the gradient makes (−1)^index turns around {right} of {total} "
        "critical points."
    )
    return Evidence(right == total, words)


@CLAIMS.claim(
    "3.14",
    "The search passes both checks for 20 landscapes in two dimensions, 40 in three and 40 in "
    "four. Two doublings of the starts find nothing new, and Σ(−1)^index = 0.",
    source=MEASURED,
    breakers=[{"first_round_only": True}],
)
def complete(first_round_only=False):
    """Search live in two dimensions; read the record for three and four."""
    live = [planar(seed)[1] for seed in SEEDS]
    good = [sum(bool(s.settled and s.sum_agrees) for s in live)]
    early = 0
    for d in (3, 4):
        recorded = recorded_searches(d)
        early += sum(search.found[0] < search.found[-1] for search in recorded)
        good.append(sum(search.settled and search.index_sum == 0 for search in recorded))
    if first_round_only:
        good[-1] -= early
    return Evidence(
        good == [20, 40, 40],
        f"The search passes both checks on {good[0]} of 20 landscapes in two dimensions, {good[1]} of 40 in "
        f"three and {good[2]} of 40 in four. In {early} of "
        "the 80 recorded searches the first round had not yet found all points.",
    )


@CLAIMS.claim(
    "3.15",
    "In random trigonometric landscapes of d = 1 to 4 dimensions about one critical point in 2ᵈ is a "
    "minimum.",
    source=MEASURED,
    breakers=[{"law": GOE}, {"law": {d: 1 / (d + 1) for d in range(1, 5)}}],
)
def share_of_minima(law=None):
    """Compare the mean share over 40 landscapes a dimension with 2⁻ᵈ, or with another `law`."""
    words, off = [], []
    for d in range(1, 5):
        shares = shares_of_minima(d)
        expected = 2.0**-d if law is None else law[d]
        off.append(abs(shares.mean() / expected - 1))
        words.append(
            f"d = {d}: {shares.mean():.3f} ± {_standard_error(shares):.3f} against {expected:.4g}"
        )
    summary = "; ".join(words) + " (mean ± standard error over 40 landscapes)."
    return Evidence(bool(max(off) < 0.1), summary)


def _standard_error(values):
    return np.std(values, ddof=1) / len(values) ** 0.5


@CLAIMS.claim(
    "3.16",
    "In random trigonometric landscapes low critical points have few negative eigenvalues, and high "
    "ones have many. In two to four dimensions the rank correlation of index and height is above "
    "0.85 in every landscape.",
    source=MEASURED + "; for random fields in high dimension Bray & Dean (2007)",
    breakers=[{"shuffled": True}],
)
def index_and_height(shuffled=False):
    """Compute Spearman's correlation for each recorded landscape."""
    words, least = [], 1.0
    rng = np.random.default_rng(0)
    for d in (2, 3, 4):
        rho = []
        for search in recorded_searches(d):
            index = rng.permutation(search.index) if shuffled else search.index
            rho.append(spearmanr(index, search.heights).statistic)
        least = min(least, *rho)
        words.append(f"d = {d}: {np.mean(rho):.3f} ± {_standard_error(rho):.3f}")
    summary = (
        f"{'; '.join(words)} (mean ± standard error over 40 landscapes); the lowest value is "
        f"{least:.2f}."
    )
    return Evidence(bool(least > 0.85), summary)


@CLAIMS.claim(
    "3.17",
    "At every local minimum of ‖∇f‖², f has a critical point.",
    verdict="false as stated",
    source="Frye et al. (2021), on networks; small examples here",
    breakers=[{"slope": -1.0}],
)
def gradient_norm(slope=1.0):
    """Lower ‖∇f‖ on x³ + slope·x and on 20 landscapes; count runs that end with ∇f ≠ 0."""
    cubic = critical_points.find(
        lambda w: 3 * w**2 + slope, lambda w: 6 * w[:, :, None], np.linspace(-2, 2, 41)[:, None]
    )
    found = [planar(seed)[1].found for seed in SEEDS]
    shares = [points.num_spurious / points.num_starts for points in found]
    return Evidence(
        cubic.num_spurious > 30 and max(shares) > 0,
        f"On x³ {'+' if slope > 0 else '−'} x {cubic.num_spurious} of 41 runs end where the slope is not 0. "
        f"On 20 landscapes in the plane, {np.mean(shares):.0%} of the runs on average end at such a point "
        f"(from {min(shares):.0%} to {max(shares):.0%}).",
    )


@CLAIMS.claim(
    "3.18",
    "Gradient descent from random starts, with a small fixed step, ends at minima, though half of the "
    "critical points are saddles.",
    source="Lee et al. (2016): if no curvature is larger than L in size and η < 1/L, then with "
    "probability 1 descent from a random start does not converge to a strict saddle",
    breakers=[{"newton": True}],
)
def descent_ends(newton=False):
    """Run 100 descents on each of 20 landscapes, or as many Newton runs."""
    at_minima = total = 0
    saddles = []
    for seed in SEEDS:
        f, search = planar(seed)
        saddles.append((search.found.index == 1).mean())
        w = f.random_points(100, 2000 + seed)
        if newton:
            result = critical_points.find(f.gradient, f.hessian, w, periods=f.periods)
            at_minima += int((result.kinds[result.ends[result.ends >= 0]] == "minimum").sum())
        else:
            eta = 0.8 / largest_curvature(f)
            for _ in range(1500):
                w = w - eta * f.gradient(w)
            settled = np.linalg.norm(f.gradient(w), axis=1) < 1e-6
            at_minima += int((settled & (np.linalg.eigvalsh(f.hessian(w))[:, 0] > 0)).sum())
        total += len(w)
    return Evidence(
        at_minima == total and np.allclose(saddles, 0.5),
        f"{at_minima} of {total} runs on {len(SEEDS)} landscapes end at a minimum; "
        f"{np.mean(saddles):.0%} of the critical points are saddles.",
    )


@CLAIMS.claim(
    "3.19",
    "Gradient descent that starts near a saddle stays there for a while. If the start is a "
    "thousand times closer, it stays log(1000)/log(1 + η|λₙ|) steps longer.",
    source="The factor 1 + η|λₙ| per step is exact on a quadratic: Goh (2017)",
    breakers=[{"factor": 10.0}, {"linear": True}],
)
def waiting(factor=1000.0, linear=False):
    """Start beside a saddle of six landscapes, at four distances, and count the steps."""
    distances = 1e-2 / 1000.0 ** np.arange(4)
    worst, counts = 0.0, []
    for seed in range(6):
        saddle, fall, eta, path = beside_a_saddle(seed, distances)
        more = np.diff(steps_to_leave(saddle, path))
        law = 1000.0 if linear else np.log(factor) / np.log(1 + eta * fall)
        worst = max(worst, np.abs(more - law).max() / law)
        counts.append(round(float(more.mean())))
    return Evidence(
        bool(worst < 0.1),
        f"On 6 landscapes, starting 1000 times closer costs {min(counts)} to {max(counts)} more steps. "
        f"The law is off by at most {worst:.0%}.",
    )


@CLAIMS.claim(
    "3.20",
    "Himmelblau's function has 9 critical points: 4 minima, 4 saddles and 1 maximum. The "
    "six-hump camel function has 15: 6 minima, 7 saddles and 2 maxima. For both Σ(−1)^index = 1, "
    "and the gradient turns once along the edge of the box.",
    source=MORSE,
    breakers=[{"num_starts": 4, "max_rounds": 1}],
)
def named(num_starts=None, max_rounds=8):
    """Search both, and follow the gradient around the box."""
    words, good = [], True
    known = {landscapes.himmelblau(): (4, 4, 1), landscapes.six_hump_camel(): (6, 7, 2)}
    for f, counts in known.items():
        result = critical_points.search(f, num_starts, max_rounds=max_rounds)
        seen = tuple(result.found.count(kind) for kind in ("minimum", "saddle", "maximum"))
        total = result.found.index_sum()
        good &= seen == counts and result.settled and total == result.expected_sum == 1
        words.append(
            f"{f.name}: minima {seen[0]}, saddles {seen[1]}, maxima {seen[2]}, sum {total}, turns "
            f"{result.expected_sum}"
        )
    return Evidence(bool(good), "; ".join(words) + ".")
