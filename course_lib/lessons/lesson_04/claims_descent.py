"""What lesson 04 says about descent without momentum, with evidence."""

import numpy as np

from course_lib.exact import dynamics, spectra
from course_lib.lessons.lesson_04.experiments import (
    COURSE_H,
    error_sizes,
    late_rate,
    log_spectrum,
    ridge,
)
from course_lib.support import datasets
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 5"
DERIVED = "Standard; derived in the lesson"
GOH = "Goh (2017), on the quadratic"


@CLAIMS.claim(
    "4.1",
    "On a quadratic, one gradient step lowers f if and only if η < 2 gᵀg/gᵀHg. Only the "
    "curvature along g matters.",
    verdict="holds when the curvature along g is positive",
    source=DERIVED,
    breakers=[{"factor": 1.0}, {"factor": 2.1}, {"quartic": 1.0}],
)
def one_step(factor=2.0, quartic=0.0, trials=200):
    """Step a hair below and a hair above the limit, on random quadratics from random points."""
    rng, right = np.random.default_rng(0), 0
    for _ in range(trials):
        B = rng.normal(size=(5, 5))
        A, w = B @ B.T, rng.normal(size=5)
        g = A @ w + 4 * quartic * w**3
        limit = factor / 2 * dynamics.largest_descent_step(A, g)

        def f(u, A=A):
            return u @ A @ u / 2 + quartic * (u**4).sum()

        right += f(w - 0.999 * limit * g) < f(w) < f(w - 1.001 * limit * g)
    return Evidence(
        bool(right == trials),
        f"In {right} of {trials} random cases the loss falls at 0.999 times the limit and rises at 1.001 "
        "times the limit.",
    )


@CLAIMS.claim(
    "4.2",
    "The eigenvalue spectrum directly influences how optimization behaves: a step of descent "
    "multiplies the error along each eigenvector vᵢ by 1 − ηλᵢ.",
    verdict="holds when the loss is a quadratic",
    source=NOTES + "; " + GOH,
    breakers=[{"magnitudes": True}, {"bend": 0.5}],
)
def one_factor_a_direction(magnitudes=False, bend=0.0, steps=30):
    """Compare runs on an indefinite quadratic with the powers of 1 − ηλᵢ."""
    lam, eta = np.array([9.0, 4.0, 1.0, -0.5]), 0.2
    V, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))
    A, w = V @ np.diag(lam) @ V.T, V @ np.ones(4)
    path = dynamics.walk(lambda u: A @ u + bend * u**3, w, eta, steps)
    keep = 1 - eta * (np.abs(lam) if magnitudes else lam)
    off = np.abs(path @ V - keep[None, :] ** np.arange(steps + 1)[:, None])
    worst = np.nanmax(off / np.maximum(1, np.abs(keep) ** steps))
    return Evidence(
        bool(worst < 1e-9),
        f"Over {steps} steps, with eigenvalues 9, 4, 1 and −0.5, the errors "
        + ("equal (1 − ηλ)ᵏ to nine digits." if worst < 1e-9 else "differ from (1 − ηλ)ᵏ."),
    )


@CLAIMS.claim(
    "4.3",
    "Descent is a power iteration with I − ηH: the error turns towards the eigenvector with the "
    "largest |1 − ηλ|, and so does the gradient.",
    verdict="holds when the start has a part along that eigenvector and no other factor has the same "
    "size",
    source="Power iteration; derived in the lesson",
    breakers=[{"eta": 0.1}, {"steps": 3}],
)
def power_iteration(eta=None, steps=200):
    """Descend on the course's example below and above η*, and look at the direction of the gradient."""
    spectrum = spectra.eigh(COURSE_H)
    lam, V = spectrum.eigenvalues, spectrum.eigenvectors
    small, large = (0.05, 0.13) if eta is None else (eta, eta)
    ends = []
    for step in (small, large):
        w = V @ [1.0, 1.0]
        for _ in range(steps):
            w = w - step * (COURSE_H @ w)
            w = w / np.linalg.norm(w)  # the direction only: large errors would overflow
        g = COURSE_H @ w
        ends.append(g @ COURSE_H @ g / (g @ g))
    good = np.allclose(ends, [lam[1], lam[0]], rtol=1e-6)
    return Evidence(
        bool(good),
        f"The curvature along the gradient approaches {ends[0]:.3f} with the step {small:g} and "
        f"{ends[1]:.3f} with the step {large:g}; λ₂ = {lam[1]:.3f}, λ₁ = {lam[0]:.3f}.",
    )


@CLAIMS.claim(
    "4.4",
    "Descent with a fixed step size converges from every start if and only if 0 < η < 2/λ₁.",
    verdict="holds when f is a quadratic with positive eigenvalues",
    source=GOH,
    breakers=[{"limit": 1.0}, {"lowest": -0.1}],
)
def step_limit(limit=2.0, lowest=1.0, steps=6000):
    """Descend with steps a little inside and outside the limit."""
    lam = np.array([20.0, 7.0, lowest])
    sizes = [error_sizes(lam, share * limit / lam[0], steps)[-1] for share in (0.05, 0.99, 1.01)]
    inside, outside = max(sizes[:2]) < 1e-6, not sizes[2] < 1e6
    return Evidence(
        bool(inside and outside),
        f"At 0.05 and 0.99 times the limit the error {'vanishes' if inside else 'stays or grows'}; at "
        f"1.01 times the limit the error {'explodes' if outside else 'does not explode'}.",
    )


@CLAIMS.claim(
    "4.5",
    "With the step η* = 2/(λ₁+λₙ), every step multiplies the error by (κ−1)/(κ+1) in the long run. On "
    "spectra of 50 eigenvalues this is true to four digits.",
    source=GOH,
    breakers=[{"share": 0.9}, {"square": True}],
)
def best_step_rate(share=1.0, square=False, seeds=5):
    """Measure the rate for κ = 6.17, 100 and 300 on five random spectra each, late in a long run."""
    good, words = True, []
    for kappa in (6.1713, 100.0, 300.0):
        law = spectra.best_rate([kappa, 1.0]) ** (2 if square else 1)
        seen = []
        for seed in range(seeds):
            lam = log_spectrum(kappa, seed=seed)
            sizes = error_sizes(
                lam, share * spectra.best_step(lam), int(600 + 60 * kappa), seed=seed
            )
            seen.append(late_rate(sizes))
        good &= all(abs(rate - law) < 5e-5 for rate in seen)
        words.append(f"κ = {kappa:.4g}: measured {np.mean(seen):.4f}, law {law:.4f}")
    return Evidence(good, "; ".join(words) + f". {seeds} seeds each.")


@CLAIMS.claim(
    "4.6",
    "The optimal convergence rate is ‖xₖ₊₁ − x*‖ ≤ (κ−1)/(κ+1) · ‖xₖ − x*‖.",
    verdict="holds when the step is 2/(λ₁+λₙ) and all eigenvalues are positive",
    source=NOTES + "; " + GOH,
    breakers=[{"share": 0.8}, {"share": 1.01}],
)
def bound(share=1.0, trials=4000):
    """Take one step from many random starts, and from the two ends of the spectrum."""
    lam = log_spectrum(30.0, n=8)
    eta, law = share * spectra.best_step(lam), spectra.best_rate(lam)
    starts = np.random.default_rng(0).normal(size=(trials, 8))
    starts = np.concatenate([starts, np.eye(8)])
    ratios = np.linalg.norm((1 - eta * lam) * starts, axis=1) / np.linalg.norm(starts, axis=1)
    worst = ratios.max()
    return Evidence(
        bool(worst <= law + 1e-12 and worst > law - 1e-9),
        f"One step from {trials + 8} starts multiplies the error by {ratios.min():.2f} to {worst:.4f}. The "
        f"bound (κ−1)/(κ+1) = {law:.4f} is reached only from starts along v₁ and vₙ.",
    )


@CLAIMS.claim(
    "4.7",
    "The convergence rate of gradient descent is governed by the condition number κ = λmax/λmin.",
    verdict="holds when all eigenvalues are positive and the step is matched to λ₁: the same κ at the "
    "same ηλ₁ gives the same rate",
    source=NOTES,
    breakers=[{"eta": 0.05}, {"shift": -1.5}],
)
def governed_by_kappa(eta=None, shift=0.0):
    """Compare the rates of spectra with one κ at other scales and with other inner eigenvalues."""
    spectra_alike = [
        scale * (log_spectrum(50.0, n=20, seed=seed) + shift)
        for scale, seed in ((0.01, 1), (1.0, 2), (0.3, 3))
    ]
    rates = [
        late_rate(error_sizes(lam, 1.9 / lam[0] if eta is None else eta, 3000))
        for lam in spectra_alike
    ]
    spread = np.ptp(rates)
    return Evidence(
        bool(spread < 1e-4 and max(rates) < 1),
        "At ηλ₁ = 1.9, "
        * (eta is None)
        + f"three spectra with κ = 50 at scales from 0.01 to 1 have the "
        f"rates {', '.join(f'{rate:.4f}' for rate in rates)}.",
    )


@CLAIMS.claim(
    "4.8",
    "Large condition numbers (κ ≫ 1) lead to slow, oscillatory convergence.",
    verdict="holds when η > 1/λ₁, as at the best step; with a smaller η the convergence is slow and does "
    "not oscillate",
    source=NOTES,
    breakers=[{"edge": 0.5}, {"kappa": 3.0}],
)
def slow_and_oscillating(edge=1.0, kappa=100.0, steps=200):
    """Count changes of sign along v₁ below and above edge/λ₁ and at the best step."""
    lam = np.array([kappa, kappa**0.5, 1.0])
    etas = 0.95 * edge / kappa, 1.05 * edge / kappa, spectra.best_step(lam)
    paths = [dynamics.walk(lambda w: lam * w, np.ones(3), eta, steps) for eta in etas]
    below, above, best = (int((np.diff(np.sign(path[:, 0])) != 0).sum()) for path in paths)
    still = int((np.diff(np.sign(paths[2][:, 2])) != 0).sum())
    stiff, flat = np.abs(paths[2][-1, [0, 2]])
    good = (below, above, best, still) == (0, steps, steps, 0) and min(stiff, flat) > 0.01
    return Evidence(
        bool(good),
        f"κ = {kappa:g}, {steps} steps. The error along v₁ changes sign {below} times at η = "
        f"{0.95 * edge:.2f}/λ₁, {above} times at {1.05 * edge:.2f}/λ₁ and {best} times at the best step. "
        f"The best step leaves {stiff:.1%} of the error along v₁ and {flat:.1%} of the error along vₙ. With "
        f"that step, the error along vₙ changes sign {still} times.",
    )


@CLAIMS.claim(
    "4.9",
    "Centring the pixels of the digits divides κ of ridge regression by more than 10. Scaling each "
    "pixel to variance 1 lowers κ once more.",
    verdict="holds when the penalty is 0.01; κ depends on it",
    source="Measured here: digits, pixels divided by their root mean square, 1438 images",
    breakers=[{"mu": 1.0}, {"kinds": ("centred", "raw", "scaled")}],
)
def conditioning(mu=0.01, kinds=("raw", "centred", "scaled")):
    """Compute κ for the three kinds of features."""
    kappas = [
        spectra.condition_number(spectra.eigh(ridge(kind, mu)[1]).eigenvalues) for kind in kinds
    ]
    good = kappas[0] > 10 * kappas[1] and kappas[1] > 1.5 * kappas[2]
    words = ", ".join(f"{kind} {kappa:.0f}" for kind, kappa in zip(kinds, kappas, strict=True))
    return Evidence(bool(good), f"κ with the penalty μ = {mu:g}: {words}.")


@CLAIMS.claim(
    "4.10",
    "On ridge regression with the centred digits, descent with η* shrinks the error at the rate "
    "(κ−1)/(κ+1).",
    source="Measured here",
    breakers=[{"share": 0.5}, {"law_of": "scaled"}],
)
def ridge_rate(share=1.0, law_of="centred", steps=3000):
    """Train on real targets (is it a 3?) and measure the distance to the best weights."""
    X, A = ridge("centred")
    y = (datasets.digits(centred=False, seed=0).y_train == 3).astype(float)
    y = y - y.mean()
    best = np.linalg.solve(A, X.T @ y / len(y))
    lam = spectra.eigh(A).eigenvalues
    law = spectra.best_rate(spectra.eigh(ridge(law_of)[1]).eigenvalues)

    def gradient(w):
        return A @ w - X.T @ y / len(y)

    path = dynamics.walk(gradient, np.zeros(len(best)), share * spectra.best_step(lam), steps)
    seen = late_rate(np.linalg.norm(path - best, axis=1))
    words = f"Rate over the last tenth of {steps} steps: measured {seen:.4f}, law {law:.4f}."
    return Evidence(bool(abs(seen - law) < 2e-4), words)


@CLAIMS.claim(
    "4.15",
    "From a distance ε gradient descent leaves a saddle in about log(1/ε)/log(1 + η|λ|) steps, so a "
    "start a hundred times closer costs a fixed number of extra steps.",
    verdict="holds when the start is displaced along an eigenvector with λ < 0",
    source=DERIVED,
    breakers=[{"curvature_in_law": -0.4}, {"sideways": True}],
)
def escape(curvature_in_law=-0.2, sideways=False):
    """Count the steps on f = ½(3x² − 0.2y²) + ¼·10⁻³·y⁴ from two distances."""
    eta, seen, law = 0.05, [], []
    for distance in (1e-6, 1e-8):
        start = [distance, 0.0] if sideways else [0.0, distance]
        path = dynamics.walk(
            lambda w: np.array([3 * w[0], -0.2 * w[1] + 1e-3 * w[1] ** 3]), start, eta, 3000
        )
        far = np.linalg.norm(path, axis=1) >= 1
        seen.append(int(far.argmax()) if far.any() else np.inf)
        law.append(dynamics.escape_steps(curvature_in_law, eta, distance))
    off = max(abs(s - e) for s, e in zip(seen, law, strict=True))
    return Evidence(
        bool(off < 5),
        f"From 10⁻⁶ it takes {seen[0]} steps (law {law[0]:.0f}), and from 10⁻⁸ it takes {seen[1]} steps (law "
        f"{law[1]:.0f}).",
    )
