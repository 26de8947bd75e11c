"""The Hessian of a large batch, multiplied piece by piece, so that a piece stays in the cache.

Measured on one core, for a convolutional network and a batch of 64 images, a product costs 1.6
gradients in eight pieces and 1.8 in one. For a fully connected network and 8192 rows, it costs 1.4
and 1.7.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from course_lib.curvature.pytorch import torch, trees, ways
from course_lib.curvature.pytorch.losses import BatchLoss

LEAST = 2**24  # bytes kept: with less, there is nothing to gain
FASTER = 0.95  # pieces must cost less than this share of what the whole batch costs


class InPieces:
    """The product of a batch: the weighted sum of the products of its pieces.

    Parameters
    ----------
    pieces : list of (weight, way)
    """

    def __init__(self, pieces: list[tuple[float, Any]]) -> None:
        self._pieces, self.bytes = pieces, sum(way.bytes for _, way in pieces)
        self.value = sum(weight * way.value for weight, way in pieces)

    def __call__(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return Hv, a tensor for each parameter."""
        return self._sum(way(v) for _, way in self._pieces)

    def together(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return several products at once: every tensor has one more dimension, the first."""
        return self._sum(way.together(v) for _, way in self._pieces)

    def _sum(self, products: Iterator[Sequence[Any]]) -> Sequence[Any]:
        total: list[Any] = []
        for (weight, _), parts in zip(self._pieces, products, strict=True):
            for i, part in enumerate(parts):
                if len(total) <= i:
                    total.append(part.detach() * weight)
                else:
                    total[i].add_(part.detach(), alpha=weight)
        return total


def rows_that_pay(
    batch: Any,
    make: Callable[[Any], ways.Way],
    whole: ways.Trial,
    v: Sequence[Any],
) -> int | None:
    """Return how many rows a piece had in the trial of least cost.

    It is None if pieces do not pay, or are not tried because too little is kept, or on a GPU.

    Parameters
    ----------
    batch : object
        The batch to try on.
    make : callable
        batch ↦ a way to multiply; it is used for the batch and for its pieces.
    whole : Trial
        The trial of this way on the whole batch.
    v : sequence of torch.Tensor
        A vector, as one tensor per parameter.
    """
    each_weight = sum(u.nbytes for u in v)  # bytes that every piece reads and writes once more
    if v[0].device.type != "cpu" or whole.bytes < max(LEAST, 8 * each_weight):
        return None
    rows, begin = _rows(batch), perf_counter()
    least, best = FASTER * whole.cost, None
    for parts in (2, 4, 8, 16):
        size = -(-rows // parts)
        if rows < 2 * parts or whole.bytes / parts < 2 * each_weight:
            break
        # Pieces must save the share 1 − FASTER of the cost. The trials must not take longer than that.
        if perf_counter() - begin + whole.made > (1 - FASTER) * whole.cost:
            break
        try:
            way, made = ways.timed(partial(make, trees.rows(batch, slice(size))))
            cost = parts * ways.Trial("a piece", made, ways.seconds(way, v), way.bytes).cost
        except Exception:  # not every model takes fewer rows
            break
        if cost < least:
            least, best = cost, size
    return best


def cut(
    batch: Any,
    loss: BatchLoss,
    make: Callable[[Any], ways.Way],
    rows: int,
    v: Sequence[Any],
    expected: Sequence[Any],
) -> InPieces | None:
    """Return the way in pieces of this many rows, or None if they do not give the `expected` Hv.

    They do not give it if the rows act on one another, or if the loss is not the weighted mean of the
    pieces' losses. The products must agree up to rounding. None is also returned if the weights
    are not known, or if the model does not take fewer rows.
    """
    found = []
    try:
        for begin in range(0, _rows(batch), rows):
            piece = trees.rows(batch, slice(begin, begin + rows))
            count, total = loss.count(piece), loss.count(batch)
            if count is None or not total:
                return None
            if count:
                found.append((count / total, make(piece)))
        way = InPieces(found)
        product = way(v)
    except Exception:  # not every model takes fewer rows
        return None
    off = sum(float((p - e).norm()) ** 2 for p, e in zip(product, expected, strict=True))
    size = sum(float(e.norm()) ** 2 for e in expected)
    return way if off <= (50 * torch.finfo(v[0].dtype).eps) ** 2 * size else None


def pay(
    batch: Any,
    loss: BatchLoss,
    make: Callable[[Any], ways.Way],
    rows: int,
    v: Sequence[Any],
    expected: Sequence[Any],
) -> bool:
    """Tell whether pieces of this many rows give the `expected` Hv at less cost than the whole batch.

    `rows_that_pay` measures the time of a single piece. Alone, a piece stays in the cache more
    easily than among many. So here all pieces are timed together, and the whole batch is timed
    again. The arguments are those of `cut`.
    """
    costs = []
    for maker in (partial(cut, batch, loss, make, rows, v, expected), partial(make, batch)):
        way, made = ways.timed(maker)
        if way is None:
            return False
        costs.append(ways.Trial("", made, ways.seconds(way, v), way.bytes).cost)
        del way  # the two need not fit into memory together
    return costs[0] < FASTER * costs[1]


def _rows(batch: Any) -> int:
    """Return the number of rows of the longest tensor in a batch."""
    return max((len(t) for t in trees.tensors(batch)), default=0)
