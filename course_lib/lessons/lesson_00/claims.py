"""What lesson 00 says, with evidence."""

import numpy as np
from scipy import stats

from course_lib.lessons.lesson_00 import demo_intervals
from course_lib.lessons.lesson_00.demo_valley import compute
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "0.1",
    "At height c, the valley f(x) = ½ h x² is 2√(2c/h) wide. To halve its width, you must multiply the "
    "curvature by four.",
    source="Solve ½ h x² = c for x",
    breakers=[{"half": 1.0}, {"power": 1}],
)
def width(half=0.5, power=2):
    """Move outward until the height is reached, for three curvatures and two heights."""
    x = np.linspace(0, 5, 500_001)
    worst, ratios = 0.0, []
    for c in (0.5, 2.0):
        measured = [2 * x[np.searchsorted(half * h * x**power, c)] for h in (1.0, 4.0, 16.0)]
        formula = [compute(h, c).width for h in (1.0, 4.0, 16.0)]
        worst = max(worst, np.abs(np.subtract(measured, formula)).max())
        ratios += [measured[0] / measured[1], measured[1] / measured[2]]
    halved = np.allclose(ratios, 2, rtol=1e-3)
    return Evidence(
        bool(worst < 1e-3 and halved),
        "At the heights 0.5 and 2, four times the curvature "
        + (
            "gives half the measured width. "
            if halved
            else "does not give half the measured width. "
        )
        + ("The formula gives the same widths." if worst < 1e-3 else "")
        + (f"The formula is off by up to {worst:.2f}." if worst >= 1e-3 else ""),
    )


def _counted(kind, n, factor=1.0, repeats=20_000):
    """Return how many of 1000 intervals contain the true mean, by code that the demo does not use."""
    rng = np.random.default_rng(1908)
    draw = {
        "bell-shaped": lambda: rng.standard_normal((repeats, n)),
        "skewed": lambda: rng.standard_exponential((repeats, n)) - 1,
    }
    x = draw[kind]()
    low, high = stats.t.interval(0.95, n - 1, x.mean(axis=1), factor * stats.sem(x, axis=1))
    return 1000 * np.mean((low <= 0) & (high >= 0))


@CLAIMS.claim(
    "0.2",
    "If the measurements are independent and bell-shaped, 95 in 100 of the 95 % intervals (with "
    "Student's factor) contain the true value, even if there are very few measurements.",
    source="Student (1908)",
    breakers=[{"factor": 0.8}, {"kind": "skewed"}],
)
def coverage(kind="bell-shaped", factor=1.0):
    """Count, for 3, 5, 20 and 80 measurements, and compare with what the demo counts."""
    sizes = (3, 5, 20, 80)
    counts = [_counted(kind, n, factor) for n in sizes]
    shown = [
        np.mean([demo_intervals.compute(n, kind, "95 %", s).hit for s in (0, 1)]) for n in sizes
    ]
    kept = (
        max(np.abs(np.subtract(counts, 950))) < 8 and max(np.abs(np.subtract(shown, 0.95))) < 0.02
    )
    said = ", ".join(f"{count / 10:.0f}" for count in counts)
    return Evidence(
        bool(kept),
        f"We counted 20 000 intervals for each number of measurements. With 3, 5, 20 and 80 {kind} "
        f"measurements, {said} in 100 of them contain the true value.",
    )


@CLAIMS.claim(
    "0.3",
    "With five measurements from a strongly skewed distribution, only about 880 of 1000 “95 %” intervals "
    "contain the true value.",
    source="Counted here, for the exponential distribution",
    breakers=[{"kind": "bell-shaped"}, {"n": 80}],
)
def broken_promise(kind="skewed", n=5):
    """Count, and ask how far the count is from what luck allows."""
    count = _counted(kind, n)
    luck = np.sqrt(1000 * 0.95 * 0.05)
    rounded = round(count, -1)
    off = (950 - rounded) / luck
    return Evidence(
        bool(870 < count < 890 and off > 5),
        f"About {count / 10:.0f} in 100 intervals contain the true value. If the promise is kept, a count "
        f"among 1000 intervals typically differs from 950 by {luck:.0f}. A count of {rounded:.0f} "
        + (f"is {off:.0f} times as far from 950." if off > 2 else "is within what luck allows."),
    )


@CLAIMS.claim(
    "0.4",
    "Suppose that two methods are run with the same seeds, and that each seed moves both results in the "
    "same direction. Then paired differences give the mean change a smaller standard error than two "
    "separate groups do.",
    source="Var(a − b) = Var(a) + Var(b) − 2 Cov(a, b)",
    breakers=[{"common": 0.0}],
)
def paired(common=1.0, own=0.3, n=8, repeats=4000):
    """Repeat an experiment of n pairs; compare both standard errors with the true scatter."""
    rng = np.random.default_rng(4)
    luck = common * rng.standard_normal((repeats, n))
    a, b = (luck + own * rng.standard_normal((repeats, n)) for _ in range(2))
    scatter = np.std((a - b).mean(axis=1))
    by_pairs = np.sqrt(np.mean(stats.sem(a - b, axis=1) ** 2))
    by_groups = np.sqrt(np.mean(stats.sem(a, axis=1) ** 2 + stats.sem(b, axis=1) ** 2))
    return Evidence(
        bool(abs(by_pairs / scatter - 1) < 0.05 and by_groups > 2 * by_pairs),
        f"In {repeats} experiments with {n} pairs each, the mean change scatters by {scatter:.2f}. The "
        f"paired differences give a standard error of {by_pairs:.2f}, and two separate groups give "
        f"{by_groups:.2f}.",
    )


CLAIMS.opinion(
    "0.5",
    "A valley is a good first example.",
    source="This lesson",
    why="Nobody has said how to measure “good”, or which result would speak against the sentence.",
)
