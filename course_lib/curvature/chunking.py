"""Losses over many examples, taken in equal chunks so that memory stays small, device by device."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, sqrt
from typing import Any, Protocol

import jax
import jax.numpy as jnp

from course_lib.curvature.mean_loss import kind_of_loss
from course_lib.curvature.trees import Arranged
from course_lib.support import arguments

# Rows are taken in chunks that store this much, 32 MB: a product needs a few times as much for its
# own work. Beyond 0.5 GB in all nothing is stored: every product repeats both passes, which makes
# it 1.1 to 1.3 times slower and its memory independent of the number of examples.
CHUNK_DOUBLES = 4_000_000
MAX_STORED_DOUBLES = 64_000_000


class Field(Protocol):
    """What `operators` linearizes: field(vector, whole, rows) → (gradient, (loss, loss again)).

    `trees.arrange` makes its arguments from the reader's.
    """

    @property
    def name(self) -> str:
        """What messages call the reader's function."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the gradient, and the loss evaluated twice."""


@dataclass(frozen=True)
class Chunks:
    """How rows are cut into chunks: every chunk takes the same number of rows from each device."""

    number: int
    shards: int
    store: bool


def chunks_of(field: Field, given: Arranged, chunk_size: int | None, stored: int) -> Chunks | None:
    """Return the `Chunks` to use, or None to take all rows at once; `stored` doubles would be kept."""
    n = given.num_rows
    shards = max(map(_shards, [*given.rows, *given.whole[1]]), default=1)
    if chunk_size is None:
        number = ceil(stored / shards / CHUNK_DOUBLES)
    elif n == 0:
        raise ValueError("chunk_size needs data that have equally many rows, at least one")
    else:
        number = ceil(n / arguments.count("chunk_size", chunk_size))
    number = min(number, n // shards)
    if number < 2:
        return None
    rounding = sqrt(jnp.finfo(given.vector.dtype).eps)
    arrays = given.vector, given.whole, given.rows
    kind = kind_of_loss(lambda r: _loss_of_rows(field, r.start, r.stop, *arrays), n, rounding)
    if chunk_size is not None and kind != "mean":
        raise ValueError(
            f"{field.name} must be a mean over the rows of its data to be computed in chunks, but "
            "on its first rows it is not the mean of their two halves (is it a sum?)"
        )
    if kind != "mean":
        return None
    return Chunks(number, shards, stored / shards <= MAX_STORED_DOUBLES)


def _shards(leaf: Any) -> int:
    """Return over how many devices the rows of an array are spread."""
    if not isinstance(leaf, jax.Array) or leaf.size == 0 or leaf.ndim == 0:
        return 1
    return len(leaf) // leaf.sharding.shard_shape(leaf.shape)[0]


@partial(jax.jit, static_argnums=(0, 1, 2))
def _loss_of_rows(field: Field, start: int, stop: int, u: Any, whole: Any, rows: list) -> Any:
    return field(u, whole, [x[start:stop] for x in rows])[1][0]


def mean_over_chunks(
    field: Callable[..., Any], chunks: Chunks, u: Any, whole: Any, rows: list
) -> Any:
    """Return what `field` gives on average over all rows, computed chunk by chunk."""
    n = len(rows[0])
    each = n // chunks.shards // chunks.number
    even = each * chunks.number  # rows of each device that fill the chunks; the rest is below that

    def by_device(x: Any) -> Any:
        return x.reshape(chunks.shards, -1, *x.shape[1:])

    def cut(x: Any) -> Any:
        x = by_device(x)[:, :even].reshape(chunks.shards, chunks.number, each, *x.shape[1:])
        return jnp.moveaxis(x, 1, 0).reshape(chunks.number, -1, *x.shape[3:])

    def rest(x: Any) -> Any:
        return by_device(x)[:, even:].reshape(-1, *x.shape[1:])

    def add(total: Any, chunk: list) -> Any:
        return jax.tree.map(jnp.add, total, field(u, whole, chunk)), None

    zero = jnp.zeros((), u.dtype)
    total, _ = jax.lax.scan(add, (jnp.zeros_like(u), (zero, zero)), [cut(x) for x in rows])
    mean = jax.tree.map(lambda t: t / chunks.number, total)
    left = n - even * chunks.shards
    if not left:
        return mean
    tail = field(u, whole, [rest(x) for x in rows])
    return jax.tree.map(lambda m, t: m + (t - m) * (left / n), mean, tail)
