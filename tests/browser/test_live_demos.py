"""Live demos of the built site: every control is moved, and all words are those of the installed course."""

import json
import statistics
import time

import pytest
from panel_on_page import after
from website import demos as pages
from website.lessons import anchor
from website.server import HTML, serve

import course_lib
from course_lib import lessons
from course_lib.teaching import Options, Slider, Text

pytestmark = pytest.mark.browser

LIVE = HTML / "_static" / "live"
MOST_MEGABYTES = 45

# Waits until words and alt text are those of a state; returns what is there where they never come.
SEEN = """async (player, [words, alt]) => {
    const seen = () => JSON.stringify([
        [...player.querySelectorAll('.readout > span')].map((span) => span.textContent),
        player.querySelector('img').alt]);
    const picture = player.querySelector('img'), end = Date.now() + 20000;
    for (;;) {
        while (seen() !== JSON.stringify([words, alt])) {
            if (Date.now() > end) return seen();
            await new Promise((resolve) => setTimeout(resolve, 8));
        }
        const address = picture.src;
        try {
            await picture.decode();
            return null;
        } catch (error) { // two states may have the same words: then the next picture may come now
            if (picture.src === address) throw error;
        }
    }
}"""

# Notes the milliseconds from each key press to the picture that follows it.
WATCH = """(player) => {
    player.delays = [];
    let pressed = null;
    player.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    player.querySelector('img').addEventListener('load', () => {
        if (pressed !== null) player.delays.push(performance.now() - pressed);
        pressed = null;
    });
}"""


@pytest.fixture(scope="module")
def site():
    if not (LIVE / "course.zip").is_file():
        pytest.skip("the site was not built, or without live demos: make site")
    course_lib.setup()
    with serve() as address:
        yield address


@pytest.fixture(scope="module")
def opened(site, loopback):
    """The page of the demos: what is loaded for one is there for the next."""
    page = loopback.new_page(viewport={"width": 1200, "height": 1000})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
    page.goto(f"{site}/demos.html")
    yield page
    page.close()


def live_demos():
    """The demos that do without JAX, from the built page."""
    names = pages.sweeps()
    text = (HTML / "demos.html").read_text("utf-8") if (LIVE / "course.zip").is_file() else ""
    here = [(n, k) for n, k in names if f'"lesson": "{n}", "key": "{k}"' in text]
    return here or [("lesson_02", "quadratic")]


every_live_demo = pytest.mark.parametrize(
    ("name", "key"), live_demos(), ids=lambda part: part.replace("lesson_", "")
)


class LivePlayer:
    """A player of the page that is made live, and what the installed course says of its states."""

    def __init__(self, page, name, key):
        self.page, self.demo = page, lessons.load(name).demos[key]
        self.element = page.locator(f"#play-{anchor(name, key)}")
        self.parameters = self.demo.parameters()
        self.compared = 0

    def make_live(self):
        """Press the button; return the seconds to the first picture."""
        start = time.perf_counter()
        self.element.get_by_role("button", name="Make it live").click()
        self.page.locator(f"#{self.element.get_attribute('id')}[data-shown]").wait_for(
            timeout=120_000
        )
        return time.perf_counter() - start

    def expect(self, **changed):
        """Wait until the page says what the installed course computes."""
        self.parameters |= changed
        state = self.demo.compute(**self.parameters)
        words = [f"{label}: {text}" for label, text in self.demo.readout(state).items()]
        alt = self.demo.alt(state)
        seen = self.element.evaluate(SEEN, [words, alt])
        assert seen is None, f"{self.parameters}: {json.loads(seen)}, not {[words, alt]}"
        self.compared += 1

    def press(self, label):
        self.element.get_by_role("button", name=label, exact=True).click()

    def slider(self, name):
        label = self.demo.controls[name].label
        return self.element.get_by_role("slider", name=label, exact=True)

    def visit(self, name, control):
        """Move one control to each of its ends, and back."""
        match control:
            case Slider():
                handle, value = self.slider(name), control.value
                handle.focus()
                for key in ("ArrowRight", "End", "ArrowLeft", "Home"):
                    handle.press(key)
                    value = after(control, value, key)
                    self.expect(**{name: value})
            case Options():
                group = self.element.get_by_role("group", name=control.label, exact=True)
                for option in (*control.options[::-1], control.value):
                    group.get_by_role("radio", name=option, exact=True).check()
                    self.expect(**{name: option})
            case Text():
                line = self.element.get_by_role("textbox", name=control.label, exact=True)
                for text in control.examples:
                    line.fill(text)
                    line.press("Enter")
                    self.expect(**{name: text})
                line.fill(control.refused)
                line.press("Enter")
                said = self.element.get_by_role("status").get_by_text("The picture still shows")
                said.wait_for(timeout=10_000)
                self.expect()
        self.press("Reset")
        self.expect(**self.demo.parameters())

    def delay(self, presses=9):
        """Press a key on the first slider; return the median milliseconds to its picture."""
        name = next(n for n, c in self.demo.controls.items() if isinstance(c, Slider))
        self.element.evaluate(WATCH)
        handle = self.slider(name)
        handle.focus()
        for _ in range(presses):
            handle.press("ArrowRight")
            control = self.demo.controls[name]
            self.expect(**{name: after(control, self.parameters[name], "ArrowRight")})
        return statistics.median(self.element.evaluate("(player) => player.delays"))


@every_live_demo
def test_every_control_and_preset_shows_what_the_course_computes(name, key, opened):
    player = LivePlayer(opened, name, key)
    seconds = player.make_live()
    player.expect()
    for control in player.demo.controls:
        player.visit(control, player.demo.controls[control])
    for label, changed in player.demo.presets.items():
        player.press(label)
        player.expect(**player.demo.parameters(**changed))
    player.press("Reset")
    player.expect(**player.demo.parameters())
    has_slider = any(isinstance(c, Slider) for c in player.demo.controls.values())
    delay = f"{player.delay():.0f} ms from key press to picture" if has_slider else "no slider"
    assert opened.errors == []
    print(f"{name} {key}: first picture after {seconds:.1f} s, {player.compared} states, {delay}")


def test_all_demos_of_the_page_together_send_at_most_45_megabytes(opened, site):
    live = opened.locator(".player[data-live=on]").count()
    print(f"{site.sent / 1e6:.1f} MB sent for the page with {live} live demos")
    assert live
    assert site.sent / 1e6 <= MOST_MEGABYTES


def test_a_cold_start_says_how_far_it_is(site, loopback):
    page = loopback.new_context(viewport={"width": 1200, "height": 1000}).new_page()
    before = site.sent
    page.goto(f"{site}/demos.html")
    pictures = site.sent - before
    player = LivePlayer(page, "lesson_02", "quadratic")
    player.element.evaluate(
        """(player) => {
            player.lines = [];
            const line = player.querySelector('.live-line');
            new MutationObserver(() => player.lines.push(line.textContent))
                .observe(line, {childList: true, characterData: true, subtree: true});
        }"""
    )
    seconds = player.make_live()
    player.expect()
    lines = player.element.evaluate("(player) => player.lines")
    assert any(line.endswith(" MB") and " of " in line for line in lines), lines
    delay = player.delay(presses=15)
    megabytes = (site.sent - before) / 1e6
    print(
        f"{megabytes:.1f} MB sent, {pictures / 1e6:.1f} of them before the button; first picture "
    )
    print(f"after {seconds:.1f} s; key press to picture {delay:.0f} ms (median)")
    assert megabytes <= MOST_MEGABYTES
    page.context.close()


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1200), ("dark", 400)], ids=["light", "dark and narrow"]
)
def test_a_demo_goes_on_where_the_pictures_were_and_can_be_used_by_all(
    scheme, width, site, loopback, scan
):
    context = loopback.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(f"{site}/demos.html")
    player = LivePlayer(page, "lesson_01", "formula")
    player.element.get_by_role("slider").press("Home")
    player.make_live()
    player.expect(x=pages.sweeps()["lesson_01", "formula"].values[0])
    line = player.element.get_by_role("textbox")
    line.fill("<img src=x onerror=alert(1)>")
    line.press("Enter")
    player.element.get_by_text("may not be in a formula").wait_for(timeout=10_000)
    player.expect()  # the last good picture
    assert player.element.locator(".readout img").count() == 0
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert scan(page, f"#play-{anchor('lesson_01', 'formula')}") == []
    context.close()


@pytest.mark.parametrize(
    "lost", ["live_worker.mjs", "pyodide.asm.wasm.packed", "numpy-*", "course.zip"]
)
def test_a_file_that_is_lost_leaves_the_pictures_and_says_so(lost, site, loopback):
    context = loopback.new_context()
    context.route(f"**/{lost}", lambda route: route.fulfill(status=404, body="gone"))
    page = context.new_page()
    page.goto(f"{site}/demos.html")
    player = page.locator("#play-lesson-02-quadratic")
    before = player.get_by_role("img").get_attribute("src")
    player.get_by_role("button", name="Make it live").click()
    player.get_by_text("The demo could not be made live in this browser").wait_for(timeout=60_000)
    assert player.get_by_role("img").get_attribute("src") == before
    slider = player.get_by_role("slider")
    slider.focus()
    slider.press("End")
    assert player.get_by_role("img").get_attribute("src") != before
    # Where the file is there again, the button works.
    context.unroute(f"**/{lost}")
    LivePlayer(page, "lesson_02", "quadratic").make_live()
    context.close()
