"""More of what lesson 09 says: methods at equal cost, eigenvalues, the outline of a spectrum."""

from math import prod

import numpy as np
from scipy.stats import wasserstein_distance

from course_lib.curvature import lanczos, networks, trace
from course_lib.lessons.lesson_09 import race
from course_lib.lessons.lesson_09.claims import CLAIMS, NOTES
from course_lib.lessons.lesson_09.demo_density import NEAR
from course_lib.lessons.lesson_09.demo_density import compute as density
from course_lib.lessons.lesson_09.network import exact_hessian, exact_spectrum
from course_lib.teaching import Evidence


def _multiplications(jaxpr):
    """Count the scalar multiplications in all matrix products of a JAX program."""
    count = 0
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            (inner, _), _ = equation.params["dimension_numbers"]
            left, out = equation.invars[0].aval.shape, equation.outvars[0].aval.shape
            count += prod(out) * prod(left[axis] for axis in inner)
        for value in equation.params.values():
            if hasattr(value, "jaxpr"):
                count += _multiplications(value.jaxpr)
    return count


@CLAIMS.claim(
    "9.11",
    "Counting matrix products alone, a Hessian-vector product costs less than two gradients: 1.86 on "
    "a wide network (64-256-256-10), 1.19 on this lesson's (64-8-10).",
    source="Counted here, in JAX's own program",
    breakers=[{"stored": False}],
)
def cost_in_multiplications(stored=True):
    """Count the multiplications of both; if not stored, the forward pass is done again each time."""
    import jax

    ratios = []
    for widths in ((64, 256, 256, 10), (64, 8, 10)):
        model = networks.mlp(widths)
        loss, w = networks.cross_entropy(model), np.zeros(model.num_params)
        X, y = np.zeros((7, 64)), np.zeros(7, int)

        def gradient(u, loss=loss, X=X, y=y):
            return jax.grad(loss)(u, X, y)

        def again(v, gradient=gradient, w=w):
            return jax.jvp(gradient, (w,), (v,))

        product = jax.linearize(gradient, w)[1] if stored else again
        counts = [_multiplications(jax.make_jaxpr(f)(w).jaxpr) for f in (product, gradient)]
        ratios.append(counts[0] / counts[1])
    wide, narrow = ratios
    return Evidence(
        bool(abs(wide - 1.86) < 0.01 and abs(narrow - 1.19) < 0.01),
        f"The wide network takes {wide:.2f} times the multiplications of a gradient, the narrow one "
        f"{narrow:.2f} times.",
    )


@CLAIMS.claim(
    "9.12",
    "At equal cost Hutch++ and XTrace are more precise than Hutchinson's estimate.",
    verdict="holds when a few large eigenvalues make the scatter, and the budget finds them",
    source="Meyer et al. (2021) and Epperly et al. (2024) for the methods; compared here",
    breakers=[{"spectrum": "flat"}, {"spectrum": "indefinite"}, {"budget": 12}],
)
def who_wins(spectrum="ten outliers", budget=60, seeds=60):
    """Compare errors on a spectrum at seeds that the record does not hold."""
    A = race.matrix(spectrum)
    exact, law = np.trace(A), (trace.one_probe_variance(A) / budget) ** 0.5
    ratios = {
        name: race.trials(A, exact, method, budget, range(50_000, 50_000 + seeds)).rms / law
        for method, name in trace.METHODS.items()
        if method != "hutchinson"
    }
    return Evidence(
        max(ratios.values()) < 0.5,
        f"With {budget} products on “{spectrum}” the error in parts of Hutchinson's: "
        + ", ".join(f"{name} {ratio:.1g}" for name, ratio in ratios.items())
        + ".",
    )


@CLAIMS.claim(
    "9.13",
    "A 95 % interval holds the trace 95 times in 100, whatever the method and the budget.",
    verdict="false as stated",
    source="Counted here, and over 4000 seeds for the record",
    breakers=[{"budget": 60}, {"method": "hutchinson"}],
)
def coverage_fails(method="xtrace", budget=18, seeds=400):
    """Count on ten outliers, at seeds that the record does not hold."""
    A = race.matrix("ten outliers")
    covered = race.trials(A, np.trace(A), method, budget, range(60_000, 60_000 + seeds)).covered
    row = race.recorded()["ten outliers"][method][str(budget)]
    recorded, trials = row["covered"], row["trials"]
    spread = (recorded * (1 - recorded) * (1 / seeds + 1 / trials)) ** 0.5
    return Evidence(
        bool(covered < 0.9 and abs(covered - recorded) < 4 * spread),
        f"{trace.METHODS[method]} with {budget} products on ten outliers: {recorded:.0%} of {trials} "
        f"intervals hold the trace, and {covered:.0%} of {seeds} others counted now.",
    )


@CLAIMS.claim(
    "9.21",
    "60 products are enough for an interval of XTrace that can be trusted.",
    verdict="false as stated",
    source="Counted here",
    breakers=[{"count": 10}, {"budget": 80}],
)
def sixty_products(count=30, budget=60, seeds=400):
    """Count how often the interval holds the trace of a matrix with more outliers than ten."""
    A = race.turned(race.outliers(count))
    covered = race.trials(A, np.trace(A), "xtrace", budget, range(60_000, 60_000 + seeds)).covered
    return Evidence(
        bool(covered < 0.9),
        f"With {budget} products on {count} outliers {covered:.0%} of {seeds} intervals hold the trace.",
    )


def _products_until(estimates, exact, tolerance):
    good = np.abs(np.asarray(estimates) / exact - 1) < tolerance
    return int(good.argmax()) + 1 if good.any() else np.inf


@CLAIMS.claim(
    "9.14",
    "Lanczos' method finds λ₁ with fewer products than power iteration.",
    verdict="holds when λ₁ does not stand all alone",
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
        + (f"{low:.1f} to {high:.1f} times" if low > 1.2 else "about as many as")
        + " the products of Lanczos.",
    )


@CLAIMS.claim(
    "9.15",
    "Lanczos' method finds no eigenvalue twice.",
    verdict="holds when every new vector is orthogonalized against all before it",
    source="Trefethen and Bau (1997), Part VI, for the method; counted here",
    breakers=[{"reorthogonalize": False}],
)
def ghosts(reorthogonalize=True, steps=200):
    """Count copies among all Ritz values of a long run that have converged."""
    run = lanczos.lanczos(exact_hessian(), steps, seed=1, reorthogonalize=reorthogonalize)
    tolerance = 1e-8 * exact_spectrum()[0]
    converged = run.ritz_values[run.error_bounds < tolerance]
    copies = int(np.sum(-np.diff(converged) < 2 * tolerance))
    many = converged.size > 90
    return Evidence(
        many and copies == 0,
        f"After {steps} steps {'more than 90' if many else 'no more than 90'} Ritz values have "
        "converged to eight digits of λ₁, "
        + ("and no two are the same." if copies == 0 else "and many are copies of others: ghosts."),
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
        f"{steps} steps, all powers up to {degree}: "
        + ("equal to 10 digits." if worst < 1e-10 else f"off by up to {worst:.1g}."),
    )


@CLAIMS.claim(
    "9.17",
    "We can approximate key properties: a few hundred products give the trace, the top of the "
    "spectrum and its outline.",
    source=NOTES,
    breakers=[{"products": 16}],
)
def key_properties(products=400):
    """Spend a budget on this lesson's network and compare all three with the exact spectrum."""
    A, exact = exact_hessian(), exact_spectrum()
    pairs = lanczos.top_eigenpairs(A, 10, tol=1e-6, max_matvecs=max(10, products // 3))
    total = trace.trace(A, products // 4, seed=3)
    outline = lanczos.spectral_density(A, max(1, products // 10), 4, seed=4)
    top = np.abs(pairs.eigenvalues / exact[:10] - 1).max()
    distance = wasserstein_distance(exact, outline.nodes.ravel(), v_weights=outline.weights.ravel())
    at_zero = wasserstein_distance(exact, [0.0]) / exact[0]  # what a spike at zero would score
    distance /= exact[0]
    off = abs(total.estimate / exact.sum() - 1)
    good = top < 1e-6 and off < 0.05 and distance < 0.01
    return Evidence(
        bool(good),
        f"{products} products: ten eigenvalues right to "
        + ("a millionth" if top < 1e-6 else f"{top:.0%}")
        + f", the trace within {'5 %' if off < 0.05 else f'{off:.0%}'}, the outline within "
        + ("1 %" if distance < 0.01 else f"{distance:.0%}")
        + f" of λ₁. (All eigenvalues at zero would be {at_zero:.0%} off.)",
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
    exact = exact_spectrum()
    if not gap:
        state = density(steps, probes, 2.0)
        near, far = state.near, state.far
        edge = NEAR * exact[0]
        low, high = state.density.cdf([-edge, edge]).estimate
        within = abs(high - low - np.mean(np.abs(exact) <= edge))
    else:  # nearly every tenth eigenvalue zero, all others far from it
        values = np.sort(np.r_[np.zeros(60), gap + np.linspace(0, exact[0], exact.size - 60)])
        found = lanczos.spectral_density(np.diag(values), steps, probes, seed=0)
        near = abs(float(found.cdf(gap / 2).estimate) - 60 / exact.size)
        far, within = 0.0, near
    return Evidence(
        bool(near > 0.1 > 2 * max(far, within)),
        "The share of eigenvalues up to λ is wrong by "
        + ("more than a tenth" if near > 0.1 else "less than a tenth")
        + " near zero, where many crowd, and elsewhere by "
        + ("at most 5 %" if far < 0.05 else "more than 5 %")
        + "; the share within 1 % of λ₁ of zero by "
        + ("at most 5 %." if within < 0.05 else "more than 5 %."),
    )


@CLAIMS.claim(
    "9.19",
    "The mean of v∘(Hv) over random signs v estimates the diagonal of H; one probe has in entry i the "
    "variance Σ_{j≠i} hᵢⱼ².",
    source="Bekas, Kokiopoulou and Saad (2007) for the estimator; the variance follows in one line",
    breakers=[{"with_diagonal": True}],
)
def diagonal_law(with_diagonal=False, num_probes=3000):
    """Compare mean and variance of many probes with the diagonal and the law, entry by entry."""
    H = exact_hessian()
    found = trace.diagonal(H, num_probes, seed=5)
    law = (H**2).sum(axis=1) - (0 if with_diagonal else np.diag(H) ** 2)
    seen = num_probes * found.stderr**2
    heavy = law > 1e-3 * law.max()
    ratio = float(np.median(seen[heavy] / law[heavy]))
    z = np.abs(found.estimate - np.diag(H))[heavy] / np.sqrt(law[heavy] / num_probes)
    return Evidence(
        bool(abs(ratio - 1) < 0.02 and z.max() < 5),
        f"{num_probes} probes: the variances are {ratio:.2f} times their law, and every entry lies "
        f"within {'five' if z.max() < 5 else 'more than five'} standard errors.",
    )


@CLAIMS.claim(
    "9.20",
    "Within ‖Hx − θx‖ of every Ritz value θ with its unit vector x there lies an eigenvalue of H.",
    source="Standard, for symmetric matrices",
    breakers=[{"moved": 0.05}],
)
def residual_bounds(moved=0.0, steps=25):
    """Check all Ritz values of a short run, most of them far from converged."""
    run = lanczos.lanczos(exact_hessian(), steps, seed=2)
    theta = run.ritz_values + moved * exact_spectrum()[0]
    apart = np.abs(theta[:, None] - exact_spectrum()).min(axis=1)
    held = int(np.sum(apart <= run.error_bounds + 1e-12))
    return Evidence(held == steps, f"{held} of {steps} Ritz values have an eigenvalue in reach.")
