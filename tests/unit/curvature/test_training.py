import signal
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course_lib.curvature import training
from course_lib.curvature.networks import cross_entropy, mlp, squared_error
from course_lib.curvature.training import DivergenceError, gradient_descent, minibatches
from course_lib.support.interruption import Interrupted
from tests.unit.refusals import refusals


def random_data(n=30, d=4, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.integers(0, classes, n)


def least_squares(w, X, y):
    return 0.5 * jnp.mean((X @ w - y) ** 2)


def small_problem():
    """Return f, w, X, y of a network with 43 parameters on 30 examples."""
    network = mlp((4, 5, 3))
    return cross_entropy(network), network.init(0), *random_data()


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
    f, w = cross_entropy(network), network.init(0)
    runs = [gradient_descent(f, w, X, y, 0.1, 9, batch_size=5, seed=s) for s in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0].w, runs[1].w)
    assert (runs[0].w != runs[2].w).any()


# Sharpness-aware minimization


@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_sam_uses_the_gradient_a_radius_uphill(momentum):
    rng = np.random.default_rng(0)
    X, y, eta, radius = rng.standard_normal((50, 3)), rng.standard_normal(50), 0.3, 0.2
    run = gradient_descent(
        least_squares, np.ones(3), X, y, eta, 10, momentum=momentum, sam_radius=radius
    )
    H, b = X.T @ X / 50, X.T @ y / 50
    w, velocity = np.ones(3), np.zeros(3)
    for loss in run.losses:
        assert loss == pytest.approx(0.5 * np.mean((X @ w - y) ** 2), rel=1e-12)  # not uphill
        gradient = H @ w - b
        uphill = w + radius * gradient / np.linalg.norm(gradient)
        velocity = momentum * velocity - eta * (H @ uphill - b)
        w = w + velocity
    np.testing.assert_allclose(run.w, w, rtol=1e-11)


def test_sam_looks_uphill_on_the_examples_of_the_step():
    f, w, X, y = small_problem()
    run = gradient_descent(f, w, X, y, 0.5, 12, batch_size=8, seed=7, sam_radius=0.1)
    gradient = jax.jit(jax.grad(f))
    for rows in minibatches(30, 8, 12, seed=7):
        g = gradient(w, X[rows], y[rows])
        w = w - 0.5 * gradient(w + 0.1 * g / np.linalg.norm(g), X[rows], y[rows])
    np.testing.assert_allclose(run.w, w, rtol=1e-10, atol=1e-14)


def test_each_group_of_sam_looks_uphill_by_itself():
    f, w, X, y = small_problem()
    run = gradient_descent(f, w, X, y, 0.5, 6, sam_radius=0.1, sam_size=10)
    gradient = jax.jit(jax.grad(f))
    for _ in range(6):
        steps = []
        for rows in np.arange(30).reshape(3, 10):
            g = gradient(w, X[rows], y[rows])
            steps.append(gradient(w + 0.1 * g / np.linalg.norm(g), X[rows], y[rows]))
        w = w - 0.5 * np.mean(steps, axis=0)
    np.testing.assert_allclose(run.w, w, rtol=1e-10, atol=1e-14)


def test_sam_without_a_radius_is_plain_descent():
    problem = small_problem()
    plain = gradient_descent(*problem, 0.5, 20, batch_size=8)
    np.testing.assert_array_equal(
        gradient_descent(*problem, 0.5, 20, batch_size=8, sam_radius=0).w, plain.w
    )
    nearly = gradient_descent(*problem, 0.5, 20, batch_size=8, sam_radius=1e-9)
    np.testing.assert_allclose(nearly.w, plain.w, rtol=0, atol=1e-7)


def test_sam_stands_still_where_the_gradient_is_zero():
    run = gradient_descent(least_squares, [2.0], np.ones((1, 1)), [2.0], 0.5, 5, sam_radius=0.1)
    np.testing.assert_array_equal(run.w, [2.0])


# Looks along the way


@pytest.mark.parametrize("options", [{}, {"batch_size": 8, "momentum": 0.5, "seed": 3}])
def test_the_recorder_sees_what_shorter_runs_end_at(options):
    problem = small_problem()
    run = gradient_descent(*problem, 0.5, 21, record=lambda w: w, every=7, **options)
    steps, values = run.recorded
    np.testing.assert_array_equal(steps, [0, 7, 14, 21])
    np.testing.assert_array_equal(values[0], problem[1])
    for k, w in zip(steps[1:], values[1:], strict=True):
        np.testing.assert_array_equal(w, gradient_descent(*problem, 0.5, int(k), **options).w)


def test_recording_changes_nothing():
    def spoil(w):
        value = w.sum()
        w[:] = 0
        return value

    problem = small_problem()
    plain = gradient_descent(*problem, 0.5, 20)
    recorded = gradient_descent(*problem, 0.5, 20, record=spoil, every=3)
    np.testing.assert_array_equal(recorded.w, plain.w)
    np.testing.assert_array_equal(recorded.losses, plain.losses)
    assert plain.recorded is None
    assert recorded.recorded.values.shape == recorded.recorded.steps.shape == (7,)


def test_the_recorder_is_not_called_beyond_the_last_finite_point():
    with pytest.raises(DivergenceError) as caught:  # f = w²/2, w ← −10⁵⁰ w
        descend(eta=1e50, steps=20, record=lambda w: w[0], every=3)
    np.testing.assert_array_equal(caught.value.partial.recorded.steps, [0, 3])
    np.testing.assert_allclose(caught.value.partial.recorded.values, [1, -1e150], rtol=1e-12)


# Early stop


def test_full_batch_descent_stops_at_the_first_point_below_the_target():
    problem = small_problem()
    plain = gradient_descent(*problem, 0.5, 60)
    target = plain.losses[40] + 1e-9
    run = gradient_descent(*problem, 0.5, 60, target_loss=target)
    assert plain.losses[:40].min() > target
    np.testing.assert_array_equal(run.losses, plain.losses[:40])
    assert run.final_loss == plain.losses[40]
    np.testing.assert_array_equal(run.w, gradient_descent(*problem, 0.5, 40).w)
    assert repr(run) == f"Run: 40 steps, loss {run.losses[0]:.4g} → {run.final_loss:.4g}"


def test_with_minibatches_the_loss_on_all_examples_decides():
    f, w, X, y = small_problem()
    options = {"eta": 0.5, "steps": 60, "batch_size": 4, "every": 5}
    plain = gradient_descent(f, w, X, y, **options, record=lambda w: float(jax.jit(f)(w, X, y)))
    steps, full_losses = plain.recorded
    target = np.median(full_losses)
    first = np.flatnonzero(full_losses <= target)[0]
    assert plain.losses[: steps[first]].min() < target  # a batch alone would have stopped it
    run = gradient_descent(f, w, X, y, **options, target_loss=target)
    np.testing.assert_array_equal(run.losses, plain.losses[: steps[first]])
    assert run.final_loss == full_losses[first]


@pytest.mark.parametrize("batch_size", [None, 8])
def test_a_target_out_of_reach_is_seen_in_the_final_loss(batch_size):
    f, w, X, y = small_problem()
    run = gradient_descent(f, w, X, y, 0.1, 7, batch_size, target_loss=1e-3)
    assert run.losses.size == 7
    assert run.final_loss == pytest.approx(float(f(run.w, X, y)), rel=1e-14)
    assert gradient_descent(f, w, X, y, 0.1, 7, batch_size).final_loss is None


@pytest.mark.parametrize("batch_size", [None, 8])
def test_no_step_is_made_from_a_point_that_is_good_enough(batch_size):
    f, w, X, y = small_problem()
    run = gradient_descent(f, w, X, y, 0.1, 7, batch_size, target_loss=100)
    np.testing.assert_array_equal(run.w, w)
    assert repr(run) == "Run: no step"
    assert run.final_loss == pytest.approx(float(f(w, X, y)), rel=1e-14)


@pytest.mark.parametrize("steps", [20, 17])
def test_the_last_step_may_reach_the_target(steps):
    problem = small_problem()
    target = gradient_descent(*problem, 0.5, steps + 1).losses[-1]
    run = gradient_descent(*problem, 0.5, steps, target_loss=target + 1e-12)
    assert run.losses.size == steps
    assert run.final_loss <= target + 1e-12


# How the steps are cut into compiled calls


@pytest.mark.parametrize("options", [{}, {"batch_size": 7, "momentum": 0.5, "sam_radius": 0.05}])
def test_the_cut_into_calls_changes_nothing(options, monkeypatch):
    steps, runs = training.CHUNK + 100, []
    for seconds in (0, 1e-3, np.inf):  # single steps, some, as many as fit
        monkeypatch.setattr(training, "CALL_SECONDS", seconds)
        runs.append(gradient_descent(*small_problem(), 0.1, steps, **options))
    for run in runs[1:]:
        np.testing.assert_array_equal(run.w, runs[0].w)
        np.testing.assert_array_equal(run.losses, runs[0].losses)
    assert len(runs[0].losses) == steps


def test_longer_runs_compile_nothing_anew():
    X, y = random_data()
    gradient_descent(least_squares, np.zeros(4), X, y, 0.1, 3, batch_size=5)
    compiled = training._descend._cache_size()
    options = {"batch_size": 5, "momentum": 0.5, "record": sum, "every": 6}
    gradient_descent(least_squares, np.ones(4), X, y, 0.2, 40, **options)
    assert training._descend._cache_size() == compiled


def test_an_interrupt_keeps_what_was_computed():
    problem, calls = small_problem(), []

    def stop_at_the_third_call(w):
        calls.append(w)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return w[0]

    with pytest.raises(Interrupted) as caught:
        gradient_descent(*problem, 0.5, 100, record=stop_at_the_third_call, every=10)
    partial, plain = caught.value.partial, gradient_descent(*problem, 0.5, 20)
    np.testing.assert_array_equal(partial.w, plain.w)
    np.testing.assert_array_equal(partial.losses, plain.losses)
    np.testing.assert_array_equal(partial.recorded.steps, [0, 10])


def test_stop_is_heard_during_the_steps():
    def press_stop_soon(w):
        threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
        return 0.0

    problem, endless = small_problem(), 10**7
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # test workers ignore it
    try:
        with pytest.raises(Interrupted) as caught:
            gradient_descent(*problem, 0.1, endless, record=press_stop_soon, every=endless)
    finally:
        signal.signal(signal.SIGINT, before)
    partial = caught.value.partial
    assert 0 < partial.losses.size < endless
    assert np.isfinite(partial.losses).all()


def test_the_bar_counts_the_steps(bars):
    gradient_descent(*small_problem(), 0.1, 30)
    (bar,) = bars
    assert (bar.n, bar.total, bar.closed) == (30, 30, True)


# Divergence and bad input


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


@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
def test_a_start_that_is_not_finite_is_refused(loss):
    network, (X, _) = mlp((4, 3)), random_data()
    with pytest.raises(ValueError, match=r"f must be finite at the start, but f\(w, X, y\) = nan"):
        gradient_descent(loss(network), network.init(0), X, np.full(30, 3), 0.1, 5)


test_bad_input_is_named = refusals(
    (lambda: minibatches(5, 2, 0), "steps must be at least 1"),
    (lambda: minibatches(5, 2, 1.5), "steps must be a whole number"),
    (lambda: minibatches(0, 1, 1), "n must be at least 1"),
    (lambda: minibatches(5, 6, 1), "batch_size must be at most the 5 examples"),
    (lambda: descend(w=[np.nan]), "w must be finite"),
    (lambda: descend(y=np.zeros(2)), "X and y must have equally many rows"),
    (lambda: descend(X=np.ones((0, 1)), y=()), "at least one, not 0, 0"),
    (lambda: descend(eta=0), "eta must be positive"),
    (lambda: descend(steps=0), "steps must be at least 1"),
    (lambda: descend(momentum=1.0), "momentum must be at least 0 and below 1"),
    (lambda: descend(sam_radius=-1), "sam_radius must not be negative, but is -1"),
    (lambda: descend(sam_radius=1, sam_size=2), "sam_size must divide the 1 examples of a step"),
    (lambda: descend(sam_size=1), "sam_size needs a sam_radius above 0"),
    (lambda: descend(every=0), "every must be at least 1"),
    (lambda: descend(target_loss=np.nan), "target_loss must be finite"),
    (lambda: descend(record=lambda w: None), "record must return numbers.* not array.None"),
    (lambda: descend(record=lambda w: "stiff"), "record must return numbers"),
    (lambda: descend(record=growing(), every=1), "always of the same shape"),
    (lambda: descend(batch_size=2), "batch_size must be at most the 1 examples"),
)


def growing():
    values = []

    def record(w):
        values.append(w[0])
        return values

    return record


def test_float32_is_refused():
    jax.config.update("jax_enable_x64", False)
    try:
        with pytest.raises(ValueError, match=r"float32: call course_lib.setup\(\) first"):
            descend()
    finally:
        jax.config.update("jax_enable_x64", True)


def descend(w=(1.0,), X=((1.0,),), y=(0.0,), eta=0.1, steps=2, **options):
    return gradient_descent(least_squares, w, X, y, eta, steps, **options)
