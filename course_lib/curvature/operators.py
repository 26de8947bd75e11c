"""Curvature of a loss as an operator: products with vectors, never the matrix.

A Hessian-vector product costs one or two gradients (Pearlmutter 1994), so a network whose Hessian
has 10¹⁰ entries can still be asked for its eigenvalues. Both matrices here are the derivative of a
gradient, linearized once: the Hessian that of ∇f, the Gauss-Newton matrix that of ∇f with the
Jacobian of the outputs held fixed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, sqrt

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from scipy.sparse.linalg import LinearOperator

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
# Rows are taken in chunks that store this much, 32 MB: a product needs a few times as much for its
# own work. Beyond 0.5 GB in all nothing is stored: every product repeats both passes, which makes
# it 1.1 to 1.3 times slower and its memory independent of the number of examples.
CHUNK_DOUBLES = 4_000_000
MAX_STORED_DOUBLES = 64_000_000


_UNTRACEABLE = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)


def hessian_operator(f, w, *data, chunk_size=None, allow_float32=False):
    """Return the Hessian of f(·, *data) at `w` as a SciPy LinearOperator.

    The gradient is linearized once; each product then repeats no forward pass and costs about as
    much as a gradient (0.9 to 1.9 of one, measured: wide layers cost most, where matrix products
    alone make it 1.9). Pass data as arguments
    rather than let `f` close over them: closed-over data become constants of the compiled code,
    slow to compile and copied to every device. Data placed on several devices by rows, with
    `jax.device_put` and a `NamedSharding`, stay there: each device multiplies by its own rows.

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


def gauss_newton_operator(outputs, loss, w, X, y, *, chunk_size=None, allow_float32=False):
    """Return the generalized Gauss-Newton matrix JᵀH_loss J at `w` as a SciPy LinearOperator.

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

    Returns
    -------
    GaussNewtonOperator

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


class SymmetricOperator(LinearOperator):
    """A real symmetric (P, P) operator that counts its products.

    A subclass says in ``_multiply(V)`` how a (P, k) array is multiplied.

    Attributes
    ----------
    num_matvecs : int
        Products so far; a product with k columns counts k.
    """

    def __init__(self, dtype, size):
        super().__init__(dtype, (size, size))
        self.num_matvecs = 0

    def to_dense(self):
        """Return the matrix as an ndarray of shape (P, P), at the cost of P products."""
        return self @ np.eye(self.shape[0], dtype=self.dtype)

    def block(self, rows):
        """Return the diagonal block of these parameters, every other direction held at zero.

        Each of its products costs one of the whole. The parameters of a layer are known by their
        place in ``network.unpack(np.arange(P))``.

        Parameters
        ----------
        rows : slice, sequence of int, or boolean mask of length P
            Which parameters, in which order.

        Returns
        -------
        SymmetricOperator

        Raises
        ------
        ValueError
            If `rows` names no parameter, one that does not exist, or one twice.

        Examples
        --------
        >>> jax.config.update("jax_enable_x64", True)
        >>> H = hessian_operator(lambda w: w[0] * w[1] + 3 * w[2] ** 2, [1.0, 1.0, 1.0])
        >>> H.block([2, 0]).to_dense()
        array([[6., 0.], [0., 0.]])
        """
        return _Block(self, rows)

    def __repr__(self):
        name, size, products = type(self).__name__.lstrip("_"), self.shape[0], self.num_matvecs
        plural = "" if products == 1 else "s"
        return f"{name}: {size} × {size}{self._what()}, {products} product{plural} so far"

    def _what(self):
        return ""

    def _matvec(self, v):
        return self._matmat(v.reshape(-1, 1)).ravel()

    def _matmat(self, V):
        V = np.asarray(V).astype(self.dtype, casting="same_kind")  # refuses complex numbers
        self.num_matvecs += V.shape[1]
        return self._multiply(V)

    def _adjoint(self):
        return self

    def _transpose(self):
        return self


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

    def __init__(self, field, w, data, chunk_size, allow_float32):
        name, w, data = field.name, _point(w, allow_float32), jax.tree.map(_placed, data)
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
        chunks = _chunks(field, w, data, chunk_size, stored)

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

    def _what(self):
        return f" at loss {self.loss:.6g}"

    def _multiply(self, V):
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


class _Block(SymmetricOperator):
    def __init__(self, whole, rows):
        size = whole.shape[0]
        try:
            self._rows = np.arange(size)[rows]
        except IndexError as error:
            raise ValueError(f"rows must name some of the {size} parameters: {error}") from None
        if self._rows.ndim != 1 or self._rows.size == 0:
            raise ValueError(f"rows must name parameters, at least one, not {rows!r}")
        if np.unique(self._rows).size < self._rows.size:
            raise ValueError("rows must name each parameter once")
        super().__init__(whole.dtype, self._rows.size)
        self._whole = whole

    def _multiply(self, V):
        padded = np.zeros((self._whole.shape[0], V.shape[1]), self.dtype)
        padded[self._rows] = V
        return (self._whole @ padded)[self._rows]


# What is linearized: a field maps (w, *data) to a gradient and the loss, evaluated twice. XLA
# finds that both are the same and computes one, unless something in Python made them differ.


@dataclass(frozen=True)
class _Gradient:
    f: Callable
    name = "f"

    def __call__(self, u, *data):
        f = _scalar(self.f, self.name)
        loss, gradient = jax.value_and_grad(f)(u, *data)
        return gradient, (loss, f(u, *data))


@dataclass(frozen=True)
class _FrozenJacobian:
    outputs: Callable
    loss: Callable
    name = "loss"

    def __call__(self, u, X, y):
        loss = _scalar(self.loss, self.name)
        z, pull_back = jax.vjp(lambda p: self.outputs(p, X), jax.lax.stop_gradient(u))
        value, slope = jax.value_and_grad(loss)(self.outputs(u, X), y)
        return pull_back(slope)[0], (value, loss(z, y))


def _scalar(f, name):
    def checked(*arguments):
        value = f(*arguments)
        shapes = [jnp.shape(part) for part in jax.tree.leaves(value)]
        if shapes != [()]:
            found = (
                f"an array of shape {shapes[0]}" if len(shapes) == 1 else f"{len(shapes)} values"
            )
            raise ValueError(f"{name} must return one number, not {found}: take the mean")
        kind = jnp.result_type(value)
        if not jnp.issubdtype(kind, jnp.floating):
            raise ValueError(f"{name} must return a real number to differentiate, not {kind}")
        return value

    return checked


def _point(w, allow_float32):
    arguments.vector("w", w)
    given = np.asarray(w).dtype
    if given not in (np.float64, np.float32):
        raise ValueError(
            f"w must hold float64 numbers, not {given}: write 1.0 for 1, or convert it"
        )
    dtype = given if given == np.float32 else jnp.result_type(float)  # JAX's float64 may be off
    if dtype == jnp.float32 and not allow_float32:
        problem = (
            "w must be float64, not float32: convert it"
            if given == np.float32
            else "JAX computes in float32: call course_lib.setup() first"
        )
        raise ValueError(f"{problem}, or pass allow_float32=True if single precision is meant")
    return np.asarray(w, dtype)


@dataclass(frozen=True)
class _Chunks:
    """How rows are cut: the same number of rows from each device for every chunk."""

    number: int
    shards: int
    store: bool


def _chunks(field, w, data, chunk_size, stored):
    """Return the `_Chunks` to use, None to take all rows at once."""
    leaves = jax.tree.leaves(data)
    lengths = {jnp.shape(leaf)[:1] for leaf in leaves}
    (n,) = lengths.pop() if len(lengths) == 1 and lengths != {()} else (0,)
    shards = max((_shards(leaf) for leaf in leaves), default=1)
    if chunk_size is None:
        number = ceil(stored / shards / CHUNK_DOUBLES)
    elif n == 0:
        raise ValueError("chunk_size needs data that have equally many rows, at least one")
    else:
        number = ceil(n / arguments.count("chunk_size", chunk_size))
    number = min(number, n // shards)
    if number < 2:
        return None
    mean = _is_mean(field, w, *data)
    if chunk_size is not None and not mean:
        raise ValueError(
            f"{field.name} must be a mean over the rows of its data to be computed in chunks, but "
            "on its first rows it is not the mean of their two halves (is it a sum?)"
        )
    return _Chunks(number, shards, stored / shards <= MAX_STORED_DOUBLES) if mean else None


def _placed(leaf):
    """Return data as they lie on their devices, the shardings of what follows left to XLA."""
    if not isinstance(leaf, jax.Array) or not isinstance(leaf.sharding, NamedSharding):
        return leaf
    # Under the explicit axes that jax.make_mesh makes, no sum over examples would be allowed.
    mesh = Mesh(leaf.sharding.mesh.devices, leaf.sharding.mesh.axis_names)
    return jax.device_put(leaf, NamedSharding(mesh, leaf.sharding.spec))


def _shards(leaf):
    """Return over how many devices the rows of an array are spread."""
    if not isinstance(leaf, jax.Array) or leaf.size == 0 or leaf.ndim == 0:
        return 1
    return len(leaf) // leaf.sharding.shard_shape(leaf.shape)[0]


def _is_mean(field, w, *data):
    """Say whether the loss of a few rows is the mean of the losses of their halves."""
    half = min(len(jax.tree.leaves(data)[0]) // 2, 50)
    try:
        loss, first, second = _losses(field, half, w, *data)
    except (TypeError, ValueError):  # f does not take fewer rows: they are not examples
        return False
    rounding = sqrt(jnp.finfo(w.dtype).eps)
    return bool(np.isclose(loss, (first + second) / 2, rtol=rounding, atol=0, equal_nan=True))


@partial(jax.jit, static_argnums=(0, 1))
def _losses(field, half, w, *data):
    """Return the loss of the first rows, and of their two halves."""
    parts = slice(2 * half), slice(half), slice(half, 2 * half)
    return [field(w, *jax.tree.map(lambda x, part=part: x[part], data))[1][0] for part in parts]


def _mean_over_chunks(field, chunks, u, *data):
    n = len(jax.tree.leaves(data)[0])
    each = n // chunks.shards // chunks.number
    even = each * chunks.number  # rows of each device that fill the chunks; the rest is below that

    def by_device(x):
        return x.reshape(chunks.shards, -1, *x.shape[1:])

    def cut(x):
        x = by_device(x)[:, :even].reshape(chunks.shards, chunks.number, each, *x.shape[1:])
        return jnp.moveaxis(x, 1, 0).reshape(chunks.number, -1, *x.shape[3:])

    def rest(x):
        return by_device(x)[:, even:].reshape(-1, *x.shape[1:])

    def add(total, rows):
        return jax.tree.map(jnp.add, total, field(u, *rows)), None

    zero = jnp.zeros((), u.dtype)
    total, _ = jax.lax.scan(add, (jnp.zeros_like(u), (zero, zero)), jax.tree.map(cut, data))
    mean = jax.tree.map(lambda t: t / chunks.number, total)
    left = n - even * chunks.shards
    if not left:
        return mean
    tail = field(u, *jax.tree.map(rest, data))
    return jax.tree.map(lambda m, t: m + (t - m) * (left / n), mean, tail)


@partial(jax.jit, static_argnums=(0, 1))
def _linearize(field, chunks, w, *data):
    policy = _is_costly if chunks is None or chunks.store else None  # None: store nothing
    field = jax.checkpoint(field, policy=policy, prevent_cse=False)
    if chunks is not None:
        field = partial(_mean_over_chunks, field, chunks)
    return jax.linearize(lambda u: field(u, *data), w, has_aux=True)


def _is_costly(primitive, *_, **__):
    return primitive.name not in CHEAP


@jax.jit
def _product(linear, v):
    return linear(v)


@jax.jit
def _product_block(linear, V):
    return jax.vmap(linear, in_axes=1, out_axes=1)(V)
