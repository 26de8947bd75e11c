"""Any tree of parameters as one vector and back, and any data as arrays that JAX can take.

JAX compiles a function once for what it knows about its arguments beforehand. So a tree is split into
its arrays and a hashable template of everything else: its structure, and the values that are not
arrays. If the template and the shapes of the arrays have been seen before, nothing is compiled again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import prod
from typing import Any

import jax
import numpy as np
from jax.tree_util import DictKey, keystr, tree_flatten_with_path

from course_lib.curvature import leaves
from course_lib.curvature.leaves import Held
from course_lib.support import arguments


@dataclass(frozen=True)
class Template:
    """A tree without its arrays: a leaf is the place of its array in a list, or a held value."""

    structure: Held
    leaves: tuple[int | Held, ...]

    def fill(self, arrays: Sequence[Any]) -> Any:
        """Return the tree with these arrays in it."""
        return self.structure.value.unflatten(
            leaf.value if isinstance(leaf, Held) else arrays[leaf] for leaf in self.leaves
        )


@dataclass(frozen=True)
class Layout:
    """How the arguments (w, *data) of the reader's function are made from arrays."""

    point: Template
    shapes: tuple[tuple[int, ...], ...]
    data: Template

    def tree(self, vector: Any, fixed: Sequence[Any]) -> Any:
        """Return w, with its parameters taken from a vector."""
        parts, start = [], 0
        for shape in self.shapes:
            size = prod(shape)
            part = vector if size == vector.size else vector[start : start + size]
            parts.append(part.reshape(shape))
            start += size
        return self.point.fill([*parts, *fixed])

    def arguments(self, vector: Any, whole: tuple[list, list], rows: list) -> tuple:
        """Return (w, *data)."""
        fixed, others = whole
        return self.tree(vector, fixed), *self.data.fill([*rows, *others])


@dataclass(frozen=True)
class Arranged:
    """A point and its data as arrays.

    Attributes
    ----------
    layout : Layout
        It puts them together again. It is hashable, because compiled code depends on it.
    vector : ndarray of shape (P,)
        All parameters, in the order of ``jax.tree.leaves``.
    whole : (list of arrays, list of arrays)
        The arrays of w and of the data that are neither differentiated nor cut into chunks.
    rows : list of arrays
        The data, if all arrays in them have equally many rows.
    row_names : tuple of str
        The names of these arrays in messages: ``data[1]['labels']``.
    held_fixed : tuple of str
        The leaves of w that are not parameters, by ``jax.tree_util.keystr``.
    """

    layout: Layout
    vector: np.ndarray
    whole: tuple[list, list]
    rows: list
    row_names: tuple[str, ...]
    held_fixed: tuple[str, ...]

    @property
    def num_rows(self) -> int:
        """How many rows the data have; 0 if their arrays have different numbers of rows."""
        return len(self.rows[0]) if self.rows else 0

    def arguments_of(self, rows: slice) -> tuple:
        """Return (w, *data) with these examples only."""
        return self.layout.arguments(self.vector, self.whole, [x[rows] for x in self.rows])


def arrange(
    w: Any, data: tuple, allow_float32: bool, names: Sequence[str] | None = None
) -> Arranged:
    """Take the arrays out of a point and its data, and check them; `names` are those of the data."""
    point, shapes, vector, fixed, held = _arranged_point(w, allow_float32)
    if names is None:
        names = [f"data[{i}]" for i in range(len(data))]
    paths, structure = tree_flatten_with_path(data, is_leaf=leaves.is_list_of_numbers)
    called = [names[path[0].idx] + keystr(path[1:]) for path, _ in paths]
    found = [leaves.of_data(name, x) for name, (_, x) in zip(called, paths, strict=True)]
    same = len({len(x) for x in found if leaves.has_rows(x)}) == 1
    in_rows = [name for name, x in zip(called, found, strict=True) if same and leaves.has_rows(x)]
    rest, rows, whole = _split(structure, found, lambda x: same and leaves.has_rows(x))
    return Arranged(Layout(point, shapes, rest), vector, (fixed, whole), rows, tuple(in_rows), held)


def _arranged_point(w: Any, allow_float32: bool) -> tuple:
    if leaves.is_numbers(w):
        w = arguments.array("w", w)
    paths, structure = tree_flatten_with_path(w, is_leaf=leaves.is_list_of_floats)
    _refuse_statistics([path for path, _ in paths])
    keys = [keystr(path) for path, _ in paths]
    found = {
        "w" + key: leaves.of_point("w" + key, x, owner)
        for key, (_, x), owner in zip(keys, paths, _owners(structure), strict=True)
    }
    parameters = {name: x for name, x in found.items() if leaves.is_parameter(x)}
    held = {name: x for name, x in found.items() if name not in parameters}
    dtype = leaves.common_dtype(parameters, held, allow_float32)
    point, floats, fixed = _split(structure, list(found.values()), leaves.is_parameter)
    flat = [np.asarray(x, dtype).reshape(-1) for x in floats]
    for name, part in zip(parameters, flat, strict=True):
        if not np.isfinite(part).all():
            raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    vector = flat[0] if len(flat) == 1 else np.concatenate(flat)
    if vector.size == 0:
        raise ValueError("w must hold parameters, but all its arrays are empty")
    shapes = tuple(np.shape(x) for x in floats)
    return point, shapes, vector, fixed, tuple(name[1:] for name in held)


def _refuse_statistics(paths: list[tuple]) -> None:
    """Refuse the whole variables of a Flax model: its running statistics are not parameters."""
    for path in paths:
        for i, key in enumerate(path):
            if getattr(key, "key", None) != "batch_stats":
                continue
            beside = (*path[:i], DictKey("params"))
            if any(other[: i + 1] == beside for other in paths):
                raise ValueError(
                    f"w{keystr(path[: i + 1])} holds running statistics, which are not parameters: "
                    f"give w{keystr(beside)} as the point, and let f close over the rest"
                )


def _owners(structure: Any) -> Iterator[type | None]:
    """Yield, for each leaf of a structure, the type of the node that it belongs to."""
    if structure.node_data() is None:  # w is one array
        yield from [None] * structure.num_leaves
    for child in structure.children():
        if jax.tree_util.treedef_is_leaf(child) and child.num_leaves:
            yield structure.node_data()[0]
        else:
            yield from _owners(child)


def _split(
    structure: Any, found: list[Any], ahead: Callable[[Any], bool]
) -> tuple[Template, list[Any], list[Any]]:
    """Return the template of a tree, and its arrays in two lists: those that go first, and the others."""
    sides = [None if isinstance(x, Held) else ahead(x) for x in found]
    place = {True: count(), False: count(sides.count(True))}
    places = (
        x if side is None else next(place[side]) for x, side in zip(found, sides, strict=True)
    )
    template = Template(Held(structure), tuple(places))
    first, others = (
        [x for x, side in zip(found, sides, strict=True) if side is which]
        for which in (True, False)
    )
    return template, first, others
