"""Lesson 04 draws what was computed, and says it."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib.exact import dynamics
from course_lib.lessons.lesson_04 import bowl, edge, figures, recorded, stability_map
from course_lib.lessons.lesson_05.experiments import EdgeRun

SQUARED, HEAVY, ENTROPY = recorded.KINDS


def test_the_bowl_draws_the_walk_and_the_law():
    view = bowl.View(Figure())
    state = bowl.compute(kappa=4, eta=0.1, momentum=0.0, method="heavy ball")
    view.update(state)
    start = bowl.V @ bowl.START
    for k in (1, 5, 80):
        expected = np.linalg.matrix_power(np.eye(2) - 0.1 * state.H, k) @ start
        np.testing.assert_allclose(np.array(view.path.get_data())[:, k], expected, atol=1e-12)
    k, law = view.errors.theory[1].get_data()
    np.testing.assert_allclose(law[:40], bowl.START[1] * 0.75 ** k[:40])
    assert np.linalg.eigvalsh(state.H) == pytest.approx([2.5, 10.0])


def test_the_bowl_says_what_the_walk_does():
    words = [
        bowl.verdict(bowl.compute(kappa, eta, momentum, "heavy ball"))
        for kappa, eta, momentum in (
            (25, 0.1, 0.0), (25, 0.199, 0.0), (25, 0.2, 0.0), (25, 0.21, 0.0), (25, 0.21, 0.3),
            (1, 0.05, 0.0),
        )
    ]  # fmt: skip
    assert words == [
        "converges, slower along v₂ (the flat one)",
        "converges, slower along v₁ (the stiff one)",
        "never ends along v₁: η is at the limit",
        "diverges along v₁: η is beyond the limit 0.200",
        "converges, slower along v₂ (the flat one)",
        "converges, both directions alike",
    ]


def test_the_map_is_the_rate_of_every_pair():
    image = stability_map.colours(100, "heavy ball")
    rng = np.random.default_rng(0)
    for i, j in zip(rng.integers(0, 99, 40), rng.integers(0, 201, 40), strict=True):
        eta, beta = stability_map.STEP_GRID[j], stability_map.MOMENTUM_GRID[i]
        rate = stability_map.compute(100, max(eta, 1e-9), beta, "heavy ball").rate
        diverges = rate > 1 + 1e-9
        assert (image[i, j] == stability_map.COLOURS_OF_DIVERGENCE).all() == diverges


@pytest.mark.parametrize("method", dynamics.METHODS)
def test_the_star_marks_the_best_of_the_map(method):
    ends = np.array([1.0, 1 / 50])[:, None, None]
    eta, beta = stability_map.STEP_GRID[None, None], stability_map.MOMENTUM_GRID[None, :, None]
    rates = dynamics.momentum_factors(ends, eta, beta, method).max(axis=0)
    i, j = np.unravel_index(rates.argmin(), rates.shape)
    view = stability_map.View(Figure())
    view.update(stability_map.compute(50, 1.0, 0.5, method))
    (x,), (y,) = view.best.get_data()
    assert abs(stability_map.STEP_GRID[j] - x) < 0.1
    assert abs(stability_map.MOMENTUM_GRID[i] - y) < 0.03


def test_the_map_says_which_end_is_slow():
    def slow(step, momentum):
        return stability_map.readout(stability_map.compute(100, step, momentum, "heavy ball"))[
            "slowest"
        ]

    assert slow(1.0, 0.0) == "the flat end"
    assert slow(1.998, 0.0) == "the stiff end"
    assert slow(1.0, 0.9) == "both ends alike"


def test_the_edge_demo_shows_the_recording_and_says_where_it_settles():
    view = edge.View(Figure())
    state = edge.compute(0.4, SQUARED)
    view.update(state)
    drawn = np.array([line.get_ydata() for line in view.ratios])
    np.testing.assert_allclose(drawn, recorded.runs(SQUARED, 0.4).sharpness * 0.4 / 2)
    words = {
        (kind, eta): edge.verdict(edge.compute(eta, kind))
        for kind, eta in (
            (SQUARED, 0.05),
            (SQUARED, 0.4),
            (SQUARED, 1.2),
            (HEAVY, 0.6),
            (ENTROPY, 0.4),
        )
    }
    assert list(words.values()) == [
        "below the limit, still climbing",
        "settles at the limit",
        "settles at the limit, from above",
        "settles at the limit",
        "falls far below the limit",
    ]


def test_every_recorded_state_has_words_without_nan():
    for kind in recorded.KINDS:
        for eta in recorded.etas():
            state = edge.compute(float(eta), kind)
            assert "nan" not in edge.alt(state) + str(edge.readout(state))


def test_the_slider_stops_at_every_recorded_step_and_nowhere_else():
    slider = edge.EDGE.controls["eta"]
    stops = np.arange(slider.low, slider.high + slider.step / 2, slider.step)
    np.testing.assert_allclose(stops, recorded.etas())


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
    assert figures.two_weights_sharpness(a, b) == pytest.approx(
        np.linalg.eigvalsh(hessian)[-1], rel=1e-5
    )


@pytest.mark.parametrize(
    ("end", "words"), [(5.1, "at its limit"), (1.0, "below half"), (20.0, "off its limit")]
)
def test_the_edge_figure_says_where_it_ends(end, words):
    run = EdgeRun(0.4, 0.0, np.array([1.0, 0.5]), np.arange(6), np.full(6, end))
    assert words in figures.edge(run).alt


def test_the_loss_figure_says_up_or_down():
    assert "falls from 2.00 to 1.63" in figures.loss_by_step([2.0, 1.63, 9.0], 0.13).alt
    assert "above the start" in figures.loss_by_step([2.0, 1.63, 9.0], 0.13).alt


def test_the_method_figure_counts_the_steps_to_a_millionth():
    sizes = 0.1 ** np.arange(10.0)
    alt = figures.errors_by_method({"a": sizes, "b": np.ones(10)}, {"a": 0.1, "b": 1.0}).alt
    assert "a after 7" in alt or "a after 6" in alt
    assert "b not yet" in alt
