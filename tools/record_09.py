"""Record the two experiments of lesson 09.

    python tools/record_09.py            # both
    python tools/record_09.py NAME …     # race (5 minutes) or looking (6 minutes on one core)

race compares three estimators of a trace at equal cost. It records the root mean square error over
that of Hutchinson's law, and the share of 95 % intervals that contain the trace. looking records
this share when a run stops at the first look at which its interval is narrow enough. Every entry is
the outcome of many trials with seeds 0, 1, ….
"""

import sys

import numpy as np
from scipy.sparse.linalg import aslinearoperator

import course_lib
from course_lib.curvature import trace
from course_lib.lessons.lesson_09 import experiments_looking as looking
from course_lib.lessons.lesson_09.experiments import BUDGETS, SPECTRA, matrix_with, trials
from course_lib.teaching import records

MANY, FEWER = 4000, {"this network": 1000}
ABOUT = (
    "rms: error over Hutchinson's at the same cost, by its law; covered: 95 % intervals; trials: "
    "how many, with the first so many seeds"
)


LOOKING = (
    "covered: share of 95 % intervals that contain the trace, when a run stops at the first look at "
    "which the interval is narrow enough; wanted: about how many probes the tolerance takes; trials: "
    "how many runs, with the first so many seeds; all rules see the same probes"
)
RUNS = {"this network": 2000}


def race():
    rms, covered, counts = [], [], []
    for name in SPECTRA:
        A, count = matrix_with(name), FEWER.get(name, MANY)
        operator, exact = aslinearoperator(A), np.trace(A)
        law = trace.one_probe_variance(A) ** 0.5
        for method in trace.METHODS:
            for budget in BUDGETS:
                measured = trials(operator, exact, method, budget, range(count))
                rms.append(round(measured.rms * budget**0.5 / law, 4))
                covered.append(round(measured.covered, 4))
                counts.append(count)
                print(name, method, budget, rms[-1], covered[-1], flush=True)
    shape = (len(SPECTRA), len(trace.METHODS), len(BUDGETS))
    columns = {"rms": rms, "covered": covered, "trials": counts}
    arrays = {name: np.reshape(values, shape) for name, values in columns.items()}
    about = {"what": ABOUT, "axes": "spectrum, method, budget", "spectra": list(SPECTRA)}
    about |= {"methods": list(trace.METHODS), "budgets": BUDGETS}
    records.save("09_race", arrays, seeds=range(MANY), **about)


def look():
    shape = (len(SPECTRA), len(looking.WANTED), len(looking.RULES))
    covered, counts = np.empty(shape), np.empty(shape, int)
    rules = tuple(looking.RULES.values())
    for i, name in enumerate(SPECTRA):
        count = RUNS.get(name, MANY)
        for j, wanted in enumerate(looking.WANTED):
            found = looking.covered(matrix_with(name), wanted, rules, range(count))
            covered[i, j], counts[i, j] = found.round(4), count
            print(name, wanted, *found.round(4), flush=True)
    about = {"what": LOOKING, "axes": "spectrum, wanted, rule", "spectra": list(SPECTRA)}
    about |= {"wanted": looking.WANTED, "rules": list(looking.RULES)}
    arrays = {"covered": covered, "trials": counts}
    records.save("09_looking", arrays, seeds=range(MANY), **about)


if __name__ == "__main__":
    course_lib.setup()
    tasks = {"race": race, "looking": look}
    for name in sys.argv[1:] or tasks:
        tasks[name]()
