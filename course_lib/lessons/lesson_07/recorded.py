"""The experiments of lesson 05 that take minutes, recorded by ``tools/record_07.py``."""

import json

import numpy as np

from course_lib.support.caching import remember
from course_lib.support.shipped_files import shipped_file


def pack(values, digits):
    """Return float32 values as four planes of bytes, with `digits` binary digits kept of 23.

    Bytes of one significance side by side compress to half the size; ten digits are three
    decimal ones.
    """
    dropped = np.uint32(23 - digits)
    bits = np.asarray(values, np.float32).view(np.uint32)
    rounded = (bits + (np.uint32(1) << (dropped - 1))) >> dropped << dropped
    return np.moveaxis(rounded[..., None].view(np.uint8), -1, 0).copy()


def unpack(planes):
    """Return the float64 values that `pack` rounded."""
    whole = np.ascontiguousarray(np.moveaxis(planes, 0, -1))
    return whole.view(np.float32)[..., 0].astype(float)


@remember()
def load(name):
    """Return what was recorded under a name: a dictionary of arrays, and ``about``.

    ``about`` holds the seeds, the versions, what the axes mean, and the script.
    """
    with np.load(shipped_file(f"assets/recorded/07_{name}.npz")) as file:
        found = {
            key: unpack(value) if value.dtype == np.uint8 else value
            for key, value in file.items()
            if key != "about"
        }
        return found | {"about": json.loads(str(file["about"]))}
