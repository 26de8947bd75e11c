from collections import Counter
from math import log

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course_lib.networks import (
    DivergenceError,
    accuracy,
    cross_entropy,
    digits,
    gradient_descent,
    minibatches,
    mlp,
    squared_error,
)


def random_data(n=30, d=4, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.integers(0, classes, n)


def least_squares(w, X, y):
    return 0.5 * jnp.mean((X @ w - y) ** 2)


# The data


def test_digits_split_every_image_once():
    data = digits(centred=False)
    assert data.X_train.shape[0] + data.X_test.shape[0] == 1797
    assert len(data.y_test) == 1797 // 5
    assert data.X_train.dtype == np.float64
    assert set(data.y_train) == set(data.y_test) == set(range(10))
    from sklearn.datasets import load_digits

    scale = load_digits().data.max() / np.vstack([data.X_train, data.X_test]).max()
    images = np.rint(np.vstack([data.X_train, data.X_test]) * scale).astype(int)
    labels = np.concatenate([data.y_train, data.y_test])
    expected = Counter(
        (label, x.tobytes()) for x, label in zip(*load_digits(return_X_y=True), strict=True)
    )
    assert (
        Counter((label, x.astype(float).tobytes()) for x, label in zip(images, labels, strict=True))
        == expected
    )


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("num_train", [None, 200])
def test_digits_have_unit_rms_and_a_mean_only_if_uncentred(centred, num_train):
    data = digits(num_train=num_train, centred=centred)
    assert np.mean(data.X_train**2) == pytest.approx(1, rel=1e-12)
    largest_mean = abs(data.X_train.mean(axis=0)).max()
    assert largest_mean < 1e-12 if centred else largest_mean > 1


def test_digits_differences_between_images_do_not_see_the_centring():
    raw, centred = digits(centred=False), digits(centred=True)
    a, b = raw.X_test[0] - raw.X_train[1], centred.X_test[0] - centred.X_train[1]
    assert abs(a @ b) == pytest.approx(np.linalg.norm(a) * np.linalg.norm(b), rel=1e-12)
    np.testing.assert_array_equal(raw.y_train, centred.y_train)


def test_digits_chosen_classes_are_relabelled_in_order():
    everything = digits(centred=False)
    pair = digits(classes=(8, 3), centred=False)
    assert set(pair.y_train) == {0, 1}
    eights = np.sum(everything.y_train == 8) + np.sum(everything.y_test == 8)
    assert np.sum(pair.y_train == 0) + np.sum(pair.y_test == 0) == eights
    assert set(digits(classes=3).y_train) == {0, 1, 2}


def test_digits_depend_on_the_seed_and_keep_their_test_images():
    np.testing.assert_array_equal(digits(seed=1).X_train, digits(seed=1).X_train)
    assert (digits(seed=1).y_train != digits(seed=2).y_train).any()
    np.testing.assert_array_equal(digits(num_train=50).y_test, digits().y_test)


# The network


def test_initial_weights_have_the_stated_variance_and_biases_are_zero():
    for activation, gain in {"tanh": 1, "relu": 2, "gelu": 2}.items():
        network = mlp((400, 300, 200), activation)
        w = network.init(seed=0, scale=0.5)
        assert w.shape == (network.num_params,)
        for W, b in network.unpack(w):
            expected = 0.25 * gain / W.shape[1]
            assert W.var() == pytest.approx(expected, rel=5 * np.sqrt(2 / W.size))
            assert not b.any()
    np.testing.assert_array_equal(network.init(3), network.init(3))
    np.testing.assert_allclose(network.init(3, scale=2.0), 2 * network.init(3), rtol=1e-15)


@pytest.mark.parametrize(
    ("activation", "phi"),
    [
        ("tanh", np.tanh),
        ("relu", lambda z: np.maximum(z, 0)),
        ("gelu", lambda z: z * 0.5 * (1 + jax.scipy.special.erf(z / np.sqrt(2)))),
    ],
)
def test_outputs_are_those_of_the_formula(activation, phi):
    network = mlp((4, 5, 6, 3), activation)
    rng = np.random.default_rng(0)
    w, X = rng.standard_normal(network.num_params), random_data()[0]
    (V, a), (W, b), (U, c) = network.unpack(w)
    one_by_one = [U @ phi(W @ phi(V @ x + a) + b) + c for x in X]
    np.testing.assert_allclose(network.apply(w, X), one_by_one, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(
        np.concatenate([p.ravel() for layer in network.unpack(w) for p in layer]), w
    )


def test_accuracy_counts_the_largest_output():
    network = mlp((3, 3))
    w = np.concatenate([np.eye(3).ravel(), np.zeros(3)])
    assert accuracy(network, w, np.eye(3), [0, 1, 2]) == 1
    assert accuracy(network, w, np.eye(3), [0, 2, 1]) == pytest.approx(1 / 3)


# The losses


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_cross_entropy_of_equal_logits_is_log_c_nats(classes):
    network = mlp((4, 6, classes))
    X, y = random_data(classes=classes)
    assert cross_entropy(network)(np.zeros(network.num_params), X, y) == pytest.approx(
        log(classes), rel=1e-14
    )


def test_cross_entropy_is_minus_the_mean_log_probability():
    network = mlp((4, 3))
    w, (X, y) = network.init(0), random_data()
    odds = np.exp(network.apply(w, X))
    p = odds[np.arange(30), y] / odds.sum(axis=1)
    assert cross_entropy(network)(w, X, y) == pytest.approx(-np.log(p).mean(), rel=1e-13)


def test_squared_error_has_its_half_its_mean_and_its_sum():
    network = mlp((4, 3))
    w, (X, y) = network.init(0), random_data()
    total = sum(np.sum((network.apply(w, X)[i] - np.eye(3)[y[i]]) ** 2) for i in range(30))
    assert squared_error(network)(w, X, y) == pytest.approx(0.5 * total / 30, rel=1e-13)


def test_squared_error_takes_labels_or_their_one_hot_targets():
    network = mlp((4, 3))
    f, w, (X, y) = squared_error(network), network.init(0), random_data()
    assert f(w, X, np.eye(3)[y]) == pytest.approx(float(f(w, X, y)), rel=1e-14)
    with pytest.raises(ValueError, match=r"real targets y must be of shape \(30, 3\), not \(30,\)"):
        f(w, X, y.astype(float))


@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_gradients_are_finite_differences(loss, activation):
    network = mlp((4, 5, 3), activation)
    f, w, (X, y) = jax.jit(loss(network)), network.init(1), random_data()
    h, directions = 1e-6, np.eye(network.num_params)
    differences = [(f(w + h * e, X, y) - f(w - h * e, X, y)) / (2 * h) for e in directions]
    np.testing.assert_allclose(jax.grad(f)(w, X, y), differences, rtol=0, atol=1e-8)


def test_linear_regression_has_the_second_moments_as_hessian():
    n_out, (X, y) = 3, random_data()
    network = mlp((4, n_out))
    H = jax.jit(jax.hessian(squared_error(network)))(network.init(0), X, y)
    features = np.column_stack([X, np.ones(len(X))])
    np.testing.assert_allclose(
        by_output(H, 4, n_out), np.kron(np.eye(n_out), features.T @ features / len(X)), atol=1e-12
    )


def test_multinomial_regression_at_zero_has_the_kronecker_hessian():
    classes, (X, y) = 3, random_data()
    network = mlp((4, classes))
    H = jax.jit(jax.hessian(cross_entropy(network)))(np.zeros(network.num_params), X, y)
    features = np.column_stack([X, np.ones(len(X))])
    p = np.full(classes, 1 / classes)
    softmax = np.diag(p) - np.outer(p, p)
    np.testing.assert_allclose(
        by_output(H, 4, classes), np.kron(softmax, features.T @ features / len(X)), atol=1e-12
    )


def by_output(H, n_in, n_out):
    """Order the parameters of a linear layer as (weights, bias) of one output after the other."""
    order = [[k * n_in + j for j in range(n_in)] + [n_in * n_out + k] for k in range(n_out)]
    return H[np.ix_(np.ravel(order), np.ravel(order))]


@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
def test_equal_networks_share_one_loss(loss):
    assert loss(mlp((4, 3))) is loss(mlp([4, 3]))
    assert loss(mlp((4, 3))) is not loss(mlp((4, 3), "relu"))


@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
def test_a_label_without_an_output_is_not_silent(loss):
    network, (X, _) = mlp((4, 3)), random_data()
    with pytest.raises(ValueError, match=r"f must be finite at the start, but f\(w, X, y\) = nan"):
        gradient_descent(loss(network), network.init(0), X, np.full(30, 3), 0.1, 5)


# Gradient descent


@pytest.mark.parametrize("eta", [0.1, 0.5])
def test_descent_on_a_quadratic_is_the_closed_form(eta):
    rng = np.random.default_rng(0)
    X, solution, steps = rng.standard_normal((50, 3)), np.array([1.0, -2.0, 3.0]), 40
    run = gradient_descent(least_squares, np.zeros(3), X, X @ solution, eta, steps)
    lam, V = np.linalg.eigh(X.T @ X / 50)
    errors = np.array([(1 - eta * lam) ** t * (V.T @ -solution) for t in range(steps + 1)])
    np.testing.assert_allclose(run.w, solution + V @ errors[-1], rtol=1e-12)
    np.testing.assert_allclose(run.losses, 0.5 * errors[:-1] ** 2 @ lam, rtol=1e-9, atol=1e-20)


def test_momentum_is_the_heavy_ball():
    X, y, eta, beta = np.ones((1, 1)), np.zeros(1), 0.3, 0.6  # f = w²/2
    run = gradient_descent(least_squares, [1.0], X, y, eta, 25, momentum=beta)
    w, previous = 1.0, 1.0
    for _ in range(25):
        w, previous = w - eta * w + beta * (w - previous), w
    np.testing.assert_allclose(run.w, [w], rtol=1e-10)


def test_a_batch_of_everything_is_full_batch_descent():
    network, (X, y) = mlp((4, 5, 3)), random_data()
    f, w = cross_entropy(network), network.init(0)
    full = gradient_descent(f, w, X, y, 0.5, 20)
    batch = gradient_descent(f, w, X, y, 0.5, 20, batch_size=30)
    np.testing.assert_allclose(batch.w, full.w, rtol=1e-10, atol=1e-14)
    assert full.losses.shape == (20,)
    assert full.losses[0] == pytest.approx(float(f(w, X, y)), rel=1e-14)
    assert full.losses[-1] < full.losses[0]


def test_a_step_uses_the_examples_of_its_batch():
    network, (X, y) = mlp((4, 3)), random_data()
    f, w = cross_entropy(network), network.init(0)
    run = gradient_descent(f, w, X, y, 0.5, 12, batch_size=8, seed=7)
    gradient = jax.jit(jax.grad(f))
    for loss, rows in zip(run.losses, minibatches(30, 8, 12, seed=7), strict=True):
        assert loss == pytest.approx(float(f(w, X[rows], y[rows])), rel=1e-11)
        w = w - 0.5 * gradient(w, X[rows], y[rows])
    np.testing.assert_allclose(run.w, w, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(("n", "batch_size"), [(12, 3), (12, 12), (10, 4), (7, 1)])
def test_an_epoch_meets_every_example_once(n, batch_size):
    rows = minibatches(n, batch_size, steps=3 * n, seed=0)
    assert rows.shape == (3 * n, batch_size)
    epochs = rows.ravel()[: 3 * n].reshape(3, n)
    np.testing.assert_array_equal(np.sort(epochs, axis=1), np.tile(np.arange(n), (3, 1)))
    assert (epochs[0] != epochs[1]).any()


def test_same_seed_same_run():
    network, (X, y) = mlp((4, 3)), random_data()
    runs = [
        gradient_descent(
            cross_entropy(network), network.init(0), X, y, 0.1, 9, batch_size=5, seed=s
        )
        for s in (0, 0, 1)
    ]
    np.testing.assert_array_equal(runs[0].w, runs[1].w)
    assert (runs[0].w != runs[2].w).any()


def test_divergence_says_when_and_keeps_what_was_computed():
    X, y = np.ones((1, 1)), np.zeros(1)  # f = w²/2, so w ← (1 − η) w = −10⁵⁰ w
    with pytest.raises(
        DivergenceError, match=r"eta = 1e\+50 diverges: .* after 4 of 20 steps"
    ) as caught:
        gradient_descent(least_squares, [1.0], X, y, 1e50, 20)
    partial = caught.value.partial
    np.testing.assert_allclose(partial.losses, [0.5, 0.5e100, 0.5e200, 0.5e300], rtol=1e-12)
    np.testing.assert_allclose(partial.w, [1e200], rtol=1e-12)
    assert gradient_descent(least_squares, [1.0], X, y, 1e50, 4).losses.size == 4


def test_after_a_step_that_failed_nothing_counts():
    def infinite_on_label_one(w, X, y):
        return jnp.where(y[0] == 1, jnp.inf, 0.5 * w[0] ** 2)

    y, met = np.zeros(6, int), 4
    y[minibatches(6, 1, 12, seed=0)[met]] = 1
    with pytest.raises(DivergenceError) as caught:
        gradient_descent(infinite_on_label_one, [1.0], np.zeros(6), y, 0.5, 12, batch_size=1)
    np.testing.assert_array_equal(caught.value.partial.losses, 0.5 * 0.25 ** np.arange(met))
    np.testing.assert_array_equal(caught.value.partial.w, [0.5**met])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: digits(classes=1), "classes must be 2 to 10"),
        (lambda: digits(classes=11), "classes must be 2 to 10"),
        (lambda: digits(classes=(3, 3)), "distinct digits"),
        (lambda: digits(num_train=1500), "num_train must be at most 1438, not 1500"),
        (lambda: digits(num_train=0), "num_train must be at least 1"),
        (lambda: mlp((64,)), "widths must name inputs and outputs"),
        (lambda: mlp((64, 0, 10)), "each of widths must be at least 1"),
        (lambda: mlp((64, 10), "sigmoid"), "activation must be one of 'tanh', 'relu', 'gelu'"),
        (lambda: mlp((4, 3)).init(0, scale=-1), "scale must be positive"),
        (lambda: mlp((4, 3)).unpack(np.zeros(3)), r"w must be of shape \(15,\), not \(3,\)"),
        (lambda: mlp((4, 3)).apply(np.zeros(15), np.zeros((2, 5))), "X must have 4 columns, not 5"),
        (lambda: minibatches(5, 6, 1), "batch_size must be at most the 5 examples"),
        (lambda: descend(w=[np.nan]), "w must be finite"),
        (lambda: descend(y=np.zeros(2)), "X and y must have equally many rows"),
        (lambda: descend(X=np.ones((0, 1)), y=()), "at least one, not 0, 0"),
        (lambda: descend(eta=0), "eta must be positive"),
        (lambda: descend(steps=0), "steps must be at least 1"),
        (lambda: descend(momentum=1.0), "momentum must be at least 0 and below 1"),
        (lambda: descend(batch_size=2), "batch_size must be at most the 1 examples"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_float32_is_refused():
    jax.config.update("jax_enable_x64", False)
    try:
        with pytest.raises(ValueError, match=r"float32: call course_lib.setup\(\) first"):
            descend()
    finally:
        jax.config.update("jax_enable_x64", True)


def descend(w=(1.0,), X=((1.0,),), y=(0.0,), eta=0.1, steps=2, **options):
    return gradient_descent(least_squares, w, X, y, eta, steps, **options)
