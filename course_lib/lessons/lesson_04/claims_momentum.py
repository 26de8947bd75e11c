"""What lesson 04 says about momentum, with evidence."""

import numpy as np

from course_lib.exact import dynamics, spectra
from course_lib.lessons.lesson_04.experiments import error_sizes, late_rate, log_spectrum
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "4.11",
    "With the best pair of heavy ball, every step multiplies the error by about (√κ−1)/(√κ+1) in the "
    "long run: √κ takes the place of κ.",
    source="Polyak (1964); Goh (2017)",
    breakers=[{"momentum": 0.0}, {"kappa_in_law": 50.0}],
)
def heavy_ball_rate(kappa=100.0, momentum=None, kappa_in_law=None, seeds=5):
    """Measure on five spectra of 50 eigenvalues, and count the steps to a millionth."""
    rates, counts, plain = [], [], []
    root = (kappa_in_law or kappa) ** 0.5
    law = (root - 1) / (root + 1)
    for seed in range(seeds):
        lam = log_spectrum(kappa, seed=seed)
        best = dynamics.best_tuning(lam)
        beta = best.momentum if momentum is None else momentum
        eta = best.eta if beta else spectra.best_step(lam)
        sizes = error_sizes(lam, eta, 140, beta, seed=seed)
        rates.append(late_rate(sizes))
        counts.append(int(np.argmax(sizes < 1e-6 * sizes[0])))
        sizes = error_sizes(lam, spectra.best_step(lam), 1000, seed=seed)
        plain.append(int(np.argmax(sizes < 1e-6 * sizes[0])))
    off = max(abs(rate - law) for rate in rates)
    return Evidence(
        bool(off < 0.015),
        f"κ = {kappa:g}, {seeds} seeds: measured rate {min(rates):.3f} to {max(rates):.3f}, law {law:.3f}. "
        f"The error falls to a millionth after {min(counts)} to {max(counts)} steps, and without momentum "
        f"after {min(plain)} to {max(plain)} steps.",
    )


@CLAIMS.claim(
    "4.12",
    "Nesterov's method with η = 1/λ₁ and β = (√κ−1)/(√κ+1) has the rate 1 − 1/√κ. With its best "
    "pair it has the rate 1 − 2/√(3κ+1).",
    verdict="holds when f is a quadratic",
    source="Nesterov (1983) for the method; Lessard, Recht & Packard (2016) for the best pair",
    breakers=[{"method": "heavy ball"}, {"kappa_in_law": 64.0}],
)
def nesterov_rate(kappa=100.0, method="Nesterov", kappa_in_law=None):
    """Compare the factors with the two laws, and search around the best pair."""
    law_kappa = kappa_in_law or kappa
    shares = np.geomspace(1 / kappa, 1, 400)
    beta = (kappa**0.5 - 1) / (kappa**0.5 + 1)
    usual = dynamics.momentum_factors(shares, 1.0, beta, method).max()
    best = dynamics.best_tuning([1.0, 1 / kappa], "Nesterov")
    eta = best.eta * np.linspace(0.95, 1.03, 33)[:, None, None]
    momentum = best.momentum + np.linspace(-0.04, 0.04, 33)[:, None]
    around = dynamics.momentum_factors(shares, eta, momentum, method).max(axis=2).min()
    laws = 1 - law_kappa**-0.5, 1 - 2 / (3 * law_kappa + 1) ** 0.5
    good = abs(usual - laws[0]) < 1e-6 and abs(around - laws[1]) < 1e-6
    return Evidence(
        bool(good),
        f"κ = {kappa:g}: the usual pair has the rate {usual:.4f} (law {laws[0]:.4f}). Of 1089 pairs in "
        f"the neighbourhood of the best pair, none has a rate below {around:.4f} (law {laws[1]:.4f}).",
    )


@CLAIMS.claim(
    "4.13",
    "Momentum moves the limit of ηλ from 2 to 2 + 2β for heavy ball, and to (2+2β)/(1+2β) for "
    "Nesterov's method.",
    source="Derived in the lesson: a root reaches −1 at the limit",
    breakers=[{"limit": lambda beta, method: 2 * (1 - beta)}, {"limit": lambda beta, method: 2.0}],
)
def momentum_limit(limit=None):
    """Run along one direction a little inside and outside the limit."""
    limit, right, tried = limit or dynamics.stability_limit, 0, 0
    for method in dynamics.METHODS:
        for beta in (0.3, 0.5, 0.9):
            edge = limit(beta, method)
            ends = [
                np.abs(dynamics.walk(lambda w: w, [1.0], share * edge, 4000, beta, method)[-1, 0])
                for share in (0.99, 1.01)
            ]
            right += ends[0] < 1e-3 and not ends[1] < 1e3
            tried += 1
    return Evidence(
        bool(right == tried),
        f"In {right} of {tried} cases the run converges at 0.99 times the limit and explodes at 1.01 times "
        "the limit.",
    )


@CLAIMS.claim(
    "4.14",
    "With the best pair of heavy ball, the error along v₁ first grows to several times its initial size. Its "
    "size after k steps is (1 + (1+√β)k)·√βᵏ.",
    verdict="holds when κ is large: 100 and 1000 here",
    source="Derived in the lesson from the double root −√β",
    breakers=[{"momentum": 0.0}, {"kappas": (4.0,)}, {"slope": 0.0}],
)
def transient(kappas=(100.0, 1000.0), momentum=None, slope=1.0, seeds=5):
    """Compare runs along v₁ with the law, and measure the growth from there and from random starts."""
    along, anywhere, off = [], [], 0.0
    for kappa in kappas:
        for seed in range(seeds):
            lam = log_spectrum(kappa, seed=seed)
            best = dynamics.best_tuning(lam)
            beta = best.momentum if momentum is None else momentum
            eta = best.eta if beta else spectra.best_step(lam)
            sizes = error_sizes(lam, eta, 200, beta, seed=seed)
            anywhere.append(sizes.max() / sizes[0])
        k, root = np.arange(201), beta**0.5
        path = dynamics.walk(lambda w, top=lam[0]: top * w, [1.0], eta, 200, beta)
        off = max(off, np.abs(np.abs(path[:, 0]) - (1 + slope * (1 + root) * k) * root**k).max())
        along.append(np.abs(path).max())
    return Evidence(
        bool(min(along) > 2.5 and off < 1e-5),
        f"κ = {' and '.join(f'{kappa:g}' for kappa in kappas)}: along v₁ the error grows to "
        f"{' and '.join(f'{growth:.1f}' for growth in along)} times its initial size, and "
        + ("follows the law" if off < 1e-5 else "does not follow the law")
        + f". From random starts in 50 dimensions, the largest size is {min(anywhere):.1f} to "
        f"{max(anywhere):.1f} times the initial one.",
    )


@CLAIMS.claim(
    "4.16",
    "For (1−√β)² < ηλ < (1+√β)² both roots of heavy ball are complex and have the size √β, whatever λ "
    "is.",
    source="Derived in the lesson: the product of the roots is β",
    breakers=[{"method": "Nesterov"}, {"high": 2.4}, {"low": 0.1}],
)
def circle(beta=0.25, low=None, high=None, method="heavy ball"):
    """Run along 300 directions, fit e₊ = p·e + q·e₋ to each run, and take the roots of the fit."""
    low = (1 - beta**0.5) ** 2 if low is None else low
    high = (1 + beta**0.5) ** 2 if high is None else high
    scaled = np.linspace(0.005, 2 + 2 * beta, 300)
    path = dynamics.walk(lambda w: scaled * w, np.ones(300), 1.0, 12, beta, method)
    sizes, turning = np.empty(300), np.empty(300, bool)
    for i, e in enumerate(path.T):
        fit = np.linalg.lstsq(np.stack([e[1:-1], e[:-2]], axis=1), e[2:], rcond=None)[0]
        roots = np.roots([1.0, *-fit])
        sizes[i], turning[i] = np.abs(roots).max(), np.abs(roots.imag).max() > 1e-6
    inside = (scaled > low) & (scaled < high)
    off = np.abs(sizes[turning] - beta**0.5).max(initial=0.0)
    return Evidence(
        bool((turning == inside).all() and off < 1e-6),
        f"β = {beta:g}, 300 runs of 12 steps: in {turning.sum()} of them the fitted roots are complex, with "
        f"sizes {sizes[turning].min():.4f} to {sizes[turning].max():.4f}; √β = {beta**0.5:.4f}. "
        f"{inside.sum()} of the runs lie in the range of the claim.",
    )


@CLAIMS.claim(
    "4.17",
    "Momentum acts like a step of η/(1−β) where the gradients agree, and like a step of η/(1+β) where "
    "they alternate in sign.",
    verdict="holds when ηλ is far below (1−β)², or just below the limit 2 + 2β",
    source="Derived in the lesson from two geometric series",
    breakers=[{"flat": 0.1}, {"share": 0.9}],
)
def effective_step(beta=0.9, flat=1e-5, share=0.9999, steps=400):
    """Divide the last move of two runs by the gradient it answers."""
    ratios = []
    for scaled in (flat, share * (2 + 2 * beta)):
        path = dynamics.walk(lambda w, scaled=scaled: scaled * w, [1.0], 1.0, steps, beta)[:, 0]
        ratios.append((path[-2] - path[-1]) / (scaled * path[-2]))
    laws = 1 / (1 - beta), 1 / (1 + beta)
    good = np.allclose(ratios, laws, rtol=0.01)
    return Evidence(
        bool(good),
        f"β = {beta:g}: the last move divided by the last gradient is {ratios[0]:.3g} η at ηλ = {flat:g} "
        f"(law {laws[0]:.3g} η), and {ratios[1]:.3g} η at ηλ = {share * (2 + 2 * beta):.4g} (law "
        f"{laws[1]:.3g} η).",
    )
