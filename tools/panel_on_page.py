"""A panel on a page, compared with its twin in this process; for browser tests."""

import base64
import collections
import io
import random

import numpy as np
from PIL import Image

from course_lib.teaching import Options, Panel, Slider, Text

# Waits until the words and the alt text are those of the state, then returns the picture. This is
# one call, because each call between the two processes takes time.
SHOWN = """async (panel, [words, alt]) => {
    const seen = () => JSON.stringify([
        [...panel.querySelectorAll('.course-readout .widget-html-content > span')]
            .map(span => span.textContent),
        panel.querySelector('img')?.alt]);
    const end = Date.now() + 20000;
    while (seen() !== JSON.stringify([words, alt])) {
        if (Date.now() > end) return {seen: seen()};
        await new Promise(resolve => setTimeout(resolve, 8));
    }
    const bytes = new Uint8Array(
        await (await fetch(panel.querySelector('img').src)).arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 32768)
        text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return {picture: btoa(text)};
}"""

# Words that are longer than their box; ipywidgets cuts them off.
CUT = """panel => [...panel.querySelectorAll('.widget-label, .widget-readout, button')]
    .filter(element => element.scrollWidth > element.clientWidth + 1)
    .map(element => element.textContent)"""


def pixels(png):
    """Return the picture as an array that can be subtracted."""
    return np.asarray(Image.open(io.BytesIO(png)), dtype=np.int16)


class PanelOnPage:
    """One panel in the page and its twin in this process."""

    def __init__(self, page, demo, pixel_ratio=1):
        self.demo, self.page = demo, page
        self.element = page.locator(".course-panel").filter(
            has=page.locator(".course-title").get_by_text(demo.title, exact=True)
        )
        self.element.get_by_role("status").wait_for(timeout=60_000)
        self.twin = Panel(demo, pixel_ratio=pixel_ratio)
        self.counts = collections.Counter(demos=1)

    def expect(self, **changed):
        """Wait until words, alt text and picture match the state; return whether it changed."""
        before = pixels(self.twin.image.value)
        self.twin.set(**changed)
        wanted = pixels(self.twin.image.value)
        words = [f"{label}: {text}" for label, text in self.demo.readout(self.twin.state).items()]
        for _ in range(50):
            found = self.element.evaluate(SHOWN, [words, self.demo.alt(self.twin.state)])
            assert "picture" in found, f"{self.twin.parameters}: {words}, not {found['seen']}"
            shown = pixels(base64.b64decode(found["picture"]))
            # Another process may round the last digit differently: one grey level at an edge.
            if shown.shape == wanted.shape and np.abs(shown - wanted).max() <= 2:
                self.counts["pictures compared"] += 1
                return bool(np.abs(shown - before).max() > 2)
            self.page.wait_for_timeout(20)
        raise AssertionError(f"the picture is not that of {self.twin.parameters}")

    def handle(self, name):
        """Return a slider's handle."""
        return self.element.get_by_role("slider", name=self.demo.controls[name].label, exact=True)

    def press_button(self, label):
        """Press a preset or Reset."""
        row = self.element.locator(".course-presets")
        row.get_by_role("button", name=label, exact=True).click()

    def press_option(self, name, option):
        """Press an option of the control `name`; two controls may have options of one name."""
        group = self.element.get_by_role("group", name=self.demo.controls[name].label, exact=True)
        group.get_by_role("button", name=option, exact=True).click()

    def visit_every_control(self):
        """Move each control to its ends and back, by keyboard where it has one."""
        self.expect()
        cut = self.element.evaluate(CUT)
        assert cut == [], f"cut off: {cut}"
        visits = {
            Slider: ("sliders", self._slide),
            Options: ("rows of options", self._choose),
            Text: ("texts", self._type),
        }
        for name, control in self.demo.controls.items():
            kind, visit = visits[type(control)]
            visit(name, control)
            self.counts[kind] += 1

    def press_every_preset(self):
        """Press all presets, then Reset."""
        for label, changed in (*self.demo.presets.items(), ("Reset", {})):
            self.press_button(label)
            self.expect(**self.demo.parameters(**changed))
            self.counts["presets"] += 1

    def _slide(self, name, control):
        handle = self.handle(name)
        handle.focus()
        moved = set()
        for key in ("ArrowRight", "End", "Home"):
            handle.press(key)
            moved.add(self.expect(**{name: after(control, control.value, key)}))
        assert True in moved, f"{name}: the picture stayed"
        self.press_button("Reset")
        self.expect(**{name: control.value})

    def _choose(self, name, control):
        for option in (*control.options[::-1], control.value):
            if option != self.twin.parameters[name]:
                self.press_option(name, option)
                assert self.expect(**{name: option}), "the picture stayed"

    def _type(self, name, control):
        line = self.element.get_by_role("textbox", name=control.label, exact=True)
        for text in control.examples:
            line.fill(text)
            line.press("Enter")
            assert self.expect(**{name: text}), "the picture stayed"
        line.fill(control.refused)
        line.press("Enter")
        said = self.element.get_by_role("status").get_by_text("The picture still shows")
        said.wait_for(timeout=10_000)
        assert not self.expect(), "a refused text changed the picture"
        self.press_button("Reset")
        self.expect(**{name: control.value})
        said.wait_for(state="detached", timeout=10_000)

    def drag(self, name):
        """Drag a slider with the mouse and let go; the picture must match where it stops."""
        handle, control = self.handle(name), self.demo.controls[name]
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        for i in range(1, 31):
            mouse.move(x + 4 * i, y)
        for i in range(31, 12, -1):
            mouse.move(x + 4 * i, y)
        mouse.up()
        shown = handle.get_attribute("aria-valuetext").replace("−", "-")
        value = type(control.value)(float(shown))
        assert value != control.value, f"{name}: the mouse moved nothing"
        self.expect(**{name: value})
        self.counts["drags"] += 1

    def move_at_random(self, moves, seed):
        """Press random keys on random sliders without a wait; the last state must be shown."""
        chance = random.Random(seed)
        self.counts["random moves"] += moves
        state = self.twin.parameters
        sliders = {n: c for n, c in self.demo.controls.items() if isinstance(c, Slider)}
        options = {n: c for n, c in self.demo.controls.items() if isinstance(c, Options)}
        keys = ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End")
        weights = (8, 8, 8, 8, 1, 1)
        while moves > 0:
            name = chance.choice([*sliders, *options])
            if name in options:
                state[name] = chance.choice(options[name].options)
                self.press_option(name, state[name])
                moves -= 1
                continue
            self.handle(name).focus()
            for key in chance.choices(keys, weights, k=min(moves, chance.randint(1, 12))):
                self.page.keyboard.press(key)
                state[name] = after(sliders[name], state[name], key)
                moves -= 1
        self.expect(**state)


def after(control, value, key):
    """Return where a key press takes a slider that stands at `value`."""
    if key in ("Home", "End"):
        return control.low if key == "Home" else control.high
    step = control.step if key in ("ArrowRight", "ArrowUp") else -control.step
    return type(control.value)(round(min(max(value + step, control.low), control.high), 10))
