"""What lesson 02 says, with evidence. Reference values are written out by hand in each check."""

import numpy as np
import sympy

from course_lib.exact import derivatives, formulas, spectra
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 2"
STANDARD = "Standard result, derived in the lesson"

EXAMPLE = "2*w1**2 + 8*w2**2 + 4*w1*w2"
ROOT13 = 13**0.5
H = np.array([[4.0, 4.0], [4.0, 16.0]])


def _example(text=EXAMPLE):
    return formulas.Formula.from_text(text, ("w1", "w2"))


def _errors(eta, H=H, steps=10):
    """Run descent from v₁ + v₂ and return the size of the error along each, one row per step."""
    V = spectra.eigh(H).eigenvectors
    w = V.sum(axis=1)
    rows = [np.abs(w @ V)]
    for _ in range(steps):
        w = w - eta * (H @ w)
        rows.append(np.abs(w @ V))
    return np.array(rows)


@CLAIMS.claim(
    "2.1",
    "f = 2w₁² + 8w₂² + 4w₁w₂ has the gradient (4w₁ + 4w₂, 4w₁ + 16w₂) and, everywhere, the Hessian "
    "[[4, 4], [4, 16]].",
    source=NOTES,
    breakers=[{"text": "2*w1**2 + 8*w2**2 + 2*w1*w2"}, {"text": "w1**2 + 4*w2**2 + 2*w1*w2"}],
)
def gradient_and_hessian(text=EXAMPLE):
    """Compare with finite differences of the loss at random points, and with the hand's answer."""
    f, h = _example(text), 1e-3
    worst = 0.0
    for w in np.random.default_rng(0).normal(size=(5, 2)):
        by_hand = np.array([4 * w[0] + 4 * w[1], 4 * w[0] + 16 * w[1]])
        worst = max(worst, np.abs(f.gradient_at(w) - by_hand).max())
        for found in (derivatives.hessian_by_differences(f.value, w, h), f.hessian_at(w)):
            worst = max(worst, np.abs(found - H).max())
    return Evidence(
        worst < 1e-5,
        "SymPy, finite differences and the result by hand "
        + ("agree at 5 random points." if worst < 1e-5 else f"differ by {worst:.2g}."),
    )


@CLAIMS.claim(
    "2.2",
    "The eigenvalues are λ₁ = 10 + 2√13 ≈ 17.211 and λ₂ = 10 − 2√13 ≈ 2.789.",
    source=NOTES,
    breakers=[{"text": "2*w1**2 + 8*w2**2 + 5*w1*w2"}],
)
def eigenvalues(text=EXAMPLE):
    """Compare SymPy's radicals, NumPy's numbers, the trace and the determinant."""
    f = _example(text)
    exact = formulas.exact_spectrum(f.hessian).eigenvalues
    numeric = spectra.eigh(f.hessian_at(np.zeros(2))).eigenvalues
    by_hand = np.array([10 + 2 * ROOT13, 10 - 2 * ROOT13])
    radicals = (10 + 2 * sympy.sqrt(13), 10 - 2 * sympy.sqrt(13))
    same = all(sympy.simplify(e - r) == 0 for e, r in zip(exact, radicals, strict=True))
    return Evidence(
        bool(same and np.abs(numeric - by_hand).max() < 1e-9),
        f"SymPy: {exact[0]} and {exact[1]}; NumPy: {numeric[0]:.3f} and {numeric[1]:.3f}; "
        f"their sum is {numeric.sum():.0f}, and their product is {numeric.prod():.0f}.",
    )


@CLAIMS.claim(
    "2.3",
    "The unit eigenvectors are v₁ = (0.29, 0.96) and v₂ = (0.96, −0.29).",
    verdict="holds when read as rounded",
    source=NOTES,
    breakers=[{"h12": 5.0}, {"h12": -4.0}],
)
def eigenvectors(h12=4.0):
    """Compare with NumPy, and measure the length of the rounded vector."""
    V = spectra.eigh([[4.0, h12], [h12, 16.0]]).eigenvectors
    rounded = np.array([[0.29, 0.96], [0.96, -0.29]])
    off = np.abs(V - rounded).max()
    return Evidence(
        bool(off < 0.005),
        f"No entry is off by more than {off:.3f}. The rounded vectors have the length "
        f"{np.linalg.norm(rounded[0]):.3f}, not 1.",
    )


@CLAIMS.claim(
    "2.4",
    "With a fixed step size η, the error along the flat direction v₂ shrinks more slowly than the error "
    "along the stiff direction v₁.",
    verdict="holds when η < 2/(λ₁+λ₂) = 0.1",
    source="Goh (2017), for a quadratic; derived in the lesson",
    breakers=[{"steps": (0.105, 0.11, 0.115)}, {"H": np.diag([8.0, 8.0])}],
)
def slow_direction(steps=(0.01, 0.05, 0.08, 0.099), H=H):
    """Run descent and compare the errors after ten steps."""
    last = np.array([_errors(eta, H)[-1] for eta in steps])
    ratio = (last[:, 1] / last[:, 0]).min()
    return Evidence(
        bool(ratio > 1 + 1e-9),
        f"After 10 steps, at every η of {', '.join(f'{eta:g}' for eta in steps)}, "
        f"the error along v₂ is at least {ratio:.2f} times that along v₁.",
    )


@CLAIMS.claim(
    "2.5",
    "Gradient descent converges more slowly along v₁ (stiff) than along v₂ (flat).",
    verdict="false as stated",
    source=NOTES,
    breakers=[{"lowest": 0.1001}],
)
def stiff_is_slow(lowest=0.0):
    """Over the steps from `lowest` to 2/λ₁, measure where the stiff direction is the slow one."""
    limit = 2 / (10 + 2 * ROOT13)
    if not 0 <= lowest < limit:
        raise ValueError(f"lowest must lie between 0 and 2/λ₁ = {limit:.4f}, not {lowest}")
    steps = np.linspace(lowest, limit, 4002)[1:-1]
    errors = np.array([_errors(eta, steps=1)[1] for eta in steps])
    share = (errors[:, 0] > errors[:, 1]).mean()
    return Evidence(
        bool(share < 0.5),
        f"True for {share:.1%} of the step sizes between {lowest:g} and 2/λ₁, all of them above 0.1. False "
        "for the others.",
    )


@CLAIMS.claim(
    "2.6",
    "Gradient descent with a fixed step size η converges from every starting point exactly when "
    "0 < η < 2/λ₁ = (5 − √13)/12.",
    source="Goh (2017)",
    breakers=[{"limit": 0.1}, {"limit": 0.125}],
)
def stability_limit(limit=(5 - ROOT13) / 12):
    """Run just below and just above the limit, and compare with the library's."""
    # Half a per cent off the limit, the factor along v₁ is 0.99 or 1.01.
    below, above = _errors(0.995 * limit, steps=1000)[-1], _errors(1.005 * limit, steps=1000)[-1]
    told = spectra.largest_stable_step([10 + 2 * ROOT13, 10 - 2 * ROOT13])
    return Evidence(
        bool(below.max() < 1e-3 and above.max() > 1e3 and abs(told / limit - 1) < 1e-3),
        f"With η 0.5 % below {limit:.4f}, 1000 steps leave {below.max():.0e} of the error. With η 0.5 % "
        f"above it, they make the error {above.max():.0e} times as large. The library gives {told:.4f}.",
    )


@CLAIMS.claim(
    "2.7",
    "Each step multiplies the error by (κ−1)/(κ+1) = √13/5 ≈ 0.721.",
    verdict="holds when η = 2/(λ₁+λ₂); no other fixed step size has a better worst case",
    source="Source notes, section 5, which do not name the step size; Goh (2017)",
    breakers=[{"eta": 0.09}, {"eta": 0.105}],
)
def best_rate(eta=0.1):
    """Measure the contraction from random starts, and the worst case of every other step."""
    lam = [10 + 2 * ROOT13, 10 - 2 * ROOT13]
    w = np.random.default_rng(0).normal(size=(2, 1000))
    shrunk = np.linalg.norm(w - eta * (H @ w), axis=0) / np.linalg.norm(w, axis=0)
    others = min(_errors(step, steps=1)[1].max() for step in np.linspace(0.001, 0.116, 116))
    off = max(np.abs(shrunk - ROOT13 / 5).max(), abs(spectra.best_rate(lam) - ROOT13 / 5))
    return Evidence(
        bool(off < 1e-9 and others > ROOT13 / 5 - 1e-9),
        f"From 1000 random starts, one step multiplies the error by at least {shrunk.min():.4f} and at "
        f"most {shrunk.max():.4f}. The best of 116 step sizes has a worst case of {others:.4f}.",
    )


@CLAIMS.claim(
    "2.8",
    "At η = 2/(λ₁+λ₂) = 0.1 two steps multiply every starting point by 13/25 = 0.52.",
    source=STANDARD,
    breakers=[{"eta": 0.09}, {"H": np.diag([4.0, 8.0])}],
)
def two_steps(eta=0.1, H=H):
    """Take two steps from random starts and compare with 0.52 of the start."""
    start = np.random.default_rng(0).normal(size=(2, 1000))
    end = start
    for _ in range(2):
        end = end - eta * (H @ end)
    off = np.abs(end - 0.52 * start).max()
    how = (
        "lead to 0.52 times the start, up to rounding"
        if off < 1e-12
        else f"miss 0.52 times the start by up to {off:.2g}"
    )
    return Evidence(bool(off < 1e-12), f"From 1000 random starts, two steps {how}.")


@CLAIMS.claim(
    "2.11",
    "The ellipse f = c has its long axis along the flat v₂: its half-axis along vᵢ has the length √(2c/λᵢ).",
    source=STANDARD,
    breakers=[{"power": 1.0}, {"power": -0.5}],
)
def ellipse(power=0.5, c=3.0):
    """Go (2c/λᵢ) to the power ½ along each eigenvector and look at the height."""
    s, f = spectra.eigh(H), _example()
    reach = (2 * c / s.eigenvalues) ** power
    heights = [float(f.value(reach[i] * s.eigenvectors[:, i])) for i in range(2)]
    return Evidence(
        bool(np.allclose(heights, c) and reach[1] > reach[0]),
        f"At {reach[0]:.2f} along v₁ and {reach[1]:.2f} along v₂ the heights are "
        f"{heights[0]:.2f} and {heights[1]:.2f}, for c = {c:g}.",
    )


@CLAIMS.claim(
    "2.12",
    "At a saddle, gradient descent moves away along the direction v₂ of negative curvature, for every step "
    "size: each step multiplies the distance along v₂ by 1 + η|λ₂|.",
    source="Goh (2017) for the factor |1 − ηλ|, used here with a negative λ",
    breakers=[{"H": np.array([[8.0, 4.0], [4.0, 8.0]])}],
)
def saddle(H=np.array([[4.0, 8.0], [8.0, 4.0]])):  # noqa: B008 - an array nobody changes
    """Measure the growth along v₂ and compare with the library's factors."""
    lam = spectra.eigh(H).eigenvalues
    steps = (0.01, 0.05, 0.1)
    growth = np.array([_errors(eta, H, steps=1)[1, 1] for eta in steps])
    told = np.array([spectra.contraction_factors(lam, eta)[1] for eta in steps])
    good = growth.min() > 1 and np.abs(growth - told).max() < 1e-9
    return Evidence(
        bool(good),
        f"At η = {', '.join(f'{eta:g}' for eta in steps)} one step multiplies the distance along v₂ by "
        f"{', '.join(f'{g:.2f}' for g in growth)}.",
    )


@CLAIMS.claim(
    "2.14",
    "The loss is ½λ₁c₁² + ½λ₂c₂², where cᵢ is the error along vᵢ, and each step multiplies the part of the "
    "loss along vᵢ by (1 − ηλᵢ)².",
    source=STANDARD,
    breakers=[{"power": 1}, {"mixed": True}],
)
def loss_factor(power=2, mixed=False, eta=0.05, steps=5):
    """Split points of a run by eigenvector and put each part into the formula of the loss."""
    f, V = _example(), spectra.eigh(H).eigenvectors
    axes = np.eye(2) if mixed else V  # the axes split the loss only where H is diagonal
    factors = np.abs(1 - eta * np.array([10 + 2 * ROOT13, 10 - 2 * ROOT13])) ** power
    w, parts, whole = 1.8 * V.sum(axis=1), [], []
    for _ in range(steps + 1):
        parts.append([float(f.value((w @ v) * v)) for v in axes.T])
        whole.append(float(f.value(w)))
        w = w - eta * (H @ w)
    parts = np.array(parts)
    adds_up = np.allclose(parts.sum(axis=1), whole, rtol=1e-9)
    ratios = parts[1:] / parts[:-1]
    return Evidence(
        bool(adds_up and np.allclose(ratios, factors, rtol=1e-6)),
        f"Over {steps} steps the two parts {'add' if adds_up else 'do not add'} up to the loss, and each "
        f"step multiplies them by {ratios[0, 0]:.3f} and {ratios[0, 1]:.3f}; the formula gives "
        f"{factors[0]:.3f} and {factors[1]:.3f}.",
    )
