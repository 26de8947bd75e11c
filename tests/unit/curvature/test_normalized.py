import numpy as np
import pytest

from course_lib.curvature import networks
from course_lib.curvature.normalized import layer_norm, normalized_mlp, weight_norm
from course_lib.curvature.operators import hessian_operator
from tests.unit.refusals import refusals


def problem(kind, n=30, seed=0):
    rng = np.random.default_rng(seed)
    network = normalized_mlp((4, 5, 6, 3), kind=kind)
    w = network.init(seed) + 0.1 * rng.standard_normal(network.num_params)
    return network, w, rng.standard_normal((n, 4)), rng.integers(0, 3, n)


def scaled(network, w, factor, layer=0):
    moved = w.copy()
    network.unpack(moved)[layer][0][:] *= factor  # V, a view
    return moved


@pytest.mark.parametrize(("kind", "within"), [("weight", 1e-12), ("layer", 1e-4)])
def test_the_scale_of_a_hidden_layer_plays_no_part(kind, within):
    network, w, X, y = problem(kind)
    f = networks.cross_entropy(network)
    assert f(scaled(network, w, 4.0), X, y) == pytest.approx(float(f(w, X, y)), rel=within)
    assert f(scaled(network, w, 4.0, layer=2), X, y) != pytest.approx(float(f(w, X, y)), rel=1e-3)


def test_four_times_the_weights_have_a_sixteenth_of_the_curvature():
    network, w, X, y = problem("weight")
    f, V = networks.cross_entropy(network), slice(0, 20)
    before, after = (
        hessian_operator(f, at, X, y).to_dense()[V, V] for at in (w, scaled(network, w, 4.0))
    )
    np.testing.assert_allclose(after, before / 16, rtol=1e-8, atol=1e-12)


def test_rows_have_the_length_of_their_gain_and_layers_no_mean():
    rng = np.random.default_rng(0)
    V = rng.standard_normal((3, 7))
    np.testing.assert_allclose(
        np.linalg.norm(weight_norm(V, np.array([1.0, 2, 3])), axis=1), [1, 2, 3]
    )
    Z = np.asarray(layer_norm(rng.standard_normal((5, 9)), np.ones(9), np.zeros(9), epsilon=0.0))
    np.testing.assert_allclose(Z.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(Z.std(axis=1), 1)


def test_at_the_start_signals_keep_their_size():
    network = normalized_mlp((64, 128, 10), "relu")
    X = np.random.default_rng(1).standard_normal((200, 64))
    hidden = (
        np.asarray(weight_norm(network.unpack(network.init(0))[0][0], np.full(128, 2**0.5))) @ X.T
    )
    assert 1.35 < hidden.std() < 1.48  # √2
    assert np.isfinite(network.apply(network.init(0), X)).all()


test_bad_input_is_named = refusals(
    (lambda: normalized_mlp((4, 3)), "widths must name at least one hidden layer"),
    (lambda: normalized_mlp(kind="batch"), "kind must be"),
    (lambda: normalized_mlp(activation="sin"), "activation must be"),
)
