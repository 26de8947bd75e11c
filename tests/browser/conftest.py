import os
import shutil
from pathlib import Path

import pytest
from lab_driver import HOW_TO_INSTALL, chromium, find_chromium, jupyter_lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="session")
def browser():
    if not find_chromium():
        if os.environ.get("CI") == "true":
            pytest.fail(HOW_TO_INSTALL)
        pytest.skip(HOW_TO_INSTALL)
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the lessons: (address, token)."""
    folder = tmp_path_factory.mktemp("my course")  # a path with a space
    for lesson in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(lesson, folder)
    with jupyter_lab(folder) as running:
        yield running


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    page.close()
