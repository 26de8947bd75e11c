import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator, eigsh

from course_lib.curvature import chunking, networks, operators
from course_lib.curvature.networks import (
    cross_entropy,
    mlp,
    output_cross_entropy,
    output_squared_error,
    squared_error,
)
from course_lib.curvature.operators import gauss_newton_operator, hessian_operator
from course_lib.curvature.trace import trace

LOSSES = {"cross_entropy": output_cross_entropy, "squared_error": output_squared_error}
NETWORKS = {
    **{phi: lambda phi=phi: mlp((5, 4, 3), phi) for phi in ("tanh", "relu", "gelu")},
    "linear": lambda: networks.linear(5, 3),
    "deep": lambda: mlp((5, 4, 4, 3)),
    "convolutional": lambda: networks.convolutional(1, 3),
    "attention": lambda: networks.attention(2, 3),
}
FAST = ["tanh-cross_entropy", "relu-squared_error", "linear-cross_entropy"]
CASES = [
    pytest.param(*case, marks=() if "-".join(case) in FAST else pytest.mark.slow)
    for case in itertools.product(NETWORKS, LOSSES)
]


def quadratic(w):
    return 2 * w[0] ** 2 + 8 * w[1] ** 2 + 4 * w[0] * w[1]


def model(network="tanh", n=20, seed=0):
    """A network a little off its initial point, and data: (network, w, X, y)."""
    rng = np.random.default_rng(seed)
    network = NETWORKS[network]()
    w = network.init(rng) + 0.1 * rng.standard_normal(network.num_params)
    return network, w, rng.standard_normal((n, network.num_inputs)), rng.integers(0, 3, n)


def problem(network="tanh", n=20):
    network, w, X, y = model(network, n)
    return cross_entropy(network), w, X, y


def both(network="tanh", loss="cross_entropy", n=20, **options):
    """The Hessian and the Gauss-Newton operator of one model."""
    network, w, X, y = model(network, n)
    f = {"cross_entropy": cross_entropy, "squared_error": squared_error}[loss](network)
    return (
        hessian_operator(f, w, X, y, **options),
        gauss_newton_operator(network.apply, LOSSES[loss], w, X, y, **options),
    )


def assert_close(found, expected, rtol):
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * abs(np.asarray(expected)).max())


@pytest.mark.parametrize(("network", "loss"), CASES)
def test_every_entry_is_that_of_the_dense_matrix(network, loss):
    H, G = both(network, loss)
    network, w, X, y = model(network)

    def f(w):
        return LOSSES[loss](network.apply(w, X), y)

    @jax.jit
    def exact(w):
        outputs = network.apply(w, X)
        jacobian = jax.jacfwd(network.apply)(w, X)
        curvature = jax.hessian(LOSSES[loss])(outputs, y)
        gauss_newton = jnp.einsum("icp,icjd,jdq->pq", jacobian, curvature, jacobian)
        return f(w), jax.grad(f)(w), jax.hessian(f)(w), gauss_newton

    value, gradient, hessian, gauss_newton = exact(w)
    assert_close(H.to_dense(), hessian, 1e-10)
    assert_close(G.to_dense(), gauss_newton, 1e-10)
    for operator in (H, G):
        assert operator.loss == pytest.approx(float(value), rel=1e-14)
        assert_close(operator.gradient, gradient, 1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_gauss_newton_is_the_hessian_of_a_linear_model(loss):
    H, G = both("linear", loss)
    assert_close(G.to_dense(), H.to_dense(), 1e-12)


@pytest.mark.parametrize(
    ("network", "loss"), [("gelu", "cross_entropy"), ("tanh", "squared_error")]
)
def test_gauss_newton_has_no_negative_curvature_where_the_hessian_has(network, loss):
    H, G = (np.linalg.eigvalsh(operator.to_dense()) for operator in both(network, loss))
    assert H[0] < -1e-3
    assert G[0] > -1e-13 * G[-1]


def test_linear_regression_in_closed_form():
    rng = np.random.default_rng(1)
    X, y, w = rng.standard_normal((30, 6)), rng.standard_normal(30), rng.standard_normal(6)

    def mean(z, y):
        return 0.5 * jnp.mean((z - y) ** 2)

    H = hessian_operator(lambda w, X, y: mean(X @ w, y), w, X, y, chunk_size=7)
    G = gauss_newton_operator(lambda w, X: X @ w, mean, w, X, y, chunk_size=7)
    for operator in (H, G):
        assert_close(operator.to_dense(), X.T @ X / 30, 1e-10)
        assert_close(operator.gradient, X.T @ (X @ w - y) / 30, 1e-10)


def test_logistic_regression_in_closed_form():
    rng = np.random.default_rng(2)
    X, y, w = rng.standard_normal((30, 6)), rng.choice([-1.0, 1.0], 30), rng.standard_normal(6)
    p = 1 / (1 + np.exp(-X @ w))

    def mean(z, y):
        return jnp.mean(jnp.logaddexp(0, -y * z))

    H = hessian_operator(lambda w, X, y: mean(X @ w, y), w, X, y)
    G = gauss_newton_operator(lambda w, X: X @ w, mean, w, X, y)
    for operator in (H, G):
        assert_close(operator.to_dense(), X.T @ (X * (p * (1 - p))[:, None]) / 30, 1e-10)


def test_multinomial_regression_in_closed_form():
    network, w, X, y = model("linear")
    ((W, b),) = network.unpack(w)
    logits = X @ W.T + b
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    cov = np.einsum("ic,cd->icd", p, np.eye(3)) - p[:, :, None] * p[:, None, :]
    weights = np.einsum("icd,ij,ik->cjdk", cov, X, X).reshape(15, 15) / 20
    H = hessian_operator(cross_entropy(network), w, X, y)
    assert_close(H.block(slice(15)).to_dense(), weights, 1e-10)
    assert_close(H.block(slice(15, 18)).to_dense(), cov.mean(axis=0), 1e-10)


@pytest.mark.parametrize(
    ("network", "chunk_size"),
    [("linear", 7), *(pytest.param("tanh", c, marks=pytest.mark.slow) for c in (1, 3, 7, 22, 100))],
)
def test_chunks_give_what_all_rows_give(network, chunk_size):
    chunks = both(network, n=23, chunk_size=chunk_size)
    for whole, chunked in zip(both(network, n=23), chunks, strict=True):
        v = np.random.default_rng(3).standard_normal(whole.shape[0])
        assert_close(chunked @ v, whole @ v, 1e-12)
        assert_close(chunked.gradient, whole.gradient, 1e-12)
        assert chunked.loss == pytest.approx(whole.loss, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("store", [True, False])
def test_large_data_are_chunked_unasked(store, monkeypatch):
    whole, v = both(n=23), np.random.default_rng(3).standard_normal(39)
    monkeypatch.setattr(chunking, "CHUNK_DOUBLES", 150)
    monkeypatch.setattr(chunking, "MAX_STORED_DOUBLES", 10**9 if store else 0)
    for H, chunked in zip(whole, both(n=23), strict=True):
        assert_close(chunked @ v, H @ v, 1e-12)


def memory(n):
    """What a product works with beside its arguments, and what it keeps for every example."""
    f, w, X, y = problem(n=n)
    H = hessian_operator(f, w, X, y)
    work = operators._product.lower(H._product, w).compile().memory_analysis().temp_size_in_bytes
    kept = sum(leaf.size for leaf in jax.tree.leaves(H._product)) - X.size - y.size - w.size
    return work, kept / n


@pytest.mark.slow
@pytest.mark.parametrize("store", [True, False])
def test_memory_is_bounded(store, monkeypatch):
    monkeypatch.setattr(chunking, "MAX_STORED_DOUBLES", 10**9 if store else 0)
    whole, kept = memory(4000)
    monkeypatch.setattr(chunking, "CHUNK_DOUBLES", 4000)
    small, large = memory(400), memory(4000)
    assert large[0] < 2 * small[0]  # ten times the examples
    assert large[0] < 0.3 * whole
    assert large[1] == pytest.approx(kept if store else 0, abs=0.2)


def test_what_is_no_mean_over_rows_is_never_chunked_unasked(monkeypatch):
    monkeypatch.setattr(chunking, "CHUNK_DOUBLES", 1)
    X, w = np.random.default_rng(0).standard_normal((12, 4)), np.ones(4)
    for f in (
        lambda w, A: jnp.sum((A @ w) ** 2),
        lambda w, A: jnp.sqrt(jnp.mean((A @ w) ** 2)),
        lambda w, A: w @ (A.reshape(3, 4, 4).sum(0) @ w),  # takes these rows and no others
    ):
        assert_close(hessian_operator(f, w, X).to_dense(), jax.hessian(f)(w, X), 1e-12)
        with pytest.raises(ValueError, match=r"f must be a mean over the rows of its data"):
            hessian_operator(f, w, X, chunk_size=5)

    def mean(w, A):
        return jnp.mean((A @ w) ** 2)

    H = hessian_operator(mean, w, X)  # which is chunked, as finely as rows allow
    assert_close(H.to_dense(), jax.hessian(mean)(w, X), 1e-12)


def test_a_penalty_is_kept_once_in_chunks():
    f, w, X, y = problem(n=23)

    def penalized(w, X, y):
        return f(w, X, y) + 0.5 * w @ w

    H, R = hessian_operator(f, w, X, y), hessian_operator(penalized, w, X, y, chunk_size=4)
    v = np.random.default_rng(3).standard_normal(w.size)
    assert_close(R @ v, H @ v + v, 1e-12)


@pytest.mark.parametrize("rows", [slice(3, 9), [7, 0, 2], np.arange(39) % 2 == 0, [-1]])
def test_a_block_is_that_part_of_the_matrix(rows):
    H, _ = both()
    dense = H.to_dense()
    block, index = H.block(rows), np.arange(39)[rows]
    before = H.num_matvecs
    assert_close(block.to_dense(), dense[np.ix_(index, index)], 1e-14)
    assert block.num_matvecs == H.num_matvecs - before == len(index)
    assert_close(block.H @ np.ones(len(index)), dense[np.ix_(index, index)].sum(axis=1), 1e-13)


def test_the_blocks_of_the_layers_hold_the_trace():
    network, w, X, y = model()
    H = hessian_operator(cross_entropy(network), w, X, y)
    layers = [
        np.concatenate([part.ravel() for part in layer])
        for layer in network.unpack(np.arange(w.size))
    ]
    traces = [np.trace(H.block(rows).to_dense()) for rows in layers]
    assert sum(traces) == pytest.approx(np.trace(H.to_dense()), rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "rows must name at least one parameter"),
        (slice(5, 5), "at least one"),
        (3, "at least one parameter, not 3"),
        ([0, 39], "rows must name some of the 39 parameters"),
        ([1, 1], "each parameter once"),
        ([0.5], "rows must name some of the 39 parameters"),
        ([True, False], "rows must name some of the 39 parameters"),
    ],
)
def test_a_block_of_no_parameters_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        both()[0].block(rows)


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
    H._block_size = block
    V = np.random.default_rng(3).standard_normal((w.size, columns))
    together = H @ V
    assert H.num_matvecs == columns
    one_by_one = np.stack([H @ v for v in V.T], axis=1)
    assert H.num_matvecs == 2 * columns
    np.testing.assert_allclose(together, one_by_one, rtol=0, atol=1e-13 * abs(together).max())


def test_the_block_shrinks_as_the_data_grow():
    f, w, X, y = problem(n=100)
    H = hessian_operator(f, w, X, y)
    assert H._block_size == operators.MAX_BLOCK
    large = hessian_operator(f, w, np.tile(X, (1000, 1)), np.tile(y, 1000))
    assert large._block_size == 1
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
    compiled = operators._linearize._cache_size(), operators._product._cache_size()
    for shift in (0.1, 0.2):
        hessian_operator(f, w + shift, X + shift, y) @ w
    assert (operators._linearize._cache_size(), operators._product._cache_size()) == compiled
    hessian_operator(f, w, X[:22], y[:22]) @ w
    assert operators._product._cache_size() > compiled[1]


def test_what_is_returned_belongs_to_the_caller():
    H = hessian_operator(quadratic, [1.0, 1.0])
    product = H @ np.array([1.0, 0.0])
    product /= 4
    H.gradient *= 1
    np.testing.assert_array_equal(H @ np.array([1, 0]), [4, 4])  # whole numbers are welcome


def test_float32_is_multiplied_in_float32_whatever_the_settings():
    seen = set()

    def loss(w, X):
        seen.add(jax.config.jax_default_matmul_precision)
        return jnp.mean((X @ w) ** 2)

    with jax.default_matmul_precision("bfloat16"):
        H = hessian_operator(loss, np.ones(3), np.eye(3))
        assert jax.config.jax_default_matmul_precision == "bfloat16"
        assert "HIGHEST" in str(jax.make_jaxpr(H._product)(np.ones(3)))
    assert seen == {"highest"}


def test_float32_only_when_meant():
    w = np.ones(2, np.float32)
    with pytest.raises(ValueError, match=r"w must be float64, not float32: convert it, or pass"):
        hessian_operator(quadratic, w)
    H = hessian_operator(quadratic, w, allow_float32=True)
    assert H.dtype == (H @ w).dtype == np.float32
    np.testing.assert_allclose(H.to_dense(), [[4, 4], [4, 16]], rtol=1e-6)
    jax.config.update("jax_enable_x64", False)
    try:
        with pytest.raises(ValueError, match=r'float32: call jax.config.update\("jax_enable_x64"'):
            hessian_operator(quadratic, np.ones(2))
        assert hessian_operator(quadratic, np.ones(2), allow_float32=True).dtype == np.float32
    finally:
        jax.config.update("jax_enable_x64", True)


@pytest.mark.parametrize("w", [[1, 1], np.array([True, False]), np.ones(2, np.float16)])
def test_parameters_of_another_kind_are_refused(w):
    with pytest.raises(ValueError, match=r"w must hold float64 numbers, not (int64|bool|float16)"):
        hessian_operator(quadratic, w, allow_float32=True)


def test_a_loss_that_does_not_repeat_is_refused():
    rng, batches = np.random.default_rng(0), itertools.cycle([0, 1])
    f, w, X, y = problem()
    network = NETWORKS["tanh"]()

    def dropout(w, X, y):
        return f(w * (rng.random(w.shape) < 0.9), X, y)

    def minibatch(w, X, y):
        part = slice(next(batches), None, 2)
        return f(w, X[part], y[part])

    def noisy(z, y):
        return output_cross_entropy(z + rng.standard_normal(z.shape), y)

    for random in (dropout, minibatch):
        for _ in range(2):  # also where the function is compiled already
            with pytest.raises(
                ValueError, match=r"f must give the same value whenever it is called"
            ):
                hessian_operator(random, w, X, y)
    with pytest.raises(ValueError, match=r"loss must give the same value whenever it is called"):
        gauss_newton_operator(network.apply, noisy, w, X, y)
    with pytest.raises(ValueError, match=r"f must .*(same value|mean over the rows)"):
        hessian_operator(dropout, w, X, y, chunk_size=5)


@pytest.mark.parametrize(
    ("f", "w", "message"),
    [
        (quadratic, [], "w must hold float64 numbers, not nothing"),
        (quadratic, np.zeros(0), "w must hold parameters, but all its arrays are empty"),
        (quadratic, [1.0, np.nan], "w must be finite"),
        (quadratic, "ab", "w must hold float64 numbers, not str"),
        (lambda w: w, [1.0, 2.0], r"f must return one number, not an array of shape \(2,\)"),
        (lambda w: w[:1], [1.0, 2.0], r"f must return one number, not an array of shape \(1,\)"),
        (lambda w: jnp.log(w[0]), [-1.0], r"f must be finite at w .* it is nan"),
        (lambda w: jnp.sqrt(w[0]), [0.0], r"it is 0 with a gradient of norm inf"),
        (lambda w: jnp.float32(w[0]), [0.0], r"f must compute in float64 as w, .* float32"),
    ],
)
def test_bad_input_is_named(f, w, message):
    with pytest.raises(ValueError, match=message):
        hessian_operator(f, w)


def test_bad_data_are_named():
    f, w, X, y = problem()
    for size in (None, 5):
        with pytest.raises(ValueError, match="f must be finite at w"):
            hessian_operator(f, w, X * np.nan, y, chunk_size=size)
    with pytest.raises(ValueError, match="f must be finite at w"):
        hessian_operator(f, w, jnp.zeros((0, 5)), jnp.zeros(0, int))
    with pytest.raises(ValueError, match="chunk_size must be at least 1, not 0"):
        hessian_operator(f, w, X, y, chunk_size=0)
    with pytest.raises(ValueError, match="chunk_size must be a whole number"):
        hessian_operator(f, w, X, y, chunk_size=0.5)
    for data in ((), (2.0,), (X, y[:3])):
        with pytest.raises(ValueError, match="chunk_size needs data that have equally many rows"):
            hessian_operator(lambda w, *data: w @ w, w, *data, chunk_size=3)
    with pytest.raises(ValueError, match=r"loss must return one number, not an array of shape"):
        gauss_newton_operator(NETWORKS["tanh"]().apply, lambda z, y: z, w, X, y)


def test_a_line_says_what_it_is():
    H, G = both()
    G @ np.ones(39)
    assert repr(H) == f"HessianOperator: 39 × 39 at loss {H.loss:.6g}, 0 products so far"
    assert repr(G).startswith("GaussNewtonOperator: 39 × 39 at loss")
    assert repr(G).endswith(", 1 product so far")
    assert repr(H.block([1, 2])) == "Block: 2 × 2, 0 products so far"


def test_wrong_vectors_are_refused():
    H = hessian_operator(quadratic, [1.0, 1.0])
    with pytest.raises(ValueError, match=r"(?i)dimension mismatch"):  # SciPy's words
        H @ np.ones(3)
    with pytest.raises(TypeError, match="same_kind"):
        H @ np.array([1j, 0])


N, LABELS = 400, np.repeat([0.0, 1.0], 200)  # sorted by class
FEATURES = np.random.default_rng(5).standard_normal((N, 3)) + LABELS[:, None]


def by_class(w, X, y):
    c = jnp.where(y == 1, 5.0, 0.2)
    return jnp.sum(c * jnp.logaddexp(0.0, (1 - 2 * y) * (X @ w))) / jnp.sum(c)


def masked(w, X, y):
    return jnp.sum(y * (X @ w - 1) ** 2) / jnp.sum(y)


def summed(w, X, y):
    return jnp.sum((X @ w) ** 2)


@pytest.mark.parametrize(
    ("f", "w"),
    [
        (by_class, [1.0, -2.0, 0.5]),
        (by_class, [0.0, 0.0, 0.0]),  # all losses are log 2
        (masked, [1.0, -2.0, 0.5]),
        (summed, [1.0, -2.0, 0.5]),
        (summed, [0.0, 0.0, 0.0]),  # loss and gradient are 0
    ],
)
def test_rows_of_unequal_weight_are_not_cut_into_chunks(f, w, monkeypatch):
    """The first rows alone would not tell: their weights are equal."""
    exact = jax.hessian(f)(np.array(w), FEATURES, LABELS)
    monkeypatch.setattr(chunking, "CHUNK_DOUBLES", 20)
    assert_close(hessian_operator(f, w, FEATURES, LABELS).to_dense(), exact, 1e-12)
    with pytest.raises(ValueError, match=r"must be a mean over the rows|must be finite"):
        hessian_operator(f, w, FEATURES, LABELS, chunk_size=50)
    mixed = np.random.default_rng(0).permutation(N)
    X, y = FEATURES[mixed], LABELS[mixed]
    assert_close(hessian_operator(f, w, X, y).to_dense(), exact, 1e-12)
