import shutil
from pathlib import Path

import axe
import pytest
from lab_driver import HOW_TO_INSTALL, demo_pages, find_chromium, jupyter_lab, launched

import course_lib

LOOPBACK_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="session")
def playwright():
    """The one Playwright of this process: a second one would refuse to start beside it."""
    if not find_chromium():
        pytest.skip(HOW_TO_INSTALL)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright):
    course_lib.setup()  # the twins of the panels compute as the lessons do
    with launched(playwright) as running:
        yield running


@pytest.fixture(scope="module")
def loopback(playwright):
    """A browser to which every host but this machine is unknown."""
    with launched(playwright, LOOPBACK_ONLY) as running:
        yield running


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the lessons: (address, token)."""
    folder = tmp_path_factory.mktemp("my course")  # a path with a space
    for lesson in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(lesson, folder)
    with jupyter_lab(folder) as running:
        yield running


@pytest.fixture(scope="session")
def demos():
    """The demos' server: its address."""
    with demo_pages() as address:
        yield address


@pytest.fixture
def note_counts(record_property):
    """Note what was exercised on a panel: ``tests/conftest.py`` prints it when all is done."""
    return lambda where, panel: record_property("exercised", [where, dict(panel.counts)])


@pytest.fixture
def scan():
    """Scan a page with axe-core and return its serious findings; to be called last."""

    def serious(page, within="body"):
        if axe.source() is None:
            pytest.skip(f"axe-core {axe.VERSION} cannot be fetched from npm here; all else passed")
        return [f for f in axe.findings(page, within) if f[0] in ("serious", "critical")]

    return serious


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_navigation_timeout(120_000)  # Voilà's page is there once its cells are run
    page.errors, page.requests_to_other_hosts = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))

    def note(request):
        if not request.url.startswith(
            ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")
        ):
            page.requests_to_other_hosts.append(request.url)

    page.on("request", note)
    yield page
    page.close()
