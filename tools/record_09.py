"""Record for lesson 09 how three estimators of a trace fare at equal cost; five minutes.

    python tools/record_09.py

Every entry is the outcome of many trials with seeds 0, 1, …: the root mean square error beside
Hutchinson's by its law, and how often the 95 % interval holds the trace.
"""

import numpy as np
from scipy.sparse.linalg import aslinearoperator

import course_lib
from course_lib.curvature import trace
from course_lib.lessons.lesson_09.experiments import BUDGETS, SPECTRA, matrix_with, trials
from course_lib.teaching import records

MANY, FEWER = 4000, {"this network": 1000}
ABOUT = (
    "rms: error over Hutchinson's at the same cost, by its law; covered: 95 % intervals; trials: "
    "how many, with the first so many seeds"
)


def main():
    course_lib.setup()
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


if __name__ == "__main__":
    main()
