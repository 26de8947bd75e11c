"""Claims on random matrices: how rare all-positive is, and what pure noise looks like."""

from math import log, pi, sqrt

import numpy as np

from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07.ledger import CLAIMS
from course_lib.support.caching import remember
from course_lib.teaching import Evidence


def symmetric_batch(n, draws, seed=0, diagonal=2.0):
    """Return `draws` GOE matrices (draws, n, n); other variances of the diagonal, if asked for."""
    A = np.random.default_rng(seed).standard_normal((draws, n, n))
    S = (A + A.swapaxes(1, 2)) / sqrt(2)
    i = np.arange(n)
    S[:, i, i] *= sqrt(diagonal / 2)
    return S


def positive_share(matrices):
    """Return which share of a stack of symmetric matrices has only positive eigenvalues."""
    return float((np.linalg.eigvalsh(matrices)[:, 0] > 0).mean())


@CLAIMS.claim(
    "6.1",
    "A random symmetric (GOE) matrix is positive definite with probability (2 − √2)/4 for n = 2, "
    "(π − 2√2)/4π for n = 3, and 4.6·10⁻⁶ for n = 6.",
    source="De Bruijn's Pfaffian with Mehta's integral, checked by sampling",
    breakers=[{"diagonal": 1.0}],
)
def positive_definite(diagonal=2.0, draws=60_000):
    """Compare the Pfaffian with closed forms for n = 2, 3, and with samples for n = 2, 3, 4."""
    closed = {2: (2 - sqrt(2)) / 4, 3: (pi - 2 * sqrt(2)) / (4 * pi)}
    exact = {n: rm.goe_positive_probability(n) for n in (2, 3, 4, 6)}
    formula = max(abs(exact[n] / p - 1) for n, p in closed.items())
    seen = {n: positive_share(symmetric_batch(n, draws, n, diagonal)) for n in (2, 3, 4)}
    z = max(abs(seen[n] - exact[n]) / sqrt(exact[n] / draws) for n in seen)
    good = formula < 1e-12 and abs(exact[6] / 4.62e-6 - 1) < 0.01 and z < 4
    return Evidence(
        bool(good),
        f"The Pfaffian gives {exact[2]:.4f}, {exact[3]:.4f}, {exact[4]:.5f} and, for n = 6, "
        f"{exact[6]:.2g}; {draws} samples each for n = 2, 3, 4 are "
        f"{'within' if z < 4 else 'beyond'} 4 standard errors of it.",
    )


@CLAIMS.claim(
    "6.2",
    "The probability that a GOE matrix of size n is positive definite is exp(−n² ln3/4).",
    verdict="holds when n is large, and for the exponent only: at n = 10 it is 52 times too large",
    source="Dean & Majumdar (2006)",
    breakers=[{"rate": log(2) / 4}, {"rate": log(3) / 2}],
)
def square_in_the_exponent(rate=rm.GOE_POSITIVE_RATE):
    """Look at how the logarithm falls from n = 40 to n = 50, and at the value for n = 10."""
    p = {n: rm.goe_positive_probability(n) for n in (10, 40, 50)}
    slope = -log(p[50] / p[40]) / (50**2 - 40**2)
    off = np.exp(-rate * 100) / p[10]
    return Evidence(
        bool(abs(slope / rate - 1) < 0.02 and 40 < off < 70),
        f"Between n = 40 and 50 the logarithm falls by {slope:.4f} n² (ln3/4 = {log(3) / 4:.4f}); at "
        f"n = 10 the formula is {off:.0f} times the exact probability.",
    )


def minima_shares(dimensions, draws=100_000, common=1.0, weighted=True, seed=0):
    """Return the share of minima among the critical points of an isotropic Gaussian field.

    The Hessian of such a field is a GOE matrix plus a common shift N(0, 1) of all eigenvalues, and
    independent of the gradient; among critical points, |det H| weighs it (Kac and Rice).
    """
    shares = []
    for d in dimensions:
        rng = np.random.default_rng([seed, d])
        lam = np.linalg.eigvalsh(symmetric_batch(d, draws, rng))
        lam = lam + common * rng.standard_normal((draws, 1))
        weight = np.abs(lam.prod(axis=1)) if weighted else np.ones(draws)
        shares.append(weight[lam[:, 0] > 0].sum() / weight.sum())
    return np.array(shares)


@CLAIMS.claim(
    "6.3",
    "The Hessian at a critical point of a random function is a random (GOE) matrix, so minima are as "
    "rare as positive definite GOE matrices.",
    verdict="false as stated",
    source="The Kac–Rice formula for an isotropic Gaussian field; measured here",
    breakers=[{"common": 0.0, "weighted": False}],
)
def not_a_goe_matrix(common=1.0, weighted=True):
    """Sample the Hessians at critical points of an isotropic Gaussian field."""
    d = np.arange(1, 6)
    shares = minima_shares(d, common=common, weighted=weighted)
    goe = np.array([rm.goe_positive_probability(int(k)) for k in d])
    times = shares[-1] / goe[-1]
    scaled = shares * 2.0**d
    return Evidence(
        bool(times > 100 and (np.abs(scaled - 1) < 0.25).all()),
        "Share of minima times 2ᵈ for d = 1 … 5: "
        + ", ".join(f"{s:.1f}" for s in scaled)
        + f". At d = 5 that is {'over 100' if times > 100 else f'{times:.0f}'} times the probability "
        "of a GOE matrix.",
    )


@remember()
def _wigner_spectrum(n, entries, dof, seed):
    return np.linalg.eigvalsh(rm.wigner(n, entries, dof, seed))


def wigner_distance(n, entries, dof=5.0, seeds=range(3)):
    """Return the mean Kolmogorov distance of Wigner spectra from the semicircle, and mean λ₁."""
    spectra = [_wigner_spectrum(n, entries, dof, seed) for seed in seeds]
    distance = np.mean([rm.kolmogorov_distance(x, rm.semicircle) for x in spectra])
    return float(distance), float(np.mean([x[-1] for x in spectra]))


@CLAIMS.claim(
    "7.1",
    "The eigenvalues of a large symmetric matrix with independent entries fill the semicircle, "
    "whatever the law of the entries.",
    verdict="holds when the entries have mean 0 and a variance; even then a heavy tail may throw λ₁ "
    "far out",
    source="Wigner (1955, 1958); Ben Arous & Guionnet (2008) for infinite variance",
    breakers=[{"laws": ("gaussian", "heavy")}, {"n": 40}],
)
def semicircle(laws=("gaussian", "rademacher", "uniform", "exponential"), n=500):
    """Measure the distance from the semicircle for several laws, then for tails that are too heavy."""
    dof = 1.5
    distances = [wigner_distance(n, "t" if x == "heavy" else x, dof)[0] for x in laws]
    heavy = wigner_distance(n, "t", dof)[0]
    _, edge = wigner_distance(n, "t", 3.0)
    good = max(distances) < 0.015 and heavy > 0.1 and edge > 2.2
    return Evidence(
        bool(good),
        f"At n = {n} the distribution function of every law ({', '.join(laws)}) is within "
        f"{max(distances):.0%} of the semicircle's; Student's t with 1.5 degrees of freedom, without "
        f"a variance, is {heavy:.0%} off. With 3 degrees it has a variance, and λ₁ "
        f"{'still leaves' if edge > 2.2 else 'keeps to'} the edge at 2.",
    )


@CLAIMS.claim(
    "7.2",
    "The second moments of N samples with p independent features of mean 0 and variance 1 have "
    "eigenvalues not at 1 but between (1 − √(p/N))² and (1 + √(p/N))², when N and p are large.",
    source="Marchenko & Pastur (1967)",
    breakers=[{"law_of": 1.0}, {"p": 20}],
)
def marchenko_pastur(p=400, g=0.25, law_of=None):
    """Compare the spectra of three laws of entries with the law, and their ends with its edges."""
    law = rm.marchenko_pastur(law_of or g)
    spectra = [
        np.linalg.eigvalsh(rm.wishart(p, int(p / g), entries, seed=1))
        for entries in ("gaussian", "rademacher", "exponential")
    ]
    off = max(rm.kolmogorov_distance(x, law) for x in spectra)
    ends = max(np.abs(x[[0, -1]] - law.edges).max() for x in spectra)
    return Evidence(
        bool(off < 0.02 and ends < 0.15),
        f"With p/N = {g:g} the law lies between {law.edges[0]:.2f} and {law.edges[1]:.2f}. Three laws "
        f"of entries, p = {p}: distribution functions within {off:.1%} of it: "
        f"{'yes' if off < 0.02 else 'no'}.",
    )


@CLAIMS.claim(
    "7.3",
    "A rank-one signal of strength θ shows as an outlier θ + 1/θ of a large noise matrix with edge 2, "
    "with overlap² 1 − 1/θ², if θ > 1, and does not show if θ < 1.",
    source="Péché (2006); Benaych-Georges & Nadakuditi (2011)",
    breakers=[{"law_shift": 0.5}, {"n": 12}],
)
def spike(n=400, thetas=(1.5, 2.0, 3.0), seeds=range(4), law_shift=0.0):
    """Draw spiked matrices above and below the threshold."""
    worst = 0.0
    for theta in thetas:
        seen = np.array([_top_of_spiked(n, theta, seed) for seed in seeds])
        law = np.array(rm.spiked_wigner_prediction(theta + law_shift))
        worst = max(worst, np.abs(seen.mean(axis=0) - law).max())
    below = np.array([_top_of_spiked(n, 0.5, seed) for seed in seeds])
    silent = below[:, 0].mean() < 2.05 and below[:, 1].mean() < 0.05
    return Evidence(
        bool(worst < 0.08 and silent),
        f"For θ = {', '.join(f'{t:g}' for t in thetas)} and n = {n} the means over {len(seeds)} seeds "
        f"are {'within' if worst < 0.08 else 'more than'} 0.08 of both laws; θ = 0.5 "
        f"{'shows nothing' if silent else 'shows'}.",
    )


@remember()
def _top_of_spiked(n, theta, seed):
    A, v = rm.spiked_wigner(n, theta, seed)
    lam, U = np.linalg.eigh(A)
    return lam[-1], (U[:, -1] @ v) ** 2
