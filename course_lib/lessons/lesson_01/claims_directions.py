"""Claims of lesson 01 on curvature along directions. Reference values are worked out by hand."""

import numpy as np

from course_lib.exact import derivatives, spectra
from course_lib.exact.formulas import Formula
from course_lib.lessons.lesson_01.experiments import BENDY, TWO_WEIGHTS, formula, symmetric, unit
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 1"
STANDARD = "Standard; the lesson gives the reason"
TREFETHEN = "Trefethen & Bau (1997)"


@CLAIMS.claim(
    "1.1",
    "Let φ(t) = f(w + tv) with ‖v‖ = 1 be the height along a line. Then the slope is φ′(0) = ∇fᵀv, and the "
    "curvature is φ″(0) = vᵀHv.",
    source=STANDARD,
    breakers=[{"length": 1.1}, {"half": 0.5}],
)
def along_a_line(length=1.0, half=1.0):
    """Compare with differences of f along random lines through random points."""
    f, rng, worst = formula(BENDY), np.random.default_rng(0), 0.0
    for w in rng.uniform(-1, 1, (20, 2)):
        v = unit(rng.uniform(0, 360))
        up, down = f.value(w + 1e-4 * v), f.value(w - 1e-4 * v)
        slope, curvature = (up - down) / 2e-4, (up - 2 * f.value(w) + down) / 1e-8
        u = length * v
        worst = max(worst, abs(slope - f.gradient_at(w) @ u))
        worst = max(worst, abs(curvature - half * (u @ f.hessian_at(w) @ u)))
    return Evidence(
        worst < 1e-5,
        "At 20 random points, each with a random direction, differences of f along the line "
        + ("agree with both formulas." if worst < 1e-5 else f"are off by up to {worst:.2g}."),
    )


@CLAIMS.claim(
    "1.2",
    "The Hessian is symmetric: ∂²f/∂x∂y = ∂²f/∂y∂x.",
    verdict="holds when f is twice differentiable at the point, which is more than having all four "
    "second partial derivatives there",
    source=NOTES,
    breakers=[{"point": (0.3, 0.2)}, {"text": "x*y"}],
)
def symmetry(text="x*y*(x^2 - y^2)/(x^2 + y^2)", point=(0.0, 0.0)):
    """Take both orders for smooth formulas at random points, and for the textbook's exception at 0."""
    rng, smooth = np.random.default_rng(0), 0.0
    for known in (BENDY, TWO_WEIGHTS):
        f = formula(known)
        for w in rng.uniform(-1, 1, (5, 2)):
            smooth = max(smooth, abs(np.subtract(*_mixed(f.value, w, 1e-2, 1e-3))))
    f = Formula.from_text(text, ("x", "y"))
    # The formula reads 0/0 at the origin, where the function is 0.
    one, other = _mixed(lambda w: f.value(w) if w.any() else 0.0, np.array(point), 1e-3, 1e-8)
    return Evidence(
        bool(smooth < 1e-3 and abs(one - other) > 1),
        f"For two smooth functions both orders agree at 10 points. For f = {text} at "
        f"({point[0]:g}, {point[1]:g}), the derivative of the x-slope along y is {one:.2f}, and "
        f"the derivative of the y-slope along x is {other:.2f}.",
    )


def _mixed(f, w, outer, inner):
    """Return ∂/∂y of ∂f/∂x and ∂/∂x of ∂f/∂y, by a difference (outer) of differences (inner)."""
    x, y = np.eye(2)

    def slope(w, axis):
        return (f(w + inner * axis) - f(w - inner * axis)) / (2 * inner)

    return (
        (slope(w + outer * y, x) - slope(w - outer * y, x)) / (2 * outer),
        (slope(w + outer * x, y) - slope(w - outer * x, y)) / (2 * outer),
    )


@CLAIMS.claim(
    "1.3",
    "The Hessian holds complete information about the curvature in all directions at a point.",
    verdict="holds when curvature means the second derivative along straight lines",
    source=NOTES,
    breakers=[{"diagonals": False}, {"n": 3, "missing": 1}],
)
def complete(n=4, diagonals=True, missing=0):
    """Measure the curvature along the axes and the diagonals between them; predict all others."""
    rng = np.random.default_rng(0)
    A, w = symmetric(rng, n), rng.normal(size=n)

    def f(w):
        return np.sin(w).sum() + 0.5 * w @ A @ w + np.prod(w)

    axes, H, measured = np.eye(n), np.zeros((n, n)), n
    for i in range(n):
        H[i, i] = derivatives.second_difference(f, w, axes[i])
    pairs = [(i, j) for i in range(n) for j in range(i)]
    for i, j in pairs[: len(pairs) - missing] if diagonals else []:
        between = derivatives.second_difference(f, w, axes[i] + axes[j])
        H[i, j] = H[j, i] = between - (H[i, i] + H[j, j]) / 2
        measured += 1
    others = rng.normal(size=(100, n))
    worst = max(
        abs(derivatives.second_difference(f, w, v) - derivatives.curvature_along(H, v))
        for v in others
    )
    return Evidence(
        worst < 1e-5,
        f"{measured} measured curvatures in {n} dimensions predict those along 100 other directions "
        + ("to five digits." if worst < 1e-5 else f"with errors up to {worst:.2g}."),
    )


@CLAIMS.claim(
    "1.4",
    "The eigenvalues alone give a complete description of the local curvature.",
    verdict="false as stated",
    source="Source notes, section 3",
    breakers=[{"eigenvalues": (3.0, 3.0)}, {"turn": 180.0}],
)
def eigenvalues_alone(eigenvalues=(4.0, 1.0), turn=90.0):
    """Turn the eigenvectors, keep the eigenvalues, and look along the first axis."""
    seen = []
    for angle in (0.0, turn):
        V = np.column_stack([unit(angle), unit(angle + 90)])
        seen.append(derivatives.curvature_along((V * eigenvalues) @ V.T, [1, 0]))
    return Evidence(
        abs(seen[0] - seen[1]) > 0.1,
        f"Two Hessians have the eigenvalues {eigenvalues[0]:g} and {eigenvalues[1]:g}. The second "
        f"is the first, turned by {turn:g}°. Along the first axis their curvatures are {seen[0]:g} and "
        f"{seen[1]:g}. The eigenvectors are missing from the description.",
    )


@CLAIMS.claim(
    "1.5",
    "H = VΛVᵀ, where Λ is the diagonal matrix of the eigenvalues and the columns of V are orthonormal "
    "eigenvectors. (The source notes write Q for V.)",
    verdict="holds when H is symmetric; V is unique only up to signs, and up to a rotation among equal "
    "eigenvalues",
    source=NOTES + "; " + TREFETHEN,
    breakers=[{"skew": 0.01}, {"order": 1}],
)
def decomposition(skew=0.0, order=-1):
    """Decompose symmetric matrices, one with a repeated eigenvalue, and put them together again."""
    rng, worst = np.random.default_rng(0), 0.0
    matrices = [symmetric(rng, n) for n in (1, 2, 3, 10, 50)]
    matrices.append(np.diag([2.0, 2.0, 5.0]) - 0.5 * np.outer([1, 1, 0], [1, 1, 0]))
    for whole in matrices:
        A = rng.normal(size=whole.shape)
        H = whole + skew * (A - A.T)
        s = spectra.eigh((H + H.T) / 2)
        V, lam = s.eigenvectors, np.sort(s.eigenvalues)[::order]
        worst = max(worst, np.abs((V * lam) @ V.T - H).max())
        worst = max(worst, np.abs(V.T @ V - np.eye(len(H))).max())
    return Evidence(
        bool(worst < 1e-12),
        "For six symmetric matrices of 1 to 50 rows, VΛVᵀ is H and VᵀV is the identity, "
        + ("up to rounding." if worst < 1e-12 else f"up to {worst:.2g}."),
    )


@CLAIMS.claim(
    "1.6",
    "Over all directions of length 1, vᵀHv is largest at v₁, where it is λ₁, and smallest at vₙ, where "
    "it is λₙ.",
    source="Standard (Rayleigh quotient); " + TREFETHEN,
    breakers=[{"length": 1.05}, {"magnitudes": True}],
)
def extremes(length=1.0, magnitudes=False):
    """Search the dial in two dimensions, and climb from random starts in five."""
    H2, H5 = np.array([[0.25, 1.0], [1.0, 4.0]]), symmetric(np.random.default_rng(3), 5)
    angles = np.linspace(0, 180, 3601)
    found = [_dial_extremes(H2, angles), _climb(H5)]
    worst = 0.0
    for (low, high, at), H in zip(found, (H2, H5), strict=True):
        lam = np.linalg.eigvalsh(H)
        if magnitudes:
            lam = np.sort(np.abs(lam))
        worst = max(worst, abs(length**2 * high - lam[-1]), abs(length**2 * low - lam[0]))
        worst = max(worst, np.abs(H @ at - high * at).max() / 100)  # where it is largest: at v₁
    lam = np.linalg.eigvalsh(H5)
    return Evidence(
        bool(worst < 1e-5),
        "In two dimensions we searched over 3601 angles. In five dimensions we climbed and descended "
        "over the directions. The results "
        + (
            f"lie along the eigenvectors. In five dimensions the climb ends at {found[1][1]:.3f} = λ₁, and "
            f"the descent ends at {found[1][0]:.3f} = λ₅.".replace("-", "−")
            if worst < 1e-5
            else f"are off the extreme eigenvalues by up to {worst:.2g}."
        ),
    )


def _dial_extremes(H, angles):
    curve = derivatives.curvature_along(H, unit(angles))
    return curve.min(), curve.max(), unit(angles[curve.argmax()])


def _climb(H, steps=2000):
    """Walk on the unit sphere, uphill and downhill in vᵀHv."""
    ends = []
    for sign in (-1, 1):
        v = np.random.default_rng(0).normal(size=len(H))
        for _ in range(steps):
            v = v + 0.1 * sign * (H @ v)
            v = v / np.linalg.norm(v)
        ends.append((v @ H @ v, v))
    return ends[0][0], ends[1][0], ends[1][1]


@CLAIMS.claim(
    "1.7",
    "The mean of vᵀHv over all directions of length 1 is tr(H)/n, the mean of the eigenvalues.",
    source="Standard; the uniform average of vvᵀ is I/n",
    breakers=[{"divide_by": 1}, {"one_corner": True}],
)
def mean_curvature(divide_by=None, one_corner=False):
    """Average over the dial, and over 100 000 random directions in ten dimensions."""
    H2 = np.array([[0.25, 1.0], [1.0, 4.0]])
    dial = derivatives.curvature_along(H2, unit(np.arange(180))).mean()
    H10 = np.diag([91.0] + [1.0] * 9)
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.normal(size=(10, 10)))[0]
    v = rng.normal(size=(10, 100_000))  # normal entries: no direction is preferred
    v = np.abs(v) if one_corner else v
    along = derivatives.curvature_along(Q @ H10 @ Q.T, v)
    mean, stderr = along.mean(), along.std() / len(along) ** 0.5
    good = abs(dial - 4.25 / (divide_by or 2)) < 1e-9
    good = good and abs(mean - 100 / (divide_by or 10)) < 4 * stderr
    return Evidence(
        bool(good),
        f"For [[¼, 1], [1, 4]] the mean over all angles is {dial:.3f}, half the trace. If one "
        f"eigenvalue is 91 and the other nine are 1, the mean over 100 000 random directions is {mean:.2f} ± "
        f"{stderr:.2f} (standard error), and {(along < 10).mean():.0%} of them have a curvature below 10.",
    )


@CLAIMS.claim(
    "1.8",
    "Along any n directions at right angles the curvatures add up to the trace of H.",
    source=STANDARD,
    breakers=[{"angle": 80.0}],
)
def perpendicular(angle=90.0):
    """Turn a pair of directions over the dial, and a basis in six dimensions."""
    H2, rng = np.array([[0.25, 1.0], [1.0, 4.0]]), np.random.default_rng(0)
    turn = np.arange(0.0, 180.0, 5.0)
    sums = [derivatives.curvature_along(H2, unit(turn + a)) for a in (0.0, angle)]
    off = np.abs(sum(sums) - 4.25).max()
    H6 = symmetric(rng, 6)
    Q = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    off = max(off, abs(derivatives.curvature_along(H6, Q).sum() - np.trace(H6)))
    return Evidence(
        bool(off < 1e-10),
        f"For pairs of directions {angle:g}° apart at 36 angles, and for a random basis in six dimensions, "
        "the sums of the curvatures "
        + ("are the trace." if off < 1e-10 else f"are off the trace by up to {off:.2g}."),
    )
