from collections import Counter
from math import log, sqrt

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import jit

from course_lib.curvature.networks import (
    accuracy,
    attention,
    convolutional,
    cross_entropy,
    linear,
    mlp,
    output_cross_entropy,
    output_squared_error,
    squared_error,
)
from course_lib.support.datasets import digits
from tests.unit.refusals import refusals

# Of every kind one, as small as its symmetries allow, for 64 pixels and three classes.
SMALL = {
    "linear": linear(64, 3),
    "tanh": mlp((64, 3, 2, 3), "tanh"),
    "relu": mlp((64, 3, 3), "relu"),
    "gelu": mlp((64, 3, 3), "gelu"),
    "convolutional": convolutional(2, 3, "tanh"),
    "convolutional relu": convolutional(2, 3, "relu"),
    "attention": attention(3, 3),
}
every_network = pytest.mark.parametrize("network", SMALL.values(), ids=SMALL)
every_loss = pytest.mark.parametrize("loss", [cross_entropy, squared_error])


def random_data(n=30, d=4, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.integers(0, classes, n)


def random_weights(network, seed=1):
    return 0.5 * np.random.default_rng(seed).standard_normal(network.num_params)


def packed(unpacked):
    return np.concatenate([np.ravel(array) for arrays in unpacked for array in arrays])


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
    np.testing.assert_allclose(jit(network.apply)(w, X), one_by_one, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_convolution_looks_through_the_same_kernel_everywhere(activation):
    network = convolutional(channels=3, num_classes=2, activation=activation)
    phi = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[activation]
    w, X = random_weights(network), random_data(d=64)[0][:4]
    (kernels, c), (W, b) = network.unpack(w)
    expected = []
    for image in X.reshape(-1, 8, 8):
        image = np.pad(image, [(0, 1), (0, 1)])
        windows = [image[i : i + 3, j : j + 3].ravel() for i in (0, 2, 4, 6) for j in (0, 2, 4, 6)]
        expected.append(W @ np.concatenate([phi(kernels @ x + c) for x in windows]) + b)
    np.testing.assert_allclose(jit(network.apply)(w, X), expected, rtol=1e-12, atol=1e-13)


def test_attention_is_a_weighted_mean_of_values_for_every_row():
    network = attention(width=5, num_classes=2)
    w, X = random_weights(network), random_data(d=64)[0][:4]
    (embedding, positions), (Q, K, V), (W, b) = network.unpack(w)
    expected = []
    for rows in X.reshape(-1, 8, 8):
        tokens = [embedding @ row + p for row, p in zip(rows, positions, strict=True)]
        seen = []
        for h in tokens:
            weights = np.exp([(Q @ h) @ (K @ other) / sqrt(5) for other in tokens])
            values = [V @ other for other in tokens]
            seen.append(h + np.average(values, axis=0, weights=weights))
        expected.append(W @ np.mean(seen, axis=0) + b)
    np.testing.assert_allclose(jit(network.apply)(w, X), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("network", "parts"),
    [
        (mlp((64, 32, 10)), [32 * 64, 32, 10 * 32, 10]),
        (linear(64, 10), [10 * 64, 10]),
        (convolutional(8, 10), [8 * 3 * 3, 8, 10 * 4 * 4 * 8, 10]),
        (attention(16, 10), [16 * 8, 8 * 16, 16**2, 16**2, 16**2, 10 * 16, 10]),
    ],
    ids=repr,
)
def test_every_parameter_is_counted(network, parts):
    unpacked = network.unpack(network.init(0))
    assert [array.size for arrays in unpacked for array in arrays] == parts
    assert network.num_params == sum(parts)
    assert jit(network.apply)(network.init(0), np.zeros((5, 64))).shape == (5, 10)
    assert repr(network).endswith(f": {sum(parts)} parameters")


@every_network
def test_unpacking_loses_nothing_and_repeats_nothing(network):
    w = random_weights(network)
    np.testing.assert_array_equal(packed(network.unpack(w)), w)
    assert [layer.shapes for layer in network.layers] == [
        tuple(array.shape for array in arrays) for arrays in network.unpack(w)
    ]


@pytest.mark.parametrize(
    ("network", "variances"),
    [
        (convolutional(300, 10, "tanh"), [1 / 9, 0, 1 / (16 * 300), 0]),
        (convolutional(300, 10, "relu"), [2 / 9, 0, 2 / (16 * 300), 0]),
        (attention(200, 10), [1 / 8, 1, 1 / 200, 1 / 200, 1 / 200, 1 / 200, 0]),
    ],
    ids=repr,
)
def test_initial_arrays_have_the_stated_variances(network, variances):
    arrays = [array for arrays in network.unpack(network.init(0)) for array in arrays]
    for array, variance in zip(arrays, variances, strict=True):
        assert array.var() == pytest.approx(variance, rel=5 * sqrt(2 / array.size))


# Symmetries: parameters that differ and compute the same


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_hidden_units_can_change_places(activation):
    network, X = mlp((4, 6, 5, 3), activation), random_data()[0]
    w, order = random_weights(network), np.random.default_rng(0).permutation(6)
    (V, a), (W, b), readout = network.unpack(w)
    moved = packed([(V[order], a[order]), (W[:, order], b), readout])
    np.testing.assert_allclose(jit(network.apply)(moved, X), jit(network.apply)(w, X), rtol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_channels_can_change_places(activation):
    network, X = convolutional(4, 3, activation), random_data(d=64)[0]
    w, order = random_weights(network), [2, 0, 3, 1]
    (kernels, c), (W, b) = network.unpack(w)
    W = W.reshape(3, 4, 4, 4)[..., order].reshape(3, -1)
    moved = packed([(kernels[order], c[order]), (W, b)])
    np.testing.assert_allclose(jit(network.apply)(moved, X), jit(network.apply)(w, X), rtol=1e-11)


def test_an_image_moved_by_the_stride_moves_its_features_by_one():
    network = convolutional(channels=2, num_classes=4 * 4 * 2)
    (kernels, c), (W, b) = network.unpack(random_weights(network))
    w = packed([(kernels, c), (np.eye(len(W)), 0 * b)])  # the outputs are the features
    image = random_data(d=64)[0][0].reshape(8, 8)
    moved = np.roll(image, (2, 2), axis=(0, 1))
    features = jit(network.apply)(w, np.array([image.ravel(), moved.ravel()]))
    seen, seen_moved = features.reshape(2, 4, 4, 2)
    np.testing.assert_allclose(seen_moved[1:3, 1:3], seen[:2, :2], rtol=1e-13)
    assert abs(seen_moved[1:3, 1:3] - seen[1:3, 1:3]).min() > 1e-3


def test_tokens_can_change_places_only_with_their_positions():
    network, X = attention(5, 3), random_data(d=64)[0]
    w, order = random_weights(network), [3, 1, 0, 7, 6, 2, 5, 4]
    (embedding, positions), *rest = network.unpack(w)
    moved = packed([(embedding, positions[order]), *rest])
    X_moved = X.reshape(-1, 8, 8)[:, order].reshape(-1, 64)
    np.testing.assert_allclose(
        jit(network.apply)(moved, X_moved), jit(network.apply)(w, X), rtol=1e-11
    )
    assert abs(jit(network.apply)(w, X_moved) - jit(network.apply)(w, X)).max() > 0.1


def test_queries_and_keys_can_be_turned_together():
    network, X = attention(5, 3), random_data(d=64)[0]
    w, turn = random_weights(network), np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))[0]
    embedding, (Q, K, V), readout = network.unpack(w)
    moved = packed([embedding, (turn @ Q, turn @ K, V), readout])
    np.testing.assert_allclose(jit(network.apply)(moved, X), jit(network.apply)(w, X), rtol=1e-11)


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
    loss = cross_entropy(network)(np.zeros(network.num_params), X, y)
    assert loss == pytest.approx(log(classes), rel=1e-14)


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


@pytest.mark.parametrize(
    ("loss", "network"),
    [(cross_entropy, network) for network in SMALL.values()] + [(squared_error, SMALL["tanh"])],
    ids=lambda x: getattr(x, "name", None),
)
def test_gradients_are_finite_differences_and_hessians_symmetric(loss, network):
    f, w, (X, y) = loss(network), random_weights(network), random_data(d=64)
    h, directions = 1e-6, np.eye(network.num_params)

    def difference(e):
        return (f(w + h * e, X, y) - f(w - h * e, X, y)) / (2 * h)

    gradient, H = jit(lambda u: (jax.grad(f)(u, X, y), jax.hessian(f)(u, X, y)))(w)
    differences = jit(jax.vmap(difference))(directions)
    np.testing.assert_allclose(gradient, differences, rtol=0, atol=1e-8)
    assert abs(H).max() > 0.01
    np.testing.assert_allclose(H, H.T, rtol=0, atol=1e-13 * abs(H).max())


@pytest.mark.parametrize(
    ("loss", "output_loss"),
    [(cross_entropy, output_cross_entropy), (squared_error, output_squared_error)],
)
def test_a_loss_is_that_of_the_outputs(loss, output_loss):
    network, (X, y) = mlp((4, 3)), random_data()
    w = random_weights(network)
    outputs = network.apply(w, X)
    assert loss(network)(w, X, y) == pytest.approx(float(output_loss(outputs, y)), rel=1e-14)


@pytest.mark.parametrize("output_loss", [output_cross_entropy, output_squared_error])
def test_output_losses_are_means_and_convex(output_loss):
    outputs, y = np.random.default_rng(0).standard_normal((6, 3)), np.array([0, 1, 2, 2, 1, 0])
    one_by_one = [jit(output_loss)(outputs[i : i + 1], y[i : i + 1]) for i in range(6)]
    assert jit(output_loss)(outputs, y) == pytest.approx(np.mean(one_by_one), rel=1e-14)
    H = jit(jax.hessian(output_loss))(outputs, y).reshape(18, 18)
    assert np.linalg.eigvalsh(H).min() > -1e-15


def test_curvature_of_the_cross_entropy_in_its_outputs():
    outputs, y = np.random.default_rng(0).standard_normal((2, 3)), np.array([0, 2])
    H = jit(jax.hessian(output_cross_entropy))(outputs, y)
    for i in range(2):
        p = np.exp(outputs[i]) / np.exp(outputs[i]).sum()
        np.testing.assert_allclose(H[i, :, i], (np.diag(p) - np.outer(p, p)) / 2, atol=1e-15)
    assert not H[0, :, 1].any()


def test_linear_regression_has_the_second_moments_as_hessian():
    n_out, (X, y) = 3, random_data()
    network = mlp((4, n_out))
    H = jit(jax.hessian(squared_error(network)))(network.init(0), X, y)
    features = np.column_stack([X, np.ones(len(X))])
    np.testing.assert_allclose(
        by_output(H, 4, n_out), np.kron(np.eye(n_out), features.T @ features / len(X)), atol=1e-12
    )


def test_multinomial_regression_at_zero_has_the_kronecker_hessian():
    classes, (X, y) = 3, random_data()
    network = mlp((4, classes))
    H = jit(jax.hessian(cross_entropy(network)))(np.zeros(network.num_params), X, y)
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


@every_loss
def test_equal_networks_share_one_loss(loss):
    assert loss(mlp((4, 3))) is loss(mlp([4, 3]))
    assert loss(linear(4, 3)) is loss(mlp((4, 3)))
    assert loss(mlp((4, 3))) is not loss(mlp((4, 3), "relu"))
    assert loss(convolutional(4)) is loss(convolutional(4))
    assert loss(convolutional(4)) is not loss(convolutional(4, activation="gelu"))
    assert loss(attention(4)) is loss(attention(4))
    assert loss(attention(4)) is not loss(attention(4, num_classes=3))


@every_loss
@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_without_an_output_is_not_silent(loss, label):
    network, (X, y) = mlp((4, 3)), random_data()
    y[7] = label
    assert np.isnan(jax.jit(loss(network))(network.init(0), X, y))
    with pytest.raises(ValueError, match=rf"y must hold labels from 0 to 2, .* {label}"):
        loss(network)(network.init(0), X, y)
    with pytest.raises(ValueError, match=r"labels in shape \(30,\), not \(30, 1\): y.ravel\(\)"):
        loss(network)(network.init(0), X, y[:, None])


test_bad_input_is_named = refusals(
    (lambda: digits(classes=1), "classes must be 2 to 10"),
    (lambda: digits(classes=11), "classes must be 2 to 10"),
    (lambda: digits(classes=(3, 3)), "distinct digits"),
    (lambda: digits(num_train=1500), "num_train must be at most 1438, not 1500"),
    (lambda: digits(num_train=0), "num_train must be at least 1"),
    (lambda: mlp((64,)), "widths must name at least inputs and outputs"),
    (lambda: mlp((64, 0, 10)), "each of widths must be at least 1"),
    (lambda: mlp((64, 10), "sigmoid"), "activation must be one of 'tanh', 'relu', 'gelu'"),
    (lambda: mlp((4, 3)).init(0, scale=-1), "scale must be positive"),
    (lambda: mlp((4, 3)).unpack(np.zeros(3)), r"w must be of shape \(15,\), not \(3,\)"),
    (lambda: mlp((4, 3)).apply(np.zeros(15), np.zeros((2, 5))), "X must have 4 columns, not 5"),
    (lambda: accuracy(mlp((4, 3)), np.zeros(15), np.zeros((2, 4)), 0), "y must hold labels"),
    (lambda: accuracy(mlp((4, 3)), np.zeros(15), np.zeros((2, 4)), [[0], [1]]), "y must hold"),
    (lambda: convolutional(0), "channels must be at least 1"),
    (lambda: convolutional(num_classes=0), "num_classes must be at least 1"),
    (lambda: convolutional(activation="sin"), "activation must be one of"),
    (lambda: convolutional().apply(np.zeros(1370), np.zeros((2, 63))), "64 columns, not 63"),
    (lambda: attention(0), "width must be at least 1"),
    (lambda: attention(num_classes=1.5), "num_classes must be a whole number"),
)


def test_labels_that_a_compiled_loss_closes_over_are_looked_at_all_the_same():
    network = mlp((2, 3))
    f, X = cross_entropy(network), jnp.ones((4, 2))
    for labels, right in (([0, 2, 1, 0], True), ([1, 2, 3, 1], False)):
        y = jnp.array(labels)
        compiled = jax.jit(lambda w, y=y: f(w, X, y))
        if right:
            assert float(compiled(np.zeros(9))) == pytest.approx(np.log(3))
        else:
            with pytest.raises(ValueError, match="labels from 0 to 2, but they go from 1 to 3"):
                compiled(np.zeros(9))
