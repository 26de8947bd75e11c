"""Record the experiments of lesson 08 over many seeds: minutes of work, kept in assets/recorded.

python tools/record_08.py            # all, about five minutes on two cores
python tools/record_08.py edge       # one of them
"""

import argparse
import json
import os
import sys
import time
from importlib import metadata

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tqdm import tqdm

import course_lib
from course_lib.lessons.lesson_08 import experiments
from course_lib.support.shipped_files import shipped_file

# Name of the recording: (runs by name, activations, seeds).
PLAN = {
    "methods": (experiments.METHODS, ("relu", "tanh"), range(20)),
    "noisy": (experiments.NOISY, ("relu",), range(20)),
    "edge": (experiments.EDGE, ("tanh",), range(12)),
    "scale": (experiments.SCALES, ("relu",), range(10)),
    "splits": (experiments.SPLIT_RUNS, ("relu", "tanh"), range(100, 124)),
    "epochs": (experiments.UNMATCHED, ("relu", "tanh"), range(20)),
}


def run(name):
    """Run one experiment; return what is stored."""
    runs, activations, seeds = PLAN[name]
    columns = {key: [] for key in ("run", "activation", "seed")}
    todo = [(a, r, s) for a in activations for r in runs for s in seeds]
    for activation, label, seed in tqdm(todo, desc=name):
        if name == "epochs":
            trained = experiments.train_epochs(
                seed, activation, epochs=experiments.EPOCHS, **runs[label]
            )
        else:
            trained = experiments.train(seed, activation, **runs[label])
        row = {"run": label, "activation": activation, "seed": seed} | experiments.measure(*trained)
        for key, value in row.items():
            value = float(f"{value:.6g}") if key not in ("run", "activation", "seed") else value
            columns.setdefault(key, []).append(value)
    packages = ("jax", "numpy", "scipy", "scikit-learn")
    made = {
        "by": "tools/record_08.py",
        "versions": {package: metadata.version(package) for package in packages},
        "seeds": list(seeds),
        "settings": runs,
    }
    return {"made": made, "columns": columns}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *PLAN], default=[])
    course_lib.setup()
    for name in parser.parse_args().names or PLAN:
        start = time.perf_counter()
        content = run(name)
        path = shipped_file("assets/recorded") / f"06_{name}.json"
        path.write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8")
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
