"""Each lesson in JupyterLab as a learner has it: run all, move every slider, press every button."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from lab_driver import open_and_run
from PIL import Image

import course_lib
from course_lib import lessons
from course_lib.teaching import Options, Panel, Slider, Text

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = lessons.lesson_names()


def notebook_of(name):
    (path,) = NOTEBOOKS.glob(name.removeprefix("lesson_") + "_*.ipynb")
    return path.name


SHOWN = """async (picture) => {
    const bytes = new Uint8Array(await (await fetch(picture.src)).arrayBuffer());
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
}"""


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)), dtype=int)


class PanelOnPage:
    """One panel in the page, beside one in this process that it must agree with."""

    def __init__(self, page, demo):
        self.demo = demo
        self.element = page.locator(".course-panel", has_text=demo.title)
        self.twin = Panel(demo)

    def expect(self, **changed):
        """Wait until words and alt text are those of the state; then so must be the picture."""
        before = self.twin.image.value
        self.twin.set(**changed)
        state = self.twin.state
        readout = self.element.get_by_role("status")
        for label, words in self.demo.readout(state).items():
            readout.get_by_text(f"{label}: {words}", exact=True).wait_for(timeout=10_000)
        picture = self.element.get_by_alt_text(self.demo.alt(state), exact=True)
        picture.wait_for(timeout=10_000)
        for _ in range(50):
            shown = pixels(base64.b64decode(picture.evaluate(SHOWN)))
            # Another process may round the last digit otherwise: one grey level at an edge.
            if np.abs(shown - pixels(self.twin.image.value)).max() <= 2:
                break
            picture.page.wait_for_timeout(50)
        else:
            pytest.fail(f"the picture is not that of {self.twin.parameters}")
        return not np.array_equal(shown, pixels(before))

    def handle(self, name):
        return self.element.get_by_role("slider", name=self.demo.controls[name].label, exact=True)


def type_into(panel, name, control):
    """Type the control's examples, each taken over with Enter, and one line that is refused."""
    line = panel.element.get_by_role("textbox", name=control.label, exact=True)
    for text in control.examples:
        line.fill(text)
        line.press("Enter")
        assert panel.expect(**{name: text}), "the picture stayed"
    line.fill(control.refused)
    line.press("Enter")
    said = panel.element.get_by_role("status").get_by_text("The picture still shows")
    said.wait_for(timeout=10_000)
    assert not panel.expect(), "a refused text changed the picture"
    panel.element.get_by_role("button", name="Reset", exact=True).click()
    panel.expect(**{name: control.value})
    said.wait_for(state="detached", timeout=10_000)


@pytest.mark.parametrize("name", LESSONS)
def test_run_all_then_every_control(name, lab, page, tmp_path):
    course_lib.setup()
    address, token = lab
    counts = open_and_run(page, address, token, notebook_of(name))
    assert counts == list(range(1, len(counts) + 1))
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0

    for demo in lessons.load(name).demos.values():
        panel = PanelOnPage(page, demo)
        panel.element.scroll_into_view_if_needed()
        panel.expect()
        for control_name, control in demo.controls.items():
            if isinstance(control, Options):
                for option in (*control.options[::-1], control.value):
                    if option != panel.twin.parameters[control_name]:
                        panel.element.get_by_role("button", name=option, exact=True).click()
                        assert panel.expect(**{control_name: option}), "the picture stayed"
                continue
            if isinstance(control, Text):
                type_into(panel, control_name, control)
                continue
            handle = panel.handle(control_name)
            handle.focus()
            step = type(control.value)(round(control.value + control.step, 10))
            moved = set()
            for key, value in (("ArrowRight", step), ("End", control.high), ("Home", control.low)):
                handle.press(key)
                moved.add(panel.expect(**{control_name: value}))
            assert moved == {True}, f"{control_name}: the picture stayed"
            panel.element.get_by_role("button", name="Reset", exact=True).click()
            panel.expect(**{control_name: control.value})
        for preset, changed in (*demo.presets.items(), ("Reset", {})):
            panel.element.get_by_role("button", name=preset, exact=True).click()
            panel.expect(**demo.parameters(**changed))
        panel.element.screenshot(path=tmp_path / "panel.png")
    assert page.errors == []


@pytest.mark.parametrize("name", LESSONS)
def test_a_burst_of_key_presses_ends_on_the_right_picture(name, lab, page):
    course_lib.setup()
    address, token = lab
    open_and_run(page, address, token, notebook_of(name))
    for demo in lessons.load(name).demos.values():
        panel = PanelOnPage(page, demo)
        control_name, control = next(
            (n, c) for n, c in demo.controls.items() if isinstance(c, Slider)
        )
        panel.expect()
        handle = panel.handle(control_name)
        handle.focus()
        for _ in range(30):
            handle.press("ArrowRight")
        panel.expect(
            **{control_name: type(control.value)(round(control.value + 30 * control.step, 10))}
        )
    assert page.errors == []


def test_a_prediction_commits_in_the_page(lab, page):
    address, token = lab
    open_and_run(page, address, token, notebook_of("lesson_02"))
    page.get_by_role("button", name="along v₁ (stiff)").click()
    page.get_by_text("You predict: along v₁ (stiff).").wait_for(timeout=10_000)
    assert page.get_by_role("button", name="along v₂ (flat)").is_disabled()
    assert page.errors == []
