"""What a loss reads from outside may change: then it is compiled anew, and only then."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course_lib.curvature import operators
from course_lib.curvature.flatness import loss_slice, worst_increase
from course_lib.curvature.operators import gauss_newton_operator, hessian_operator
from course_lib.curvature.report import spectral_report
from course_lib.curvature.training import gradient_descent

W = np.array([1.0, 2.0, 3.0])
number = 1.0
data = np.random.default_rng(0).standard_normal((20, 3))


class Model:
    beta = 1.0

    def loss(self, w):
        return 0.5 * self.beta * jnp.sum(w**2)

    def outputs(self, w, X):
        return self.beta * (X @ w)


class Settings:
    beta = 1.0


def of_an_attribute():
    model = Model()

    def change(factor):
        model.beta *= factor

    return model.loss, (), change


def of_a_global_number():
    def f(w):
        return 0.5 * number * jnp.sum(w**2)

    def change(factor):
        globals()["number"] *= factor

    return f, (), change


def of_global_data():
    def f(w):
        return 0.5 * jnp.mean((data @ w) ** 2)

    def change(factor):
        globals()["data"] = data * np.sqrt(factor)

    return f, (), change


def of_data_changed_in_place():
    X = data.copy()

    def f(w):
        return 0.5 * jnp.mean((X @ w) ** 2)

    def change(factor):
        X[:] *= np.sqrt(factor)

    return f, (), change


def of_a_default():
    def f(w, beta=1.0):
        return 0.5 * beta * jnp.sum(w**2)

    def change(factor):
        f.__defaults__ = (f.__defaults__[0] * factor,)

    return f, (), change


def of_settings_among_the_data():
    settings = Settings()

    def f(w, settings):
        return 0.5 * settings.beta * jnp.sum(w**2)

    def change(factor):
        settings.beta *= factor

    return f, (settings,), change


def of_a_number_within_a_loop():
    model = Model()

    def f(w):
        def step(total, x):
            return total + 0.5 * model.beta * x**2, None

        return jax.lax.scan(step, 0.0, w)[0]

    def change(factor):
        model.beta *= factor

    return f, (), change


READS = [
    of_an_attribute,
    of_a_global_number,
    of_global_data,
    of_data_changed_in_place,
    of_a_default,
    of_settings_among_the_data,
    of_a_number_within_a_loop,
]


@pytest.mark.parametrize("make", READS)
@pytest.mark.parametrize("w", [W, np.zeros(3)], ids=["", "at the minimum"])  # loss and gradient 0
def test_a_hessian_is_that_of_the_loss_as_it_is_now(make, w):
    f, data, change = make()
    before = hessian_operator(f, w, *data)
    exact, largest = before.to_dense(), spectral_report(f, w, *data).largest.estimate
    change(5.0)
    after = hessian_operator(f, w, *data)
    np.testing.assert_allclose(after.to_dense(), 5 * exact, rtol=1e-12)
    assert after.loss == pytest.approx(5 * before.loss, rel=1e-12)
    assert spectral_report(f, w, *data).largest.estimate == pytest.approx(5 * largest, rel=1e-10)
    np.testing.assert_allclose(before.to_dense(), exact, rtol=1e-14)  # it is of the loss as it was
    change(0.2)
    np.testing.assert_allclose(hessian_operator(f, w, *data).to_dense(), exact, rtol=1e-12)


def test_the_same_loss_is_compiled_once():
    traced = []

    def f(w, X):
        traced.append(len(X))
        return jnp.mean(jax.nn.relu(X @ w) ** 2)

    for X in (data, 2 * data):
        hessian_operator(f, W, X)
    first = operators._linearize._cache_size()
    for _ in range(3):
        hessian_operator(f, W, data)
        hessian_operator(lambda w, X: jnp.mean(jax.nn.relu(X @ w) ** 2), W, data)
    assert operators._linearize._cache_size() == first


def test_the_other_tools_notice_too():
    model = Model()
    assert loss_slice(model.loss, [0.0], [1.0], t=[2.0]) == pytest.approx(2.0)
    rise = worst_increase(model.loss, [1.0], radius=0.1).increase
    G = gauss_newton_operator(
        model.outputs, lambda z, y: 0.5 * jnp.mean((z - y) ** 2), W, data, data[:, 0]
    )
    exact = G.to_dense()
    shape = np.zeros((4, 1)), np.zeros(4)
    fall = gradient_descent(lambda w, X, y: model.loss(w), [1.0], *shape, eta=0.1, steps=1).losses
    model.beta = 3.0
    assert loss_slice(model.loss, [0.0], [1.0], t=[2.0]) == pytest.approx(6.0)
    assert worst_increase(model.loss, [1.0], radius=0.1).increase == pytest.approx(3 * rise)
    G = gauss_newton_operator(
        model.outputs, lambda z, y: 0.5 * jnp.mean((z - y) ** 2), W, data, data[:, 0]
    )
    np.testing.assert_allclose(G.to_dense(), 9 * exact, rtol=1e-12)
    again = gradient_descent(lambda w, X, y: model.loss(w), [1.0], *shape, eta=0.1, steps=1).losses
    np.testing.assert_allclose(again, 3 * fall)


def test_arguments_are_told_apart_by_their_signs_of_zero():
    def f(w, x):
        return jnp.arctan2(0.0, x) * w[0] ** 2

    found = [hessian_operator(f, [1.0], x).to_dense()[0, 0] for x in (0.0, -0.0)]
    np.testing.assert_allclose(found, [0.0, 2 * np.pi])
