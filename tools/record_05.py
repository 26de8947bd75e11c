"""Record the training runs of lesson 05.

    python tools/record_05.py            # all of them
    python tools/record_05.py NAME …     # some: edge_of_stability, steered, limits, balances

It writes assets/recorded/05_edge_of_stability.npz, 05_steered.npz, 05_limits.npz and
05_balance.npz. Each takes about ten minutes on one core. Losses are thinned by an odd number, so
that an oscillation with the period two can still be seen.
"""

import sys

import jax
import numpy as np

import course_lib
from course_lib.lessons.lesson_05.experiments import (
    BALANCE,
    LIMITS,
    RECORD,
    STEERED,
    STEERED_ETA,
    STEERED_STEPS,
    STEPS,
    balance,
    steered_run,
    train_at_the_edge,
)
from course_lib.teaching import records

ETAS = np.arange(1, 25) / 20  # 0.05, 0.10, …, 1.20
SEEDS = range(5)
THIN, EVERY = 7, 25
KINDS = {
    "squared": {"loss": "squared error"},
    "heavy_ball": {"loss": "squared error", "momentum": 0.5},
    "cross_entropy": {"loss": "cross-entropy"},
}
# Full initial weights: training starts above 2/η.
CATAPULT = {"steps": 300, "every": 5, "scale": 1.0}
CATAPULT_ETAS = np.array([0.3, 0.4])
SETTING = "mlp 64-32-32-10, tanh, 200 centred digits, full batches, weights × 0.5"

STEERED_SEEDS, STEERED_AT = range(10), np.arange(50, 351, 100)
STEERED_ETAS = np.arange(1, 9) / 10
STEERED_THIN, STEERED_EVERY = 3, 10

LIMIT_RUNS = {  # name: what is varied, its values, the other settings
    "batch": ("batch_size", np.array([8, 16, 32, 64, 200]), {"eta": 0.4, "every": 25}),
    "step": ("eta", np.array([1.0, 2.0, 3.0, 4.0, 6.0]), {"steps": 600, "every": 5}),
    "labels": ("wrong_labels", np.array([0.0, 0.4, 0.7, 1.0]), {"eta": 0.4, "every": 5}),
}


def record(etas, steps, every, thin, **options):
    """Return the runs of all `etas` (rows) and `SEEDS` (columns) as arrays; NaN once diverged."""
    shape = (len(etas), len(SEEDS))
    losses = np.full((*shape, len(range(0, steps, thin))), np.nan, np.float32)
    sharpness = np.full((*shape, steps // every + 1), np.nan, np.float32)
    rising = np.zeros(shape, np.float32)
    for i, eta in enumerate(etas):
        for j, seed in enumerate(SEEDS):
            run = train_at_the_edge(eta, seed, steps=steps, every=every, **options)
            thinned = run.losses[::thin]
            losses[i, j, : len(thinned)] = thinned
            sharpness[i, j, : len(run.sharpness)] = run.sharpness
            rising[i, j] = run.rising
        print(f"{options} η = {eta:g}: ηλ₁/(2 + 2β) ends at", run.ratio[-1].round(3), flush=True)
    # Three digits of a loss are more than a picture shows.
    return np.log10(losses).astype(np.float16), sharpness, rising


def edge_of_stability():
    arrays = {
        "etas": ETAS,
        "seeds": np.array(SEEDS),
        "thin": np.array(THIN),
        "every": np.array(EVERY),
        "catapult_etas": CATAPULT_ETAS,
        "catapult_every": np.array(CATAPULT["every"]),
    }
    for name, options in KINDS.items():
        losses, sharpness, rising = record(ETAS, STEPS, EVERY, THIN, **options)
        arrays |= {f"{name}_log10_losses": losses, f"{name}_sharpness": sharpness}
        arrays[f"{name}_rising"] = rising
    losses, sharpness, _ = record(CATAPULT_ETAS, thin=1, **CATAPULT)
    arrays |= {"catapult_log10_losses": losses, "catapult_sharpness": sharpness}
    runs = {"setting": SETTING, "kinds": KINDS, "catapult": CATAPULT}
    records.save(RECORD, arrays, seeds=SEEDS, float64=jax.config.jax_enable_x64, **runs)


def steered():
    """Record the runs that begin with one step size and go on with another."""
    cases = len(STEERED_SEEDS), len(STEERED_AT), len(STEERED_ETAS)
    thinned = len(range(0, STEERED_STEPS, STEERED_THIN))
    measured = STEERED_STEPS // STEERED_EVERY + 1
    losses, jumps = np.full((*cases, thinned), np.nan), np.full(cases, np.inf)
    sharpness = np.full((*cases, measured), np.nan, np.float32)
    kept_losses = np.full((cases[0], thinned), np.nan)
    kept_sharpness = np.full((cases[0], measured), np.nan, np.float32)
    for i, seed in enumerate(STEERED_SEEDS):
        kept = train_at_the_edge(STEERED_ETA, seed, steps=STEERED_STEPS, every=STEERED_EVERY)
        kept_losses[i], kept_sharpness[i] = kept.losses[::STEERED_THIN], kept.sharpness
        for j, at in enumerate(STEERED_AT):
            for k, eta in enumerate(STEERED_ETAS):
                run = steered_run(int(at), eta, seed, every=STEERED_EVERY)
                whole = np.full(STEERED_STEPS, np.nan)
                # The picture ends at a million, so larger losses are cut off there.
                whole[at : at + len(run.losses)] = np.minimum(run.losses, 1e6)
                losses[i, j, k] = whole[::STEERED_THIN]
                sharpness[i, j, k, run.steps // STEERED_EVERY] = np.minimum(run.sharpness, 1e4)
                if not run.diverged:
                    jumps[i, j, k] = run.losses.max() / run.losses[0]
        print(f"seed {seed}: jumps\n{jumps[i].round(1)}", flush=True)
    arrays = {
        "log10_losses": np.log10(losses).astype(np.float16),
        "kept_log10_losses": np.log10(kept_losses).astype(np.float16),
        "sharpness": sharpness.astype(np.float16),
        "kept_sharpness": kept_sharpness.astype(np.float16),
        "jumps": jumps.astype(np.float32),
        "seeds": np.array(STEERED_SEEDS),
        "ats": STEERED_AT,
        "etas": STEERED_ETAS,
        "thin": np.array(STEERED_THIN),
        "every": np.array(STEERED_EVERY),
    }
    about = {"setting": f"{SETTING}, squared error, first η = {STEERED_ETA}"}
    records.save(STEERED, arrays, seeds=STEERED_SEEDS, float64=jax.config.jax_enable_x64, **about)


def limits():
    """Record ηλ₁/2 where the edge may not be reached: small batches, cross-entropy, wrong labels."""
    arrays = {}
    for name, (varied, values, options) in LIMIT_RUNS.items():
        loss = "squared error" if name == "batch" else "cross-entropy"
        looks = options.get("steps", STEPS) // options["every"] + 1
        ratio = np.full((len(values), len(SEEDS), looks), np.nan, np.float32)
        for i, value in enumerate(values.tolist()):
            full = varied == "batch_size" and value == 200
            for j, seed in enumerate(SEEDS):
                setting = {} if full else {varied: value}
                run = train_at_the_edge(seed=seed, loss=loss, **setting, **options)
                ratio[i, j, : len(run.ratio)] = run.ratio
            print(f"{varied} = {value}: {ratio[i].max(axis=1)}, {ratio[i, :, -1]}", flush=True)
        arrays |= {f"{name}_ratio": ratio, f"{name}_settings": values}
        arrays[f"{name}_every"] = np.array(options["every"])
    runs = {name: f"{varied}, {options}" for name, (varied, _, options) in LIMIT_RUNS.items()}
    about = {"setting": SETTING, "runs": runs}
    records.save(LIMITS, arrays, seeds=SEEDS, float64=jax.config.jax_enable_x64, **about)


def balances():
    """Record what moves λ₁ at the edge, for the seeds of the steered runs."""
    found = [balance(seed) for seed in STEERED_SEEDS]
    arrays = {
        name: np.array([getattr(one, name) for one in found], np.float32)
        for name in ("change", "pushed", "stabilized")
    }
    about = {"setting": SETTING, "start": 150, "eta": STEERED_ETA, "axes": "seed, pair of steps"}
    records.save(BALANCE, arrays, seeds=STEERED_SEEDS, float64=jax.config.jax_enable_x64, **about)


RECORDINGS = {f.__name__: f for f in (edge_of_stability, steered, limits, balances)}


if __name__ == "__main__":
    course_lib.setup()
    for name in sys.argv[1:] or RECORDINGS:
        RECORDINGS[name]()
