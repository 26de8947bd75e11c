"""Record the experiments of lesson 08 over many seeds: minutes of work, kept in assets/recorded.

python tools/record_08.py            # all, in about a quarter of an hour on one core
python tools/record_08.py ascents    # one: ascents takes 7 minutes, grid 4, scale half a minute
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from tqdm import tqdm

import course_lib
from course_lib.lessons.lesson_08 import experiments
from course_lib.teaching import records

# Name of the record: (runs by name, activations, seeds).
PLAN = {
    "methods": (experiments.METHODS, ("relu", "tanh"), range(20)),
    "noisy": (experiments.NOISY, ("relu",), range(20)),
    "edge": (experiments.EDGE, ("tanh",), range(12)),
    "scale": (experiments.SCALES, ("relu", "tanh"), range(16)),
    "grid": (experiments.GRID_RUNS, ("relu", "tanh"), range(200, 212)),
    "ascents": (experiments.ASCENTS, ("relu", "tanh"), range(12)),
    "splits": (experiments.SPLIT_RUNS, ("relu", "tanh"), range(100, 124)),
    "epochs": (experiments.UNMATCHED, ("relu", "tanh"), range(20)),
}


def record(name):
    """Run one experiment, and write one entry per run into each column, to six digits."""
    runs, activations, seeds = PLAN[name]
    columns = {}
    todo = [(a, r, s) for a in activations for r in runs for s in seeds]
    for activation, label, seed in tqdm(todo, desc=name):
        train, options = experiments.train, runs[label]
        if name == "epochs":
            train, options = experiments.train_epochs, options | {"epochs": experiments.EPOCHS}
        measured = experiments.measure(*train(seed, activation, **options))
        row = {key: float(f"{value:.6g}") for key, value in measured.items()}
        for key, value in ({"run": label, "activation": activation, "seed": seed} | row).items():
            columns.setdefault(key, []).append(value)
    arrays = {key: np.array(values) for key, values in columns.items()}
    records.save(f"08_{name}", arrays, seeds=seeds, settings=runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *PLAN], default=[])
    course_lib.setup()
    for name in parser.parse_args().names or PLAN:
        record(name)


if __name__ == "__main__":
    main()
