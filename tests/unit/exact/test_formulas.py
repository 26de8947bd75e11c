"""Exact derivatives and spectra agree with finite differences, with NumPy and with each other."""

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.exact import spectra
from course_lib.exact.formulas import LAMBDA, Formula, exact_spectrum

NAMES = ("w1", "w2")
w1, w2 = sympy.symbols("w1 w2", real=True)
QUADRATIC = "2*w1**2 + 8*w2**2 + 4*w1*w2"
SMOOTH = [
    QUADRATIC,
    "(w1*w2 - 1)^2/2",
    "(1 - w1)**2 + 100*(w2 - w1**2)**2",
    "sin(w1)*cos(w2) + tan(w1/9) + atan(w1*w2)",
    "exp(-w1^2)*cosh(w2) + sinh(w1) + tanh(w2) + log(1 + w2^2) + sqrt(2 + w1)",
    "w1/(3 + w2) - e*pi*w2",
    "w1",
    "7",
]
points = st.lists(st.floats(-1.5, 1.5), min_size=2, max_size=2).map(np.array)


def differences(function, w, h=1e-6):
    """Return the central differences of `function` along each axis, as the last axis."""
    return np.stack([(function(w + d) - function(w - d)) / (2 * h) for d in h * np.eye(2)], axis=-1)


@pytest.mark.parametrize("text", SMOOTH)
@settings(max_examples=20)
@given(w=points)
def test_derivatives_agree_with_finite_differences(text, w):
    f = Formula.from_text(text, NAMES)
    np.testing.assert_allclose(f.gradient_at(w), differences(f.value, w), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(f.hessian_at(w), differences(f.gradient_at, w), rtol=1e-5, atol=1e-5)


@pytest.mark.timeout(30)
def test_a_short_formula_is_differentiated_at_once():
    """SymPy's own product rule takes more than minutes over it."""
    f = Formula.from_text("tanh(((tan((w1)^(1/3)))^-3)^20)", NAMES)
    assert np.isfinite(f.hessian_at([2.0, 0.0])).all()


@pytest.mark.parametrize("text", SMOOTH)
def test_the_derivatives_that_are_evaluated_are_those_that_are_shown(text):
    f, w = Formula.from_text(text, NAMES), {w1: sympy.Rational(1, 3), w2: sympy.Rational(-2, 7)}
    point = [float(value) for value in w.values()]
    np.testing.assert_allclose(f.gradient_at(point), np.array(f.gradient.subs(w), float).ravel())
    np.testing.assert_allclose(f.hessian_at(point), np.array(f.hessian.subs(w), float), atol=1e-12)


@pytest.mark.parametrize("text", SMOOTH)
def test_values_have_the_shape_of_the_grid_also_if_constant(text):
    f = Formula.from_text(text, NAMES)
    grid = np.random.default_rng(0).uniform(-1, 1, (2, 3, 4))
    values = f.value(grid)
    assert values.shape == (3, 4)
    assert values[1, 2] == pytest.approx(f.value(grid[:, 1, 2]))
    assert f.gradient_at([0, 0]).shape == (2,)
    assert f.hessian_at([0, 0]).shape == (2, 2)
    for found in (values, f.gradient_at([0, 0]), f.hessian_at([0, 0])):
        assert found.dtype == float


@pytest.mark.filterwarnings("error")
def test_outside_its_domain_a_formula_is_nan():
    assert np.isnan(Formula.from_text("log(w1)", NAMES).value([-1, 0]))


@pytest.mark.parametrize("w", [[1], [1, 2, 3], 1, [np.nan, 0], ["a", "b"]])
@pytest.mark.parametrize("method", ["value", "gradient_at", "hessian_at"])
def test_a_point_of_another_space_is_refused(method, w):
    with pytest.raises(ValueError, match="w must"):
        getattr(Formula.from_text(QUADRATIC, NAMES), method)(w)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_eigenvalues_are_the_roots_of_the_characteristic_polynomial(n):
    B = np.random.default_rng(n).integers(-3, 4, (n, n))
    H, w = sympy.Matrix(B + B.T), sympy.Matrix(sympy.symbols(f"w:{n}", real=True))
    f = Formula(sympy.expand((w.T * H * w)[0] / 2), tuple(w))
    coefficients = np.array(sympy.Poly(f.characteristic_polynomial(), LAMBDA).all_coeffs(), float)
    np.testing.assert_allclose(coefficients, np.poly(f.hessian_at(np.zeros(n))), atol=1e-9)


def test_a_formula_takes_symbols_of_its_own_only():
    with pytest.raises(ValueError, match="from_text"):
        Formula("w1", (w1,))
    with pytest.raises(ValueError, match="w2"):
        Formula(w1 + w2, (w1,))
    with pytest.raises(ValueError, match="real=True"):
        Formula(sympy.Symbol("w1"), (sympy.Symbol("w1"),))
    with pytest.raises(ValueError, match="different"):
        Formula(w1, (w1, w1))


def test_a_formula_shows_itself():
    f = Formula.from_text(QUADRATIC, NAMES)
    assert repr(f) == "Formula(2*w1**2 + 4*w1*w2 + 8*w2**2, variables=(w1, w2))"
    assert r"8 w_{2}^{2}" in f._repr_latex_()


# Exact spectra


@st.composite
def matrices(draw):
    """Symmetric matrices of integers: any 2×2, or larger ones that split into blocks."""
    integers = st.integers(-5, 5)
    blocks = [sympy.Matrix([[draw(integers)]])] * draw(st.integers(0, 2))
    a, b, d = draw(integers), draw(integers), draw(integers)
    H = sympy.diag(sympy.Matrix([[a, b], [b, d]]), *blocks)
    order = draw(st.permutations(range(H.rows)))
    return H.extract(order, order)


@settings(deadline=None, max_examples=40)
@given(matrices())
def test_exact_and_numerical_spectra_agree(H):
    exact, numerical = exact_spectrum(H), spectra.eigh(np.array(H, float))
    values = np.array([float(x) for x in exact.eigenvalues])
    V = np.array(exact.eigenvectors, float)
    np.testing.assert_allclose(values, numerical.eigenvalues, atol=1e-9)
    np.testing.assert_allclose(np.array(H, float) @ V, V * values, atol=1e-9)
    np.testing.assert_allclose(V.T @ V, np.eye(len(V)), atol=1e-9)
    for i in range(len(V)):
        if np.isclose(values, values[i]).sum() == 1:
            np.testing.assert_allclose(V[:, i], numerical.eigenvectors[:, i], atol=1e-6)


def test_the_worked_example_is_exact():
    H = Formula.from_text(QUADRATIC, NAMES).hessian
    spectrum = exact_spectrum(H)
    assert spectrum.eigenvalues == (10 + 2 * sympy.sqrt(13), 10 - 2 * sympy.sqrt(13))
    V = spectrum.eigenvectors
    zero = sympy.zeros(2)
    assert (V.T * V - sympy.eye(2)).applyfunc(sympy.radsimp).applyfunc(sympy.simplify) == zero
    assert (H - V * sympy.diag(*spectrum.eigenvalues) * V.T).applyfunc(sympy.simplify) == zero


def test_symbols_in_a_2x2_matrix_may_be_replaced_afterwards():
    a, b, d = sympy.symbols("a b d", real=True)
    general = exact_spectrum(sympy.Matrix([[a, b], [b, d]]))
    numbers = {a: 1, b: -3, d: 2}
    H = np.array([[1.0, -3], [-3, 2]])
    values = np.array([float(x.subs(numbers)) for x in general.eigenvalues])
    V = np.array(general.eigenvectors.subs(numbers).evalf(), float)
    np.testing.assert_allclose(values, spectra.eigh(H).eigenvalues)
    np.testing.assert_allclose(H @ V, V * values)
    np.testing.assert_allclose(V.T @ V, np.eye(2), atol=1e-12)


@pytest.mark.parametrize(
    ("H", "message"),
    [
        ([[4, 4], [4, 16]], "SymPy matrix"),
        (sympy.Matrix([[1, 2], [3, 4]]), "symmetric"),
        (sympy.Matrix([[1, 2]]), "square"),
        (sympy.eye(5), "1 to 4"),
        (sympy.Matrix([[0.5]]), "exact"),
        (sympy.Matrix([[sympy.I]]), "real"),
        (sympy.diag(w1, w2), "cannot be sorted"),
        (sympy.diag(w1, 1, 1), "fractions"),
        (sympy.Matrix([[1, 2, 3], [2, 4, 5], [3, 5, 6]]), "square roots"),
    ],
)
def test_a_matrix_without_an_exact_spectrum_is_refused(H, message):
    with pytest.raises(ValueError, match=message):
        exact_spectrum(H)
