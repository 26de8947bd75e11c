"""Start JupyterLab or the demos' server and drive them in a real browser; for tests and measurements."""

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from course_lib.app import cli

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW_TO_INSTALL = "no Chromium or Chrome found; on Debian or Ubuntu: apt install chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # root in a container has no sandbox
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NOTEBOOK_IS_READY = "() => window.jupyterapp?.shell?.currentWidget?.context?.isReady"
# Runs all cells of the notebook that is open; returns the execution counts of its code cells.
RUN_ALL = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget;
    await notebook.revealed;
    await notebook.sessionContext.ready;
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
    return notebook.content.widgets
        .filter(cell => cell.model.type === 'code')
        .map(cell => cell.model.executionCount);
}"""


def find_chromium():
    """Return the path of an installed browser, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextlib.contextmanager
def chromium(*arguments):
    """Run a headless browser, with arguments of its own; yields Playwright's browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, launched(playwright, *arguments) as browser:
        yield browser


@contextlib.contextmanager
def launched(playwright, *arguments):
    """Run a headless browser in this Playwright; a process can have only one of them at a time."""
    browser = playwright.chromium.launch(
        executable_path=find_chromium(), args=[*CHROMIUM_ARGUMENTS, *arguments]
    )
    try:
        yield browser
    finally:
        browser.close()


def free_port():
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Where the pages of each program that shows notebooks are, by the module that starts the program.
PAGES = {"jupyterlab": "doc/tree", "notebook": "notebooks", "nbclassic": "nbclassic/notebooks"}
EXPOSE = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}


@contextlib.contextmanager
def jupyter_lab(folder, program="jupyterlab"):
    """Serve `folder` by a program of PAGES, with settings of its own; yields (address, token)."""
    port = free_port()
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as scratch:
        settings = Path(scratch)
        (settings / "labconfig").mkdir()
        # The pop-up that asks about news would cover the page.
        news_off = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        (settings / "labconfig" / "page_config.json").write_text(json.dumps(news_off))
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": scratch,
            "JUPYTER_RUNTIME_DIR": f"{scratch}/runtime",
            "JUPYTERLAB_SETTINGS_DIR": f"{scratch}/settings",
            "JUPYTERLAB_WORKSPACES_DIR": f"{scratch}/workspaces",
            "JUPYTER_PREFER_ENV_PATH": "1",
        }
        # Start it as `hessian-course lab` does, but with a known token.
        arguments = cli.jupyter_arguments(folder, "127.0.0.1", port)
        command = [
            *(sys.executable, "-m", program, "--no-browser", "--allow-root", *arguments),
            f"--IdentityProvider.token={token}",
        ]
        if program in EXPOSE:
            command.append(f"--{EXPOSE[program]}.expose_app_in_browser=True")
        with open(settings / "server.log", "w+") as log:
            server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            try:
                address = f"http://127.0.0.1:{port}"
                _wait_until_up(server, f"{address}/api/status?token={token}", log)
                yield address, token
            finally:
                server.terminate()
                server.wait(30)


@contextlib.contextmanager
def demo_pages(*arguments):
    """Run `hessian-course demo` with these arguments; yields the address that it prints."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    with tempfile.TemporaryFile("w+") as log:
        command = [sys.executable, "-m", "course_lib.app.cli", "demo", *arguments]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            for _ in range(600):
                log.seek(0)
                said = log.read()
                if found := re.search(r"http://\S+", said):
                    break
                if server.poll() is not None:
                    raise RuntimeError(f"the demos' server ended at once:\n{said}")
                time.sleep(0.1)
            else:
                raise RuntimeError("the demos' server printed no address within a minute")
            yield found[0]
        finally:
            server.terminate()
            server.wait(30)


def _wait_until_up(server, url, log):
    for _ in range(600):
        if server.poll() is not None:
            log.seek(0)
            raise RuntimeError(f"JupyterLab ended at once:\n{log.read()}")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=1).read()
            return
        time.sleep(0.1)
    raise RuntimeError("JupyterLab did not answer within a minute")


def _end_sessions(address, token):
    """End all kernels: one of an earlier visit would first show its widgets, then replace them."""
    with urllib.request.urlopen(f"{address}/api/sessions?token={token}") as answer:
        sessions = json.load(answer)
    for session in sessions:
        url = f"{address}/api/sessions/{session['id']}?token={token}"
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()


def open_and_run(page, address, token, notebook, program="jupyterlab"):
    """Open a notebook, run all its cells, and return the execution counts of its code cells."""
    _end_sessions(address, token)
    page.goto(f"{address}/{PAGES[program]}/{notebook}?token={token}")
    return (run_all_classic if program == "nbclassic" else run_all)(page)


def run_all_classic(page):
    """Run all cells of the notebook that a page of the classic notebook shows."""
    page.wait_for_function("() => window.Jupyter?.notebook?.kernel?.widget_manager", timeout=60_000)
    # For up to four seconds, its extension for widgets asks the kernel which widgets there are.
    # Then it shows all outputs anew, and cells that ran in the meantime lose theirs.
    page.wait_for_timeout(5000)
    return page.evaluate(
        """async () => {
            Jupyter.notebook.execute_all_cells();
            const cells = Jupyter.notebook.get_cells().filter(cell => cell.cell_type === 'code');
            const counts = () => cells.map(cell => cell.input_prompt_number);
            while (counts().includes('*')) await new Promise(resolve => setTimeout(resolve, 100));
            return counts();
        }"""
    )


def run_all(page):
    """Run all cells of the notebook that the page of JupyterLab or Notebook 7 shows."""
    page.wait_for_function(NOTEBOOK_IS_READY, timeout=60_000)
    return page.evaluate(RUN_ALL)
