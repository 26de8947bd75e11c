"""Record for lesson 11 the spectral reports of a small network through its training; a few minutes.

python tools/record_11.py
"""

import sys
from pathlib import Path

import jax
import numpy as np

import course_lib
from course_lib.lessons.lesson_11 import training_record as record

TARGET = Path(__file__).resolve().parents[1] / "assets/recorded/11_training.npz"
LOWEST = 1e-5  # of the density: a single eigenvalue of thousands is seen above it


def main():
    course_lib.setup()
    runs = []
    for width in record.WIDTHS:
        for eta in record.ETAS:
            runs.append(record.follow(width, eta))
            ratio = runs[-1]["top"][-1, 0] * eta / 2
            print(width, eta, "loss", runs[-1]["loss"][-1], "ratio", ratio, flush=True)
    shape = (len(record.WIDTHS), len(record.ETAS))
    arrays = {}
    for name in runs[0]:
        stacked = np.array([run[name] for run in runs])
        arrays[name] = stacked.reshape(*shape, *stacked.shape[1:]).astype(np.float32)
    arrays["density"] = np.log10(np.maximum(arrays["density"], LOWEST)).astype(np.float16)
    versions = f"python {sys.version.split()[0]}, numpy {np.__version__}, jax {jax.__version__}"
    np.savez_compressed(TARGET, **arrays, seed=0, versions=versions)


if __name__ == "__main__":
    main()
