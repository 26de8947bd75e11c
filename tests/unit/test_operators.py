import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator, eigsh

from course_lib import operators
from course_lib.networks import cross_entropy, mlp, squared_error
from course_lib.operators import hessian_operator
from course_lib.trace import trace

CASES = [(a, loss) for a in ("tanh", "relu", "gelu") for loss in (cross_entropy, squared_error)]


def quadratic(w):
    return 2 * w[0] ** 2 + 8 * w[1] ** 2 + 4 * w[0] * w[1]


def problem(activation="tanh", loss=cross_entropy, widths=(5, 4, 3), n=20, seed=0):
    rng = np.random.default_rng(seed)
    network = mlp(widths, activation)
    w = network.init(rng) + 0.1 * rng.standard_normal(network.num_params)
    return loss(network), w, rng.standard_normal((n, widths[0])), rng.integers(0, widths[-1], n)


@pytest.mark.parametrize(("activation", "loss"), CASES)
def test_every_entry_is_that_of_the_dense_hessian(activation, loss):
    f, w, X, y = problem(activation, loss)
    exact = np.asarray(jax.jit(jax.hessian(f))(w, X, y))
    H = hessian_operator(f, w, X, y)
    np.testing.assert_allclose(H.to_dense(), exact, rtol=0, atol=1e-10 * abs(exact).max())
    np.testing.assert_allclose(H.gradient, jax.grad(f)(w, X, y), rtol=1e-12, atol=1e-15)
    assert H.loss == pytest.approx(float(f(w, X, y)), rel=1e-14)


def test_a_product_is_the_finite_difference_of_the_gradient():
    f, w, X, y = problem()
    v, h = np.random.default_rng(1).standard_normal(w.size), 1e-5
    gradient = jax.jit(jax.grad(f))
    difference = (gradient(w + h * v, X, y) - gradient(w - h * v, X, y)) / (2 * h)
    product = hessian_operator(f, w, X, y) @ v
    np.testing.assert_allclose(product, difference, rtol=0, atol=1e-7 * abs(product).max())


def test_the_course_example():
    np.testing.assert_array_equal(
        hessian_operator(quadratic, [3.0, -1]).to_dense(), [[4, 4], [4, 16]]
    )


def test_symmetric():
    f, w, X, y = problem("gelu")
    H = hessian_operator(f, w, X, y)
    u, v = np.random.default_rng(2).standard_normal((2, w.size))
    assert u @ (H @ v) == pytest.approx(v @ (H @ u), rel=1e-12)
    for transposed in (H.H @ v, H.T @ v, H.rmatvec(v)):
        np.testing.assert_array_equal(transposed, H @ v)
    np.testing.assert_array_equal(H.rmatmat(np.stack([u, v], 1)), H @ np.stack([u, v], 1))


@pytest.mark.parametrize("block", [1, 3, 16])
@pytest.mark.parametrize("columns", [1, 2, 7, 32])
def test_a_block_of_products_is_the_products_one_by_one(block, columns):
    f, w, X, y = problem()
    H = hessian_operator(f, w, X, y)
    H._block = block
    V = np.random.default_rng(3).standard_normal((w.size, columns))
    together = H @ V
    assert H.num_matvecs == columns
    one_by_one = np.stack([H @ v for v in V.T], axis=1)
    assert H.num_matvecs == 2 * columns
    np.testing.assert_allclose(together, one_by_one, rtol=0, atol=1e-13 * abs(together).max())


def test_the_block_shrinks_as_the_data_grow():
    f, w, X, y = problem(n=100)
    H = hessian_operator(f, w, X, y)
    assert H._block == operators.MAX_BLOCK
    large = hessian_operator(f, w, np.tile(X, (1000, 1)), np.tile(y, 1000))
    assert large._block == 1
    np.testing.assert_allclose(large @ w, H @ w, rtol=1e-9, atol=1e-12)  # a mean stays a mean


def test_eigsh_finds_the_eigenvalues_and_every_product_is_counted():
    f, w, X, y = problem()
    H, calls = hessian_operator(f, w, X, y), 0

    def counted(v):
        nonlocal calls
        calls += 1
        return H @ v

    found = eigsh(LinearOperator(H.shape, matvec=counted, dtype=H.dtype), k=5, which="LA")[0]
    assert H.num_matvecs == calls > 0
    expected = np.linalg.eigvalsh(jax.jit(jax.hessian(f))(w, X, y))
    np.testing.assert_allclose(np.sort(found), expected[-5:], rtol=1e-9)
    np.testing.assert_allclose(np.sort(eigsh(H, k=5, which="LA")[0]), expected[-5:], rtol=1e-9)


def test_the_trace_costs_its_budget():
    f, w, X, y = problem()
    H = hessian_operator(f, w, X, y)
    result = trace(H, 200)
    assert H.num_matvecs == result.num_matvecs == 200
    assert abs(result.estimate - np.trace(H.to_dense())) < 5 * result.stderr


def test_another_point_of_the_same_shape_is_not_compiled_again():
    f, w, X, y = problem(n=23)
    hessian_operator(f, w, X, y) @ w
    compiled = operators._linearize._cache_size(), operators._multiply._cache_size()
    for shift in (0.1, 0.2):
        hessian_operator(f, w + shift, X + shift, y) @ w
    assert (operators._linearize._cache_size(), operators._multiply._cache_size()) == compiled
    hessian_operator(f, w, X[:22], y[:22]) @ w
    assert operators._multiply._cache_size() > compiled[1]


def test_what_is_returned_belongs_to_the_caller():
    H = hessian_operator(quadratic, [1.0, 1.0])
    product = H @ np.array([1.0, 0.0])
    product /= 4
    H.gradient *= 1
    np.testing.assert_array_equal(H @ np.array([1, 0]), [4, 4])  # whole numbers are welcome


def test_float32_only_when_meant():
    w = np.ones(2, np.float32)
    with pytest.raises(ValueError, match=r"w must be float64.*float32: call course_lib.setup\(\)"):
        hessian_operator(quadratic, w)
    H = hessian_operator(quadratic, w, allow_float32=True)
    assert H.dtype == (H @ w).dtype == np.float32
    np.testing.assert_allclose(H.to_dense(), [[4, 4], [4, 16]], rtol=1e-6)
    jax.config.update("jax_enable_x64", False)
    try:
        with pytest.raises(ValueError, match="w must be float64, but JAX would compute in float32"):
            hessian_operator(quadratic, np.ones(2))
    finally:
        jax.config.update("jax_enable_x64", True)


@pytest.mark.parametrize(
    ("f", "w", "message"),
    [
        (quadratic, [[1.0, 1.0]], r"w must be a vector, not of shape \(1, 2\)"),
        (quadratic, [], "w must be a vector"),
        (quadratic, [1.0, np.nan], "w must be finite"),
        (quadratic, "ab", "w must hold real numbers only"),
        (lambda w: w, [1.0, 2.0], r"f must return one number, not an array of shape \(2,\)"),
        (lambda w: w[:1], [1.0, 2.0], r"f must return one number, not an array of shape \(1,\)"),
        (lambda w: (w[0], w[1]), [1.0, 2.0], "f must return one number, not 2 values"),
        (lambda w: None, [1.0], "f must return one number, not 0 values"),
        (lambda w: jnp.log(w[0]), [-1.0], r"f must be finite at w .* f\(w\) = nan"),
        (lambda w: jnp.sqrt(w[0]), [0.0], r"finite gradient, but f\(w\) = 0"),
    ],
)
def test_bad_input_is_named(f, w, message):
    with pytest.raises(ValueError, match=message):
        hessian_operator(f, w)


def test_wrong_vectors_are_refused():
    H = hessian_operator(quadratic, [1.0, 1.0])
    with pytest.raises(ValueError, match="dimension mismatch"):
        H @ np.ones(3)
    with pytest.raises(TypeError, match="same_kind"):
        H @ np.array([1j, 0])
