"""What lesson 04 says about momentum, with evidence."""

import numpy as np

from course_lib.exact import dynamics, spectra
from course_lib.lessons.lesson_04.experiments import error_sizes, late_rate, log_spectrum
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "4.11",
    "Heavy ball at its best pair shrinks the error in the long run by about (√κ−1)/(√κ+1) a step: √κ in "
    "place of κ.",
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
        f"κ = {kappa:g}, five seeds: rate {min(rates):.3f} to {max(rates):.3f}, by the law {law:.3f}. To a "
        f"millionth of the error: {min(counts)} to {max(counts)} steps, without momentum "
        f"{min(plain)} to {max(plain)}.",
    )


@CLAIMS.claim(
    "4.12",
    "Nesterov's gradient ahead with η = 1/λ₁ and β = (√κ−1)/(√κ+1) has the rate 1 − 1/√κ, and its best "
    "pair 1 − 2/√(3κ+1).",
    verdict="holds when f is a quadratic; the second by search, in hundreds of pairs around it",
    source="The roots of the 2×2 iteration; Nesterov (1983) for the method",
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
        f"κ = {kappa:g}: the usual pair has the rate {usual:.4f} (law {laws[0]:.4f}); the best of 1089 pairs "
        f"has {around:.4f} (law {laws[1]:.4f}).",
    )


@CLAIMS.claim(
    "4.13",
    "Momentum moves the limit of ηλ from 2 to 2 + 2β for heavy ball, and to (2+2β)/(1+2β) for Nesterov.",
    source="Where a root of the 2×2 iteration reaches −1",
    breakers=[{"limit": lambda beta, method: 2 * (1 - beta)}, {"limit": lambda beta, method: 2.0}],
)
def momentum_limit(limit=None):
    """Walk along one direction a little inside and outside the limit."""
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
        f"In {right} of {tried} cases the walk converges at 0.99 of the limit and explodes at 1.01 of it.",
    )


@CLAIMS.claim(
    "4.14",
    "At its best pair heavy ball first lets the error along v₁ grow several times over.",
    verdict="holds when κ is large: 100 and 1000 here",
    source="A double root −√β at λ₁: the k-th error is a multiple of k·√βᵏ",
    breakers=[{"momentum": 0.0}, {"kappas": (4.0,)}],
)
def transient(kappas=(100.0, 1000.0), momentum=None, seeds=5):
    """Measure the largest error on the way in units of the first: from v₁, and from random starts."""
    along, anywhere = [], []
    for kappa in kappas:
        for seed in range(seeds):
            lam = log_spectrum(kappa, seed=seed)
            best = dynamics.best_tuning(lam)
            beta = best.momentum if momentum is None else momentum
            eta = best.eta if beta else spectra.best_step(lam)
            sizes = error_sizes(lam, eta, 200, beta, seed=seed)
            anywhere.append(sizes.max() / sizes[0])
        path = dynamics.walk(lambda w, top=lam[0]: top * w, [1.0], eta, 200, beta)
        along.append(np.abs(path).max())
    return Evidence(
        bool(min(along) > 2.5),
        f"κ = {' and '.join(f'{kappa:g}' for kappa in kappas)}: along v₁ the error grows to "
        f"{' and '.join(f'{growth:.1f}' for growth in along)} times the first; from random starts in 50 "
        f"dimensions to {min(anywhere):.1f} to {max(anywhere):.1f} times.",
    )
