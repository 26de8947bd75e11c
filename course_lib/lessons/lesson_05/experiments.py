"""What lesson 05 runs: two weights in a row, and a network, with λ₁ measured on the way.

tools/record_05.py wrote the recorded runs: the edge, runs whose step size changes on the way, and
the cases in which the edge is not reached.
"""

from dataclasses import dataclass
from functools import partial

import jax
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
RECORD, BALANCE = "05_edge_of_stability", "05_balance"
STEERED, LIMITS = "05_steered", "05_limits"
STEERED_STEPS, STEERED_ETA = 600, 0.4  # all steered runs begin with this step size
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
    eta,
    seed=0,
    loss="squared error",
    momentum=0.0,
    steps=STEPS,
    every=25,
    scale=SCALE,
    batch_size=None,
    wrong_labels=0.0,
):
    """Train the lesson's network and measure λ₁ of the loss on all 200 digits on the way.

    A 64-32-32-10 network with tanh on 200 centred digits; its initial weights are multiplied by
    `scale`. The seed picks the digits, the initial weights and what else is random.

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
    batch_size : int, optional
        Digits per step; all by default.
    wrong_labels : float
        The share of the digits that get a label drawn from the nine wrong ones.

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
    f, start, X, y = task(seed, loss, scale)
    examples = X, _mislabelled(y, wrong_labels, seed)
    options = {"momentum": momentum, "batch_size": batch_size, "seed": seed}
    run, diverged = _measured(f, start, examples, eta, steps, every, **options)
    return EdgeRun(eta, momentum, run.losses, run.recorded.steps, run.recorded.values, diverged)


def task(seed=0, loss="squared error", scale=SCALE):
    """Return the loss f(w, X, y) of the lesson's network, its initial weights, images and labels."""
    data, network = datasets.digits(num_train=NUM_TRAIN, seed=seed), networks.mlp(WIDTHS, "tanh")
    return LOSSES[loss](network), network.init(seed=seed, scale=scale), data.X_train, data.y_train


def _mislabelled(y, share, seed):
    """Return labels of which a share is wrong."""
    rng = np.random.default_rng(seed)
    wrong = rng.permutation(len(y))[: round(share * len(y))]
    y = np.array(y)
    y[wrong] = (y[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return y


def _measured(f, w, examples, eta, steps, every, **options):
    """Return the run with λ₁ recorded, as far as it got, and whether it diverged."""
    X, y = examples
    options |= {"record": Sharpness(f, X, y), "every": every}
    try:
        return gradient_descent(f, w, X, y, eta, steps, **options), False
    except DivergenceError as error:
        return error.partial, True


def steered_run(at, eta, seed=0, steps=STEERED_STEPS, every=10):
    """Train with η = 0.4 for `at` steps and with another step size `eta` from there on.

    Returns
    -------
    EdgeRun
        The part with the new step size; its first loss and its first λ₁ are those at the change.
    """
    f, w, X, y = task(seed)
    w = gradient_descent(f, w, X, y, STEERED_ETA, at).w
    run, diverged = _measured(f, w, (X, y), eta, steps - at, every)
    recorded = run.recorded
    return EdgeRun(eta, 0.0, run.losses, at + recorded.steps, recorded.values, diverged)


@dataclass(frozen=True, eq=False)
class Balance:
    """What moves λ₁ in every two steps at the edge, a row a pair of steps.

    Attributes
    ----------
    change : ndarray of shape (m,)
        The measured change of λ₁ over two steps.
    pushed, stabilized : ndarray of shape (m,)
        Two predictions of a part of it: by the descent along all directions but v₁, and by the
        oscillation along v₁, −ηx²‖∇λ₁‖², where ∇λ₁ is taken without its part along v₁.
    """

    change: np.ndarray
    pushed: np.ndarray
    stabilized: np.ndarray


@remember()
def balance(seed=0, eta=0.4, start=150, steps=160):
    """Measure at the edge what pushes λ₁ up and what brings it down, as a `Balance`.

    The oscillation x is the coordinate along v₁, seen from where the gradient along v₁ vanishes:
    v₁ᵀ∇f/λ₁.

    References
    ----------
    Damian, Nichani & Lee (2023), "Self-stabilization: the implicit bias of gradient descent at the
    edge of stability".
    """
    f, w, X, y = task(seed)
    w, rows = gradient_descent(f, w, X, y, eta, start).w, []
    sharpness = Sharpness(f, X, y)
    for _ in range(steps + 2):
        lam = sharpness(w)
        v = sharpness.eigenvector
        g, uphill = map(np.asarray, _slopes(f, w, v, X, y))
        x, along = v @ g / lam, uphill - (v @ uphill) * v
        rows.append((lam, -eta * along @ g, -eta * x**2 / 2 * (along @ along)))
        w = w - eta * g
    lam, pushed, stabilized = np.array(rows).T
    return Balance(
        lam[2:] - lam[:-2], pushed[:-2] + pushed[1:-1], stabilized[:-2] + stabilized[1:-1]
    )


def recorded_balances():
    """Return a recorded `Balance` for each of ten seeds."""
    record = records.load(BALANCE)
    rows = zip(record["change"], record["pushed"], record["stabilized"], strict=True)
    return [Balance(*(row.astype(float) for row in three)) for three in rows]


@partial(jax.jit, static_argnames="f")
def _slopes(f, w, v, X, y):
    """Return ∇f, and the gradient of vᵀHv with v held fixed: that of λ₁ where v is v₁."""

    def curvature(w):
        return v @ jax.jvp(lambda u: jax.grad(f)(u, X, y), (w,), (v,))[1]

    return jax.grad(f)(w, X, y), jax.grad(curvature)(w)


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


@dataclass(frozen=True, eq=False)
class SteeredRun:
    """A recorded run whose step size changes on the way, beside the run in which it stays.

    Attributes
    ----------
    at : int
        The step of the change.
    eta : float
        The new step size.
    loss_steps, steps : ndarray of int
        Where the losses and λ₁ were stored.
    losses, kept_losses : ndarray
        Of this run from the change on (NaN before it), and of the run that kept its step size.
    sharpness, kept_sharpness : ndarray
        λ₁, likewise.
    jump : float
        The highest loss after the change, over the loss at the change; infinite where it diverged.
    """

    at: int
    eta: float
    loss_steps: np.ndarray
    losses: np.ndarray
    kept_losses: np.ndarray
    steps: np.ndarray
    sharpness: np.ndarray
    kept_sharpness: np.ndarray
    jump: float

    @property
    def after(self):
        """λ₁ from the change on, as far as it was measured."""
        seen = self.sharpness[self.steps >= self.at]
        return seen[np.isfinite(seen)]

    @property
    def diverged(self):
        """Whether the run was lost."""
        return not np.isfinite(self.jump)


def steered_choices():
    """Return the recorded seeds, steps of the change and new step sizes, ascending."""
    record = records.load(STEERED)
    return record["seeds"], record["ats"], record["etas"]


@remember()
def recorded_steering(seed, at, eta):
    """Return the recorded `SteeredRun` nearest to these three."""
    record = records.load(STEERED)
    sought = zip(steered_choices(), (seed, at, eta), strict=True)
    i, j, k = (int(np.abs(values - value).argmin()) for values, value in sought)
    losses, kept_losses = (
        10 ** record[name][index].astype(float)
        for name, index in (("log10_losses", (i, j, k)), ("kept_log10_losses", i))
    )
    sharpness, kept_sharpness = record["sharpness"][i, j, k], record["kept_sharpness"][i]
    return SteeredRun(
        at=int(record["ats"][j]),
        eta=float(record["etas"][k]),
        loss_steps=int(record["thin"]) * np.arange(losses.size),
        losses=losses,
        kept_losses=kept_losses,
        steps=int(record["every"]) * np.arange(sharpness.size),
        sharpness=sharpness.astype(float),
        kept_sharpness=kept_sharpness.astype(float),
        jump=float(record["jumps"][i, j, k]),
    )


def recorded_limits(name):
    """Return (settings, steps, ratio) of the runs in which the edge may not be reached.

    Parameters
    ----------
    name : {"batch", "step", "labels"}
        Squared error with batches of several sizes; cross-entropy with large steps; cross-entropy
        with a share of wrong labels.

    Returns
    -------
    settings : ndarray of shape (m,)
        Batch sizes, step sizes, or shares.
    steps : ndarray of int, shape (k,)
    ratio : ndarray of shape (m, seeds, k)
        ηλ₁/2.
    """
    record = records.load(LIMITS)
    ratio = record[f"{name}_ratio"].astype(float)
    return (
        record[f"{name}_settings"],
        int(record[f"{name}_every"]) * np.arange(ratio.shape[2]),
        ratio,
    )
