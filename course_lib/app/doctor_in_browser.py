"""What the doctor looks at where a lesson runs in a browser, in JupyterLite.

Nothing can be installed there, so nothing is compared with what could be; and a temporary file is
never asked for: on JupyterLite's drive each try at a name is a request, and all names are tried.
"""

import importlib.util
import os
from pathlib import Path

from course_lib.app.doctor import WITH_JAX, Finding

DRIVE = Path("/drive")  # where JupyterLite shows the files that it keeps
NEEDED = ("numpy", "scipy", "sympy", "matplotlib", "sklearn", "ipywidgets", "anywidget")
RELOAD = "reload this page; if that does not help, open it in another browser"


def _packages() -> Finding:
    """Look for the packages that the lessons need."""
    # Not loaded: it takes seconds there, and a lesson loads what it needs.
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return Finding(False, f"Not loaded in this browser: {', '.join(missing)}.", RELOAD)
    return Finding(True, "This notebook runs in your browser, with all packages that it needs.")


def _jax() -> Finding:
    """Say what cannot be run."""
    return Finding(
        True, f"{WITH_JAX} need JAX, which does not run in a browser: a cell that needs it says so."
    )


def _folder() -> Finding:
    """Write to the file beside the lessons."""
    progress = Path(os.environ.get("HESSIAN_COURSE_PROGRESS") or "course-progress.jsonl")
    try:
        with open(progress, "ab"):
            pass
    except OSError as error:
        return Finding(
            False,
            f"This browser cannot write {progress.name} ({error.strerror}): your answers will "
            "be judged but not kept.",
            RELOAD,
        )
    if DRIVE not in progress.absolute().parents:
        return Finding(
            False,
            "What you do is forgotten when you close this page: the browser keeps no files for it.",
            "open the lesson in an ordinary window, not in a private one; or download the notebook "
            "before you leave (File menu)",
        )
    return Finding(True, "What you do is kept, in this browser and nowhere else.")


TESTS = (_packages, _jax, _folder)
