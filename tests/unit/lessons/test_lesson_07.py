"""What was recorded for lesson 07 comes out again at seeds that were not recorded."""

import dataclasses

import numpy as np
import pytest
import record_07

from course_lib.curvature import networks, spectral_shape
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import (
    LESSON,
    demo_network,
    demo_noise,
    demo_sabotage,
    experiments,
    experiments_sabotage,
    figures,
)
from course_lib.support import datasets
from course_lib.teaching import records

NEW_SEED = 100


@pytest.mark.parametrize("name", record_07.EXPERIMENTS)
def test_the_seeds_of_a_record_are_not_ours(name):
    assert NEW_SEED not in records.load(f"07_{name}").about["seeds"]


def test_training_keeps_the_points_it_was_asked_for():
    data = datasets.digits(classes=2, num_train=100, seed=0)
    network = networks.mlp((64, 3, 2))
    run = experiments.train(network, data.X_train, data.y_train, epochs=(0, 1, 2), seed=3)
    assert (run.points[0] == network.init(seed=3)).all()
    again = experiments.train(network, data.X_train, data.y_train, epochs=(0, 1, 2), seed=3)
    assert (again.points[2] == run.points[2]).all()
    losses = [float(run.loss(run.points[e], run.X, run.y)) for e in (0, 2)]
    assert losses[1] < losses[0]
    with pytest.raises(ValueError, match="epochs must be in ascending order"):
        experiments.train(network, data.X_train, data.y_train, epochs=(3, 1))


def test_a_linear_model_is_its_own_gauss_newton_matrix():
    run = experiments.train_on_digits(3, width=0, epochs=(1,), seed=0)
    H, G = run.hessian(1) @ np.eye(195), run.gauss_newton(1) @ np.eye(195)
    assert np.allclose(H, G, atol=1e-12)


def test_which_digits_are_drawn_depends_on_the_seed():
    a, b = (experiments.train_on_digits(2, width=2, epochs=(0,), seed=s) for s in (0, 1))
    assert len(a.X) != len(b.X) or not np.array_equal(a.X, b.X)


def test_a_fresh_run_is_the_one_in_the_demo():
    """A recorded seed, run anew: the demo shows what the code computes."""
    run = experiments.train_on_digits(4, 8, "relu", epochs=(0, 1), seed=0)
    for epoch in (0, 1):
        shown = demo_network.compute(str(epoch), "4", "8", "ReLU, raw pixels").eigenvalues
        exact = spectral_shape.all_eigenvalues(run.hessian(epoch))
        assert np.allclose(shown, exact, rtol=2e-3, atol=1e-6 * exact[0])


@pytest.mark.parametrize("num_classes", [3, 7])
def test_outliers_at_a_new_seed(num_classes):
    def ratio(centred):
        run = experiments.train_on_digits(
            num_classes, 32, "relu", centred=centred, epochs=(1,), seed=NEW_SEED
        )
        lam = record_07.top_eigenvalues(run, 1, record_07.TOP)
        return spectral_shape.largest_gap(lam)[0], lam[num_classes - 2] / lam[num_classes - 1]

    i = list(record_07.CLASSES).index(num_classes)
    position, raw = ratio(centred=False)
    assert position == num_classes - 1
    kept = experiments.ratios_after("relu raw")[i]
    assert kept.min() / 2 < raw < 2 * kept.max()
    _, centred = ratio(centred=True)
    assert centred < 2.2
    assert raw > 1.5 * centred


def test_width_and_mean_at_a_new_seed():
    """A wide layer has the gap, a narrow one a smaller ratio there; the mean's share is as recorded."""

    def ratio(width):
        run = experiments.train_on_digits(7, width, "relu", epochs=(1,), seed=NEW_SEED)
        lam = record_07.top_eigenvalues(run, 1, record_07.TOP)
        return lam[5] / lam[6], spectral_shape.largest_gap(lam)[0]

    wide, position = ratio(64)
    assert position == 6
    assert ratio(8)[0] < 0.6 * wide
    kept = experiments.recorded_mean_shares("relu raw")
    share = record_07.mean_share("relu raw", 7, NEW_SEED)
    assert kept.min() - 0.05 < share < kept.max() + 0.05
    assert record_07.mean_share("relu centred", 7, NEW_SEED) < share / 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["relu 16", "attention"])
def test_spacings_and_shape_at_a_new_seed(name):
    run, _ = record_07.at_matched_loss(record_07.ARCHITECTURES[name], True, NEW_SEED)
    lam = spectral_shape.all_eigenvalues(run.hessian(1))
    assert abs(rm.mean_spacing_ratio(lam).estimate - rm.SPACING_RATIO_GOE) < 0.04
    kept = records.load("07_architectures")[f"{name}|centred"]
    near = np.mean([spectral_shape.shape_distance(lam, other) for other in kept])
    far = np.mean(experiments.shape_distances("centred")[1])
    assert near < far / 2


@pytest.mark.slow
def test_what_explains_the_outliers_at_a_new_seed():
    new = experiments.measure(3, False, NEW_SEED)
    assert new["Gauss-Newton overlap"] > 0.97
    assert new["class-mean overlap"] > 0.95
    assert new["gradient share"] > 0.5
    assert new["descent, rest"] > new["descent, top"]
    assert new["near zero"] > 0.85


@pytest.mark.slow
def test_the_horizon_at_a_new_seed():
    for epoch in (3, 30):
        _, top, rest = experiments.descend_in_parts(epoch, seed=NEW_SEED, horizons=(5, 3000))
        assert top[0] > 0.5 > top[1]
        assert rest[1] > top[1]


@pytest.mark.slow
def test_full_batches_leave_little_gradient_along_the_top_at_a_new_seed():
    (row,) = experiments.full_batch(NEW_SEED, steps=(300,))
    assert row[3] < 0.05
    assert experiments.measure(3, False, NEW_SEED)["gradient share"] > 10 * row[3]


@pytest.mark.slow
def test_a_network_without_the_mean_has_no_gap_after_nine_at_a_new_seed():
    for share, there in ((1, True), (0, False)):
        run = experiments_sabotage.trained_with_mean(share, 10, NEW_SEED, epochs=(1,))
        lam = record_07.top_eigenvalues(run, 1, record_07.TOP)
        assert (experiments.gap_after(lam) == 9) == there
        assert (lam[8] / lam[9] >= experiments.GAP) == there


@pytest.mark.slow
def test_hundred_classes_at_a_new_seed():
    data = datasets.digit_pairs(record_07.NUM_PAIRS, centred=False, seed=NEW_SEED)
    run = experiments.train(networks.linear(128, 100), data.X_train, data.y_train, (3,), NEW_SEED)
    lam = record_07.top_eigenvalues(run, 3, record_07.PAIR_TOP)
    assert spectral_shape.largest_gap(lam, 120)[0] == 99


@pytest.mark.slow
@pytest.mark.parametrize("name", ["relu raw", "relu centred", "linear raw"])
def test_mnist_at_a_new_seed(name):
    run, data = record_07.train_on_mnist(name, 6, 32, (1,), NEW_SEED)
    assert data.X_train.shape == (2400, 784)
    lam = record_07.top_eigenvalues(run, 1, record_07.TOP)
    i = list(record_07.MNIST_CLASSES).index(6)
    kept = experiments.ratios_after(name, record="mnist")[i]
    assert kept.min() / 2 < lam[4] / lam[5] < 2 * kept.max()


def test_what_the_prose_says_of_the_records():
    raw, centred = (
        experiments.recorded_measure("loss", 1, inputs) for inputs in ("raw", "centred")
    )
    assert 0.95 < raw.min() < raw.max() < 1.55
    assert 0.45 < centred.min() < centred.max() < 0.65
    narrow = records.load("07_widths")["8"][:5, :, 1]  # 2 to 6 classes, after one epoch
    hits = [
        spectral_shape.largest_gap(lam)[0] == c + 1 for c, row in enumerate(narrow) for lam in row
    ]
    assert len(hits) - sum(hits) == 16
    r = {name: start for name, (start, _) in experiments.spacing_ratios().items()}
    low = sorted(r, key=r.get)[:4]
    assert set(low) == {"linear|raw", "convolution|raw", "linear|centred", "gelu 16|raw"}


@pytest.mark.parametrize("floor", [1e-6, 1e-8, 1e-12])
@pytest.mark.parametrize("inputs", ["raw", "centred"])
def test_seeds_architectures_noise_come_in_this_order_for_any_floor(floor, inputs):
    same, other, noise = (x.mean() for x in experiments.shape_distances(inputs, floor))
    assert 2 * same < other < noise / 2


def test_a_sorted_demo_state_and_its_words():
    state = demo_network.compute("1", "10", "32", "ReLU, raw pixels")
    assert (np.diff(state.eigenvalues) <= 0).all()
    assert demo_network.readout(state)["gap"].startswith("after 9 (C − 1)")
    assert "C − 1" in demo_network.alt(state)
    noise = demo_noise.compute(120, "Gaussian", 2.0, 3)
    W, v, _, _ = demo_noise._matrix(120, "Gaussian", 3)
    lam, U = np.linalg.eigh(W + 2.0 * np.outer(v, v))
    assert np.allclose(noise.eigenvalues, lam[::-1])
    assert np.isclose(noise.overlap, (U[:, -1] @ v) ** 2)


@pytest.mark.parametrize("num_classes", [3, 10])
def test_at_the_start_the_kronecker_product_is_exact_for_every_share(num_classes):
    X, y = experiments.images(num_classes, NEW_SEED)
    for share in experiments_sabotage.SHARES:
        law = experiments_sabotage.predicted_at_zero(X, share, num_classes)
        lam = experiments_sabotage.measured_at_zero(X, y, share, num_classes)
        np.testing.assert_allclose(lam[: law.size], law, atol=1e-8 * law[0])
        assert np.abs(lam[law.size :]).max() < 1e-8 * law[0]
        for k in range(0, law.size, num_classes - 1):  # C − 1 equal ones in each group
            assert np.ptp(lam[k : k + num_classes - 1]) < 1e-8 * law[0]


def test_the_recorded_start_is_the_predicted_one():
    for num_classes in experiments_sabotage.SABOTAGE_CLASSES:
        for seed in range(6):
            X, _ = experiments.images(num_classes, seed)
            for share, lam in zip(
                experiments_sabotage.SHARES,
                experiments_sabotage.recorded_sabotage(num_classes)[:, seed],
                strict=True,
            ):
                law = experiments_sabotage.predicted_at_zero(X, share, num_classes)[
                    : experiments_sabotage.SABOTAGE_RANKS
                ]
                np.testing.assert_allclose(lam, law, atol=1e-8 * law[0])


def test_no_mean_and_all_of_it_are_centred_and_raw_images():
    X, _ = experiments.images(10, 3)
    assert np.abs(experiments.with_mean(X, 0).mean(axis=0)).max() < 1e-12
    raw = experiments.with_mean(X, 1)
    np.testing.assert_allclose(raw / raw.max(), X / X.max())
    assert np.mean(experiments.with_mean(X, 0.3) ** 2) == pytest.approx(1)


# Defects planted in what the claims on the mean image rest on.


def _mean_never_taken_out(right, X, s):
    return right(X, 1)


def _share_taken_twice(right, X, s):
    return right(X, s * s)


def _counted_from_0(right, lam, kmax=15):
    place, ratio = right(lam, kmax)
    return place - 1, ratio


def _top_and_rest_swapped(right, epoch):
    everything, top, rest = right(epoch)
    return everything, rest, top


@pytest.mark.parametrize(
    ("id", "owner", "name", "wrong"),
    [
        ("7.18", experiments, "with_mean", _mean_never_taken_out),
        ("7.18", experiments, "with_mean", _share_taken_twice),
        ("7.6", spectral_shape, "largest_gap", _counted_from_0),
        ("7.11", experiments, "recorded_horizon", _top_and_rest_swapped),
    ],
)
def test_a_planted_defect_turns_the_claim(id, owner, name, wrong, plant):
    plant(owner, name, wrong)
    assert "does not hold" in repr(LESSON.claims.verify(id))


def test_below_the_threshold_there_is_no_gap():
    assert experiments.gap_after([9.0, 8.0, 2.0, 1.9]) == 2
    assert experiments.gap_after([1.49, 1.0, 0.9]) == 0
    assert experiments.gap_after([1.5, 1.0, 0.9]) == 1
    lam = np.linalg.eigvalsh(rm.goe(1210, seed=1))[::-1]
    assert spectral_shape.largest_gap(lam)[1] < 1.1


def test_a_demo_without_a_gap_says_so_and_colours_nothing():
    state = demo_network.compute("1", "10", "32", "ReLU, centred")
    assert state.gap == 0
    assert demo_network.readout(state)["gap"].startswith("none")


def test_the_sabotage_demo_speaks_of_the_spectrum_it_shows(drawn):
    view, state = drawn(demo_sabotage, 1.0, 1, "10", "linear, W = 0")
    words = demo_sabotage.readout(state)
    assert words["measured"] == "the gap is after 9 = C − 1"
    assert "equal to 8 digits" in str(words)
    assert len(view.outliers.get_xdata()) == 9
    flat = dataclasses.replace(state, eigenvalues=np.linspace(2, 1.5, demo_sabotage.RANKS))
    assert demo_sabotage.readout(flat)["measured"] == "no gap"
    assert "differ" in str(demo_sabotage.readout(flat))
    # A share between two recorded ones shows the nearer of the two.
    assert demo_sabotage.compute(0.2, 1, "3", "network, 1 epoch").share == 0.25


def test_the_table_of_other_settings():
    """The numbers under "Dig deeper", and those of section 4."""
    by_width = [
        [experiments.count_gaps_of_width(n, epoch)[0] for n in experiments.WIDTHS]
        for epoch in (1, 3)
    ]
    assert by_width == [[9, 35, 45, 44], [28, 44, 43, 39]]
    assert experiments.count_gaps("tanh raw") == (32, 45)
    assert experiments.count_gaps("linear raw") == (45, 45)
    names = ("relu raw", "linear raw", "tanh raw", "relu centred", "linear centred")
    assert [experiments.count_gaps(n, record="mnist")[0] for n in names] == [20, 19, 8, 3, 3]
    pairs = records.load("07_pairs")
    after = {
        name: [
            experiments.gap_after(lam, 120) for lam in pairs[name].reshape(-1, record_07.PAIR_TOP)
        ]
        for name in ("linear raw", "relu raw", "tanh raw")
    }
    assert after["linear raw"] == [99] * 6
    assert after["relu raw"].count(99) == 1
    assert after["tanh raw"] == [32] * 6
    tanh = experiments.largest_eigenvalues("tanh raw")
    hits = [
        sum(experiments.gap_after(lam) == c - 1 for lam in row) for c, row in enumerate(tanh, 2)
    ]
    assert min(hits[:-2]) >= 4  # up to eight classes
    assert hits[-2:] == [0, 0]


def test_what_the_prose_says_of_the_mean_image():
    images = experiments.with_mean(experiments.images(10, 0)[0], 1)
    moments = np.linalg.eigvalsh(images.T @ images / len(images))[::-1]
    assert [round(x) for x in (*moments[:2], moments.sum())] == [45, 3, 64]
    mean = images.mean(axis=0)
    assert round(float((mean**2).sum())) == 44
    values, vectors = np.linalg.eigh(np.cov(images.T, bias=True))
    along = vectors.T @ mean
    overlaps = along**2 / (mean @ mean)
    assert overlaps[-3:].max() < 0.001
    assert overlaps[values < 1.3].sum() > 0.99
    for share in (0.25, 1):  # the mean stands at s²‖m‖² + 0.6
        top = np.linalg.eigvalsh(np.diag(values) + share**2 * np.outer(along, along))
        assert abs(top[-1] - share**2 * (mean @ mean) - 0.6) < 0.04
    hessian = np.kron(np.eye(3) / 3 - 1 / 9, figures.TWO_PIXELS)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(hessian), [0, 0, 1 / 3, 1 / 3, 19 / 3, 19 / 3], atol=1e-12
    )


def test_the_two_weights_of_the_horizon():
    """96 % of the gradient's square, 93 % of the first decrease and a fifth of the last one."""
    steps, share = figures.two_weights()
    gradient = np.array([20 * 1.0, 0.2 * 20.0])
    assert gradient[0] ** 2 / (gradient @ gradient) == pytest.approx(0.96, abs=0.005)
    assert share[steps == 1][0] == pytest.approx(0.93, abs=0.005)
    assert share[steps == 3000][0] == pytest.approx(0.2, abs=1e-6)


def test_the_table_of_full_batches():
    full = records.load("07_horizon")["full batch"]
    loss, gap, ratio, share = np.moveaxis(full, -1, 0)
    assert loss[:, 0].min().round(2) == 0.27
    assert loss[:, 0].max().round(2) == 0.39
    assert loss[:, 1].min().round(2) == 0.09
    assert loss[:, 1].max().round(2) == 0.12
    assert (ratio > experiments.GAP).all()
    assert (gap[:, 0] == 9).all()
    assert sorted(gap[:, 1]) == [9, 9, 9, 9, 10]
    assert np.round(100 * share[:, 0].min()) == 1
    assert np.round(100 * share[:, 0].max()) == 3
    assert share[:, 1].max() < 0.014
    batches = experiments.recorded_measure("loss", 3)
    assert (batches.min().round(2), batches.max().round(2)) == (0.31, 0.44)
    assert [experiments.gap_after(lam) for lam in records.load("07_widths")["16"][8, :, 2]] == [
        9
    ] * 5


def test_what_the_prose_says_of_the_horizon():
    steps, top, rest = experiments.recorded_horizon(3)
    assert top[:, -1].max() < 0.2  # prediction 7.d
    assert steps[-1] == 3000
    assert (rest[:, -1].round(2) >= 0.99).all()
    share = experiments.recorded_measure("gradient share", 3)
    assert (share.min().round(2), share.max().round(2)) == (0.86, 0.94)


def test_the_table_of_the_shares():
    chosen = [experiments_sabotage.nearest_share(share) for share in (0, 0.25, 0.5, 0.75, 1)]
    table = {
        0: ([0, 0, 6, 6, 6], [1.1, 1.1, 3.8, 8.3, 14.6]),
        1: ([0, 0, 5, 6, 5], [1.1, 1.1, 1.8, 2.6, 3.3]),
        3: ([0, 0, 0, 5, 6], [1.2, 1.2, 1.2, 2.0, 3.0]),
        30: ([0, 0, 0, 1, 4], [1.1, 1.1, 1.1, 1.3, 1.7]),
    }
    for epoch, (hits, medians) in table.items():
        where, ratio = experiments_sabotage.gaps_by_share(10, epoch)
        assert (where == 9).sum(axis=1)[chosen].tolist() == hits
        assert np.median(ratio, axis=1)[chosen].round(1).tolist() == medians
    where, _ = experiments_sabotage.gaps_by_share(10, 1)
    assert where[-1][where[-1] != 9].tolist() == [7]
    assert (experiments_sabotage.gaps_by_share(3, 0)[0][0] == 2).sum() >= 4
    # Where the ratio passes 1.5: at W = 0 before the share 0.375, in the networks after it.
    start, network = (
        np.median(experiments_sabotage.gaps_by_share(10, e)[1], axis=1) for e in (0, 1)
    )
    assert start[2] < experiments.GAP < start[3]
    assert network[3] < experiments.GAP < network[4]
