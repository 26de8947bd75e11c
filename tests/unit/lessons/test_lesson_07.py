"""What was recorded for lesson 07 comes out again at seeds that were not recorded."""

import numpy as np
import pytest
import record_07

from course_lib.curvature import networks, spectral_shape
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import demo_network, demo_noise, experiments
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
    with pytest.raises(ValueError, match="epochs must ascend"):
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
    assert demo_network.readout(state)["largest gap"].startswith("after 9")
    assert "C − 1" in demo_network.alt(state)
    noise = demo_noise.compute(120, "Gaussian", 2.0, 3)
    W, v, _, _ = demo_noise._matrix(120, "Gaussian", 3)
    lam, U = np.linalg.eigh(W + 2.0 * np.outer(v, v))
    assert np.allclose(noise.eigenvalues, lam[::-1])
    assert np.isclose(noise.overlap, (U[:, -1] @ v) ** 2)
