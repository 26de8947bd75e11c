"""The live demos on a hub: how jupyter-server-proxy starts one server for each user."""

import importlib.util
import sys
from typing import Any

PAGE = "course-demos"  # also the name of the entry point in pyproject.toml


def demos() -> dict[str, Any]:
    """Return how jupyter-server-proxy starts the demos, under the user's address and PAGE.

    Any host name is allowed, because the hub's name is not known here. The hub lets nobody else
    reach that address.

    Returns
    -------
    dict
        The settings that the documentation of jupyter-server-proxy names. It fills in the names in
        braces.
    """
    # -P: Python must not take a file course_lib.py in JupyterLab's folder for the course.
    command = [sys.executable, "-P", "-m", "course_lib.app.cli", "demo", "--port", "{port}"]
    return {
        "command": [*command, "--base-url", f"{{base_url}}{PAGE}/", "--allow-host", "*"],
        "timeout": 60,  # seconds; Voilà takes a few
        "launcher_entry": {
            "title": "Live demos",
            "enabled": importlib.util.find_spec("voila") is not None,
        },
    }
