"""Curvature of a loss as an operator: products with vectors, never the matrix.

A Hessian-vector product costs one or two gradients (Pearlmutter 1994). So even if the Hessian of a
network has 10¹⁰ entries, its eigenvalues can be found. Both matrices here are the derivative of a
gradient, linearized once: the Hessian is that of ∇f, and the Gauss-Newton matrix is that of ∇f with
the Jacobian of the outputs held fixed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, sqrt
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from course_lib.curvature.chunking import Chunks, Field, chunks_of, mean_over_chunks
from course_lib.curvature.custom_rules import refuse_wrong_rules
from course_lib.curvature.mean_loss import Loss
from course_lib.curvature.retracing import Retraced
from course_lib.curvature.symmetric_operator import SymmetricOperator
from course_lib.curvature.trees import Arranged, Layout, arrange

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

# On a GPU, float32 would lose half its digits.
_PRECISE = partial(jax.default_matmul_precision, "highest")
_UNTRACEABLE = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)


def hessian_operator(
    f: Loss, w: Any, *data: Any, chunk_size: int | None = None, allow_float32: bool = False
) -> "HessianOperator":
    """Return the Hessian of f(·, *data) at `w` as a SciPy LinearOperator.

    The gradient is linearized once. A product then repeats no forward pass, and costs about as much
    as a gradient. Measured, it costs 0.9 to 1.9 gradients; wide layers cost most, where matrix
    products alone make it 1.9.

    Pass data as arguments, and do not let `f` close over them. Closed-over data become constants of
    the compiled code, which are slow to compile and are copied to every device. They also cannot be
    checked: a sum over closed-over data is taken as it is. Data placed on several devices by rows,
    with `jax.device_put` and a `NamedSharding`, stay there, and each device multiplies by its own
    rows. Dropout must be off (``deterministic=True``, the inference mode of a module), because with
    a fixed key it passes every check.

    Parameters
    ----------
    f : callable
        A JAX-traceable function f(w, *data) → scalar, or → (scalar, aux), of which aux is ignored.
        It must be twice differentiable at `w`. Functions that compute the same on data of the same
        shapes are compiled once.
    w : array_like, or any tree of arrays that JAX knows
        The point: an array, or a dict, dataclass, module … of arrays. Its floats are the P
        parameters, in the order of ``jax.tree.leaves``. `f` gets the tree as it is. Integers,
        booleans, random keys and values other than arrays (a function, a string) are held fixed.
    *data : arrays, trees of arrays, and other values
        What `f` takes besides `w`. DataFrames, tensors of PyTorch and lists of numbers reach `f` as
        arrays. A number, flag or string reaches it as a Python value, so that an ``if`` may use it.
        Each new value needs a new compilation, so a value that changes often should be an array.
    chunk_size : int, optional
        Compute the mean over the rows of `data` in equal chunks of at most this many rows, plus one
        chunk for the rows left over, each weighted by its rows. By default, if `f` is a mean over
        rows, large data are cut into chunks such that memory stays below 1 GB.
    allow_float32 : bool
        Accept parameters in single precision, where rounding hides eigenvalues below about
        1e-7 λ₁. If the data are in double precision, JAX computes with them in double precision.

    Returns
    -------
    HessianOperator
        It is in the units of f per squared unit of w, so a mean over examples stays a mean. Its
        `unravel` makes a tree like w from a vector. Its `held_fixed` names the leaves held fixed.

    Raises
    ------
    ValueError
        If `w` holds no floats, or floats that are not finite, in half precision or in mixed
        precision; if `f` does not return one number, returns another one when called again, or is
        not finite at `w` with a finite gradient; if `f` uses a `jax.custom_vjp` whose backward pass
        has a wrong derivative; if data are text, objects, or integers of 8 or 16 bits; if
        `chunk_size` is given and `f` is not a mean over the rows of its data; or if `w` is in
        float32 without `allow_float32`. Messages name a leaf by its path: ``w['bias']``.

    Notes
    -----
    The results of the forward and the backward pass are stored and reused. They take 2 × 8 bytes
    for every example and hidden unit. If that exceeds 0.5 GB, nothing is stored, and every product
    repeats both passes, chunk by chunk. With 85,002 parameters and 10⁵ examples a product then costs
    1.9 gradients instead of 1.7, and the process takes 0.5 GB instead of 1.4 (2.4 without chunks).

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

    A model in Flax keeps its parameters in a dict of dicts, one in Equinox is itself a tree of them.
    Both are float32 unless converted:

    >>> w = {"dense": {"kernel": jnp.ones((3, 1)), "bias": jnp.zeros(1)}, "step": 7}
    >>> def f(w, X, y):
    ...     outputs = X @ w["dense"]["kernel"] + w["dense"]["bias"]
    ...     return jnp.mean((outputs[:, 0] - y) ** 2), outputs
    >>> hessian_operator(f, w, np.eye(3), np.ones(3))
    HessianOperator: 4 × 4 at loss 0, held fixed: ['step'], 0 products so far
    """
    return hessian_of(f, arrange(w, data, allow_float32), chunk_size)


def hessian_of(f: Loss, given: Arranged, chunk_size: int | None = None) -> "HessianOperator":
    """Return what `hessian_operator` returns, for arguments that are already arranged."""
    return HessianOperator(_Gradient(_hashable(f), given.layout), given, chunk_size)


def gauss_newton_operator(
    outputs: Callable[..., Any],
    loss: Callable[..., Any],
    w: Any,
    X: Any,
    y: Any,
    *,
    chunk_size: int | None = None,
    allow_float32: bool = False,
) -> "GaussNewtonOperator":
    """Return the generalized Gauss-Newton matrix JᵀH_loss J at `w`, a `GaussNewtonOperator`.

    J is the Jacobian of the outputs, and H_loss is the Hessian of the loss as a function of the
    outputs. This is the Hessian that the loss would have if the outputs were linear in w. It is
    positive semidefinite for a convex loss. For cross-entropy it is the Fisher information matrix
    (Martens 2020).

    Parameters
    ----------
    outputs : callable
        outputs(w, X) → array with a row for each row of X; JAX-traceable, for example
        ``network.apply``.
    loss : callable
        loss(outputs, y) → scalar. It is a convex function of the outputs and a mean over examples,
        for example ``networks.output_cross_entropy``.
    w : array_like, or any tree of arrays that JAX knows
        The point.
    X, y : array_like with n rows
        The examples.
    chunk_size, allow_float32
        As in `hessian_operator`.

    Raises
    ------
    ValueError
        As for `hessian_operator`, with `loss` in place of `f`.

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
    given = arrange(w, (X, y), allow_float32, names=("X", "y"))
    field = _FrozenJacobian(_hashable(outputs), _hashable(loss), given.layout)
    return GaussNewtonOperator(field, given, chunk_size)


class HessianOperator(SymmetricOperator):
    """The Hessian of a loss; make one with `hessian_operator`.

    Attributes
    ----------
    loss : float
        f at the point.
    gradient : ndarray of shape (P,)
        ∇f at the point.
    held_fixed : tuple of str
        The leaves of w that are not parameters, as ``jax.tree_util.keystr`` writes their paths.
    num_matvecs : int
        Products so far; a product with k columns counts k.
    """

    def __init__(self, field: Field, given: Arranged, chunk_size: int | None) -> None:
        name, w = field.name, given.vector
        arrays = w, given.whole, given.rows
        try:
            with _PRECISE():
                field = Retraced(field, *arrays, value=field.steps)
            whole = _linearize.eval_shape(field, None, *arrays)  # shapes only: nothing is computed
        except _UNTRACEABLE as error:
            raise ValueError(
                f"{name} must be written with jax.numpy throughout: it hands w or its data to NumPy, "
                f"to float(), or to an if, which JAX cannot differentiate{_advice_on_flags(given)}"
            ) from error
        except (TypeError, AttributeError) as error:
            if "missing" in str(error) and "positional argument" in str(error):
                error.add_note(
                    f"{name} takes data too: pass them after w, hessian_operator(f, w, X, y)"
                )
            for i, argument in enumerate(given.layout.data.structure.value.children()):
                if (argument.node_data() or [None])[0] is list:
                    error.add_note(
                        f"data[{i}] reaches {name} as a list: np.stack makes it one array"
                    )
            raise
        if whole[2][0].dtype != w.dtype:
            raise ValueError(
                f"{name} must compute in {w.dtype} as w, but returns {whole[2][0].dtype}"
            )
        stored = sum(leaf.size for leaf in jax.tree.leaves(whole[1]))
        chunks = chunks_of(field, given, chunk_size, stored)

        gradient, self._product, losses = _linearize(field, chunks, *arrays)
        self.gradient = np.array(gradient)
        self.loss, again = map(float, losses)
        if not (np.isfinite(self.loss) and np.isfinite(self.gradient).all()):
            _let_it_explain(field, given, chunks)
            raise ValueError(
                f"{name} must be finite at w with a finite gradient, but it is {self.loss:.6g} "
                f"with a gradient of norm {np.linalg.norm(self.gradient):.6g}"
            )
        if abs(self.loss - again) > sqrt(jnp.finfo(w.dtype).eps) * abs(self.loss):
            raise ValueError(
                f"{name} must give the same value whenever it is called, but gave {self.loss:.6g} "
                f"and then {again:.6g}: fix its random numbers (dropout, mini-batches) beforehand"
            )
        if field.has_rules:
            self._check_rules(name, lambda *wide: _linearize(field, chunks, *wide)[:2], arrays)
        super().__init__(w.dtype, w.size)
        self.held_fixed = given.held_fixed
        self._tree = partial(given.layout.tree, fixed=given.whole[0])
        self._block_size = int(np.clip(CACHED_DOUBLES // max(stored, 1), 1, MAX_BLOCK))

    def unravel(self, v: ArrayLike) -> Any:
        """Return the tree w with its parameters replaced by the entries of a vector.

        What is held fixed stays as it was. In this form an eigenvector can be looked at layer by
        layer. ``H.unravel(np.arange(P))`` tells which numbers to pass to `block` for one layer.

        Parameters
        ----------
        v : array_like of shape (P,)
            Numbers of any kind.

        Examples
        --------
        >>> jax.config.update("jax_enable_x64", True)
        >>> w = {"bias": 0.5, "kernel": np.ones((2, 2)), "step": 3}
        >>> H = hessian_operator(lambda w: jnp.sum(w["kernel"] ** 2) * w["bias"], w)
        >>> H.unravel([9, 1, 2, 3, 4])
        {'bias': array(9), 'kernel': array([[1, 2],
               [3, 4]]), 'step': 3}
        >>> H.held_fixed
        ("['step']",)
        """
        v = np.asarray(v)
        if v.shape != self.shape[:1]:
            raise ValueError(f"v must be of shape ({self.shape[0]},), not {v.shape}")
        return self._tree(v)

    def _check_rules(self, name: str, linearized: Callable[..., Any], arrays: tuple) -> None:
        w, *data = jax.tree.map(_in_double, arrays)
        refuse_wrong_rules(name, lambda u: linearized(u, *data), w)

    def _details(self) -> str:
        return ", ".join(filter(None, [f" at loss {self.loss:.6g}", self.remarks]))

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

    def _check_rules(self, *_: Any) -> None:
        """Check nothing: this matrix is not the derivative of the gradient."""


# What is linearized: a field maps (vector, whole, rows) to a gradient and the loss, evaluated twice.
# XLA finds that both are the same and computes one, unless something in Python made them differ.


@dataclass(frozen=True)
class _Gradient:
    f: Callable
    layout: Layout
    name = "f"

    def value(self, u: Any, whole: Any, rows: Any) -> Any:
        return one_number(self.name, self.f(*self.layout.arguments(u, whole, rows)), u.dtype)

    def steps(self, u: Any, whole: Any, rows: Any) -> Any:
        return self.value(u, whole, rows)

    def __call__(self, u: Any, whole: Any, rows: Any) -> Any:
        loss, gradient = jax.value_and_grad(self.value)(u, whole, rows)
        return gradient, (loss, self.value(u, whole, rows))


@dataclass(frozen=True)
class _FrozenJacobian:
    outputs: Callable
    loss: Callable
    layout: Layout
    name = "loss"

    def value(self, u: Any, whole: Any, rows: Any) -> Any:
        return self.steps(u, whole, rows)[1]

    def steps(self, u: Any, whole: Any, rows: Any) -> Any:
        _, X, y = self.layout.arguments(u, whole, rows)
        z = self.outputs(self.layout.tree(u, whole[0]), X)
        return z, one_number(self.name, self.loss(z, y), u.dtype)

    def __call__(self, u: Any, whole: Any, rows: Any) -> Any:
        _, X, y = self.layout.arguments(u, whole, rows)

        def outputs(u: Any) -> Any:
            return self.outputs(self.layout.tree(u, whole[0]), X)

        def loss(z: Any) -> Any:
            return one_number(self.name, self.loss(z, y), u.dtype)

        z, pull_back = jax.vjp(outputs, jax.lax.stop_gradient(u))
        value, slope = jax.value_and_grad(loss)(outputs(u))
        return pull_back(slope)[0], (value, loss(z))


def one_number(name: str, value: Any, dtype: Any) -> Any:
    """Return the loss from what a reader's function returned: (loss, aux) or the loss alone.

    A loss that is more precise than the parameters is rounded to their `dtype`.
    """
    with_aux = isinstance(value, tuple) and len(value) == 2
    number = value[0] if with_aux else value
    if not isinstance(number, jax.Array | np.ndarray | np.generic | int | float | complex):
        found = type(number).__name__
        if with_aux:
            found = f"({found}, ...)"
        elif isinstance(value, tuple | list):
            found = f"{len(value)} values"
        raise ValueError(f"{name} must return one number, or (number, anything), not {found}")
    if jnp.shape(number):
        part = "(array, ...) with " if with_aux else ""
        raise ValueError(
            f"{name} must return one number, not {part}an array of shape {jnp.shape(number)}: "
            "take the mean"
        )
    kind = jnp.result_type(number)
    if not jnp.issubdtype(kind, jnp.floating):
        raise ValueError(f"{name} must return a real number to differentiate, not {kind}")
    return jnp.asarray(number, dtype if jnp.promote_types(kind, dtype) == kind else kind)


def _hashable(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that JAX can hash: a module that holds arrays is hashed by its identity."""
    try:
        hash(f)
    except TypeError:
        return partial(f)
    return f


def _advice_on_flags(given: Arranged) -> str:
    if any(np.ndim(x) == 0 for part in given.whole for x in part):
        return " (a flag or a size is given as a plain Python value, not as an array)"
    return ""


def _let_it_explain(field: Field, given: Arranged, chunks: Chunks | None) -> None:
    """Call the reader's function on values, not tracers: its own message may say what is wrong."""
    n = max(given.num_rows, 1)
    size = n if chunks is None else ceil(n / chunks.number)
    for i in range(0, n, size):
        field(given.vector, given.whole, [x[i : i + size] for x in given.rows])


def _in_double(x: Any) -> Any:
    return x.astype(float) if x.dtype == np.float32 else x


@partial(jax.jit, static_argnums=(0, 1))
def _linearize(field: Field, chunks: Chunks | None, w: Any, whole: Any, rows: Any) -> Any:
    policy = _is_costly if chunks is None or chunks.store else None  # None: store nothing
    part = jax.checkpoint(field, policy=policy, prevent_cse=False)
    mean = part if chunks is None else partial(mean_over_chunks, part, chunks)
    with _PRECISE():
        return jax.linearize(lambda u: mean(u, whole, rows), w, has_aux=True)


def _is_costly(primitive: Any, *_: Any, **__: Any) -> bool:
    return primitive.name not in CHEAP


@jax.jit
def _product(linear: Any, v: Any) -> Any:
    return linear(v)


@jax.jit
def _product_block(linear: Any, V: Any) -> Any:
    return jax.vmap(linear, in_axes=1, out_axes=1)(V)
