"""The model that lesson 08 reports on, trained once."""

from functools import cache

import numpy as np

from course_lib import networks, operators, report, training

ETA, STEPS = 0.1, 200


@cache
def trained(seed=0, batch_size=None, activation="relu"):
    """Train 64-16-10 on 500 uncentred digits, cross-entropy; return (network, loss, w, data)."""
    data = networks.digits(num_train=500, centred=False, seed=0)
    network = networks.mlp((64, 16, 10), activation)
    loss = networks.cross_entropy(network)
    run = training.gradient_descent(
        loss, network.init(seed), data.X_train, data.y_train, eta=ETA, steps=STEPS,
        batch_size=batch_size, seed=seed,
    )  # fmt: skip
    return network, loss, run.w, data


@cache
def operator():
    """Return the Hessian of that model at the end of its training."""
    _, loss, w, data = trained()
    return operators.hessian_operator(loss, w, data.X_train, data.y_train)


@cache
def the_report(num_matvecs=500):
    """Return its spectral report."""
    return report.spectral_report(operator(), learning_rate=ETA, num_matvecs=num_matvecs)


@cache
def exact_spectrum():
    """Return the eigenvalues of that Hessian, descending."""
    H = operator().to_dense()
    return np.linalg.eigvalsh((H + H.T) / 2)[::-1]
