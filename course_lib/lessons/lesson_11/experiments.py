"""The network that lesson 11 reports on, and the reports of another all through its training.

The second is 64-h-h-10 with tanh on 200 centred digits, ½ · mean squared error, initial weights
halved, full-batch descent. Measuring one run takes seconds, so the demo shows recorded ones.
"""

from collections.abc import Callable

import numpy as np

from course_lib.curvature import networks, operators, report, training
from course_lib.curvature.eigenpairs import top_eigenpairs
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import records

LEARNING_RATE = 0.1


@remember()
def trained(
    seed: int = 0,
    batch_size: int | None = None,
    activation: str = "relu",
    *,
    centred: bool = False,
) -> tuple[networks.Network, Callable, np.ndarray, datasets.Digits]:
    """Train 64-16-10 on 500 digits, cross-entropy; return (network, loss, w, data)."""
    data = datasets.digits(num_train=500, centred=centred, seed=0)
    network = networks.mlp((64, 16, 10), activation)
    loss, start = networks.cross_entropy(network), network.init(seed)
    X, y, steps = data.X_train, data.y_train, 200
    run = training.gradient_descent(loss, start, X, y, LEARNING_RATE, steps, batch_size, seed=seed)
    return network, loss, run.w, data


@remember()
def hessian() -> operators.HessianOperator:
    """Return the Hessian of that network at the end of its training."""
    _, loss, w, data = trained()
    return operators.hessian_operator(loss, w, data.X_train, data.y_train)


@remember()
def final_report() -> report.SpectralReport:
    """Return the spectral report of that network."""
    return report.spectral_report(hessian(), learning_rate=LEARNING_RATE, num_matvecs=500)


@remember()
def exact_eigenvalues() -> np.ndarray:
    """Return the eigenvalues of that Hessian, descending."""
    H = hessian().to_dense()
    return np.linalg.eigvalsh((H + H.T) / 2)[::-1]


WIDTHS = (8, 16, 32)
ETAS = (0.1, 0.2, 0.4, 0.6, 0.8)
STEPS, EVERY = 1500, 50
GRID = np.linspace(-1.0, 12.0, 131)  # of eigenvalues, for the density
SIGMA = 0.1
PRODUCTS = 300
FIELDS = ("loss", "smallest", "trace", "trace_error", "near_zero")


def follow(width: int, eta: float, steps: int = STEPS, seed: int = 0) -> dict[str, np.ndarray]:
    """Train, and write a spectral report at the start and after every 50 steps.

    Returns
    -------
    dict
        "top" of shape (m, 10), "density" of shape (m, len(GRID)), and the rest of shape (m,).
    """
    data = datasets.digits(num_train=200, seed=0)
    network = networks.mlp((64, width, width, 10), "tanh")
    loss = networks.squared_error(network)
    X, y = data.X_train, data.y_train
    rows: dict[str, list] = {name: [] for name in (*FIELDS, "top", "density")}

    def note_report(w):
        H = operators.hessian_operator(loss, w, X, y)
        r = report.spectral_report(H, num_matvecs=PRODUCTS, seed=1)
        values = (
            *(r.loss, r.smallest.estimate, r.trace.estimate, r.trace.stderr),
            *(r.near_zero().estimate, r.top.eigenvalues, r.density.density(GRID, SIGMA).estimate),
        )
        for name, value in zip(rows, values, strict=True):
            rows[name].append(value)
        return r.loss

    w = network.init(seed, scale=0.5)
    training.gradient_descent(loss, w, X, y, eta=eta, steps=steps, record=note_report, every=EVERY)
    return {name: np.array(values) for name, values in rows.items()}


def recorded_training() -> records.Record:
    """Return what `follow` gave for all `WIDTHS` and `ETAS`, of shape (widths, etas, reports, …).

    The density is given as its log10.
    """
    return records.load("11_training")


SIZES = (25, 50, 100, 250)  # of the subsets of 500 examples
DRAWS = 20


def subset_curvature(seed: int = 0, draws: int = DRAWS) -> tuple[np.ndarray, np.ndarray]:
    """Return λ₁ and the trace on random subsets, both of shape (sizes + 1, draws), exactly.

    The last row holds those of all 500 examples, the same in each column.
    """
    _, loss, w, data = trained(seed)
    rng, n = np.random.default_rng(seed), len(data.y_train)
    sharpness, trace = np.empty((2, len(SIZES) + 1, draws))
    for i, size in enumerate((*SIZES, n)):
        for j in range(draws if size < n else 1):
            chosen = rng.choice(n, size, replace=False)
            H = operators.hessian_operator(loss, w, data.X_train[chosen], data.y_train[chosen])
            matrix = H.to_dense()
            sharpness[i, j:] = np.linalg.eigvalsh((matrix + matrix.T) / 2)[-1]
            trace[i, j:] = np.trace(matrix)
    return sharpness, trace


def recorded_subsets() -> records.Record:
    """Return what `subset_curvature` gave, each of shape (networks, sizes + 1, draws)."""
    return records.load("11_subsets")


EDGE_SEEDS = range(5)


def end_of_descent(width: int, eta: float, seed: int, steps: int = STEPS) -> float:
    """Return ηλ₁/2 at the end of a run like those of `follow`."""
    data = datasets.digits(num_train=200, seed=0)
    network = networks.mlp((64, width, width, 10), "tanh")
    loss = networks.squared_error(network)
    X, y, w = data.X_train, data.y_train, network.init(seed, scale=0.5)
    run = training.gradient_descent(loss, w, X, y, eta=eta, steps=steps)
    H = operators.hessian_operator(loss, run.w, X, y)
    return float(eta / 2 * top_eigenpairs(H, 1).eigenvalues[0])


def recorded_ends() -> np.ndarray:
    """Return ηλ₁/2 at the end of descent, of shape (widths, etas, seeds)."""
    return records.load("11_ends")["ratio"]
