"""Record for lesson 09 how three estimators of a trace fare at equal cost; five minutes.

    python tools/record_09.py

Every entry is the outcome of many trials with seeds 0, 1, …: the root mean square error beside
Hutchinson's by its law, and how often the 95 % interval holds the trace.
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.sparse.linalg import aslinearoperator

import course_lib
from course_lib.curvature import trace
from course_lib.lessons.lesson_09 import race

TRIALS = {"this network": 1000}
TARGET = Path(__file__).resolve().parents[1] / "assets/recorded/09_race.json"


def main():
    course_lib.setup()
    rows = {}
    for name in race.SPECTRA:
        A = race.matrix(name)
        operator, exact = aslinearoperator(A), np.trace(A)
        law = trace.one_probe_variance(A) ** 0.5
        for method in trace.METHODS:
            for budget in race.BUDGETS:
                trials = TRIALS.get(name, 4000)
                measured = race.trials(operator, exact, method, budget, range(trials))
                row = {
                    "rms": round(measured.rms * budget**0.5 / law, 4),
                    "covered": round(measured.covered, 4),
                    "trials": trials,
                }
                rows.setdefault(name, {}).setdefault(method, {})[str(budget)] = row
                print(name, method, budget, row, flush=True)
    versions = {"python": sys.version.split()[0], "numpy": np.__version__}
    what = "rms: error over Hutchinson's at the same cost, by its law; covered: 95 % intervals"
    record = {"what": what, "seeds": "0 … trials − 1", "versions": versions, "rows": rows}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
