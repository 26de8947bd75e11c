"""What lesson 05 runs: two weights, one after the other, and a network with full batches.

λ₁ of the Hessian is measured on the way, beside the limit 2/η. The recorded runs of the network are
those that tools/record_05.py wrote.
"""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from course_lib.curvature import networks
from course_lib.curvature.lanczos import lanczos
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.training import DivergenceError, gradient_descent
from course_lib.exact import dynamics
from course_lib.support import arguments, datasets
from course_lib.support.caching import remember
from course_lib.teaching import records

WIDTHS = (64, 32, 32, 10)
NUM_TRAIN = 200
SCALE = 0.5  # of the initial weights: unhalved, training starts above 2/η and not below it
STEPS = 1500
RECORD = "05_edge_of_stability"
LOSSES = {"squared error": networks.squared_error, "cross-entropy": networks.cross_entropy}
KINDS = {  # of the recorded runs: their names in the record, and the momentum
    "squared error": ("squared", 0.0),
    "squared error, heavy ball β = 0.5": ("heavy_ball", 0.5),
    "cross-entropy": ("cross_entropy", 0.0),
}


def two_weights_walk(eta, start=(3.0, 0.5), steps=200):
    """Walk on ½(ab − 1)²."""
    return dynamics.walk(lambda w: (w[0] * w[1] - 1) * w[::-1], start, eta, steps)


def two_weights_sharpness(a, b):
    """Return λ₁ of the Hessian [[b², 2ab − 1], [2ab − 1, a²]] of ½(ab − 1)².

    Examples
    --------
    >>> two_weights_sharpness(1.0, 1.0)
    2.0
    """
    return float(np.linalg.eigvalsh([[b * b, 2 * a * b - 1], [2 * a * b - 1, a * a]])[-1])


class Sharpness:
    """A recorder: λ₁ of the Hessian of f(w, X, y) at one point after another.

    Lanczos' method starts from the eigenvector of the last call, which has turned little since, so
    a few products are enough. `error_bound` tells how good the last value is.

    Parameters
    ----------
    f : callable
        A JAX-traceable loss f(w, X, y).
    X, y : array_like with n rows
    num_steps : int
        Products a call; the first call takes 40.

    Examples
    --------
    >>> import course_lib; course_lib.setup()
    >>> f = lambda w, X, y: 0.5 * jnp.mean((X @ w - y) ** 2)
    >>> sharpness = Sharpness(f, np.diag([2.0, 4.0]), np.zeros(2))
    >>> round(sharpness(np.ones(2)), 6)  # half of 4²: the loss is a mean over two
    8.0
    """

    def __init__(self, f, X, y, num_steps=10):
        self.f, self.X, self.y = f, jnp.asarray(X), jnp.asarray(y)
        self.num_steps = arguments.count("num_steps", num_steps)
        self.eigenvector = None
        self.error_bound = np.inf

    def __call__(self, w):
        """Return λ₁ at `w`, a float."""
        H = hessian_operator(self.f, w, self.X, self.y)
        steps = 40 if self.eigenvector is None else self.num_steps
        result = lanczos(H, min(steps, len(w)), start=self.eigenvector, seed=0)
        _, S = np.linalg.eigh(result.T)
        self.eigenvector = result.vectors @ S[:, -1]
        self.error_bound = float(result.error_bounds[0])
        return float(result.ritz_values[0])


@dataclass(frozen=True, eq=False)
class EdgeRun:
    """A run of full-batch descent with its sharpness.

    Attributes
    ----------
    eta, momentum : float
    losses : ndarray of shape (steps,)
        The loss before each step.
    steps : ndarray of int, shape (m,)
        Where λ₁ was measured.
    sharpness : ndarray of shape (m,)
        λ₁ there.
    diverged : bool
    """

    eta: float
    momentum: float
    losses: np.ndarray
    steps: np.ndarray
    sharpness: np.ndarray
    diverged: bool = False

    @property
    def ratio(self):
        """λ₁ in units of the largest that is stable: ηλ₁/2 without momentum, ηλ₁/(2 + 2β) with."""
        return self.eta * self.sharpness / dynamics.stability_limit(self.momentum)

    @property
    def rising(self):
        """The share of the steps that raised the loss."""
        return float(np.mean(np.diff(self.losses) > 0))


def train_at_the_edge(
    eta, seed=0, loss="squared error", momentum=0.0, steps=STEPS, every=25, scale=SCALE
):
    """Train the lesson's network with full batches and measure λ₁ on the way.

    A 64-32-32-10 network with tanh on 200 centred digits; its initial weights are multiplied by
    `scale`. The seed picks the digits and the initial weights; the rest is deterministic.

    Parameters
    ----------
    eta : float
        The step size.
    seed : int
    loss : {"squared error", "cross-entropy"}
        A mean over examples; the squared error with its ½.
    momentum : float
        Heavy ball.
    steps : int
    every : int
        Steps between two measurements of λ₁.
    scale : float

    Returns
    -------
    EdgeRun
        What there is of it, with `diverged` True, where the run diverged.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Cohen et al. (2021), "Gradient descent on neural networks typically occurs at the edge of
    stability"; the setting is the course's own.

    Examples
    --------
    >>> import course_lib; course_lib.setup()
    >>> run = train_at_the_edge(eta=0.05, steps=50)
    >>> run.steps, bool(run.ratio.max() < 0.1)
    (array([ 0, 25, 50]), True)
    """
    arguments.choice("loss", loss, tuple(LOSSES))
    data = datasets.digits(num_train=NUM_TRAIN, seed=seed)
    network = networks.mlp(WIDTHS, "tanh")
    f = LOSSES[loss](network)
    examples = data.X_train, data.y_train
    sharpness = Sharpness(f, *examples)
    diverged = False
    try:
        start, options = network.init(seed=seed, scale=scale), {"record": sharpness, "every": every}
        run = gradient_descent(f, start, *examples, eta, steps, momentum=momentum, **options)
    except DivergenceError as error:
        run, diverged = error.partial, True
    assert run.recorded is not None  # there was a recorder
    return EdgeRun(eta, momentum, run.losses, run.recorded.steps, run.recorded.values, diverged)


@dataclass(frozen=True, eq=False)
class RecordedRuns:
    """Runs of one kind at one step size, a row a seed.

    Attributes
    ----------
    eta, momentum : float
    loss_steps : ndarray of int, shape (k,)
    losses : ndarray of shape (seeds, k)
    steps : ndarray of int, shape (m,)
    sharpness : ndarray of shape (seeds, m)
        λ₁.
    rising : ndarray of shape (seeds,)
        The share of the steps that raised the loss.
    """

    eta: float
    momentum: float
    loss_steps: np.ndarray
    losses: np.ndarray
    steps: np.ndarray
    sharpness: np.ndarray
    rising: np.ndarray

    @property
    def ratio(self):
        """ηλ₁/(2 + 2β): 1 at the limit of what is stable."""
        return self.eta * self.sharpness / dynamics.stability_limit(self.momentum)


def recorded_etas():
    """Return the recorded step sizes, ascending."""
    return records.load(RECORD)["etas"]


@remember()
def recorded_runs(kind, eta):
    """Return the runs of a kind of `KINDS` at the recorded step size nearest to `eta`."""
    record, (name, momentum) = records.load(RECORD), KINDS[kind]
    i = int(np.abs(record["etas"] - eta).argmin())
    losses = 10 ** record[f"{name}_log10_losses"][i].astype(float)
    sharpness = record[f"{name}_sharpness"][i].astype(float)
    return RecordedRuns(
        eta=float(record["etas"][i]),
        momentum=momentum,
        loss_steps=int(record["thin"]) * np.arange(losses.shape[1]),
        losses=losses,
        steps=int(record["every"]) * np.arange(sharpness.shape[1]),
        sharpness=sharpness,
        rising=record[f"{name}_rising"][i].astype(float),
    )


def recorded_catapults():
    """Return the runs that start from full initial weights, beyond 2/η, a `RecordedRuns` a step size."""
    record = records.load(RECORD)
    losses = 10 ** record["catapult_log10_losses"].astype(float)
    sharpness = record["catapult_sharpness"].astype(float)
    steps = int(record["catapult_every"]) * np.arange(sharpness.shape[2])
    rising, loss_steps = (np.diff(losses) > 0).mean(axis=2), np.arange(losses.shape[2])
    return [
        RecordedRuns(float(eta), 0.0, loss_steps, losses[i], steps, sharpness[i], rising[i])
        for i, eta in enumerate(record["catapult_etas"])
    ]
