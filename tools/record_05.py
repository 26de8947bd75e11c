"""Record lesson 05's training runs: python tools/record_05.py, some ten minutes on one core.

Writes assets/recorded/05_edge_of_stability.npz. Losses are thinned to every seventh step, an odd
number, so that an oscillation with the period two is still seen.
"""

import jax
import numpy as np

import course_lib
from course_lib.lessons.lesson_05.experiments import RECORD, STEPS, train_at_the_edge
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


def main():
    course_lib.setup()
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
    setting = "mlp 64-32-32-10, tanh, 200 centred digits, full batches, weights × 0.5"
    runs = {"setting": setting, "kinds": KINDS, "catapult": CATAPULT}
    records.save(RECORD, arrays, seeds=SEEDS, float64=jax.config.jax_enable_x64, **runs)


if __name__ == "__main__":
    main()
