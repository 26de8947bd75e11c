"""Spectra of networks: what is measured agrees with what can be worked out."""

import numpy as np
import pytest

from course_lib.curvature import networks
from course_lib.curvature import spectral_shape as ns
from course_lib.support import datasets


def test_the_largest_gap_is_where_the_ratio_is_largest():
    assert ns.largest_gap([10, 4, 3.5, 1, 0.9, 0.8]) == (3, 3.5)
    assert ns.largest_gap([0.9, 3.5, 10, 0.8, 1, 4])[0] == 3  # any order
    assert ns.largest_gap([5, 4, 1, -6]) == (2, 4.0)  # signed values
    assert ns.largest_gap([8, 4.1, 4, 3.9, 0.01], kmax=3)[0] == 1
    with pytest.raises(ValueError, match="at least 2 positive"):
        ns.largest_gap([3.0, 0.0, -1.0])


def test_exact_spectrum_is_that_of_the_matrix():
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    lam = np.array([5.0, 2.0, 0.0, 0.0, -1.0, -3.0])
    found = ns.exact_spectrum(Q * lam @ Q.T)
    assert np.allclose(found, lam)
    assert (found[2:4] == 0).all()


def test_shape_distance_forgets_scale_and_knows_decades():
    a = np.array([1.0, 0.1, 0.01])
    assert ns.shape_distance(a, 7 * a) == pytest.approx(0)
    assert ns.shape_distance(a, -a) == pytest.approx(0)  # sizes only
    assert ns.shape_distance([1.0, 0.1], [1.0, 1e-3]) == pytest.approx(1)
    assert ns.shape_distance([1.0, 0.0], [1.0, 1e-12], floor=1e-8) == 0


def test_overlap_of_subspaces():
    E = np.eye(5)
    assert ns.subspace_overlap(E[:, :2], E[:, 1:4]) == pytest.approx(0.5)
    rng = np.random.default_rng(1)
    U = np.linalg.qr(rng.standard_normal((40, 3)))[0]
    V = U @ rng.standard_normal((3, 7))  # of rank 3, and holds U
    assert ns.subspace_overlap(U, V) == pytest.approx(1)
    chance = [ns.subspace_overlap(U, rng.standard_normal((40, 10))) for _ in range(200)]
    assert np.mean(chance) == pytest.approx(10 / 40, abs=0.03)
    with pytest.raises(ValueError, match="U and V"):
        ns.subspace_overlap(E, np.eye(4))


def test_training_keeps_the_points_it_was_asked_for():
    data = datasets.digits(classes=2, num_train=100, seed=0)
    network = networks.mlp((64, 3, 2))
    run = ns.train(network, data.X_train, data.y_train, epochs=(0, 1, 2), seed=3)
    assert (run.points[0] == network.init(seed=3)).all()
    again = ns.train(network, data.X_train, data.y_train, epochs=(0, 1, 2), seed=3)
    assert (again.points[2] == run.points[2]).all()
    losses = [float(run.loss(run.points[e], run.X, run.y)) for e in (0, 2)]
    assert losses[1] < losses[0]
    with pytest.raises(ValueError, match="epochs must ascend"):
        ns.train(network, data.X_train, data.y_train, epochs=(3, 1))


def test_a_linear_model_is_its_own_gauss_newton_matrix():
    run = ns.train_on_digits(3, width=0, epochs=(1,), seed=0)
    H, G = run.hessian(1) @ np.eye(195), run.gauss_newton(1) @ np.eye(195)
    assert np.allclose(H, G, atol=1e-12)


def test_which_digits_are_drawn_depends_on_the_seed():
    a, b = (ns.train_on_digits(2, width=2, epochs=(0,), seed=s) for s in (0, 1))
    assert len(a.X) != len(b.X) or not np.array_equal(a.X, b.X)


def test_pairs_of_digits_hold_their_halves():
    data = datasets.digit_pairs(400, 200, centred=False, seed=5)
    assert data.X_train.shape == (400, 128)
    assert set(np.unique(data.y_train)) <= set(range(100))
    single = datasets.digits(centred=False, seed=np.random.default_rng(5))
    known = {row.tobytes() for row in np.sign(single.X_train).astype(np.int8)}
    for X, inside in ((data.X_train, True), (data.X_test, False)):
        images = np.sign(X.reshape(-1, 8, 16)).astype(np.int8)
        left = [np.ascontiguousarray(image[:, :8]).ravel().tobytes() in known for image in images]
        # No test half was seen in training (a few digits look alike where lit and unlit).
        assert np.mean(left) == 1 if inside else np.mean(left) < 0.2
    tens = {
        row.tobytes(): y for row, y in zip(np.sign(single.X_train), single.y_train, strict=True)
    }
    halves = np.sign(data.X_train.reshape(-1, 8, 16)[:, :, 8:]).reshape(-1, 64)
    right = [
        tens[np.ascontiguousarray(h).tobytes()] == y % 10
        for h, y in zip(halves, data.y_train, strict=True)
    ]
    assert np.mean(right) > 0.98
    assert np.isclose(np.mean(data.X_train**2), 1)
    assert abs(datasets.digit_pairs(400, 10).X_train.mean(axis=0)).max() < 1e-12
