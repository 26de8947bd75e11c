"""Claims on where the outliers come from, and on what they do to training."""

import numpy as np

from course_lib.curvature import networks, operators, spectral_shape
from course_lib.lessons.lesson_07 import experiments
from course_lib.lessons.lesson_07.experiments import percent, recorded_measure
from course_lib.support import datasets
from course_lib.teaching import Evidence, Ledger, records

CLAIMS = Ledger()
NOTES = "Source notes, section 4"
LOOKS = (5, 50, 500, 3000)  # steps


@CLAIMS.claim(
    "7.8",
    "A linear softmax classifier without bias has, at w = 0, the Hessian (diag p − ppᵀ) ⊗ mean(xxᵀ): "
    "each eigenvalue μ of mean(xxᵀ) appears C − 1 times as μ/C, and all others are 0.",
    source="Derived in the lesson; the eigenvalues of a Kronecker product are products",
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
    differ = "none to 9 digits" if off < 1e-9 else f"{off:.0%} of λ₁"
    return Evidence(
        bool(off < 1e-9),
        f"Largest difference from the formula: {differ}. The largest ratio is {ratio:.0f}, after {gap} "
        "eigenvalues.",
    )


@CLAIMS.claim(
    "7.9",
    "The nine largest eigenvalues belong to the Gauss-Newton part of the Hessian.",
    verdict="holds when training has begun; at a random start the top nine directions of H and of this "
    "part differ",
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
        f"Five recorded seeds. The overlap of the top nine directions of H with those of its Gauss-Newton "
        f"part G is {percent(start)} at epoch {epochs[0]} and {percent(later)} at epoch {epochs[1]}. (100% "
        f"means that both span the same space.) At epoch {epochs[1]} the norm of H − G is {percent(rest)} "
        "of the norm of H.",
    )


@CLAIMS.claim(
    "7.10",
    "The top C − 1 eigenvectors are combinations of the class means of the logits' gradients.",
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
        f"The class means are {J.shape[1]} vectors in {J.shape[0]} dimensions. The overlap of the top {k} "
        f"directions with their span is {overlap:.0%}; by chance it would be "
        f"{J.shape[1] / J.shape[0]:.0%}. At five recorded seeds it is {percent(others)}, at a random start "
        f"{percent(start)}, and with centred pixels {percent(centred)}.",
    )


@CLAIMS.claim(
    "7.11",
    "A few large eigenvalues (outliers) dominate the optimization dynamics.",
    verdict="holds when you look only a few steps ahead; over thousands of steps the other directions "
    "achieve most of the decrease (network 64-16-10 with ReLU and raw pixels, from epochs 3 and 30 of "
    "training with batches of 32)",
    source=f"{NOTES}; Song, Ahn & Yun (2025) for larger networks",
    breakers=[{"short": 3000}, {"long": 5}],
)
def dominate(short=5, long=3000, epochs=(3, 30), eta=0.05):
    """Descend along the top nine only, along the rest only, and along both: recorded, and live."""
    lines, good = [], True
    for epoch in epochs:
        steps, top, rest = experiments.recorded_horizon(epoch)
        near, far = (int(np.flatnonzero(steps == n)[0]) for n in (short, long))
        good &= bool(top[:, near].min() > 0.5 and top[:, far].max() < 0.5)
        good &= bool((rest[:, far] > top[:, far]).all())
        shares = [
            f"{percent(top[:, i])} after {steps[i]}" for i in range(len(steps)) if steps[i] in LOOKS
        ]
        lines.append(f"From epoch {epoch} on: {', '.join(shares)}.")
    _, live, _ = experiments.descend_in_parts(epochs[0], horizons=(LOOKS[0], LOOKS[2]), eta=eta)
    return Evidence(
        bool(good and live[0] > 0.5 and live[1] < 0.5),
        f"Five recorded seeds, full-batch steps of {eta:g}. The top nine eigenvectors are computed at the "
        "start and kept fixed. What share of the decrease they achieve alone depends on the number of steps. "
        f"{' '.join(lines)}",
    )


@CLAIMS.claim(
    "7.20",
    "After training, most of the gradient lies along the top C − 1 eigenvectors.",
    verdict="holds when training uses small batches and the pixels are raw; with full batches hardly "
    "any of it lies there",
    source="Gur-Ari et al. (2018) with mini-batches; Song, Ahn & Yun (2025) on the cause; measured here",
    breakers=[{"inputs": "centred"}, {"small": 1e-6}],
)
def gradient_lies_along_the_top(inputs="raw", small=0.05):
    """Compare the recorded networks with those trained with the same steps on all images."""
    batches = recorded_measure("gradient share", 3, inputs)
    full = records.load("07_horizon")["full batch"][:, -1]
    return Evidence(
        bool(batches.min() > 0.6 and full[:, 3].max() < small),
        "Network 64-16-10 with ReLU, five recorded seeds. Batches of 32, after three epochs: "
        f"{percent(batches)} of ‖∇f‖² lie along the top nine. Full batches, after "
        f"{experiments.FULL_BATCH_STEPS[-1]} steps: at most {full[:, 3].max():.1%}. With full batches "
        f"the largest ratio is after {', '.join(f'{k:.0f}' for k in full[:, 1])}, and its size is "
        f"{full[:, 2].min():.1f} to {full[:, 2].max():.1f}.",
    )
