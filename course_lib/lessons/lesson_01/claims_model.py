"""Claims of lesson 01 on the quadratic model, units, and ways to get a Hessian."""

import numpy as np

from course_lib.exact import derivatives
from course_lib.lessons.lesson_01.experiments import BENDY, TWO_WEIGHTS, formula, unit
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 1"
STANDARD = "Standard; the lesson gives the reason"
NOCEDAL = "Nocedal & Wright (2006)"


@CLAIMS.claim(
    "1.9",
    "The Hessian describes the local geometry of f.",
    verdict="holds when f and ∇f are taken together with H, and only near the point. If f has continuous "
    "third derivatives, the error of the quadratic model falls like r³ or faster",
    source=NOTES + "; " + NOCEDAL + " on Taylor's theorem",
    breakers=[{"half": 1.0}, {"with_gradient": False}],
)
def taylor(half=0.5, with_gradient=True):
    """Halve the distance and see by how much the error falls."""
    f, w = formula(BENDY), np.array([0.3, -0.2])
    g, H = f.gradient_at(w) * with_gradient, 2 * half * f.hessian_at(w)
    model = derivatives.quadratic_model(f.value(w), g, H)
    around = unit(np.arange(0, 360, 5))
    radii = (0.2, 0.1, 0.05, 0.025)
    errors = [np.abs(f.value(w[:, None] + r * around) - model(r * around)).max() for r in radii]
    falls = np.divide(errors[:-1], errors[1:])
    return Evidence(
        bool(falls.min() > 7),
        "The distance is halved three times, from 0.2 to 0.025. The three factors by which the worst error "
        f"falls are {', '.join(f'{x:.1f}' for x in falls)}.",
    )


@CLAIMS.claim(
    "1.10",
    "Take the quadratic model of f = ½(ab − 1)² at (2, ½). It is 0 on the whole line through this point "
    "along v₂. The points of this line are (2 + 2s, ½ − ½s), and there f = ½s⁴.",
    source=STANDARD,
    breakers=[{"w": (1.0, 0.5)}, {"text": "(a*b - 1)^2"}],
)
def valley(text=TWO_WEIGHTS, w=(2.0, 0.5)):
    """Evaluate f and its model along the line."""
    f, w = formula(text), np.array(w)
    model = derivatives.quadratic_model(f.value(w), f.gradient_at(w), f.hessian_at(w))
    s = np.linspace(-1, 1, 21)
    step = np.outer([2.0, -0.5], s)
    truth = f.value(w[:, None] + step)
    good = np.abs(model(step)).max() < 1e-12 and np.abs(truth - 0.5 * s**4).max() < 1e-12
    return Evidence(
        bool(good),
        f"At s = ½ the model is {model(step[:, 15]):.3f} and the function is {truth[15]:.3f}. At s = 1 the "
        f"model is {model(step[:, 20]):.3f} and the function is {truth[20]:.3f}.",
    )


@CLAIMS.claim(
    "1.11",
    "In rescaled coordinates, w = Du, the Hessian is DHD and the gradient is D∇f.",
    source=STANDARD,
    breakers=[{"sides": 1}, {"inverse": True}],
)
def units(sides=2, inverse=False):
    """Differentiate f(Du) by u and compare."""
    f, d = formula(BENDY), np.array([0.5, 3.0])
    used, worst = 1 / d if inverse else d, 0.0
    for w in np.random.default_rng(0).uniform(-1, 1, (5, 2)):
        H, g = f.hessian_at(w), f.gradient_at(w)
        measured = derivatives.hessian_from_gradient(lambda u: d * f.gradient_at(d * u), w / d)
        slopes = derivatives.gradient_by_differences(lambda u: f.value(d * u), w / d)
        told = derivatives.rescale(H, used) if sides == 2 else np.diag(used) @ H
        worst = max(worst, np.abs(measured - told).max(), np.abs(slopes - used * g).max())
    return Evidence(
        bool(worst < 1e-6),
        "At 5 random points, with D = diag(½, 3), finite differences of f(Du) "
        + ("agree with both formulas." if worst < 1e-6 else f"are off by up to {worst:.2g}."),
    )


@CLAIMS.claim(
    "1.12",
    "Rotating the coordinates changes no eigenvalue. Rescaling them can change the sizes of the "
    "eigenvalues by any factor, but never how many are positive, zero and negative.",
    source="Standard (the second part is Sylvester's law of inertia)",
    breakers=[{"shear": 0.1}, {"lost": True}],
)
def inertia(shear=0.0, lost=False):
    """Rotate and rescale a matrix with the signs +, +, 0, − and compare the spectra."""
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    lam = np.array([5.0, 1.0, 0.0, -2.0])
    H = (Q * lam) @ Q.T
    R = np.linalg.qr(rng.normal(size=(4, 4)))[0] + shear
    turned = np.linalg.eigvalsh(R.T @ H @ R)[::-1]
    good, largest = np.abs(turned - lam).max() < 1e-10, []
    for factor in (0.01, 1.0, 100.0):
        D = np.diag(factor * np.array([1.0, 2.0, 5.0 * (not lost), 0.5 * (not lost)]))
        scaled = np.linalg.eigvalsh(D @ H @ D)[::-1]
        signs = np.sign(np.where(np.abs(scaled) < 1e-10 * np.abs(scaled).max(), 0, scaled))
        good = good and (signs == np.sign(lam)).all()
        largest.append(scaled[0])
    return Evidence(
        bool(good),
        "The eigenvalues are 5, 1, 0 and −2. After a random rotation they are "
        + ("the same. " if np.abs(turned - lam).max() < 1e-10 else "different. ")
        + f"After rescaling in three ways, λ₁ is {', '.join(f'{x:.3g}' for x in largest)}, and the signs are "
        + ("the same." if good else "not all the same."),
    )


@CLAIMS.claim(
    "1.13",
    "The Hessian of ½(ab − 1)² is [[b², 2ab − 1], [2ab − 1, a²]]. Work by hand, SymPy and automatic "
    "differentiation give the same matrix up to rounding.",
    source=STANDARD,
    breakers=[{"cross": 1.0}, {"half": 1.0}],
)
def three_ways(cross=2.0, half=0.5):
    """Compare the three at random points."""
    import jax  # the claim is about it; the lesson's other claims do without

    f, worst = formula(TWO_WEIGHTS), 0.0
    automatic = jax.jit(jax.hessian(lambda w: half * (w[0] * w[1] - 1) ** 2))
    for a, b in np.random.default_rng(0).normal(size=(10, 2)):
        mixed = cross * a * b - 1
        by_hand = np.array([[b**2, mixed], [mixed, a**2]])
        for other in (f.hessian_at([a, b]), np.asarray(automatic(np.array([a, b])))):
            worst = max(worst, np.abs(other - by_hand).max())
    return Evidence(
        bool(worst < 1e-13),
        "At 10 random points the three "
        + ("agree up to rounding." if worst < 1e-13 else f"differ by up to {worst:.2g}."),
    )


STEPS = 10.0 ** np.arange(-1, -9, -1)  # 0.1 to 1e-8


def _errors_from_values(steps, shift=0.0):
    """Return the relative error of the second difference of eˣ + shift at 1, for each step."""

    def f(w):
        return shift + np.exp(w[0])

    found = [derivatives.second_difference(f, [1], [1], h) for h in steps]
    return np.abs(np.array(found) / np.e - 1)


def _errors_from_slopes(steps):
    """Return the relative error of the difference of the exact slope of eˣ at 1, for each step."""
    found = [derivatives.hessian_from_gradient(np.exp, np.ones(1), h)[0, 0] for h in steps]
    return np.abs(np.array(found) / np.e - 1)


@CLAIMS.claim(
    "1.14",
    "As h shrinks, the error of the second difference falls like h² and then grows again, roughly like "
    "1/h². In double precision the best h lies between 1e-5 and 1e-3, and at h = 1e-8 no digit is right.",
    verdict="holds when f and its derivatives up to the fourth are of similar size near the point",
    source="Standard; " + NOCEDAL + " on finite differences",
    breakers=[{"steps": (1e-5, 1e-6, 1e-7, 1e-8)}, {"shift": 1e6}],
)
def u_shape(steps=STEPS, shift=0.0):
    """Measure the error for eˣ at 1, over eight steps."""
    steps = np.asarray(steps)
    errors = _errors_from_values(steps, shift)
    best = steps[errors.argmin()]
    good = 0.9e-5 < best < 1.1e-3 and errors.min() < 1e-6 and errors[-1] > 0.3
    good = good and abs(errors[0] / errors[1] - (steps[0] / steps[1]) ** 2) < 2
    return Evidence(
        bool(good),
        f"For eˣ at 1 the smallest relative error is {'below' if errors.min() < 1e-6 else 'above'} 1e-6. "
        + ("It is reached between" if 0.9e-5 < best < 1.1e-3 else "It is not reached between")
        + f" h = 1e-5 and 1e-3. At h = {steps[-1]:.0e} the relative error is "
        + f"{'above' if errors[-1] > 0.3 else 'below'} 30 %.",
    )


@CLAIMS.claim(
    "1.15",
    "Differencing an exact gradient once is far more accurate than differencing f twice.",
    verdict="holds when each uses its best step",
    source="Standard; " + NOCEDAL + " on finite differences",
    breakers=[{"steps": (0.1,)}, {"steps": (1e-4,), "gain": 1e4}],
)
def gradient_is_better(steps=STEPS, gain=30.0):
    """Compare the least errors over the steps."""
    values, slopes = _errors_from_values(steps).min(), _errors_from_slopes(steps).min()
    return Evidence(
        bool(slopes < values / gain),
        f"For eˣ at 1, with the best of {len(steps)} steps each, the error from slopes is "
        + ("less" if slopes < values / gain else "not less")
        + f" than 1/{gain:g} of the error from values.",
    )


@CLAIMS.claim(
    "1.16",
    "At a kink there is no curvature to find: for max(x, 0) at 0, automatic differentiation returns 0, and "
    "the second difference grows like 1/h.",
    source="Standard; computed here",
    breakers=[{"point": 0.5}, {"smooth": True}],
)
def kink(point=0.0, smooth=False):
    """Ask JAX, and take second differences with two steps."""
    import jax  # the claim is about its answer

    def f(x):
        return jax.nn.softplus(4 * x) / 4 if smooth else jax.nn.relu(x)

    told = float(jax.grad(jax.grad(f))(point))
    measured = [
        derivatives.second_difference(lambda w: float(f(w[0])), [point], [1], h)
        for h in (1e-2, 1e-4)
    ]
    good = abs(told) < 1e-12 and np.allclose(measured, [1e2, 1e4], rtol=1e-6)
    return Evidence(
        bool(good),
        f"At x = {point:g} JAX returns {told:.0f}. The second difference is {measured[0]:.0f} with h = 0.01 "
        f"and {measured[1]:.0f} with h = 0.0001.",
    )
