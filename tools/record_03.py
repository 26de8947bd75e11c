"""Record all critical points of random trigonometric landscapes, for lesson 03.

    python tools/record_03.py          # about half a minute

Forty landscapes for each of one to four dimensions. Tests repeat it at seeds that are not here.
"""

import json
import platform
from pathlib import Path

import numpy as np

from course_lib.exact import critical_points, landscapes

OUT = Path(__file__).resolve().parent.parent / "assets" / "recorded" / "03_torus.json"
SEEDS = range(40)
DIMENSIONS = (1, 2, 3, 4)


def record(d, seed):
    """Return what is kept of one search; heights go from the lowest to the highest."""
    f = landscapes.random_trigonometric(d, seed)
    result = critical_points.search(f, seed=1000 + seed)
    found = result.found
    return {
        "d": d,
        "seed": seed,
        "rounds": result.rounds,
        "settled": result.settled,
        "index_sum": found.index_sum(),
        "spurious": found.num_spurious,
        "heights": found.heights.round(4).tolist(),
        "index": found.index.tolist(),
    }


def main():
    runs = [record(d, seed) for d in DIMENSIONS for seed in SEEDS]
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    # A run a line: a change of one is one line in a diff.
    lines = ",\n".join(json.dumps(run) for run in runs)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(
        f'{{"made_by": "tools/record_03.py", "versions": {json.dumps(versions)}, "runs": [\n{lines}\n]}}\n'
    )
    print(f"{OUT.name}: {len(runs)} landscapes, {OUT.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
