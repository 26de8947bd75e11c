"""The claim of lesson 01 on power iteration."""

import numpy as np

from course_lib.lessons.lesson_01.experiments import power_iteration
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "1.17",
    "Power iteration on a symmetric H finds the eigenvalue that is largest in size. The right "
    "part of the vector is its part along the eigenvector of this eigenvalue, and the wrong part is the "
    "rest. Divide the length of the wrong part by the length of the right part. Each step multiplies this "
    "ratio by at most the second largest |λᵢ| divided by the largest.",
    verdict="holds when one eigenvalue is larger in size than all others, and the start has a part along "
    "its eigenvector",
    source="Standard; Trefethen & Bau (1997)",
    breakers=[{"by_value": True}, {"lead": -3.0}, {"steps": 5}],
)
def power(lead=-5.0, by_value=False, steps=120):
    """Run it on three matrices whose eigenvectors are drawn first, and watch the wrong part."""
    rng, good, found, worst = np.random.default_rng(0), True, [], 0.0
    for lam in ((4.0, 3.0, 1.0, 0.5), (3.0, 1.0, 0.2, lead), (2.0, 0.5, -1.0, -1.5)):
        V = np.linalg.qr(rng.normal(size=(4, 4)))[0]
        H = (V * lam) @ V.T
        sizes = np.sort(np.abs(lam))[::-1]
        first = int(np.argmax(lam if by_value else np.abs(lam)))
        value, path = power_iteration(H.dot, rng.normal(size=4), steps)
        shares = V.T @ path  # of each vector on the way, along every eigenvector
        wrong = np.linalg.norm(np.delete(shares, first, axis=0), axis=0)
        ratio = wrong / np.maximum(np.abs(shares[first]), 1e-300)
        seen = ratio > 1e-10  # below, it is rounding
        pace = (ratio[1:] / ratio[:-1])[seen[1:]].max(initial=0) / (sizes[1] / sizes[0])
        worst = max(worst, pace)
        good = good and abs(value - lam[first]) < 1e-6 and pace < 1 + 1e-4
        found.append(value)
    return Evidence(
        bool(good),
        "We ran power iteration on three matrices in four dimensions. Their eigenvalues are 4, 3, 1, 0.5; "
        "3, 1, 0.2, "
        f"{lead:g}".replace("-", "−")
        + f"; and 2, 0.5, −1, −1.5. After {steps} steps it finds "
        + ", ".join(f"{x:.2f}" for x in found).replace("-", "−")
        + (". No step was slower than stated." if worst < 1 + 1e-4 else ". Some step was slower."),
    )
