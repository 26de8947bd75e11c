"""Claims on networks: bulk, zeros, what explains the outliers, and what is universal."""

from itertools import combinations

import numpy as np

from course_lib.curvature import networks, operators
from course_lib.curvature import spectral_shape as ns
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import evidence, recorded
from course_lib.lessons.lesson_07.ledger import CLAIMS, NOTES
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import Evidence

NEAR_ZERO = 0.01  # of λ₁


def explained(name, epoch=3, inputs="raw"):
    """Return a recorded measure of `evidence.MEASURES` over the seeds."""
    found = recorded.load("explained")
    about = found["about"]
    return found[inputs][:, about["epochs"].index(epoch), about["measures"].index(name)]


def percent(values):
    """Return the range of shares as text."""
    low, high = f"{min(values):.0%}", f"{max(values):.0%}"
    return low if low == high else f"{low} to {high}"


@CLAIMS.claim(
    "7.4",
    "The majority of eigenvalues cluster in a characteristic bulk.",
    verdict="holds when 'bulk' means near zero: most are below a hundredth of λ₁, many exactly zero",
    source=f"{NOTES}; Sagun et al. (2016)",
    breakers=[{"inputs": "centred"}, {"near": 1e-5}],
)
def bulk(epoch=3, inputs="raw", near=NEAR_ZERO):
    """Count the eigenvalues of a trained network near zero, live and at five recorded seeds."""
    lam = evidence.decomposed(epoch).eigenvalues
    small = np.mean(np.abs(lam) < near * lam[0])
    others, zero = explained("near zero", epoch, inputs), explained("zero", epoch, inputs)
    return Evidence(
        bool(small > 0.85 and others.min() > 0.85),
        f"{small:.0%} of {lam.size} eigenvalues are below {near:g} λ₁ in size; over five recorded "
        f"seeds{' (centred)' if inputs == 'centred' else ''} {percent(others)}, among them exact zeros, "
        f"{percent(zero)} of all.",
    )


@CLAIMS.claim(
    "7.5",
    "A tanh network 64-16-10 with 5 pixels that are black in every training image has exactly "
    "5·16 + 17 = 97 zero eigenvalues at a random start.",
    source="Counting the directions that cannot act; measured here",
    breakers=[{"width": 15}, {"activation": "relu"}],
)
def exact_zeros(width=16, activation="tanh", predicted=97, num_train=500, seed=0):
    """Count dead pixels in the data, and zeros in the spectrum."""
    data = datasets.digits(num_train=num_train, centred=False, seed=seed)
    dead = int((data.X_train == 0).all(axis=0).sum())
    network = networks.mlp((64, width, 10), activation)
    H = operators.hessian_operator(
        networks.cross_entropy(network), network.init(seed=seed), data.X_train, data.y_train
    )
    zeros = int((ns.exact_spectrum(H) == 0).sum())
    return Evidence(
        dead == 5 and zeros == predicted,
        f"{dead} dead pixels, {zeros} zero eigenvalues of {network.num_params}.",
    )


@CLAIMS.claim(
    "7.8",
    "A linear softmax classifier without bias has, at w = 0, the Hessian (diag p − ppᵀ) ⊗ mean(xxᵀ): "
    "each eigenvalue μ of mean(xxᵀ) appears C − 1 times as μ/C, and all others are 0.",
    source="Differentiating twice; the Kronecker product's eigenvalues are products",
    breakers=[{"at": 0.1}, {"copies": 10}],
)
def kronecker(at=0.0, copies=9, centred=False):
    """Compare the formula with the operator's spectrum on digits."""
    data = datasets.digits(num_train=300, centred=centred, seed=0)
    X, y = data.X_train, data.y_train

    def loss(w, X, y):
        return networks.output_cross_entropy(X @ w.reshape(10, 64).T, y)

    w = at * np.random.default_rng(0).standard_normal(640)
    lam = ns.exact_spectrum(operators.hessian_operator(loss, w, X, y))
    mu = np.linalg.eigvalsh(X.T @ X / len(X))[::-1]
    law = np.zeros(640)
    law[: 64 * copies] = np.repeat(mu / 10, copies)  # the smallest μ is 0: the order is right
    off = np.abs(lam - law).max() / lam[0]
    gap, ratio = ns.largest_gap(lam)
    return Evidence(
        bool(off < 1e-9),
        f"Largest difference from the formula: {'none to 9 digits' if off < 1e-9 else f'{off:.0%} of λ₁'}. "
        f"The largest gap stands after {gap}, ratio {ratio:.0f}.",
    )


@CLAIMS.claim(
    "7.9",
    "The outliers are those of the Gauss-Newton matrix.",
    verdict="holds when training has begun; at a random start the two top-9 subspaces differ",
    source="Papyan (2018); measured here",
    breakers=[{"epochs": (0, 0)}],
)
def gauss_newton_explains(epochs=(0, 3)):
    """Overlap of the top-9 subspaces of H and of its Gauss-Newton part, live and recorded."""
    start, later = (explained("Gauss-Newton overlap", epoch) for epoch in epochs)
    live = evidence.measure(epochs[1])["Gauss-Newton overlap"]
    rest = explained("rest of H", epochs[1])
    return Evidence(
        bool(later.min() > 0.97 and live > 0.97 and start.max() < 0.95),
        f"Five recorded seeds: overlap of the top 9 at epoch {epochs[0]} {percent(start)}, at epoch "
        f"{epochs[1]} {percent(later)}, where H − G has {percent(rest)} of ‖H‖.",
    )


@CLAIMS.claim(
    "7.10",
    "The top C − 1 eigenvectors lie in the span of the class means of the logits' gradients.",
    verdict="holds when training has begun and the pixels are raw",
    source="Papyan (2019, 2020) for the structure; measured here",
    breakers=[{"shuffled": True}, {"epoch": 0}, {"inputs": "centred"}],
)
def class_means_explain(epoch=3, inputs="raw", k=9, shuffled=False):
    """Overlap of the top 9 with the 100 mean gradients, one for each class and logit."""
    run, d = evidence.trained(), evidence.decomposed(epoch)
    J = evidence.class_mean_jacobians(run, epoch)
    if shuffled:  # the same numbers in other places: what any 100 vectors of this size explain
        J = np.random.default_rng(0).permutation(J, axis=0)
    overlap = ns.subspace_overlap(d.eigenvectors[:, :k], J)
    others = explained("class-mean overlap", epoch, inputs)
    controls = explained("class-mean overlap", 0), explained("class-mean overlap", epoch, "centred")
    return Evidence(
        bool(overlap > 0.95 and others.min() > 0.95),
        f"{overlap:.0%} of the top {k} lies in the span of {J.shape[1]} vectors in {J.shape[0]} "
        f"dimensions (chance: {J.shape[1] / J.shape[0]:.0%}); at five recorded seeds "
        f"{percent(others)}. At a random start {percent(controls[0])}, with centred pixels "
        f"{percent(controls[1])}.",
    )


@CLAIMS.claim(
    "7.11",
    "A few large eigenvalues (outliers) dominate the optimization dynamics.",
    verdict="holds when there are outliers and some epochs have passed, for the gradient, most of which "
    "lies along them; and for the step's limit 2/λ₁. In the descent itself they dominate late only",
    source=f"{NOTES}; Gur-Ari et al. (2018) for the gradient; the descent measured here",
    breakers=[{"inputs": "centred"}, {"early": 30}],
)
def dominate(inputs="raw", early=3, late=30):
    """Fifty steps of 0.05 along the top 9 only and along the rest only: one seed live, five recorded."""
    share = explained("gradient share", early, inputs)
    few, many = (explained(f"descent, {part}", early, inputs) for part in ("top", "rest"))
    later = explained("descent, top", late, inputs)
    first = explained("gradient share", 1, inputs)
    live = evidence.measure(3)
    good = share.min() > 0.6 and (many > few).all() and later.min() > 0.6
    same = live["gradient share"] > 0.6 and live["descent, rest"] > live["descent, top"]
    return Evidence(
        bool(good and same),
        f"Five seeds, epoch {early}: the top 9 eigenvectors hold {percent(share)} of ‖∇f‖². Fifty steps "
        f"along them alone achieve {percent(few)} of the decrease, along the rest alone "
        f"{percent(many)}; at epoch {late} along them alone {percent(later)}. After one epoch they hold "
        f"{percent(first)} of ‖∇f‖².",
    )


def spacing_ratios():
    """Return {network: mean ⟨r⟩ over seeds, at the start and trained} as recorded."""
    found = recorded.load("architectures")
    return {key[:-2]: found[key].mean(axis=0) for key in found if key.endswith("|r")}


@CLAIMS.claim(
    "7.12",
    "The spacings of neighbouring eigenvalues are universal: every network, trained or not, has the "
    "mean ratio ⟨r⟩ ≈ 0.53 of a random matrix.",
    verdict="holds when 0.03 counts as little: 13 of 16 kinds of trained networks lie within 0.52 and "
    "0.54; GELU with raw pixels lies at 0.50, the linear model at 0.51 with raw ones and just below 0.52 "
    "with centred ones",
    source="Baskerville, Granziol & Keating (2022); measured here",
    breakers=[{"reference": rm.SPACING_RATIO_POISSON}, {"kinds": 16}],
)
def spacings(reference=rm.SPACING_RATIO_GOE, kinds=13):
    """Average the recorded ratios over seeds, for each architecture and kind of inputs."""
    means = np.array(list(spacing_ratios().values()))
    start, end = means.T
    near = int(((end > 0.52) & (end < 0.54)).sum())
    off = np.abs(means - reference).max()
    return Evidence(
        bool(off < 0.035 and near >= kinds),
        f"{len(end)} kinds of network, 5 seeds each, trained: ⟨r⟩ from {end.min():.2f} to "
        f"{end.max():.2f}, {near} of them within 0.52 and 0.54; at the start {start.min():.2f} to "
        f"{start.max():.2f}. GOE {rm.SPACING_RATIO_GOE:.2f}, independent levels "
        f"{rm.SPACING_RATIO_POISSON:.2f}.",
    )


@remember()
def shape_distances(inputs="raw", floor=1e-8):
    """Return recorded W₁ distances in decades: (same architecture, different ones, from a GOE)."""

    def distance(a, b):
        return ns.shape_distance(a, b, floor)

    found = recorded.load("architectures")
    names = sorted(k.split("|")[0] for k in found if k.endswith(f"|{inputs}"))
    spectra = {name: found[f"{name}|{inputs}"] for name in names}
    same = [distance(a, b) for x in spectra.values() for a, b in combinations(x, 2)]
    other = [
        distance(spectra[x][i], spectra[y][i])
        for x, y in combinations(names, 2)
        for i in range(len(spectra[x]))
    ]
    goe = np.linalg.eigvalsh(rm.goe(800, seed=0))
    noise = [distance(x[0], goe) for x in spectra.values()]
    return np.array(same), np.array(other), np.array(noise)


@CLAIMS.claim(
    "7.13",
    "Different architectures show similar spectral distributions.",
    verdict="holds when the yardstick is a random matrix; two seeds of one architecture are several "
    "times more alike than two architectures",
    source=f"{NOTES}; Granziol (2020) on how far network spectra are from random-matrix laws",
    breakers=[{"yardstick": "seeds"}],
)
def similar_shapes(yardstick="random matrix"):
    """Wasserstein distances of log|λ|/λ₁ between the recorded spectra, at equal training loss."""
    lines, good = [], True
    for inputs in ("raw", "centred"):
        same, other, noise = (x.mean() for x in shape_distances(inputs))
        near = other < noise / 2 if yardstick == "random matrix" else other < 1.5 * same
        good &= bool(near and other > 2 * same)
        lines.append(f"{inputs}: {same:.1f}, {other:.1f}, {noise:.1f}")
    return Evidence(
        good,
        "Mean distance in decades between seeds, between architectures, and from a GOE matrix. "
        + "; ".join(lines)
        + ".",
    )
