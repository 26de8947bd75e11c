"""What a reader may pass to be measured: a loss in JAX with its point and data, or an operator."""

from math import sqrt
from typing import Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature.mean_loss import kind_of_loss
from course_lib.curvature.operators import hessian_of, one_number
from course_lib.curvature.pairing import unpaired
from course_lib.curvature.trees import Arranged, arrange
from course_lib.support import arguments

_TORCH = "torch_operator(model, loss_fn, batches) of course_lib.curvature.torch_models"
_MODEL = "f is a model, not a loss: pass lambda params, X, y: … with model.apply(params, X) in it"


def as_operator(
    f: Any, w: Any, data: tuple, allow_sum: bool, allow_float32: bool = False
) -> LinearOperator:
    """Return the given symmetric operator, or the Hessian of the given loss.

    Arguments and errors are those of `course_lib.curvature.report.spectral_report`.
    """
    if arguments.of_torch(f) and not hasattr(f, "numpy"):  # a tensor may be the matrix
        raise ValueError(f"f is of PyTorch: call spectral_report(H) with H = {_TORCH}")
    if isinstance(f, LinearOperator) or not callable(f):
        return _given_operator(f, w)
    if w is None:
        raise ValueError("w is missing: for a loss f call spectral_report(f, w, *data)")
    given = arrange(w, data, allow_float32)
    try:
        A = hessian_of(f, given)
    except ValueError:
        raise
    except Exception as error:
        if _is_model(f):
            raise ValueError(_MODEL) from error
        raise
    _refuse_all_pairs(f, given)
    dtype = given.vector.dtype

    def loss(rows: slice) -> Any:
        return one_number("f", f(*given.arguments_of(rows)), dtype)

    rounding = sqrt(np.finfo(dtype).eps)
    if not allow_sum and kind_of_loss(loss, given.num_rows, rounding) == "sum":
        raise ValueError(
            "f is a sum over its examples, not a mean: every eigenvalue grows with their number, "
            f"here {given.num_rows}. Divide by it, or pass allow_sum=True if the sum is meant"
        )
    return A


def _given_operator(f: Any, w: Any) -> LinearOperator:
    if _is_model(f):
        raise ValueError(_MODEL)
    like_a_matrix = isinstance(f, LinearOperator | list | tuple)
    if not (like_a_matrix or hasattr(f, "__array__") or hasattr(f, "toarray")):
        raise ValueError(
            "f must be a loss in JAX, passed with its point as spectral_report(f, w, *data); "
            f"{_TORCH}; or a symmetric matrix or LinearOperator; not {type(f).__name__}"
        )
    if w is not None:
        raise ValueError("an operator must be passed alone, without w: spectral_report(A)")
    return arguments.square_operator("f", f)


def _is_model(f: Any) -> bool:
    """Return whether `f` is a model of Flax or Haiku, or made like one."""
    return hasattr(f, "init") and hasattr(f, "apply")


def _refuse_all_pairs(f: Any, given: Arranged) -> None:
    # Where w is symmetric, as at 0, all predictions are equal and no order of targets differs.
    step = np.random.default_rng(0).standard_normal(given.vector.size)
    moved = given.vector + (0.01 * step).astype(given.vector.dtype)

    def loss(rows: list) -> Any:
        value = f(*given.layout.arguments(moved, given.whole, rows))
        return one_number("f", value, moved.dtype)

    i = unpaired(loss, given.rows, float(np.finfo(moved.dtype).eps))
    if i is None:
        return
    name, shape = given.row_names[i], given.rows[i].shape
    remedy = "give both the same shape"
    if len(shape) == 1:
        remedy = f"take [:, 0] of the predictions, or {name}[:, None]"
    elif shape[1:] == (1,):
        remedy = f"take {name}[:, 0], or [:, None] of the predictions"
    raise ValueError(
        f"f pairs each prediction with each target: it stays the same when {name} alone is "
        f"shuffled (shapes (N, 1) and (N,)?): {remedy}. If all pairs are meant, write [None, :]"
    )
