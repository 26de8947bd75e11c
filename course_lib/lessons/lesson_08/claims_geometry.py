"""Claims of lesson 08 about one network: noise, rescaling, slices. All are computed on the spot."""

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature import eigenpairs, flatness, networks, operators, trace
from course_lib.lessons.lesson_08 import experiments
from course_lib.support.caching import remember
from course_lib.support.seeds import stream
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 6"


@remember()
def _rescaled_hessian(alpha):
    """Return the eigenvalues, descending, of the lesson's ReLU network rescaled by alpha."""
    _, f, _, data = experiments.trained("relu")
    H = operators.hessian_operator(
        f, experiments.rescaled(alpha).w, data.X_train, data.y_train
    ).to_dense()
    return np.linalg.eigvalsh((H + H.T) / 2)[::-1]


class _Counted:
    """A symmetric matrix that counts the vectors it is multiplied by."""

    def __init__(self, H):
        self.H, self.shape, self.dtype, self.count = H, H.shape, H.dtype, 0

    def __matmul__(self, V):
        self.count += V.shape[1] if V.ndim > 1 else 1
        return self.H @ V

    dot = matvec = matmat = __matmul__


@CLAIMS.claim(
    "8.1",
    "For a network with 1210 weights, at most 300 products, losses or gradients are enough to measure each "
    "of five quantities to 10 %: λ₁, adaptive λ₁, the trace, the average over noise, and the worst case in a "
    "ball. The whole Hessian takes 1210 products.",
    source="Measured here, against the eigenvalues of the whole Hessian",
    breakers=[{"probes": 3}, {"most": 20}, {"climb": 1}],
)
def costs(probes=60, most=300, climb=30):
    """Measure all five, count what each took, and compare with the whole Hessian."""
    _, f, w, data = experiments.trained("tanh")
    d, H = (data.X_train, data.y_train), experiments.hessian("tanh")
    D = np.abs(w)
    lam = np.linalg.eigvalsh(H)[-1], np.linalg.eigvalsh(D[:, None] * H * D)[-1]
    counted = _Counted(H)
    operator = LinearOperator(H.shape, matvec=counted.matvec, matmat=counted.matmat, dtype=float)
    spent, wrong = {}, {}

    def keep(name, value, truth, cost):
        spent[name], wrong[name], counted.count = cost, abs(value / truth - 1), 0

    top = eigenpairs.top_eigenpairs(operator, 1, tol=1e-4).eigenvalues[0]
    keep("λ₁", top, lam[0], counted.count)
    scaled = flatness.adaptive_operator(operator, w)
    top = eigenpairs.top_eigenpairs(scaled, 1, tol=1e-4).eigenvalues[0]
    keep("adaptive λ₁", top, lam[1], counted.count)
    found = trace.trace(operator, probes)
    keep("trace", found.estimate + 2 * found.stderr, found.estimate, counted.count)
    noise = flatness.noise_increase(f, w, *d, sigma=0.01)
    keep("noise", noise.estimate + 2 * noise.stderr, noise.estimate, noise.num_evaluations)
    worst, long = (
        flatness.worst_increase(f, w, *d, radius=0.3, steps=steps) for steps in (climb, 300)
    )
    keep("worst case", worst.increase, long.increase, worst.num_gradients)
    good = max(spent.values()) <= most and max(wrong.values()) < 0.1
    return Evidence(
        bool(good),
        f"λ₁ and adaptive λ₁ agree with the whole Hessian to 10 %; two standard errors of the trace "
        f"({probes} probes) and of the average over noise (201 losses) are below 10 %; a climb of {climb} "
        "gradients finds the worst case of a climb of 300, to 10 %. None took more than "
        f"{most} products, losses or gradients."
        if good
        else f"Not all five came within 10 % at a cost of at most {most}.",
    )


@CLAIMS.claim(
    "8.2",
    "Flat minima are robust to parameter perturbations, sharp minima are sensitive to them.",
    verdict="holds when every weight gets the same noise. Noise in proportion to each weight raises the "
    "loss of a sharp and of a flat version of one function by the same amount",
    source=NOTES,
    breakers=[{"same_noise": False}, {"alpha": 1.0}],
)
def robust(alpha=10.0, same_noise=True, sigma=0.03):
    """Put noise on the lesson's ReLU network and on the same function rescaled by alpha."""
    _, f, w, data = experiments.trained("relu")
    sharp = experiments.rescaled(alpha).w

    def increase(at, relative):
        scale = sigma * np.abs(at) if relative else sigma
        found = flatness.noise_increase(f, at, data.X_train, data.y_train, sigma=scale, seed=0)
        return found.estimate

    equal = increase(sharp, not same_noise) / increase(w, not same_noise)
    relative = increase(sharp, True) / increase(w, True)
    good = equal > 10 and abs(relative - 1) < 1e-6
    return Evidence(
        bool(good),
        "The rescaling makes λ₁ "
        f"{experiments.rescaled(alpha).lambda1 / experiments.rescaled(1.0).lambda1:.0f} times as large. The "
        "same noise in every weight then raises the loss "
        f"{'more than ten times' if equal > 10 else 'not ten times'} as much. Noise in proportion to each "
        f"weight raises it {'by the same amount' if abs(relative - 1) < 1e-6 else 'by another amount'}.",
    )


@CLAIMS.claim(
    "8.3",
    "Flat minima are characterized by many small eigenvalues.",
    verdict="false as stated",
    source=NOTES,
    breakers=[{"alpha": 1.0}, {"small": 1e-12}],
)
def many_small(alpha=100.0, small=0.01):
    """Count the eigenvalues below 1 % of λ₁, at a flat and at a sharp version of one function."""
    flat, sharp = _rescaled_hessian(1.0), _rescaled_hessian(alpha)
    shares = [np.mean(np.abs(lam) < small * lam[0]) for lam in (flat, sharp)]
    tiny = [np.mean(np.abs(lam) < 1e-3) for lam in (flat, sharp)]
    good = sharp[0] > 1000 * flat[0] and min(shares) > 0.7 and min(tiny) > 0.4
    return Evidence(
        bool(good),
        f"A flat and a sharp version of one function have λ₁ = {flat[0]:.2g} and {sharp[0]:.2g}. In size, "
        f"{100 * shares[0]:.0f} % of the eigenvalues of the flat one and {100 * shares[1]:.0f} % of those of "
        f"the sharp one are below {small:.0%} of λ₁; {100 * tiny[0]:.0f} % and {100 * tiny[1]:.0f} % are "
        f"below 0.001. So the sharp version has about as many small eigenvalues.",
    )


@CLAIMS.claim(
    "8.4",
    "Sharp minima are characterized by large eigenvalues.",
    verdict="holds when “sharp” means that λ₁ is large; but λ₁ depends on the coordinates as well as on the "
    "function",
    source=NOTES,
    breakers=[{"alpha": 1.0}],
)
def large_eigenvalues(alpha=10.0, radius=0.05):
    """Compare λ₁ with the worst step of one length, at two versions of one function."""
    _, f, w, data = experiments.trained("relu")
    sharp = experiments.rescaled(alpha)
    worst = [
        flatness.worst_increase(f, at, data.X_train, data.y_train, radius=radius).increase
        for at in (w, sharp.w)
    ]
    ratio = sharp.lambda1 / experiments.rescaled(1.0).lambda1
    good = ratio > 10 and worst[1] > 10 * worst[0]
    return Evidence(
        bool(good),
        f"After the rescaling λ₁ is {ratio:.0f} times as large, and the worst step of length {radius:g} that "
        f"was found raises the loss {'more than ten times' if worst[1] > 10 * worst[0] else 'not ten times'} "
        "as much. All outputs are the same.",
    )


@CLAIMS.claim(
    "8.5",
    "For small noise σ in every weight, the loss rises on average by ½σ² tr(H).",
    verdict="holds when the loss is twice differentiable and the noise is small: here to 2 % for tanh up to "
    "σ = 0.01, but no longer at σ = 0.1",
    source="Taylor's theorem to second order; E[uuᵀ] = σ²I",
    breakers=[{"sigma": 0.1}, {"activation": "relu"}],
)
def second_order(activation="tanh", sigma=0.01, too_large=0.1, num_pairs=100):
    """Compare measured and predicted increases on the same noises, and with the trace."""
    ratio, z = _noise_ratio(activation, sigma, num_pairs)
    large, _ = _noise_ratio(activation, too_large, num_pairs)
    good = abs(ratio - 1) < 0.02 and abs(z) < 4 and large > 1.5
    return Evidence(
        bool(good),
        f"With {experiments.spelled(activation)} and σ = {sigma:g} the loss rises by {ratio:.2f} times "
        f"½uᵀHu, averaged over the same {num_pairs} pairs of noise vectors. At σ = {too_large:g} it rises by "
        f"{large:.1f} times ½uᵀHu.",
    )


def _noise_ratio(activation, sigma, num_pairs, seed=0):
    """Return measured over predicted on the same noises, and how far ½σ² tr(H) is in s.e."""
    _, f, w, data = experiments.trained(activation, seed)
    H = experiments.hessian(activation, seed)
    found = flatness.noise_increase(
        f, w, data.X_train, data.y_train, sigma=sigma, num_pairs=num_pairs, seed=1
    )
    u = sigma * stream(1).standard_normal((num_pairs, w.size))  # the same noises
    forms = 0.5 * np.einsum("ki,ki->k", u @ H, u)
    z = (forms.mean() - 0.5 * sigma**2 * np.trace(H)) / (forms.std(ddof=1) / np.sqrt(num_pairs))
    return found.estimate / forms.mean(), z


@CLAIMS.claim(
    "8.6",
    "With ReLU the prediction ½σ² tr(H) is too low even for tiny noise: the kinks bend the loss, and the "
    "Hessian does not see them.",
    verdict="holds when “tiny” means σ = 0.001, as tested. As σ goes to 0, the ratio of measured to "
    "predicted goes back to 1",
    source="Measured here on three networks",
    breakers=[{"activation": "tanh"}, {"sigma": 1e-8}],
)
def kinks(activation="relu", sigma=1e-3, seeds=(0, 1, 2)):
    """Measure the ratio on three networks, and how near to a kink their units stand."""
    ratios, tinier, tiniest = (
        np.array([_noise_ratio(activation, s, 100, seed)[0] for seed in seeds])
        for s in (sigma, 1e-5, 1e-7)
    )
    near = wide = 0
    for seed in seeds:
        network, _, w, data = experiments.trained(activation, seed)
        V, c = network.unpack(w)[0]
        z = np.abs(data.X_train @ V.T + c)
        near, wide = near + np.sum(z < 1e-3), wide + np.sum(z < 1e-1)
    good, falls = min(ratios) > 1.5, bool((tiniest < 0.5 * tinier).all())
    return Evidence(
        bool(good and falls),
        f"At σ = {sigma:g} the losses of {len(seeds)} {experiments.spelled(activation)} networks "
        + (
            "each rise by more than 1.5 times the prediction"
            if good
            else "do not all rise by more than 1.5 times the prediction"
        )
        + f". From σ = 1e-05 to 1e-07 this ratio {'falls by more than half' if falls else 'stays'}. "
        + "Of the weighted sums (one for each hidden unit and image) that lie within 0.1 of zero, "
        + ("more" if near > 0.03 * wide else "not more")
        + " than 3 % lie within 0.001 of zero. With an even spread, 1 % would.",
    )


@CLAIMS.claim(
    "8.7",
    "If you multiply a ReLU layer by a factor and divide the next layer by it, the function stays the same, "
    "and λ₁ can become as large as you like.",
    source="Dinh et al. (2017)",
    breakers=[{"alpha": 3.0}, {"bias_too": False}],
)
def any_sharpness(alpha=100.0, bias_too=True):
    """Rescale by 100; compare all outputs, and λ₁ measured anew."""
    network, _, w, data = experiments.trained("relu")
    moved = experiments.rescaled(alpha).w.copy()
    if not bias_too:
        network.unpack(moved)[0][1][:] /= alpha
    before, after = (np.asarray(network.apply(at, data.X_test)) for at in (w, moved))
    change = np.abs(after - before).max() / np.abs(before).max()
    ratio = experiments.rescaled(alpha).lambda1 / experiments.rescaled(1.0).lambda1
    return Evidence(
        bool(change < 1e-12 and ratio > 1000),
        f"With α = {alpha:g} the {after.size} outputs on new images "
        + ("agree to twelve digits" if change < 1e-12 else "do not agree to twelve digits")
        + f", and λ₁ is {ratio:.3g} times as large.",
    )


SURVIVE = ("adaptive λ₁", "adaptive trace", "Fisher-Rao norm", "layerwise trace")


@CLAIMS.claim(
    "8.8",
    "The rescaling of claim 8.7 does not change adaptive λ₁, the adaptive trace, the Fisher-Rao norm wᵀGw or "
    "the sum of ‖W‖² tr(H_WW) over the layers. It does change the trace and the length of the gradient.",
    source="Kwon et al. (2021), Liang et al. (2019), Tsuzuku et al. (2020) for measures of this kind",
    breakers=[{"measures": ("trace",)}, {"measures": ("gradient norm",)}],
)
def survivors(measures=SURVIVE, alpha=10.0):
    """Measure them at α = 1 and at α = 10."""
    changes = [_measured(alpha)[m] / _measured(1.0)[m] - 1 for m in measures]
    good = max(map(abs, changes)) < 1e-8
    moved = [_measured(alpha)[m] / _measured(1.0)[m] for m in ("trace", "gradient norm")]
    return Evidence(
        bool(good and min(moved) > 2),
        f"From α = 1 to {alpha:g}: {', '.join(measures)} "
        + (
            "stay the same to eight digits"
            if good
            else f"change by up to {max(map(abs, changes)):.0%}"
        )
        + f". The trace becomes {moved[0]:.0f} times as large, the gradient {moved[1]:.1f} times as long.",
    )


@remember()
def _measured(alpha):
    network, f, _, data = experiments.trained("relu")
    here = experiments.rescaled(alpha)
    d, w = (data.X_train, data.y_train), here.w
    H = operators.hessian_operator(f, w, *d).to_dense()
    G = operators.gauss_newton_operator(network.apply, networks.output_cross_entropy, w, *d)
    layers = network.unpack(np.arange(w.size))
    return {
        "adaptive λ₁": here.adaptive,
        "adaptive trace": np.diag(H) @ w**2,
        "Fisher-Rao norm": w @ (G @ w),
        "layerwise trace": sum(
            (w[W.ravel()] ** 2).sum() * np.diag(H)[W.ravel()].sum() for W, _ in layers
        ),
        "trace": np.trace(H),
        "gradient norm": here.gradient_norm,
    }


@CLAIMS.claim(
    "8.9",
    "If you multiply the last layer by 5, every predicted digit stays the same, and λ₁ of the cross-entropy "
    "becomes more than ten times smaller. So λ₁ cannot be compared between networks that have reached "
    "different values of the loss.",
    source="The softmax saturates: its Hessian diag(p) − ppᵀ goes to zero",
    breakers=[{"factor": 1.5}, {"factor": 0.5}],
)
def last_layer(factor=5.0):
    """Scale the last layer of the lesson's ReLU network."""
    network, f, w, data = experiments.trained("relu")
    moved = w.copy()
    for part in network.unpack(moved)[-1]:
        part *= factor
    before, after = (np.asarray(network.apply(at, data.X_test)).argmax(axis=1) for at in (w, moved))
    H = operators.hessian_operator(f, moved, data.X_train, data.y_train).to_dense()
    ratio = experiments.rescaled(1.0).lambda1 / np.linalg.eigvalsh((H + H.T) / 2)[-1]
    same = bool((before == after).all())
    return Evidence(
        bool(same and ratio > 10),
        f"{'All' if same else 'Not all'} {before.size} predicted digits on new images are the same. λ₁ is "
        + ("more than 10 times smaller." if ratio > 10 else f"smaller by a factor of {ratio:.2g}."),
    )


@CLAIMS.claim(
    "8.10",
    "Along a random direction that is scaled filter by filter, a network and its rescaled copy show the same "
    "slice of the loss. Along a direction of fixed length they show different ones.",
    source="Li et al. (2018) for the scaling; measured here",
    breakers=[{"filterwise": False}],
)
def slices(filterwise=True, alpha=10.0):
    """Slice the loss at α = 1 and at α = 10 along the same random draw."""
    here = _slice(alpha, filterwise) - _slice(1.0, filterwise)
    raw = _slice(alpha, False) - _slice(1.0, False)
    same = np.abs(here).max() < 1e-8
    return Evidence(
        bool(same and np.abs(raw).max() > 0.1),
        f"α = 1 and α = {alpha:g}: the slices with {'filter-wise' if filterwise else 'fixed'} length "
        f"{'agree' if same else 'differ'}. With fixed length they differ by more than 0.1.",
    )


def _slice(alpha, filterwise):
    network, f, w, data = experiments.trained("relu")
    at = experiments.rescaled(alpha).w
    d = flatness.random_direction(network, at, filterwise, seed=0)
    d = d if filterwise else np.linalg.norm(w) * d
    t = np.linspace(-0.5, 0.5, 21)
    return flatness.loss_slice(f, at, d, data.X_train, data.y_train, t=t)


@CLAIMS.claim(
    "8.11",
    "A slice along a random direction shows neither λ₁ nor the negative eigenvalues. It can look like a wide "
    "bowl although the loss has steep directions and directions that curve downward.",
    source="Curvature along a random unit direction is tr(H)/P on average; Li et al. (2018)",
    breakers=[{"which": "stiffest"}, {"which": "lowest"}],
)
def slice_lies(which="random", number=200):
    """Compare the curvature along random unit directions with the ends of the spectrum."""
    H = experiments.hessian("tanh")
    lam, V = np.linalg.eigh(H)
    if which == "random":
        U = stream(0).standard_normal((number, len(H)))
        U /= np.linalg.norm(U, axis=1, keepdims=True)
    else:
        U = V[:, [-1 if which == "stiffest" else 0]].T
    curvature = np.einsum("ki,ki->k", U @ H, U)
    negative = np.mean(lam < -1e-9 * lam[-1])
    unseen = curvature.max() < 0.1 * lam[-1] and curvature.min() > 0
    return Evidence(
        bool(unseen and negative > 0.05),
        f"{100 * negative:.0f} % of the eigenvalues are negative. Yet the curvature along {len(U)} {which} "
        f"directions is {'always positive' if curvature.min() > 0 else 'not always positive'}, and at most "
        f"{100 * curvature.max() / lam[-1]:.0f} % of λ₁.",
    )


CLAIMS.opinion(
    "8.12",
    "The relationship between the Hessian spectrum and generalization is a fundamental question.",
    source=NOTES,
    why="No measurement can show that a question is fundamental. What can be measured is how far the "
    "spectrum alone answers it, as in claims 8.7, 8.19 and 8.27.",
)
