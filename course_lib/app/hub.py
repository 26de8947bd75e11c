"""The live demos on a hub: what jupyter-server-proxy asks of them, one server for each user."""

import importlib.util
import sys
from typing import Any

PAGE = "course-demos"  # as the entry point in pyproject.toml is named


def demos() -> dict[str, Any]:
    """Return how jupyter-server-proxy starts the demos, under the user's address and PAGE.

    The hub lets nobody else to that address, and its name is not known here: any host is allowed.

    Returns
    -------
    dict
        Named in the documentation of jupyter-server-proxy; what is in braces it fills in.
    """
    # -P: a file course_lib.py in the folder in which JupyterLab was started is not the course.
    command = [sys.executable, "-P", "-m", "course_lib.app.cli", "demo", "--port", "{port}"]
    return {
        "command": [*command, "--base-url", f"{{base_url}}{PAGE}/", "--allow-host", "*"],
        "timeout": 60,  # seconds; Voilà takes a few
        "launcher_entry": {
            "title": "Live demos",
            "enabled": importlib.util.find_spec("voila") is not None,
        },
    }
