"""The recorded experiments of lesson 08: what they hold, and a sample repeated at other seeds."""

import itertools
import json

import numpy as np
import pytest
from scipy import stats

from course_lib.curvature import flatness
from course_lib.lessons.lesson_08 import LESSON, demo_rescaling, experiments
from course_lib.lessons.lesson_08.experiments import grouped_correlation, paired_difference
from course_lib.teaching import records

RUNS = {
    "methods": experiments.METHODS,
    "splits": experiments.SPLIT_RUNS,
    "noisy": experiments.NOISY,
    "scale": experiments.SCALES,
    "edge": experiments.EDGE,
    "epochs": experiments.UNMATCHED,
}


@pytest.mark.parametrize("name", RUNS)
def test_each_run_was_recorded_once_for_each_activation_and_seed(name):
    record = records.load(f"08_{name}")
    assert record.about["settings"] == json.loads(json.dumps(RUNS[name]))
    keys = [record[key].tolist() for key in ("run", "activation", "seed")]
    expected = itertools.product(RUNS[name], set(keys[1]), record.about["seeds"])
    assert sorted(zip(*keys, strict=True)) == sorted(expected)


@pytest.mark.parametrize("name", sorted(RUNS.keys() - {"epochs"}))
def test_all_runs_of_a_comparison_end_at_the_same_loss(name):
    loss = records.load(f"08_{name}")["loss"]
    assert loss.max() <= experiments.TARGET * (1 + 1e-6)
    assert loss.min() > experiments.TARGET * (1 - (0.03 if name == "edge" else 0.01))


def test_a_recorded_run_comes_out_again():
    again = experiments.measure(*experiments.train(3, "tanh", **experiments.METHODS["batch 8"]))
    for quantity in ("loss", "lambda1", "trace", "adaptive"):
        stored = experiments.column("methods", quantity, "batch 8", "tanh")[3]
        assert again[quantity] == pytest.approx(stored, rel=0.02), quantity


def test_the_seed_moves_the_test_error_more_than_the_method_and_the_trace_less():
    for activation in experiments.ACTIVATIONS:
        error, trace = (
            np.array([experiments.column("methods", q, r, activation) for r in experiments.METHODS])
            for q in ("error", "trace")
        )
        assert error.mean(axis=0).std(ddof=1) > 1 > 2 * np.ptp(error.mean(axis=1))
        assert trace.mean(axis=0).std(ddof=1) < trace.mean(axis=1).std(ddof=1)


def test_one_step_misses_most_of_the_worst_case_in_a_large_ball_only():
    _, f, w, data = experiments.trained("tanh")
    for radius, one_step, thirty in ((0.1, 0.00086, 0.00093), (1.0, 0.013, 0.38)):
        found = [
            flatness.worst_increase(f, w, data.X_train, data.y_train, radius=radius, steps=steps)
            for steps in (1, 30)
        ]
        assert np.allclose([r.increase for r in found], [one_step, thirty], rtol=0.05)


@pytest.mark.parametrize("seeds", [(20, 9), (19, 10), (10, 10), (10**6, 10**6)])
def test_intervals_with_another_factor_are_not_right_and_get_a_message(seeds):
    factors = [stats.t.ppf(0.975, degrees) for degrees in seeds]
    rows = zip((-0.52, 0.04), factors, (0.11, 0.57), strict=True)
    ends = [(round(m - t * s, 2), round(m + t * s, 2)) for m, t, s in rows]
    feedback = LESSON.exercises["8.5"].check(*ends, "cannot say")
    # 20 degrees of freedom for the first interval round to what 19 round to.
    assert feedback.right == (seeds == (20, 9))
    assert "hint(" not in feedback.message


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
        state = demo_rescaling.compute(log_alpha, "stiffest")
        d = w / flatness.rescale(network, w, 10.0**log_alpha)
        top = np.linalg.eigvalsh(H * np.outer(d, d))[-1]
        assert state.here.lambda1 == pytest.approx(top, rel=1e-6)
        assert state.change < 1e-12


def groups_that_descend(groups=12, size=8, slope=1.0, shift=-4.0, seed=0):
    """Points that rise inside each group while the groups themselves descend."""
    rng = np.random.default_rng(seed)
    place = rng.standard_normal(groups)
    x = place[:, None] + 0.3 * rng.standard_normal((groups, size))
    y = slope * (x - place[:, None]) + shift * place[:, None]
    return x.ravel(), y.ravel(), np.repeat(np.arange(groups), size)


def test_within_and_pooled_disagree_where_groups_descend():
    found = grouped_correlation(*groups_that_descend())
    assert found.within == pytest.approx(1)
    assert found.within_interval == pytest.approx((1, 1))
    assert found.pooled < -0.7
    assert found.pooled_interval[1] < 0


def test_copies_of_the_same_runs_are_no_new_evidence():
    """The interval comes from the groups: every point taken four times leaves it where it was."""
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(10), 6)
    x, y = rng.standard_normal((2, 60))
    one, four = (grouped_correlation(*(np.tile(v, n) for v in (x, y, groups))) for n in (1, 4))
    assert one.within_interval == pytest.approx(four.within_interval)
    assert one.pooled_interval == pytest.approx(four.pooled_interval)


@pytest.mark.slow
def test_intervals_hold_zero_95_times_in_100_where_nothing_is_related():
    groups, held = np.repeat(np.arange(24), 6), 0
    for seed in range(150):
        x, y = np.random.default_rng(seed).standard_normal((2, groups.size))
        low, high = grouped_correlation(x, y, groups, resamples=200).within_interval
        held += low < 0 < high
    assert 0.88 < held / 150 < 0.99


def differences(contrast, quantity, activation, seeds):
    """Return the paired differences of a contrast at seeds that were not recorded."""
    runs = [experiments.METHODS[run] for run in experiments.CONTRASTS[contrast]]
    values = [
        [experiments.measure(*experiments.train(seed, activation, **run))[quantity] for run in runs]
        for seed in seeds
    ]
    return -np.diff(values)[:, 0]


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
    first, second = (
        experiments.column("methods", quantity, run, activation)
        for run in experiments.CONTRASTS[contrast]
    )
    recorded = first - second
    fresh = differences(contrast, quantity, activation, range(1000, 1008))
    expected_error = recorded.std(ddof=1) * np.sqrt(1 / recorded.size + 1 / fresh.size)
    assert abs(fresh.mean() - recorded.mean()) < 4 * expected_error
    if contrast != "SAM − without, full batch":
        assert paired_difference(fresh, 0 * fresh).high < 0


@pytest.mark.slow
def test_other_seeds_end_at_the_edge_too():
    for eta in (0.4, 0.8):
        run = experiments.EDGE[f"step {eta}"]
        trained = (experiments.train(seed, "tanh", **run) for seed in (1000, 1001))
        lam = [experiments.measure(*each)["lambda1"] for each in trained]
        assert np.allclose(np.array(lam) * eta / 2, 1, atol=0.15)


@pytest.mark.slow
def test_at_the_edge_the_rest_of_the_descent_hardly_moves_the_sharpness():
    moved = {}
    for eta in (0.05, 0.3, 0.8):
        run = experiments.EDGE[f"step {eta}"]
        before = {**run, "near": 1.0, "target": run["near"] * experiments.TARGET, "finish": ()}
        moved |= {(eta, "lambda1"): [], (eta, "error"): []}
        for seed in range(12):
            at = experiments.measure(*experiments.train(seed, "tanh", **before))
            for quantity in ("lambda1", "error"):
                after = experiments.column("edge", quantity, f"step {eta}", "tanh")[seed]
                moved[eta, quantity].append(
                    after / at[quantity] if quantity == "lambda1" else after - at[quantity]
                )
        assert 0.99 < min(moved[eta, "lambda1"]) <= max(moved[eta, "lambda1"]) < 1.07
        assert np.abs(moved[eta, "error"]).max() < 0.55
    assert 0.15 < np.mean(moved[0.05, "error"]) < 0.35
