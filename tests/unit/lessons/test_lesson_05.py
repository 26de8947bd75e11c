"""Sharpness along a run, and the recorded runs of lesson 04, repeated at seeds of their own."""

import json

import numpy as np
import pytest

from course_lib.curvature import networks, operators, training
from course_lib.curvature.lanczos import top_eigenpairs
from course_lib.lessons.lesson_04 import recorded
from course_lib.support import datasets
from course_lib.support.shipped_files import shipped_file

SQUARED, HEAVY, ENTROPY = recorded.KINDS


def test_the_warm_start_finds_the_largest_eigenvalue_along_a_run():
    data = datasets.digits(num_train=50, seed=3)
    network = networks.mlp((64, 6, 10))
    f = networks.squared_error(network)
    X, y = data.X_train, data.y_train
    sharpness, errors = edge_of_stability.Sharpness(f, X, y), []

    def compare(w):
        exact = top_eigenpairs(operators.hessian_operator(f, w, X, y), 1).eigenvalues[0]
        errors.append(sharpness(w) / exact - 1)
        return errors[-1]

    training.gradient_descent(f, network.init(seed=3), X, y, 0.3, 200, record=compare, every=20)
    assert len(errors) == 11
    assert np.abs(errors).max() < 1e-4
    assert max(errors) < 1e-9  # Lanczos never overshoots
    assert sharpness.error_bound < 0.05


def test_the_recorder_sees_the_same_run_as_none():
    watched = edge_of_stability.watched_run(0.1, seed=2, steps=30, every=10)
    data = datasets.digits(num_train=200, seed=2)
    network = networks.mlp(edge_of_stability.WIDTHS, "tanh")
    f = networks.squared_error(network)
    run = training.gradient_descent(
        f, network.init(seed=2, scale=0.5), data.X_train, data.y_train, 0.1, 30
    )
    np.testing.assert_allclose(watched.losses, run.losses, rtol=1e-12)
    assert watched.steps.tolist() == [0, 10, 20, 30]
    assert watched.rising == np.mean(np.diff(run.losses) > 0)


def test_a_ratio_is_in_units_of_the_limit():
    run = edge_of_stability.EdgeRun(0.5, 0.5, np.ones(3), np.arange(2), np.array([6.0, 3.0]))
    np.testing.assert_allclose(run.ratio, [1.0, 0.5])  # (2 + 2·0.5)/0.5 = 6


def test_a_run_that_diverges_keeps_what_there_was():
    run = edge_of_stability.watched_run(eta=3.0, seed=0, steps=300, every=10)
    assert run.diverged
    assert 0 < len(run.losses) < 300
    assert np.isfinite(run.losses).all()


@pytest.mark.parametrize("bad", [{"loss": "hinge"}, {"eta": -1.0}, {"steps": 0}])
def test_bad_arguments_are_named(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        edge_of_stability.watched_run(**{"eta": 0.1, "steps": 5, **bad})


def test_the_recording_says_how_it_was_made():
    path = shipped_file(recorded.FILE)
    assert path.stat().st_size < 300_000
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
    assert {"jax", "numpy", "scikit-learn"} <= about["versions"].keys()
    assert len(about["seeds"]) >= 5
    assert about["float64"]


def test_a_recorded_run_comes_out_again_before_it_turns_chaotic():
    again = edge_of_stability.watched_run(0.4, seed=1, steps=100)
    stored = recorded.runs(SQUARED, 0.4)
    np.testing.assert_allclose(again.sharpness, stored.sharpness[1, :5], rtol=1e-3)
    np.testing.assert_allclose(
        again.losses[::7], stored.losses[1, : len(again.losses[::7])], rtol=2e-3
    )


@pytest.mark.slow
@pytest.mark.parametrize("eta", [0.3, 0.6])
def test_other_seeds_end_at_the_edge_too(eta):
    spread = recorded.runs(SQUARED, eta).ratio[:, -5:].mean(axis=1)
    for seed in (1000, 1001):
        end = edge_of_stability.watched_run(eta, seed).ratio[-5:].mean()
        assert 0.97 <= end <= 1.08
        assert abs(end - spread.mean()) < max(6 * spread.std(ddof=1), 0.04)


@pytest.mark.slow
def test_other_seeds_of_the_controls():
    small = edge_of_stability.watched_run(0.05, 1000).ratio
    assert 2 * small[0] < small[-1] < 0.35
    heavy = edge_of_stability.watched_run(0.6, 1000, momentum=0.5).ratio
    assert 0.97 <= heavy[-5:].mean() <= 1.08
    entropy = edge_of_stability.watched_run(0.4, 1000, loss="cross-entropy").ratio
    assert entropy[-1] < 0.1 * entropy.max()
    thrown = edge_of_stability.watched_run(0.4, 1000, steps=100, every=5, scale=1.0).ratio
    assert thrown.min() < 1 < thrown[0]
