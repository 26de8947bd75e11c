"""Training with full batches while λ₁ of the Hessian is watched, beside the limit 2/η."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from course_lib.curvature import networks
from course_lib.curvature.lanczos import lanczos
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.training import DivergenceError, gradient_descent
from course_lib.exact.dynamics import stability_limit
from course_lib.support import arguments, datasets

WIDTHS = (64, 32, 32, 10)
NUM_TRAIN = 200
SCALE = 0.5  # of the initial weights: unhalved, training starts above 2/η and not below it
STEPS = 1500
LOSSES = {
    "squared error": networks.squared_error,
    "cross-entropy": networks.cross_entropy,
}


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
        Where λ₁ was looked at.
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
        return self.eta * self.sharpness / stability_limit(self.momentum)

    @property
    def rising(self):
        """The share of the steps that raised the loss."""
        return float(np.mean(np.diff(self.losses) > 0))


def watched_run(
    eta, seed=0, loss="squared error", momentum=0.0, steps=STEPS, every=25, scale=SCALE
):
    """Train the lesson's network with full batches and watch λ₁.

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
        Steps between two looks at λ₁.
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
    >>> run = watched_run(eta=0.05, steps=50)
    >>> run.steps, bool(run.ratio.max() < 0.1)
    (array([ 0, 25, 50]), True)
    """
    arguments.choice("loss", loss, tuple(LOSSES))
    data = datasets.digits(num_train=NUM_TRAIN, seed=seed)
    network = networks.mlp(WIDTHS, "tanh")
    f = LOSSES[loss](network)
    sharpness = Sharpness(f, data.X_train, data.y_train)
    diverged = False
    try:
        run = gradient_descent(
            f, network.init(seed=seed, scale=scale), data.X_train, data.y_train,
            eta, steps, momentum=momentum, record=sharpness, every=every,
        )  # fmt: skip
    except DivergenceError as error:
        run, diverged = error.partial, True
    return EdgeRun(eta, momentum, run.losses, run.recorded.steps, run.recorded.values, diverged)
