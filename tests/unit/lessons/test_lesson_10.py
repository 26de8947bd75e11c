"""Adam's units, layers without a scale, pruning and races of lesson 10: the laws and the recordings."""

import dataclasses
import re
from pathlib import Path

import jax
import numpy as np
import pytest

from course_lib.curvature import networks, operators
from course_lib.curvature.adam import adam
from course_lib.curvature.eigenpairs import top_eigenpairs
from course_lib.curvature.preconditioning import (
    adam_limit,
    adam_preconditioner,
    preconditioned_operator,
)
from course_lib.lessons.lesson_05.experiments import task
from course_lib.lessons.lesson_10 import (
    LESSON,
    demo_adam,
    demo_pruning,
    experiments,
    figures,
)
from course_lib.lessons.lesson_10 import (
    experiments_pruning as pruning,
)
from course_lib.lessons.lesson_10 import (
    experiments_races as races,
)
from course_lib.lessons.lesson_10 import (
    experiments_two_weights as two_weights,
)
from course_lib.support import datasets
from course_lib.teaching import records

DOCS = Path(__file__).parents[3] / "docs"
SQUARED, ENTROPY = experiments.LOSSES


def test_the_recorder_finds_the_largest_eigenvalue_in_adams_units():
    f, w, X, y = task(seed=3)
    recorder, seen = experiments.PreconditionedSharpness(f, X, y), []

    def compare(w, state):
        found = recorder(w, state)
        if state[2]:
            P = adam_preconditioner(state[1], beta2=0.999, count=float(state[2]))
            H = operators.hessian_operator(f, w, X, y)
            exact = top_eigenpairs(preconditioned_operator(H, P), 1).eigenvalues[0]
            seen.append((found[1] / exact, found[2] / np.median(P)))
        return found

    adam(f, w, X, y, 0.01, 60, record=compare, every=20)
    ratios = np.array(seen)
    assert len(ratios) == 3
    np.testing.assert_allclose(ratios[:, 0], 1, rtol=1e-3)
    assert ratios[:, 0].max() < 1 + 1e-9  # Lanczos never overshoots
    np.testing.assert_allclose(ratios[:, 1], 1, rtol=1e-12)


def test_a_ratio_is_in_units_of_adams_limit():
    values = [np.full((1, 2), value) for value in (5.0, 1900.0, 0.01)]
    runs = experiments.AdamRuns(0.02, 0.9, np.arange(1), np.ones((1, 1)), np.arange(2), *values)
    np.testing.assert_allclose(runs.ratio, 1.0)  # 3.8/(0.1 · 0.02) = 1900
    np.testing.assert_allclose(runs.plain_ratio, 0.05)
    np.testing.assert_allclose(runs.one_step_ratio, 5.0 / 0.01 / 1900)


def test_a_recorded_run_of_adam_comes_out_again():
    again = experiments.train_with_adam(10**-2.5, 0.9, seed=1, steps=150)
    stored = experiments.recorded_adam(10**-2.5, 0.9)
    np.testing.assert_allclose(again.ratio[0, 1], stored.ratio[1, 1], rtol=1e-2)
    np.testing.assert_allclose(again.plain[0], stored.plain[1, :2], rtol=1e-2)
    np.testing.assert_allclose(again.losses[0, ::21][:4], stored.losses[1, :4], rtol=3e-3)


def test_the_recording_says_how_it_was_made():
    for name in (experiments.ADAM, experiments.BLOCKS, pruning.PRUNING, races.RACES):
        about = records.load(name).about
        assert len(about["seeds"]) >= 5
        assert about["float64"]


@pytest.mark.slow
def test_adam_at_a_seed_of_its_own_ends_at_its_edge():
    run = experiments.train_with_adam(0.01, 0.9, seed=100)
    assert 0.9 < run.ratio[0, -1] < 1.15
    assert run.plain_ratio[0].max() < 0.2


@pytest.mark.slow
def test_pruning_at_a_seed_of_its_own_keeps_the_order():
    found = pruning.measure(seed=100)
    at = int(np.flatnonzero(np.isclose(pruning.SHARES, 0.6))[0])
    assert (np.diff(found["pruned"][:, at]) < 0).all()
    assert found["rounded"][0, 1] > 3 * found["rounded"][1, 1]


def test_a_recorded_network_is_pruned_again_on_a_smaller_one():
    """The rules on a network whose Hessian is quick: the order of the rules, and their zeros."""
    network, loss, w, _, H = pruning.trained(seed=5, num_train=200, widths=(64, 4, 10))
    inverse_H, rng = pruning.inverse(H), np.random.default_rng(0)
    rises = []
    for rule in pruning.RULES:
        new = pruning.prune(rule, 0.4, w, H, inverse_H, rng)
        assert (new == 0).sum() >= round(0.4 * len(w))
        rises.append(loss(new) - loss(w))
    assert rises[0] > rises[1] > rises[3]
    assert rises[2] > rises[3]
    assert network.num_params == len(w)


def test_without_a_coupling_the_surgeon_moves_nothing_else():
    w, zeroed = np.array([1.0, -2.0, 3.0]), np.array([1])
    new = pruning.surgeon(w, np.linalg.inv(np.diag([1.0, 2.0, 3.0])), zeroed)
    np.testing.assert_allclose(new, [1.0, 0.0, 3.0])
    np.testing.assert_array_equal(pruning.surgeon(w, np.eye(3), np.array([], int)), w)


def test_compensated_rounding_is_the_surgeon_weight_by_weight():
    """The first two moves by the formula −(wᵢ − q)/(H⁻¹)ᵢᵢ · H⁻¹eᵢ on what is still free."""
    rng = np.random.default_rng(3)
    A = rng.standard_normal((4, 4))
    H, w = A @ A.T + np.eye(4), rng.standard_normal(4)
    expected = w.copy()
    for i in range(4):
        free = np.arange(i, 4)
        inverse = np.linalg.inv(H[np.ix_(free, free)])
        q = np.clip(np.round(expected[i] / 0.5), -7, 7) * 0.5
        expected[free] -= (expected[i] - q) / inverse[0, 0] * inverse[:, 0]
    found = pruning.round_with_compensation(w, np.full(4, 0.5), np.linalg.inv(H), 7)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    plain = pruning.round_plainly(w, np.full(4, 0.5))
    assert (found - w) @ H @ (found - w) <= (plain - w) @ H @ (plain - w) + 1e-12


def test_a_grid_has_fifteen_values_a_row_with_four_bits():
    network = networks.mlp((3, 2))
    w = np.array([1.0, -7.0, 2.0, 0.1, 0.2, -0.7, 3.0, -1.5])
    steps = pruning.grid_steps(network, w, 4)
    np.testing.assert_allclose(steps[:6], [1, 1, 1, 0.1, 0.1, 0.1])
    rounded = pruning.round_plainly(w, steps)
    assert np.abs(rounded / steps).max() == pytest.approx(7)


def test_the_hessian_of_the_angle_by_automatic_differentiation():
    def f(v):
        return 0.5 * jax.numpy.arctan2(v[1], v[0]) ** 2

    for v in ([1.0, 0.0], [2.0, 0.7], [0.3, -1.0]):
        exact = jax.hessian(f)(np.array(v))
        np.testing.assert_allclose(two_weights.angle_hessian(v), exact, atol=1e-12)
        scaled = two_weights.angle_hessian(3 * np.array(v))
        np.testing.assert_allclose(9 * scaled, exact, atol=1e-12)


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_a_weight_normalized_layer_goes_with_the_square(factor):
    losses, blocks = experiments.weight_norm_scaled(factor, seed=2)
    assert losses[0] == pytest.approx(losses[1], abs=1e-12)
    np.testing.assert_allclose(blocks[0] / blocks[1], factor**2, rtol=1e-8)


def test_a_race_counts_gradients_and_products():
    problem = dataclasses.replace(races.PROBLEMS[2], num_train=50, target=0.3)
    newton = races.trial(problem, "Gauss-Newton-CG", 0, damping=0.1, products=10)
    assert newton.reached
    assert newton.products <= 10 * (newton.gradients - 1)
    diagonal = races.trial(problem, "diagonal", 0, eta=0.03, damping=0.1)
    assert diagonal.products == races.PROBES * (1 + (diagonal.gradients - 1) // races.REFRESH)
    plain = races.trial(problem, "plain descent", 0, eta=0.2)
    assert plain.products == 0
    assert plain.total(product_price=5) == plain.gradients
    lost = races.trial(problem, "plain descent", 0, budget=20, eta=1e-4)
    assert not lost.reached
    assert lost.total() == np.inf


def test_plain_descent_in_a_race_is_that_of_the_library():
    from course_lib.curvature.training import gradient_descent

    problem = dataclasses.replace(races.PROBLEMS[2], num_train=50, target=0.3)
    data, network = datasets.digits(num_train=50, seed=1), networks.mlp(races.WIDTHS)
    run = gradient_descent(
        networks.squared_error(network),
        network.init(1, scale=0.5),
        data.X_train,
        data.y_train,
        0.2,
        500,
        target_loss=0.3,
    )
    cost = races.trial(problem, "plain descent", 1, eta=0.2)
    assert cost.gradients == len(run.losses) + 1  # the last one only looks


def test_a_rotation_keeps_the_smallest_loss_and_the_eigenvalues():
    straight, turned = races.PROBLEMS[:2]
    data = datasets.digits(num_train=straight.num_train, seed=0)
    X, y = data.X_train, data.y_train
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((64, 64)))[0]
    assert turned.rotated
    assert straight.goal(X, y) == pytest.approx(turned.goal(X @ Q, y), rel=1e-9)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(X.T @ X), np.linalg.eigvalsh(Q.T @ X.T @ X @ Q), atol=1e-8
    )
    f, start = networks.squared_error(networks.linear()), np.zeros(650)
    run = adam(f, start, X, y, 0.05, 150)
    assert run.losses[-1] < straight.goal(X, y) * 1.002


def test_the_costs_that_the_text_gives():
    costs = races.recorded_costs()
    adam_costs, newton = (
        costs[:, races.METHODS.index(name)] for name in ("Adam", "Gauss-Newton-CG")
    )
    assert (adam_costs[0].min(), adam_costs[0].max()) == (86, 152)
    assert sorted(adam_costs[1])[:2] == [714, 2708]
    assert np.isinf(adam_costs[1]).sum() == 4
    assert np.abs(newton[1] / newton[0] - 1).max() < 1 / 7
    assert (adam_costs[3] == 2).all()
    assert newton[3].min() > 30
    assert (adam_costs[4].min(), adam_costs[4].max()) == (682, 1629)
    assert (newton[4].min(), newton[4].max()) == (585, 1470)
    assert (newton[4] < adam_costs[4]).sum() == 3
    dear = np.minimum(races.recorded_costs(3), races.BUDGET)[1]
    assert (dear[-1] <= dear[[0, 1, 3]].min(axis=0)).all()


@pytest.mark.parametrize(
    ("problem", "method"), [(1, "Gauss-Newton-CG"), (3, "Adam"), (0, "Adam"), (2, "momentum")]
)
def test_a_recorded_trial_comes_out_again(problem, method):
    at = problem, races.METHODS.index(method), 3
    settings = races.GRIDS[method][races.recorded_races()["winners"][at]]
    again = races.trial(races.PROBLEMS[problem], method, 3, **settings)
    assert again.total() == pytest.approx(races.recorded_costs()[at], rel=0.05)


def test_the_method_diagonal_does_badly_because_its_estimate_is_rough(monkeypatch):
    """With the exact diagonal it needs 83 to 179 steps, here the two ends over six seeds."""
    estimated = races.gauss_newton_operator

    def exact(*arguments):
        return np.diag(np.diag(estimated(*arguments).to_dense()))  # z * (D @ z) is D's diagonal

    monkeypatch.setattr(races, "gauss_newton_operator", exact)
    for seed, steps in ((1, 83), (5, 179)):
        trial = races.trial(races.PROBLEMS[0], "diagonal", seed, eta=0.3, damping=0.01)
        assert trial.reached
        assert trial.gradients == pytest.approx(steps, abs=2)
        assert races.recorded_costs()[0, races.METHODS.index("diagonal"), seed] > 1000


def test_the_price_of_a_product_by_the_clock_is_that_of_the_benchmark():
    page = (DOCS / "benchmark.md").read_text("utf-8")
    found = []
    for cores in ("1 core", "2 cores"):
        for section in page.split(f"### {cores}\n\n")[1:]:
            header, *rows = section.split("\n\n")[0].splitlines()
            if header.endswith("| ours, in gradients |"):
                cells = [row.split("|")[-2].strip() for row in rows[1:]]
                found += [float(cell) for cell in cells if cell]
    assert len(found) == 10
    assert (round(min(found), 1), round(max(found), 1)) == (1.0, 2.5)
    in_single = [float(price) for price in re.findall(r"\| [\d.]+ m?s, ([\d.]+) \|", page)]
    assert in_single[0] == 2.9  # the smallest network comes first
    assert in_single[0] == max(in_single[:6])  # on the CPU


def test_up_to_which_price_products_pay_after_the_rotation():
    for price, cheapest in ((1, 6), (3, 6), (3.4, 3)):
        costs = np.minimum(races.recorded_costs(price), races.BUDGET)[1]
        assert (costs.argmin(axis=0) == races.METHODS.index("Gauss-Newton-CG")).sum() == cheapest


def test_every_method_has_eight_trials():
    assert {len(grid) for grid in races.GRIDS.values()} == {8}
    assert set(races.GRIDS) == set(races.METHODS)


def test_one_weight_of_adam_is_that_of_the_library():
    def f(w, X, y):
        return 1.5 * jax.numpy.mean(w**2) + 0 * jax.numpy.sum(X)

    run = adam(f, [1.0], np.zeros((1, 1)), np.zeros(1), 0.01, 40, beta2=0.99)
    w, ratio = two_weights.one_weight_adam(3.0, steps=40)
    assert w[-1] == pytest.approx(run.w[0], rel=1e-9)
    P = adam_preconditioner(run.state[1], beta2=0.99, count=40)
    assert ratio[-1] == pytest.approx(3.0 / P[0] / adam_limit(0.01, 0.9), rel=1e-6)


def test_every_state_of_the_adam_demo_is_recorded_and_has_words():
    slider, options = demo_adam.CONTROLS["log_eta"], demo_adam.CONTROLS["beta1"]
    stops = np.arange(slider.low, slider.high + slider.step / 2, slider.step)
    etas, beta1s = experiments.adam_choices()
    np.testing.assert_allclose(10**stops, etas, rtol=1e-2)
    np.testing.assert_allclose([float(word) for word in options.options], beta1s)
    for stop in stops:
        for beta1 in options.options:
            state = demo_adam.compute(float(stop), beta1)
            assert "nan" not in demo_adam.alt(state) + str(demo_adam.readout(state))


def test_the_adam_demo_says_where_the_runs_end(drawn):
    words = [
        demo_adam.verdict(demo_adam.compute(*state)) for state in ((-2.0, "0.9"), (-3.5, "0.9"))
    ]
    assert words == ["at Adam's limit in all five runs", "below Adam's limit in all five runs"]
    view, state = drawn(demo_adam, -2.0, "0.9")
    shown = np.array([line.get_ydata() for line in view.ratios])
    np.testing.assert_allclose(shown, state.runs.ratio)
    assert not np.allclose(view.plain[0].get_ydata()[1:], shown[0, 1:])


def test_the_pruning_demo_says_which_rule_is_best(drawn):
    view, state = drawn(demo_pruning, 0.6)
    assert state.order == (3, 2, 1, 0)
    assert demo_pruning.compute(0.9).order[0] == 1
    assert view.mark.get_xdata()[0] == 0.6
    rises = view.curves[1].get_ydata()
    np.testing.assert_allclose(rises, np.median(state.rises[:, 1], axis=0), rtol=1e-6)
    stops = np.arange(0.1, 0.95, 0.1)
    np.testing.assert_allclose(stops, pruning.SHARES)
    assert all("nan" not in demo_pruning.alt(demo_pruning.compute(float(s))) for s in stops)


def test_the_numbers_that_the_text_gives():
    for eta in (0.0032, 0.01, 0.018):
        runs = experiments.recorded_adam(eta)
        assert runs.plain_ratio[:, -1].min() > 1 / 100
        assert runs.plain_ratio[:, -1].max() < 1 / 25
        assert (runs.one_step_ratio[:, -1] > 3).all()
    hundredths = experiments.recorded_adam(0.01).plain
    assert hundredths[:, -1].min() > 4
    assert hundredths.max() < 8
    at = int(np.flatnonzero(np.isclose(pruning.SHARES, 0.6))[0])
    middle = np.median(pruning.recorded()["pruned"][:, :, at], axis=0)
    np.testing.assert_allclose(middle[:3], [0.9, 0.018, 0.010], rtol=0.06)
    rises = pruning.recorded()["pruned"]
    few = [k for k, share in enumerate(pruning.SHARES) if share <= 0.4]
    assert np.median(rises[:, 3][:, few], axis=0).max() < 1e-4
    highest = [
        np.nanmax(experiments.recorded_adam(eta).plain_ratio) for eta in (0.0032, 0.01, 0.018)
    ]
    assert round(100 * max(highest), 1) == 5.1
    assert (rises[:, 2, 7] > rises[:, 1, 7]).all()  # at 80 % the magnitude overtakes the saliency
    record = pruning.recorded()
    four = record["rounded"][:, :, 2] / record["loss"][:, None]
    assert [round(100 * x) for x in (four[:, 0].min(), four[:, 0].max())] == [9, 19]
    assert round(100 * np.abs(four[:, 1]).max()) == 4
    others = ("fully connected", "convolutional")
    blocks = experiments.recorded_blocks()
    for biases, ends in ((True, [12, 28]), (False, [2, 5])):
        found = np.concatenate([experiments.spread(*blocks[name], biases) for name in others])
        assert [round(found.min()), round(found.max())] == ends


def test_the_weight_of_adam_is_far_below_its_line_until_it_jumps():
    size = 0.01 * 0.1 / 3.8
    for curvature in (3.0, 300.0):
        w, ratio = two_weights.one_weight_adam(curvature)
        assert np.abs(w[300:1578]).max() < size / 10
        assert 1570 < np.argmax(ratio > 1) < 1600
        assert np.abs(w[1650:1700]).max() > size


def test_the_figures_say_what_they_show():
    assert "near 1" in figures.one_weight().alt
    assert "by 1.00" in figures.surgeon().alt
    assert "by only 0.75" in figures.surgeon().alt
    assert "Newton's step from 0.46 to 0.00" in figures.saddle().alt


def test_a_claim_notices_a_defect(monkeypatch):
    flipped = pruning.recorded()
    arrays = {name: np.array(flipped[name]) for name in flipped}
    arrays["pruned"] = arrays["pruned"][:, ::-1]
    arrays["rounded"] = arrays["rounded"][:, ::-1]
    normal = experiments.recorded_adam

    def without_momentum(eta, *rest):
        return dataclasses.replace(normal(eta, *rest), beta1=0.0)

    def swapped(eta, *rest):
        runs = normal(eta, *rest)
        return dataclasses.replace(runs, plain=runs.preconditioned, preconditioned=runs.plain)

    defects = {
        "10.1": (two_weights, "scaled", lambda H, P: np.asarray(H) / np.asarray(P)[:, None]),
        "10.3": (races, "recorded_costs", lambda price=1: np.ones((5, 5, 6))),
        "10.17": (races, "recorded_costs", lambda price=1: np.ones((5, 5, 6))),
        "10.6": (two_weights, "one_weight_adam", lambda *_, **__: (np.ones(900), np.ones(900))),
        "10.7": (experiments, "recorded_adam", swapped),
        "10.8": (experiments, "recorded_adam", without_momentum),
        "10.9": (experiments, "recorded_adam", swapped),
        "10.13": (pruning, "surgeon", lambda w, *_: np.append(0.0, w[1:])),
        "10.14": (pruning, "recorded", lambda: arrays),
        "10.16": (pruning, "recorded", lambda: arrays),
    }
    for id, (module, name, defect) in defects.items():
        assert LESSON.claims.verify(id).evidence.confirms, id
        with monkeypatch.context() as patch:
            patch.setattr(module, name, defect)
            assert not LESSON.claims.verify(id).evidence.confirms, id
