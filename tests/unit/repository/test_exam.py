"""The instructor's answers to the exam, recomputed: each figure that they give must stand there."""

import re
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy import stats

from course_lib import lessons
from course_lib.exact import derivatives, dynamics, eigenvalue_laws, random_matrices, spectra

PAGE = Path(__file__).parents[3] / "docs" / "instructor" / "exam_answers.md"
QUESTIONS = PAGE.with_name("exam.md").read_text("utf-8")
ANSWERS = dict(
    re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |^## |\Z)", PAGE.read_text("utf-8"), re.M | re.S)
)
QUADRATIC = np.array([[6.0, 2.0], [2.0, 6.0]])


@pytest.mark.parametrize("page", [QUESTIONS, PAGE.read_text("utf-8")], ids=["questions", "answers"])
def test_there_are_three_questions_for_each_lesson(page):
    under = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    assert list(under) == [lessons.load(name).heading for name in lessons.lesson_names()]
    numbers = [re.findall(r"^(\d+)\. ", text, re.M) for text in under.values()]
    assert [len(three) for three in numbers] == [3] * 12
    assert [int(n) for three in numbers for n in three] == list(range(1, 37))


@pytest.mark.parametrize("number", ANSWERS)
def test_an_answer_says_what_earns_its_three_points_and_what_to_expect(number):
    (credit,) = re.findall(r"^ +\*Credit:\* (.*)", ANSWERS[number], re.M)
    assert len(credit.split("; ")) == 3
    assert len(re.findall(r"^ +\*Likely wrong:\* \S", ANSWERS[number], re.M)) == 1


def test_1_pairs_that_do_not_help():
    baseline, method = np.array([8, 9, 11, 12]), np.array([11, 10, 8, 7])
    paired = stats.sem(method - baseline)
    independent = np.hypot(stats.sem(method), stats.sem(baseline))
    assert np.mean(method - baseline) == -1
    assert f"standard error is {paired:.2f}" in ANSWERS["1"]
    assert f"= {independent:.2f}" in ANSWERS["1"]
    assert np.corrcoef(baseline, method)[0, 1] < 0


def test_2_the_factor_of_five_results():
    factor = stats.t.ppf(0.975, df=4)
    low, high = 1.7 - 0.2 * factor, 1.7 + 0.2 * factor
    assert f"{factor:.1f} the interval" in ANSWERS["2"]
    assert f"from {low:.2f} to {high:.2f}" in ANSWERS["2"]
    assert 1 < low < 1.2 < 1.7 - 0.2 * 2
    assert low < 2 < high


def test_3_the_best_of_twenty_intervals():
    assert stats.binom.mean(20, 0.05) == 1
    assert f"= {stats.binom.sf(0, 20, 0.05):.0%}".replace("%", " %") in ANSWERS["3"]


def test_4_three_walks():
    H = np.array([[1.0, 4.0], [4.0, 7.0]])
    for v, curvature in (([1, 0], 1), ([0, 1], 7), ([1, 1], 8), ([1, 2], 9), ([2, -1], -1)):
        assert derivatives.curvature_along(H, v) == pytest.approx(curvature)
    assert spectra.eigh(H).eigenvalues == pytest.approx([9, -1])
    assert "H = [[1, 4], [4, 7]]" in ANSWERS["4"]


def test_5_shifts_of_power_iteration():
    lam = np.array([10.0, 9.0, -8.0])

    def factor(shift):
        sizes = np.abs(lam + shift)
        return sizes[1:].max() / sizes[0]

    assert factor(0) == 0.9
    assert f"17/18 = {factor(8):.3f}" in ANSWERS["5"]
    assert f"8.5/9.5 = {factor(-0.5):.3f}" in ANSWERS["5"]
    assert min(map(factor, np.linspace(-5, 20, 2501))) == pytest.approx(factor(-0.5))
    assert f"{np.log(0.9) / np.log(factor(8)):.1f} times as many" in ANSWERS["5"]


def test_6_what_units_can_do():
    H = np.array([[2.0, 3.0], [3.0, 2.0]])
    assert spectra.eigh(H).eigenvalues == pytest.approx([5, -1])
    assert np.array_equal(derivatives.rescale(H, [2, 1]), [[8, 6], [6, 2]])
    R = spectra.eigh(H).eigenvectors
    units = [1 / np.sqrt(5), 1]
    np.testing.assert_allclose(
        derivatives.rescale(R.T @ H @ R, units), np.diag([1, -1]), atol=1e-12
    )


def test_7_and_8_the_quadratic():
    w = sp.symbols("w1 w2")
    f = 3 * w[0] ** 2 + 3 * w[1] ** 2 + 2 * w[0] * w[1]
    assert np.array_equal(np.array(sp.hessian(f, w), float), QUADRATIC)
    lam = spectra.eigh(QUADRATIC).eigenvalues
    assert f"λ = {lam[0]:g}, {lam[1]:g}" in ANSWERS["7"]
    assert f"κ = {spectra.condition_number(lam):g}" in ANSWERS["7"]
    assert f"2/{lam[0]:g} = {spectra.largest_stable_step(lam):g}" in ANSWERS["7"]
    assert spectra.best_step(lam) == pytest.approx(1 / 6)
    assert spectra.best_rate(lam) == pytest.approx(1 / 3)
    factors = np.abs(spectra.contraction_factors(lam, 0.2))
    assert all(f"= {factor:.1f}" in ANSWERS["8"] for factor in factors)


def test_9_an_eigenvalue_from_a_training_curve():
    slow = np.array([19.0, 1.0])
    assert spectra.contraction_factors(slow, 0.1) ** 2 == pytest.approx(0.81)
    stiff, flat = spectra.contraction_factors(slow, 0.09) ** 2
    assert f"0.91² = {flat:.3f}" in ANSWERS["9"]
    assert f"(1 − 1.71)² = {stiff:.3f}" in ANSWERS["9"]
    limit = spectra.largest_stable_step(slow)
    assert f"2/19 = {limit:.3f}" in ANSWERS["9"]
    assert round(100 * (limit / 0.1 - 1)) == 5


def test_10_and_16_by_symbols():
    x, y, a, b, c = sp.symbols("x y a b c", real=True)
    f = x**3 / 3 - x + y**2 / 2
    points = sp.solve([f.diff(x), f.diff(y)], [x, y], dict=True)
    found = {p[x]: sorted(sp.hessian(f, (x, y)).subs(p).eigenvals()) for p in points}
    assert found == {1: [1, 2], -1: [-2, 1]}
    valley = sp.hessian((a * b * c - 1) ** 2 / 2, (a, b, c)).subs(c, 1 / (a * b))
    g = sp.Matrix([1 / a, 1 / b, a * b])
    assert sp.simplify(valley - g * g.T) == sp.zeros(3, 3)


def _turns(gradient):
    """Return the counter-clockwise turns of a gradient on the circle of radius 5."""
    theta = np.linspace(0, 2 * np.pi, 4001)
    gx, gy = gradient(5 * np.cos(theta), 5 * np.sin(theta))
    return round((np.unwrap(np.arctan2(gy, gx))[-1] - np.arctan2(gy, gx)[0]) / (2 * np.pi))


def test_10_and_12_the_turns():
    assert _turns(lambda x, y: (x**2 - 1, y)) == 0
    assert _turns(lambda x, y: (x, y)) == _turns(lambda x, y: (-x, -y)) == 1
    assert "0 turns" in ANSWERS["10"]
    assert "3 saddles" in ANSWERS["12"]


@pytest.mark.parametrize(("c", "lowest"), [("3/2", 1), ("1", 0), ("1/2", -1)])
def test_11_a_minimum_along_every_line(c, lowest):
    x, y = sp.symbols("x y", real=True)
    c = sp.Rational(c)
    f = y**2 + 2 * x**2 * y + c * x**4
    assert sp.hessian(f, (x, y)).subs({x: 0, y: 0}) == sp.diag(0, 2)
    assert sp.expand(f - (y + x**2) ** 2 - (c - 1) * x**4) == 0
    assert sp.sign(f.subs(y, -(x**2)).subs(x, sp.Rational(1, 10))) == lowest
    t = np.geomspace(1e-9, 1e-6, 5)
    lines = np.outer(np.tan(np.linspace(-1.5, 1.5, 101)), t)
    assert (lines**2 + 2 * t**2 * lines + float(c) * t**4 > 0).all()


def test_13_a_loss_that_falls_once():
    w, curvatures, losses = np.array([1.0, 10.0]), np.array([10.0, 1.0]), []
    for _ in range(3):
        losses.append(w @ (curvatures * w) / 2)
        w = w - 0.25 * curvatures * w
    assert losses[0] > losses[1] < losses[2]
    assert all(f"{loss:.3g}" in ANSWERS["13"] for loss in losses)


def test_14_the_range_of_complex_roots():
    low, high, limit = 0.1**2, 1.9**2 / 30, (2 + 2 * 0.81) / 30
    for eta in (1.001 * low, 0.05, 0.999 * high):
        assert dynamics.momentum_factors([30.0, 1.0], eta, 0.81) == pytest.approx(0.9)
    assert dynamics.momentum_factors([30.0], 1.001 * high, 0.81).max() > 0.9
    assert limit == pytest.approx(dynamics.stability_limit(0.81) / 30)
    assert f"η < 3.61/30 = {high:.3f}" in ANSWERS["14"]
    assert f"3.62/30 = {limit:.4f}" in ANSWERS["14"]
    assert f"= {dynamics.best_tuning([30.0, 1.0]).rate:.3f}" in ANSWERS["14"]


def test_15_what_a_penalty_costs():
    lam = np.array([100, 1, 0.01])
    mu = 99.5 / 49
    assert spectra.condition_number(lam + mu) == pytest.approx(50)
    assert f"μ = {mu:.2f}" in ANSWERS["15"]
    best = np.linalg.solve(np.diag(lam) + mu * np.eye(3), lam * 1.0)  # the best weights are 1
    assert "{:.3f}, {:.3f} and {:.3f}".format(*best) in ANSWERS["15"]


def test_17_where_descent_can_settle():
    ends = np.sqrt([(3 - np.sqrt(5)) / 2, (3 + np.sqrt(5)) / 2])
    assert ends**2 + ends**-2 + 1 == pytest.approx(2 / 0.5)
    assert all(f"{end:.3f}" in ANSWERS["17"] for end in ends)


def test_18_three_changes_at_the_edge():
    factors = [1 - eta * 8 for eta in (0.1, 0.4)]
    (momentum,) = dynamics.momentum_factors([8.0], 0.25, 0.6)
    assert factors == pytest.approx([0.2, -2.2])
    assert f"√0.6 = {momentum:.3f}" in ANSWERS["18"]
    limits = [2 / 0.1, 2 / 0.4, dynamics.stability_limit(0.6) / 0.25]
    assert all(f"the new limit {limit:g}" in ANSWERS["18"] for limit in limits[:2])
    assert f"= {limits[2]:g}" in ANSWERS["18"]


def test_19_flat_crossings_collect_more_places():
    curvature = np.array([-6, 3, -2, 1])
    shares = 1 / np.abs(curvature)
    shares /= shares.sum()
    assert shares == pytest.approx([1 / 12, 1 / 6, 1 / 4, 1 / 2])
    assert shares[curvature > 0].sum() == pytest.approx(2 / 3)
    assert shares * np.abs(curvature) / (shares * np.abs(curvature)).sum() == pytest.approx(0.25)
    assert f"{np.prod([2, 3]) / np.prod([2, 0.1]):g} times as many" in ANSWERS["19"]


def test_20_the_same_random_part_at_another_height():
    R = np.array([4, -1, -2, -5]) + 1.5 * 2
    low = R - 1.5 * -2
    assert "{:g}, {:g}, {:g} and {:g}, index 0".format(*low) in ANSWERS["20"]
    assert R.min() / 1.5 == pytest.approx(-4 / 3)
    assert "below −4/3" in ANSWERS["20"]


def test_21_a_sum_of_twenty_cosines():
    assert f"2²⁰ = {2**20:,}" in ANSWERS["21"]
    assert round(2**20 / 1e6) == 1
    starts = np.random.default_rng(0).uniform(0, 2 * np.pi, (200, 20))
    ends = dynamics.walk(lambda x: -np.sin(x), starts.ravel(), 0.9, 300)[-1]
    assert ends == pytest.approx(np.pi)


def test_22_noise_of_2500_samples():
    law, more = eigenvalue_laws.marchenko_pastur(0.04), eigenvalue_laws.marchenko_pastur(0.01)
    assert law.edges == pytest.approx((0.64, 1.44))
    assert more.edges == pytest.approx((0.81, 1.21))
    lam = np.linalg.eigvalsh(random_matrices.wishart(100, 2500, seed=0))
    assert (lam[0], lam[-1]) == pytest.approx(law.edges, abs=0.03)
    assert f"100/0.01 = {100 / 0.01:,.0f}" in ANSWERS["22"]


def test_23_labels_do_not_enter_the_hessian_at_zero():
    rng, M = np.random.default_rng(0), np.diag([18.0, 4, 3, 1])
    S = np.eye(4) / 4 - 1 / 16
    lam = np.linalg.eigvalsh(np.kron(S, M))[::-1].round(12)
    assert lam.tolist() == 3 * [4.5] + 3 * [1.0] + 3 * [0.75] + 3 * [0.25] + 4 * [0.0]
    ratios = lam[:11] / lam[1:12]
    assert (ratios.argmax() + 1, ratios.max()) == (3, 4.5)
    x, labels = rng.normal(size=(40, 4)), rng.integers(4, size=40)
    gradients = [(0.25 - np.eye(4)[y]).T @ x for y in (labels, rng.permutation(labels))]
    assert not np.allclose(*gradients)
    assert "ratio is 4.5, after 3" in ANSWERS["23"]


def test_24_a_signal_read_off_its_outlier():
    outlier, overlap = random_matrices.spiked_wigner_prediction(2.0)
    assert (outlier, overlap) == pytest.approx((2.5, 0.75))
    assert random_matrices.spiked_wigner_prediction(0.5)[0] == pytest.approx(2)
    assert np.degrees(np.arccos(np.sqrt(overlap))) == pytest.approx(30)
    assert "angle is 30°" in ANSWERS["24"]


def test_25_the_flattest_of_the_rescaled_copies():
    def traces(alpha, beta):
        return np.array([4 / alpha**2, 2 / beta**2, (alpha * beta) ** 2])

    factors = np.geomspace(0.1, 10, 201)
    lowest = min(traces(alpha, beta).sum() for alpha in factors for beta in factors)
    assert traces(np.sqrt(2), 1) == pytest.approx(2)
    assert 6 <= lowest < 6.01
    assert all(np.prod(traces(a, b)) == pytest.approx(8) for a, b in ((1, 1), (10, 0.3)))
    assert "the trace is 6, at α = √2 and β = 1" in ANSWERS["25"]


def test_26_two_minima_and_three_shifts():
    directions = np.random.default_rng(0).normal(size=(200_000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    for lam, mean, worst in (([8, 1, 1], "0.15", "0.36"), ([4, 4, 4], "0.18", "0.18")):
        costs = 0.3**2 * directions**2 @ np.array(lam) / 2
        assert costs.mean() == pytest.approx(float(mean), rel=0.01)
        assert costs.max() == pytest.approx(float(worst), rel=0.01)
        assert np.sum(np.array(lam) * (0.1 / np.sqrt(lam)) ** 2) / 2 == pytest.approx(0.015)
        assert f"= {mean}" in ANSWERS["26"]
        assert f"= {worst}" in ANSWERS["26"]
    assert "both cost 0.015" in ANSWERS["26"]


def test_27_flatter_at_equal_loss():
    stderr = 0.06 / np.sqrt(20)
    low, high = -0.02 - 2.09 * stderr, -0.02 + 2.09 * stderr
    assert f"{stats.t.ppf(0.975, 19):.2f}" == "2.09"
    assert f"B is {1 - 0.20 / 0.22:.0%} flatter".replace("%", " %") in ANSWERS["27"]
    assert f"√20 = {stderr:.4f}" in ANSWERS["27"]
    assert f"interval −{-low:.3f} to +{high:.3f}" in ANSWERS["27"]


def test_28_probes():
    assert f"m = {(60 / (0.01 * 400)) ** 2:.0f}" in ANSWERS["28"]
    assert f"= {np.sqrt(10) * 60 / 400:.0%} of".replace("%", " %") in ANSWERS["28"]


def test_29_the_code_runs_and_errs_on_the_dangerous_side():
    (code,) = re.findall(r"```python\n(.*?)```", ANSWERS["29"], re.S)
    names = {"np": np}
    exec(re.sub(r"^ {4}", "", code, flags=re.M), names)
    H = np.diag([4.0, 3.0, 1.0, 0.0])
    steps = [names["largest_stable_step"](H.__matmul__, 4, k, seed=1) for k in (1, 3, 100)]
    assert steps[0] > steps[1] > 0.5
    assert steps[2] == pytest.approx(0.5)


def test_30_two_steps_of_lanczos():
    T = np.array([[3.0, 2.0], [2.0, 0.0]])
    spectrum = spectra.eigh(T)
    assert spectrum.eigenvalues == pytest.approx([4, -1])
    assert spectrum.eigenvectors[0] ** 2 == pytest.approx([0.8, 0.2])
    assert "0.8 and 0.2" in ANSWERS["30"]
    assert "λ₁ ≥ 4" in ANSWERS["30"]


def test_31_the_best_diagonal():
    H = np.array([[4.0, 3.0], [3.0, 9.0]])

    def kappa(p, q):
        root = np.sqrt([p, q])
        low, high = np.linalg.eigvalsh(H / np.outer(root, root))
        return high / low

    assert f"κ = {kappa(1, 1):.2f}" in ANSWERS["31"]
    assert f"κ = {kappa(4, 9):.0f}" in ANSWERS["31"]
    assert min(kappa(1, q) for q in np.geomspace(0.1, 100, 301)) >= 3 - 1e-9


@pytest.mark.parametrize(("epsilon", "cycles"), [(0.0, True), (0.002, True), (0.02, False)])
def test_32_a_cycle_of_adam(epsilon, cycles):
    """λ = 3 and η = 0.01: the border is ε = 0.015."""
    curvature, eta, beta2, w, square = 3.0, 0.01, 0.99, 1.0, 0.0
    for k in range(1, 9001):
        g = curvature * w
        square = beta2 * square + (1 - beta2) * g * g
        w -= eta * g / (np.sqrt(square / (1 - beta2**k)) + epsilon + 1e-300)
    expected = eta / 2 - epsilon / curvature if cycles else 0.0
    assert abs(w) == pytest.approx(expected, rel=0.02, abs=1e-9)
    assert "A = η/2 − ε/λ" in ANSWERS["32"]


def test_33_one_weight_less():
    H = np.array([[2.0, 0, 1], [0, 1, 0], [1, 0, 1]])
    diagonal = np.diag(np.linalg.inv(H))
    np.testing.assert_allclose(diagonal, [1, 1, 2])
    new = np.array([1.5, 1, 0])
    d = new - 1
    assert d @ H @ d / 2 == pytest.approx(0.25)
    assert H[:2] @ d == pytest.approx(0)
    assert "by 0.25" in ANSWERS["33"]


def test_34_parts_of_the_examples():
    c, n, m = 3.0, 6, 2
    orthogonal = [c * np.outer(e, e) for e in np.eye(n)]
    same = [c * np.outer(e, e) for e in n * [np.eye(n)[0]]]
    for hessians, part, whole in ((orthogonal, c / m, c / n), (same, c, c)):
        on_part, on_all = np.mean(hessians[:m], axis=0), np.mean(hessians, axis=0)
        assert np.linalg.eigvalsh(on_part)[-1] == pytest.approx(part)
        assert np.linalg.eigvalsh(on_all)[-1] == pytest.approx(whole)
        assert np.trace(on_part) == pytest.approx(np.trace(on_all)) == pytest.approx(c)
    assert "by a factor n/m" in ANSWERS["34"]


def test_35_the_block_of_a_last_layer():
    p, h = np.array([0.5, 0.25, 0.25]), np.array([2.0, 2.0])
    block = np.kron(np.diag(p) - np.outer(p, p), np.outer(h, h))
    found = np.linalg.eigvalsh(block)
    np.testing.assert_allclose(found[-2:], [2, 3])
    np.testing.assert_allclose(found[:-2], 0, atol=1e-12)
    assert "3 and 2" in ANSWERS["35"]
    assert "2/3" in ANSWERS["35"]


def test_36_means_over_tokens_and_over_batches():
    A, B = np.diag([4.0, 0]), np.diag([0, 8.0])
    tokens, batches = (30 * A + 10 * B) / 40, (A + B) / 2
    np.testing.assert_allclose(tokens, np.diag([3, 2]))
    np.testing.assert_allclose(batches, np.diag([2, 4]))
    steps = [2 / (H.max() + 0.5) for H in (tokens, batches)]
    assert [f"{step:.3f}" for step in steps] == ["0.571", "0.444"]
    assert "0.571 and 0.444" in ANSWERS["36"]
