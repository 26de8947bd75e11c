"""Sharpness along a run, recorded runs repeated at seeds of their own, and what lesson 05 draws."""

import dataclasses

import numpy as np
import pytest

from course_lib.curvature import networks, operators, training
from course_lib.curvature.eigenpairs import top_eigenpairs
from course_lib.exact import dynamics
from course_lib.lessons.lesson_05 import LESSON, demo_edge, demo_steered, experiments, figures
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


def test_a_step_size_that_stays_changes_nothing():
    steered = experiments.steered_run(at=50, eta=0.4, seed=3, steps=80)
    plain = experiments.train_at_the_edge(0.4, seed=3, steps=80, every=10)
    np.testing.assert_allclose(steered.losses, plain.losses[50:], rtol=1e-9)
    assert steered.steps.tolist() == [50, 60, 70, 80]
    np.testing.assert_allclose(steered.sharpness, plain.sharpness[5:], rtol=1e-3)


@pytest.mark.parametrize("eta", [0.2, 0.8])
def test_a_recorded_change_comes_out_again(eta):
    again = experiments.steered_run(150, eta, seed=2, steps=180)
    stored = experiments.recorded_steering(2, 150, eta)
    np.testing.assert_allclose(again.sharpness, stored.after[:4], rtol=2e-3)
    seen = stored.losses[stored.loss_steps >= 150][:10]
    np.testing.assert_allclose(again.losses[::3][:10], seen, rtol=3e-3)
    assert np.isnan(stored.losses[stored.loss_steps < 150]).all()


def test_in_nine_of_ten_runs_halving_lets_climb_and_doubling_jumps():
    """By the loss and λ₁ of the runs themselves, not by the words of the demo."""
    halved = [experiments.recorded_steering(seed, 350, 0.2) for seed in range(10)]
    doubled = [experiments.recorded_steering(seed, 350, 0.8) for seed in range(10)]
    assert sum(run.after[-1] > 1.05 * run.after[0] for run in halved) >= 9
    losses = [run.losses[run.loss_steps >= 350] for run in doubled]
    assert sum(seen.max() > 3 * seen[0] for seen in losses) >= 9
    assert sum(run.after[-1] < 0.7 * run.after[0] for run in doubled) >= 9


def test_the_steered_demo_says_what_happened_in_this_run():
    said = {
        eta: [demo_steered.outcome(demo_steered.compute(eta, 350, run)) for run in range(1, 11)]
        for eta in (0.2, 0.4, 0.8)
    }
    assert sum("λ₁ climbs from" in words and "jumps" not in words for words in said[0.2]) >= 9
    assert sum("the loss jumps" in words and "thrown down" in words for words in said[0.8]) >= 9
    assert sum("at the new limit" in words for words in said[0.8]) >= 9
    assert not any("jumps" in words for words in said[0.4])


def test_the_words_follow_the_run_and_not_the_setting():
    state = demo_steered.compute(0.8, 350, 1)
    calm = dataclasses.replace(state.run, jump=1.0, sharpness=np.full(61, 5.0))
    assert demo_steered.outcome(demo_steered.State(1, calm)).startswith("λ₁ stays near 5.0")
    lost = dataclasses.replace(state.run, jump=np.inf)
    assert "diverges" in demo_steered.outcome(demo_steered.State(1, lost))


def test_every_steered_state_is_recorded_and_has_words():
    seeds, ats, etas = experiments.steered_choices()
    for name, stored in (("eta", etas), ("at", ats), ("seed", np.asarray(seeds) + 1)):
        slider = demo_steered.DEMO.controls[name]
        stops = np.arange(slider.low, slider.high + slider.step / 2, slider.step)
        np.testing.assert_allclose(stops, stored)
    for run in np.asarray(seeds) + 1:
        for at in ats:
            for eta in etas:
                state = demo_steered.compute(float(eta), int(at), int(run))
                words = demo_steered.alt(state) + str(demo_steered.readout(state))
                assert "nan" not in words
                assert "inf" not in words


def test_the_steered_demo_draws_one_run_and_the_one_that_kept_its_step(drawn):
    view, state = drawn(demo_steered, 0.8, 350, 1)
    before = state.run.loss_steps < 350
    shown = view.loss.get_ydata()
    np.testing.assert_allclose(shown[before], view.kept_loss.get_ydata()[before])
    assert np.isfinite(shown).all()
    assert view.limit.get_ydata() == pytest.approx([5, 5, 2.5, 2.5])


def test_the_gradient_of_the_sharpness_by_differences():
    f, w, X, y = experiments.task(seed=4)
    sharpness = experiments.Sharpness(f, X, y, num_steps=40)
    sharpness(w)
    v = sharpness.eigenvector
    gradient, uphill = experiments._slopes(f, w, v, X, y)
    direction = np.random.default_rng(0).standard_normal(len(w)) / np.sqrt(len(w))
    h = 1e-4
    slope = (sharpness(w + h * direction) - sharpness(w - h * direction)) / (2 * h)
    assert uphill @ direction == pytest.approx(slope, rel=1e-3)
    rise = (f(w + h * direction, X, y) - f(w - h * direction, X, y)) / (2 * h)
    assert gradient @ direction == pytest.approx(float(rise), rel=1e-5)


def test_both_formulas_for_the_oscillation_agree_in_the_valley():
    """−ηx²‖∇λ₁‖² of Damian et al. is what the exact law of a² − b² gives on the valley floor."""
    a, x, h = 2.2, 1e-3, 1e-5
    floor = np.array([a, 1 / a])
    S = floor @ floor
    eta, across = 2 / S, floor[::-1] / np.sqrt(S)
    slope = [(experiments.two_weights_sharpness(*(floor + h * e)) - S) / h for e in np.eye(2)]
    along = slope - (across @ slope) * across
    predicted = -eta * x**2 * (along @ along)
    path = dynamics.walk(lambda w: (w.prod() - 1) * w[::-1], floor + x * across, eta, 2)
    on_the_floor = np.sqrt((path[:, 0] ** 2 - path[:, 1] ** 2) ** 2 + 4)
    assert on_the_floor[2] - on_the_floor[0] == pytest.approx(predicted, rel=5e-3)
    r = path[0].prod() - 1
    assert predicted == pytest.approx(-4 * eta * r**2 * (1 - eta**2), rel=5e-3)


@pytest.mark.parametrize("eta", [0.1, 0.4])
def test_two_steps_at_the_edge_lower_the_curvature_by_both_totals_of_the_lesson(eta):
    """Along the path the total is −4ηr²(1 + η²), and on the floor −4ηr²(1 − η²)."""
    r, squares = 1e-4, 2 / eta
    plus, minus = (np.sqrt(squares + 2 * sign * (1 + r)) for sign in (1, -1))
    start = np.array([plus + minus, plus - minus]) / 2  # ab = 1 + r and a² + b² = 2/η
    end = experiments.two_weights_walk(eta, start, 2)[-1]

    def floor(w):
        return np.hypot(w[0] ** 2 - w[1] ** 2, 2)

    unit = -4 * eta * r**2
    assert (end @ end - start @ start) / unit == pytest.approx(1 + eta**2, rel=1e-3)
    assert (floor(end) - floor(start)) / unit == pytest.approx(1 - eta**2, rel=1e-3)
    assert end.prod() - 1 == pytest.approx(r - 4 * eta**2 * r**2, abs=1e-2 * eta**2 * r**2)


def test_from_a_quarter_on_all_runs_without_momentum_reach_the_edge():
    for eta in experiments.recorded_etas():
        says = demo_edge.verdict(demo_edge.compute(eta, SQUARED))
        assert says.startswith("settles at the limit") == (eta > 0.22)


def test_other_eigenvalues_come_to_the_limit_too():
    f, w, X, y = experiments.task(seed=100)
    w = training.gradient_descent(f, w, X, y, 0.4, 300).w
    second, third = top_eigenpairs(operators.hessian_operator(f, w, X, y), 3).eigenvalues[1:]
    assert 4.7 < third < second < 5.3


def test_the_run_of_the_lesson_stays_above_its_limit_for_about_a_hundred_steps():
    run = experiments.train_at_the_edge(0.4, seed=100, steps=400, every=10)
    above = run.steps[run.sharpness > 5]
    first = above[0]
    back = run.steps[(run.steps > first) & (run.sharpness < 5)][0]
    assert 80 <= back - first <= 120
    assert 6.5 < run.sharpness.max() < 7.5


def test_a_recorded_balance_comes_out_again():
    again, stored = experiments.balance(seed=1, steps=12), experiments.recorded_balances()[1]
    for name in ("change", "pushed"):
        # λ₁ is measured with a warm start to some 1e-4.
        measured, kept = getattr(again, name), getattr(stored, name)[:12]
        np.testing.assert_allclose(measured, kept, rtol=0.02, atol=2e-3)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_wrong_labels_are_wrong_and_as_many_as_asked(share):
    _, _, _, y = experiments.task(seed=0)
    labels = experiments._mislabelled(y, share, seed=0)
    assert (labels != y).mean() == share
    assert set(labels) <= set(range(10))


def test_small_batches_are_drawn_by_the_seed():
    runs = [experiments.train_at_the_edge(0.2, s, steps=20, batch_size=8) for s in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0].losses, runs[1].losses)
    assert not np.allclose(runs[0].losses, runs[2].losses)


def test_the_numbers_that_the_text_gives_for_cross_entropy():
    sizes, steps, ratio = experiments.recorded_limits("step")
    large = ratio[sizes >= 2]
    assert (round(large[:, :, 0].min(), 1), round(large[:, :, 0].max(), 1)) == (0.8, 3.0)
    assert steps[np.flatnonzero((large > 1).any(axis=(0, 1))).max()] <= 25
    assert large[:, :, -1].max() < 0.05
    shares, _, ratio = experiments.recorded_limits("labels")
    highest = {
        share: ratio[k].max(axis=1).round(1) for k, share in enumerate(shares.round(1).tolist())
    }
    assert (highest[0.4].min(), highest[0.4].max()) == pytest.approx((0.7, 1.1))
    assert (highest[0.7].min(), highest[0.7].max()) == pytest.approx((1.2, 1.7))


def test_a_claim_notices_a_defect(monkeypatch):
    flipped = [
        dataclasses.replace(one, stabilized=-one.stabilized)
        for one in experiments.recorded_balances()
    ]
    calm = dataclasses.replace(experiments.recorded_steering(0, 350, 0.8), jump=1.0)
    limits = experiments.recorded_limits
    defects = {
        "5.10": (dynamics, "walk", lambda g, start, eta, steps: np.tile(start, (steps + 1, 1))),
        "5.11": (experiments, "recorded_balances", lambda: flipped),
        "5.12": (experiments, "recorded_steering", lambda *_: calm),
        "5.13": (
            experiments,
            "recorded_limits",
            lambda name: (*limits(name)[:2], 0 * limits(name)[2]),
        ),
        "5.14": (
            experiments,
            "recorded_limits",
            lambda name: (*limits(name)[:2], 1 + 0 * limits(name)[2]),
        ),
    }
    for id, (module, name, defect) in defects.items():
        assert LESSON.claims.verify(id).evidence.confirms
        with monkeypatch.context() as patch:
            patch.setattr(module, name, defect)
            assert not LESSON.claims.verify(id).evidence.confirms, id


def test_the_pulse_figure_says_how_the_oscillation_ends():
    path = dynamics.walk(lambda w: (w[0] * w[1] - 1) * w[::-1], [2.3, 0.45], 0.4, 50)
    alt = figures.pulse(path, 0.4).alt
    assert "grows to 0.38 and dies out" in alt
    assert "from 5.49, above 2/η = 5, to 4.50, below it" in alt


def test_the_network_figure_names_its_target():
    assert "1 at the label 9" in figures.network(seed=4).alt


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


@pytest.mark.slow
def test_other_seeds_answer_a_change_of_the_step_size_in_the_same_way():
    for seed in (1000, 1001):
        halved, doubled = (experiments.steered_run(350, eta, seed) for eta in (0.2, 0.8))
        assert halved.sharpness[-1] > 1.05 * halved.sharpness[0]
        assert doubled.losses.max() > 3 * doubled.losses[0]
        assert 0.97 < doubled.ratio[-5:].mean() < 1.15


@pytest.mark.slow
def test_other_seeds_of_batches_and_wrong_labels():
    small = experiments.train_at_the_edge(0.4, 1000, batch_size=8).ratio
    assert 0.4 < small[-5:].mean() < 0.7
    options = {"loss": "cross-entropy", "wrong_labels": 1.0, "every": 5, "steps": 600}
    wrong = experiments.train_at_the_edge(0.4, 1000, **options).ratio
    assert wrong.max() > 1
    assert wrong[-1] < 0.3


@pytest.mark.slow
def test_the_balance_of_another_seed():
    one = experiments.balance(seed=1000)
    assert np.corrcoef(one.change, one.stabilized)[0, 1] > 0.5
    assert abs(one.change.mean()) < 0.5 * abs(one.stabilized.mean())
