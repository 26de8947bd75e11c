"""Each lesson in JupyterLab as a learner has it: run all, move every control, press every button."""

import pytest
from lab_driver import open_and_run
from panel_on_page import PanelOnPage

from course_lib import lessons
from course_lib.teaching.stored import notebook_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", lessons.lesson_names())
def test_run_all_then_every_control(name, lab, page, note_counts):
    address, token = lab
    counts = open_and_run(page, address, token, notebook_of(name).name)
    assert counts == list(range(1, len(counts) + 1))
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    for demo in lessons.load(name).demos.values():
        panel = PanelOnPage(page, demo)
        panel.element.scroll_into_view_if_needed()
        panel.visit_every_control()
        panel.press_every_preset()
        note_counts("JupyterLab", panel)
    assert page.errors == []
    assert page.requests_to_other_hosts == []


@pytest.fixture(scope="module")
def lesson_02(lab, browser):
    """A page with lesson 02, all cells run, for what need not be looked at in every lesson."""
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    open_and_run(page, *lab, notebook_of("lesson_02").name)
    yield page
    page.close()


def test_a_prediction_commits_in_the_page(lesson_02):
    lesson_02.get_by_role("button", name="along v₁ (stiff)").click()
    lesson_02.get_by_text("You predict: along v₁ (stiff).").wait_for(timeout=10_000)
    assert lesson_02.get_by_role("button", name="along v₂ (flat)").is_disabled()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_panel_can_be_used_by_everybody_in_both_themes(theme, lesson_02, scan):
    lesson_02.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    light = str(theme == "JupyterLab Light").lower()
    lesson_02.locator(f'body[data-jp-theme-light="{light}"]').wait_for(state="attached")
    panel = lesson_02.locator(".course-panel").first
    panel.scroll_into_view_if_needed()
    panel.get_by_role("slider").first.wait_for()
    assert scan(lesson_02, ".course-panel") == []
