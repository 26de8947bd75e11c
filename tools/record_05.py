"""Record lesson 04's training runs: python tools/record_05.py, some ten minutes on one core.

Writes assets/recorded/05_edge_of_stability.npz. Losses are thinned to every seventh step, an odd
number, so that an oscillation with the period two is still seen.
"""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import jax
import numpy as np

import course_lib
from course_lib.lessons.lesson_05.experiments import STEPS, watched_run

TARGET = Path(__file__).parents[1] / "assets/recorded/05_edge_of_stability.npz"
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
            run = watched_run(eta, seed, steps=steps, every=every, **options)
            seen = run.losses[::thin]
            losses[i, j, : len(seen)] = seen
            sharpness[i, j, : len(run.sharpness)] = run.sharpness
            rising[i, j] = run.rising
        print(f"{options} η = {eta:g}: ηλ₁/(2 + 2β) ends at", run.ratio[-1].round(3), flush=True)
    return losses, sharpness, rising


def main():
    course_lib.setup()
    arrays = {
        "etas": ETAS,
        "seeds": np.array(SEEDS),
        "thin": np.array(THIN),
        "every": np.array(EVERY),
    }
    for name, options in KINDS.items():
        losses, sharpness, rising = record(ETAS, STEPS, EVERY, THIN, **options)
        # Three digits of a loss are more than a picture shows.
        arrays[f"{name}_log10_losses"] = np.log10(losses).astype(np.float16)
        arrays[f"{name}_sharpness"], arrays[f"{name}_rising"] = sharpness, rising
    losses, sharpness, rising = record(CATAPULT_ETAS, thin=1, **CATAPULT)
    arrays |= {
        "catapult_etas": CATAPULT_ETAS,
        "catapult_log10_losses": np.log10(losses).astype(np.float16),
        "catapult_sharpness": sharpness,
        "catapult_every": np.array(CATAPULT["every"]),
    }
    about = {
        "made by": "tools/record_05.py",
        "setting": "mlp 64-32-32-10, tanh, 200 centred digits, full batches, weights × 0.5",
        "kinds": KINDS,
        "catapult": CATAPULT,
        "seeds": list(SEEDS),
        "versions": {name: version(name) for name in ("numpy", "jax", "jaxlib", "scikit-learn")},
        "python": platform.python_version(),
        "float64": bool(jax.config.jax_enable_x64),
    }
    TARGET.parent.mkdir(exist_ok=True)
    np.savez_compressed(TARGET, about=np.array(json.dumps(about, ensure_ascii=False)), **arrays)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
