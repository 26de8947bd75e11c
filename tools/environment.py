"""Make the project's environment: `python3 tools/environment.py lab test …`.

It creates `.venv`, installs the pinned packages of the named extras and this package in editable
form, and leaves a stamp so that the next call returns at once. It uses the standard library alone,
because it runs before anything is installed.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

if sys.stdout is not None:  # a console that lacks “…” must not end the installation
    sys.stdout.reconfigure(errors="replace")

if sys.version_info < (3, 11):  # noqa: UP036 - a user may run this with an older one
    sys.exit(
        f"Python 3.11 or newer is needed; this is {sys.version.split()[0]} ({sys.executable}). "
        "Name another with: make PYTHON=python3.12 …"
    )

import tomllib

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"


def fingerprint():
    """Return a digest of everything on which the installation depends.

    The folder counts, because a venv cannot be moved.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    parts = (str(ROOT), sys.version, repr(project), pins)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def installed():
    """Return the fingerprint of the installation that is in place, and its extras."""
    if not (STAMP.is_file() and PYTHON.exists()):
        return None, set()
    stamp, *extras = STAMP.read_text("utf-8").split()
    return stamp, set(extras)


def run(*command):
    """Run a command, and stop with its exit code if it fails."""
    code = subprocess.run(command, cwd=ROOT).returncode
    if code:
        sys.exit(f"This step failed (exit code {code}): {' '.join(map(str, command))}")


def create():
    """Create an empty `.venv`, or say what the machine lacks."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "Python's venv module is missing. On Debian or Ubuntu install it with:\n"
            f"    apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )
    print("Creating .venv …", flush=True)
    run(sys.executable, "-m", "venv", "--clear", str(VENV))


def main(extras):
    made_from, have = installed()
    if made_from != fingerprint():  # with other pins, Python or path, start anew and never patch
        create()
        have = set()
    if set(extras) <= have:
        return
    print(f"Installing for {', '.join(extras)} (about a minute, once) …", flush=True)
    run(
        *(str(PYTHON), "-m", "pip", "install", "--quiet", "--compile"),
        *("--disable-pip-version-check", "--constraint", "constraints.txt"),
        *("--editable", f".[{','.join(extras)}]"),
    )
    STAMP.write_text("\n".join([fingerprint(), *sorted(have | set(extras))]), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
