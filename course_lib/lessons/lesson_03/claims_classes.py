"""Claims of lesson 03 about classes: what the eigenvalues say at one critical point, and what not.

Reference values are written out by hand in each check.
"""

import numpy as np

from course_lib.exact import critical_points, formulas, landscapes, spectra
from course_lib.lessons.lesson_03 import experiments
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 3"
STANDARD = "Standard; the argument is in the lesson"


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
    "If λᵢ > 0 for all i, the point is a local minimum (a strict one).",
    verdict="holds when ∇f = 0 there",
    source=NOTES,
    breakers=[{"shift": 0.05}, {"read": np.abs}],
)
def minima(shift=0.0, read=lambda lam: lam):
    """Look around every such critical point of six landscapes; `shift` moves off the point."""
    low, _ = _around("minimum", shift, read)
    up = int((low > 0).sum())
    words = f"Around {up} of {len(low)} such points all samples at distance 0.01 are higher."
    return Evidence(bool(up == len(low) > 0), words)


@CLAIMS.claim(
    "3.2",
    "If λᵢ < 0 for all i, the point is a local maximum (a strict one).",
    verdict="holds when ∇f = 0 there",
    source=NOTES,
    breakers=[{"shift": 0.05}, {"read": lambda lam: -lam}],
)
def maxima(shift=0.0, read=lambda lam: lam):
    """Look around every such critical point of six landscapes; `shift` moves off the point."""
    _, high = _around("maximum", shift, read)
    down = int((high < 0).sum())
    words = f"Around {down} of {len(high)} such points all samples at distance 0.01 are lower."
    return Evidence(bool(down == len(high) > 0), words)


@CLAIMS.claim(
    "3.3",
    "Mixed signs: a saddle point, with higher points and lower points however close you look.",
    verdict="holds when ∇f = 0 there, even if other eigenvalues are zero",
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
    words = f"Around {both} of {len(low)} such points some samples are higher and some are lower."
    return Evidence(bool(both == len(low)), words)


def _seen(lam, scale=1.0):
    """Look around 0 on scale · (½ Σ λᵢwᵢ² + c Σ wᵢ⁴ over the zeros) for c = −1, 0, 1.

    Return what all three are, or "undecided" where they differ. No eigenvalue is read.
    """
    lam = np.array(lam, float)
    kinds = set()
    for c in (-1.0, 0.0, 1.0):

        def value(w, c=c):
            return scale * (0.5 * w**2 @ lam + c * w**4 @ (lam == 0))

        low, high = critical_points.lowest_and_highest_around(value, 0 * lam, 0.05, 2000)
        kinds.add("saddle" if low < 0 < high else "minimum" if low >= 0 else "maximum")
    return kinds.pop() if len(kinds) == 1 else "undecided"


@CLAIMS.claim(
    "3.4",
    "λᵢ = 0 for some i: a degenerate critical point.",
    verdict="holds when read as a name, but not as a fourth class beside minimum, maximum and "
    "saddle",
    source=NOTES,
    breakers=[{"mixed": (1.0, 0.0, 1.0)}, {"one_sign": (2.0, 1.0, 1.0)}],
)
def degenerate(mixed=(1.0, 0.0, -1.0), one_sign=(2.0, 0.0, 0.0)):
    """Look around 0 on six functions with these spectra; compare with the word of the library."""
    saddle, open_ = (
        _seen(lam) == critical_points.classify(lam) == word
        for lam, word in ((mixed, "saddle"), (one_sign, "undecided"))
    )
    first, second = (
        f"({', '.join(f'{x:g}' for x in lam)})".replace("-", "−") for lam in (mixed, one_sign)
    )
    return Evidence(
        bool(saddle and open_),
        f"For each spectrum we sample three functions on a small sphere around 0. Spectrum {first}: "
        f"{'all three are saddles' if saddle else 'not all three are saddles'}. Spectrum {second}: "
        f"{'some are minima, some are saddles' if open_ else 'all three are alike'}.",
    )


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
    "At 0 the functions x² + y⁴, x², x² − y⁴ and x² + y³ all have the eigenvalues 2 and 0. The "
    "first two have a minimum there, and the other two do not. So the eigenvalues rule out a maximum "
    "and nothing else.",
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
        f"Eigenvalues {'2 and 0 for all four' if same else 'that differ'}. The lowest values on the "
        f"circles are {' and '.join(_size(low) for _, low, _ in up)} for the first two functions, and "
        f"{' and '.join(_size(low) for _, low, _ in down)} for the other two. All four rise somewhere.",
    )


def _size(x):
    return "0" if abs(x) < 1e-20 else f"{x:.0e}".replace("-", "−")


@CLAIMS.claim(
    "3.6",
    "At 0 the monkey saddle x³ − 3xy² has the Hessian 0. It rises in three sectors and falls in "
    "three. On a counter-clockwise walk around 0 its gradient makes −2 turns. A tilt εx splits "
    "it into two saddles. A bowl c(x² + y²) splits it into three saddles and one minimum (c > 0) "
    "or maximum (c < 0). The sum Σ(−1)^index is −2 in both cases.",
    source=STANDARD,
    breakers=[{"bowls": (0.0, 0.1)}, {"tilts": (0.0,)}, {"cubic": False}],
)
def monkey(tilts=(-0.5, 0.1, 0.4), bowls=(-0.2, 0.1, 0.5), cubic=True):
    """Count sign changes around the origin; compare the pieces with those found by hand."""
    turn = np.linspace(0, 2 * np.pi, 1000) + 0.001
    w = 0.1 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    f = landscapes.monkey_saddle()
    around = f.value(w) if cubic else w[:, 0] ** 2 - w[:, 1] ** 2
    changes = int((np.diff(np.sign(around)) != 0).sum())
    turns = experiments.turns_around(f, (0, 0), 0.1)
    good = changes == 6 and turns == -2 and not f.hessian(np.zeros((1, 2))).any()
    words = []
    for epsilon in tilts:
        # By hand: x = 0 and 3y² = ε for ε > 0, y = 0 and 3x² = −ε for ε < 0.
        at = np.sqrt(abs(epsilon) / 3) * np.array([[0, 1], [0, -1]] if epsilon > 0 else np.eye(2))
        found = critical_points.search(experiments.tilted_monkey(epsilon)).found
        there = np.abs(np.abs(found.points) - np.abs(at[0])).max(initial=0) < 1e-6
        good &= len(found) == found.count("saddle") == 2 and there and found.index_sum() == turns
        words.append(f"ε = {epsilon:g}: {found.count('saddle')} saddles")
    for c in bowls:
        found = critical_points.search(landscapes.monkey_saddle(c)).found
        kind = "minimum" if c > 0 else "maximum"
        good &= (found.count("saddle"), found.count(kind), len(found)) == (3, 1, 4)
        good &= found.index_sum() == turns
        words.append(f"c = {c:g}: {found.count('saddle')} saddles, {found.count(kind)} {kind}")
    summary = (
        f"The function changes sign {changes} times around 0, and the gradient makes {turns} turns. "
        f"{'; '.join(words)}."
    )
    return Evidence(bool(good), summary.replace("-", "−"))


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
    return Evidence(good, f"Steps until the error is a millionth: {words}.")


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
    return Evidence(good, f"Steps until the error is a millionth: {words}.")


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
        f"We compare a Hessian with the eigenvalues 3 and 1 and the same Hessian rotated by {degrees:g}°. "
        f"The curvature along the first axis is {A[0, 0]:.2f} before and {B[0, 0]:.2f} after the rotation. "
        "So the eigenvectors are needed, too.",
    )


@CLAIMS.claim(
    "3.10",
    "Suppose that an eigenvalue counts as zero if it is tiny compared with the one that is largest "
    "in size. Then multiplying the loss by a positive number changes no class.",
    source=STANDARD,
    breakers=[{"absolute": 1e-8}, {"absolute": 1e-3}, {"tolerance": False}],
)
def scale(absolute=None, tolerance=True):
    """Look around 0 on four functions at eleven scales; compare with the word of the library.

    The eigenvalues are those that LAPACK finds for a turned Hessian, rounding included;
    `absolute` replaces the tolerance that scales.
    """
    agree = total = 0
    R = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    for lam in ([2.0, 1.0, 0.5], [2.0, 1.0, 0.0], [1.0, 0.0, -1.0], [-1.0, -2.0, -3.0]):
        for factor in 10.0 ** np.arange(-15, 16, 3):
            found = np.linalg.eigvalsh(R @ np.diag(lam) @ R.T * factor)
            if absolute is None:
                word = critical_points.classify(found) if tolerance else _by_signs(found)
            else:
                word = critical_points.classify(found, rtol=1.0, scale=absolute)
            agree += word == _seen(lam, factor)
            total += 1
    return Evidence(
        agree == total,
        f"We take 4 functions at 11 scales from 1e−15 to 1e15. In {agree} of {total} cases the "
        "eigenvalues give the same class as samples around the point.",
    )


def _by_signs(lam):
    """Name the class without any tolerance."""
    return "saddle" if lam[0] < 0 < lam[-1] else "minimum" if lam[0] > 0 else "maximum"


@CLAIMS.claim(
    "3.21",
    "Suppose that an eigenvalue counts as zero if it is tiny compared with the one that is largest "
    "in size. Then a change of units changes no class.",
    verdict="false as stated",
    source="Standard; the example is in the lesson",
    breakers=[{"units": (1.0, 1e-3)}, {"rtol": 1e-13}, {"H": ((2.0, 0.0), (0.0, 0.0))}],
)
def units(units=(1.0, 1e-6), rtol=1e-10, H=((2.0, 0.0), (0.0, 1.0))):
    """Read diag(2, 1) in other units: the function still rises all around, and the word changes."""
    D = np.diag(units)
    lam, there = np.linalg.eigvalsh(H), np.linalg.eigvalsh(D @ H @ D)
    low, _ = critical_points.lowest_and_highest_around(
        lambda u: 0.5 * np.einsum("mi,ij,mj->m", u @ D, np.array(H), u @ D), [0, 0], 1.0
    )
    before, after = critical_points.classify(lam, rtol), critical_points.classify(there, rtol)
    return Evidence(
        bool(low > 0 and before == "minimum" and after == "undecided"),
        f"In the units (1, {units[1]:g}) the eigenvalues {lam[1]:g} and {lam[0]:g} become {there[1]:g} "
        f"and {there[0]:.0e}: “{before}” becomes “{after}”, although every sample around the point is "
        f"{'higher' if low > 0 else 'not higher'}.".replace("e-", "e−"),
    )


@CLAIMS.claim(
    "3.11",
    "If a function has a minimum at a critical point along every straight line through it, then the "
    "point is a local minimum.",
    verdict="false as stated",
    source="Peano's example (y − x²)(y − 3x²); the argument is in the lesson",
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
        f"The function rises immediately along {rising} of 720 rays from 0. Yet its lowest value on the "
        f"circle of radius 0.1 is {_size(low)}.",
    )
