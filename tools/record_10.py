"""Record the experiments of lesson 10.

    python tools/record_10.py            # all of them
    python tools/record_10.py NAME …     # some: adam, blocks, pruning, races

Each NAME writes assets/recorded/10_NAME.npz. On one core, adam takes about five minutes, blocks
one, pruning two and races ten. Losses are thinned by an odd number, so that an oscillation with the
period two can still be seen.
"""

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import numpy as np

import course_lib
from course_lib.lessons.lesson_10 import experiments
from course_lib.lessons.lesson_10 import experiments_pruning as pruning
from course_lib.lessons.lesson_10 import experiments_races as races
from course_lib.teaching import records

SEEDS = range(5)
ETAS = np.round(10.0 ** (np.arange(-14, -6) / 4), 6)  # 10^−3.5 … 10^−1.75
BETA1S = np.array([0.0, 0.5, 0.9])
ENTROPY_BETA1 = 0.9
THIN = 21
ADAM_SETTING = (
    "mlp 64-32-32-10, tanh, 200 centred digits, full batches, weights × 0.5, bias correction, "
    "beta2 = 0.999"
)
PRUNING_SEEDS = range(8)
RACE_SEEDS = range(6)


def adam():
    """Record λ₁(H), λ₁(P⁻¹H) and the median of P along runs of Adam."""
    arrays = {"etas": ETAS, "beta1s": BETA1S, "thin": np.array(THIN)}
    arrays["every"] = np.array(experiments.EVERY)
    measured = experiments.STEPS // experiments.EVERY + 1
    thinned = len(range(0, experiments.STEPS, THIN))
    for name, loss in zip(("squared", "cross_entropy"), experiments.LOSSES, strict=True):
        shape = len(ETAS), len(BETA1S), len(SEEDS)
        curvature = np.full((*shape, measured, 3), np.nan, np.float32)
        losses = np.full((*shape, thinned), np.nan, np.float32)
        for i, eta in enumerate(ETAS.tolist()):
            for j, beta1 in enumerate(BETA1S.tolist()):
                if name == "cross_entropy" and beta1 != ENTROPY_BETA1:
                    continue
                for k, seed in enumerate(SEEDS):
                    run = experiments.train_with_adam(eta, beta1, seed, loss)
                    values = run.plain, run.preconditioned, run.median
                    curvature[i, j, k] = np.stack(values, axis=-1)[0]
                    losses[i, j, k] = np.log10(run.losses[0, ::THIN])
                ends = curvature[i, j, :, -1, 1] / experiments.adam_limit(eta, beta1)
                print(loss, f"eta {eta:g}, beta1 {beta1:g}:", ends.round(2), flush=True)
        arrays[f"{name}_curvature"] = curvature
        arrays[f"{name}_log10_losses"] = losses.astype(np.float16)
    about = {"setting": ADAM_SETTING, "axes": "eta, beta1, seed, step; plain, P⁻¹H, median of P"}
    records.save(experiments.ADAM, arrays, seeds=SEEDS, float64=jax.config.jax_enable_x64, **about)


def blocks():
    """Record λ₁ block by block of three architectures."""
    arrays = {}
    for name in experiments.ARCHITECTURES:
        found = [experiments.block_sharpness(name, seed) for seed in SEEDS]
        key = name.replace(" ", "_")
        arrays[f"{key}_names"] = np.array(found[0][0])
        arrays[f"{key}_sharpness"] = np.array([values for _, values in found], np.float32)
        pair = found[0][0], arrays[f"{key}_sharpness"]
        means = dict(zip(pair[0], pair[1].mean(axis=0).round(3), strict=True))
        print(name, means, experiments.spread(*pair), experiments.spread(*pair, True), flush=True)
    about = {"setting": "500 digits, cross-entropy, Adam, batches of 50, to a loss of 0.1"}
    records.save(
        experiments.BLOCKS, arrays, seeds=SEEDS, float64=jax.config.jax_enable_x64, **about
    )


def prune():
    """Record what zeroing and rounding do to eight trained networks."""
    found = []
    for seed in PRUNING_SEEDS:
        found.append(pruning.measure(seed))
        print(seed, found[-1]["pruned"].round(4), found[-1]["rounded"].round(5), flush=True)
    arrays = {name: np.array([one[name] for one in found], np.float32) for name in found[0]}
    arrays |= {"shares": pruning.SHARES, "bits": np.array(pruning.BITS)}
    about = {"setting": "mlp 64-32-10, tanh, 1000 digits, cross-entropy to a loss of 0.01"}
    about |= {"floor": pruning.FLOOR, "rules": pruning.RULES}
    records.save(
        pruning.PRUNING, arrays, seeds=PRUNING_SEEDS, float64=jax.config.jax_enable_x64, **about
    )


def race():
    """Record the cheapest of eight trials of every method, on every problem and seed."""
    shape = len(races.PROBLEMS), len(races.METHODS), len(RACE_SEEDS)
    gradients, products = np.full(shape, np.inf), np.full(shape, np.inf)
    winners = np.zeros(shape, int)
    for i, problem in enumerate(races.PROBLEMS):
        for j, method in enumerate(races.METHODS):
            for k, seed in enumerate(RACE_SEEDS):
                cost, costs = races.best(problem, method, seed)
                winners[i, j, k] = costs.index(cost)
                if cost.reached:
                    gradients[i, j, k], products[i, j, k] = cost.gradients, cost.products
            total = gradients[i, j] + products[i, j]
            print(problem.name, method, total, winners[i, j], flush=True)
    arrays = {"gradients": gradients, "products": products, "winners": winners}
    about = {
        "axes": "problem, method, seed",
        "problems": [vars(problem) for problem in races.PROBLEMS],
        "grids": races.GRIDS,
        "budget": races.BUDGET,
    }
    records.save(races.RACES, arrays, seeds=RACE_SEEDS, float64=jax.config.jax_enable_x64, **about)


RECORDINGS = {"adam": adam, "blocks": blocks, "pruning": prune, "races": race}


if __name__ == "__main__":
    course_lib.setup()
    for name in sys.argv[1:] or RECORDINGS:
        RECORDINGS[name]()
