"""Lesson 09: demos show what was computed, the record repeats, exercises take every right answer."""

import dataclasses
import random

import jax
import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib import lessons
from course_lib.curvature import lanczos, operators, trace
from course_lib.curvature.trace import METHODS
from course_lib.lessons.lesson_09 import (
    demo_density,
    demo_hutchinson,
    demo_race,
    experiments,
    experiments_torch,
    figures,
)
from course_lib.lessons.lesson_09 import experiments_looking as looking
from course_lib.lessons.lesson_09.experiments import (
    BUDGETS,
    SPECTRA,
    exact_eigenvalues,
    exact_hessian,
    matrix_with,
    recorded_race,
    trials,
)
from course_lib.teaching import records

LESSON = lessons.load("lesson_09")
EXERCISES = LESSON.exercises


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

    assert "gradient more often" in EXERCISES["9.1"].check(wasteful).message


def test_two_arrays_in_place_of_a_matrix_are_told_what_is_expected():
    def two_arrays(matvec, v, m):
        return np.ones(m), np.ones(m - 1)

    def two_lists_of_the_same_length(matvec, v, m):
        return [1.0] * m, [1.0] * m

    for function in (two_arrays, two_lists_of_the_same_length):
        assert "m × m matrix T" in EXERCISES["9.5"].check(function).message


def steps_of_lanczos(matvec, v, m, least):
    """Return T as three lists would fill it, ending at a β below `least`."""
    V, alphas, betas = [v / np.linalg.norm(v)], [], []
    for _ in range(m):
        r = matvec(V[-1])
        alphas.append(V[-1] @ r)
        for u in V:
            r = r - (u @ r) * u
        betas.append(np.linalg.norm(r))
        if betas[-1] < least:
            break
        V.append(r / betas[-1])
    beside = betas[: len(alphas) - 1]
    return np.diag(alphas) + np.diag(beside, 1) + np.diag(beside, -1)


@pytest.mark.parametrize("least", [1e-6, 1e-10, 1e-13])
def test_lanczos_may_be_written_in_another_way(least):
    assert EXERCISES["9.5"].check(lambda *args: steps_of_lanczos(*args, least)).right


def test_a_run_that_never_ends_is_told_where_to_stop():
    message = EXERCISES["9.5"].check(lambda *args: steps_of_lanczos(*args, -1.0)).message
    assert "diag(1, 1, 3)" in message


WRONG = [
    ("9.1", [lambda g, w, v, h=1e-5: (g(w + h * v) - g(w - h * v)) / h**2], "h²"),
    ("9.2", [400], "2 %"),
    ("9.2", [800], "1.4 %"),
    ("9.2", [6147], "0.5 %"),
    ("9.4", [5, 4, 26], "26"),
    ("9.4", [5, 4, 28], "28"),
    ("9.4", [5, 4, 60], "60"),
    ("9.4", [5, 8, 30], "8 is"),
    ("9.4", [6, 4, 30], "6 is"),
    ("9.7", [0.816, 2.816, 0.5, 1], "four free numbers"),
    ("9.7", [0.816, 2.816, 1, 3], "weight of 1"),
    ("9.7", [0.816, 2.816, 0.25, 3], "¼"),
    ("9.7", [1.414, 2.816, 0.5, 3], "√2"),
    ("9.7", [0.577, 2.816, 0.5, 3], "1/√3"),
    ("9.7", [0.471, 2.816, 0.5, 3], "0.471"),
    ("9.8", [32, 900, 450, 14.8], "14.8"),
    ("9.8", [32, 2400, 1200, 15], "0.49"),
]


@pytest.mark.parametrize(("id", "answers", "word"), WRONG, ids=lambda x: str(x)[:20])
def test_a_wrong_answer_gets_a_reply_of_its_own(id, answers, word):
    feedback = EXERCISES[id].check(*answers)
    assert feedback.verdict == "not yet"
    assert word in feedback.message


def test_ritz_values_are_known_in_either_order():
    ascending = next(
        m for m in EXERCISES["9.5"].misconceptions if m.name == "returns the Ritz values"
    )
    feedback = EXERCISES["9.5"].check(lambda *args: ascending.answer(*args)[::-1])
    assert feedback.message == ascending.feedback


def test_the_demo_draws_the_running_mean_and_the_law(drawn):
    view, _ = drawn(demo_hutchinson, 50, "rademacher", 3)
    m, mean = view.mean.get_data()
    samples = np.array(view.samples.get_data())[1]
    assert len(m) == 50
    assert np.allclose(mean, [samples[: k + 1].mean() for k in range(50)])
    H = exact_hessian()
    upper = view.band[0].get_ydata()
    off_diagonal = H - np.diag(np.diag(H))
    assert np.isclose(upper[24], np.trace(H) + 2 * np.sqrt(2 * (off_diagonal**2).sum() / 25))
    assert np.isclose(sum(bar.get_width() for bar in view.bars), 1)
    low, high = view.bar.get_ydata()
    assert low < samples.mean() < high


def test_a_preset_that_promises_a_miss_shows_one():
    demo = demo_hutchinson.DEMO
    start = {name: control.value for name, control in demo.controls.items()}
    missed = {
        label: demo_hutchinson.readout(demo.compute(**start | preset))["contains the trace"] == "no"
        for label, preset in demo.presets.items()
    }
    assert missed == {label: "miss" in label for label in demo.presets}


def test_the_race_is_run_at_equal_cost_in_units_of_the_law(drawn):
    view, state = drawn(demo_race, 30, "flat", 2)
    A = matrix_with("flat")
    off_diagonal = A - np.diag(np.diag(A))
    assert np.isclose(state.unit, np.sqrt(2 * (off_diagonal**2).sum() / 30))
    assert {e.num_matvecs for e in state.estimates.values()} == {30}
    for row, method in enumerate(("hutchinson", "hutch++", "xtrace")):
        (shown,), _ = view.points[row].get_data()
        low, high = view.intervals[row].get_xdata()
        assert np.isclose(shown, (state.estimates[method].estimate - 250) / state.unit)
        assert np.allclose((low, high), state.measured(method)[1:])
        budgets, ratios = view.curves[row].get_data()
        assert list(budgets) == [12, 18, 30, 60, 120]
        assert all((r > 1.5) == (method != "hutchinson") for r in ratios)
    assert not any(len(line.get_xdata()) for line in view.beyond)


@pytest.mark.parametrize(
    ("spectrum", "left"),
    [("ten outliers", 0.0), ("this network", 0.32), ("indefinite", 0.68), ("flat", 1.72)],
)
def test_what_the_basis_of_hutch_plus_plus_leaves_of_the_variance(spectrum, left):
    """Three times this share is the variance beside Hutchinson's at 60 products, as section 6 says."""
    A, shares = matrix_with(spectrum), []
    for seed in range(20):
        probes = np.random.default_rng(seed).choice([-1.0, 1.0], size=(len(A), 20))
        Q, _ = np.linalg.qr(A @ probes)
        P = np.eye(len(A)) - Q @ Q.T
        shares.append(trace.one_probe_variance(P @ A @ P) / trace.one_probe_variance(A))
    assert np.mean(shares) == pytest.approx(left, abs=0.02)
    recorded = recorded_race(spectrum, "hutch++")["rms"][BUDGETS.index(60)]
    assert np.sqrt(3 * np.mean(shares)) == pytest.approx(recorded, abs=0.06)


def test_the_race_says_where_an_interval_leaves_the_picture(drawn):
    pictures = (drawn(demo_race, 120, "flat", seed) for seed in range(100))
    view, state = next((view, state) for view, state in pictures if state.cut)
    rows = {row for line in view.beyond for row in line.get_ydata()}
    assert rows == {{"hutchinson": 2, "hutch++": 1, "xtrace": 0}[m] for m in state.cut}
    for method in state.cut:
        name = METHODS[method]
        assert "wider than the picture" in demo_race.readout(state)[name]
        assert name in demo_race.alt(state).split("Arrows")[1]


def test_the_density_is_that_of_the_library_and_tends_to_the_exact_one(drawn):
    probes, steps = 3, 20
    view, state = drawn(demo_density, steps, probes, 2.0)
    H, lam = exact_hessian(), exact_eigenvalues()
    for i in range(probes):
        run = lanczos.lanczos(H, steps, seed=i)
        assert np.allclose(state.density.nodes[i], run.ritz_values)
        assert np.allclose(state.density.weights[i], run.weights)
    x, truth = view.truth.get_data()
    sigma = 0.02 * lam[0]
    gaussians = np.exp(-((x[100] - lam) ** 2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    assert np.isclose(truth[100], gaussians.mean())
    x, shares = view.steps.get_data()
    nodes, weights = state.density.nodes, state.density.weights
    assert np.allclose(shares[::50], [(weights * (nodes <= at)).sum() / 3 for at in x[::50]])
    distances = [demo_density.compute(m, 10, 2.0).distance for m in (5, 20, 80)]
    assert distances[0] > distances[1] > distances[2]


def test_one_probe_has_no_band():
    view = demo_density.View(Figure())
    for probes in (3, 1, 2):
        state = demo_density.compute(20, probes, 2.0)
        view.update(state)
        assert view.band.get_visible() == (probes > 1)
        assert ("no error bar" in demo_density.readout(state)["drawn"]) == (probes == 1)


CASES = [
    ("ten outliers", "xtrace", 18),
    ("ten outliers", "hutch++", 60),
    ("flat", "xtrace", 60),
    ("indefinite", "hutch++", 12),
    ("this network", "hutchinson", 60),
    ("this network", "xtrace", 60),
]


@pytest.mark.parametrize(("spectrum", "method", "budget"), CASES)
def test_the_race_comes_out_the_same_at_other_seeds(spectrum, method, budget):
    A, fresh = matrix_with(spectrum), 150
    at = BUDGETS.index(budget)
    recorded = {name: values[at] for name, values in recorded_race(spectrum, method).items()}
    law = np.sqrt(2 * (np.sum(A**2) - np.sum(np.diag(A) ** 2)) / budget)
    rms, covered = trials(A, np.trace(A), method, budget, range(90_000, 90_000 + fresh))
    # Relative s.e. of an rms of m nearly Gaussian errors: 1/√(2m); a factor 2 for skewed ones.
    spread = 2 * np.sqrt((1 / fresh + 1 / recorded["trials"]) / 2)
    assert abs(rms / law / recorded["rms"] - 1) < 3 * spread
    p = recorded["covered"]
    assert abs(covered - p) < 4 * np.sqrt(p * (1 - p) * (1 / fresh + 1 / recorded["trials"])) + 0.01


def test_every_spectrum_method_and_budget_was_recorded():
    record = records.load("09_race")
    assert record.about["spectra"] == list(SPECTRA)
    assert record.about["methods"] == list(METHODS)
    assert record.about["budgets"] == list(BUDGETS)
    for values in record.values():
        assert values.shape == (len(SPECTRA), len(METHODS), len(BUDGETS))
    assert record["trials"].min() >= 1000


def test_the_library_stops_where_the_rule_says():
    """`looking` reads all samples at once, `trace` as they come: two roads to the same stop."""
    A, wanted = matrix_with("indefinite"), 60
    rtol, rule = looking.tolerance(A, wanted), looking.RULES["every 30 probes"]
    for seed in range(12):
        samples = looking.samples_of(A, looking.MOST * wanted, seed)
        found = trace.trace(A, looking.MOST * wanted, seed=seed, rtol=rtol)
        count, narrow = looking.stop(samples, rtol, rule, wanted)
        assert (found.num_matvecs, found.converged) == (count, narrow)
        low, high = found.interval(0.95)
        assert looking.contains(samples[:count], np.trace(A)) == (low <= np.trace(A) <= high)


def test_looking_early_costs_coverage_and_the_record_repeats():
    A, fresh = matrix_with("flat"), 300
    rules = list(looking.RULES)
    found = looking.covered(A, 60, list(looking.RULES.values()), range(80_000, 80_000 + fresh))
    for rule, share in zip(rules, found, strict=True):
        p, trials = looking.of_record("flat", 60, rule)
        assert abs(share - p) < 4 * np.sqrt(p * (1 - p) * (1 / fresh + 1 / trials))
    for spectrum in SPECTRA:
        for wanted in looking.WANTED:
            shares = [looking.of_record(spectrum, wanted, rule)[0] for rule in rules]
            assert shares[-1] == min(shares)
            assert shares[-1] < 0.94 < min(shares[:2])


@pytest.mark.slow
@pytest.mark.parametrize("spectrum", [name for name in SPECTRA if name != "flat"])
def test_looking_comes_out_the_same_at_other_seeds(spectrum):
    A, fresh = matrix_with(spectrum), 300 if spectrum == "this network" else 1000
    found = looking.covered(A, 60, list(looking.RULES.values()), range(90_000, 90_000 + fresh))
    for rule, share in zip(looking.RULES, found, strict=True):
        p, trials = looking.of_record(spectrum, 60, rule)
        assert abs(share - p) < 4 * np.sqrt(p * (1 - p) * (1 / fresh + 1 / trials))


def planted(monkeypatch, id, module, name, defect):
    """Tell whether a claim still holds with a defect in its module."""
    right = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *a, **k: defect(right, *a, **k))
    return LESSON.claims[id].verify().evidence.confirms


def test_an_interval_that_is_too_narrow_is_noticed(monkeypatch):
    def narrow(right, stderr, count, level):
        return 0.8 * right(stderr, count, level)

    assert not planted(monkeypatch, "9.22", looking, "half_width", narrow)


def test_a_tolerance_that_is_always_reached_is_noticed(monkeypatch):
    def content(right, *args, **options):
        return dataclasses.replace(right(*args, **options), converged=True)

    assert not planted(monkeypatch, "9.23", trace, "trace", content)


def test_a_run_of_lanczos_that_goes_on_is_noticed(monkeypatch):
    def goes_on(right, A, m, **options):
        return right(A + 1e-6 * np.diag(np.arange(len(A))), m, **options)

    assert not planted(monkeypatch, "9.24", lanczos, "lanczos", goes_on)


def test_a_sum_for_a_mean_is_noticed_in_the_parts(monkeypatch):
    _, loss, *_ = experiments.trained_network()

    def total(u, X, y):  # one function, which JAX compiles once
        return len(X) * loss(u, X, y)

    def summed(right, _, w, X, y):
        return right(total, w, X, y)

    experiments.exact_eigenvalues()  # the truth is not touched
    assert not planted(monkeypatch, "9.25", operators, "hessian_operator", summed)


def test_pytorch_gives_the_same_product():
    torch = pytest.importorskip("torch")
    _, _, w, data = experiments.trained_network()
    X, y = torch.tensor(data.X_train), torch.tensor(data.y_train)
    H, v = exact_hessian(), np.random.default_rng(3).standard_normal(610)

    def loss(u):  # the lesson's network, 64-8-10: a layer's weights, then its biases
        first, rest = u[: 64 * 8].reshape(8, 64), u[64 * 8 :]
        hidden = torch.tanh(X @ first.T + rest[:8])
        second, bias = rest[8 : 8 + 80].reshape(10, 8), rest[88:]
        return torch.nn.functional.cross_entropy(hidden @ second.T + bias, y)

    Hv = experiments_torch.hessian_vector_product(loss, torch.tensor(np.array(w)), torch.tensor(v))
    assert np.allclose(Hv.numpy(), H @ v, rtol=1e-8, atol=1e-10)


def test_the_four_probes_of_the_picture():
    A = figures.SMALL
    values = {float(np.dot(v, A @ v)) for v in ([1, 1], [1, -1], [-1, 1], [-1, -1])}
    assert values == {4.0, 8.0}
    assert "give 8" in figures.four_probes().alt


def test_three_terms_need_a_symmetric_matrix():
    V = figures._krylov_basis(figures.SYMMETRIC, figures.START)
    assert np.allclose(V.T @ V, np.eye(4))
    table = V.T @ figures.SYMMETRIC @ V
    assert np.abs(np.triu(table, 2)).max() < 1e-12
    run = lanczos.lanczos(figures.SYMMETRIC, 4, start=figures.START)
    assert np.allclose(np.diag(table), run.alphas)
    assert np.allclose(np.abs(np.diag(table, 1)), run.betas)


def test_the_residual_vanishes_after_as_many_steps_as_distinct_eigenvalues():
    for spectrum, steps in (([1, 1, 1, 3, 3], 2), ([1, 1, 2, 3, 3], 3), ([1, 1.5, 2, 3, 4], 5)):
        betas = figures._betas(np.diag(spectrum).astype(float), np.ones(5))
        assert betas.size == steps
        assert betas[-1] == 0 < betas[:-1].min()


def test_the_nodes_of_the_picture_match_four_moments():
    alt = figures.quadrature().alt
    run = lanczos.lanczos(np.diag(figures.THREE_VALUES), 2, start=np.ones(3))
    for k in range(4):
        assert np.isclose(run.weights @ run.ritz_values**k, np.mean(figures.THREE_VALUES**k))
    fourth = run.weights @ run.ritz_values**4
    assert not np.isclose(fourth, np.mean(figures.THREE_VALUES**4), rtol=1e-3)
    assert f"{fourth:.0f}" in alt
