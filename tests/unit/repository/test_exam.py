"""The instructor's answers to the exam, recomputed: each figure that they give must stand there."""

import re
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from course_lib.exact import spectra

PAGE = Path(__file__).parents[3] / "docs" / "instructor" / "exam_answers.md"
ANSWERS = dict(re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |\Z)", PAGE.read_text("utf-8"), re.M | re.S))
QUADRATIC = np.array([[6.0, 2.0], [2.0, 6.0]])


def test_there_is_an_answer_to_each_question():
    questions = PAGE.with_name("exam.md").read_text("utf-8")
    assert list(ANSWERS) == re.findall(r"^(\d+)\. ", questions, re.M)
    assert len(ANSWERS) == 18


def test_1_to_3_the_quadratic():
    w = sp.symbols("w1 w2")
    f = 3 * w[0] ** 2 + 3 * w[1] ** 2 + 2 * w[0] * w[1]
    assert np.array_equal(np.array(sp.hessian(f, w), float), QUADRATIC)
    lam = spectra.eigh(QUADRATIC).eigenvalues
    assert f"λ = {lam[0]:g}, {lam[1]:g}" in ANSWERS["1"]
    assert f"κ = {spectra.condition_number(lam):g}" in ANSWERS["1"]
    assert f"2/{lam[0]:g} = {spectra.largest_stable_step(lam):g}" in ANSWERS["2"]
    assert spectra.best_step(lam) == pytest.approx(1 / 6)
    assert spectra.best_rate(lam) == pytest.approx(1 / 3)
    factors = np.abs(spectra.contraction_factors(lam, 0.2))
    assert all(f"= {factor:.1f}" in ANSWERS["3"] for factor in factors)


def test_4_a_loss_that_falls_once():
    w, curvatures, losses = np.array([1.0, 10.0]), np.array([10.0, 1.0]), []
    for _ in range(3):
        losses.append(w @ (curvatures * w) / 2)
        w = w - 0.25 * curvatures * w
    assert losses[0] > losses[1] < losses[2]
    assert all(f"{loss:.3g}" in ANSWERS["4"] for loss in losses)


def test_5_and_7_by_symbols():
    x, y, a, b, c = sp.symbols("x y a b c", real=True)
    f = x**3 / 3 - x + y**2 / 2
    points = sp.solve([f.diff(x), f.diff(y)], [x, y], dict=True)
    found = {p[x]: sorted(sp.hessian(f, (x, y)).subs(p).eigenvals()) for p in points}
    assert found == {1: [1, 2], -1: [-2, 1]}
    valley = sp.hessian((a * b * c - 1) ** 2 / 2, (a, b, c)).subs(c, 1 / (a * b))
    g = sp.Matrix([1 / a, 1 / b, a * b])
    assert sp.simplify(valley - g * g.T) == sp.zeros(3, 3)


def test_8_and_10_the_figures():
    ends = np.sqrt([(3 - np.sqrt(5)) / 2, (3 + np.sqrt(5)) / 2])
    assert ends**2 + ends**-2 + 1 == pytest.approx(2 / 0.5)
    assert all(f"{end:.3f}" in ANSWERS["8"] for end in ends)
    assert f"m = {(60 / (0.01 * 400)) ** 2:.0f}" in ANSWERS["10"]


def test_12_the_code_runs_and_errs_on_the_dangerous_side():
    (code,) = re.findall(r"```python\n(.*?)```", ANSWERS["12"], re.S)
    names = {"np": np}
    exec(re.sub(r"^ {4}", "", code, flags=re.M), names)
    H = np.diag([4.0, 3.0, 1.0, 0.0])
    steps = [names["largest_stable_step"](H.__matmul__, 4, k, seed=1) for k in (1, 3, 100)]
    assert steps[0] > steps[1] > 0.5
    assert steps[2] == pytest.approx(0.5)


def test_13_the_best_diagonal():
    H = np.array([[4.0, 3.0], [3.0, 9.0]])

    def kappa(p, q):
        root = np.sqrt([p, q])
        low, high = np.linalg.eigvalsh(H / np.outer(root, root))
        return high / low

    assert f"κ = {kappa(1, 1):.2f}" in ANSWERS["13"]
    assert f"κ = {kappa(4, 9):.0f}" in ANSWERS["13"]
    assert min(kappa(1, q) for q in np.geomspace(0.1, 100, 301)) >= 3 - 1e-9


@pytest.mark.parametrize(("epsilon", "cycles"), [(0.0, True), (0.002, True), (0.02, False)])
def test_14_a_cycle_of_adam(epsilon, cycles):
    """λ = 3 and η = 0.01: the border is ε = 0.015."""
    curvature, eta, beta2, w, square = 3.0, 0.01, 0.99, 1.0, 0.0
    for k in range(1, 9001):
        g = curvature * w
        square = beta2 * square + (1 - beta2) * g * g
        w -= eta * g / (np.sqrt(square / (1 - beta2**k)) + epsilon + 1e-300)
    expected = eta / 2 - epsilon / curvature if cycles else 0.0
    assert abs(w) == pytest.approx(expected, rel=0.02, abs=1e-9)
    assert "A = η/2 − ε/λ" in ANSWERS["14"]


def test_15_one_weight_less():
    H = np.array([[2.0, 0, 1], [0, 1, 0], [1, 0, 1]])
    diagonal = np.diag(np.linalg.inv(H))
    np.testing.assert_allclose(diagonal, [1, 1, 2])
    new = np.array([1.5, 1, 0])
    d = new - 1
    assert d @ H @ d / 2 == pytest.approx(0.25)
    assert H[:2] @ d == pytest.approx(0)
    assert "by 0.25" in ANSWERS["15"]


def test_16_parts_of_the_examples():
    c, n, m = 3.0, 6, 2
    orthogonal = [c * np.outer(e, e) for e in np.eye(n)]
    same = [c * np.outer(e, e) for e in n * [np.eye(n)[0]]]
    for hessians, part, whole in ((orthogonal, c / m, c / n), (same, c, c)):
        on_part, on_all = np.mean(hessians[:m], axis=0), np.mean(hessians, axis=0)
        assert np.linalg.eigvalsh(on_part)[-1] == pytest.approx(part)
        assert np.linalg.eigvalsh(on_all)[-1] == pytest.approx(whole)
        assert np.trace(on_part) == pytest.approx(np.trace(on_all)) == pytest.approx(c)
    assert "by a factor n/m" in ANSWERS["16"]


def test_17_the_block_of_a_last_layer():
    p, h = np.array([0.5, 0.25, 0.25]), np.array([2.0, 2.0])
    block = np.kron(np.diag(p) - np.outer(p, p), np.outer(h, h))
    found = np.linalg.eigvalsh(block)
    np.testing.assert_allclose(found[-2:], [2, 3])
    np.testing.assert_allclose(found[:-2], 0, atol=1e-12)
    assert "3 and 2" in ANSWERS["17"]
    assert "2/3" in ANSWERS["17"]


def test_18_means_over_tokens_and_over_batches():
    A, B = np.diag([4.0, 0]), np.diag([0, 8.0])
    tokens, batches = (30 * A + 10 * B) / 40, (A + B) / 2
    np.testing.assert_allclose(tokens, np.diag([3, 2]))
    np.testing.assert_allclose(batches, np.diag([2, 4]))
    steps = [2 / (H.max() + 0.5) for H in (tokens, batches)]
    assert [f"{step:.3f}" for step in steps] == ["0.571", "0.444"]
    assert "0.571 and 0.444" in ANSWERS["18"]
