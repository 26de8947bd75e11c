"""Lesson 04 draws what was computed, and says it."""

import numpy as np
import pytest

from course_lib.exact import dynamics
from course_lib.lessons.lesson_04 import LESSON, demo_bowl, demo_map, demo_roots, figures
from course_lib.lessons.lesson_04.experiments import ridge, roots


def test_the_bowl_draws_the_run_and_the_law(drawn):
    view, state = drawn(demo_bowl, kappa=4, eta=0.1, momentum=0.0, method="heavy ball")
    start = demo_bowl.V @ demo_bowl.START
    for k in (1, 5, 80):
        expected = np.linalg.matrix_power(np.eye(2) - 0.1 * state.H, k) @ start
        np.testing.assert_allclose(np.array(view.path.get_data())[:, k], expected, atol=1e-12)
    k, law = view.errors.theory[1].get_data()
    np.testing.assert_allclose(law[:40], demo_bowl.START[1] * 0.75 ** k[:40])
    assert np.linalg.eigvalsh(state.H) == pytest.approx([2.5, 10.0])


def test_the_bowl_says_what_the_run_does():
    words = [
        demo_bowl.verdict(demo_bowl.compute(25, eta, momentum, "heavy ball"))
        for eta, momentum in [(0.1, 0.0), (0.199, 0.0), (0.2, 0.0), (0.21, 0.0), (0.21, 0.3)]
    ]
    assert words == [
        "converges, more slowly along v₂ (the flat one)",
        "converges, more slowly along v₁ (the stiff one)",
        "makes no progress along v₁: η is at the limit",
        "diverges along v₁: η is beyond the limit 0.200",
        "converges, more slowly along v₂ (the flat one)",
    ]
    alike = demo_bowl.verdict(demo_bowl.compute(1, 0.05, 0.0, "heavy ball"))
    assert alike == "converges, equally fast along both"


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
    assert slow(1.0, 0.9) == "both ends equally"


@pytest.mark.parametrize("method", dynamics.METHODS)
@pytest.mark.parametrize("beta", [0.0, 0.25, 0.9])
@pytest.mark.parametrize("step", [0.013, 0.3, 1.1, 2.4, 3.9])
def test_every_run_obeys_the_recursion_of_its_roots(step, beta, method):
    e = dynamics.walk(lambda w: w, [1.0], step, 12, beta, method)[:, 0]
    first, second = roots(step, beta, method)
    recursion = (first + second) * e[1:-1] - first * second * e[:-2]
    np.testing.assert_allclose(recursion, e[2:], atol=1e-12 * np.abs(e).max())
    assert abs(first) >= abs(second) - 1e-12
    assert abs(first) == pytest.approx(dynamics.momentum_factors(1.0, step, beta, method))


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9])
def test_the_roots_meet_go_round_and_leave_at_minus_one(beta):
    r = beta**0.5
    first, second = roots(np.linspace((1 - r) ** 2, (1 + r) ** 2, 50)[1:-1], beta)
    np.testing.assert_allclose(np.abs([first, second]), r)
    np.testing.assert_allclose(first, second.conj())
    np.testing.assert_allclose(roots([(1 - r) ** 2, (1 + r) ** 2], beta)[0], [r, -r], atol=1e-7)
    for method in dynamics.METHODS:
        assert roots(dynamics.stability_limit(beta, method), beta, method)[0] == pytest.approx(-1)


def test_nesterovs_complex_roots_lie_on_a_circle_through_zero():
    for beta in (0.3, 0.8):
        z = roots(np.linspace(0.0, 1.0, 60), beta, "Nesterov")[0]
        z = z[np.abs(z.imag) > 1e-9]
        centre = beta / (1 + beta)
        assert len(z) > 10
        np.testing.assert_allclose(np.abs(z - centre), centre)


def test_the_roots_demo_draws_what_was_run(drawn):
    view, state = drawn(demo_roots, step=0.7, momentum=0.64, method="heavy ball")
    k = np.r_[view.plus.get_xdata(), view.minus.get_xdata()].astype(int)
    sizes = np.r_[view.plus.get_ydata(), view.minus.get_ydata()]
    assert sorted(k) == [*range(demo_roots.STEPS + 1)]
    np.testing.assert_allclose(sizes, np.maximum(np.abs(state.errors[k]), 1e-7))
    drawn_roots = [complex(*(float(c[0]) for c in root.get_data())) for root in view.roots]
    np.testing.assert_allclose(drawn_roots, state.roots)
    np.testing.assert_allclose(view.law.get_ydata(), 0.8 ** np.arange(demo_roots.STEPS + 1))
    (x,), (y,) = view.marker.get_data()
    assert (x, y) == (0.7, pytest.approx(0.8))
    assert view.limit.get_xdata()[0] == pytest.approx(3.28)


@pytest.mark.parametrize(
    ("step", "momentum", "method", "roots_said", "error_said"),
    [
        (0.5, 0.0, "heavy ball", "real, 0.500 and 0.000", "shrinks at 3.32 steps per digit"),
        (0.25, 0.25, "heavy ball", "equal, 0.500", "shrinks at 3.32"),
        (1.25, 0.25, "heavy ball", "complex, 0.000 ± 0.500 i, both of size 0.500", "shrinks"),
        (2.5, 0.25, "heavy ball", "real, −1.000 and −0.250", "keeps its size"),
        (2.6, 0.25, "heavy ball", "real, −1.128", "diverges"),
        (3.61, 0.81, "heavy ball", "equal, −0.900", "grows to 7.0 times its initial size"),
        (1.0, 0.5, "Nesterov", "equal, 0.000", "is gone after two steps"),
        (1.0, 0.0, "heavy ball", "equal, 0.000", "is gone after one step"),
    ],
)
def test_the_roots_demo_says_what_it_shows(step, momentum, method, roots_said, error_said):
    state = demo_roots.compute(step, momentum, method)
    said = demo_roots.readout(state)
    assert said["roots"].startswith(roots_said)
    assert said["error"].startswith(error_said)
    assert said["error"] in demo_roots.alt(state)


def test_the_loss_figure_says_up_or_down():
    assert "falls from 2.00 to 1.63" in figures.loss_by_step([2.0, 1.63, 9.0], 0.13).alt
    assert "above the start" in figures.loss_by_step([2.0, 1.63, 9.0], 0.13).alt


def test_the_method_figure_counts_the_steps_to_a_millionth():
    sizes = 0.1 ** np.arange(10.0)
    alt = figures.errors_by_method({"a": sizes, "b": np.ones(10)}, {"a": 0.1, "b": 1.0}).alt
    assert "a after 7 steps" in alt or "a after 6 steps" in alt
    assert "b not yet" in alt


def test_the_figure_of_the_roots_says_where_they_are():
    alt = figures.roots_by_step(0.25).alt
    assert "meet at 0.5 for ηλ = 0.25" in alt
    assert "reaches −1 for ηλ = 2.50" in alt


def test_the_figure_of_the_growth_says_how_far():
    beta = (9 / 11) ** 2
    k = np.arange(41)
    alt = figures.grows_first((1 + (20 / 11) * k) * (-9 / 11.0) ** k, beta).alt
    assert "3.7 times its initial size at step 4" in alt


def test_the_figure_of_the_moves_says_where_they_end():
    k = np.arange(1, 41)
    agree, alternate = (1 - 0.5**k) / 0.5, (-1.0) ** (k - 1) * (1 + 0.5**k) / 1.5
    alt = figures.two_kinds_of_gradients(agree, alternate, 0.5).alt
    assert "grow to 2.0 after 40 steps" in alt
    assert "falls to 0.67" in alt


# The claims on momentum that the ledger's own tests of planted defects do not reach.


@pytest.mark.parametrize("id", ["4.14", "4.16", "4.17"])
def test_a_defect_in_the_steps_turns_the_claim(id, monkeypatch):
    right = dynamics.walk

    def always_ahead(gradient, start, eta, steps, momentum=0.0, method="heavy ball"):
        return right(gradient, start, eta, steps, momentum, "Nesterov")

    assert LESSON.claims.verify(id).evidence.confirms
    monkeypatch.setattr(dynamics, "walk", always_ahead)
    assert LESSON.claims.verify(id).outcome == "does not hold"


def test_a_best_step_that_is_too_short_turns_the_claim_on_oscillation(monkeypatch):
    from course_lib.exact import spectra

    monkeypatch.setattr(spectra, "best_step", lambda lam: 0.9 / max(lam))
    assert LESSON.claims.verify("4.8").outcome == "does not hold"


def test_the_mixed_problem_is_what_runs_measure():
    """The answers to 4.6 by long runs, without a root."""
    limit, factors, loss, rate = LESSON.exercises["4.6"].solution
    lam = np.array([10.0, 2.0, 0.4])
    ends = [
        np.abs(dynamics.walk(lambda w: lam * w, np.ones(3), share * limit, 2000, 0.36)[-1]).max()
        for share in (0.99, 1.01)
    ]
    assert ends[0] < 1e-3
    assert ends[1] > 1e3
    path = np.abs(dynamics.walk(lambda w: lam * w, np.ones(3), 0.25, 300, 0.36))
    halves = path[100:200].max(axis=0), path[200:300].max(axis=0)
    np.testing.assert_allclose((halves[1] / halves[0]) ** 0.01, factors, rtol=0.01)
    height = (path**2 @ lam) / 2
    assert (height[300] / height[200]) ** 0.01 == pytest.approx(loss, rel=1e-3)
    best = dynamics.best_tuning(lam)
    assert best.rate == pytest.approx(rate)


def test_the_question_of_the_lesson_is_true():
    """0.1 and 1 lie on the circle for both values of β, and a digit costs ten times as many steps."""
    sizes = [np.abs(roots([0.1, 1.0], beta)) for beta in (0.9, 0.99)]
    np.testing.assert_allclose(sizes[0], 0.9**0.5)
    np.testing.assert_allclose(sizes[1], 0.99**0.5)
    assert np.log(0.9) / np.log(0.99) == pytest.approx(10.5, abs=0.1)


def test_a_change_of_units_raises_the_condition_number_if_the_penalty_keeps_its_weights():
    """Without a penalty scaling lowers κ; with the penalty on the old weights κ is 11,147."""
    X, H = ridge("centred")
    units = np.outer(X.std(axis=0), X.std(axis=0))
    assert np.linalg.cond(H / units) == pytest.approx(11147, abs=1)
    covariance = X.T @ X / len(X)
    assert np.linalg.cond(covariance / units) < 1e-3 * np.linalg.cond(covariance)


def test_a_third_eigenvalue_between_the_ends_grows():
    path = np.eye(3)
    for eta in (1, 1 / 9):
        path = path - eta * np.diag([1, 9, 5]) @ path
    np.testing.assert_allclose(path, np.diag([0, 0, -16 / 9]), atol=1e-12)
