"""Panels: what is drawn is what was computed, and every state is drawn the same way always."""

import html
import itertools
import threading

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Words

from course_lib import lessons, plotting
from course_lib.curvature import lanczos
from course_lib.exact import spectra
from course_lib.lessons.lesson_02 import demos as lesson_02
from course_lib.lessons.lesson_03 import census, explorer, octant
from course_lib.lessons.lesson_09 import demo_density, demo_race
from course_lib.lessons.lesson_09 import demo_probes as lesson_09
from course_lib.lessons.lesson_09.network import exact_hessian, exact_spectrum
from course_lib.lessons.lesson_11 import demos as lesson_11
from course_lib.teaching import Options, Panel, Slider, Text

DEMOS = [d for name in lessons.lesson_names() for d in lessons.load(name).demos.values()]
every_demo = pytest.mark.parametrize("demo", DEMOS, ids=lambda d: d.title)


def ends(control):
    """What a control can be moved to: its bounds, options or examples."""
    match control:
        case Options():
            return control.options
        case Text():
            return control.examples
        case Slider():
            return control.low, control.high


def corners(demo):
    """Each control at its ends, the others at their start."""
    for name, control in demo.controls.items():
        yield from ({name: end} for end in ends(control))


@every_demo
def test_there_and_back_gives_identical_pixels(demo):
    panel = Panel(demo)
    first = panel.image.value
    for changed in [*corners(demo), *demo.presets.values()]:
        panel.set(**demo.parameters(**changed))
        assert panel.image.value == Panel(demo, **changed).image.value, changed
        panel.buttons["Reset"].click()
        assert panel.image.value == first, changed


def test_two_threads_never_paint_over_each_other():
    """JupyterLab answers sliders in a thread of its own while another may run a cell."""
    demo = lesson_02.DEMOS["quadratic"]
    panel = Panel(demo)
    shown = []
    panel.image.observe(lambda change: shown.append((panel.parameters, change["new"])), "value")
    states = [demo.parameters(eta=eta) for eta in (0.01, 0.02, 0.03, 0.04)]
    right = {state["eta"]: Panel(demo, **state).image.value for state in states}

    def move(first):
        for i in range(20):
            panel.set(**states[(first + i) % 4])

    threads = [threading.Thread(target=move, args=[first]) for first in (0, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shown) > 5
    for parameters, picture in shown:
        assert picture == right[parameters["eta"]]


@every_demo
def test_every_slider_changes_the_picture_and_the_words(demo):
    for name, control in demo.controls.items():
        panel = Panel(demo)
        before, words = panel.image.value, panel.readout.value
        if not isinstance(control, Slider):
            other = next(end for end in ends(control) if end != control.value)
        else:
            other = control.value + (control.high - control.low) / 5
            other = type(control.value)(min(other, control.high))
        panel.controls[name].value = other
        assert panel.image.value != before, name
        assert panel.readout.value != words, name


@every_demo
def test_every_control_is_part_of_some_preset_or_has_a_reset(demo):
    panel = Panel(demo)
    for label, changed in demo.presets.items():
        panel.buttons[label].click()
        assert panel.parameters == demo.parameters(**changed)
    panel.buttons["Reset"].click()
    assert panel.parameters == demo.parameters()


@every_demo
def test_one_press_of_a_preset_repaints_once(demo, monkeypatch):
    panel = Panel(demo)
    painted = []
    monkeypatch.setattr(panel._canvas, "draw", painted.append)
    for name in demo.presets:
        panel.buttons[name].click()
    assert len(painted) == len(demo.presets)


@every_demo
def test_reset_returns_to_the_state_the_panel_was_opened_in(demo):
    name, changed = next(iter(demo.presets.items()))
    panel = Panel(demo, **demo.parameters(**changed))
    opened = panel.parameters
    panel.buttons[list(demo.presets)[-1]].click()
    panel.buttons["Reset"].click()
    assert panel.parameters == opened, name


def words_around(ax):
    """Pairs (words, box in pixels) of titles, labels, ticks and the legend."""
    found = [
        child for child in ax.get_children() if isinstance(child, Words) and child not in ax.texts
    ]
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        ticks = (tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high)
        found += [axis.label, *(tick.label1 for tick in ticks)]
    found = [text for text in found if text.get_text() and text.get_visible()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in found]
    legend = ax.get_legend()
    return boxes + ([("legend", legend.get_window_extent())] if legend else [])


@every_demo
def test_no_words_around_the_axes_are_cut_off_or_run_into_each_other(demo):
    figure = Panel(demo)._canvas.canvas.figure
    figure.canvas.draw()
    boxes = [pair for ax in figure.axes for pair in words_around(ax)]
    assert len(boxes) > 5
    for word, box in boxes:
        assert 0 <= box.x0 <= box.x1 <= figure.bbox.width, word
        assert 0 <= box.y0 <= box.y1 <= figure.bbox.height, word
    for (word, box), (other, its_box) in itertools.combinations(boxes, 2):
        assert not box.overlaps(its_box), (word, other)


@every_demo
def test_words_and_picture_are_there_without_a_kernel(demo):
    panel = Panel(demo)
    bundle = panel._repr_mimebundle_()
    assert bundle["image/png"].startswith("iVBOR")
    state = demo.compute(**panel.parameters)
    assert demo.sentence(state) in bundle["text/plain"]
    assert demo.alt(state) in bundle["text/plain"]
    assert panel._accessibility.alt == demo.alt(state)
    assert "application/vnd.jupyter.widget-view+json" in bundle


@every_demo
def test_impossible_states_are_refused(demo):
    name = next(iter(demo.controls))
    with pytest.raises(ValueError, match=name):
        Panel(demo, **{name: 1e9})
    with pytest.raises(ValueError, match="there are"):
        Panel(demo, nonsense=1)


TEXTS = [(d, n) for d in DEMOS for n, c in d.controls.items() if isinstance(c, Text)]
every_text = pytest.mark.parametrize(("demo", "name"), TEXTS, ids=lambda x: getattr(x, "title", x))


@every_text
def test_a_refused_text_is_said_and_the_last_good_picture_kept(demo, name):
    control, panel = demo.controls[name], Panel(demo)
    panel.controls[name].value = control.examples[0]
    good, words = panel.image.value, panel.readout.value
    with pytest.raises(ValueError, match=r".") as refusal:
        control.accept(name, control.refused)
    panel.controls[name].value = control.refused
    assert panel.image.value == good
    assert panel.parameters[name] == control.examples[0]
    assert html.escape(str(refusal.value)) in panel.readout.value
    assert f"still shows {html.escape(control.examples[0])}" in panel.readout.value
    assert control.refused not in repr(panel)
    # The other controls go on with the last good text; a good one ends the message.
    slider = next(n for n, c in demo.controls.items() if isinstance(c, Slider))
    panel.controls[slider].value = demo.controls[slider].high
    assert panel.image.value != good
    assert "still shows" in panel.readout.value
    panel.controls[slider].value = demo.controls[slider].value
    panel.controls[name].value = control.examples[0]
    assert (panel.image.value, panel.readout.value) == (good, words)
    panel.controls[name].value = control.refused
    panel.buttons["Reset"].click()
    assert panel.image.value == Panel(demo).image.value
    assert panel.controls[name].value == control.value


@every_text
@pytest.mark.parametrize(
    "text",
    ["", " ", "__import__('os').system('id')", "().__class__", "x" * 10**6, "9**9**9", "((((", "<b>x",
     "x\x00", "lambda: 1", "f'{x}'", "x if x else y", "[x for x in y]", "x; y", "ｘ", "1e999", "x!"],
    ids=lambda t: t[:20],
)  # fmt: skip
def test_what_is_typed_is_never_run_and_always_answered(demo, name, text):
    panel = Panel(demo)
    first = panel.image.value
    panel.controls[name].value = text
    assert panel.image.value == first
    assert "still shows" in panel.readout.value
    assert "<b>x" not in panel.readout.value
    assert len(panel.readout.value) < 5000
    with pytest.raises(ValueError, match=r"."):
        Panel(demo, **{name: text})


@every_demo
def test_static_picture_shows_the_same_state(demo):
    picture = demo.picture()
    assert picture.alt == demo.alt(demo.compute(**demo.parameters()))
    assert picture.png()[:4] == b"\x89PNG"


def test_lesson_02_draws_what_linear_algebra_says():
    """Independent of the library: the closed form of gradient descent, by the matrix power."""
    H, eta = np.array([[4.0, 4.0], [4.0, 16.0]]), 0.05
    view = lesson_02.View(Figure())
    view.update(lesson_02.compute(4.0, 4.0, 16.0, eta))
    start = np.array(view.path.get_data())[:, 0]
    for k in (1, 2, 7, 40):
        expected = np.linalg.matrix_power(np.eye(2) - eta * H, k) @ start
        assert np.allclose(np.array(view.path.get_data())[:, k], expected)
    for line, lam in zip(view.errors.theory, (10 + 2 * 13**0.5, 10 - 2 * 13**0.5), strict=True):
        k, size = line.get_data()
        visible = size > 1e-6
        assert np.allclose(size[visible], lesson_02.START * abs(1 - eta * lam) ** k[visible])
    for i, line in enumerate(view.eigenvectors.lines):
        end = np.array(line.get_data())[:, 1]
        lam = end @ H @ end / (end @ end)
        assert np.isclose(lam, (10 + 2 * 13**0.5, 10 - 2 * 13**0.5)[i])
        assert np.allclose(H @ end, lam * end)


def test_lesson_02_level_lines_lie_at_their_height():
    H = np.array([[4.0, 8.0], [8.0, 4.0]])
    view = lesson_02.View(Figure())
    view.update(lesson_02.compute(4.0, 8.0, 4.0, 0.05))
    lines = [(1, p) for p in view.contours.above.get_paths()]
    lines += [(-1, p) for p in view.contours.below.get_paths()]
    assert {sign for sign, _ in lines} == {1, -1}
    for sign, path in lines:
        w = path.vertices
        heights = 0.5 * np.einsum("ki,ij,kj->k", w, H, w)
        level = view.contours.levels[np.abs(view.contours.levels - abs(heights).mean()).argmin()]
        assert np.allclose(heights, sign * level, rtol=0.05, atol=0.1)


@pytest.mark.parametrize("name", ["random", *explorer.NAMED])
def test_lesson_03_marks_places_where_the_landscape_is_level(name):
    view = explorer.View(Figure())
    state = explorer.compute(name, 4, 20)
    view.update(state)
    f, total = state.landscape, 0
    for kind, marks in view.on_map.items():
        w = f.low + (np.stack(marks.get_data(), axis=1) + 1) / 2 * (f.high - f.low)
        total += len(w)
        for point in w:
            e = 1e-4 * np.eye(2)
            slope = [f.value(point[None] + d)[0] - f.value(point[None] - d)[0] for d in e]
            assert np.abs(slope).max() < 1e-6 * (1 + abs(f.value(point[None])[0]))
            bends = np.linalg.eigvalsh(f.hessian(point[None])[0])
            if kind in ("minimum", "saddle", "maximum"):
                assert (bends < 0).sum() == ("minimum", "saddle", "maximum").index(kind)
    assert total == len(state.all_found)
    assert len(view.on_map["missed"].get_xdata()) == (~state.seen).sum()


def test_lesson_03_five_starts_can_fool_the_sum():
    """The preset that the lesson reads: half of the points missing, and no objection."""
    words = explorer.readout(explorer.compute("random", 6, 5))
    assert words["found"] == "2 saddles, 2 maxima"
    assert words["missed by these, found by 256 starts"] == "4"
    assert words["Σ(−1)^index"] == "0, expected 0: no objection"


@pytest.mark.parametrize(
    ("lam", "colours", "answers"),
    [
        ((3, 2, 1), {1}, ("no", "no", "positive: minimum")),
        ((-1, -2, -3), {-1}, ("no", "no", "negative: maximum")),
        ((1, 0, -1), {-1, 0, 1}, ("yes: saddle", "—", "—")),
        ((2, 1, 0), {0, 1}, ("no", "yes: undecided, but no maximum", "—")),
        ((0, 0, 0), {0}, ("no", "yes: undecided, nothing is excluded", "—")),
    ],
)
def test_lesson_03_disc_and_decision_agree(lam, colours, answers):
    view = octant.View(Figure())
    state = octant.compute(*lam, 0)
    view.update(state)
    shown = np.asarray(view.image.get_array().compressed())
    assert set(np.unique(shown)) == colours
    assert octant.decision(state) == answers
    assert octant.compute(*lam, -12).kind == state.kind


def test_lesson_03_counts_what_was_recorded():
    view = census.View(Figure())
    state = census.compute("3", 11)
    view.update(state)
    run = census.recorded()[3, 11]
    heights = [bar.get_height() * len(run["index"]) for bar in view.bars]
    assert np.allclose(heights, np.bincount(run["index"], minlength=5))
    assert np.allclose(view.coin.get_ydata(), np.array([1, 3, 3, 1]) / 8)


def test_rank_correlation_is_scipys():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    for _ in range(5):
        index, heights = rng.integers(0, 4, 20), rng.normal(size=20).round(1)
        assert np.isclose(explorer.spearman(index, heights), spearmanr(index, heights)[0])


def test_lesson_07_draws_the_running_mean_and_the_law():
    view = lesson_09.View(Figure())
    state = lesson_09.compute(50, "rademacher", 3)
    view.update(state)
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


def test_lesson_07_a_preset_that_promises_a_miss_shows_one():
    demo = lesson_09.DEMO
    start = {name: control.value for name, control in demo.controls.items()}
    missed = {
        label: lesson_09.readout(demo.compute(**start | preset))["holds the trace"] == "no"
        for label, preset in demo.presets.items()
    }
    assert missed == {label: "miss" in label for label in demo.presets}


def test_lesson_07_races_at_equal_cost_in_units_of_the_law():
    state = demo_race.compute(30, "flat", 2)
    A = demo_race.race.matrix("flat")
    off_diagonal = A - np.diag(np.diag(A))
    assert np.isclose(state.unit, np.sqrt(2 * (off_diagonal**2).sum() / 30))
    assert {e.num_matvecs for e in state.estimates.values()} == {30}
    view = demo_race.View(Figure())
    view.update(state)
    for row, method in enumerate(("hutchinson", "hutch++", "xtrace")):
        (shown,), _ = view.points[row].get_data()
        low, high = view.intervals[row].get_xdata()
        assert np.isclose(shown, (state.estimates[method].estimate - 250) / state.unit)
        assert np.allclose((low, high), state.measured(method)[1:])
        budgets, ratios = view.curves[row].get_data()
        assert list(budgets) == [12, 18, 30, 60, 120]
        assert all((r > 1.5) == (method != "hutchinson") for r in ratios)
    assert not any(len(line.get_xdata()) for line in view.beyond)


def test_lesson_07_says_where_an_interval_leaves_the_picture():
    state = next(
        state
        for seed in range(100)
        for state in [demo_race.compute(120, "flat", seed)]
        if state.cut
    )
    view = demo_race.View(Figure())
    view.update(state)
    rows = {row for line in view.beyond for row in line.get_ydata()}
    assert rows == {{"hutchinson": 2, "hutch++": 1, "xtrace": 0}[m] for m in state.cut}
    for method in state.cut:
        name = demo_race.trace.METHODS[method]
        assert "wider than the picture" in demo_race.readout(state)[name]
        assert name in demo_race.alt(state).split("Arrows")[1]


def test_lesson_07_density_is_that_of_the_library_and_tends_to_the_exact_one():
    probes, steps = 3, 20
    state = demo_density.compute(steps, probes, 2.0)
    H, lam = exact_hessian(), exact_spectrum()
    for i in range(probes):
        run = lanczos.lanczos(H, steps, seed=i)
        assert np.allclose(state.density.nodes[i], run.ritz_values)
        assert np.allclose(state.density.weights[i], run.weights)
    view = demo_density.View(Figure())
    view.update(state)
    x, truth = view.truth.get_data()
    sigma = 0.02 * lam[0]
    gaussians = np.exp(-((x[100] - lam) ** 2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    assert np.isclose(truth[100], gaussians.mean())
    x, shares = view.steps.get_data()
    nodes, weights = state.density.nodes, state.density.weights
    assert np.allclose(shares[::50], [(weights * (nodes <= at)).sum() / 3 for at in x[::50]])
    distances = [demo_density.compute(m, 10, 2.0).distance for m in (5, 20, 80)]
    assert distances[0] > distances[1] > distances[2]


def test_lesson_07_one_probe_has_no_band():
    view = demo_density.View(Figure())
    for probes in (3, 1, 2):
        state = demo_density.compute(20, probes, 2.0)
        view.update(state)
        assert view.band.get_visible() == (probes > 1)
        assert ("no error bar" in demo_density.readout(state)["drawn"]) == (probes == 1)


def test_lesson_08_shows_what_was_recorded():
    state = lesson_11.compute(1500, "0.8", "32")
    assert state.limit == 2.5
    assert abs(state.ratio - 1) < 0.05  # the edge of stability, one for all seeds
    view = lesson_11.View(Figure())
    view.update(state)
    assert np.allclose(view.here.get_data(), ([1500], [state.sharpness[-1]]))
    assert np.allclose(view.limit.get_xdata(), 2.5)
    assert "above the limit" in lesson_11.readout(state)["ηλ₁/2"]


def test_a_picture_says_what_it_shows():
    picture = plotting.contour_with_eigenvectors([[4, 4], [4, 16]], level=3)
    data, metadata = picture._repr_mimebundle_()
    assert "0.59" in picture.alt  # √(6/17.211)
    assert "1.47" in picture.alt  # √(6/2.789)
    assert picture.alt in data["text/plain"]
    assert metadata["image/png"]["alt"] == picture.alt


@pytest.mark.parametrize(
    "H", [np.eye(3), [[1, 2], [2, 1]], [[1, 0], [1, 1]], [[1, np.nan], [0, 1]]]
)
def test_a_bowl_is_asked_for(H):
    with pytest.raises(ValueError, match=r"H must|eigenvalues must"):
        plotting.contour_with_eigenvectors(H)


def test_readout_says_what_happens():
    words = [
        lesson_02.readout(lesson_02.compute(4.0, 4.0, 16.0, eta))["descent"]
        for eta in (0.0, 0.05, 0.1, 0.11, 0.12)
    ]
    assert words == [
        "stands still",
        "converges, slower along v₂ (the flat one)",
        "converges, both directions alike",
        "converges, slower along v₁ (the stiff one)",
        "diverges along v₁",
    ]
    saddle = lesson_02.readout(lesson_02.compute(4.0, 8.0, 4.0, 0.05))
    assert saddle["κ"] == "not defined"
    assert "for ever" in saddle["descent"]
    valley = lesson_02.readout(lesson_02.compute(4.0, 4.0, 4.0, 0.05))
    assert valley["descent"] == "never ends along v₂"


def test_demo_uses_the_library_for_its_factors(monkeypatch):
    monkeypatch.setattr(spectra, "contraction_factors", lambda lam, eta: np.array([0.5, 0.25]))
    words = lesson_02.readout(lesson_02.compute(1.0, 0.0, 1.0, 0.1))
    assert words["left of the error after one step"] == "0.500 along v₁, 0.250 along v₂"
