"""Claims on where the outliers come from, and on what they do to training."""

import numpy as np

from course_lib.curvature import networks, operators, spectral_shape
from course_lib.lessons.lesson_07 import experiments
from course_lib.lessons.lesson_07.experiments import percent, recorded_measure
from course_lib.support import datasets
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 4"


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
    lam = spectral_shape.all_eigenvalues(operators.hessian_operator(loss, w, X, y))
    mu = np.linalg.eigvalsh(X.T @ X / len(X))[::-1]
    law = np.zeros(640)
    law[: 64 * copies] = np.repeat(mu / 10, copies)  # the smallest μ is 0: the order is right
    off = np.abs(lam - law).max() / lam[0]
    gap, ratio = spectral_shape.largest_gap(lam)
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
    start, later = (recorded_measure("Gauss-Newton overlap", epoch) for epoch in epochs)
    live = experiments.measure(epochs[1])["Gauss-Newton overlap"]
    rest = recorded_measure("rest of H", epochs[1])
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
    run, d = experiments.trained_network(), experiments.decomposed(epoch)
    J = experiments.class_mean_jacobians(run, epoch)
    if shuffled:  # the same numbers in other places: what any 100 vectors of this size explain
        J = np.random.default_rng(0).permutation(J, axis=0)
    overlap = spectral_shape.subspace_overlap(d.eigenvectors[:, :k], J)
    others = recorded_measure("class-mean overlap", epoch, inputs)
    start = recorded_measure("class-mean overlap", 0)
    centred = recorded_measure("class-mean overlap", epoch, "centred")
    return Evidence(
        bool(overlap > 0.95 and others.min() > 0.95),
        f"{overlap:.0%} of the top {k} lies in the span of {J.shape[1]} vectors in {J.shape[0]} "
        f"dimensions (chance: {J.shape[1] / J.shape[0]:.0%}); at five recorded seeds "
        f"{percent(others)}. At a random start {percent(start)}, with centred pixels {percent(centred)}.",
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
    share = recorded_measure("gradient share", early, inputs)
    few, many = (recorded_measure(f"descent, {part}", early, inputs) for part in ("top", "rest"))
    later = recorded_measure("descent, top", late, inputs)
    first = recorded_measure("gradient share", 1, inputs)
    live = experiments.measure(3)
    good = share.min() > 0.6 and (many > few).all() and later.min() > 0.6
    same = live["gradient share"] > 0.6 and live["descent, rest"] > live["descent, top"]
    return Evidence(
        bool(good and same),
        f"Five seeds, epoch {early}: the top 9 eigenvectors hold {percent(share)} of ‖∇f‖². Fifty steps "
        f"along them alone achieve {percent(few)} of the decrease, along the rest alone "
        f"{percent(many)}; at epoch {late} along them alone {percent(later)}. After one epoch they hold "
        f"{percent(first)} of ‖∇f‖².",
    )
