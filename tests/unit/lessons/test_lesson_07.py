"""What was recorded for lesson 05 comes out again at seeds that were not recorded."""

import numpy as np
import pytest
import record_07

from course_lib.curvature import spectral_shape as ns
from course_lib.exact import critical_points, landscapes
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import (
    claims_landscapes,
    claims_matrices,
    claims_networks,
    claims_outliers,
    demos,
    evidence,
    recorded,
    tiny,
)
from course_lib.support import datasets

NEW_SEED = 100


@pytest.mark.parametrize("name", record_07.EXPERIMENTS)
def test_record_says_how_it_was_made(name):
    about = recorded.load(name)["about"]
    assert about["made by"] == f"tools/record_07.py {name}"
    assert {"numpy", "jax", "scipy", "sklearn"} <= about["versions"].keys()
    assert about["seeds"]
    assert NEW_SEED not in about["seeds"]
    assert (record_07.FOLDER / f"05_{name}.npz").stat().st_size < 300_000


def test_packing_keeps_the_digits_it_promises():
    x = np.concatenate([np.geomspace(1e-12, 50, 500), [0.0], -np.geomspace(1e-9, 3, 100)])
    for digits in (10, 14):
        back = recorded.unpack(recorded.pack(x.reshape(-1, 1), digits)).ravel()
        assert np.abs(back - x)[x != 0].max() <= np.abs(x).max()
        assert np.all(np.abs(back - x) <= np.abs(x) * 2.0 ** -(digits + 1) * 1.01)
        assert (back[x == 0] == 0).all()


def test_a_fresh_run_is_the_one_in_the_demo():
    """A recorded seed, run anew: the demo shows what the code computes."""
    run = ns.train_on_digits(4, 8, "relu", epochs=(0, 1), seed=0)
    for epoch in (0, 1):
        shown = demos.compute_network(str(epoch), "4", "8", "ReLU, raw pixels").eigenvalues
        exact = ns.exact_spectrum(run.hessian(epoch))
        assert np.allclose(shown, exact, rtol=2e-3, atol=1e-6 * exact[0])


@pytest.mark.parametrize("num_classes", [3, 7])
def test_outliers_at_a_new_seed(num_classes):
    def ratio(centred):
        run = ns.train_on_digits(
            num_classes, 32, "relu", centred=centred, epochs=(1,), seed=NEW_SEED
        )
        lam = record_07.top_eigenvalues(run, 1, record_07.TOP)
        return ns.largest_gap(lam)[0], lam[num_classes - 2] / lam[num_classes - 1]

    i = list(record_07.CLASSES).index(num_classes)
    position, raw = ratio(centred=False)
    assert position == num_classes - 1
    kept = claims_outliers.ratios_at("relu raw")[i]
    assert kept.min() / 2 < raw < 2 * kept.max()
    _, centred = ratio(centred=True)
    assert centred < 2.2
    assert raw > 1.5 * centred


def test_width_and_mean_at_a_new_seed():
    """A wide layer has the gap, a narrow one a smaller ratio there; the mean's share is as recorded."""

    def ratio(width):
        run = ns.train_on_digits(7, width, "relu", epochs=(1,), seed=NEW_SEED)
        lam = record_07.top_eigenvalues(run, 1, record_07.TOP)
        return lam[5] / lam[6], ns.largest_gap(lam)[0]

    wide, position = ratio(64)
    assert position == 6
    assert ratio(8)[0] < 0.6 * wide
    kept = claims_outliers.mean_shares("relu raw")
    share = record_07.mean_share("relu raw", 7, NEW_SEED)
    assert kept.min() - 0.05 < share < kept.max() + 0.05
    assert record_07.mean_share("relu centred", 7, NEW_SEED) < share / 2


def test_landscapes_at_new_seeds():
    for d in (2, 3, 4):
        searches = [
            critical_points.search(landscapes.random_trigonometric(d, seed=NEW_SEED + s))
            for s in range(3)
        ]
        assert all(s.settled and s.sum_agrees for s in searches)
        share = np.mean([np.mean(s.found.index == 0) for s in searches])
        kept = [np.mean(index == 0) for index, _ in claims_landscapes.recorded_landscapes(d)]
        assert abs(share - np.mean(kept)) < 0.05 + 3 * np.std(kept)


@pytest.mark.slow
def test_tiny_network_at_a_new_seed():
    found = tiny.search(NEW_SEED)
    rows = tiny.distinct(found)
    assert np.corrcoef(found.index[rows], found.heights[rows])[0, 1] > 0.7
    assert 0.1 < found.num_spurious / found.num_starts < 0.8
    assert (found.index[rows] > 0).mean() > 0.5
    assert (tiny.descent(NEW_SEED)[0][:, -1] > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["relu 16", "attention"])
def test_spacings_and_shape_at_a_new_seed(name):
    run, _ = record_07.at_matched_loss(record_07.ARCHITECTURES[name], True, NEW_SEED)
    lam = ns.exact_spectrum(run.hessian(1))
    assert abs(rm.mean_spacing_ratio(lam).estimate - rm.SPACING_RATIO_GOE) < 0.04
    kept = recorded.load("architectures")[f"{name}|centred"]
    near = np.mean([ns.shape_distance(lam, other) for other in kept])
    far = np.mean(claims_networks.shape_distances("centred")[1])
    assert near < far / 2


@pytest.mark.slow
def test_what_explains_the_outliers_at_a_new_seed():
    new = evidence.measure(3, False, NEW_SEED)
    assert new["Gauss-Newton overlap"] > 0.97
    assert new["class-mean overlap"] > 0.95
    assert new["gradient share"] > 0.5
    assert new["descent, rest"] > new["descent, top"]
    assert new["near zero"] > 0.85


@pytest.mark.slow
def test_hundred_classes_at_a_new_seed():
    from course_lib.curvature import networks

    data = datasets.digit_pairs(record_07.NUM_PAIRS, centred=False, seed=NEW_SEED)
    run = ns.train(networks.linear(128, 100), data.X_train, data.y_train, (3,), NEW_SEED)
    assert ns.largest_gap(record_07.top_eigenvalues(run, 3, record_07.PAIR_TOP), 120)[0] == 99


@pytest.mark.slow
@pytest.mark.parametrize("name", ["relu raw", "relu centred", "linear raw"])
def test_mnist_at_a_new_seed(name):
    run, data = record_07.train_on_mnist(name, 6, 32, (1,), NEW_SEED)
    assert data.X_train.shape == (2400, 784)
    lam = record_07.top_eigenvalues(run, 1, record_07.TOP)
    i = list(record_07.MNIST_CLASSES).index(6)
    kept = claims_outliers.ratios_at(name, record="mnist")[i]
    assert kept.min() / 2 < lam[4] / lam[5] < 2 * kept.max()


def test_what_the_prose_says_of_the_records():
    raw, centred = (claims_networks.explained("loss", 1, inputs) for inputs in ("raw", "centred"))
    assert 0.95 < raw.min() < raw.max() < 1.55
    assert 0.45 < centred.min() < centred.max() < 0.65
    narrow = recorded.load("widths")["8"][:5, :, 1]  # 2 to 6 classes, after one epoch
    hits = [ns.largest_gap(lam)[0] == c + 1 for c, row in enumerate(narrow) for lam in row]
    assert len(hits) - sum(hits) == 16
    r = {name: start for name, (start, _) in claims_networks.spacing_ratios().items()}
    low = sorted(r, key=r.get)[:4]
    assert set(low) == {"linear|raw", "convolution|raw", "linear|centred", "gelu 16|raw"}


@pytest.mark.parametrize("floor", [1e-6, 1e-8, 1e-12])
@pytest.mark.parametrize("inputs", ["raw", "centred"])
def test_seeds_architectures_noise_come_in_this_order_for_any_floor(floor, inputs):
    same, other, noise = (x.mean() for x in claims_networks.shape_distances(inputs, floor))
    assert 2 * same < other < noise / 2


def test_a_wrong_diagonal_turns_a_claim(monkeypatch):
    """The defect of many home-made GOEs: all entries of equal variance."""
    right = claims_matrices.symmetric_batch
    monkeypatch.setattr(
        claims_matrices,
        "symmetric_batch",
        lambda n, draws, seed=0, diagonal=2.0: right(n, draws, seed, diagonal / 2),
    )
    (claim,) = (c for c in claims_matrices.CLAIMS if c.id == "6.1")
    assert "does not hold" in repr(claim.verify())


def test_a_sorted_demo_state_and_its_words():
    state = demos.compute_network("1", "10", "32", "ReLU, raw pixels")
    assert (np.diff(state.eigenvalues) <= 0).all()
    assert demos.readout_network(state)["largest gap"].startswith("after 9")
    assert "C − 1" in demos.alt_network(state)
    noise = demos.compute_noise(120, "Gaussian", 2.0, 3)
    W, v, _, _ = demos._noise(120, "Gaussian", 3)
    lam, U = np.linalg.eigh(W + 2.0 * np.outer(v, v))
    assert np.allclose(noise.eigenvalues, lam[::-1])
    assert np.isclose(noise.overlap, (U[:, -1] @ v) ** 2)
