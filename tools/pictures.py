"""Take the pictures of the README: each named demo as it stands in JupyterLab."""

import shutil
import tempfile
from pathlib import Path

from lab_driver import chromium, jupyter_lab, open_and_run

from course_lib import lessons

ROOT = Path(__file__).resolve().parent.parent
PICTURES = {"lesson_02": "quadratic"}


def main():
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for lesson in (ROOT / "notebooks").glob("*.ipynb"):
            shutil.copy(lesson, folder)
        with jupyter_lab(folder) as (address, token):
            for name, demo in PICTURES.items():
                (notebook,) = Path(folder).glob(name.removeprefix("lesson_") + "_*.ipynb")
                page = browser.new_page(
                    viewport={"width": 1050, "height": 1000}, device_scale_factor=1.5
                )
                open_and_run(page, address, token, notebook.name)
                title = lessons.load(name).demos[demo].title
                panel = page.locator(".course-panel", has_text=title)
                panel.scroll_into_view_if_needed()
                page.wait_for_timeout(1000)  # the image is being decoded
                panel.screenshot(path=ROOT / "assets" / f"demo_{demo}.png")


if __name__ == "__main__":
    main()
