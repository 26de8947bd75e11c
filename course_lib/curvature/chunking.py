"""Losses over many examples, taken in equal chunks so that memory stays small, device by device."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, sqrt
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

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

    @property
    def value(self) -> Callable[..., Any]:
        """The loss alone."""

    @property
    def steps(self) -> Callable[..., Any]:
        """What `field` computes on the way, as far as fields of one class may differ."""

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
            "the loss of some rows is not the mean of the losses of their halves, or cannot be computed. "
            "If it is a sum, take the mean. Otherwise leave chunk_size out"
        )
    chunks = Chunks(number, shards, stored / shards <= MAX_STORED_DOUBLES)
    if kind != "mean":
        return None
    v = np.random.default_rng(0).standard_normal(given.vector.size).astype(given.vector.dtype)
    apart = float(_apart(field, chunks, given.vector, v, given.whole, given.rows))
    if apart <= rounding or (np.isnan(apart) and chunk_size is not None):  # NaN will be refused
        return chunks
    if chunk_size is not None:
        raise ValueError(
            f"{field.name} must be a mean over the rows of its data to be computed in chunks, but the "
            "loss of two chunks joined, or its derivative, is not the mean of those of the chunks. If "
            "rows are weighted by class or by a mask, leave chunk_size out"
        )
    return None


def _shards(leaf: Any) -> int:
    """Return over how many devices the rows of an array are spread."""
    if not isinstance(leaf, jax.Array) or leaf.size == 0 or leaf.ndim == 0:
        return 1
    return len(leaf) // leaf.sharding.shard_shape(leaf.shape)[0]


@partial(jax.jit, static_argnums=(0, 1, 2))
def _loss_of_rows(field: Field, start: int, stop: int, u: Any, whole: Any, rows: list) -> Any:
    return field.value(u, whole, [x[start:stop] for x in rows])


@partial(jax.jit, static_argnums=(0, 1))
def _apart(field: Field, chunks: Chunks, u: Any, v: Any, whole: Any, rows: list) -> Any:
    """Return how far the first chunk and another are, at most, from having equal weights.

    Joined with each of the others, the first must give the mean of both losses, gradients, and
    products with v. Equal losses, as of an untrained network, would hide unequal weights, and so
    would gradients of zero, as of a perfect fit.
    """

    def measured(part: list) -> tuple:
        gradient, product, loss = jax.jvp(lambda u: field(u, whole, part), (u,), (v,), has_aux=True)
        return loss[0], gradient, product

    def difference(other: list, share: float) -> Any:
        second = measured(other)
        both = measured([jnp.concatenate(pair) for pair in zip(first_rows, other, strict=True)])
        most = jnp.zeros((), u.dtype)
        for one, two, joint in zip(first, second, both, strict=True):
            off = jnp.linalg.norm(joint - (1 - share) * one - share * two)
            size = sum(map(jnp.linalg.norm, (one, two, joint)))
            most = jnp.maximum(most, jnp.where(off == 0, 0, off / size))
        return most

    def furthest(most: Any, other: list) -> tuple:
        return jnp.maximum(most, difference(other, 0.5)), None

    parts, rest = _cut(chunks, rows), _rest(chunks, rows)
    first_rows = [x[0] for x in parts]
    first = measured(first_rows)
    others = [x[1:] for x in parts]
    most, _ = jax.lax.scan(furthest, jnp.zeros((), u.dtype), others)
    each, left = len(first_rows[0]), len(rest[0])
    return jnp.maximum(most, difference(rest, left / (each + left))) if left else most


def _cut(chunks: Chunks, rows: list) -> list:
    """Return the rows that fill the chunks, chunk by chunk."""

    def cut(x: Any) -> Any:
        x = _by_device(chunks, x)[:, : _each(chunks, x) * chunks.number]
        x = x.reshape(chunks.shards, chunks.number, -1, *x.shape[2:])
        return jnp.moveaxis(x, 1, 0).reshape(chunks.number, -1, *x.shape[3:])

    return list(map(cut, rows))


def _rest(chunks: Chunks, rows: list) -> list:
    """Return the rows that are left over."""

    def rest(x: Any) -> Any:
        return _by_device(chunks, x)[:, _each(chunks, x) * chunks.number :].reshape(
            -1, *x.shape[1:]
        )

    return list(map(rest, rows))


def _each(chunks: Chunks, x: Any) -> int:
    """Return how many rows of each device are in a chunk."""
    return len(x) // chunks.shards // chunks.number


def _by_device(chunks: Chunks, x: Any) -> Any:
    return x.reshape(chunks.shards, -1, *x.shape[1:])


def mean_over_chunks(
    field: Callable[..., Any], chunks: Chunks, u: Any, whole: Any, rows: list
) -> Any:
    """Return what `field` gives on average over all rows, computed chunk by chunk."""
    n = len(rows[0])

    def add(total: Any, chunk: list) -> Any:
        return jax.tree.map(jnp.add, total, field(u, whole, chunk)), None

    zero = jnp.zeros((), u.dtype)
    total, _ = jax.lax.scan(add, (jnp.zeros_like(u), (zero, zero)), _cut(chunks, rows))
    mean = jax.tree.map(lambda t: t / chunks.number, total)
    rest = _rest(chunks, rows)
    left = len(rest[0])
    if not left:
        return mean
    tail = field(u, whole, rest)
    return jax.tree.map(lambda m, t: m + (t - m) * (left / n), mean, tail)
