"""What lesson 11 says, with evidence: the report's own lines, and the key takeaway of the notes."""

import numpy as np

from course_lib.curvature import networks, operators, report, training
from course_lib.lessons.lesson_11.experiments import (
    ETAS,
    SIZES,
    WIDTHS,
    exact_eigenvalues,
    final_report,
    recorded_ends,
    recorded_subsets,
    trained,
)
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
TAKEAWAY = "Source notes, section 7, Key Takeaway"


@CLAIMS.claim(
    "11.1",
    "The report's ends, trace and share near zero agree with the exact values within their errors.",
    verdict="holds when “error” means the bound for an eigenvalue, and three standard errors for the trace "
    "and for the share; this is one report",
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
        f"Ten largest and the smallest within their bounds: {'yes' if all(ends) else 'no'}. The trace is "
        + ("within three standard errors" if z < 3 else "more than three standard errors off")
        + ", and the share near zero is "
        + ("too." if near < 3 else "not within three of its own."),
    )


@CLAIMS.claim(
    "11.2",
    "The eigenvalue spectrum of the Hessian provides a powerful window into the optimization dynamics.",
    verdict="holds when you stay near the present point of training and use full batches",
    source=TAKEAWAY + "; Cohen et al. (2021) for the edge of stability",
    breakers=[{"limit": "1/λ₁"}, {"limit": "2/trace"}],
)
def window_into_dynamics(limit="2/λ₁", seeds=3, steps=60):
    """Push trained networks along v₁ by a millionth and descend, below and above the limit."""
    import jax

    below: list[float] = []
    above: list[float] = []
    for seed in range(seeds):
        w, loss, X, y = _at_a_minimum(seed)
        r = report.spectral_report(loss, w, X, y)
        claimed = {
            "2/λ₁": r.stability_limit.estimate,
            "1/λ₁": r.stability_limit.estimate / 2,
            "2/trace": 2 / r.trace.estimate,
        }[limit]
        v, gradient = r.top.eigenvectors[:, 0], jax.jit(jax.grad(loss))
        for eta, found in ((0.95 * claimed, below), (1.05 * claimed, above)):
            a, b = (
                w,
                w + 1e-6 * v,
            )  # the same descent from two neighbours: what becomes of the push?
            for _ in range(steps):
                a, b = a - eta * gradient(a, X, y), b - eta * gradient(b, X, y)
            found.append(abs(float(v @ (b - a))) / 1e-6)
    dies, grows = bool(max(below) < 0.5), bool(min(above) > 2)
    ends = recorded_ends()
    return Evidence(
        bool(dies and grows and ends.max() < 1.1),
        f"At {seeds} minima, a push along v₁ {'dies away' if dies else 'does not die away'} 5 % below "
        f"{limit}, and {'grows' if grows else 'does not grow'} 5 % above it. In {ends.size} recorded "
        f"runs of descent ηλ₁/2 ended at {ends.max():.2f} at most, where 1 is the limit.",
    )


@remember()
def _at_a_minimum(seed):
    """Train 64-8-10, squared error with a small penalty on the weights, until it stands still."""
    data = datasets.digits(num_train=200, seed=0)
    network = networks.mlp((64, 8, 10), "tanh")
    error = networks.squared_error(network)

    def loss(w, X, y):
        return error(w, X, y) + 0.005 * w @ w

    X, y = data.X_train, data.y_train
    run = training.gradient_descent(loss, network.init(seed), X, y, eta=0.2, steps=1500)
    return run.w, loss, X, y


@CLAIMS.claim(
    "11.3",
    "The eigenvalue spectrum of the Hessian provides a powerful window into the generalization "
    "properties of deep learning models.",
    verdict="not settled here",
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
        + ("stays the same, so every error does too, and λ₁ is " if same else "changes, and λ₁ is ")
        + ("more than 1000 times as large. " if ratio > 1000 else f"{ratio:.2g} times as large. ")
        + "So λ₁ alone is not such a window. Whether a correlation between networks exists depends on what "
        "varies between them (lesson 08).",
    )


CLAIMS.opinion(
    "11.4",
    "Full spectral analysis remains computationally challenging for large models.",
    source=TAKEAWAY,
    why="“Challenging” depends on who computes. What can be said: all eigenvalues of n weights need n "
    "products and a matrix of 8n² bytes, which is 58 GB for 85,002 weights. A report needs 500 products "
    "and memory for a few vectors.",
)


@CLAIMS.claim(
    "11.5",
    "Approximate methods and theoretical insights continue to reveal the profound connections between "
    "the Hessian's spectral properties and the remarkable success of deep learning.",
    verdict="holds when it refers to training, the steps are large and the network is wide enough: then the "
    "step size sets λ₁. Between the spectrum and success on new data, this course found no connection that "
    "holds in all its settings",
    source=TAKEAWAY + "; Cohen et al. (2021) for the edge of stability",
    breakers=[{"from_eta": 0.1}, {"from_width": 8}],
)
def connection_with_training(from_eta=0.6, from_width=16):
    """Read off where λ₁ ends, in units of 2/η, in all recorded runs with large steps."""
    wide = [i for i, width in enumerate(WIDTHS) if width >= from_width]
    large = [i for i, eta in enumerate(ETAS) if eta >= from_eta]
    ratios = recorded_ends()[np.ix_(wide, large)]
    at_edge = np.abs(ratios - 1) < 0.05
    return Evidence(
        bool(at_edge.all()),
        f"With step sizes from {from_eta} and widths from {from_width}, {at_edge.sum()} of {ratios.size} "
        f"recorded runs end with ηλ₁/2 within 5 % of 1: from {ratios.min():.2f} to {ratios.max():.2f}.",
    )


@CLAIMS.claim(
    "11.6",
    "Weight decay, the term ½μ‖w‖² in the loss, adds μ to every eigenvalue of the Hessian.",
    source="The second derivative of ½μw²; computed here",
    breakers=[{"expected": 2.0}],
)
def decay_adds(expected=1.0, mu=0.05):
    """Compare all eigenvalues of the lesson's network with and without the decay."""
    _, loss, w, data = trained()

    def decayed(w, X, y):
        return loss(w, X, y) + 0.5 * mu * (w**2).sum()

    H = operators.hessian_operator(decayed, w, data.X_train, data.y_train).to_dense()
    moved = np.linalg.eigvalsh((H + H.T) / 2)[::-1] - exact_eigenvalues()
    right = bool(np.abs(moved - expected * mu).max() < 1e-8)
    return Evidence(
        right,
        f"μ = {mu}: {'each' if right else 'not every one'} of {len(moved)} eigenvalues grows by "
        f"{'μ' if expected == 1 else f'{expected:g}·μ'}, to 1e-8.",
    )


@CLAIMS.claim(
    "11.7",
    "During training the gradient lies mostly along the eigenvectors of the few largest Hessian eigenvalues.",
    verdict="holds when the batches are small (16 here), the pixels are raw, the units are ReLU, and "
    "training is at an early stage (200 steps); not when the batches are full and the step is below its "
    "limit",
    source="Gur-Ari, Roberts and Dyer (2018) for training with small batches; measured here",
    breakers=[{"batch_size": None}, {"centred": True}],
)
def gradient_along_the_top(batch_size=16, centred=False, seeds=3):
    """Measure the squared share of the gradient along ten eigenvectors, for both ways to train."""

    def share(seed, batch_size):
        _, loss, w, data = trained(seed, batch_size, centred=centred)
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
        f"With κ = 4 descent takes {counts[0]} steps. With {flat} more directions of curvature {curvature:g} "
        f"it takes {counts[1]} steps.",
    )


@CLAIMS.claim(
    "11.9",
    "Heavy ball with momentum β stays stable up to the step (2 + 2β)/λ₁: momentum raises the limit.",
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
    "The eigenvalues of a sum over n examples are n times those of the mean, and the stable steps are n "
    "times smaller.",
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
        f"{n} examples: λ₁ of the sum is {ratio:.0f} times that of the mean, and its limit is "
        f"{steps:.0f} times smaller.",
    )


@CLAIMS.claim(
    "11.11",
    "Measured on a random part of the examples, λ₁ is too large on average, but less so on larger parts. The "
    "trace is right on average.",
    source="Convexity of λ₁ (claim 9.25); exact spectra of three networks, recorded",
    breakers=[{"name": "trace"}],
)
def subsets_of_examples(name="sharpness"):
    """Compare λ₁ on random parts of the examples with λ₁ on all, and likewise the trace."""
    record = recorded_subsets()
    ratio = record[name] / record[name][:, -1:, :1]  # network, size, draw
    means = ratio.mean(axis=(0, 2))
    biased = bool((np.diff(means) < 0).all() and ratio[:, 0].mean(axis=1).min() > 1.1)
    trace = record["trace"][:, :-1] / record["trace"][:, -1:, :1]
    stderr = trace.std(axis=2, ddof=1) / np.sqrt(trace.shape[2])
    z = float(np.abs((trace.mean(axis=2) - 1) / stderr).max())
    words = ", ".join(f"{m:.2f} with {s}" for m, s in zip(means[:-1], SIZES, strict=True))
    return Evidence(
        bool(biased and z < 4),
        f"{len(ratio)} networks, {ratio.shape[2]} random parts of each size, 500 examples in all. Mean λ₁ as "
        f"a multiple of λ₁ for all: {words} examples. The mean traces are within "
        f"{'four' if z < 4 else 'more than four'} standard errors of the right ones.",
    )
