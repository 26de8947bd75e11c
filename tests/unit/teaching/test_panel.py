"""Panels: what is drawn is what was computed, and every state is drawn the same way always."""

import dataclasses
import html
import itertools
import threading

import pytest
from matplotlib.text import Text as Words

from course_lib import lessons
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
    """Each state from the one before, then from the start; the last also in a panel of its own.

    The browser tests compare every state with a panel that was opened in it: to open one takes
    twenty times as long as to move a slider.
    """
    panel = Panel(demo)
    first = panel.image.value
    for changed in [*corners(demo), *demo.presets.values()]:
        panel.set(**demo.parameters(**changed))
        from_the_one_before = panel.image.value
        panel.buttons["Reset"].click()
        assert panel.image.value == first, changed
        panel.set(**demo.parameters(**changed))
        assert panel.image.value == from_the_one_before, changed
    assert panel.image.value == Panel(demo, **changed).image.value, changed


def test_two_threads_never_paint_over_each_other():
    """JupyterLab answers sliders in a thread of its own while another may run a cell."""
    demo = lessons.load("lesson_02").demos["quadratic"]
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
            other = control.low if other == control.value else other
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
    bundle, metadata = panel._repr_mimebundle_()
    assert bundle["image/png"].startswith("iVBOR")
    state = demo.compute(**panel.parameters)
    assert demo.sentence(state) in bundle["text/plain"]
    assert demo.alt(state) in bundle["text/plain"]
    assert panel._accessibility.alt == demo.alt(state)
    assert "application/vnd.jupyter.widget-view+json" in bundle
    described = {"kind": "demo", "alt": demo.alt(state), "key": "", "title": demo.title}
    assert metadata == {"image/png": {"alt": demo.alt(state)}, "course": described}


@every_demo
def test_impossible_states_are_refused(demo):
    name = next(iter(demo.controls))
    with pytest.raises(ValueError, match=name):
        Panel(demo, **{name: 1e9})
    with pytest.raises(ValueError, match="the parameters are"):
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


STAGES = ("compute", "readout", "alt", "draw")


@pytest.mark.parametrize("stage", STAGES)
def test_a_state_that_fails_is_said_and_the_last_good_picture_kept(stage, monkeypatch):
    """No picture or words may stay as if they were those of the controls."""
    right = lessons.load("lesson_02").demos["quadratic"]
    wrong = right.controls["eta"].high

    def failing(function):
        def fails(*state, **parameters):
            eta = parameters["eta"] if parameters else state[-1].eta
            if eta == wrong:
                raise ZeroDivisionError
            return function(*state, **parameters)

        return fails

    if stage == "draw":
        monkeypatch.setattr(right.view, "update", failing(right.view.update))
        demo = right
    else:
        demo = dataclasses.replace(right, **{stage: failing(getattr(right, stage))})
    panel = Panel(demo)
    good, words = panel.image.value, panel.readout.value
    panel.controls["eta"].value = wrong
    assert panel.image.value == good
    assert panel.readout.value.endswith(words)
    assert "cannot be computed (ZeroDivisionError)" in panel.readout.value
    assert panel.parameters == right.parameters()
    panel.buttons["Reset"].click()
    assert (panel.image.value, panel.readout.value) == (good, words)
    with pytest.raises(ZeroDivisionError):  # its author must see it
        Panel(demo, eta=wrong)


@every_demo
def test_static_picture_shows_the_same_state(demo):
    picture = demo.picture()
    assert picture.alt == demo.alt(demo.compute(**demo.parameters()))
    assert picture.png()[:4] == b"\x89PNG"
