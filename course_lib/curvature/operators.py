"""Curvature of a loss as an operator: products with vectors, never the matrix.

A Hessian-vector product costs one or two gradients (Pearlmutter 1994), so a network whose Hessian
has 10¹⁰ entries can still be asked for its eigenvalues. Both matrices here are the derivative of a
gradient, linearized once: the Hessian that of ∇f, the Gauss-Newton matrix that of ∇f with the
Jacobian of the outputs held fixed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from course_lib.curvature.chunking import Chunks, Field, chunks_of, mean_over_chunks, placed
from course_lib.curvature.mean_loss import Loss
from course_lib.curvature.symmetric_operator import SymmetricOperator
from course_lib.support import arguments

# A product reuses what the forward and backward pass computed. Storing only what is costly to
# compute, and none of the operations below, takes 2 instead of 5 doubles for every example and
# tanh unit and makes no product slower (measured).
CHEAP = {
    *("add", "add_any", "sub", "mul", "div", "neg", "abs", "sign", "square", "integer_pow"),
    *("max", "min", "select_n", "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not"),
    *("broadcast_in_dim", "reshape", "squeeze", "slice", "pad", "transpose", "copy", "iota"),
    "convert_element_type",
}
# Several products at once gain up to 1.7 times where their stored values fit the cache; from there
# on each column only takes memory.
CACHED_DOUBLES = 1_500_000
MAX_BLOCK = 16

_UNTRACEABLE = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)


def hessian_operator(
    f: Loss, w: ArrayLike, *data: Any, chunk_size: int | None = None, allow_float32: bool = False
) -> "HessianOperator":
    """Return the Hessian of f(·, *data) at `w` as a SciPy LinearOperator.

    The gradient is linearized once; each product then repeats no forward pass and costs about as
    much as a gradient (0.9 to 1.9 of one, measured: wide layers cost most, where matrix products
    alone make it 1.9). Pass data as arguments rather than let `f` close over them: closed-over data
    become constants of the compiled code, slow to compile and copied to every device. Data placed
    on several devices by rows, with `jax.device_put` and a `NamedSharding`, stay there: each device
    multiplies by its own rows.

    Parameters
    ----------
    f : callable
        A JAX-traceable function f(w, *data) → scalar; twice differentiable at `w`. The same
        function with data of the same shapes is compiled once.
    w : array_like of shape (P,)
        The point.
    *data : array_like
        What `f` takes besides `w`.
    chunk_size : int, optional
        Compute the mean over the rows of `data` in equal chunks of at most so many rows, plus the
        rows left over, each weighted by its rows. By default large data are chunked such that
        memory stays below 1 GB, if `f` is a mean over rows.
    allow_float32 : bool
        Accept single precision, where rounding hides eigenvalues below about 1e-7 λ₁.

    Returns
    -------
    HessianOperator
        In the units of f per squared unit of w: a mean over examples stays a mean.

    Raises
    ------
    ValueError
        If `w` is not a finite vector of floats, `f` does not return one number, returns another
        one when called again, or is not finite at `w` with a finite gradient; if `chunk_size` is
        given and `f` is not a mean over the rows of its data; if anything is in float32 and
        `allow_float32` does not say so.

    Notes
    -----
    What the forward and backward pass computed is stored and reused, 8 bytes × 2 for every example
    and hidden unit. Where that exceeds 0.5 GB nothing is stored and every product repeats both
    passes, chunk by chunk: with 85,002 parameters and 10⁵ examples a product then costs 1.9
    gradients instead of 1.7, and the process takes 0.5 GB instead of 1.4 (2.4 without chunks).

    References
    ----------
    Pearlmutter 1994, "Fast exact multiplication by the Hessian".

    Examples
    --------
    >>> jax.config.update("jax_enable_x64", True)
    >>> H = hessian_operator(lambda w: 2 * w[0]**2 + 8 * w[1]**2 + 4 * w[0] * w[1], [1.0, 1.0])
    >>> H @ np.array([1.0, 0.0])
    array([4., 4.])
    >>> H
    HessianOperator: 2 × 2 at loss 14, 1 product so far
    """
    return HessianOperator(_Gradient(f), w, data, chunk_size, allow_float32)


def gauss_newton_operator(
    outputs: Callable[..., Any],
    loss: Callable[..., Any],
    w: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    chunk_size: int | None = None,
    allow_float32: bool = False,
) -> "GaussNewtonOperator":
    """Return the generalized Gauss-Newton matrix JᵀH_loss J at `w`, a `GaussNewtonOperator`.

    J is the Jacobian of the outputs and H_loss the Hessian of the loss as a function of the
    outputs: the Hessian of the loss if the outputs were linear in w. Positive semidefinite for a
    convex loss; the Hessian itself where the outputs are linear. For cross-entropy it is the
    Fisher information matrix (Martens 2020).

    Parameters
    ----------
    outputs : callable
        outputs(w, X) → array with a row for each row of X; JAX-traceable, for example
        ``network.apply``.
    loss : callable
        loss(outputs, y) → scalar, a convex function of the outputs and a mean over examples, for
        example ``networks.output_cross_entropy``.
    w : array_like of shape (P,)
        The point.
    X, y : array_like with n rows
        The examples.
    chunk_size, allow_float32
        As in `hessian_operator`.

    Raises
    ------
    ValueError
        As `hessian_operator`, for `loss` in place of `f`.

    References
    ----------
    Schraudolph 2002, "Fast curvature matrix-vector products for second-order gradient descent".

    Examples
    --------
    One weight, outputs wx, and half the mean squared error: the matrix is the mean of x².

    >>> jax.config.update("jax_enable_x64", True)
    >>> half_mean_square = lambda z, y: 0.5 * jnp.mean((z - y) ** 2)
    >>> X, y = np.array([1.0, 3.0]), np.array([0.0, 1.0])
    >>> gauss_newton_operator(lambda w, X: w * X, half_mean_square, [1.0], X, y).to_dense()
    array([[5.]])
    """
    field = _FrozenJacobian(outputs, loss)
    return GaussNewtonOperator(field, w, (X, y), chunk_size, allow_float32)


class HessianOperator(SymmetricOperator):
    """The Hessian of a loss; make one with `hessian_operator`.

    Attributes
    ----------
    loss : float
        f at the point.
    gradient : ndarray of shape (P,)
        ∇f at the point.
    num_matvecs : int
        Products so far; a product with k columns counts k.
    """

    def __init__(
        self, field: Field, w: ArrayLike, data: tuple, chunk_size: int | None, allow_float32: bool
    ) -> None:
        name, w, data = field.name, _point(w, allow_float32), jax.tree.map(placed, data)
        try:
            whole = _linearize.eval_shape(field, None, w, *data)  # shapes only: nothing is computed
        except _UNTRACEABLE as error:
            raise ValueError(
                f"{name} must be written with jax.numpy throughout: it hands w or its data to NumPy, "
                "to float(), or to an if, which JAX cannot differentiate"
            ) from error
        if whole[2][0].dtype != w.dtype:
            raise ValueError(
                f"{name} must compute in {w.dtype} as w, but returns {whole[2][0].dtype}"
            )
        stored = sum(leaf.size for leaf in jax.tree.leaves(whole[1]))
        chunks = chunks_of(field, w, data, chunk_size, stored)

        gradient, self._product, losses = _linearize(field, chunks, w, *data)
        self.gradient = np.array(gradient)
        self.loss, again = map(float, losses)
        if not (np.isfinite(self.loss) and np.isfinite(self.gradient).all()):
            raise ValueError(
                f"{name} must be finite at w with a finite gradient, but it is {self.loss:.6g} "
                f"with a gradient of norm {np.linalg.norm(self.gradient):.6g}"
            )
        if abs(self.loss - again) > sqrt(jnp.finfo(w.dtype).eps) * abs(self.loss):
            raise ValueError(
                f"{name} must give the same value whenever it is called, but gave {self.loss:.6g} "
                f"and then {again:.6g}: fix its random numbers (dropout, minibatches) beforehand"
            )
        super().__init__(w.dtype, w.size)
        self._block_size = int(np.clip(CACHED_DOUBLES // max(stored, 1), 1, MAX_BLOCK))

    def _details(self) -> str:
        return f" at loss {self.loss:.6g}"

    def _multiply(self, V: np.ndarray) -> np.ndarray:
        width = self._block_size
        whole = V.shape[1] - V.shape[1] % width if width > 1 else 0
        # Blocks of one width and single columns: two compiled functions, however many columns.
        out = np.empty_like(V)
        for i in range(0, whole, width):
            out[:, i : i + width] = _product_block(self._product, V[:, i : i + width])
        for i in range(whole, V.shape[1]):
            out[:, i] = _product(self._product, V[:, i])
        return out


class GaussNewtonOperator(HessianOperator):
    """The Hessian of a loss with its outputs linearized; make one with `gauss_newton_operator`."""


# What is linearized: a field maps (w, *data) to a gradient and the loss, evaluated twice. XLA
# finds that both are the same and computes one, unless something in Python made them differ.


@dataclass(frozen=True)
class _Gradient:
    f: Callable
    name = "f"

    def __call__(self, u: Any, *data: Any) -> Any:
        f = _scalar(self.f, self.name)
        loss, gradient = jax.value_and_grad(f)(u, *data)
        return gradient, (loss, f(u, *data))


@dataclass(frozen=True)
class _FrozenJacobian:
    outputs: Callable
    loss: Callable
    name = "loss"

    def __call__(self, u: Any, X: Any, y: Any) -> Any:
        loss = _scalar(self.loss, self.name)
        z, pull_back = jax.vjp(lambda p: self.outputs(p, X), jax.lax.stop_gradient(u))
        value, slope = jax.value_and_grad(loss)(self.outputs(u, X), y)
        return pull_back(slope)[0], (value, loss(z, y))


def _scalar(f: Callable[..., Any], name: str) -> Callable[..., Any]:
    def checked(*arguments: Any) -> Any:
        value = f(*arguments)
        shapes = [jnp.shape(part) for part in jax.tree.leaves(value)]
        if shapes != [()]:
            one = len(shapes) == 1
            found = f"an array of shape {shapes[0]}" if one else f"{len(shapes)} values"
            raise ValueError(f"{name} must return one number, not {found}: take the mean")
        kind = jnp.result_type(value)
        if not jnp.issubdtype(kind, jnp.floating):
            raise ValueError(f"{name} must return a real number to differentiate, not {kind}")
        return value

    return checked


def _point(w: ArrayLike, allow_float32: bool) -> np.ndarray:
    arguments.vector("w", w)
    given = np.asarray(w).dtype
    if given not in (np.float64, np.float32):
        raise ValueError(
            f"w must hold float64 numbers, not {given}: write 1.0 for 1, or convert it"
        )
    dtype = given if given == np.float32 else jnp.result_type(float)  # JAX's float64 may be off
    if dtype == jnp.float32 and not allow_float32:
        problem = "JAX computes in float32: call course_lib.setup() first"
        if given == np.float32:
            problem = "w must be float64, not float32: convert it"
        raise ValueError(f"{problem}, or pass allow_float32=True if single precision is meant")
    return np.asarray(w, dtype)


@partial(jax.jit, static_argnums=(0, 1))
def _linearize(field: Field, chunks: Chunks | None, w: Any, *data: Any) -> Any:
    policy = _is_costly if chunks is None or chunks.store else None  # None: store nothing
    part = jax.checkpoint(field, policy=policy, prevent_cse=False)
    whole = part if chunks is None else partial(mean_over_chunks, part, chunks)
    return jax.linearize(lambda u: whole(u, *data), w, has_aux=True)


def _is_costly(primitive: Any, *_: Any, **__: Any) -> bool:
    return primitive.name not in CHEAP


@jax.jit
def _product(linear: Any, v: Any) -> Any:
    return linear(v)


@jax.jit
def _product_block(linear: Any, V: Any) -> Any:
    return jax.vmap(linear, in_axes=1, out_axes=1)(V)
