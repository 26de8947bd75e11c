"""Spectral reports of a small network all through its training: how they are made, and the record.

64-h-h-10 with tanh on 200 centred digits, ½ · mean squared error, initial weights halved, full-batch
descent. Measuring one run takes seconds, so the demo shows recorded ones (tools/record_11.py).
"""

import numpy as np

from course_lib.curvature import networks, operators, report, training
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.support.shipped_files import shipped_file

WIDTHS = (8, 16, 32)
ETAS = (0.1, 0.2, 0.4, 0.6, 0.8)
STEPS, EVERY = 1500, 50
GRID = np.linspace(-1.0, 12.0, 131)
SIGMA = 0.1
PRODUCTS = 300
FIELDS = ("loss", "smallest", "trace", "trace_error", "near_zero")


def follow(width, eta, steps=STEPS, seed=0):
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

    def look(w):
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
    training.gradient_descent(loss, w, X, y, eta=eta, steps=steps, record=look, every=EVERY)
    return {name: np.array(values) for name, values in rows.items()}


@remember()
def recorded():
    """Return arrays by name, of shape (widths, etas, snapshots, …); densities as log10."""
    with np.load(shipped_file("assets/recorded/11_training.npz")) as file:
        return {name: file[name] for name in file.files}
