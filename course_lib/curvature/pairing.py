"""Whether a loss compares each prediction with each target by mistake: (N, 1) against (N,) is N × N.

NumPy and JAX silently broadcast such arrays to N × N, and the loss is wrong but plausible. Three
signs must agree before a loss is called wrong. First, an array of N numbers gains an axis and meets N
others. Second, the loss stays the same if the rows of one argument alone are shuffled: it does not
matter which target belongs to which prediction. Third, this argument and the others nevertheless act
on one another. In a sum of two losses, each with examples of its own, they do not.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import jax
import numpy as np

ROWS = 50  # at most: a few examples tell


def unpaired(loss: Callable[[list], Any], rows: list, eps: float) -> int | None:
    """Return which array is compared with each row of the others; None if none is, or if unknown.

    Parameters
    ----------
    loss : callable
        loss(rows) → number, JAX-traceable, at a point where the predictions differ. At w = 0, for
        example, they may all be equal, and then the order of the targets does not matter in a
        right loss either.
    rows : list of arrays of equal length
        The data. Fewer than two arrays, or fewer than three rows, tell nothing.
    eps : float
        The rounding unit of the loss.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> data = [np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 0.0, 3.0])]
    >>> unpaired(lambda rows: jnp.mean((rows[0] - rows[1]) ** 2), data, 1e-7)
    1
    >>> unpaired(lambda rows: jnp.mean((rows[0][:, 0] - rows[1]) ** 2), data, 1e-7)
    """
    if len(rows) < 2 or len(rows[0]) < 3:
        return None
    n = min(len(rows[0]), ROWS)
    rows = [x[:n] for x in rows]
    try:
        # What has the size n by chance, such as a layer of 50 units, has it with n - 1 rows too.
        if not (seen := _spread(loss, rows)) or not seen & _spread(loss, [x[:-1] for x in rows]):
            return None
        return next(
            (i for i in reversed(range(len(rows))) if _is_unpaired(loss, rows, i, eps)), None
        )
    except Exception:  # the loss need not take fewer rows, nor others beside each other
        return None


def _is_unpaired(loss: Callable[[list], Any], rows: list, i: int, eps: float) -> bool:
    def value(order: np.ndarray, others: np.ndarray) -> float:
        return float(loss([x[order if j == i else others] for j, x in enumerate(rows)]))

    as_given = np.arange(len(rows[0]))
    rolled, first = np.roll(as_given, 1), np.zeros_like(as_given)
    values = [value(a, b) for a in (as_given, first) for b in (as_given, first)]
    change = value(rolled, as_given) - values[0]
    # Zero where the loss is a sum of one function of this argument and one of the others.
    interaction = values[0] - values[1] - values[2] + values[3]
    rounding = 50 * eps * np.abs(values).max()
    return bool(abs(change) <= rounding and abs(interaction) > 100 * rounding)


def _spread(loss: Callable[[list], Any], rows: list) -> set[tuple]:
    """Return the pairs of shapes that a loss broadcasts to N × N without being told to."""
    n = len(rows[0])

    def shape(sizes: Any) -> tuple:
        return tuple("N" if int(size) == n else int(size) for size in sizes)

    def of(variables: Any) -> list[tuple]:
        return [shape(variable.aval.shape) for variable in variables]

    steps = [*_steps(jax.make_jaxpr(lambda rows: loss(rows))(rows).jaxpr)]
    if not any(s.count("N") > 1 for step in steps for s in of(step.outvars)):
        return set()
    # jnp.where and indices spread without a warning.
    met = [of(step.invars) for step in steps if step.params.get("name") == "_where"]
    met.append([shape(x.aval.shape) for step in steps if (x := _spread_index(step)) is not None])
    with (
        warnings.catch_warnings(record=True) as caught,
        jax.numpy_rank_promotion("warn"),
        jax.disable_jit(),  # what is compiled already would not warn again
    ):
        warnings.simplefilter("always")
        jax.eval_shape(lambda rows: loss(rows), rows)
    for text in (str(warning.message) for warning in caught):
        if "rank promotion" in text:
            shapes = re.findall(r"\(([\d, ]*)\)", text)
            met.append([shape(re.findall(r"\d+", one)) for one in shapes])
    return {
        pair
        for shapes in met
        for pair in combinations(sorted(shapes, key=len), 2)
        if _meets_each(*pair)
    }


def _meets_each(short: tuple, long: tuple) -> bool:
    """Return whether the N of a shorter shape meet N others of a longer one."""
    if len(short) == len(long):  # as [None, :] makes it, and so is meant
        return False
    aligned = long[len(long) - len(short) :]
    return "N" in long and any(a == "N" and b == 1 for a, b in zip(short, aligned, strict=True))


def _spread_index(step: Any) -> Any:
    """Return the integers that a step broadcasts over more axes or rows, if it does."""
    if step.primitive.name != "broadcast_in_dim":
        return None
    x = step.invars[0]
    grows = step.outvars[0].aval.size > x.aval.size
    return x if grows and np.issubdtype(x.aval.dtype, np.integer) else None


def _steps(jaxpr: Any) -> Iterator[Any]:
    for step in jaxpr.eqns:
        yield step
        for part in step.params.values():
            inner = getattr(part, "jaxpr", part)
            if hasattr(inner, "eqns"):
                yield from _steps(inner)
