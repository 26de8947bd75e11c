"""What lesson 02 says of features and units, with evidence."""

import importlib.util

import numpy as np

from course_lib.exact import derivatives, formulas, spectra
from course_lib.lessons.lesson_02.claims import EXAMPLE, ROOT13, STANDARD, H
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


def _example():
    return formulas.Formula.from_text(EXAMPLE, ("w1", "w2"))


@CLAIMS.claim(
    "2.9",
    "A linear regression has the loss L(w) = ½ mean[(xᵀw − y)²] and the best weights w*. If its features "
    "have the second moments H, then f is its excess loss: L(w* + e) − L(w*) = f(e), for all targets, "
    "with or without noise.",
    source=STANDARD,
    breakers=[{"factor": 2.0}, {"noise_in_loss": True}],
)
def regression(factor=1.0, noise_in_loss=False):
    """Draw features with exactly these moments and three sorts of targets; use the course's loss."""
    rng = np.random.default_rng(0)
    X = _features(rng)
    f, worst = _example(), 0.0
    for noise in (0.0, 1.0, 5.0):
        y = X @ [2.0, -1.0] + noise * rng.normal(size=len(X))
        best = np.append(np.linalg.lstsq(X, y - y.mean(), rcond=None)[0], y.mean())
        steps = rng.normal(size=(4, 2))
        for loss in _losses(X, y):
            floor = 0.0 if noise_in_loss else loss(best)
            excess = [loss(best + np.append(w, 0)) - floor for w in steps]
            worst = max(worst, np.abs(factor * np.array(excess) - f.value(steps.T)).max())
            # The loss is quadratic, so that differences with a step of 1 are exact, to rounding.
            curvature = derivatives.hessian_by_differences(loss, best, h=1.0)[:2, :2]
            worst = max(worst, np.abs(curvature - H).max())
    return Evidence(
        bool(worst < 1e-8),
        "For targets with noise 0, 1 and 5 the excess loss "
        + ("equals f, and the Hessian is H." if worst < 1e-8 else f"is off by up to {worst:.2g}."),
    )


def _losses(X, y):
    """Return ½·mean of squared errors, written out, and the course's own where JAX is installed."""

    def written_out(w):
        return 0.5 * np.mean((X @ w[:2] + w[2] - y) ** 2)

    if importlib.util.find_spec("jax") is None:
        return [written_out]
    from course_lib.curvature import networks

    loss = networks.squared_error(networks.mlp((2, 1)))
    return [written_out, lambda w: float(loss(w, X, y[:, None]))]


def _features(rng, examples=200):
    """Return centred features whose second moments are exactly H."""
    X = rng.normal(size=(examples, 2))
    X -= X.mean(axis=0)
    whiten = np.linalg.inv(np.linalg.cholesky(X.T @ X / examples)).T
    return X @ whiten @ np.linalg.cholesky(H).T


@CLAIMS.claim(
    "2.10",
    "Scaling both features to variance 1 lowers κ from 6.17 to 3. If the features were uncorrelated and "
    "not scaled, κ would be 4.",
    source=STANDARD,
    breakers=[{"h12": 1.0}, {"h12": 6.0}],
)
def scaling(h12=4.0):
    """Rescale the coordinates and compare the condition numbers."""
    H = np.array([[4.0, h12], [h12, 16.0]])
    scale = np.diag(1 / np.sqrt(np.diag(H)))
    before, after, unmixed = (
        spectra.condition_number(spectra.eigh(M).eigenvalues)
        for M in (H, scale @ H @ scale, np.diag(np.diag(H)))
    )
    return Evidence(
        bool(np.allclose((before, after, unmixed), ((19 + 5 * ROOT13) / 6, 3, 4), rtol=1e-9)),
        f"κ is {before:.2f} for H itself. It is {after:.2f} after scaling, with the correlation "
        f"{h12 / 8:.2f} still there. It is {unmixed:.2f} for the same variances without correlation.",
    )


@CLAIMS.claim(
    "2.13",
    "With w₁ = 2u₁, w₂ = u₂ and the same step size η = 0.05, descent in u and descent in w take different "
    "paths. The Hessian in u is DHD with the eigenvalues 24 and 8. A step in u, translated to w, leads "
    "from w to w − ηD²Hw.",
    source=STANDARD,
    breakers=[{"units": (1.0, 1.0)}, {"units": (2.0, 2.0)}, {"power": 1}],
)
def units(units=(2.0, 1.0), power=2, eta=0.05, steps=10):
    """Descend by differences of the loss alone, once in w and once in u, and compare the paths."""
    D, f = np.diag(units), _example()
    start = np.array([2.5, 0.0])
    in_w = _descend(f.value, start, eta, steps)
    in_u = _descend(lambda u: f.value(D @ u), np.linalg.solve(D, start), eta, steps) @ D
    law = [start]
    for _ in range(steps):
        law.append(law[-1] - eta * np.linalg.matrix_power(D, power) @ H @ law[-1])
    lam = np.linalg.eigvalsh(
        derivatives.hessian_by_differences(lambda u: f.value(D @ u), start, 1.0)
    )
    headings = [np.arctan2(*(path[1] - start)) for path in (in_w, in_u)]
    turned = abs(np.degrees(headings[1] - headings[0]))
    follows = np.abs(in_u - law).max() < 1e-8
    return Evidence(
        bool(follows and turned > 1 and np.allclose(lam, (8, 24))),
        f"We used only values of the loss, and no derivatives. The eigenvalues in u are {lam[1]:.1f} and "
        f"{lam[0]:.1f}. The first step in u points {turned:.0f}° away from the first step in w. The "
        f"{steps} steps in u {'follow' if follows else 'do not follow'} the formula.",
    )


def _descend(loss, start, eta, steps):
    """Return the path of descent, an array of shape (steps + 1, 2), from values of the loss alone."""
    path = [start]
    for _ in range(steps):
        # Central differences are exact on a quadratic, to rounding, whatever their width.
        slopes = [(loss(path[-1] + e) - loss(path[-1] - e)) / 2 for e in np.eye(2)]
        path.append(path[-1] - eta * np.array(slopes, float))
    return np.array(path)
