import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib.exact import spectra

sizes = st.integers(1, 6)
positive = st.lists(st.floats(0.1, 100), min_size=1, max_size=6)
steps = st.floats(0.001, 0.5)


def symmetric(entries):
    return sizes.flatmap(lambda n: arrays(float, (n, n), elements=entries)).map(lambda B: B + B.T)


@given(symmetric(st.floats(-100, 100)))
def test_the_decomposition_satisfies_its_definition(A):
    spectrum = spectra.eigh(A)
    values, V = spectrum.eigenvalues, spectrum.eigenvectors
    tolerance = 1e-12 * (1 + np.abs(A).sum())
    np.testing.assert_allclose(A @ V, V * values, atol=tolerance)
    np.testing.assert_allclose(V.T @ V, np.eye(len(A)), atol=1e-12)
    assert (np.diff(values) <= 0).all()
    np.testing.assert_allclose(values.sum(), np.trace(A), atol=tolerance)


@given(symmetric(st.integers(-3, 3)))
def test_the_product_of_the_eigenvalues_is_the_determinant(A):
    np.testing.assert_allclose(spectra.eigh(A).eigenvalues.prod(), np.linalg.det(A), atol=1e-7)


@given(symmetric(st.integers(-3, 3)))
def test_the_largest_entry_of_an_eigenvector_is_positive(A):
    for v in spectra.eigh(A).eigenvectors.T:
        largest = np.flatnonzero(np.abs(v) > np.abs(v).max() - 1e-9)
        assert v[largest[0]] > 0


@pytest.mark.parametrize(
    ("A", "message"),
    [
        ([[1, 2], [3, 4]], "symmetric"),
        ([[1, 2, 3]], "square"),
        ([[np.nan]], "finite"),
        ([[1j]], "real"),
    ],
)
def test_what_is_not_a_real_symmetric_matrix_is_refused(A, message):
    with pytest.raises(ValueError, match=f"A must .*{message}"):
        spectra.eigh(A)


def by_signs(eigenvalues):
    signs = {int(np.sign(value)) for value in eigenvalues}
    if signs >= {1, -1}:
        return "indefinite"
    return {
        (1,): "positive definite",
        (-1,): "negative definite",
        (0, 1): "positive semidefinite",
        (-1, 0): "negative semidefinite",
        (0,): "zero",
    }[tuple(sorted(signs))]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=6), st.integers(-200, 200))
def test_definiteness_depends_on_signs_not_on_scale(eigenvalues, exponent):
    scaled = np.array(eigenvalues) * 10.0**exponent
    assert spectra.definiteness(scaled) == by_signs(eigenvalues)


def test_rounding_noise_counts_as_zero():
    assert spectra.definiteness([1, -1e-11]) == "positive semidefinite"
    assert spectra.definiteness([1, -1e-9]) == "indefinite"
    assert spectra.definiteness([1, -1e-9], rtol=1e-8) == "positive semidefinite"


@pytest.mark.parametrize("bad", [[1, 0], [1, -1], [-1, -2], [0, 0]])
@pytest.mark.parametrize(
    "function",
    [spectra.condition_number, spectra.largest_stable_step, spectra.best_step, spectra.best_rate],
)
def test_a_rate_presumes_positive_eigenvalues(function, bad):
    with pytest.raises(ValueError, match="eigenvalues must all be positive"):
        function(bad)


@given(positive, steps, st.integers(0, 2**32 - 1))
def test_descent_shrinks_each_direction_by_its_own_factor(eigenvalues, eta, seed):
    rng = np.random.default_rng(seed)
    V, _ = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))
    H = V @ np.diag(eigenvalues) @ V.T
    w = rng.normal(size=len(eigenvalues))
    stepped = w - eta * H @ w
    expected = spectra.contraction_factors(eigenvalues, eta) * np.abs(V.T @ w)
    np.testing.assert_allclose(np.abs(V.T @ stepped), expected, atol=1e-11)
    assert np.linalg.norm(stepped) <= spectra.rate(eigenvalues, eta) * np.linalg.norm(w) + 1e-11


@given(positive, steps)
def test_no_step_beats_the_best_one(eigenvalues, eta):
    best = spectra.rate(eigenvalues, spectra.best_step(eigenvalues))
    assert best == pytest.approx(spectra.best_rate(eigenvalues), abs=1e-12)
    assert spectra.rate(eigenvalues, eta) >= best - 1e-12


@given(positive)
def test_descent_converges_up_to_the_largest_stable_step_and_not_beyond(eigenvalues):
    limit = spectra.largest_stable_step(eigenvalues)
    assert spectra.rate(eigenvalues, 0.999 * limit) < 1 < spectra.rate(eigenvalues, 1.001 * limit)


@given(positive)
def test_the_step_2_over_the_sum_makes_stiff_and_flat_equal(eigenvalues):
    factors = spectra.contraction_factors(eigenvalues, spectra.best_step(eigenvalues))
    stiff, flat = factors[np.argmax(eigenvalues)], factors[np.argmin(eigenvalues)]
    assert stiff == pytest.approx(flat, abs=1e-12)


def test_the_worked_example():
    eigenvalues = spectra.eigh([[4, 4], [4, 16]]).eigenvalues
    root = np.sqrt(13)
    np.testing.assert_allclose(eigenvalues, [10 + 2 * root, 10 - 2 * root])
    assert spectra.condition_number(eigenvalues) == pytest.approx((19 + 5 * root) / 6)
    assert spectra.best_step(eigenvalues) == pytest.approx(0.1)
    assert spectra.best_rate(eigenvalues) == pytest.approx(root / 5)


@pytest.mark.parametrize("eta", [-0.1, np.nan, "fast", [0.1, 0.2]])
def test_a_step_size_is_one_number_that_is_not_negative(eta):
    with pytest.raises(ValueError, match="eta must"):
        spectra.contraction_factors([1, 2], eta)
