"""Sharpness along a run, recorded runs repeated at seeds of their own, and what lesson 05 draws."""

import numpy as np
import pytest

from course_lib.curvature import networks, operators, training
from course_lib.curvature.eigenpairs import top_eigenpairs
from course_lib.lessons.lesson_05 import demo_edge, experiments, figures
from course_lib.support import datasets
from course_lib.teaching import records

SQUARED, HEAVY, ENTROPY = experiments.KINDS


def test_the_warm_start_finds_the_largest_eigenvalue_along_a_run():
    data, network = datasets.digits(num_train=50, seed=3), networks.mlp((64, 6, 10))
    f, X, y = networks.squared_error(network), data.X_train, data.y_train
    sharpness, errors = experiments.Sharpness(f, X, y), []

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
    measured = experiments.train_at_the_edge(0.1, seed=2, steps=30, every=10)
    data = datasets.digits(num_train=200, seed=2)
    network = networks.mlp(experiments.WIDTHS, "tanh")
    f = networks.squared_error(network)
    run = training.gradient_descent(
        f, network.init(seed=2, scale=0.5), data.X_train, data.y_train, 0.1, 30
    )
    np.testing.assert_allclose(measured.losses, run.losses, rtol=1e-12)
    assert measured.steps.tolist() == [0, 10, 20, 30]
    assert measured.rising == np.mean(np.diff(run.losses) > 0)


def test_a_ratio_is_in_units_of_the_limit():
    run = experiments.EdgeRun(0.5, 0.5, np.ones(3), np.arange(2), np.array([6.0, 3.0]))
    np.testing.assert_allclose(run.ratio, [1.0, 0.5])  # (2 + 2·0.5)/0.5 = 6


def test_a_run_that_diverges_keeps_what_there_was():
    run = experiments.train_at_the_edge(eta=3.0, seed=0, steps=300, every=10)
    assert run.diverged
    assert 0 < len(run.losses) < 300
    assert np.isfinite(run.losses).all()


@pytest.mark.parametrize("bad", [{"loss": "hinge"}, {"eta": -1.0}, {"steps": 0}])
def test_bad_arguments_are_named(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        experiments.train_at_the_edge(**{"eta": 0.1, "steps": 5, **bad})


def test_the_recording_says_how_it_was_made():
    about = records.load(experiments.RECORD).about
    assert {"jax", "numpy", "scikit-learn"} <= about["versions"].keys()
    assert len(about["seeds"]) >= 5
    assert about["float64"]


def test_a_recorded_run_comes_out_again_before_it_turns_chaotic():
    again = experiments.train_at_the_edge(0.4, seed=1, steps=100)
    stored = experiments.recorded_runs(SQUARED, 0.4)
    np.testing.assert_allclose(again.sharpness, stored.sharpness[1, :5], rtol=1e-3)
    losses = again.losses[::7]
    np.testing.assert_allclose(losses, stored.losses[1, : len(losses)], rtol=2e-3)


def test_the_edge_demo_shows_the_recording_and_says_where_it_settles(drawn):
    view, _ = drawn(demo_edge, 0.4, SQUARED)
    drawn = np.array([line.get_ydata() for line in view.ratios])
    np.testing.assert_allclose(drawn, experiments.recorded_runs(SQUARED, 0.4).sharpness * 0.4 / 2)
    settings = (SQUARED, 0.05), (SQUARED, 0.4), (SQUARED, 1.2), (HEAVY, 0.6), (ENTROPY, 0.4)
    words = [demo_edge.verdict(demo_edge.compute(eta, kind)) for kind, eta in settings]
    assert words == [
        "below the limit, still climbing",
        "settles at the limit",
        "settles at the limit, from above",
        "settles at the limit",
        "falls far below the limit",
    ]


def test_every_recorded_state_has_words_without_nan():
    for kind in experiments.KINDS:
        for eta in experiments.recorded_etas():
            state = demo_edge.compute(float(eta), kind)
            assert "nan" not in demo_edge.alt(state) + str(demo_edge.readout(state))


def test_the_slider_stops_at_every_recorded_step_and_nowhere_else():
    slider = demo_edge.DEMO.controls["eta"]
    stops = np.arange(slider.low, slider.high + slider.step / 2, slider.step)
    np.testing.assert_allclose(stops, experiments.recorded_etas())


def test_the_valley_figure_says_where_the_walks_end():
    path = np.array([[3.0, 0.5], [2.0, 0.5]])
    alt = figures.valley({0.25: path}).alt
    assert "(2.00, 0.50) with λ₁ = 4.25, limit 8.0" in alt  # a² + b² at ab = 1


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (3.0, 0.5), (-2.0, 0.3)])
def test_sharpness_of_two_weights_by_differences(a, b):
    def f(w):
        return 0.5 * (w[0] * w[1] - 1) ** 2

    h, w = 1e-4, np.array([a, b])
    E = h * np.eye(2)
    hessian = [
        [(f(w + d + e) - f(w + d - e) - f(w - d + e) + f(w - d - e)) / (4 * h * h) for e in E]
        for d in E
    ]
    assert experiments.two_weights_sharpness(a, b) == pytest.approx(
        np.linalg.eigvalsh(hessian)[-1], rel=1e-5
    )


@pytest.mark.parametrize(
    ("end", "words"), [(5.1, "at its limit"), (1.0, "below half"), (20.0, "off its limit")]
)
def test_the_edge_figure_says_where_it_ends(end, words):
    run = experiments.EdgeRun(0.4, 0.0, np.array([1.0, 0.5]), np.arange(6), np.full(6, end))
    assert words in figures.edge(run).alt


@pytest.mark.slow
@pytest.mark.parametrize("eta", [0.3, 0.6])
def test_other_seeds_end_at_the_edge_too(eta):
    spread = experiments.recorded_runs(SQUARED, eta).ratio[:, -5:].mean(axis=1)
    for seed in (1000, 1001):
        end = experiments.train_at_the_edge(eta, seed).ratio[-5:].mean()
        assert 0.97 <= end <= 1.08
        assert abs(end - spread.mean()) < max(6 * spread.std(ddof=1), 0.04)


@pytest.mark.slow
def test_other_seeds_of_the_controls():
    small = experiments.train_at_the_edge(0.05, 1000).ratio
    assert 2 * small[0] < small[-1] < 0.35
    heavy = experiments.train_at_the_edge(0.6, 1000, momentum=0.5).ratio
    assert 0.97 <= heavy[-5:].mean() <= 1.08
    entropy = experiments.train_at_the_edge(0.4, 1000, loss="cross-entropy").ratio
    assert entropy[-1] < 0.1 * entropy.max()
    thrown = experiments.train_at_the_edge(0.4, 1000, steps=100, every=5, scale=1.0).ratio
    assert thrown.min() < 1 < thrown[0]
