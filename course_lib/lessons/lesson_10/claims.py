"""What lesson 10 says of better steps: units, saddles, and what the methods cost."""

import numpy as np

from course_lib.curvature.preconditioning import newton_cg
from course_lib.lessons.lesson_10 import experiments
from course_lib.lessons.lesson_10 import experiments_races as races
from course_lib.lessons.lesson_10 import experiments_two_weights as two_weights
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "10.1",
    "Descent with the step η P⁻¹∇f, where P is diagonal and positive, is plain descent in the units "
    "u = P^(½)w. In these units the Hessian is P^(−½)HP^(−½), and its largest eigenvalue λ₁ sets the limit "
    "2/λ₁ of the step size.",
    source="Lesson 02, rescaling; computed here on 50 random positive matrices",
    breakers=[{"plain": True}, {"limit": 2.1}],
)
def units(plain=False, limit=2.0, trials=50):
    """Walk in both units, and on both sides of the limit."""
    rng, same, right = np.random.default_rng(0), True, 0
    for _ in range(trials):
        A = rng.standard_normal((4, 4))
        H, P = A @ A.T + 0.1 * np.eye(4), np.exp(rng.standard_normal(4))
        scaled = two_weights.scaled(H, P)
        start, top = rng.standard_normal(4), np.linalg.eigvalsh(H if plain else scaled)[-1]
        eta = 0.99 * limit / top
        path = two_weights.descend(H, start, eta, 4, P)
        u_path = two_weights.descend(scaled, np.sqrt(P) * start, eta, 4)
        same &= np.allclose(np.sqrt(P) * path, u_path, rtol=1e-9, atol=1e-9)
        inside = np.abs(np.linalg.eigvalsh(np.eye(4) - eta * scaled)).max() < 1
        beyond = 1.02 * limit / top
        outside = np.abs(np.linalg.eigvalsh(np.eye(4) - beyond * scaled)).max() > 1
        right += bool(inside and outside)
    return Evidence(
        bool(same and right == trials),
        f"{trials} matrices: the paths {'agree' if same else 'differ'}, and {right} change from stable to "
        f"unstable at {limit:g}/λ₁ of {'H' if plain else 'the scaled matrix'}.",
    )


@CLAIMS.claim(
    "10.2",
    "Where the Hessian has a negative eigenvalue, Newton's step −H⁻¹∇f moves uphill along the "
    "eigenvector of this eigenvalue. Conjugate gradients that stop at negative curvature always step "
    "downhill.",
    source="Nocedal & Wright (2006), chapter 7; computed here on 200 random indefinite matrices",
    breakers=[{"positive": True}, {"swapped": True}],
)
def negative_curvature(positive=False, swapped=False, trials=200):
    """Compare both steps with the gradient, as a whole and along the lowest eigenvector."""
    rng, climbs, downhill = np.random.default_rng(1), 0, 0
    for _ in range(trials):
        values = np.append(rng.uniform(0.2, 3, 5), 0.5 if positive else -rng.uniform(0.2, 2))
        Q, _ = np.linalg.qr(rng.standard_normal((6, 6)))
        H, g = Q @ np.diag(values) @ Q.T, rng.standard_normal(6)
        newton, safe = -np.linalg.solve(H, g), newton_cg(H, g, rtol=1e-6).step
        if swapped:
            newton, safe = safe, newton
        climbs += (Q[:, -1] @ newton) * (Q[:, -1] @ g) > 0
        downhill += safe @ g < 0
    return Evidence(
        bool(climbs == trials and downhill == trials),
        f"Newton's step moves uphill along the eigenvector in {climbs} of {trials} cases; conjugate "
        f"gradients step downhill in {downhill}.",
    )


def _ratios(price=1.0):
    """Return the cost of Gauss-Newton-CG over the least cost with gradients only, problem × seed.

    A method that did not reach the loss counts with the cost at which it was given up.
    """
    costs = np.minimum(races.recorded_costs(price), races.BUDGET)
    firsts = [k for k, method in enumerate(races.METHODS) if method not in races.CURVED]
    return costs[:, races.METHODS.index("Gauss-Newton-CG")] / costs[:, firsts].min(axis=1)


@CLAIMS.claim(
    "10.3",
    "A method that uses products with the curvature matrix reaches a given loss at a lower cost than the "
    "methods that use gradients alone.",
    verdict="holds when the stiff directions do not lie along the axes and the gradients are exact: here for "
    "the rotated regression, but not for the regression on pixels, and not for the network, neither to a "
    "loss of 0.005 nor with mini-batches",
    source="Source notes, key takeaway (“essential for developing more effective optimization "
    "algorithms”), as far as it can be measured; six recorded seeds here",
    breakers=[{"pays": 0}, {"pays": 3}, {"pays_not": (1,)}, {"price": 20.0}],
)
def products_pay(pays=1, pays_not=(0, 2, 3), price=1.0):
    """Compare, seed by seed, Gauss-Newton-CG with the cheapest method that uses gradients only."""
    ratios = _ratios(price)
    wins, seeds, middle = (ratios < 1).sum(axis=1), ratios.shape[1], np.median(ratios, axis=1)
    others = ", ".join(
        f"{middle[k]:.1f} for “{races.PROBLEMS[k].name}” (cheaper for {wins[k]} of {seeds})"
        for k in pays_not
    )
    return Evidence(
        bool(wins[pays] == seeds and not wins[list(pays_not)].any()),
        f"For “{races.PROBLEMS[pays].name}”, Gauss-Newton-CG costs {middle[pays]:.2f} times as much as the "
        f"best method that uses gradients only (median over the seeds), and it is cheaper for {wins[pays]} "
        f"of {seeds} seeds. Elsewhere this factor is {others}.",
    )


CLAIMS.opinion(
    "10.4",
    "Understanding the spectrum is essential for developing more effective optimization algorithms.",
    source="Source notes, key takeaway",
    why="“Essential” is a statement about algorithms that nobody has developed yet, with or without this "
    "understanding. What can be measured is whether a method that uses curvature pays off: that is claim "
    "10.3.",
)


@CLAIMS.claim(
    "10.5",
    "K-FAC's model of a layer, the Kronecker product G ⊗ A, is exact for one example. On the last layer of a "
    "trained network it is closer to the Gauss-Newton block than the block's own diagonal is.",
    verdict="holds when the network is 64-16-10 with tanh, 500 digits, 100 steps of cross-entropy",
    source="Martens & Grosse (2015) for the model; three networks trained here",
    breakers=[{"far": 0.2}, {"model": "diagonal"}],
)
def kronecker(far=1.0, model="kfac"):
    """Measure the distance of two models from the block, for three seeds."""
    found = [experiments.layer_models(seed) for seed in range(3)]
    off = np.array([getattr(one, model) for one in found])
    diagonal = np.array([one.diagonal for one in found])
    return Evidence(
        bool((off < far * diagonal).all()),
        f"‖model − block‖/‖block‖ is {off.min():.2f} to {off.max():.2f} for the model, and "
        f"{diagonal.min():.2f} to {diagonal.max():.2f} for the diagonal.",
    )


@CLAIMS.claim(
    "10.17",
    "The eigenvalues alone do not determine what a method costs. A rotation of the axes does not change "
    "the eigenvalues, and it changes the cost of Gauss-Newton-CG by less than a factor of two. But Adam's "
    "cost becomes more than four times as large.",
    verdict="holds when the problem is a linear regression on the digits, to a loss 0.1 % above the smallest "
    "one",
    source="A rotated Hessian QᵀHQ has the eigenvalues of H; six recorded seeds here",
    breakers=[{"method": "Gauss-Newton-CG"}, {"rotated": 2}],
)
def rotation(method="Adam", rotated=1):
    """Compare both regressions seed by seed; runs that were given up count with the cost until then."""
    costs = np.minimum(races.recorded_costs(), races.BUDGET)
    growth = costs[rotated] / costs[0]
    more = growth[races.METHODS.index(method)]
    same = growth[races.METHODS.index("Gauss-Newton-CG")]
    return Evidence(
        bool(more.min() > 4 and same.max() < 2 and same.min() > 0.5),
        f"The rotation multiplies the cost of {method} by {more.min():.1f} to {more.max():.0f} (or more, "
        f"where we gave up on a run), and that of Gauss-Newton-CG by {same.min():.2f} to {same.max():.2f}.",
    )
