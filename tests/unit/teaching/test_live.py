"""A demo without widgets: what a page gets is what a panel shows."""

import dataclasses
import json

import pytest

from course_lib import lessons
from course_lib.teaching import Options, Panel, Slider, Text
from course_lib.teaching.live import LiveDemo, description


@pytest.fixture
def quadratic():
    return lessons.load("lesson_02").demos["quadratic"]


def test_every_state_is_that_of_the_panel(quadratic):
    live, panel = LiveDemo(quadratic), Panel(quadratic)
    for wanted in ({}, {"eta": 0.12}, *quadratic.presets.values()):
        panel.set(**wanted)
        picture, said = live.show(json.dumps(wanted))
        assert picture == panel.image.value
        assert json.loads(said) == {
            "readout": quadratic.readout(panel.state),
            "alt": quadratic.alt(panel.state),
            "refusals": [],
        }


def test_a_whole_number_from_javascript_is_a_float_again(quadratic):
    live = LiveDemo(quadratic)
    assert live.show('{"h11": 5}') == live.show('{"h11": 5.0}')


@pytest.mark.parametrize("value", ["1e9", "NaN", "Infinity", '"<b>"', "null", "[1]", "true"])
def test_what_a_slider_cannot_show_leaves_the_last_picture(quadratic, value):
    live = LiveDemo(quadratic)
    before, _ = live.show("{}")
    after, said = live.show(f'{{"h11": {value}}}')
    (refusal,) = json.loads(said)["refusals"]
    assert refusal.startswith("H₁₁: ")
    assert refusal.endswith("The picture still shows 4.0")
    assert after == before


def test_a_text_that_is_refused_says_what_the_panel_says():
    demo = lessons.load("lesson_01").demos["formula"]
    line = demo.controls["formula"]
    live, panel = LiveDemo(demo), Panel(demo)
    _, said = live.show(json.dumps({"formula": line.refused}))
    panel.set(formula=line.refused)
    (refusal,) = json.loads(said)["refusals"]
    assert refusal.split(": ")[0] in panel.readout.value


def test_a_page_is_told_each_kind_of_control():
    assert description(Slider("η", 0.0, 1.0, 0.1, 0.5, ".1f"))["digits"] == ".1f"
    assert description(Slider("n", 1, 9, 1, 3))["digits"] == "d"
    assert description(Options("side", ("left", "right"), "left"))["options"] == ["left", "right"]
    assert description(Text("f =", "x", str, ("y",), "(", 9))["longest"] == 9


def test_a_state_that_cannot_be_computed_is_said(quadratic, monkeypatch):
    live = LiveDemo(quadratic)
    before, _ = live.show("{}")
    right = quadratic.compute

    def compute(eta, **others):
        if eta > 0.2:
            raise ZeroDivisionError
        return right(eta=eta, **others)

    monkeypatch.setattr(live, "demo", dataclasses.replace(quadratic, compute=compute))
    after, said = live.show('{"eta": 0.21}')
    (refusal,) = json.loads(said)["refusals"]
    assert refusal.startswith("This cannot be computed (ZeroDivisionError)")
    assert after == before
    _, said = live.show('{"eta": 0.1}')
    assert json.loads(said)["refusals"] == []
