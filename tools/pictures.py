"""Take the pictures of the README and the site: a demo in JupyterLab, as a still and as a loop."""

import io
import shutil
import tempfile
from pathlib import Path

from lab_driver import chromium, jupyter_lab, open_and_run
from PIL import Image

from course_lib import lessons
from course_lib.teaching.stored import notebook_of

ROOT = Path(__file__).resolve().parent.parent
STILL = ROOT / "assets" / "demo_quadratic.png"
LOOP = ROOT / "assets" / "demo_quadratic.webp"
LESSON, KEY, CONTROL = "lesson_02", "quadratic", "eta"
PRESSES, STEPS_A_PRESS, MILLISECONDS = 23, 3, 160  # η from 0.05 to 0.119, and back


def record(page, panel, handle):
    """Press the arrow keys and return a picture of the panel after every few presses."""
    frames = [panel.screenshot()]
    for _ in range(PRESSES):
        for _ in range(STEPS_A_PRESS):
            handle.press("ArrowRight")
        page.wait_for_timeout(400)  # the image is being decoded
        frames.append(panel.screenshot())
    return [Image.open(io.BytesIO(frame)).convert("RGB") for frame in frames]


def main():
    demo = lessons.load(LESSON).demos[KEY]
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        notebook = notebook_of(LESSON)
        shutil.copy(notebook, folder)
        with jupyter_lab(folder) as (address, token):
            page = browser.new_page(
                viewport={"width": 1050, "height": 1000}, device_scale_factor=1.5
            )
            open_and_run(page, address, token, notebook.name)
            panel = page.locator(".course-panel", has_text=demo.title)
            panel.scroll_into_view_if_needed()
            page.wait_for_timeout(1000)
            panel.screenshot(path=STILL)
            handle = panel.get_by_role("slider", name=demo.controls[CONTROL].label, exact=True)
            handle.focus()
            frames = record(page, panel, handle)
    there_and_back = frames + frames[-2:0:-1]
    times = [MILLISECONDS] * len(there_and_back)
    times[0] = times[len(frames) - 1] = 1200
    first, *others = there_and_back
    options = {"duration": times, "loop": 0, "quality": 70, "method": 6}
    first.save(LOOP, save_all=True, append_images=others, **options)


if __name__ == "__main__":
    main()
