"""What lesson 00 says, with evidence."""

import numpy as np

from course_lib.lessons.lesson_00.demo_valley import compute
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "0.1",
    "The valley f(x) = ½ h x² is 2√(2c/h) wide at height c: to be half as wide it takes four times the "
    "curvature.",
    source="Solve ½ h x² = c for x",
    breakers=[{"half": 1.0}, {"power": 1}],
)
def width(half=0.5, power=2):
    """Walk outward until the height is reached, for three curvatures and two heights."""
    x = np.linspace(0, 5, 500_001)
    worst, ratios = 0.0, []
    for c in (0.5, 2.0):
        walked = [2 * x[np.searchsorted(half * h * x**power, c)] for h in (1.0, 4.0, 16.0)]
        told = [compute(h, c).width for h in (1.0, 4.0, 16.0)]
        worst = max(worst, np.abs(np.subtract(walked, told)).max())
        ratios += [walked[0] / walked[1], walked[1] / walked[2]]
    good = worst < 1e-3 and np.allclose(ratios, 2, rtol=1e-3)
    return Evidence(
        bool(good),
        "At the heights 0.5 and 2, each fourfold curvature divides the width that was walked by "
        f"{min(ratios):.2f} to {max(ratios):.2f}; the formula is "
        + ("right." if worst < 1e-3 else f"off by up to {worst:.2f}."),
    )
