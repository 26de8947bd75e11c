"""Two users of a JupyterHub, as the guide configures it: lessons and demos of each, under a prefix."""

import json

import pytest
from hub_driver import PROXY, enter, fetch_proxy, jupyter_hub
from lab_driver import run_all
from panel_on_page import PanelOnPage

from course_lib import lessons
from course_lib.app import gallery, hub
from course_lib.teaching.progress import FILE_NAME
from course_lib.teaching.stored import notebook_of

pytestmark = pytest.mark.browser

CARD = gallery.cards()[0]
ANSWERS = {"ada": "along v₁ (stiff)", "bob": "along v₂ (flat)"}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The hub's address and the folder of the homes."""
    proxy = fetch_proxy(tmp_path_factory.mktemp("proxy"))
    if proxy is None:
        pytest.skip(f"{PROXY} cannot be fetched from npm here")
    folder = tmp_path_factory.mktemp("hub")
    with jupyter_hub(folder, proxy) as address:
        yield address, folder


@pytest.fixture(scope="module")
def pages(running, browser):
    """A page for each user, in a browser of its own."""
    opened = {}
    for user in ANSWERS:
        opened[user] = browser.new_context(viewport={"width": 1200, "height": 1000}).new_page()
        opened[user].set_default_navigation_timeout(120_000)
        enter(opened[user], running[0], user)
    return opened


@pytest.mark.parametrize("user", ANSWERS)
def test_a_lesson_runs_and_its_answers_are_kept_in_the_users_own_home(user, running, pages):
    address, folder = running
    page, lesson = pages[user], notebook_of("lesson_02").name
    page.goto(f"{address}/user/{user}/doc/tree/my-course/{lesson}")
    counts = run_all(page)
    assert counts == list(range(1, len(counts) + 1))
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    for demo in lessons.load("lesson_02").demos.values():
        panel = PanelOnPage(page, demo)
        panel.element.scroll_into_view_if_needed()
        panel.visit_every_control()
    page.get_by_role("button", name=ANSWERS[user]).click()
    page.get_by_text(f"You predict: {ANSWERS[user]}.").wait_for(timeout=10_000)
    lines = (folder / user / "my-course" / FILE_NAME).read_text("utf-8").splitlines()
    kept = [json.loads(line) for line in lines if line]
    assert [entry["answer"] for entry in kept if entry["kind"] == "prediction"] == [ANSWERS[user]]


@pytest.mark.parametrize("user", ANSWERS)
def test_the_demos_are_served_to_each_user(user, running, pages):
    page = pages[user]
    page.goto(f"{running[0]}/user/{user}/{hub.PAGE}/")
    page.locator(f'a[href$="{CARD.page}.ipynb"]').click()
    demo = lessons.load(CARD.lesson).demos[CARD.key]
    panel = PanelOnPage(page, demo, gallery.PIXEL_RATIO)
    panel.visit_every_control()
    panel.press_every_preset()
    assert not page.locator("#prefix").is_visible()
    page.get_by_role("link", name="All demos").click()
    page.get_by_role("heading", name="live demos").wait_for()


def test_nobody_enters_the_server_of_somebody_else(running, pages):
    address, _ = running
    for place in ("lab", "api/contents/my-course", f"{hub.PAGE}/"):
        answer = pages["ada"].goto(f"{address}/user/bob/{place}")
        assert answer.status in (403, 404), place
