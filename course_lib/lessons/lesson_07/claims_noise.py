"""Claims on random matrices: what pure noise looks like, and when a signal leaves it."""

import numpy as np

from course_lib.exact import eigenvalue_laws
from course_lib.exact import random_matrices as rm
from course_lib.support.caching import remember
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
_SPOKEN = {"gaussian": "Gaussian", "rademacher": "coin flips"}


@remember()
def _wigner_spectrum(n, entries, dof, seed):
    return np.linalg.eigvalsh(rm.wigner(n, entries, dof, seed))


def wigner_distance(n, entries, dof=5.0, seeds=range(3)):
    """Return the mean Kolmogorov distance of Wigner spectra from the semicircle, and mean λ₁."""
    spectra = [_wigner_spectrum(n, entries, dof, seed) for seed in seeds]
    distance = np.mean(
        [eigenvalue_laws.kolmogorov_distance(x, eigenvalue_laws.semicircle) for x in spectra]
    )
    return float(distance), float(np.mean([x[-1] for x in spectra]))


@CLAIMS.claim(
    "7.1",
    "The eigenvalues of a large symmetric matrix with independent entries fill the semicircle, "
    "whatever the law of the entries.",
    verdict="holds when the entries have mean 0 and a finite variance; even then a heavy tail may put λ₁ "
    "far outside",
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
    names = ", ".join(_SPOKEN.get(law, law) for law in laws)
    return Evidence(
        bool(good),
        f"At n = {n}, for every law ({names}), the distribution function of the eigenvalues differs from "
        f"the semicircle's by at most {max(distances):.0%}. Student's t with 1.5 degrees of freedom has an "
        f"infinite variance: there the difference is {heavy:.0%}. With 3 degrees the variance is finite, "
        f"but λ₁ {'still lies outside' if edge > 2.2 else 'lies at'} the edge 2.",
    )


@CLAIMS.claim(
    "7.2",
    "Take N samples of p independent features with mean 0 and variance 1. For large N and p, the "
    "eigenvalues of their second moments do not lie near 1: they fill the range from (1 − √(p/N))² to "
    "(1 + √(p/N))².",
    source="Marchenko & Pastur (1967)",
    breakers=[{"law_of": 1.0}, {"p": 20}],
)
def marchenko_pastur(p=400, g=0.25, law_of=None):
    """Compare the spectra of three laws of entries with the law, and their ends with its edges."""
    law = eigenvalue_laws.marchenko_pastur(law_of or g)
    spectra = [
        np.linalg.eigvalsh(rm.wishart(p, int(p / g), entries, seed=1))
        for entries in ("gaussian", "rademacher", "exponential")
    ]
    off = max(eigenvalue_laws.kolmogorov_distance(x, law) for x in spectra)
    ends = max(np.abs(x[[0, -1]] - law.edges).max() for x in spectra)
    return Evidence(
        bool(off < 0.02 and ends < 0.15),
        f"With p/N = {g:g} the range is from {law.edges[0]:.2f} to {law.edges[1]:.2f}. For three laws of "
        f"entries and p = {p}, the distribution functions differ from Marchenko and Pastur's by "
        f"{'less' if off < 0.02 else 'more'} than 2%.",
    )


@CLAIMS.claim(
    "7.3",
    "Add a rank-one signal of strength θ to a large noise matrix with edge 2. If θ > 1, there is an outlier "
    "at θ + 1/θ, and its eigenvector has the overlap² 1 − 1/θ² with the signal. If θ < 1, there is none.",
    source="Capitaine, Donati-Martin & Féral (2009); Benaych-Georges & Nadakuditi (2011)",
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
        f"For θ = {', '.join(f'{t:g}' for t in thetas)} and n = {n} the means over {len(seeds)} seeds differ "
        f"from both formulas by {'less' if worst < 0.08 else 'more'} than 0.08. With θ = 0.5 "
        f"{'there is no outlier' if silent else 'there is an outlier'}.",
    )


@remember()
def _top_of_spiked(n, theta, seed):
    A, v = rm.spiked_wigner(n, theta, seed)
    lam, U = np.linalg.eigh(A)
    return lam[-1], (U[:, -1] @ v) ** 2
