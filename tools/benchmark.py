"""Time our curvature tools beside PyTorch, PyHessian and curvlinops: docs/benchmark.md and .png.

    pip install -e .[benchmark]
    python tools/benchmark.py

There are four parts: models in PyTorch as users have them, growth with the number of parameters
(`--largest 1e7` leaves the last size out), a GPU if there is one, and the digits in JAX. `--only`
names parts to repeat. The page is made from the last result of each part, which is kept in
build/benchmark.json. The GPU may be in another machine: its part is kept in docs/benchmark_gpu.json.

The packages take turns within one process, on one core and on all cores. Machines are noisy, so
compare ratios within one run. A package that is not installed is left out, and the table says so.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmark_clock import cores, installed

ROOT = Path(__file__).resolve().parent.parent
DOCS, KEPT = ROOT / "docs", ROOT / "build" / "benchmark.json"
ON_GPU = DOCS / "benchmark_gpu.json"
OTHERS = ("torch", "pyhessian", "curvlinops")


# --- One process per measurement -----------------------------------------------------------------


def measure(part, on, *arguments):
    """Run one part in a process of its own, on `on` cores, and return its result."""
    environment = os.environ | {"TQDM_DISABLE": "1"}
    environment |= dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(on)
    )
    print(f"{part} {' '.join(map(str, arguments))} on {on} core(s) …", flush=True)
    command = [sys.executable, __file__, "--part", part, "--on", str(on), *map(str, arguments)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def worker(part, on, arguments):
    if hasattr(os, "sched_setaffinity"):  # JAX counts the cores that it may use
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:on])
    module, function = part.split(".")
    if function != "first_product":
        import course_lib

        course_lib.setup(platform=None if module == "gpu" else "cpu")
    call = getattr(__import__(f"benchmark_{module}"), function)
    print(json.dumps(call(*map(int, arguments))))


# --- The parts -----------------------------------------------------------------------------------


def user_models(on, repetitions):
    import benchmark_torch

    times, memory = {str(k): [] for k in on}, []
    for number, name in enumerate(benchmark_torch.NAMES):
        for k in on:
            times[str(k)].append(measure("torch.compare", k, number, repetitions))
        contestants = len(benchmark_torch.makers(name, None))
        memory += [measure("torch.peak", max(on), number, who) for who in range(contestants)]
    return {"times": times, "memory": memory}


def growth(on, largest):
    import benchmark_growth

    sizes = [size for size in benchmark_growth.SIZES if size <= largest]
    return {
        "points": [measure("growth.grow", max(on), size, 0) for size in sizes],
        "cores": max(on),
    }


def gpu(on, largest):
    import benchmark_growth

    sizes = [size for size in benchmark_growth.ON_GPU if size <= largest]
    return {
        "kinds": measure("gpu.kinds", max(on)),
        "in JAX": measure("gpu.in_jax", max(on)),
        "points": [measure("growth.grow", max(on), size, 1) for size in sizes],
        "gpt2": measure("gpu.gpt2", max(on)),
    }


def on_a_gpu():
    if not installed("torch"):
        return False
    import torch

    return torch.cuda.is_available()


def digits(on):
    return {
        "times": {str(k): measure("digits.compare", k) for k in on},
        "growth": measure("digits.scaling", max(on)),
        "memory": [
            measure("digits.memory", max(on), *case)
            for case in ((10**6, 1797), (85_002, 10_000), (85_002, 100_000))
        ],
        "first": measure("digits.first_product", max(on)),
    }


def main(given):
    import benchmark_page
    import benchmark_plot

    missing = [name for name in OTHERS if not installed(name)]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}")
    on = sorted({1, cores()})
    parts = {
        "models": lambda: user_models(on, given.repetitions),
        "growth": lambda: growth(on, given.largest),
        "gpu": lambda: gpu(on, given.largest),
        "digits": lambda: digits(on),
    }
    if not on_a_gpu():
        del parts["gpu"]
    if "torch" in missing:
        del parts["models"], parts["growth"]
    found = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    KEPT.parent.mkdir(exist_ok=True)
    if ON_GPU.exists():
        found["gpu"] = json.loads(ON_GPU.read_text(encoding="utf-8"))
    for name in given.only or parts:
        found[name] = parts[name]() | {"versions": benchmark_page.versions()}
        KEPT.write_text(json.dumps(found), encoding="utf-8")
        if name == "gpu":
            text = json.dumps(found[name], indent=1, ensure_ascii=False)
            ON_GPU.write_text(text + "\n", encoding="utf-8")
    page = benchmark_page.page(found)
    (DOCS / "benchmark.md").write_text(page, encoding="utf-8")
    benchmark_plot.plot(found, DOCS / "benchmark.png")
    print(page)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only",
        nargs="*",
        choices=("models", "growth", "gpu", "digits"),
        help="measure only these",
    )
    parser.add_argument(
        "--largest", type=float, default=1e8, help="most parameters for which growth is measured"
    )
    parser.add_argument("--repetitions", type=int, default=3, help="how often slow calls run")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--on", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        worker(given.part, given.on, given.arguments)
    else:
        main(given)
