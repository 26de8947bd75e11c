"""One answer to the question whether a loss is a mean over its examples, or their sum."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

Loss = Callable[..., Any]  # f(w, *data) → scalar, that JAX can trace

ROWS_IN_A_HALF = 50  # at most: a few examples tell


def kind_of_loss(
    loss: Callable[[slice], Any], num_rows: int, rtol: float
) -> Literal["mean", "sum", "unknown"]:
    """Tell from some rows and their two halves how a loss depends on the number of examples.

    These are the first rows, or, if their loss is zero, those in the middle or the last ones.

    Parameters
    ----------
    loss : callable
        loss(rows) → the loss of these examples alone, where `rows` is a slice.
    num_rows : int
        The number of examples.
    rtol : float
        How much rounding may change the loss, relative to the loss.

    Returns
    -------
    {"mean", "sum", "unknown"}
        "unknown" if there are fewer than two rows, if the loss takes only all examples at once, or
        if it is neither a mean nor a sum, but for example a weighted mean. A loss that is zero on
        all of these rows counts as a mean.

    Examples
    --------
    >>> x = np.arange(6.0)
    >>> [kind_of_loss(lambda rows: f(x[rows]), 6, 1e-8) for f in (np.mean, np.sum, np.max)]
    ['mean', 'sum', 'unknown']
    """
    half = min(num_rows // 2, ROWS_IN_A_HALF)
    if half == 0:
        return "unknown"
    for begin in dict.fromkeys((0, num_rows // 2 - half, num_rows - 2 * half)):
        parts = (0, 2 * half), (0, half), (half, 2 * half)
        try:
            whole, first, second = (
                float(loss(slice(begin + start, begin + stop))) for start, stop in parts
            )
        except Exception:  # a loss may raise anything if it gets fewer rows
            return "unknown"
        if whole and np.isfinite(whole):  # rows without a weight, or a perfect fit, tell nothing
            break
    if np.isclose(whole, (first + second) / 2, rtol=rtol, atol=0, equal_nan=True):
        return "mean"
    return "sum" if np.isclose(whole, first + second, rtol=rtol, atol=0) else "unknown"
