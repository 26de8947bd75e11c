"""The networks that lesson 09 measures, each trained once."""

import numpy as np

from course_lib.curvature import networks, operators, trace, training
from course_lib.support import datasets
from course_lib.support.caching import remember

WIDTHS = (64, 8, 10)


@remember()
def trained_network():
    """Train the lesson's small network; return (network, loss, w, data), a second's work.

    64-8-10 with tanh on 500 centred digits, cross-entropy, 300 full-batch steps of 0.5.
    """
    data = datasets.digits(num_train=500, seed=0)
    network = networks.mlp(WIDTHS, "tanh")
    loss = networks.cross_entropy(network)
    run = training.gradient_descent(
        loss, network.init(seed=0), data.X_train, data.y_train, eta=0.5, steps=300
    )
    return network, loss, run.w, data


@remember()
def exact_hessian():
    """Return the Hessian of the trained network as a matrix: the truth to compare with."""
    _, loss, w, data = trained_network()
    H = operators.hessian_operator(loss, w, data.X_train, data.y_train).to_dense()
    return (H + H.T) / 2


@remember()
def one_probe_spread(distribution):
    """Return the standard deviation of one sample vᵀHv, by the law of its distribution."""
    return float(np.sqrt(trace.one_probe_variance(exact_hessian(), distribution)))


@remember()
def exact_spectrum():
    """Return the eigenvalues of that Hessian, descending."""
    return np.linalg.eigvalsh(exact_hessian())[::-1]
