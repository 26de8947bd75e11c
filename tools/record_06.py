"""Record the data of lesson 06: all critical points of landscapes, and some of a tiny network.

    python tools/record_06.py              # all, in about ten minutes on one core
    python tools/record_06.py NAME …       # some: landscapes (2 min), tiny (3 min), spurious (4 min)

Each writes assets/recorded/06_NAME.npz; tests/unit/lessons/test_lesson_06.py repeats a sample of
each at seeds that are not recorded here.
"""

import sys
import time

import numpy as np
from scipy.stats import spearmanr

import course_lib
from course_lib.lessons.lesson_06 import experiments
from course_lib.teaching import records

DIMENSIONS, LANDSCAPE_SEEDS = range(1, 7), range(6)
TINY_STARTS, TINY_SEEDS = 256, range(5)
SPURIOUS_STARTS, SPURIOUS_SEEDS = 64, range(10, 30)


def landscapes():
    """Record all critical points of random trigonometric landscapes: index, height, mean eigenvalue."""
    arrays = {}
    for d in DIMENSIONS:
        for seed in LANDSCAPE_SEEDS:
            result = experiments.all_critical_points(d, seed)
            if not (result.settled and result.sum_agrees):
                raise RuntimeError(f"d = {d}, seed = {seed}: points may be missing")
            found = result.found
            arrays[f"{d}|{seed}|index"] = found.index.astype(np.int8)
            arrays[f"{d}|{seed}|height"] = found.heights.astype(np.float32)
            arrays[f"{d}|{seed}|mean"] = found.eigenvalues.mean(axis=1).astype(np.float32)
            print(d, seed, found, result.rounds, flush=True)
    about = {"dimensions": list(DIMENSIONS), "max_square": 2}
    records.save("06_landscapes", arrays, seeds=LANDSCAPE_SEEDS, **about)


def tiny():
    """Record critical points of a network with 24 weights, the spurious ends, and where descent ends."""
    arrays = {}
    for seed in TINY_SEEDS:
        found = experiments.search_tiny_network(seed, TINY_STARTS)
        rows = experiments.distinct(found)
        lam, norms = experiments.descend_tiny_network(seed)
        converged = (found.ends >= 0).sum()
        arrays[f"{seed}|index"] = found.index[rows].astype(np.int8)
        arrays[f"{seed}|height"] = found.heights[rows]
        arrays[f"{seed}|starts"] = np.array([TINY_STARTS, converged, found.num_spurious])
        arrays[f"{seed}|descent"] = np.column_stack([lam[:, -1], norms])
        print(seed, found, len(rows), lam[:, -1].min(), norms.max(), flush=True)
    about = {"starts": "all, converged, spurious", "descent": "λₙ, ‖∇f‖"}
    records.save("06_tiny", arrays, seeds=TINY_SEEDS, **about)


def spurious():
    """Record over many seeds where a search on the tiny network ends, without the points."""
    rows = []
    for seed in SPURIOUS_SEEDS:
        found = experiments.search_tiny_network(seed, SPURIOUS_STARTS)
        index = found.index[kept := experiments.distinct(found)]
        correlation = spearmanr(index, found.heights[kept]).statistic
        converged = (found.ends >= 0).sum()
        rows.append((converged, found.num_spurious, len(kept), (index == 0).sum(), correlation))
        print(seed, found, rows[-1], flush=True)
    names = "converged", "spurious", "distinct", "minima", "correlation"
    arrays = {name: np.array(row) for name, row in zip(names, zip(*rows, strict=True), strict=True)}
    records.save("06_spurious", arrays, seeds=SPURIOUS_SEEDS, starts=SPURIOUS_STARTS)


EXPERIMENTS = {f.__name__: f for f in (landscapes, tiny, spurious)}

if __name__ == "__main__":
    course_lib.setup()
    for name in sys.argv[1:] or EXPERIMENTS:
        start = time.perf_counter()
        EXPERIMENTS[name]()
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
