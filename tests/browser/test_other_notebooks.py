"""A lesson in the other programs that show notebooks: run all, move every control, press every button."""

import shutil

import pytest
from lab_driver import jupyter_lab, open_and_run
from panel_on_page import PanelOnPage

from course_lib import lessons
from course_lib.teaching.stored import notebook_of

pytestmark = pytest.mark.browser

LESSON = "lesson_02"
FAULTS = (
    '[data-mime-type="application/vnd.jupyter.error"]',
    '[data-mime-type="application/vnd.jupyter.stderr"]',
    ".output_error",
    ".output_stderr",
)
# Notebook 7.6 raises this while it opens any notebook, an empty one too; nothing is missing then.
NOT_OURS = {"Cannot read properties of undefined (reading 'schema')"}


@pytest.mark.parametrize("program", ["notebook", "nbclassic"])
def test_run_all_then_every_control(program, tmp_path, page, note_counts):
    folder = tmp_path / "my course"
    folder.mkdir()
    shutil.copy(notebook_of(LESSON), folder)
    with jupyter_lab(folder, program) as (address, token):
        counts = open_and_run(page, address, token, notebook_of(LESSON).name, program)
        assert counts == list(range(1, len(counts) + 1))
        for fault in FAULTS:
            assert page.locator(fault).count() == 0, page.locator(fault).first.inner_text()
        for demo in lessons.load(LESSON).demos.values():
            panel = PanelOnPage(page, demo)
            panel.element.scroll_into_view_if_needed()
            panel.visit_every_control()
            panel.press_every_preset()
            note_counts(program, panel)
        page.get_by_role("button", name="along v₁ (stiff)").click()
        page.get_by_text("You predict: along v₁ (stiff).").wait_for(timeout=10_000)
        assert set(page.errors) <= NOT_OURS
        assert page.requests_to_other_hosts == []
