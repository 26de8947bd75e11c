"""Lesson 11: what its prose says of the recorded training and of the report's errors."""

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.sparse.linalg import LinearOperator
from scipy.stats import spearmanr

from course_lib.curvature import networks, report, training
from course_lib.curvature.operators import hessian_operator
from course_lib.lessons.lesson_11 import demo_training, experiments, experiments_text, figures
from course_lib.lessons.lesson_11.exercises_operator import EXERCISES
from course_lib.support import datasets
from course_lib.teaching.stored import notebook_of

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def prose():
    """All that the lesson says."""
    cells = nbformat.read(notebook_of("lesson_11"), 4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_sharpness_passes_the_line_falls_back_and_stays_a_little_above():
    state = demo_training.compute(0, "0.4", "32")
    steps = np.arange(0, experiments.STEPS + 1, experiments.EVERY)
    assert round(float(state.sharpness.max()), 1) == 6.4
    ratio = state.sharpness / state.limit
    assert ratio[steps == 300] < 1
    assert ratio[steps >= 350].min() > 1.005
    assert ratio[steps >= 350].max() < 1.065


@pytest.mark.parametrize("width", experiments.WIDTHS)
def test_a_limit_outside_the_picture_is_told_in_words(width):
    view = demo_training.View(Figure())
    for eta in experiments.ETAS:
        state = demo_training.compute(experiments.STEPS, str(eta), str(width))
        view.update(state)
        outside = "outside the picture"
        drawn = view.line.get_ydata()[0] < view.line.axes.get_ylim()[1]
        told = {outside in words.get_text() for words in view.words}
        said = {outside in demo_training.readout(state)["2/η"], outside in demo_training.alt(state)}
        assert told == said == {not drawn}


@pytest.mark.slow
def test_over_many_seeds_bounds_hold_and_four_probes_give_rough_errors():
    exact = experiments.exact_eigenvalues()
    share = np.mean(np.abs(exact) <= report.NEAR * exact[0])
    trace, near = [], []
    for seed in range(20):
        r = report.spectral_report(experiments.hessian(), num_matvecs=500, seed=seed)
        assert abs(r.smallest.estimate - exact[-1]) <= r.smallest.error + 1e-9
        assert (np.abs(r.top.eigenvalues - exact[:10]) <= r.top.error_bounds + 1e-9).all()
        trace.append(abs(r.trace.estimate - exact.sum()) / r.trace.stderr)
        near.append(abs(r.near_zero().estimate - share) / r.near_zero().stderr)
    assert max(trace) < 3
    assert np.sum(np.array(near) > 2) == 3
    assert max(near) > 4


def test_a_wrong_product_is_named_however_it_was_computed():
    """The message on a matrix that should not be formed waits until the numbers are right."""

    def message(data, penalty):
        def ridge_operator(X, mu):
            n, p = X.shape
            H = data(n) * (X.T @ X) + penalty(mu, n) * np.eye(p)
            return LinearOperator((p, p), matvec=lambda v: H @ v, dtype=float)

        return EXERCISES[0].check(ridge_operator).message

    def mean(n):
        return 1 / n

    def mu_itself(mu, n):
        return mu

    right_numbers = message(mean, mu_itself)
    messages = [message(mean, lambda mu, n: 0), message(mean, lambda mu, n: mu**2)]
    messages += [message(mean, lambda mu, n: 0.5), message(mean, lambda mu, n: mu / n)]
    messages += [message(lambda n: 1, mu_itself), message(lambda n: 0.5 / n, mu_itself)]
    messages += [message(lambda n: 2 / n, lambda mu, n: 2 * mu), right_numbers]
    assert len(set(messages)) == len(messages) == 8
    assert "Right numbers" in right_numbers
    assert not any("hint(" in words for words in messages)


def test_the_demo_shows_what_was_recorded(drawn):
    view, state = drawn(demo_training, 1500, "0.8", "32")
    assert state.limit == 2.5
    assert abs(state.ratio - 1) < 0.05  # the edge of stability, one for all seeds
    assert np.allclose(view.here.get_data(), ([1500], [state.sharpness[-1]]))
    assert np.allclose(view.limit.get_xdata(), 2.5)
    assert "above the limit" in demo_training.readout(state)["ηλ₁/2"]


@pytest.mark.slow
def test_a_training_repeats_and_meets_the_edge_at_another_seed():
    rows, at = experiments.recorded_training(), (0, experiments.ETAS.index(0.4))
    again = experiments.follow(8, 0.4, steps=200)
    for name in ("loss", "smallest", "trace", "near_zero"):
        assert np.allclose(again[name], rows[name][at][:5], rtol=1e-3, atol=1e-3), name
    assert np.allclose(again["top"], rows["top"][at][:5], rtol=1e-3)
    density = np.log10(np.maximum(again["density"], 1e-5))
    assert np.allclose(density, rows["density"][at][:5].astype(float), atol=0.02)
    other = experiments.follow(16, 0.8, steps=1000, seed=7)
    assert abs(other["top"][-1, 0] * 0.8 / 2 - 1) < 0.1  # recorded: 1.00 to 1.02


def test_the_larger_reports_are_those_of_the_benchmark(prose):
    rows = re.findall(
        r"\| ([\d,]+) \| ([\d.]+) s, ([\d.]+) gradients \| ([\d.]+) s \| ([\d.]+) GB "
        r"\| ([\d.]+) ± ([\d.]+) \|",
        prose,
    )
    assert len(rows) == 2
    page = (DOCS / "benchmark.md").read_text("utf-8").partition("## Growth")[2].split("\n## ")[0]
    for size, product, price, whole, memory, sharpness, bound in rows:
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {size} |")]
        cells = [cell.strip() for cell in line.split("|")]
        number, unit = cells[3].split(",")[0].split()
        assert cells[3].split(", ")[1] == price
        assert float(number) * {"ms": 1e-3, "s": 1}[unit] == pytest.approx(float(product), rel=0.02)
        assert cells[4:7:2] == [f"{whole} s", f"{memory} GB"]
        value, error = cells[8].split(" ± ")
        assert (float(value), float(error)) == (float(sharpness), float(bound))


@pytest.mark.slow
def test_lambda1_of_a_part_is_further_off_on_centred_pixels():
    found = []
    for centred in (False, True):
        data = datasets.digits(num_train=500, centred=centred, seed=0)
        network = networks.mlp((64, 16, 10), "relu")
        f, X, y = networks.cross_entropy(network), data.X_train, data.y_train
        w = training.gradient_descent(f, network.init(seed=0), X, y, eta=0.1, steps=200).w
        parts = np.split(np.random.default_rng(0).permutation(500), 10)
        tops = [
            np.linalg.eigvalsh(hessian_operator(f, w, X[at], y[at]).to_dense())[-1]
            for at in [np.arange(500), *parts]
        ]
        found.append(np.mean(tops[1:]) / tops[0])
    assert found == pytest.approx([1.10, 1.89], abs=0.02)


def test_the_report_of_gpt2s_size_is_the_recorded_one(prose):
    found = json.loads((DOCS / "gpt2_small.json").read_text("utf-8"))
    words = f"λ₁ = {found['largest']['estimate']:.2f} ± 0.02 and λₙ = −{-found['smallest']['estimate']:.2f}"
    assert words in prose
    assert f"{found['products']} products" in prose
    assert round(-found["trace"]["estimate"], -2) == 12_300
    assert round(found["trace"]["stderr"], -2) == 3_200
    assert "−12,300 ± 3,200 (s.e.)" in prose


def test_what_is_said_of_the_text(prose):
    text = experiments_text.prose()
    assert "170,000 characters" in prose
    assert round(len(text), -4) == 170_000
    assert len(set(text)) == experiments_text.CHARACTERS
    assert len(text) / text.count(" ") == pytest.approx(6, abs=0.5)
    assert len(text) / text.count("z") == pytest.approx(600, rel=0.1)
    assert np.array_equal(experiments_text.encode(experiments_text.decode([3, 1, 4])), [3, 1, 4])


def test_what_is_said_of_the_transformer(prose):
    record = experiments_text.recorded()
    adam = record["top"][0, 0, :, -1, 0].round().tolist()
    assert adam[0] == 361
    assert "**λ₁ is 361.**" in prose
    limits = record["share_of_limit"][0, 0].round(2).tolist()
    assert (
        f"ends at {limits[0]:.2f} of that limit, and the run with the second seed at {limits[1]:.2f}"
        in prose
    )
    on_more = ", ".join(f"{value:.0f}" for value in record["sharpness_on_windows"][:3])
    assert f"λ₁ is {on_more} and {record['sharpness_on_windows'][3]:.0f}." in prose
    group = record.about["groups"].index
    share = record["share"][0, 0, :, -1, :, 0]
    assert f"{share[0, group('characters')]:.0%}".replace("%", " %") + " of the sum" in prose
    assert share[:, group("characters")].min() > 0.9
    assert share[:, group("head")].max() < 0.01
    head = record["head"]
    assert f"λ₁ of the last layer's own block is only {head[0, 0, 0, -1, 0]:.1f}." in prose
    gaps = [experiments_text.largest_gap(values) for values in head[1, :, :, 0].reshape(4, -1)]
    assert [place for place, _ in gaps] == 4 * [experiments_text.CHARACTERS - 1]
    assert min(ratio for _, ratio in gaps) > 190
    assert "the ratio after 47 is about 200" in prose
    lowest, highest = record["smallest"][..., -1], record["top"][..., -1, 0]
    assert (-lowest / highest).max() < 0.2
    largest_block = record["blocks"].mean(axis=2).argmax(axis=-1)
    assert (largest_block == 0).sum() == 3
    by_optimizer = highest[:, 0].mean(axis=-1) / highest[:, 1].mean(axis=-1)
    by_norm = highest[0].mean(axis=-1) / highest[1].mean(axis=-1)
    assert by_optimizer.min() > by_norm.max()


def test_what_is_said_of_the_embeddings_rows():
    record, frequency = experiments_text.recorded(), experiments_text.frequencies_measured()
    rows = record["rows"][..., -1, :]  # norm, optimizer, seed; row
    assert (frequency > 0).sum() == 39
    line = rows[..., frequency > 0].sum(axis=-1, keepdims=True) * frequency
    blank = rows[..., 0] / line[..., 0]
    assert set(blank[:, 0].round().ravel()) == {2}  # with Adam
    assert (round(blank[:, 1].min(), 1), round(blank[:, 1].max(), 1)) == (0.6, 1.2)  # with SGD
    drawn = (rows[0, 0, 0] / np.where(line > 0, line, np.inf)[0, 0, 0])[frequency > 0]
    assert (drawn < 0).sum() == 2
    assert drawn[drawn > 0].min() == pytest.approx(0.1, abs=0.05)
    assert drawn.max() == pytest.approx(4, abs=0.5)


@pytest.mark.slow
def test_a_frequent_characters_row_has_one_stiff_direction(prose):
    pytest.importorskip("torch")
    from course_lib.lessons.lesson_11 import experiments_transformer as model_of

    model = model_of.shipped()
    H = model_of.hessian(model, parameters=model.characters)
    first = model_of.largest(H, 1).eigenvectors[:, 0].reshape(-1, model_of.WIDTH)
    assert (first[0] ** 2).sum() > 0.9  # the blank's row
    rows = [experiments_text.alphabet().index(character) for character in " eta"]
    share = []
    for row in rows:
        at = slice(row * model_of.WIDTH, (row + 1) * model_of.WIDTH)
        block = (H @ np.eye(H.shape[0])[:, at])[at]
        share.append(np.linalg.eigvalsh(block)[-1] / np.trace(block))
        if row == 0:
            largest, trace = np.linalg.eigvalsh(block)[-1], np.trace(block)
            assert f"holds {largest:.0f} of a trace of {trace:.0f}." in prose
    low, high = 100 * min(share[1:]), 100 * max(share[1:])
    assert f"with {low:.0f} to {high:.0f} % of the trace" in prose
    assert experiments_text.alphabet().startswith(" e")
    frequency = experiments_text.frequencies_measured()
    assert frequency[0] / np.sort(frequency)[-2] == pytest.approx(2, abs=0.1)


def test_what_is_said_of_the_transformer_before_training_and_of_its_seeds(prose):
    record = experiments_text.recorded()
    top, smallest = record["top"][0, 0, 0, :, 0], record["smallest"][0, 0, 0]
    assert f"λ₁ = {top[0]:.1f} and λₙ = −{-smallest[0]:.1f}" in prose
    assert f"they were {top[1]:.1f} and −{-smallest[1]:.1f}" in prose
    limit = 2 / record["sharpness_on_windows"][-1]
    assert f"the limit on the largest part is {limit:.4f}" in prose
    first, second = record["share_of_limit"][1, 0]
    assert f"the mean of {first:.2f} and {second:.2f}" in prose


@pytest.mark.parametrize(
    "name", ["subsets", "character_spectra", "embedding_rows", "blocks_of_transformer"]
)
def test_a_figure_says_what_it_shows(name):
    picture = getattr(figures, name)()
    assert len(picture.alt) > 100
    assert "nan" not in picture.alt


@pytest.mark.slow
def test_subsets_repeat_and_mislead_with_another_network():
    record = experiments.recorded_subsets()
    sharpness, trace = experiments.subset_curvature(0, draws=2)
    np.testing.assert_allclose(sharpness[0], record["sharpness"][0, 0, :2], rtol=1e-6)
    np.testing.assert_allclose(trace[-1], record["trace"][0, -1, :2], rtol=1e-6)
    sharpness, _ = experiments.subset_curvature(7, draws=10)
    assert sharpness[0].mean() > 1.1 * sharpness[-1, 0]


@pytest.mark.slow
def test_descent_ends_where_it_was_recorded_to_end():
    record = experiments.recorded_ends()
    width, eta = experiments.WIDTHS[1], experiments.ETAS[4]
    assert experiments.end_of_descent(width, eta, 2) == pytest.approx(record[1, 4, 2], rel=1e-3)
    assert experiments.end_of_descent(width, eta, 11) == pytest.approx(1, abs=0.05)


@pytest.mark.slow
def test_a_transformer_from_another_seed_learns_the_frequencies_first():
    pytest.importorskip("torch")
    from course_lib.lessons.lesson_11 import experiments_transformer

    model = experiments_transformer.train(seed=5, steps=50)
    head = experiments_transformer.largest(
        experiments_transformer.hessian(model, parameters=model.head), experiments_transformer.TOP
    ).eigenvalues
    derived = experiments_transformer.predicted(model)
    ratio = head[:10] / derived[:10]
    assert 1 < ratio.min() <= ratio.max() < 1.6
    assert experiments_text.largest_gap(head)[1] < 1.6
    rows, _ = experiments_transformer.row_traces(model)
    frequency = experiments_text.frequencies_measured()
    assert spearmanr(rows, frequency).statistic > 0.7
