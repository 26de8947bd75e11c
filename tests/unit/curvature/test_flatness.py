import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course_lib.curvature import flatness, networks
from course_lib.curvature.operators import hessian_operator
from course_lib.support.seeds import stream
from tests.unit.refusals import refusals


def bowl(w, H, g):
    return g @ w + 0.5 * w @ H @ w


def random_bowl(n=6, seed=0):
    """Return a positive definite H and a slope."""
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((n, n))
    return A @ A.T + np.eye(n), rng.standard_normal(n)


def relu_problem(widths=(4, 5, 6, 3), activation="relu", seed=0):
    network = networks.mlp(widths, activation)
    rng = np.random.default_rng(seed)
    w = network.init(seed) + 0.1 * rng.standard_normal(network.num_params)
    return network, w, rng.standard_normal((30, widths[0])), rng.integers(0, widths[-1], 30)


@pytest.mark.parametrize("sigma", [0.3, 1e-3, np.linspace(0, 1, 6)], ids=["one", "small", "each"])
def test_on_a_quadratic_each_pair_is_the_quadratic_form(sigma):
    """The slope cancels exactly; what remains is ½uᵀHu."""
    H, g = random_bowl()
    w = np.ones(6)
    found = flatness.noise_increase(bowl, w, H, g, sigma=sigma, num_pairs=50, seed=3)
    u = sigma * stream(3).standard_normal((50, 6))
    np.testing.assert_allclose(
        found.samples, 0.5 * np.einsum("ki,ij,kj->k", u, H, u), rtol=1e-6, atol=1e-12
    )
    assert found.num_evaluations == 101


def test_the_mean_increase_is_half_sigma_squared_trace_with_an_honest_error():
    H, g = random_bowl()
    sigma, inside = np.array([0.1, 0.2, 0.3, 0.1, 0.0, 0.5]), 0
    exact = 0.5 * sigma**2 @ np.diag(H)
    for seed in range(200):
        found = flatness.noise_increase(bowl, np.zeros(6), H, g, sigma=sigma, seed=seed)
        inside += abs(found.estimate - exact) < 2 * found.stderr
    assert 180 <= inside <= 199


def test_the_worst_step_is_as_long_as_allowed_and_worse_than_any_other():
    H, g = random_bowl()
    radius = 0.7
    found = flatness.worst_increase(bowl, np.ones(6), H, g, radius=radius, steps=200)
    assert np.linalg.norm(found.step) == pytest.approx(radius)
    at = lambda u: bowl(np.ones(6) + u, H, g) - bowl(np.ones(6), H, g)  # noqa: E731
    assert at(found.step) == pytest.approx(found.increase)
    U = np.random.default_rng(0).standard_normal((20_000, 6))
    U *= radius / np.linalg.norm(U, axis=1, keepdims=True)
    assert max(map(at, U)) <= found.increase
    # At the maximum over a ball the gradient points straight outwards.
    outwards = H @ (np.ones(6) + found.step) + g
    assert outwards @ found.step == pytest.approx(np.linalg.norm(outwards) * radius)


def test_without_slope_the_worst_step_goes_along_the_stiff_direction():
    H, _ = random_bowl()
    lam, V = np.linalg.eigh(H)
    near = 1e-6 * np.ones(6)
    found = flatness.worst_increase(bowl, near, H, np.zeros(6), radius=0.5, steps=300)
    assert found.increase == pytest.approx(0.5 * 0.25 * lam[-1], rel=1e-4)
    assert abs(V[:, -1] @ found.step) == pytest.approx(0.5, rel=1e-6)


def test_the_first_step_of_the_worst_case_is_sams():
    H, g = random_bowl()
    found = flatness.worst_increase(bowl, np.zeros(6), H, g, radius=0.1, steps=1)
    np.testing.assert_allclose(found.step, 0.1 * g / np.linalg.norm(g), rtol=1e-12)


def test_adaptive_curvature_is_that_in_the_logarithms_of_the_weights():
    """For w = e^q the Hessian by q is D H D plus the gradient on the diagonal."""
    H, g = random_bowl()
    w = np.abs(np.random.default_rng(1).standard_normal(6)) + 0.1
    by_q = jax.hessian(lambda q: bowl(jnp.exp(q), H, g))(jnp.log(w))
    slope = H @ w + g
    A = flatness.adaptive_operator(H, -w)
    np.testing.assert_allclose(A.to_dense(), by_q - np.diag(w * slope), rtol=1e-10, atol=1e-12)
    assert A.num_matvecs == 6


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("alpha", [0.01, 1.0, 100.0])
def test_a_rescaled_network_is_the_same_function(alpha, layer):
    network, w, X, _ = relu_problem()
    before = w.copy()
    moved = flatness.rescale(network, w, alpha, layer)
    outputs = network.apply(w, X)
    change = np.abs(network.apply(moved, X) - outputs).max() / np.abs(outputs).max()
    assert change < 1e-12
    assert (w == before).all()
    np.testing.assert_allclose(flatness.rescale(network, moved, 1 / alpha, layer), w, rtol=1e-14)


def test_rescaling_moves_the_hessian_by_the_chain_rule_and_not_the_adaptive_one():
    network, w, X, y = relu_problem()
    f = networks.cross_entropy(network)
    moved = flatness.rescale(network, w, 7.0)
    factor = moved / w
    H, there = (hessian_operator(f, at, X, y).to_dense() for at in (w, moved))
    np.testing.assert_allclose(there, H / np.outer(factor, factor), rtol=1e-8, atol=1e-12)
    one, other = (
        flatness.adaptive_operator(A, at).to_dense() for A, at in ((H, w), (there, moved))
    )
    signs = np.outer(np.sign(w), np.sign(w))  # |w| takes them off, on both sides alike
    np.testing.assert_allclose(one * signs, other * signs, rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize("seed", range(3))
def test_filterwise_directions_have_the_lengths_of_the_weights(seed):
    network, w, _, _ = relu_problem()
    d = flatness.random_direction(network, w, seed=seed)
    for (V, c), (W, b) in zip(network.unpack(d), network.unpack(w), strict=True):
        np.testing.assert_allclose(np.linalg.norm(V, axis=1), np.linalg.norm(W, axis=1))
        np.testing.assert_allclose(np.abs(c), np.abs(b))
    fixed = flatness.random_direction(network, w, filterwise=False, seed=seed)
    assert np.linalg.norm(fixed) == pytest.approx(1)


def test_filterwise_slices_survive_the_rescaling_of_a_layer_and_fixed_ones_do_not():
    network, w, X, y = relu_problem()
    f, moved, t = networks.cross_entropy(network), flatness.rescale(network, w, 9.0), [-1, 0, 0.5]

    def slices(filterwise):
        return [
            flatness.loss_slice(
                f, at, flatness.random_direction(network, at, filterwise, 5), X, y, t=t
            )
            for at in (w, moved)
        ]

    np.testing.assert_allclose(*slices(True), rtol=1e-10)
    assert np.abs(np.subtract(*slices(False)))[[0, 2]].min() > 1e-3


def test_a_slice_is_the_loss_at_its_points():
    network, w, X, y = relu_problem()
    f, d = networks.cross_entropy(network), np.linspace(-1, 1, w.size)
    t = np.linspace(-2, 2, 70)  # more points than are computed at once
    np.testing.assert_allclose(
        flatness.loss_slice(f, w, d, X, y, t=t), [f(w + s * d, X, y) for s in t], rtol=1e-12
    )


RELU, W, _, _ = relu_problem()

test_bad_arguments_are_named = refusals(
    (lambda: flatness.rescale(RELU, W, -2.0), "alpha must be positive"),
    (lambda: flatness.rescale(RELU, W, 2.0, layer=3), "layer must be one of the 2 hidden"),
    (lambda: flatness.rescale(RELU, W[:-1], 2.0), "w must have"),
    (
        lambda: flatness.rescale(networks.mlp((4, 5, 6, 3), "tanh"), W, 2.0),
        "needs relu, not mlp 4-5-6-3, tanh",
    ),
    (lambda: flatness.rescale(networks.attention(4), np.ones(162), 2.0), "weights and biases"),
    (lambda: flatness.adaptive_operator(np.eye(3), W), "w must have 3 entries"),
    (lambda: flatness.noise_increase(lambda w: w, [1.0], sigma=1), "f must return one real"),
    (lambda: flatness.noise_increase(lambda w: 1j * w[0], [1.0], sigma=1), "f must return one"),
    (lambda: flatness.noise_increase(bowl, [1.0], sigma=0), "sigma must be positive"),
    (lambda: flatness.noise_increase(bowl, [1.0], sigma=[-1.0]), "sigma must not be neg"),
    (
        lambda: flatness.noise_increase(bowl, [1.0], sigma=1, num_pairs=1),
        "num_pairs must be at least 2",
    ),
    (
        lambda: flatness.worst_increase(lambda u: u @ u, [0.0, 0.0], radius=1),
        "gradient of f is zero",
    ),
    (lambda: flatness.worst_increase(bowl, [1.0], radius=-1), "radius must be positive"),
    (lambda: flatness.loss_slice(bowl, [1.0], [1.0, 2.0], t=[0]), "direction must have 1"),
)
