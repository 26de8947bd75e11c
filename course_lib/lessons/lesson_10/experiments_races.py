"""Five ways to use curvature, raced to a given loss at equal cost: gradients and products counted.

tools/record_10.py wrote the recorded races.
"""

from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np

from course_lib.curvature import networks
from course_lib.curvature.operators import gauss_newton_operator
from course_lib.curvature.preconditioning import newton_cg
from course_lib.support import datasets
from course_lib.support.seeds import Seed
from course_lib.teaching import records

RACES = "10_races"
METHODS = ("plain descent", "momentum", "diagonal", "Adam", "Gauss-Newton-CG")
CURVED = ("diagonal", "Gauss-Newton-CG")  # those that pay for products
WIDTHS = (64, 16, 10)
BUDGET = 3000  # gradients and products together, of all examples
BATCH = 50
PROBES, REFRESH = 10, 50  # products for an estimate of the diagonal, and steps between two


@dataclass(frozen=True)
class Problem:
    """A network, digits, a loss and how far down to go.

    Attributes
    ----------
    name : str
    loss : {"squared error", "cross-entropy"}
    num_train : int
    batch_size : int or None
        For the methods that use gradients only; None means all examples.
    target : float
        The loss on all examples that ends the race.
    """

    name: str
    loss: str
    num_train: int
    batch_size: int | None
    target: float
    linear: bool = False
    rotated: bool = False

    def goal(self, X, y):
        """Return the loss that ends the race on these digits."""
        if not self.linear:
            return self.target
        A = np.column_stack([X, np.ones(len(X))])
        T = np.eye(10)[y]
        residual = A @ np.linalg.lstsq(A, T, rcond=None)[0] - T
        return self.target * 0.5 * float((residual**2).sum(axis=1).mean())


PROBLEMS = (
    Problem("regression on pixels", "squared error", 300, None, 1.001, linear=True),
    Problem("regression, axes rotated", "squared error", 300, None, 1.001, True, rotated=True),
    Problem("network, to a loss of 0.005", "squared error", 200, None, 0.005),
    Problem("network with mini-batches", "cross-entropy", 1000, BATCH, 0.1),
    Problem("network, to a loss of 0.001", "squared error", 200, None, 0.001),
)
# Eight trials for every method, on every problem and seed.
GRIDS = {
    "plain descent": [{"eta": eta} for eta in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2)],
    "momentum": [
        {"eta": eta, "beta": beta} for eta, beta in product((0.05, 0.1, 0.3, 0.6), (0.9, 0.98))
    ],
    "diagonal": [
        {"eta": eta, "damping": damping}
        for eta, damping in product((0.01, 0.03, 0.1, 0.3), (0.01, 0.1))
    ],
    "Adam": [
        {"eta": eta, "beta": 0.9} for eta in (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
    ],
    "Gauss-Newton-CG": [
        {"damping": damping, "products": products}
        for damping, products in product((0.001, 0.01, 0.1, 1.0), (10, 60))
    ],
}


@dataclass(frozen=True)
class Cost:
    """What a trial took, in passes over all examples.

    Attributes
    ----------
    gradients, products : float
    reached : bool
        Whether it came to the target.
    """

    gradients: float
    products: float
    reached: bool

    def total(self, product_price=1.0):
        """Return the cost, infinite where the target was not reached."""
        return self.gradients + product_price * self.products if self.reached else np.inf


def trial(problem, method, seed=0, budget=BUDGET, **settings):
    """Run one method once and count its `Cost`.

    Parameters
    ----------
    problem : Problem
    method : str
        One of `METHODS`.
    seed : int
        Draws digits, initial weights and batches.
    budget : int
        Where to give up.
    **settings
        An entry of `GRIDS`.
    """
    data = datasets.digits(num_train=problem.num_train, seed=seed)
    network = networks.linear() if problem.linear else networks.mlp(WIDTHS)
    X, y = data.X_train, data.y_train
    if problem.rotated:
        X = X @ np.linalg.qr(np.random.default_rng(seed).standard_normal((64, 64)))[0]
    problem = replace(problem, target=problem.goal(X, y))
    make = {"squared error": networks.squared_error, "cross-entropy": networks.cross_entropy}
    f, w = make[problem.loss](network), network.init(seed, scale=0.5)
    X, y = jnp.asarray(X), jnp.asarray(y)
    if method == "Gauss-Newton-CG":
        return _newton(problem, network, f, w, X, y, budget, **settings)
    return _first_order(problem, network, f, w, X, y, budget, method, seed, **settings)


@partial(jax.jit, static_argnames="f")
def _value_and_grad(f, w, X, y):
    return jax.value_and_grad(f)(w, X, y)


def _outputs_loss(problem):
    if problem.loss == "squared error":
        return networks.output_squared_error
    return networks.output_cross_entropy


def _newton(problem, network, f, w, X, y, budget, damping, products):
    """Levenberg and Marquardt: less damping after a step that lowered the loss, more after others."""
    loss, g = _value_and_grad(f, w, X, y)
    gradients, used = 1, 0
    while loss > problem.target and gradients + used < budget:
        G = gauss_newton_operator(network.apply, _outputs_loss(problem), w, X, y)
        newton = newton_cg(G, np.asarray(g), damping=damping, rtol=0.1, max_matvecs=products)
        used += newton.num_matvecs
        new = w + newton.step
        new_loss, new_g = _value_and_grad(f, new, X, y)
        gradients += 1
        if new_loss < loss:
            w, loss, g, damping = new, new_loss, new_g, max(damping / 2, 1e-6)
        else:
            damping *= 4
    return Cost(gradients, used, bool(loss <= problem.target))


def _first_order(problem, network, f, w, X, y, budget, method, seed: Seed, **settings):
    size = problem.batch_size or len(y)
    rng, a_pass = np.random.default_rng(seed), len(y) // size
    eta, beta = settings["eta"], settings.get("beta", 0.9 if method == "diagonal" else 0.0)
    scale, state = jnp.ones(len(w)), (jnp.zeros(len(w)), jnp.zeros(len(w)), 0.0)
    w, adaptive = jnp.asarray(w), float(method == "Adam")
    gradients = products = 0.0
    # Between two looks: one step with full batches, or a pass over the mini-batches.
    while gradients + products < budget:
        if method == "diagonal" and round(gradients) % REFRESH == 0:
            G = gauss_newton_operator(network.apply, _outputs_loss(problem), np.asarray(w), X, y)
            z = rng.choice([-1.0, 1.0], (len(w), PROBES))
            # The estimate of one entry may come out negative; G's diagonal never is.
            diagonal = np.maximum((z * (G @ z)).mean(axis=1), 0.0)
            scale, products = jnp.asarray(1 / (diagonal + settings["damping"])), products + PROBES
        length = 10 if a_pass == 1 else 1
        rows = np.concatenate([rng.permutation(len(y)) for _ in range(length)]).reshape(-1, size)
        w, state, losses = _steps(f, w, state, X, y, rows, scale, eta, beta, adaptive)
        losses = np.asarray(losses)
        if a_pass == 1:
            below = np.flatnonzero(losses <= problem.target)
            if below.size:
                return Cost(gradients + below[0] + 1, products, True)
        elif (final := float(jax.jit(f)(w, X, y))) <= problem.target or not np.isfinite(final):
            return Cost(gradients + 1, products, bool(np.isfinite(final)))
        if not np.isfinite(losses).all():
            break
        gradients += length
    return Cost(gradients, products, False)


@partial(jax.jit, static_argnames="f")
def _steps(f, w, state, X, y, rows, scale, eta, beta, adaptive):
    """Make a step for each row of `rows`: heavy ball on scaled gradients, or Adam."""

    def step(carry, batch):
        w, mean, square, count = carry
        loss, g = jax.value_and_grad(f)(w, X[batch], y[batch])
        weight = jnp.where(adaptive > 0, 1 - beta, 1.0)
        mean, square, count = beta * mean + weight * g, 0.999 * square + 0.001 * g**2, count + 1
        heavy = scale * mean
        adam = mean / (1 - beta**count) / (jnp.sqrt(square / (1 - 0.999**count)) + 1e-8)
        w = w - eta * jnp.where(adaptive > 0, adam, heavy)
        return (w, mean, square, count), loss

    (w, *state), losses = jax.lax.scan(step, (w, *state), rows)
    return w, tuple(state), losses


def best(problem, method, seed):
    """Return the cheapest of the eight trials of `GRIDS`, and all eight costs.

    Trials that would cost more than the best so far are cut off there.
    """
    budget, costs = BUDGET, []
    for settings in GRIDS[method]:
        cost = trial(problem, method, seed, budget=budget, **settings)
        budget = min(budget, cost.total()) if cost.reached else budget
        costs.append(cost)
    return min(costs, key=lambda cost: cost.total()), costs


def recorded_races():
    """Return the record: gradients and products of the best trial, problem × method × seed."""
    return records.load(RACES)


def recorded_costs(product_price=1.0):
    """Return the cost of the best trials, of shape (problems, methods, seeds), in gradients."""
    record = records.load(RACES)
    gradients, products = record["gradients"].astype(float), record["products"].astype(float)
    return gradients + product_price * products
