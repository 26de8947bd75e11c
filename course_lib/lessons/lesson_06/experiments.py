"""Random waves with all their critical points, and a network so small that one can look for some.

A landscape here is `landscapes.random_trigonometric`: a sum of waves of equal variance. At any
place the value and the Hessian are made of the same numbers, the heights of the waves there, and
the gradient is made of others. So what a Hessian is like can be computed without a single search.

What takes minutes was recorded by ``tools/record_06.py``. Only what runs the network needs JAX.
"""

import numpy as np

from course_lib.exact import critical_points, landscapes
from course_lib.support import datasets
from course_lib.support.caching import remember
from course_lib.teaching import records

WEIGHT_DECAY = 0.01
WIDTHS = (3, 3, 3)
DRAWS = 40_000
HEIGHTS = np.linspace(-6, 6, 49)  # in standard deviations of the landscape


def curvature_by_height(d):
    """Return c: where the landscape is higher by 1, all eigenvalues are lower by c on average.

    It is the mean of kᵢ² over the waves, the same for every coordinate i.
    """
    return float((landscapes.modes(d).astype(float) ** 2).mean())


def wave_hessians(d, draws, seed=0):
    """Draw the landscape's value f and its Hessian at a place: shapes (m,) and (m, d, d)."""
    k = landscapes.modes(d).astype(float)
    parts = np.random.default_rng([seed, d]).standard_normal((draws, len(k))) / np.sqrt(len(k))
    products = np.einsum("ni,nj->nij", k, k).reshape(len(k), -1)
    return parts.sum(axis=1), -(parts @ products).reshape(draws, d, d)


@remember()
def _eigenvalues_at_height_zero(d):
    """Return the eigenvalues of H + c f I, ascending: what the height does not explain."""
    f, H = wave_hessians(d, DRAWS)
    return np.linalg.eigvalsh(H + curvature_by_height(d) * f[:, None, None] * np.eye(d))


@remember()
def weights_by_height(d, shift=1.0, weighted=True):
    """Return how much each index weighs among critical points of each of `HEIGHTS`.

    Kac and Rice: a Hessian H counts with the weight |det H|. Here it is averaged over H at a given
    height, and multiplied by how often the landscape has that height.

    Parameters
    ----------
    d : int
    shift : float
        1 moves all eigenvalues with the height, 0 leaves them where they are.
    weighted : bool
        Whether |det H| counts.

    Returns
    -------
    ndarray of shape (49, d + 1)
    """
    rest = _eigenvalues_at_height_zero(d)
    table = np.zeros((HEIGHTS.size, d + 1))
    for row, height in zip(table, HEIGHTS, strict=True):
        lam = rest - shift * curvature_by_height(d) * height
        weight = np.abs(lam.prod(axis=1)) if weighted else np.ones(len(lam))
        row[:] = np.bincount((lam < 0).sum(axis=1), weight, minlength=d + 1) / len(lam)
        row *= np.exp(-(height**2) / 2)
    return (table + table[::-1, ::-1]) / 2  # f and −f are equally likely


def predicted_shares(d, shift=1.0, weighted=True):
    """Return the predicted share of each index among critical points, shape (d + 1,)."""
    total = weights_by_height(d, shift, weighted).sum(axis=0)
    return total / total.sum()


def predicted_index(d, heights, shift=1.0, weighted=True):
    """Return the predicted mean index of critical points at each of `heights`."""
    table = weights_by_height(d, shift, weighted)
    return np.interp(heights, HEIGHTS, table @ np.arange(d + 1) / table.sum(axis=1))


@remember()
def all_critical_points(d, seed):
    """Return `critical_points.Search` of a random landscape on the d-dimensional torus."""
    return critical_points.search(landscapes.random_trigonometric(d, seed))


def recorded_landscapes(d):
    """Return, for each recorded seed, the indices and heights of all critical points."""
    found = records.load("06_landscapes")
    return [(found[f"{d}|{s}|index"], found[f"{d}|{s}|height"]) for s in found.about["seeds"]]


def recorded_means(d):
    """Return, for each recorded seed, the heights and mean eigenvalues of all critical points."""
    found = records.load("06_landscapes")
    return [
        (found[f"{d}|{s}|height"].astype(float), found[f"{d}|{s}|mean"].astype(float))
        for s in found.about["seeds"]
    ]


def recorded_ends():
    """Return how the searches on the tiny network ended, over many seeds, as arrays by name.

    ``spurious`` and ``unfinished`` are shares of the runs, ``minima`` a share of the distinct
    critical points, ``correlation`` Spearman's of index and loss.
    """
    found = records.load("06_spurious")
    starts = found.about["starts"]
    return {
        "spurious": found["spurious"] / starts,
        "unfinished": 1 - (found["converged"] + found["spurious"]) / starts,
        "minima": found["minima"] / found["distinct"],
        "correlation": found["correlation"],
    }


def recorded_searches():
    """Return what was recorded of the tiny network, one dictionary for each seed."""
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


def largest_curvatures(scales=(1, 10, 100), seed=0):
    """Return λ₁ of the tiny network where the output weights have these sizes and all others are 0.

    There every class has the probability 1/3, and the curvature along a hidden weight is
    proportional to the square of the output weights: no number bounds it.
    """
    _, _, hessian, size = tiny_network(seed)
    outputs = WIDTHS[1] * (WIDTHS[0] + 1) + np.arange(WIDTHS[1] * WIDTHS[2])
    w = np.zeros((len(scales), size))
    direction = np.random.default_rng([seed, 2]).standard_normal(outputs.size)
    w[:, outputs] = np.multiply.outer(scales, direction)
    return np.linalg.eigvalsh(np.asarray(hessian(w)))[:, -1]


def curvatures_on_the_way(seed=5, num_runs=12, steps=100):
    """Return the largest λ₁ that each descent of `descend_tiny_network` meets in its first steps."""
    _, gradient, hessian, size = tiny_network(seed)
    w = np.random.default_rng([seed, 1]).standard_normal((num_runs, size))
    largest = np.zeros(num_runs)
    for _ in range(steps):
        largest = np.maximum(largest, np.linalg.eigvalsh(np.asarray(hessian(w)))[:, -1])
        w = w - np.asarray(gradient(w))
    return largest
