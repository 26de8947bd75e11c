"""Lesson 11: what its prose says of the recorded training and of the report's errors."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature import report
from course_lib.lessons.lesson_11 import demos, model, training_record
from course_lib.lessons.lesson_11.exercises import EXERCISES


def test_sharpness_passes_the_line_falls_back_and_stays_a_little_above():
    state = demos.compute(0, "0.4", "32")
    steps = np.arange(0, training_record.STEPS + 1, training_record.EVERY)
    assert round(state.sharpness.max(), 1) == 6.4
    ratio = state.sharpness / state.limit
    assert ratio[steps == 300] < 1
    assert ratio[steps >= 350].min() > 1.005
    assert ratio[steps >= 350].max() < 1.065


@pytest.mark.parametrize("width", training_record.WIDTHS)
def test_a_limit_outside_the_picture_is_told_in_words(width):
    view = demos.View(Figure())
    for eta in training_record.ETAS:
        state = demos.compute(training_record.STEPS, str(eta), str(width))
        view.update(state)
        outside = "outside the picture"
        drawn = view.line.get_ydata()[0] < view.line.axes.get_ylim()[1]
        told = {outside in words.get_text() for words in view.words}
        said = {outside in demos.readout(state)["2/η"], outside in demos.alt(state)}
        assert told == said == {not drawn}


@pytest.mark.slow
def test_over_many_seeds_bounds_hold_and_four_probes_give_rough_errors():
    exact = model.exact_spectrum()
    share = np.mean(np.abs(exact) <= report.NEAR * exact[0])
    trace, near = [], []
    for seed in range(20):
        r = report.spectral_report(model.operator(), num_matvecs=500, seed=seed)
        assert abs(r.smallest.estimate - exact[-1]) <= r.smallest.error + 1e-9
        assert (np.abs(r.top.eigenvalues - exact[:10]) <= r.top.error_bounds + 1e-9).all()
        trace.append(abs(r.trace.estimate - exact.sum()) / r.trace.stderr)
        near.append(abs(r.near_zero().estimate - share) / r.near_zero().error)
    assert max(trace) < 3
    assert np.sum(np.array(near) > 2) == 3
    assert max(near) > 4


def test_a_wrong_product_is_named_however_it_was_computed():
    """The message on a matrix that should not be formed waits until the numbers are right."""

    def dense(a, b):
        def ridge_operator(X, mu):
            n, p = X.shape
            H = a(n) * (X.T @ X) + b(mu, n) * np.eye(p)
            return LinearOperator((p, p), matvec=lambda v: H @ v, dtype=float)

        return EXERCISES["11.5"].check(ridge_operator)

    def mean(n):
        return 1 / n

    messages = [
        dense(a, b).message
        for a, b in (
            (mean, lambda mu, n: mu), (mean, lambda mu, n: 0), (mean, lambda mu, n: mu**2),
            (mean, lambda mu, n: 0.5), (mean, lambda mu, n: mu / n), (lambda n: 1, lambda mu, n: mu),
            (lambda n: 0.5 / n, lambda mu, n: mu), (lambda n: 2 / n, lambda mu, n: 2 * mu),
        )
    ]  # fmt: skip
    assert len(set(messages)) == len(messages)
    assert "Right numbers" in messages[0]
    assert not any("hint(" in message for message in messages)
