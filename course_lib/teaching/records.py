"""Recorded results of experiments that take minutes: one file each, with its seeds and versions.

A record is ``assets/recorded/NN_name.npz``: arrays by name, and ``about``, a JSON text that says
what was run with which seeds, what the axes mean, and which versions made it. The script
``tools/record_NN.py`` writes the records of lesson NN.
"""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.support.caching import remember
from course_lib.support.shipped_files import shipped_file

FOLDER = "assets/recorded"
PACKAGES = ("numpy", "scipy", "scikit-learn", "jax")


class Record(Mapping[str, np.ndarray]):
    """The arrays of a record by name, and what is known about them.

    Attributes
    ----------
    about : dict
        At least ``seeds``, ``versions`` and ``made by``.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], about: dict[str, Any]) -> None:
        self._arrays, self.about = dict(arrays), about

    def __getitem__(self, name: str) -> np.ndarray:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


@remember()
def load(name: str) -> Record:
    """Return the `Record` ``assets/recorded/<name>.npz``.

    Parameters
    ----------
    name : str
        Lesson and experiment, such as ``"09_race"``.

    Raises
    ------
    FileNotFoundError
        If the installation lacks the record.

    Examples
    --------
    >>> load("09_race").about["made by"]
    'tools/record_09.py'
    """
    with np.load(shipped_file(f"{FOLDER}/{name}.npz"), allow_pickle=False) as file:
        arrays = {
            key: unpack(value) if value.dtype == np.uint8 else value
            for key, value in file.items()
            if key != "about"
        }
        return Record(arrays, json.loads(str(file["about"])))


def save(
    name: str, arrays: Mapping[str, np.ndarray], *, seeds: Iterable[int], **about: Any
) -> Path:
    """Write a record with its seeds and the versions that made it; return its path.

    Parameters
    ----------
    name : str
        Lesson and experiment, such as ``"09_race"``.
    arrays : mapping of str to ndarray
        If three digits are enough for an array, give what `pack` returns for it.
    seeds : iterable of int
    **about
        What the axes and the runs are, in values that JSON can hold.
    """
    about |= {
        "seeds": list(seeds),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in PACKAGES},
        "made by": f"tools/record_{name[:2]}.py",
    }
    path = shipped_file(FOLDER) / f"{name}.npz"
    text = json.dumps(about, ensure_ascii=False)
    np.savez_compressed(path, about=np.array(text), **dict(arrays))  # type: ignore[arg-type]
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", flush=True)
    return path


def pack(values: np.ndarray, digits: int) -> np.ndarray:
    """Return `values` in float32 as four planes of bytes, with `digits` of 23 binary digits kept.

    A plane holds the bytes of one significance, which makes the compressed file half as large. Ten
    binary digits are about three decimal digits.

    Examples
    --------
    >>> unpack(pack(np.array([0.1, 3.0]), digits=10)).round(4)
    array([0.1, 3. ])
    """
    dropped = np.uint32(23 - digits)
    bits = np.asarray(values, np.float32).view(np.uint32)
    rounded = (bits + (np.uint32(1) << (dropped - 1))) >> dropped << dropped
    return np.moveaxis(rounded[..., None].view(np.uint8), -1, 0).copy()


def unpack(planes: np.ndarray) -> np.ndarray:
    """Return the float64 values that `pack` rounded."""
    whole = np.ascontiguousarray(np.moveaxis(planes, 0, -1))
    return whole.view(np.float32)[..., 0].astype(float)
