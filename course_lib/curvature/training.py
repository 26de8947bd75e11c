"""Gradient descent on a loss f(w, X, y), and what is measured along the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from course_lib.curvature.mean_loss import Loss
from course_lib.curvature.retracing import Retraced
from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.interruption import Interrupted
from course_lib.support.progress_bar import ProgressBar
from course_lib.support.seeds import Seed

# A compiled call makes up to this many steps, fewer where they are slow: Stop is heard and the
# progress bar moves between two calls, some ten a second.
CHUNK = 1024
CALL_SECONDS = 0.1

RUNNING, REACHED, DIVERGED = range(3)


class Recorded(NamedTuple):
    """What a recorder returned.

    Attributes
    ----------
    steps : ndarray of int, shape (m,)
        The number of steps made before each call.
    values : ndarray of shape (m, …)
        What each call returned.
    """

    steps: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Run(Printable):
    """A run of gradient descent.

    Attributes
    ----------
    w : ndarray of shape (P,)
        The parameters at the end.
    losses : ndarray of shape (steps,)
        The loss before each step, on the examples of that step.
    recorded : Recorded or None
        What `record` returned, if there was one.
    final_loss : float or None
        The loss at `w` on all examples, if a `target_loss` was given. If it is larger than that,
        the target was not reached.
    state : tuple of ndarray
        What the rule keeps between steps: (velocity,), or (mean, square, count) for `adam`.
    """

    w: np.ndarray
    losses: np.ndarray
    recorded: Recorded | None = None
    final_loss: float | None = None
    state: tuple[np.ndarray, ...] = ()

    def __repr__(self) -> str:
        if not self.losses.size:
            return "Run: no step"
        last = self.losses[-1] if self.final_loss is None else self.final_loss
        return f"Run: {self.losses.size} steps, loss {self.losses[0]:.4g} → {last:.4g}"


class DivergenceError(ValueError):
    """The step size was too large; `partial` is the `Run` up to the last finite point."""

    def __init__(self, message: str, partial: Run) -> None:
        super().__init__(message)
        self.partial = partial


def gradient_descent(
    f: Loss,
    w: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    eta: float,
    steps: int,
    batch_size: int | None = None,
    momentum: float = 0.0,
    seed: Seed = 0,
    *,
    sam_radius: float = 0.0,
    sam_size: int | None = None,
    record: Callable[..., Any] | None = None,
    every: int = 25,
    target_loss: float | None = None,
) -> Run:
    """Run descent with a fixed step size: v ← momentum·v − η∇f(w), w ← w + v.

    Returns a `Run`. A progress bar appears after a second.

    Parameters
    ----------
    f : callable
        A JAX-traceable loss f(w, X, y), a mean over examples. If the same function is passed again,
        nothing is recompiled.
    w : array_like of shape (P,)
        The start.
    X, y : array_like with n rows
        The examples.
    eta : float
        The step size.
    steps : int
        The largest number of steps.
    batch_size : int, optional
        The number of examples per step, see `minibatches`; all n by default.
    momentum : float
        From 0 (plain gradient descent) to below 1 (heavy ball, Polyak 1964).
    seed : int or numpy.random.Generator
        It orders the examples. Without `batch_size` nothing is random.
    sam_radius : float
        The ρ of sharpness-aware minimization (Foret et al. 2021). If ρ > 0, a step uses the gradient
        at w + ρ∇f/‖∇f‖, on the same examples, at the cost of a second gradient.
    sam_size : int, optional
        How many examples share one such ascent, the m of m-sharpness (Foret et al. 2021). The
        examples of a step are cut into groups of this size. Each group takes the gradient at its
        own w + ρ∇f/‖∇f‖, and the step uses the mean. By default all examples of the step are one
        group.
    record : callable, optional
        record(w) → a number or an array, always of the same shape, such as λ₁ of the Hessian. It is
        called before the first step and after every `every` steps.
    every : int
        The number of steps between two calls of `record`, and between two checks of the loss on all
        examples.
    target_loss : float, optional
        Stop at the first point found where the loss on all examples is at most this. Full-batch
        descent checks before each step and after the last one. With mini-batches a check costs a
        forward pass, so it is made at the start, after every `every` steps and after the last one.

    Raises
    ------
    DivergenceError
        If the loss or the parameters stop being finite. It is a ValueError that says after which
        step, and its `partial` holds what was computed.
    ValueError
        If an argument is out of range, or JAX computes in float32.
    Interrupted
        When stopped by hand. Its `partial` is the `Run` so far.

    Examples
    --------
    >>> jax.config.update("jax_enable_x64", True)
    >>> quadratic = lambda w, X, y: 0.5 * jnp.mean((X @ w - y) ** 2)
    >>> gradient_descent(quadratic, [0.0], np.ones((4, 1)), np.ones(4), eta=0.5, steps=3)
    Run: 3 steps, loss 0.5 → 0.03125
    """
    rule = Rule(
        _heavy_ball, lambda w: (np.zeros(w.size),), (arguments.fraction("momentum", momentum),)
    )
    keep = None if record is None else lambda w, state: record(w)
    return walk(
        f,
        w,
        X,
        y,
        eta,
        steps,
        rule,
        batch_size=batch_size,
        seed=seed,
        sam_radius=sam_radius,
        sam_size=sam_size,
        record=keep,
        every=every,
        target_loss=target_loss,
    )


class Rule(NamedTuple):
    """How a gradient becomes a step.

    Attributes
    ----------
    update : callable
        update(state, gradient, eta, *settings) → (move, new state), traceable by JAX.
    start : callable
        start(w) → the first state, a tuple of arrays.
    settings : tuple of float
    """

    update: Callable[..., Any]
    start: Callable[[np.ndarray], tuple[Any, ...]]
    settings: tuple[float, ...]


def _heavy_ball(state: tuple, gradient: Any, eta: Any, momentum: Any) -> tuple[Any, tuple]:
    velocity = momentum * state[0] - eta * gradient
    return velocity, (velocity,)


def walk(
    f: Loss,
    w: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    eta: float,
    steps: int,
    rule: Rule,
    *,
    batch_size: int | None = None,
    seed: Seed = 0,
    sam_radius: float = 0.0,
    sam_size: int | None = None,
    record: Callable[..., Any] | None = None,
    every: int = 25,
    target_loss: float | None = None,
) -> Run:
    """Run descent by a `Rule`; arguments and errors are those of `gradient_descent`.

    Only `record` differs: it is called as record(w, state), where the state is what the rule keeps
    between steps.
    """
    w = jnp.asarray(arguments.vector("w", w))
    if w.dtype != jnp.float64:
        raise ValueError("JAX computes in float32: call course_lib.setup() first")
    X, y = jnp.asarray(X), jnp.asarray(y)
    if len(X) != len(y) or len(y) == 0:
        raise ValueError(
            f"X and y must have equally many rows, at least one, not {len(X)}, {len(y)}"
        )
    eta, steps = arguments.positive("eta", eta), arguments.count("steps", steps)
    every = arguments.count("every", every)
    sam_radius = arguments.non_negative("sam_radius", sam_radius)
    sam_size = _group_size(sam_size, sam_radius, len(y) if batch_size is None else batch_size)
    target = -np.inf if target_loss is None else arguments.number("target_loss", target_loss)
    batches = None if batch_size is None else minibatches(len(y), batch_size, steps, seed)

    f = Retraced(f, w, X, y)
    # Full-batch steps know the loss on all examples: there the compiled loop watches the target.
    watched = target if batches is None else -np.inf
    settings = eta, rule.settings, sam_radius, watched
    unwatched = target_loss is not None and batches is not None
    pauses = record is not None or unwatched
    w, losses, done = np.array(w), np.empty(steps), 0
    state = tuple(map(np.asarray, rule.start(w)))
    records: list[tuple[int, np.ndarray]] = []
    final_loss, length = None, 1
    bar = ProgressBar(steps, "step")

    def run() -> Run:
        at, values = [step for step, _ in records], [value for _, value in records]
        recorded = None if record is None else Recorded(np.array(at, int), np.array(values))
        return Run(np.asarray(w), losses[:done].copy(), recorded, final_loss, state)

    try:
        while True:
            if record is not None and done % every == 0:
                records.append((done, _numbers(record(w.copy(), state), records)))
            if (unwatched and done % every == 0) or (target_loss is not None and done == steps):
                full_loss = float(jax.jit(f)(w, X, y))
                if full_loss <= target or done == steps:
                    final_loss = full_loss
            if final_loss is not None or done == steps:
                return run()

            until = min(done + length, steps, done + every - done % every if pauses else steps)
            rows = None if batches is None else _padded(batches[done:until])
            start = time.perf_counter()
            walked = _descend(
                f, rule.update, sam_size, w, state, X, y, rows, until - done, *settings
            )
            made, new_w, new_state, new_losses, outcome = jax.tree.map(np.array, walked)
            taken = time.perf_counter() - start
            length = int(np.clip((until - done) * CALL_SECONDS / taken, 1, CHUNK))
            bar.advance(int(made))
            losses[done : done + made] = new_losses[:made]
            w, state, done = new_w, new_state, done + int(made)

            if outcome == DIVERGED:
                if done == 0 and not np.isfinite(new_losses[0]):
                    raise ValueError(
                        f"f must be finite at the start, but f(w, X, y) = {new_losses[0]:.6g}"
                    )
                raise DivergenceError(
                    f"eta = {eta:.6g} diverges: loss or parameters are not finite after "
                    f"{done} of {steps} steps (kept in .partial); use a smaller eta",
                    run(),
                )
            if outcome == REACHED:
                final_loss = float(new_losses[made])
                return run()
    except KeyboardInterrupt:
        raise Interrupted(f"after {done} of {steps} steps", run()) from None
    finally:
        bar.close()


def minibatches(n: int, batch_size: int, steps: int, seed: Seed = 0) -> np.ndarray:
    """Return the rows of each step: random permutations of all n rows, end to end, cut into batches.

    The result is an integer array of shape (steps, batch_size). Every example occurs once per
    epoch, even if `batch_size` does not divide `n`.

    Raises
    ------
    ValueError
        If `batch_size` is not between 1 and `n`, or `n` or `steps` is not a whole number above 0.

    Examples
    --------
    >>> sorted(minibatches(n=6, batch_size=2, steps=3).ravel().tolist())
    [0, 1, 2, 3, 4, 5]
    """
    n, steps = arguments.count("n", n), arguments.count("steps", steps)
    batch_size = arguments.count("batch_size", batch_size)
    if batch_size > n:
        raise ValueError(f"batch_size must be at most the {n} examples, not {batch_size}")
    rng = np.random.default_rng(seed)
    epochs = ceil(steps * batch_size / n)
    rows = np.concatenate([rng.permutation(n) for _ in range(epochs)])
    return rows[: steps * batch_size].reshape(steps, batch_size)


def _numbers(value: Any, records: list) -> np.ndarray:
    value = np.array(value)
    if value.dtype.kind not in "fiub" or (records and value.shape != records[0][1].shape):
        raise ValueError(f"record must return numbers, always of the same shape, not {value!r:.80}")
    return value


def _group_size(sam_size: int | None, sam_radius: float, examples: int) -> int:
    """Return how many examples share one ascent; 0 if there is none."""
    if sam_size is None:
        return examples if sam_radius > 0 else 0
    sam_size = arguments.count("sam_size", sam_size)
    if sam_radius == 0:
        raise ValueError("sam_size needs a sam_radius above 0")
    if examples % sam_size:
        raise ValueError(f"sam_size must divide the {examples} examples of a step, not {sam_size}")
    return sam_size


def _padded(rows: np.ndarray) -> np.ndarray:
    return np.pad(rows.astype(np.int32), [(0, CHUNK - len(rows)), (0, 0)])


# The number of steps is not part of the compiled code: any cut into calls runs the same code on
# the same numbers, and a longer run compiles nothing anew.
@partial(jax.jit, static_argnames=("f", "update", "sam_size"))
def _descend(f: Loss, update: Callable[..., Any], sam_size: int, *arrays: Any) -> Any:
    w, kept, X, y, batches, steps, eta, settings, sam_radius, target = arrays

    def uphill_gradient(w: jax.Array, *group: jax.Array) -> jax.Array:
        gradient = jax.grad(f)(w, *group)
        norm = jnp.linalg.norm(gradient)
        return jax.grad(f)(w + sam_radius * gradient / jnp.where(norm > 0, norm, 1.0), *group)

    def step(state: tuple) -> tuple:
        i, w, kept, losses, _ = state
        examples = (X, y) if batches is None else (X[batches[i]], y[batches[i]])
        loss, gradient = jax.value_and_grad(f)(w, *examples)
        if sam_size:
            groups = [part.reshape(-1, sam_size, *part.shape[1:]) for part in examples]
            gradient = jax.vmap(uphill_gradient, in_axes=(None, 0, 0))(w, *groups).mean(0)
        move, new_kept = update(kept, gradient, eta, *settings)
        new_w = w + move
        finite = jnp.isfinite(loss) & jnp.isfinite(new_w).all()
        outcome = jnp.where(finite, jnp.where(loss <= target, REACHED, RUNNING), DIVERGED)
        # Where the walk ends w stands still: it is the point found, or the last finite one.
        go = outcome == RUNNING
        w, kept = jax.tree.map(partial(jnp.where, go), (new_w, new_kept), (w, kept))
        return i + go, w, kept, losses.at[i].set(loss), outcome

    def going(state: tuple) -> Any:
        i, *_, outcome = state
        return (i < steps) & (outcome == RUNNING)

    return jax.lax.while_loop(going, step, (0, w, kept, jnp.zeros(CHUNK), RUNNING))
