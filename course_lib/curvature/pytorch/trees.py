"""Batches are trees of tensors: tuples, lists and dicts of them, or of what can become one.

PyTorch's own `torch.utils._pytree` is private and does not know the mappings of Hugging Face.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from course_lib.curvature.pytorch import torch


def leaves(tree: Any) -> Iterator[Any]:
    """Yield the leaves of a tree, in order."""
    if isinstance(tree, Mapping):
        tree = list(tree.values())
    if _is_row(tree):
        for part in tree:
            yield from leaves(part)
    else:
        yield tree


def tensors(tree: Any) -> list[Any]:
    """Return the tensors of a tree that have a first dimension."""
    found = (leaf for leaf in leaves(tree) if isinstance(leaf, torch.Tensor))
    return [tensor for tensor in found if tensor.ndim and not tensor.is_nested]


def mapped(change: Callable[..., Any], *trees: Any) -> Any:
    """Return a tree of change(*leaves) over trees of one shape; if their shapes differ, a ValueError."""
    first = trees[0]
    if isinstance(first, Mapping):
        if any(not isinstance(t, Mapping) or list(t) != list(first) for t in trees):
            raise ValueError("their keys differ")
        changed = {key: mapped(change, *(t[key] for t in trees)) for key in first}
        return changed if type(first) is dict else _like(first, changed)
    if _is_row(first):
        if any(type(t) is not type(first) or len(t) != len(first) for t in trees):
            raise ValueError("their parts differ")
        parts = [mapped(change, *row) for row in zip(*trees, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    return change(*trees)


def _is_row(tree: Any) -> bool:
    """Tell whether a tree is a tuple or a list of parts; those of a packed sequence belong together."""
    packed = isinstance(tree, torch.nn.utils.rnn.PackedSequence)
    return isinstance(tree, (tuple, list)) and not packed


def _like(first: Any, changed: dict) -> Any:
    try:
        return type(first)(changed)
    except TypeError:  # a mapping with a constructor of its own
        other = deepcopy(first)
    try:
        other.update(changed)
    except AttributeError:  # it cannot be changed: a dict does as well
        return changed
    return other


def to_device(tree: Any, device: Any) -> Any:
    """Return a batch with its arrays as tensors, all on `device`."""

    def moved(leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fiub":
            leaf = torch.as_tensor(leaf)
        elif isinstance(leaf, np.generic):
            leaf = torch.as_tensor(leaf.item())
        elif hasattr(leaf, "to_numpy"):  # a DataFrame or a Series
            return moved(leaf.to_numpy())
        leaf = leaf.to(device) if hasattr(leaf, "to") else leaf
        inference = isinstance(leaf, torch.Tensor) and leaf.is_inference()
        return leaf.clone() if inference else leaf  # or it could not be saved for a gradient

    return mapped(moved, tree)


def copied(tree: Any) -> Any:
    """Return a batch with copies of all that may change in it."""
    return mapped(lambda leaf: leaf.clone() if hasattr(leaf, "clone") else deepcopy(leaf), tree)


def rows(tree: Any, chosen: slice) -> Any:
    """Return a batch of some rows only: every dense tensor is cut."""

    def cut(leaf: Any) -> Any:
        if not isinstance(leaf, torch.Tensor) or not leaf.ndim or leaf.is_nested:
            return leaf
        return leaf[chosen] if leaf.layout == torch.strided else leaf

    return mapped(cut, tree)


def joined(first: Any, second: Any, counts: Sequence[tuple[float, float]]) -> Any:
    """Return two batches as one, example under example; if they do not fit, raise a ValueError.

    The examples of a tensor lie along the first dimension that, in both batches, has as many entries
    as the batch has examples. (If time comes first, this is the second dimension.) If there is none,
    they lie along the only dimension in which the batches differ. `counts` are pairs of possible
    numbers of examples, the likeliest first.
    """

    def join(a: Any, b: Any) -> Any:
        if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor) and a.ndim == b.ndim > 0:
            return torch.cat([a, b], dim=_examples(a, b, counts))
        same = torch.equal(a, b) if isinstance(a, torch.Tensor) else a is b or a == b
        if not same:
            raise ValueError(f"{a!r:.40} and {b!r:.40} differ")
        return a

    return mapped(join, first, second)


def _examples(a: Any, b: Any, counts: Sequence[tuple[float, float]]) -> int:
    sides = list(zip(a.shape, b.shape, strict=True))
    differ = [d for d, (one, other) in enumerate(sides) if one != other]
    as_many = [d for pair in counts for d, side in enumerate(sides) if side == pair]
    fitting = [d for d in as_many if differ in ([], [d])]
    # Sequences of another length stack no more than they would under one another.
    if len(differ) > 1 or (as_many and not fitting):
        raise ValueError(f"shapes {tuple(a.shape)} and {tuple(b.shape)} do not stack")
    return fitting[0] if fitting else differ[0] if differ else 0


def num_bytes(tree: Any) -> int:
    """Return how many bytes the tensors of a batch take."""
    found = 0
    for leaf in leaves(tree):
        if isinstance(leaf, torch.Tensor):
            found += sum(part.nbytes for part in dense_parts(leaf))
        elif hasattr(leaf, "__dict__"):  # an object that holds tensors
            found += num_bytes(vars(leaf))
    return found


def dense_parts(tensor: Any) -> list[Any]:
    """Return a dense tensor itself, the places and values of a sparse one, the parts of a nested one.

    A graph neural network often takes the graph's adjacency matrix as a sparse tensor.
    """
    if tensor.is_nested:
        return list(tensor.unbind())
    if tensor.layout == torch.strided:
        return [tensor]
    sparse = tensor.to_sparse_coo().coalesce()
    return [sparse.indices(), sparse.values()]
