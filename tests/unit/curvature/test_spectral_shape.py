"""The shape of a spectrum: what is measured agrees with what can be worked out."""

import numpy as np
import pytest

from course_lib.curvature import spectral_shape
from course_lib.support import datasets
from tests.unit.refusals import refusals


def test_the_largest_gap_is_where_the_ratio_is_largest():
    assert spectral_shape.largest_gap([10, 4, 3.5, 1, 0.9, 0.8]) == (3, 3.5)
    assert spectral_shape.largest_gap([0.9, 3.5, 10, 0.8, 1, 4])[0] == 3  # any order
    assert spectral_shape.largest_gap([5, 4, 1, -6]) == (2, 4.0)  # signed values
    assert spectral_shape.largest_gap([8, 4.1, 4, 3.9, 0.01], kmax=3)[0] == 1
    with pytest.raises(ValueError, match="at least 2 positive"):
        spectral_shape.largest_gap([3.0, 0.0, -1.0])


def test_all_eigenvalues_are_those_of_the_matrix():
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    lam = np.array([5.0, 2.0, 0.0, 0.0, -1.0, -3.0])
    found = spectral_shape.all_eigenvalues(Q * lam @ Q.T)
    assert np.allclose(found, lam)
    assert (found[2:4] == 0).all()


def test_shape_distance_forgets_scale_and_knows_decades():
    a = np.array([1.0, 0.1, 0.01])
    assert spectral_shape.shape_distance(a, 7 * a) == pytest.approx(0)
    assert spectral_shape.shape_distance(a, -a) == pytest.approx(0)  # sizes only
    assert spectral_shape.shape_distance([1.0, 0.1], [1.0, 1e-3]) == pytest.approx(1)
    assert spectral_shape.shape_distance([1.0, 0.0], [1.0, 1e-12], floor=1e-8) == 0


def test_overlap_of_subspaces():
    E = np.eye(5)
    assert spectral_shape.subspace_overlap(E[:, :2], E[:, 1:4]) == pytest.approx(0.5)
    rng = np.random.default_rng(1)
    U = np.linalg.qr(rng.standard_normal((40, 3)))[0]
    V = U @ rng.standard_normal((3, 7))  # of rank 3, and holds U
    assert spectral_shape.subspace_overlap(U, V) == pytest.approx(1)
    chance = [spectral_shape.subspace_overlap(U, rng.standard_normal((40, 10))) for _ in range(200)]
    assert np.mean(chance) == pytest.approx(10 / 40, abs=0.03)
    with pytest.raises(ValueError, match="U and V"):
        spectral_shape.subspace_overlap(E, np.eye(4))


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
    images = np.sign(single.X_train)
    tens = {image.tobytes(): y for image, y in zip(images, single.y_train, strict=True)}
    halves = np.sign(data.X_train.reshape(-1, 8, 16)[:, :, 8:]).reshape(-1, 64)
    right = [
        tens[np.ascontiguousarray(h).tobytes()] == y % 10
        for h, y in zip(halves, data.y_train, strict=True)
    ]
    assert np.mean(right) > 0.98
    assert np.isclose(np.mean(data.X_train**2), 1)
    assert abs(datasets.digit_pairs(400, 10).X_train.mean(axis=0)).max() < 1e-12


EYE = np.eye(3)
overlap = spectral_shape.subspace_overlap

test_bad_input_is_named = refusals(
    (lambda: spectral_shape.all_eigenvalues([[1.0, 2.0], [0.0, 1.0]]), "H must be symmetric"),
    (lambda: spectral_shape.all_eigenvalues(np.full((2, 2), np.nan)), "H must be finite"),
    (lambda: overlap(EYE, np.full((3, 1), np.nan)), "V must be finite"),
    (lambda: overlap(EYE * 1j, EYE), "U must hold real"),
    (lambda: overlap(2 * EYE, EYE), "U must have orthonormal columns"),
    (lambda: overlap(np.empty((3, 0)), EYE), "U and V must be"),
    (lambda: overlap(EYE, np.eye(2)), "U and V must be"),
)
