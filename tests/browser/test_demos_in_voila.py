"""Each demo on its page for the projector: every control, random moves, two viewers."""

import contextlib
import os

import psutil
import pytest
from panel_on_page import PanelOnPage

from course_lib import lessons
from course_lib.app import gallery
from course_lib.teaching import Slider

pytestmark = pytest.mark.browser

CARDS = gallery.cards()
FIRST = list({card.lesson: card for card in reversed(CARDS)}.values())  # one of each lesson
WARM_UP, MOVES = 40, 200
MEGABYTE = 1 << 20


def open_demo(page, address, card):
    page.goto(f"{address}voila/render/{card.page}.ipynb")
    demo = lessons.load(card.lesson).demos[card.key]
    return PanelOnPage(page, demo, gallery.PIXEL_RATIO)


def kernels():
    """Return the megabytes of each kernel that runs below this test."""
    found = []
    for process in psutil.Process(os.getpid()).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may end while it is looked at
            if "ipykernel_launcher" in " ".join(process.cmdline()):
                found.append(process.memory_info().rss / MEGABYTE)
    return found


def memory(page):
    """Return the megabytes that the page's script and all kernels hold."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    measured = {m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]}
    devtools.detach()
    return measured["JSHeapUsedSize"] / MEGABYTE, sum(kernels())


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.page)
def test_every_control_then_random_moves_and_all_can_use_it(card, demos, page, note_counts, scan):
    page.set_viewport_size({"width": 1600, "height": 900})
    panel = open_demo(page, demos, card)
    panel.visit_every_control()
    panel.press_every_preset()
    sliders = [name for name, c in panel.demo.controls.items() if isinstance(c, Slider)]
    for name in sliders[:1]:  # a demo may have buttons only
        panel.drag(name)
    panel.move_at_random(WARM_UP, seed=0)
    if card in FIRST:
        refuse_growth(page, panel)
    note_counts("Voilà", panel)
    assert page.errors == []
    assert page.requests_to_other_hosts == []
    # All of it in one window, and nothing to edit but sliders and the demo's own text.
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")
    assert page.locator(".jp-InputArea, .cm-editor, textarea").count() == 0
    findings = scan(page)
    page.goto(demos)  # leaving ends the kernel; closing a page by script does not
    assert findings == []


def refuse_growth(page, panel):
    """Fail if hundreds of moves leave much behind, in the page or in its kernel."""
    heap, kernels = memory(page)
    for part in range(2):
        panel.move_at_random(MOVES // 2, seed=1 + part)
    more_heap, more_kernels = (
        now - then for now, then in zip(memory(page), (heap, kernels), strict=True)
    )
    print(
        f"\n{page.url}: memory +{more_heap:.1f} MB in the page, +{more_kernels:.1f} MB in kernels"
    )
    assert more_heap < 15
    assert more_kernels < 15


def test_two_viewers_do_not_disturb_each_other(demos, page, browser):
    card = CARDS[0]
    other_page = browser.new_page()
    mine, other = open_demo(page, demos, card), open_demo(other_page, demos, card)
    name = next(n for n, c in mine.demo.controls.items() if isinstance(c, Slider))
    high = mine.demo.controls[name].high
    mine.handle(name).press("End")
    assert mine.expect(**{name: high})
    assert not other.expect()
    preset, changed = list(mine.demo.presets.items())[-1]
    other.press_button(preset)
    other.expect(**mine.demo.parameters(**changed))
    assert not mine.expect()
    other_page.close()
    mine.press_button("Reset")
    mine.expect(**mine.demo.parameters())


def test_a_closed_page_ends_its_kernel(demos, page):
    open_demo(page, demos, CARDS[0])
    running = len(kernels())
    page.goto(demos)
    for _ in range(200):
        if len(kernels()) < running:
            return
        page.wait_for_timeout(50)
    pytest.fail("the kernel of a closed page still runs")


def test_a_page_whose_kernel_has_ended_says_so(demos, page):
    """As where its seat was given to others: its sliders would move nothing, in silence."""
    open_demo(page, demos, CARDS[0]).expect()
    notice = page.get_by_role("alert")
    assert not notice.is_visible()
    page.evaluate(
        """async () => {
            const settings = JSON.parse(document.getElementById("jupyter-config-data").textContent);
            await fetch(`/voila/api/shutdown/${settings.kernelId}`, {method: "POST"});
        }"""
    )
    notice.wait_for(timeout=60_000)
    assert "has ended" in notice.inner_text()


def test_from_the_gallery_by_keyboard_to_full_screen_and_back(demos, page):
    page.goto(demos)
    for card in CARDS:
        picture = page.locator(f'a[href$="{card.page}.ipynb"] img')
        picture.scroll_into_view_if_needed()  # those further down are loaded when they are reached
        page.wait_for_function("img => img.naturalWidth > 0", arg=picture.element_handle())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    panel = PanelOnPage(
        page, lessons.load(CARDS[0].lesson).demos[CARDS[0].key], gallery.PIXEL_RATIO
    )
    panel.expect()
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.get_by_role("button", name="Full screen", pressed=True).wait_for()
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")
    # In reading order: the way back, hide, full screen, presets, Reset, controls.
    page.keyboard.press("Tab")
    order = []
    for _ in range(len(panel.demo.presets) + 5):
        order.append(page.evaluate("document.activeElement.textContent.trim()"))
        page.keyboard.press("Tab")
    presets = [*panel.demo.presets, "Reset"]
    assert [word for word in order if word in presets] == presets
    page.get_by_role("link", name="All demos").click()
    page.get_by_role("heading", name="live demos").wait_for()


def test_the_answer_hides_until_the_room_has_predicted(demos, page):
    panel = open_demo(page, demos, CARDS[0])
    answer = [panel.element.locator(".course-readout"), panel.element.locator("img")]
    page.keyboard.press("h")
    page.get_by_role("button", name="Hide the answer", pressed=True).wait_for()
    assert not any(part.is_visible() for part in answer)
    name, changed = list(panel.demo.presets.items())[-1]
    panel.press_button(name)  # the state can be prepared meanwhile
    panel.expect(**panel.demo.parameters(**changed))
    assert not any(part.is_visible() for part in answer)
    page.keyboard.press("h")
    assert all(part.is_visible() for part in answer)


def test_after_enter_in_a_number_the_keys_are_keys_again(demos, page):
    """H in a slider's number is a letter; once the number is complete, it hides the answer."""
    panel = open_demo(page, demos, CARDS[0])
    panel.expect()
    number = panel.element.locator(".widget-readout[contenteditable]").first
    number.click()
    page.keyboard.press("h")
    hidden = page.get_by_role("button", name="Hide the answer", pressed=True)
    assert hidden.count() == 0
    number.fill("1")
    page.keyboard.press("Enter")
    page.keyboard.press("h")
    hidden.wait_for()
    assert "h" not in number.inner_text().lower()


def test_the_gallery_can_be_used_by_everybody(demos, page, scan):
    page.goto(demos)
    assert scan(page) == []


def test_a_reader_who_wants_no_motion_gets_none(demos, page):
    page.emulate_media(reduced_motion="reduce")
    panel = open_demo(page, demos, CARDS[0])
    moving = panel.element.evaluate(
        """panel => [...panel.querySelectorAll('*')].filter(element => {
            const style = getComputedStyle(element);
            return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
        }).map(element => element.className)"""
    )
    assert moving == []
