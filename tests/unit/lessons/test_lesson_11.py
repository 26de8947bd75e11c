"""Lesson 11: what its prose says of the recorded training and of the report's errors."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature import report
from course_lib.lessons.lesson_11 import demo_training, experiments
from course_lib.lessons.lesson_11.exercises_operator import EXERCISES


def test_sharpness_passes_the_line_falls_back_and_stays_a_little_above():
    state = demo_training.compute(0, "0.4", "32")
    steps = np.arange(0, experiments.STEPS + 1, experiments.EVERY)
    assert round(float(state.sharpness.max()), 1) == 6.4
    ratio = state.sharpness / state.limit
    assert ratio[steps == 300] < 1
    assert ratio[steps >= 350].min() > 1.005
    assert ratio[steps >= 350].max() < 1.065


@pytest.mark.parametrize("width", experiments.WIDTHS)
def test_a_limit_outside_the_picture_is_told_in_words(width):
    view = demo_training.View(Figure())
    for eta in experiments.ETAS:
        state = demo_training.compute(experiments.STEPS, str(eta), str(width))
        view.update(state)
        outside = "outside the picture"
        drawn = view.line.get_ydata()[0] < view.line.axes.get_ylim()[1]
        told = {outside in words.get_text() for words in view.words}
        said = {outside in demo_training.readout(state)["2/η"], outside in demo_training.alt(state)}
        assert told == said == {not drawn}


@pytest.mark.slow
def test_over_many_seeds_bounds_hold_and_four_probes_give_rough_errors():
    exact = experiments.exact_eigenvalues()
    share = np.mean(np.abs(exact) <= report.NEAR * exact[0])
    trace, near = [], []
    for seed in range(20):
        r = report.spectral_report(experiments.hessian(), num_matvecs=500, seed=seed)
        assert abs(r.smallest.estimate - exact[-1]) <= r.smallest.error + 1e-9
        assert (np.abs(r.top.eigenvalues - exact[:10]) <= r.top.error_bounds + 1e-9).all()
        trace.append(abs(r.trace.estimate - exact.sum()) / r.trace.stderr)
        near.append(abs(r.near_zero().estimate - share) / r.near_zero().stderr)
    assert max(trace) < 3
    assert np.sum(np.array(near) > 2) == 3
    assert max(near) > 4


def test_a_wrong_product_is_named_however_it_was_computed():
    """The message on a matrix that should not be formed waits until the numbers are right."""

    def message(data, penalty):
        def ridge_operator(X, mu):
            n, p = X.shape
            H = data(n) * (X.T @ X) + penalty(mu, n) * np.eye(p)
            return LinearOperator((p, p), matvec=lambda v: H @ v, dtype=float)

        return EXERCISES[0].check(ridge_operator).message

    def mean(n):
        return 1 / n

    def mu_itself(mu, n):
        return mu

    right_numbers = message(mean, mu_itself)
    messages = [message(mean, lambda mu, n: 0), message(mean, lambda mu, n: mu**2)]
    messages += [message(mean, lambda mu, n: 0.5), message(mean, lambda mu, n: mu / n)]
    messages += [message(lambda n: 1, mu_itself), message(lambda n: 0.5 / n, mu_itself)]
    messages += [message(lambda n: 2 / n, lambda mu, n: 2 * mu), right_numbers]
    assert len(set(messages)) == len(messages) == 8
    assert "Right numbers" in right_numbers
    assert not any("hint(" in words for words in messages)


def test_the_demo_shows_what_was_recorded(drawn):
    view, state = drawn(demo_training, 1500, "0.8", "32")
    assert state.limit == 2.5
    assert abs(state.ratio - 1) < 0.05  # the edge of stability, one for all seeds
    assert np.allclose(view.here.get_data(), ([1500], [state.sharpness[-1]]))
    assert np.allclose(view.limit.get_xdata(), 2.5)
    assert "above the limit" in demo_training.readout(state)["ηλ₁/2"]


@pytest.mark.slow
def test_a_training_repeats_and_meets_the_edge_at_another_seed():
    rows, at = experiments.recorded_training(), (0, experiments.ETAS.index(0.4))
    again = experiments.follow(8, 0.4, steps=200)
    for name in ("loss", "smallest", "trace", "near_zero"):
        assert np.allclose(again[name], rows[name][at][:5], rtol=1e-3, atol=1e-3), name
    assert np.allclose(again["top"], rows["top"][at][:5], rtol=1e-3)
    density = np.log10(np.maximum(again["density"], 1e-5))
    assert np.allclose(density, rows["density"][at][:5].astype(float), atol=0.02)
    other = experiments.follow(16, 0.8, steps=1000, seed=7)
    assert abs(other["top"][-1, 0] * 0.8 / 2 - 1) < 0.1  # recorded: 1.00 to 1.02
