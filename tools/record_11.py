"""Record for lesson 11 the spectral reports of a small network through its training; a few minutes.

python tools/record_11.py
"""

import numpy as np

import course_lib
from course_lib.lessons.lesson_11.experiments import ETAS, EVERY, WIDTHS, follow
from course_lib.teaching import records

WHAT = (
    "spectral reports through training, the first at the start; density: log10, on experiments.GRID"
)
LOWEST = 1e-5  # of the density: a single eigenvalue of thousands is seen above it


def main():
    course_lib.setup()
    runs = []
    for width in WIDTHS:
        for eta in ETAS:
            runs.append(follow(width, eta, seed=0))
            ratio = runs[-1]["top"][-1, 0] * eta / 2
            print(width, eta, "loss", runs[-1]["loss"][-1], "ratio", ratio, flush=True)
    arrays = {}
    for name in runs[0]:
        stacked = np.array([run[name] for run in runs], np.float32)
        arrays[name] = stacked.reshape(len(WIDTHS), len(ETAS), *stacked.shape[1:])
    arrays["density"] = np.log10(np.maximum(arrays["density"], LOWEST)).astype(np.float16)
    about = {"what": WHAT, "axes": "width, step size, report; then rank or grid"}
    about |= {"widths": WIDTHS, "etas": ETAS, "every": EVERY}
    records.save("11_training", arrays, seeds=[0], **about)


if __name__ == "__main__":
    main()
