"""Claims of lesson 09 on eigenvalues and the outline of a spectrum, from products."""

import numpy as np
from scipy.stats import wasserstein_distance

from course_lib.curvature import density, eigenpairs, lanczos, trace
from course_lib.lessons.lesson_09.demo_density import NEAR, compute
from course_lib.lessons.lesson_09.experiments import exact_eigenvalues, exact_hessian
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


def _products_until(estimates, exact, tolerance):
    good = np.abs(np.asarray(estimates) / exact - 1) < tolerance
    return int(good.argmax()) + 1 if good.any() else np.inf


@CLAIMS.claim(
    "9.14",
    "Lanczos' method finds λ₁ with fewer products than power iteration.",
    verdict="holds when λ₁ is not the only eigenvalue that differs from zero",
    source="Kuczyński and Woźniakowski (1992) for random starts; counted here",
    breakers=[{"alone": True}],
)
def lanczos_against_power(tolerance=1e-6, starts=5, alone=False):
    """Count products until λ₁ is right to a millionth, from the same random starts."""
    A = exact_hessian()
    if alone:  # a single eigenvalue that is not zero: nobody can be slow
        A = np.ones(A.shape)
    exact, ratios = np.linalg.eigvalsh(A)[-1], []
    for seed in range(starts):
        v = np.random.default_rng(seed).standard_normal(len(A))
        run, quotients = lanczos.lanczos(A, 40, start=v), []
        for _ in range(400):
            v = v / np.linalg.norm(v)
            Av = A @ v
            quotients.append(v @ Av)
            v = Av
        m = run.alphas.size
        tops = [np.linalg.eigvalsh(run.T[:k, :k])[-1] for k in range(1, m + 1)]
        ratios.append(
            _products_until(quotients, exact, tolerance) / _products_until(tops, exact, tolerance)
        )
    low, high = min(ratios), max(ratios)
    return Evidence(
        bool(low > 1.2),
        f"From {starts} starts power iteration needs "
        + (f"{low:.1f} to {high:.1f} times" if low > 1.2 else "about")
        + " as many products as Lanczos' method.",
    )


@CLAIMS.claim(
    "9.15",
    "Lanczos' method reports no eigenvalue twice.",
    verdict="holds when every new vector is orthogonalized against all vectors before it",
    source="Trefethen and Bau (1997), Part VI, for the method; counted here",
    breakers=[{"reorthogonalize": False}],
)
def ghosts(reorthogonalize=True, steps=200):
    """Count copies among all Ritz values of a long run that have converged."""
    run = lanczos.lanczos(exact_hessian(), steps, seed=1, reorthogonalize=reorthogonalize)
    tolerance = 1e-8 * exact_eigenvalues()[0]
    converged = run.ritz_values[run.error_bounds < tolerance]
    copies = int(np.sum(-np.diff(converged) < 2 * tolerance))
    many = converged.size > 90
    return Evidence(
        many and copies == 0,
        f"After {steps} steps {'more than 90' if many else 'no more than 90'} Ritz values have "
        "converged, with an error below 10⁻⁸ λ₁. "
        + (
            "No two of them agree." if copies == 0 else "Many of them are copies of others: ghosts."
        ),
    )


@CLAIMS.claim(
    "9.16",
    "After m steps the Ritz values, weighted by the squared first entries of T's eigenvectors, give "
    "vᵀp(H)v exactly for every polynomial p of degree up to 2m − 1.",
    source="Golub and Welsch (1969)",
    breakers=[{"degree": 10}, {"squared": False}],
)
def gauss_quadrature(degree=9, squared=True, steps=5):
    """Compare Σ weight·θᵏ with vᵀHᵏv, computed by k products."""
    A, start = exact_hessian(), np.random.default_rng(1).standard_normal(len(exact_hessian()))
    run = lanczos.lanczos(A, steps, start=start)
    v = start / np.linalg.norm(start)
    weights = run.weights if squared else run.weights**0.5
    powers, worst = v, 0.0
    for k in range(1, degree + 1):
        powers = A @ powers
        worst = max(worst, abs(weights @ run.ritz_values**k / (v @ powers) - 1))
    return Evidence(
        bool(worst < 1e-10),
        f"After {steps} steps, all powers up to {degree} are "
        + ("right to 10 digits." if worst < 1e-10 else f"off by up to {worst:.1g}."),
    )


@CLAIMS.claim(
    "9.17",
    "We can approximate key properties: a few hundred products give the trace, the top of the "
    "spectrum and its outline.",
    source="Source notes, section 7",
    breakers=[{"products": 16}],
)
def key_properties(products=400):
    """Spend a budget on this lesson's network and compare all three with the exact spectrum."""
    A, exact = exact_hessian(), exact_eigenvalues()
    pairs = eigenpairs.top_eigenpairs(A, 10, tol=1e-6, max_matvecs=max(10, products // 3))
    total = trace.trace(A, products // 4, seed=3)
    outline = density.spectral_density(A, max(1, products // 10), 4, seed=4)
    top = np.abs(pairs.eigenvalues / exact[:10] - 1).max()
    distance = wasserstein_distance(exact, outline.nodes.ravel(), v_weights=outline.weights.ravel())
    at_zero = wasserstein_distance(exact, [0.0]) / exact[0]  # what a spike at zero would score
    distance /= exact[0]
    off = abs(total.estimate / exact.sum() - 1)
    good = top < 1e-6 and off < 0.05 and distance < 0.01
    return Evidence(
        bool(good),
        f"With {products} products the ten largest eigenvalues are right to "
        + ("a millionth" if top < 1e-6 else f"{top:.0%}")
        + f", the trace to {'5 %' if off < 0.05 else f'{off:.0%}'}, and the outline to "
        + ("1 %" if distance < 0.01 else f"{distance:.0%}")
        + f" of λ₁. (An outline with all eigenvalues at zero would be {at_zero:.0%} off.)",
    )


@CLAIMS.claim(
    "9.18",
    "A spectral density from products says how many eigenvalues are zero.",
    verdict="false as stated",
    source="Measured here",
    breakers=[{"gap": 0.2}],
)
def near_zero(gap=0.0, steps=40, probes=10):
    """Compare shares of eigenvalues up to λ; with a gap around zero, there is nothing to resolve."""
    exact = exact_eigenvalues()
    if not gap:
        state = compute(steps, probes, 2.0)
        near, far = state.near, state.far
        edge = NEAR * exact[0]
        low, high = state.density.cdf([-edge, edge]).estimate
        within = abs(high - low - np.mean(np.abs(exact) <= edge))
    else:  # nearly every tenth eigenvalue zero, all others far from it
        values = np.sort(np.r_[np.zeros(60), gap + np.linspace(0, exact[0], exact.size - 60)])
        found = density.spectral_density(np.diag(values), steps, probes, seed=0)
        near = abs(float(found.cdf(gap / 2).estimate) - 60 / exact.size)
        far, within = 0.0, near
    return Evidence(
        bool(near > 0.1 > 2 * max(far, within)),
        "We compare the share of eigenvalues up to λ with the exact one. Near zero it is wrong by "
        + ("more than a tenth" if near > 0.1 else "less than a tenth")
        + ", elsewhere by "
        + ("at most 5 %" if far < 0.05 else "more than 5 %")
        + ". The share of eigenvalues smaller in size than λ₁/100 is wrong by "
        + ("at most 5 %." if within < 0.05 else "more than 5 %."),
    )


@CLAIMS.claim(
    "9.20",
    "For every Ritz value θ, with its vector x of length 1, some eigenvalue of H lies within ‖Hx − θx‖ of θ.",
    source="Standard, for symmetric matrices",
    breakers=[{"moved": 0.05}],
)
def residual_bounds(moved=0.0, steps=25):
    """Check all Ritz values of a short run, most of them far from converged."""
    run = lanczos.lanczos(exact_hessian(), steps, seed=2)
    theta = run.ritz_values + moved * exact_eigenvalues()[0]
    apart = np.abs(theta[:, None] - exact_eigenvalues()).min(axis=1)
    held = int(np.sum(apart <= run.error_bounds + 1e-12))
    return Evidence(
        held == steps, f"{held} of {steps} Ritz values have an eigenvalue within their residual."
    )
