"""What lesson 11 says, with evidence: the report's own lines, and the key takeaway of the notes."""

import numpy as np

from course_lib.curvature import networks, operators, report, training
from course_lib.lessons.lesson_11.experiments import (
    ETAS,
    exact_eigenvalues,
    final_report,
    recorded_training,
    trained,
)
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
TAKEAWAY = "Source notes, section 7, Key Takeaway"


@CLAIMS.claim(
    "11.1",
    "The ends, the trace and the share near zero of the report hold the exact values within their errors.",
    verdict="holds when a bound is meant for the eigenvalues, and three standard errors for the trace and "
    "the share; this is one report",
    source="Checked here against the whole spectrum of the lesson's model",
    breakers=[{"scale": 1.02}],
)
def lines_hold(scale=1.0):
    """Compare the lines with all 1210 eigenvalues, multiplied by `scale`."""
    r, exact = final_report(), scale * exact_eigenvalues()
    ends = [
        abs(r.largest.estimate - exact[0]) <= r.largest.error + 1e-9,
        abs(r.smallest.estimate - exact[-1]) <= r.smallest.error + 1e-9,
        bool((np.abs(r.top.eigenvalues - exact[:10]) <= r.top.error_bounds + 1e-9).all()),
    ]
    z = abs(r.trace.estimate - exact.sum()) / r.trace.stderr
    share, found = float(np.mean(np.abs(exact) <= report.NEAR * exact[0])), r.near_zero()
    near = abs(found.estimate - share) / found.stderr
    return Evidence(
        bool(all(ends) and z < 3 and near < 3),
        f"Ten largest and the smallest within their bounds: {'yes' if all(ends) else 'no'}. The trace "
        + ("within three standard errors" if z < 3 else "more than three standard errors off")
        + ", the share near zero "
        + ("too." if near < 3 else "is not within three of its own."),
    )


@CLAIMS.claim(
    "11.2",
    "The eigenvalue spectrum of the Hessian provides a powerful window into the optimization dynamics.",
    verdict="holds when it is measured where descent is: nearby, and for full batches",
    source=TAKEAWAY,
    breakers=[{"limit": "1/λ₁"}, {"limit": "2/trace"}],
)
def window_into_dynamics(limit="2/λ₁", steps=60):
    """Push a trained network along v₁ by a millionth and descend, below and above the limit."""
    import jax

    w, loss, X, y = _at_a_minimum()
    r = report.spectral_report(loss, w, X, y)
    claimed = {
        "2/λ₁": r.stability_limit.estimate,
        "1/λ₁": r.stability_limit.estimate / 2,
        "2/trace": 2 / r.trace.estimate,
    }[limit]
    v, gradient = r.top.eigenvectors[:, 0], jax.jit(jax.grad(loss))
    growth = []
    for eta in (0.95 * claimed, 1.05 * claimed):
        a, b = w, w + 1e-6 * v  # the same descent from two neighbours: what becomes of the push?
        for _ in range(steps):
            a, b = a - eta * gradient(a, X, y), b - eta * gradient(b, X, y)
        growth.append(abs(float(v @ (b - a))) / 1e-6)
    below, above = growth
    return Evidence(
        bool(below < 0.5 and above > 2),
        f"A push along v₁ {'dies away' if below < 0.5 else 'lives on'} 5 % below {limit} and "
        f"{'grows' if above > 2 else 'does not grow'} 5 % above it.",
    )


@remember()
def _at_a_minimum():
    """Train 64-8-10, squared error with a small penalty on the weights, until it stands still."""
    data = datasets.digits(num_train=200, seed=0)
    network = networks.mlp((64, 8, 10), "tanh")
    error = networks.squared_error(network)

    def loss(w, X, y):
        return error(w, X, y) + 0.005 * w @ w

    X, y = data.X_train, data.y_train
    run = training.gradient_descent(loss, network.init(seed=0), X, y, eta=0.2, steps=1500)
    return run.w, loss, X, y


@CLAIMS.claim(
    "11.3",
    "The eigenvalue spectrum of the Hessian provides a powerful window into the generalization "
    "properties of deep learning models.",
    verdict="false as stated",
    source=TAKEAWAY + "; Dinh et al. (2017) for the rescaling",
    breakers=[{"alpha": 1.0}, {"activation": "tanh"}],
)
def window_into_generalization(alpha=100.0, activation="relu"):
    """Rescale two layers against each other: one function, two spectra."""
    network, loss, w, data = trained(activation=activation)
    (W1, b1), (W2, b2) = network.unpack(w)
    moved = np.concatenate(
        [part.ravel() for part in (alpha * W1, alpha * b1, W2 / alpha, b2)], dtype=float
    )
    before, after = (np.asarray(network.apply(u, data.X_test)) for u in (w, moved))
    same = bool(np.allclose(before, after, rtol=1e-10, atol=1e-10))
    sharp, sharper = (
        report.spectral_report(loss, u, data.X_train, data.y_train, num_matvecs=150).largest
        for u in (w, moved)
    )
    ratio = sharper.estimate / sharp.estimate
    return Evidence(
        bool(same and ratio > 1000),
        f"Two layers rescaled by {alpha:g}: every output on new digits "
        + ("stays, so does every error, and λ₁ is " if same else "changes, and λ₁ is ")
        + ("more than 1000 times as large." if ratio > 1000 else f"{ratio:.2g} times as large."),
    )


@CLAIMS.claim(
    "11.4",
    "Full spectral analysis remains computationally challenging for large models.",
    verdict="holds when 'full' means every eigenvalue",
    source=TAKEAWAY,
    breakers=[{"num_params": 500}],
)
def full_is_hard(num_params=85_002, budget=500):
    """Compare what all eigenvalues need with what a report needs."""
    gigabytes = 8 * num_params**2 / 1e9
    return Evidence(
        bool(num_params > 20 * budget and gigabytes > 32),
        f"All eigenvalues of {num_params} weights: {num_params} products and {gigabytes:.3g} GB; a "
        f"report: {budget} products and a few vectors.",
    )


@CLAIMS.claim(
    "11.5",
    "Approximate methods and theoretical insights continue to reveal the profound connections between "
    "the Hessian's spectral properties and the remarkable success of deep learning.",
    verdict="holds when it is said of training: the step size shapes the spectrum. Of success on new "
    "data this course found no such connection that lasts",
    source=TAKEAWAY + "; Cohen et al. (2021) for the edge of stability",
    breakers=[{"eta": 0.1}],
)
def connection_with_training(eta=0.6):
    """Read off the record where λ₁ ends, in units of 2/η, for three widths."""
    rows = recorded_training()["top"][:, ETAS.index(eta), -1, 0]
    ratios = rows * eta / 2
    return Evidence(
        bool(np.all(np.abs(ratios - 1) < 0.06)),
        f"At step size {eta} the recorded runs of three widths end with ηλ₁/2 = "
        + ", ".join(f"{ratio:.2f}" for ratio in ratios)
        + ".",
    )


@CLAIMS.claim(
    "11.6",
    "Understanding these relationships is essential for developing more effective optimization "
    "algorithms, and behind deep learning's empirical success.",
    verdict="holds when it says useful instead of essential",
    source=TAKEAWAY,
    breakers=[{"trials": 1}],
)
def useful_not_essential(trials=8, steps=150):
    """Choose a step by the spectrum at the start, and one by trial, which knows no spectrum."""
    network, loss, _, data = trained(activation="tanh")
    X, y, w = data.X_train, data.y_train, network.init(seed=3)

    def reached(eta):
        try:
            run = training.gradient_descent(loss, w, X, y, eta=eta, steps=steps)
        except training.DivergenceError:
            return np.inf
        return float(loss(run.w, X, y))

    limit = report.spectral_report(loss, w, X, y, num_matvecs=150).stability_limit.estimate
    start, by_spectrum = float(loss(w, X, y)), reached(limit / 2)
    by_trial = min(reached(64.0 / 2**k) for k in range(trials))
    good = by_spectrum < start / 2 and by_trial <= by_spectrum
    return Evidence(
        bool(good),
        f"From loss {start:.1f}, in {steps} steps: half the stability limit measured at the start "
        f"{'halves the loss or better' if by_spectrum < start / 2 else 'does not help'}; the best of "
        f"{trials} trials, 64, 32, …, which measure no curvature, "
        + ("does at least as well." if by_trial <= by_spectrum else "does worse."),
    )


@CLAIMS.claim(
    "11.7",
    "During training the gradient lies mostly along the few largest Hessian eigenvectors.",
    verdict="holds when the batches are small, 16 here, and not when they are full and the step is below "
    "its limit",
    source="Gur-Ari, Roberts and Dyer (2018) for training with small batches; measured here",
    breakers=[{"batch_size": None}],
)
def gradient_along_the_top(batch_size=16, seeds=3):
    """Measure the squared share of the gradient along ten eigenvectors, for both ways to train."""

    def share(seed, batch_size):
        _, loss, w, data = trained(seed, batch_size)
        H = operators.hessian_operator(loss, w, data.X_train, data.y_train)
        return report.spectral_report(H, num_matvecs=150).gradient_share

    small = [share(seed, batch_size) for seed in range(seeds)]
    full = [share(seed, None) for seed in range(seeds)]
    return Evidence(
        bool(min(small) > 0.5 and max(full) < 0.05),
        f"Share of the squared gradient along ten of 1210 eigenvectors, {seeds} seeds: with small "
        f"batches {'above half' if min(small) > 0.5 else 'not above half'} each time, with full "
        f"batches {'below 5 %' if max(full) < 0.05 else 'not below 5 %'}.",
    )


@CLAIMS.claim(
    "11.8",
    "A huge or undefined condition number means that training takes for ever.",
    verdict="false as stated",
    source="Measured here, on a regression",
    breakers=[{"curvature": 0.02}],
)
def flat_directions_cost_nothing(curvature=0.0, flat=100):
    """Add directions of no curvature to a regression and count steps to a thousandth of the loss."""
    lam = np.linspace(0.5, 2.0, 20)
    counts = []
    for spectrum in (lam, np.r_[lam, np.full(flat, curvature)]):
        error, eta, steps = np.ones(spectrum.size), 2 / (lam[0] + lam[-1]), 0
        target = 1e-3 * spectrum @ error**2
        while spectrum @ error**2 > target:
            error, steps = error * (1 - eta * spectrum), steps + 1
        counts.append(steps)
    return Evidence(
        counts[0] == counts[1],
        f"κ = 4: {counts[0]} steps. With {flat} more directions of curvature {curvature:g}: "
        f"{counts[1]} steps.",
    )


@CLAIMS.claim(
    "11.9",
    "A heavy ball with momentum β stays stable up to the step (2 + 2β)/λ₁: momentum raises the limit.",
    source="Polyak (1964) for the method; run here",
    breakers=[{"factor": 0.5}, {"factor": 1.1}],
)
def momentum_raises_the_limit(factor=1.0, beta=0.9):
    """Run the heavy ball on a quadratic."""
    lam = np.array([6.0, 3.0, 1.0, 0.2])
    limit = factor * (2 + 2 * beta) / lam[0]
    sizes = []
    for eta in (0.98 * limit, 1.02 * limit):
        w, velocity = np.ones(lam.size), np.zeros(lam.size)
        for _ in range(300):
            velocity = beta * velocity - eta * lam * w
            w = w + velocity
        sizes.append(np.linalg.norm(w))
    below, above = sizes
    return Evidence(
        bool(below < 1 and above > 10),
        f"300 steps with β = {beta}: 2 % below the limit the error "
        f"{'dies away' if below < 1 else 'does not die away'}, 2 % above it "
        f"{'grows' if above > 10 else 'does not grow'}.",
    )


@CLAIMS.claim(
    "11.10",
    "A sum over n examples has n times the eigenvalues of the mean, and the stable steps shrink by n.",
    source="Linearity of the second derivative",
    breakers=[{"squared": True}],
)
def sum_against_mean(squared=False):
    """Report on the lesson's loss and on its sum over 500 examples."""
    network, loss, w, data = trained()
    X, y = data.X_train, data.y_train
    n = len(y)

    def total(u, X, y):
        return len(y) * networks.cross_entropy(network)(u, X, y)

    mean, whole = (
        report.spectral_report(f, w, X, y, num_matvecs=150, allow_sum=True) for f in (loss, total)
    )
    expected = n**2 if squared else n
    ratio = whole.largest.estimate / mean.largest.estimate
    steps = mean.stability_limit.estimate / whole.stability_limit.estimate
    return Evidence(
        bool(abs(ratio / expected - 1) < 1e-6 and abs(steps / expected - 1) < 1e-6),
        f"{n} examples: λ₁ of the sum is {ratio:.0f} times that of the mean, its limit "
        f"{steps:.0f} times smaller.",
    )
