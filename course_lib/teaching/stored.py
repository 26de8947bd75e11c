"""The pictures and demos of a stored lesson, found by the metadata that each output carries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from course_lib.support.shipped_files import shipped_file


@dataclass(frozen=True)
class StoredFigure:
    """A picture in a stored lesson.

    Parameters
    ----------
    cell, output : nbformat.NotebookNode
        Where it is shown.
    kind : str
        ``"figure"``, or ``"demo"`` for a panel.
    alt : str
        What it shows.
    key, title : str
        The demo's key and title; empty for a figure.
    """

    cell: Any
    output: Any
    kind: str
    alt: str
    key: str = ""
    title: str = ""


def figures_of(notebook: Any) -> Iterator[StoredFigure]:
    """Yield the pictures and panels that the code cells of a notebook show, in order.

    A picture and a panel state their kind, key, title and alt text in their output's metadata,
    under ``course``: see `plotting.Picture` and `Panel`.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("course")
            if about is not None:
                yield StoredFigure(cell, output, **about)


def notebook_of(lesson: str) -> Path:
    """Return the path of the notebook that belongs to a lesson package, such as ``"lesson_02"``."""
    (path,) = shipped_file("notebooks").glob(f"{lesson.removeprefix('lesson_')}_*.ipynb")
    return path


def demos_of(lesson: str) -> dict[str, StoredFigure]:
    """Return the demos that a lesson's notebook shows, by key, each as it is first shown."""
    found: dict[str, StoredFigure] = {}
    for figure in figures_of(nbformat.read(notebook_of(lesson), 4)):
        if figure.kind == "demo":
            found.setdefault(figure.key, figure)
    return found


def as_shown(keys: Iterable[str], shown: Iterable[str]) -> list[str]:
    """Return the demos' `keys` in the order of `shown`; demos that are not shown come last.

    Examples
    --------
    >>> as_shown(["edge", "map", "bowl"], ["map", "bowl"])
    ['map', 'bowl', 'edge']
    """
    keys = list(keys)
    return sorted(keys, key=[*shown, *keys].index)
