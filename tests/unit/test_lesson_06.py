"""The recorded experiments of lesson 06: what they hold, and a sample repeated at other seeds."""

import json

import numpy as np
import pytest

from course_lib import flatness
from course_lib.comparisons import paired_difference
from course_lib.lessons.lesson_06 import claims_seeds, demos, experiments
from course_lib.resources import resource

RECORDED = {  # how near to the target loss every run must have ended
    "methods": 0.01, "splits": 0.01, "noisy": 0.01, "scale": 0.01, "edge": 0.03, "epochs": None,
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_says_how_it_was_made(name):
    path = resource(f"assets/recorded/06_{name}.json")
    assert path.stat().st_size < 300_000
    content = experiments.recorded(name)
    made, columns = content["made"], content["columns"]
    assert {"jax", "numpy", "scipy", "scikit-learn"} <= made["versions"].keys()
    assert set(columns["seed"]) == set(made["seeds"])
    assert set(columns["run"]) == set(made["settings"])
    rows = {
        tuple(row)
        for row in zip(columns["run"], columns["activation"], columns["seed"], strict=True)
    }
    assert len(rows) == len(columns["loss"])
    activations = len(set(columns["activation"]))
    assert len(rows) == len(made["seeds"]) * len(made["settings"]) * activations


@pytest.mark.parametrize("name", [name for name, near in RECORDED.items() if near])
def test_all_runs_of_a_comparison_end_at_the_same_loss(name):
    loss = experiments.recorded(name)["columns"]["loss"]
    assert loss.max() <= experiments.TARGET * (1 + 1e-6)
    assert loss.min() > experiments.TARGET * (1 - RECORDED[name])


def test_the_experiments_are_those_that_were_recorded():
    for name, runs in (
        ("methods", experiments.METHODS), ("splits", experiments.SPLIT_RUNS),
        ("noisy", experiments.NOISY), ("edge", experiments.EDGE), ("scale", experiments.SCALES),
    ):  # fmt: skip
        stored = experiments.recorded(name)["made"]["settings"]
        assert json.loads(json.dumps(runs)) == stored


def test_a_recorded_run_comes_out_again():
    again = experiments.measure(*experiments.train(3, "tanh", **experiments.METHODS["batch 8"]))
    for quantity in ("loss", "lambda1", "trace", "adaptive"):
        stored = experiments.column("methods", quantity, "batch 8", "tanh")[3]
        assert again[quantity] == pytest.approx(stored, rel=0.02), quantity


def test_splits_share_no_image_and_lose_none():
    data = experiments.split(5)
    assert len(data.y_train) == 200
    assert len(data.y_train) + len(data.y_test) == 1797
    rows = {tuple(x) for x in data.X_train} & {tuple(x) for x in data.X_test}
    assert not rows


def test_flipped_labels_are_wrong_and_as_many_as_asked():
    clean, noisy = experiments.split(2, 300), experiments.split(2, 300, flipped=0.2)
    assert np.sum(clean.y_train != noisy.y_train) == 60
    assert (clean.y_test == noisy.y_test).all()
    assert set(noisy.y_train) <= set(range(10))


def test_the_demo_measures_what_the_chain_rule_says():
    network, _, w, _ = experiments.trained("relu")
    H = experiments.hessian("relu")
    for log_alpha in (-1.3, 2.0):
        state = demos.rescaling(log_alpha, "stiffest")
        d = w / flatness.rescale(network, w, 10.0**log_alpha)
        top = np.linalg.eigvalsh(H * np.outer(d, d))[-1]
        assert state.here.lambda1 == pytest.approx(top, rel=1e-6)
        assert state.change < 1e-12


def other_seeds(contrast, quantity, activation, seeds):
    """Return the paired difference of a contrast at seeds that were not recorded."""
    runs = [experiments.METHODS[run] for run in experiments.CONTRASTS[contrast]]
    values = [
        [experiments.measure(*experiments.train(seed, activation, **run))[quantity] for run in runs]
        for seed in seeds
    ]
    return paired_difference(*np.transpose(values))


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(
    ("contrast", "quantity"),
    [
        ("SAM − without", "lambda1"),
        ("step 0.4 − step 0.05", "trace"),
        ("batch 8 − full batch", "trace"),
        ("SAM − without, full batch", "lambda1"),
    ],
)
def test_other_seeds_agree_within_the_stated_spread(contrast, quantity, activation):
    recorded, _ = claims_seeds.contrast(contrast, quantity, activation)
    fresh = other_seeds(contrast, quantity, activation, range(1000, 1008))
    spread = recorded.stderr * np.sqrt(recorded.n)  # of one seed's difference
    expected_error = spread * np.sqrt(1 / recorded.n + 1 / fresh.n)
    assert abs(fresh.mean - recorded.mean) < 4 * expected_error
    if contrast != "SAM − without, full batch":
        assert fresh.interval()[1] < 0


@pytest.mark.slow
def test_other_seeds_end_at_the_edge_too():
    for eta in (0.4, 0.8):
        lam = [
            experiments.measure(
                *experiments.train(seed, "tanh", **experiments.EDGE[f"step {eta}"])
            )["lambda1"]
            for seed in (1000, 1001)
        ]
        assert np.allclose(np.array(lam) * eta / 2, 1, atol=0.15)
