"""Record all critical points of random trigonometric landscapes, for lesson 03.

    python tools/record_03.py          # about half a minute

There are forty landscapes for each of one to four dimensions. Tests repeat this at other seeds.
"""

import numpy as np

from course_lib.exact import critical_points, landscapes
from course_lib.teaching import records

SEEDS = range(40)
DIMENSIONS = (1, 2, 3, 4)
AXES = (
    "One entry a landscape, but for starts and found (num_rounds for each landscape, the starts so "
    "far and the points found) and for heights and index (num_points, from the lowest up)."
)


def record(d, seed):
    """Return the record of one search; heights go from the lowest to the highest."""
    f = landscapes.random_trigonometric(d, seed)
    result = critical_points.search(f, seed=1000 + seed)
    starts, found = zip(*result.rounds, strict=True)
    points = result.found
    return {
        "d": d,
        "seed": seed,
        "settled": result.settled,
        "index_sum": points.index_sum(),
        "spurious": points.num_spurious,
        "num_rounds": len(starts),
        "starts": starts,
        "found": found,
        "num_points": len(points),
        "heights": points.heights.round(4),
        "index": points.index,
    }


def main():
    runs = [record(d, seed) for d in DIMENSIONS for seed in SEEDS]
    arrays = {name: np.hstack([run[name] for run in runs]) for name in runs[0]}
    records.save("03_torus", arrays, seeds=SEEDS, axes=AXES)


if __name__ == "__main__":
    main()
