"""Claims of lesson 03 about classes: what the eigenvalues say at one critical point, and what not.

Reference values are written out by hand in each check.
"""

import numpy as np

from course_lib.exact import critical_points, formulas, landscapes, spectra
from course_lib.lessons.lesson_03 import experiments
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 3"
STANDARD = "Standard; the argument stands in the lesson"


def _around(kind, shift=0.0, read=lambda lam: lam, seeds=range(6)):
    """Sample small spheres around all points whose eigenvalues say `kind`; lowest and highest."""
    low, high = [], []
    for seed in seeds:
        f, search = experiments.planar(seed)
        for w, lam in zip(search.found.points, search.found.eigenvalues, strict=True):
            if critical_points.classify(read(lam)) == kind:
                change = critical_points.lowest_and_highest_around(f.value, w + shift, 0.01, 500)
                low.append(change[0])
                high.append(change[1])
    return np.array(low), np.array(high)


@CLAIMS.claim(
    "3.1",
    "λᵢ > 0 for all i: a local minimum, and a strict one.",
    verdict="holds when ∇f = 0 there",
    source=NOTES,
    breakers=[{"shift": 0.05}, {"read": np.abs}],
)
def minima(shift=0.0, read=lambda lam: lam):
    """Look around every such critical point of six landscapes; `shift` moves off the point."""
    low, _ = _around("minimum", shift, read)
    up = int((low > 0).sum())
    words = f"Around {up} of {len(low)} such points everything at the distance 0.01 is higher."
    return Evidence(bool(up == len(low) > 0), words)


@CLAIMS.claim(
    "3.2",
    "λᵢ < 0 for all i: a local maximum, and a strict one.",
    verdict="holds when ∇f = 0 there",
    source=NOTES,
    breakers=[{"shift": 0.05}, {"read": lambda lam: -lam}],
)
def maxima(shift=0.0, read=lambda lam: lam):
    """Look around every such critical point of six landscapes; `shift` moves off the point."""
    _, high = _around("maximum", shift, read)
    down = int((high < 0).sum())
    words = f"Around {down} of {len(high)} such points everything at the distance 0.01 is lower."
    return Evidence(bool(down == len(high) > 0), words)


@CLAIMS.claim(
    "3.3",
    "Mixed signs: a saddle point, higher ground and lower ground as near as you like.",
    verdict="holds when ∇f = 0 there, whatever other eigenvalues are zero",
    source=NOTES,
    breakers=[{"lam": (2.0, 0.0, 1.0)}, {"lam": (-2.0, 0.0, 0.0)}],
)
def saddles(lam=(2.0, 0.0, -2.0)):
    """Look around saddles of landscapes, and around ½ Σ λᵢwᵢ² + c·w₂⁴ for three c."""
    low, high = _around("saddle")
    for c in (-1.0, 0.0, 1.0):
        change = critical_points.lowest_and_highest_around(
            lambda w, c=c: 0.5 * w**2 @ np.array(lam) + c * w[:, 1] ** 4, np.zeros(3), 0.01
        )
        low, high = np.append(low, change[0]), np.append(high, change[1])
    both = int(((low < 0) & (high > 0)).sum())
    words = f"Around {both} of {len(low)} such points some directions rise and some fall."
    return Evidence(bool(both == len(low)), words)


@CLAIMS.claim(
    "3.4",
    "λᵢ = 0 for some i: a degenerate critical point.",
    verdict="holds when read as a name: it is no class beside minimum, maximum and saddle",
    source=NOTES,
    breakers=[{"degenerate": ((2.0, 1.0, 1.0), (1.0, 1.0, -1.0))}],
)
def degenerate(degenerate=((2.0, 0.0, 0.0), (1.0, 0.0, -1.0))):
    """Two spectra with a zero: does the zero settle the class? Mixed signs do, if present."""
    kinds = [critical_points.classify(lam) for lam in degenerate]
    said = ", ".join(
        f"({', '.join(f'{x:g}' for x in lam)}) {kind}"
        for lam, kind in zip(degenerate, kinds, strict=True)
    ).replace("-", "−")
    words = f"{said}. A spectrum with a zero can stand on two lines of the notes' list at once."
    return Evidence(kinds == ["undecided", "saddle"], words)


def _zoo(text):
    """Return eigenvalues at 0, and the lowest and highest on two small circles."""
    f = formulas.Formula.from_text(text, ("x", "y"))
    lam = spectra.eigh(f.hessian_at(np.zeros(2))).eigenvalues
    changes = [
        critical_points.lowest_and_highest_around(lambda w: f.value(w.T), [0, 0], r)
        for r in (0.1, 0.01)
    ]
    return lam, min(c[0] for c in changes), min(c[1] for c in changes)


@CLAIMS.claim(
    "3.5",
    "At 0 the functions x² + y⁴, x², x² − y⁴ and x² + y³ all have the eigenvalues 2 and 0. The first "
    "two have a minimum there, the others have not. Only a maximum is excluded by the eigenvalues.",
    source=STANDARD,
    breakers=[{"others": ("x**2 + y**6", "x**2 + y**3")}, {"minima": ("x**2 + y**4", "y**4")}],
)
def zoo(minima=("x**2 + y**4", "x**2"), others=("x**2 - y**4", "x**2 + y**3")):
    """Compare Hessians from SymPy, and sample circles of radius 0.1 and 0.01."""
    up, down = [_zoo(text) for text in minima], [_zoo(text) for text in others]
    same = all(np.allclose(lam, (2, 0)) for lam, _, _ in up + down)
    # cos of a right angle is 6e-17 in floating point: its square is the rounding of a zero.
    good = (
        same
        and all(low >= 0 for _, low, _ in up)
        and all(low < 0 for _, low, _ in down)
        and all(high > 0 for _, _, high in up + down)
    )
    return Evidence(
        bool(good),
        f"Eigenvalues {'2 and 0 for all four' if same else 'that differ'}. Lowest on the circles: "
        f"{', '.join(_size(low) for _, low, _ in up)} for the first two, "
        f"{', '.join(_size(low) for _, low, _ in down)} for the others; each rises somewhere.",
    )


def _size(x):
    return "0" if abs(x) < 1e-20 else f"{x:.0e}".replace("-", "−")


@CLAIMS.claim(
    "3.6",
    "The monkey saddle x³ − 3xy² has the Hessian 0 at 0, where it rises in three sectors and falls in "
    "three. Any small tilt c(x² + y²) breaks it into four points that the Hessian can name.",
    source=STANDARD,
    breakers=[{"tilts": (0.0, 0.1)}, {"cubic": False}],
)
def monkey(tilts=(-0.2, 0.1, 0.5), cubic=True):
    """Count sign changes around the origin, and find the pieces after the tilt."""
    turn = np.linspace(0, 2 * np.pi, 1000) + 0.001
    w = 0.1 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    f = landscapes.monkey_saddle()
    around = f.value(w) if cubic else w[:, 0] ** 2 - w[:, 1] ** 2
    changes = int((np.diff(np.sign(around)) != 0).sum())
    pieces = [critical_points.search(landscapes.monkey_saddle(c)).found for c in tilts]
    counts = [(p.count("saddle"), p.count("minimum") + p.count("maximum")) for p in pieces]
    flat = not f.hessian(np.zeros((1, 2))).any()
    return Evidence(
        bool(flat and changes == 6 and all(c == (3, 1) for c in counts)),
        f"{changes} changes of sign around the origin. After tilts of "
        f"{', '.join(f'{c:g}' for c in tilts)}: ".replace("-", "−")
        + "; ".join(f"{s} saddles and {e} extremum" for s, e in counts)
        + ".",
    )


def _descent(lam, steps=2000):
    """Run descent on ½ Σ λᵢwᵢ² with the best step for its range; return steps to 1e-6, or None."""
    lam = np.array(lam, float)
    eta = 2 / (np.abs(lam).max() + np.abs(lam).min())
    w = np.ones(len(lam))
    for k in range(steps + 1):
        size = np.abs(w).max()
        if size < 1e-6:
            return k
        if size > 1e6:
            return None
        w = w - eta * lam * w
    return None


def _counts(lams):
    counts = [_descent(lam) for lam in lams]
    words = "; ".join(
        f"({', '.join(f'{x:g}' for x in lam)}): {'never' if n is None else f'{n} steps'}"
        for lam, n in zip(lams, counts, strict=True)
    )
    return counts, words.replace("-", "−")


@CLAIMS.claim(
    "3.7",
    "λmin ≈ λmax: isotropic curvature, well-conditioned.",
    verdict="holds when all eigenvalues are positive",
    source=NOTES + "; the condition as in Nocedal & Wright (2006)",
    breakers=[{"lams": ((-2.0, -2.0),)}, {"lams": ((5.0, 1.0),)}],
)
def isotropic(lams=((5.0, 5.0), (0.01, 0.01), (2.0, 1.9, 1.8))):
    """Count the steps of descent until the error is a millionth."""
    counts, words = _counts(lams)
    good = all(n is not None and n <= 6 for n in counts)
    return Evidence(good, f"Error down to a millionth: {words}.")


@CLAIMS.claim(
    "3.8",
    "λmax ≫ λmin: anisotropic curvature, ill-conditioned.",
    verdict="holds when all eigenvalues are positive",
    source=NOTES + "; the condition as in Nocedal & Wright (2006)",
    breakers=[{"lams": ((1.0, -100.0),)}, {"lams": ((100.0, -1.0),)}, {"lams": ((3.0, 2.0),)}],
)
def anisotropic(lams=((100.0, 1.0), (1.0, 0.01), (50.0, 20.0, 0.5))):
    """Count the steps of descent until the error is a millionth: slow, but it gets there."""
    counts, words = _counts(lams)
    good = all(n is not None and n > 300 for n in counts)
    return Evidence(good, f"Error down to a millionth: {words}.")


@CLAIMS.claim(
    "3.9",
    "The eigenvalues of the Hessian provide a complete description of the local curvature.",
    verdict="false as stated",
    source=NOTES,
    breakers=[{"degrees": 0.0}, {"degrees": 180.0}],
)
def complete_description(degrees=60.0):
    """Turn a Hessian: the same eigenvalues, another curvature along the first axis."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    R = np.array([[c, -s], [s, c]])
    A, B = np.diag([3.0, 1.0]), R @ np.diag([3.0, 1.0]) @ R.T
    same = np.allclose(spectra.eigh(A).eigenvalues, spectra.eigh((B + B.T) / 2).eigenvalues)
    return Evidence(
        bool(same and abs(A[0, 0] - B[0, 0]) > 0.1),
        f"Two Hessians with the eigenvalues 3 and 1, turned by {degrees:g}°: the curvature along the "
        f"first axis is {A[0, 0]:.2f} and {B[0, 0]:.2f}. The eigenvectors are needed as well.",
    )


@CLAIMS.claim(
    "3.10",
    "Multiplying the loss by a positive number changes no class, if an eigenvalue counts as zero by its "
    "size beside the largest.",
    source=STANDARD,
    breakers=[{"absolute": 1e-8}, {"absolute": 1e-3}],
)
def scale(absolute=None):
    """Classify four spectra at eleven scales; `absolute` replaces the tolerance that scales."""
    changed = 0
    for lam in ([2.0, 1.0], [2.0, 1e-17], [1.0, 0.0, -1.0], [-1.0, -3.0]):
        kinds = set()
        for power in range(-15, 16, 3):
            scaled = np.array(lam) * 10.0**power
            if absolute is None:
                kinds.add(critical_points.classify(scaled))
            else:
                kinds.add(critical_points.classify(scaled, rtol=1.0, scale=absolute))
        changed += len(kinds) > 1
    words = f"Of 4 spectra at 11 scales from 1e−15 to 1e15, {changed} change their class."
    return Evidence(changed == 0, words)


@CLAIMS.claim(
    "3.11",
    "A minimum along every straight line through a critical point makes it a local minimum.",
    verdict="false as stated",
    source="Peano's example (y − x²)(y − 3x²); the argument stands in the lesson",
    breakers=[{"second": 1.0}],
)
def lines(second=3.0):
    """Walk 360 lines through 0 to both sides, and sample the circle of radius 0.1."""

    def f(w):
        x, y = w.T
        return (y - x**2) * (y - second * x**2)

    turn = np.linspace(0, np.pi, 360, endpoint=False)
    t = np.geomspace(1e-6, 1e-3, 30)
    rising = sum(
        bool((f(sign * t[:, None] * np.array([np.cos(a), np.sin(a)])) > 0).all())
        for a in turn
        for sign in (1, -1)
    )
    low, _ = critical_points.lowest_and_highest_around(f, [0, 0], 0.1)
    return Evidence(
        bool(rising == 720 and low < 0),
        f"{rising} of 720 rays rise from 0 at once, yet on the circle of radius 0.1 the lowest value is "
        f"{_size(low)}.",
    )
