"""A loss that pairs each prediction with each target is refused, and no right loss is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course_lib.curvature.as_operator import as_operator

N = 12
RNG = np.random.default_rng(0)
X = RNG.standard_normal((N, 3))
Y, TARGETS = RNG.standard_normal(N), RNG.standard_normal((N, 2))
LABELS, BINARY = RNG.integers(0, 4, N), RNG.integers(0, 2, N)
WEIGHTS, KEEP = RNG.uniform(0.5, 2, N), RNG.integers(0, 2, N).astype(bool)
HOT = np.eye(4)[LABELS]
LINE, SHIFTED = RNG.standard_normal(N), RNG.standard_normal(N) + 1
W, COLUMNS = RNG.standard_normal(3), RNG.standard_normal((3, 4))


def column(w, X):
    return X @ w[:, None]  # of shape (N, 1)


def square(w, X, y):
    return jnp.mean((column(w, X) - y) ** 2)


def logistic(w, X, y):
    z = column(w, X)
    return jnp.mean(jnp.logaddexp(0, z) - y * z)


def chosen(w, X, y):
    return -jnp.mean(jnp.log(jnp.where(y == 1, *((s := jax.nn.sigmoid(column(w, X))), 1 - s))))


def summed(w, X, y):
    return jnp.mean(jnp.sum((column(w, X) - y) ** 2, axis=1))


def indexed(w, X, y):
    return -jnp.mean(jax.nn.log_softmax(X @ w)[jnp.arange(len(X)), y])


def hot(w, X, y):
    return -jnp.mean(jnp.sum(jax.nn.log_softmax(X @ w) * jax.nn.one_hot(y, 4), axis=-1))


def weighted(w, X, y, weights):
    return jnp.mean(weights * (column(w, X) - y) ** 2)


def of_row(w, X, y):
    return jnp.mean((X @ w - y) ** 2)


SHAPES = r"it stays the same when data\[1\] alone is shuffled .*: take \[:, 0\] of the pred.*, or data\[1\]\[:, None\]"


@pytest.mark.parametrize(
    ("f", "w", "data", "message"),
    [
        (square, W, (X, Y), SHAPES),
        (square, 0 * W, (X, Y), SHAPES),
        (jax.jit(square), W, (X, Y), SHAPES),
        (lambda w, X, y: (square(w, X, y) + w @ w, X), W, (X, Y), SHAPES),
        (logistic, W, (X, BINARY), SHAPES),
        (chosen, W, (X, BINARY), SHAPES),
        (summed, 0 * W, (X, Y), SHAPES),
        (lambda w, X, y: N * summed(w, X, y), W, (X, Y), SHAPES),
        (of_row, W, (X, Y[:, None]), r"shuffled .*: take data\[1\]\[:, 0\], or \[:, None\] of"),
        (indexed, COLUMNS, (X, LABELS[:, None]), r"shuffled .*: take data\[1\]\[:, 0\]"),
        (hot, COLUMNS, (X, LABELS[:, None]), r"shuffled .*: take data\[1\]\[:, 0\]"),
        (
            weighted,
            W,
            (X, Y, WEIGHTS),
            r"when data\[0\] alone is shuffled .*: give both the same shape",
        ),
        (
            lambda w, batch: square(w, batch["X"], batch["y"]),
            *(W, ({"X": X, "y": Y},), r"when data\[0\]\['y'\] alone is shuffled"),
        ),
        (
            square,
            *(W, (RNG.standard_normal((300, 3)), RNG.standard_normal(300)), SHAPES),
        ),
    ],
)
def test_all_pairs_by_mistake_are_refused(f, w, data, message):
    for _ in range(2):  # what is compiled already is refused as well
        with pytest.raises(ValueError, match="each prediction with each target: .*" + message):
            as_operator(f, w, data, allow_sum=True)


def test_in_single_precision():
    for f, y in ((square, Y), (logistic, BINARY)):
        data = np.float32(X), np.float32(y)
        with pytest.raises(ValueError, match=SHAPES):
            as_operator(f, np.float32(W), data, False, allow_float32=True)
        as_operator(f, np.float32(W), (data[0], data[1][:, None]), False, allow_float32=True)


def network(w, x):
    """For inputs of shape (N, 1), with as many units as there are examples."""
    return jnp.tanh(x * w["a"] + w["b"]) @ w["c"]


NETWORK = {name: RNG.standard_normal(N) for name in "abc"}


def two_samples(w, x, z, pairs=lambda x, z: (x[:, None], z[None, :])):
    """The distance between the means of two samples in the space of a kernel."""

    def k(x, z):
        x, z = pairs(x, z)
        return jnp.mean(jnp.exp(-((x - z) ** 2)))

    return k(w[0] * x, w[0] * x) - 2 * k(w[0] * x, z) + k(z, z)


def process(w, x, y):
    """The likelihood of a Gaussian process, whose kernel is spread without [None, :]."""
    K = jnp.exp(-w[0] * (x[:, None] - x) ** 2) + jnp.eye(len(x))
    return y @ jnp.linalg.solve(K, y) / N + jnp.linalg.slogdet(K)[1]


def with_edge(w, x, edge):
    """An equation inside and its edge, each with points of its own: N of both is chance."""
    inside = jnp.mean((jax.vmap(jax.grad(lambda x: network(w, x[None])))(x) - 1) ** 2)
    return inside + jnp.mean(network(w, edge[:, None]) ** 2)


RIGHT = {
    "regression": (of_row, W, (X, Y)),
    "columns": (square, W, (X, Y[:, None])),
    "all zero": (of_row, 0 * W, (X, Y)),
    "several targets": (lambda w, X, Y: jnp.mean((X @ w - Y) ** 2), COLUMNS[:, :2], (X, TARGETS)),
    "labels": (indexed, COLUMNS, (X, LABELS)),
    "one-hot": (lambda w, X, Y: -jnp.mean(jax.nn.log_softmax(X @ w) * Y), COLUMNS, (X, HOT)),
    "labels that are equal": (indexed, COLUMNS, (X, 0 * LABELS)),
    "constant targets, all pairs": (square, W, (X, np.ones(N))),
    "rows that are equal": (of_row, W, (np.ones((N, 3)), Y)),
    "unused": (lambda w, X, y, z: of_row(w, X, y), W, (X, Y, WEIGHTS)),
    "unused, as a column": (lambda w, X, y: jnp.mean(column(w, X) ** 2) + 0 * y[0], W, (X, Y)),
    "weights": (lambda w, X, y, v: jnp.sum(v * (X @ w - y) ** 2) / v.sum(), W, (X, Y, WEIGHTS)),
    "equal weights": (lambda w, X, y, v: jnp.mean(v * (X @ w - y) ** 2), W, (X, Y, np.ones(N))),
    "mask": (lambda w, X, y, m: jnp.mean(jnp.where(m, X @ w - y, 0) ** 2), W, (X, Y, KEEP)),
    "autoencoder": (lambda w, X, Z: jnp.mean((X @ w @ w.T - Z) ** 2), COLUMNS, (X, X)),
    "penalty": (lambda w, X, y: of_row(w, X, y) + jnp.sum(abs(w) ** 3), W, (X, Y)),
    "as many units as examples": (
        lambda w, x, y: jnp.mean((network(w, x[:, None]) - y) ** 2),
        *(NETWORK, (LINE, Y)),
    ),
    "two samples": (two_samples, W[:1], (LINE, SHIFTED)),
    "two samples by meshgrid": (
        lambda w, x, z: two_samples(w, x, z, jnp.meshgrid),
        *(W[:1], (LINE, SHIFTED)),
    ),
    "Gaussian process": (process, np.ones(1), (LINE, Y)),
    "an equation and its edge": (with_edge, NETWORK, (LINE, SHIFTED)),
    "a sum of all pairs": (lambda w, x, z: jnp.mean(w * (x[:, None] + z)), W[:1], (LINE, SHIFTED)),
    "ranks": (
        lambda w, X, y: jnp.mean(
            jax.nn.softplus(-((s := X @ w)[:, None] - s) * jnp.sign(y[:, None] - y))
        ),
        *(W, (X, Y)),
    ),
    "two rows": (square, W, (X[:2], Y[:2])),
    "one array": (lambda w, X: jnp.mean((column(w, X) - Y) ** 2), W, (X,)),
    "of all rows only": (lambda w, X, y: jnp.mean((X @ w - y.reshape(N)) ** 2), W, (X, Y)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_loss_passes(name):
    f, w, data = RIGHT[name]
    assert np.isfinite(as_operator(f, w, data, allow_sum=True).loss)


def test_a_loss_that_is_finite_at_its_point_only_passes():
    def f(w, X, y):
        return square(w, X, y) + jnp.where(jnp.all(abs(w - W) < 1e-6), 0.0, jnp.nan)

    assert as_operator(f, W, (X, Y), allow_sum=False).shape == (3, 3)  # it cannot tell


def test_all_pairs_that_are_meant_can_be_written():
    with pytest.raises(ValueError, match=r"If all pairs are meant, write \[None, :\]"):
        as_operator(square, W, (X, Y), allow_sum=False)
    H = as_operator(lambda w, X, y: square(w, X, y[None, :]), W, (X, Y), allow_sum=False)
    np.testing.assert_allclose(H.to_dense(), 2 * X.T @ X / N, atol=1e-14)
