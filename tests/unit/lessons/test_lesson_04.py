"""Lesson 04 draws what was computed, and says it."""

import numpy as np
import pytest

from course_lib.exact import dynamics
from course_lib.lessons.lesson_04 import demo_bowl, demo_map, figures


def test_the_bowl_draws_the_walk_and_the_law(drawn):
    view, state = drawn(demo_bowl, kappa=4, eta=0.1, momentum=0.0, method="heavy ball")
    start = demo_bowl.V @ demo_bowl.START
    for k in (1, 5, 80):
        expected = np.linalg.matrix_power(np.eye(2) - 0.1 * state.H, k) @ start
        np.testing.assert_allclose(np.array(view.path.get_data())[:, k], expected, atol=1e-12)
    k, law = view.errors.theory[1].get_data()
    np.testing.assert_allclose(law[:40], demo_bowl.START[1] * 0.75 ** k[:40])
    assert np.linalg.eigvalsh(state.H) == pytest.approx([2.5, 10.0])


def test_the_bowl_says_what_the_walk_does():
    words = [
        demo_bowl.verdict(demo_bowl.compute(25, eta, momentum, "heavy ball"))
        for eta, momentum in [(0.1, 0.0), (0.199, 0.0), (0.2, 0.0), (0.21, 0.0), (0.21, 0.3)]
    ]
    assert words == [
        "converges, slower along v₂ (the flat one)",
        "converges, slower along v₁ (the stiff one)",
        "never ends along v₁: η is at the limit",
        "diverges along v₁: η is beyond the limit 0.200",
        "converges, slower along v₂ (the flat one)",
    ]
    alike = demo_bowl.verdict(demo_bowl.compute(1, 0.05, 0.0, "heavy ball"))
    assert alike == "converges, both directions alike"


def test_the_map_is_the_rate_of_every_pair():
    image = demo_map.colours(100, "heavy ball")
    rng = np.random.default_rng(0)
    for i, j in zip(rng.integers(0, 99, 40), rng.integers(0, 201, 40), strict=True):
        eta, beta = demo_map.STEP_GRID[j], demo_map.MOMENTUM_GRID[i]
        rate = demo_map.compute(100, max(eta, 1e-9), beta, "heavy ball").rate
        diverges = rate > 1 + 1e-9
        assert (image[i, j] == demo_map.DIVERGES).all() == diverges


@pytest.mark.parametrize("method", dynamics.METHODS)
def test_the_star_marks_the_best_of_the_map(method, drawn):
    ends = np.array([1.0, 1 / 50])[:, None, None]
    eta, beta = demo_map.STEP_GRID[None, None], demo_map.MOMENTUM_GRID[None, :, None]
    rates = dynamics.momentum_factors(ends, eta, beta, method).max(axis=0)
    i, j = np.unravel_index(rates.argmin(), rates.shape)
    view, _ = drawn(demo_map, 50, 1.0, 0.5, method)
    (x,), (y,) = view.best.get_data()
    assert abs(demo_map.STEP_GRID[j] - x) < 0.1
    assert abs(demo_map.MOMENTUM_GRID[i] - y) < 0.03


def test_the_map_says_which_end_is_slow():
    def slow(step, momentum):
        state = demo_map.compute(100, step, momentum, "heavy ball")
        return demo_map.readout(state)["slowest"]

    assert slow(1.0, 0.0) == "the flat end"
    assert slow(1.998, 0.0) == "the stiff end"
    assert slow(1.0, 0.9) == "both ends alike"


def test_the_loss_figure_says_up_or_down():
    assert "falls from 2.00 to 1.63" in figures.loss_by_step([2.0, 1.63, 9.0], 0.13).alt
    assert "above the start" in figures.loss_by_step([2.0, 1.63, 9.0], 0.13).alt


def test_the_method_figure_counts_the_steps_to_a_millionth():
    sizes = 0.1 ** np.arange(10.0)
    alt = figures.errors_by_method({"a": sizes, "b": np.ones(10)}, {"a": 0.1, "b": 1.0}).alt
    assert "a after 7" in alt or "a after 6" in alt
    assert "b not yet" in alt
