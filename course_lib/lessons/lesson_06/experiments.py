"""Landscapes with all their critical points, and a network so small that one can look for some.

What takes minutes was recorded by ``tools/record_06.py``. Only what runs the network needs JAX.
"""

import numpy as np

from course_lib.exact import critical_points, landscapes
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import records

WEIGHT_DECAY = 0.01
WIDTHS = (3, 3, 3)


@remember()
def all_critical_points(d, seed):
    """Return `critical_points.Search` of a random landscape on the d-dimensional torus."""
    return critical_points.search(landscapes.random_trigonometric(d, seed))


def recorded_landscapes(d):
    """Return, for each recorded seed, the indices and heights of all critical points."""
    found = records.load("06_landscapes")
    return [(found[f"{d}|{s}|index"], found[f"{d}|{s}|height"]) for s in found.about["seeds"]]


def recorded_searches():
    """Return what was recorded of the tiny network, a dictionary a seed."""
    found = records.load("06_tiny")
    parts = ("index", "height", "starts", "descent")
    return [{part: found[f"{seed}|{part}"] for part in parts} for seed in found.about["seeds"]]


@remember()
def tiny_network(seed=0):
    """Return (value, gradient, hessian) of batches of weights, and the number of weights, 24.

    3-3-3 with tanh tells the digits 0, 1 and 2 apart from their first three principal components,
    60 examples, by cross-entropy plus 0.005‖w‖².
    """
    import jax
    import jax.numpy as jnp

    from course_lib.curvature import networks

    data = datasets.digits(classes=3, num_train=60, seed=seed)
    directions = np.linalg.svd(data.X_train, full_matrices=False)[2][:3]
    Z = data.X_train @ directions.T
    Z, y = jnp.asarray(Z / Z.std()), jnp.asarray(data.y_train)
    network = networks.mlp(WIDTHS, "tanh")
    loss = networks.cross_entropy(network)

    def f(w):
        return loss(w, Z, y) + 0.5 * WEIGHT_DECAY * w @ w

    batch = [jax.jit(jax.vmap(g)) for g in (f, jax.grad(f), jax.hessian(f))]
    return *batch, network.num_params


@remember()
def search_tiny_network(seed=0, num_starts=64):
    """Run damped Newton on ∇f = 0; return `critical_points.CriticalPoints`.

    Half of the starts are random, with standard deviations from 0.5 to 2.5; half lie on the way of
    gradient descent from such starts, after 1 to 300 steps: what is found depends on that.
    """
    import jax

    value, gradient, hessian, size = tiny_network(seed)
    rng = np.random.default_rng(seed)
    starts = rng.uniform(0.5, 2.5, (num_starts, 1)) * rng.standard_normal((num_starts, size))
    until = np.where(np.arange(num_starts) % 2, np.exp(rng.uniform(0, np.log(300), num_starts)), 0)

    @jax.jit
    def walk(w):
        def step(k, w):
            return w - (k < until)[:, None] * gradient(w)

        return jax.lax.fori_loop(0, 300, step, w)

    starts = np.asarray(walk(starts))

    def whole(function):
        # Batches of one size: another would be compiled anew.
        def padded(w):
            rows = np.concatenate([w, np.zeros((num_starts - len(w), size))])
            return np.asarray(function(rows))[: len(w)]

        return padded

    return critical_points.find(whole(gradient), whole(hessian), starts, value=whole(value))


def distinct(found, digits=8):
    """Return the rows of `found` that differ by more than a symmetry of the network.

    Exchanging two hidden units, or the sign of one, moves a critical point to another with the
    same loss: equal losses to 8 digits with equal indices count once.
    """
    keys = np.column_stack([np.round(found.heights, digits), found.index])
    return np.sort(np.unique(keys, axis=0, return_index=True)[1])


@remember()
def descend_tiny_network(seed=0, num_runs=12, eta=1.0, steps=3000):
    """Run gradient descent from random starts; return ends' eigenvalues and gradient norms."""
    import jax

    _, gradient, hessian, size = tiny_network(seed)
    starts = np.random.default_rng([seed, 1]).standard_normal((num_runs, size))

    @jax.jit
    def run(w):
        return jax.lax.fori_loop(0, steps, lambda _, w: w - eta * gradient(w), w)

    w = run(starts)
    norms = np.linalg.norm(np.asarray(gradient(w)), axis=1)
    return np.linalg.eigvalsh(np.asarray(hessian(w)))[:, ::-1], norms
