"""The model that lesson 11 reports on, trained once."""

import numpy as np

from course_lib.curvature import networks, operators, report, training
from course_lib.support import datasets
from course_lib.support.caching import remember

ETA, STEPS = 0.1, 200


@remember()
def trained(seed=0, batch_size=None, activation="relu"):
    """Train 64-16-10 on 500 uncentred digits, cross-entropy; return (network, loss, w, data)."""
    data = datasets.digits(num_train=500, centred=False, seed=0)
    network = networks.mlp((64, 16, 10), activation)
    loss = networks.cross_entropy(network)
    run = training.gradient_descent(
        loss, network.init(seed), data.X_train, data.y_train, eta=ETA, steps=STEPS,
        batch_size=batch_size, seed=seed,
    )  # fmt: skip
    return network, loss, run.w, data


@remember()
def operator():
    """Return the Hessian of that model at the end of its training."""
    _, loss, w, data = trained()
    return operators.hessian_operator(loss, w, data.X_train, data.y_train)


@remember()
def the_report(num_matvecs=500):
    """Return its spectral report."""
    return report.spectral_report(operator(), learning_rate=ETA, num_matvecs=num_matvecs)


@remember()
def exact_spectrum():
    """Return the eigenvalues of that Hessian, descending."""
    H = operator().to_dense()
    return np.linalg.eigvalsh((H + H.T) / 2)[::-1]
