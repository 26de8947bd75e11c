"""Start a JupyterHub as the instructor's guide configures it, and enter it in a browser; for tests."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from lab_driver import free_port

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "instructor" / "hub.md"
PREFIX = "/course"
PROXY = "configurable-http-proxy@5.3.0"  # JupyterHub's own, fetched by name from npm and not kept
# What a test needs besides the configuration of the guide: homes in its own folder, known ports.
BESIDE = """
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}{prefix}/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
"""


def configuration():
    """Return the configuration that the guide shows, and the password in it."""
    (text,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.S)
    return text, re.search(r'password = "(.*?)"', text)[1]


def fetch_proxy(folder):
    """Install the proxy into `folder`; return the folder of its program, or None if that fails."""
    npm = shutil.which("npm")
    install = ("install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PROXY)
    if not npm or subprocess.run([npm, *install], capture_output=True).returncode:
        return None
    return folder / "node_modules" / ".bin"


@contextlib.contextmanager
def jupyter_hub(folder, proxy):
    """Run the hub with its homes in `folder`, and a proxy; yields its address, which has a prefix."""
    ports = [free_port() for _ in range(3)]
    beside = BESIDE.format(ports=ports, prefix=PREFIX, homes=f"{folder}/{{username}}")
    (folder / "jupyterhub_config.py").write_text(configuration()[0] + beside, "utf-8")
    programs = (str(Path(sys.executable).parent), str(proxy), os.environ["PATH"])
    environment = os.environ | {"PATH": os.pathsep.join(programs)}
    for variable in ("HESSIAN_COURSE_PROGRESS", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"):
        environment.pop(variable, None)
    with open(folder / "hub.log", "w+") as log:
        command = [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"]
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{ports[0]}{PREFIX}"
            _wait_until_up(server, f"{address}/hub/login", folder / "hub.log")
            yield address
        finally:
            server.terminate()  # it ends the users' servers and the proxy
            server.wait(60)


def _wait_until_up(server, url, log):
    for _ in range(600):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).read()
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"the hub does not answer:\n{log.read_text('utf-8')}")


def enter(page, address, user):
    """Enter the hub by name, and wait until the user's JupyterLab shows a lesson."""
    page.goto(f"{address}/hub/login")
    page.locator("#username_input").fill(user)
    page.locator("#password_input").fill(configuration()[1])
    page.locator("#login_submit").click()
    page.wait_for_url(f"{address}/user/{user}/**", timeout=180_000)
    page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget", timeout=120_000)
