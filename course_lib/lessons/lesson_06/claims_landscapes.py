"""Claims on random matrices and landscapes: how rare minima are, and how high saddles lie."""

from math import log, pi, sqrt

import numpy as np
from scipy.stats import spearmanr

from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_06 import experiments
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 4"


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
        f"For n = 2, 3, 4 and 6 the Pfaffian gives {exact[2]:.4f}, {exact[3]:.4f}, {exact[4]:.5f} and "
        f"{exact[6]:.2g}. Among {draws} samples for each of n = 2, 3 and 4, the shares are "
        f"{'within' if z < 4 else 'beyond'} 4 standard errors of these values.",
    )


@CLAIMS.claim(
    "6.2",
    "The probability that a GOE matrix of size n is positive definite is exp(−n² (ln 3)/4).",
    verdict="holds when n is large, and for the exponent only: at n = 10 the formula is 52 times too large",
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
        f"Between n = 40 and 50 the logarithm of the probability behaves like −{slope:.4f} n² "
        f"((ln 3)/4 = {log(3) / 4:.4f}). At n = 10 the formula is {off:.0f} times the exact probability.",
    )


def minima_shares(dimensions, draws=40_000, common=1.0, weighted=True, seed=0):
    """Return the share of minima among the critical points of an isotropic Gaussian field.

    The Hessian of such a field is a GOE matrix plus a common shift N(0, 1) of all eigenvalues, and
    independent of the gradient; among critical points, |det H| weighs it (Kac and Rice). The matrix
    is drawn, and the shift is integrated: a minimum needs a large one, which is rarely drawn.
    """
    shares = []
    for d in dimensions:
        drawn = np.linalg.eigvalsh(symmetric_batch(d, draws, np.random.default_rng([seed, d])))
        minima = total = 0.0
        for shift in np.linspace(-6, 6, 49):
            lam = drawn + common * shift
            weight = np.exp(-(shift**2) / 2) * (np.abs(lam.prod(axis=1)) if weighted else 1.0)
            weight = np.broadcast_to(weight, draws)
            minima, total = minima + weight[lam[:, 0] > 0].sum(), total + weight.sum()
        shares.append(minima / total)
    return np.array(shares)


@CLAIMS.claim(
    "6.3",
    "The Hessian at a critical point of a random function is a GOE matrix, so minima are as rare as "
    "positive definite GOE matrices.",
    verdict="false as stated",
    source="The Kac–Rice formula for an isotropic Gaussian field; measured here",
    breakers=[{"common": 0.0, "weighted": False}],
)
def not_a_goe_matrix(common=1.0, weighted=True):
    """Sample the Hessians at critical points of an isotropic Gaussian field; count recorded minima."""
    d = np.arange(1, 7)
    coins = 0.5**d
    field = minima_shares(d, common=common, weighted=weighted)
    times = field[-1] / rm.goe_positive_probability(6)
    found = np.array([shares(k)[0] for k in d])
    minima = sum(int(np.sum(index == 0)) for index, _ in experiments.recorded_landscapes(6))
    good = times > 1000 and (np.abs(field / coins - 1) < 0.25).all()
    scaled = [", ".join(f"{s:.1f}" for s in each / coins) for each in (field, found)]
    return Evidence(
        bool(good and found[-1] > 1000 * rm.goe_positive_probability(6)),
        f"Share of minima times 2ᵈ for d = 1 … 6: {scaled[0]} in a Gaussian field without special "
        f"directions, and {scaled[1]} in the recorded landscapes (only {minima} minima at d = 6). At d = 6 "
        f"the share in the field is {'over 1000' if times > 1000 else f'{times:.0f}'} times the probability "
        "that a GOE matrix is positive definite.",
    )


def shares(d):
    """Return the shares of minima, saddles and maxima, pooled over the recorded landscapes."""
    index = np.concatenate([index for index, _ in experiments.recorded_landscapes(d)])
    return np.array([np.mean(index == 0), np.mean((index > 0) & (index < d)), np.mean(index == d)])


@CLAIMS.claim(
    "6.4",
    "Most critical points are saddle points, not local minima.",
    verdict="holds when the landscape is a sum of random waves as here, in three dimensions or more. In "
    "one dimension there is no saddle, and in two dimensions exactly half are saddles. A convex function "
    "has none",
    source=f"{NOTES}; measured here on random landscapes, all critical points of each",
    breakers=[{"first": 2}],
)
def saddles_dominate(first=3, seeds=(100, 101)):
    """Find all critical points for d = 2 and 3 at two seeds, and look at the recorded d = 1 … 6."""
    saddles = {d: shares(d)[1] for d in range(1, 7)}
    flat, deep = ([experiments.all_critical_points(d, seed) for seed in seeds] for d in (2, 3))
    complete = all(search.settled and search.sum_agrees for search in flat + deep)
    half = all(np.mean(search.found.index == 1) == 0.5 for search in flat)
    good = complete and half and saddles[1] == 0 and all(saddles[d] > 0.6 for d in range(first, 7))
    return Evidence(
        bool(good),
        "Share of saddles in the recorded landscapes, d = 1 … 6: "
        + ", ".join(f"{share:.0%}" for share in saddles.values())
        + f". We also searched two landscapes with d = 2 live. In them "
        f"{'exactly' if half else 'not'} half of the critical points are saddles.",
    )


@CLAIMS.claim(
    "6.5",
    "In a random landscape minima lie low, maxima lie high, and saddles lie between them: the index "
    "grows with the height.",
    source="Bray & Dean (2007) for Gaussian fields in high dimension; measured here",
    breakers=[{"shuffled": True}],
)
def index_grows_with_height(shuffled=False, dimensions=(2, 3, 4, 5, 6)):
    """Rank correlation of index and height in each recorded landscape."""
    rng, found = np.random.default_rng(0), []
    for d in dimensions:
        for index, height in experiments.recorded_landscapes(d):
            height = rng.permutation(height) if shuffled else height
            found.append(spearmanr(index, height).statistic)
    return Evidence(
        bool(min(found) > 0.75),
        f"Spearman's correlation over {len(found)} landscapes: median {np.median(found):.2f}, "
        f"smallest value {min(found):.2f}.",
    )
