"""The exercises of lesson 09 take every right answer, however it is written."""

import random

import jax
import numpy as np
import pytest

from course_lib.lessons.lesson_09.exercises import EXERCISES


def estimate(draw, ddof=1):
    """Return Hutchinson's estimator with the probes of draw(seed, m, n), an array (m, n)."""

    def hutchinson(matvec, n, m, seed):
        q = np.array([v @ matvec(v) for v in draw(seed, m, n)])
        return q.mean(), q.std(ddof=ddof) / np.sqrt(m)

    return hutchinson


def global_state(seed, m, n):
    np.random.seed(seed)  # noqa: NPY002
    return np.random.choice([-1, 1], (m, n))  # noqa: NPY002


def pure_python(seed, m, n):
    rng = random.Random(seed)
    return np.array([[rng.choice([-1, 1]) for _ in range(n)] for _ in range(m)])


SIGNS = {
    "choice": lambda seed, m, n: np.random.default_rng(seed).choice([-1.0, 1.0], (m, n)),
    "a probe at a time": lambda seed, m, n: [
        rng.choice([-1, 1], n) for rng in [np.random.default_rng(seed)] for _ in range(m)
    ],
    "integers": lambda seed, m, n: 2 * np.random.default_rng(seed).integers(0, 2, (m, n)) - 1,
    "where": lambda seed, m, n: np.where(np.random.default_rng(seed).random((m, n)) < 0.5, -1, 1),
    "sign of normal": lambda seed, m, n: np.sign(np.random.default_rng(seed).normal(size=(m, n))),
    "RandomState": lambda seed, m, n: np.random.RandomState(seed).choice([-1, 1], (m, n)),
    "np.random.seed": global_state,
    "random": pure_python,
    "jax": lambda seed, m, n: np.array(jax.random.rademacher(jax.random.PRNGKey(seed), (m, n))),
    "other seeds": lambda seed, m, n: np.random.default_rng(seed + 7).choice([-1.0, 1.0], (m, n)),
}


@pytest.mark.parametrize("draw", SIGNS.values(), ids=SIGNS)
def test_the_estimator_may_draw_its_signs_in_any_way(draw):
    assert EXERCISES["9.3"].check(estimate(draw)).right


@pytest.mark.parametrize("start", range(1000, 50_000, 4000))
def test_no_luck_is_needed(start):
    """Other sets of 400 seeds are other experiments: a right answer is right in all of them."""
    draw = SIGNS["choice"]
    assert EXERCISES["9.3"].check(estimate(lambda s, m, n: draw(start + s, m, n))).right


def test_all_probes_may_be_multiplied_at_once():
    def hutchinson(matvec, n, m, seed):
        V = np.random.default_rng(seed).choice([-1.0, 1.0], size=(n, m))
        q = np.sum(V * matvec(V), axis=0)
        return [q.mean(), q.std() / m**0.5]  # the divisor m in place of m − 1 is as good

    assert EXERCISES["9.3"].check(hutchinson).right


def test_a_number_written_for_n_is_told_with_the_call():
    def hutchinson(matvec, n, m, seed):
        return estimate(SIGNS["choice"])(matvec, 30, m, seed)

    feedback = EXERCISES["9.3"].check(hutchinson)
    assert feedback.verdict == "not yet"
    assert "n=20" in feedback.message


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_wrong_error_bar_is_refused(factor):
    right = estimate(SIGNS["choice"])

    def hutchinson(*args):
        value, stderr = right(*args)
        return value, factor * stderr

    assert not EXERCISES["9.3"].check(hutchinson).right


@pytest.mark.parametrize("answer", [1590, 1599, 1601, 1615])
def test_an_exact_number_of_probes_is_asked_for(answer):
    assert not EXERCISES["9.2"].check(answer).right


def test_a_product_may_be_written_in_two_lines_and_with_jax():
    def hvp(gradient, w, v, h=1e-5):
        w, v = jax.numpy.asarray(w), jax.numpy.asarray(v)
        ahead, behind = gradient(w + h * v), gradient(w - h * v)
        return (ahead - behind) / h / 2

    assert EXERCISES["9.1"].check(hvp).right


def test_gradients_are_counted():
    def wasteful(gradient, w, v, h=1e-5):
        gradient(w)
        return (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)

    assert "gradients" in EXERCISES["9.1"].check(wasteful).message


def test_two_arrays_in_place_of_a_matrix_are_told_what_is_expected():
    def two_arrays(matvec, v, m):
        return np.ones(m), np.ones(m - 1)

    def two_lists_of_the_same_length(matvec, v, m):
        return [1.0] * m, [1.0] * m

    for function in (two_arrays, two_lists_of_the_same_length):
        assert "m × m matrix T" in EXERCISES["9.6"].check(function).message


def test_ritz_values_are_known_in_either_order():
    ascending = next(
        m for m in EXERCISES["9.6"].misconceptions if m.name == "returns the Ritz values"
    )
    feedback = EXERCISES["9.6"].check(lambda *args: ascending.answer(*args)[::-1])
    assert feedback.message == ascending.feedback
