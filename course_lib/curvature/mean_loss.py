"""One answer to the question whether a loss is a mean over its examples, or their sum."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

Loss = Callable[..., Any]  # f(w, *data) → scalar, that JAX can trace

ROWS_IN_A_HALF = 50  # at most: a few examples tell


def kind_of_loss(
    loss: Callable[[slice], Any], num_rows: int, rtol: float
) -> Literal["mean", "sum", "unknown"]:
    """Tell from the first rows and their two halves how a loss depends on the number of examples.

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
        "unknown" if there are fewer than two rows, if the loss takes only all examples at once (it
        raises a TypeError or a ValueError), or if it is neither a mean nor a sum, but for example
        a weighted mean.

    Examples
    --------
    >>> x = np.arange(6.0)
    >>> [kind_of_loss(lambda rows: f(x[rows]), 6, 1e-8) for f in (np.mean, np.sum, np.max)]
    ['mean', 'sum', 'unknown']
    """
    half = min(num_rows // 2, ROWS_IN_A_HALF)
    if half == 0:
        return "unknown"
    parts = slice(0, 2 * half), slice(0, half), slice(half, 2 * half)
    try:
        whole, first, second = (float(loss(rows)) for rows in parts)
    except (TypeError, ValueError):
        return "unknown"
    if np.isclose(whole, (first + second) / 2, rtol=rtol, atol=0, equal_nan=True):
        return "mean"
    return "sum" if np.isclose(whole, first + second, rtol=rtol, atol=0) else "unknown"
