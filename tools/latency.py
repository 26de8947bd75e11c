"""Measure the demos in JupyterLab and on the projector: key press to changed picture, in milliseconds.

    python tools/latency.py [lesson_02 …]

Prints for each demo the median and the 90th percentile of single presses, and how long after the
last press of a burst the picture still changes. Machines are noisy: compare within one run.
"""

import itertools
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from lab_driver import chromium, demo_pages, find_chromium, jupyter_lab, open_and_run

import course_lib
from course_lib import lessons
from course_lib.app import gallery
from course_lib.teaching import Slider
from course_lib.teaching.stored import notebook_of

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PRESSES, BURST = 20, 36

WATCH = """(panel) => {
    const picture = panel.querySelector('img');
    const seen = window.watched = {keys: [], changes: [], src: picture.src};
    document.addEventListener('keydown', event => seen.keys.push(event.timeStamp), true);
    const watch = () => {
        // The picture counts once it is decoded, not when it is named.
        if (picture.complete && picture.naturalWidth && picture.src !== seen.src) {
            seen.src = picture.src;
            seen.changes.push(performance.now());
        }
        requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
}"""
TAKE = """() => {
    const seen = window.watched;
    return {keys: seen.keys.splice(0), changes: seen.changes.splice(0)};
}"""


def has_slider(demo):
    """Return whether a demo has a slider to move; it may have buttons only."""
    return any(isinstance(control, Slider) for control in demo.controls.values())


def measure(page, demo):
    """Return (single latencies, settling time after a burst) in milliseconds."""
    panel = page.locator(".course-panel", has_text=demo.title)
    panel.scroll_into_view_if_needed()
    control = next(c for c in demo.controls.values() if isinstance(c, Slider))
    steps = round((control.high - control.low) / control.step)
    handle = panel.get_by_role("slider", name=control.label, exact=True)
    handle.wait_for(timeout=60_000)
    handle.focus()
    for key in ("ArrowRight", "Home"):  # the first picture is slower
        handle.press(key)
        page.wait_for_timeout(500)
    keys = itertools.cycle(["ArrowRight"] * steps + ["ArrowLeft"] * steps)  # to and fro
    panel.evaluate(WATCH)
    for _ in range(PRESSES):
        page.keyboard.press(next(keys))
        page.wait_for_timeout(400)
    seen = page.evaluate(TAKE)
    # A press that changes no pixel has no answer to wait for.
    answers = [[c - key for c in seen["changes"] if 0 < c - key < 400] for key in seen["keys"]]
    single = [min(answer) for answer in answers if answer]
    for _ in range(BURST):
        page.keyboard.press(next(keys))
        page.wait_for_timeout(30)
    page.wait_for_timeout(2000)
    seen = page.evaluate(TAKE)
    return single, seen["changes"][-1] - seen["keys"][-1]


def report(page, demo, scale=1):
    """Measure one demo and print its row."""
    single, settles = measure(page, demo)
    p90 = statistics.quantiles(single, n=10)[-1]
    size = "×".join(str(round(scale * side)) for side in demo.size)
    print(
        f"{demo.title:<72}{size:>10}{statistics.median(single):>8.0f}{p90:>6.0f}{settles:>15.0f}",
        flush=True,
    )


def main(names):
    if not find_chromium():
        sys.exit("Chromium or Chrome is needed")
    course_lib.setup()
    chosen = names or lessons.lesson_names()
    head = f"{'pixels':>10}{'median':>8}{'p90':>6}{'burst settles':>15}"
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for lesson in NOTEBOOKS.glob("*.ipynb"):
            shutil.copy(lesson, folder)
        print(f"{'demo in JupyterLab':<72}{head}")
        with jupyter_lab(folder) as (address, token):
            for name in chosen:
                page = browser.new_page(viewport={"width": 1200, "height": 1000})
                open_and_run(page, address, token, notebook_of(name).name)
                for demo in filter(has_slider, lessons.load(name).demos.values()):
                    report(page, demo)
                page.close()
        print(f"{'demo in Voilà, in a window of 1920×1080':<72}{head}")
        with demo_pages() as address:
            for card in gallery.choose(chosen, gallery.cards()):
                demo = lessons.load(card.lesson).demos[card.key]
                if not has_slider(demo):
                    continue
                page = browser.new_page(viewport={"width": 1920, "height": 1080})
                page.goto(f"{address}voila/render/{card.page}.ipynb")
                report(page, demo, gallery.PIXEL_RATIO)
                page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
