"""What a reader may give to be measured: a loss in JAX with its point and data, or an operator."""

from math import sqrt
from typing import Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature.mean_loss import kind_of_loss
from course_lib.curvature.operators import hessian_of, one_number
from course_lib.curvature.trees import arrange
from course_lib.support import arguments


def as_operator(
    f: Any, w: Any, data: tuple, allow_sum: bool, allow_float32: bool = False
) -> LinearOperator:
    """Return the symmetric operator that was given, or the Hessian of the loss that was.

    The arguments are those of `course_lib.curvature.report.spectral_report`, and so are the errors.
    """
    if arguments.of_torch(f) and not hasattr(f, "numpy"):  # a tensor may be the matrix
        raise ValueError(
            "f is of PyTorch: give spectral_report(torch_operator(model, loss_fn, batches))"
        )
    if w is None:
        if callable(f) and not isinstance(f, LinearOperator):
            raise ValueError("w is missing: for a loss f give spectral_report(f, w, *data)")
        return arguments.square_operator("f", f)
    if not callable(f) or isinstance(f, LinearOperator):
        raise ValueError("an operator is given alone, without w: spectral_report(A)")
    given = arrange(w, data, allow_float32)
    A = hessian_of(f, given)
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
