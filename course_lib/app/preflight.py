"""Checks before a server starts: the kernel, the address and the port, and a home to write to."""

import atexit
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from course_lib.app.doctor import Finding

LAST_PORT = 65535
# What Jupyter writes for itself, and the variables that lead it elsewhere.
FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")


def kernel() -> Finding:
    """Return whether a lesson's kernel would run in this environment, as a `Finding`."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import KernelManager

    before = os.environ.get("JUPYTER_PREFER_ENV_PATH")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # as the course starts JupyterLab
    try:
        python = KernelManager(kernel_name="python3").format_kernel_cmd()[0]
    except NoSuchKernel:
        return Finding(
            False,
            "JupyterLab has no Python kernel here.",
            f"run `{sys.executable} -m ipykernel install --sys-prefix`",
        )
    finally:
        if before is None:
            del os.environ["JUPYTER_PREFER_ENV_PATH"]
        else:
            os.environ["JUPYTER_PREFER_ENV_PATH"] = before
    # Not the file that a link leads to: all environments link to one Python.
    if Path(python).parent.absolute() != Path(sys.executable).parent.absolute():
        return Finding(
            False,
            f"The kernel “Python 3” is another environment's, {python}; the course is installed "
            f"for {sys.executable}.",
            f"run `{sys.executable} -m ipykernel install --sys-prefix`",
        )
    return Finding(True, "JupyterLab will start the kernel of this environment.")


def address(ip: str) -> Finding:
    """Return whether a server can listen on an address of this machine, as a `Finding`."""
    if trouble := _trouble(ip, 0):
        return Finding(
            False,
            f"A server cannot listen on {ip!r} on this machine: {trouble}.",
            "leave out --ip to be reached from this machine only, or use --ip 0.0.0.0 to be reached "
            "from others, too",
        )
    return Finding(True, "The address is one of this machine.")


def port(number: int, ip: str = "127.0.0.1") -> Finding:
    """Return whether a server can listen on a port, as a `Finding`."""
    if trouble := _trouble(ip, number):
        return Finding(
            False,
            f"Port {number} cannot be used: {trouble}.",
            "choose another one with --port, or leave out --port to take the first free one",
        )
    return Finding(True, f"Port {number} is free.")


def _trouble(ip: str, number: int) -> str:
    """Say why a server cannot listen there; an empty string if it can."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            if os.name != "nt":  # a port that was closed a moment ago is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((ip, number))
    except OSError as error:
        return error.strerror or str(error)
    except (OverflowError, UnicodeError) as error:
        return str(error)
    return ""


def home() -> Finding:
    """Return whether Jupyter can write the settings that it keeps for this user, as a `Finding`."""
    if unusable := _unusable_folders():
        told = ", ".join(f"{folder} ({variable})" for variable, folder in unusable.items())
        return Finding(
            False,
            f"Jupyter cannot write to {told}, so its settings will be lost when it ends.",
            f"set HOME, now {os.environ.get('HOME', 'not set')}, to a folder that you can write to, "
            "or set each of these variables to such a folder",
        )
    return Finding(True, "Jupyter can keep its settings.")


def lend_folders() -> str:
    """Give Jupyter a temporary folder for whatever it cannot write, and return what was done."""
    unusable = _unusable_folders()
    if not unusable:
        return ""
    lent = tempfile.mkdtemp(prefix="hessian-course-")
    atexit.register(shutil.rmtree, lent, ignore_errors=True)
    for variable in unusable:
        os.environ[variable] = os.path.join(lent, variable.lower())
    folders = ", ".join(unusable.values())
    return f"Cannot write to {folders}; until this ends, a temporary folder takes the place."


def _unusable_folders() -> dict[str, str]:
    """Return the folders that Jupyter cannot write to, by the variables that name them."""
    from jupyter_core import paths

    asked = (paths.jupyter_config_dir, paths.jupyter_data_dir, paths.jupyter_runtime_dir)
    folders = {variable: ask() for variable, ask in zip(FOLDERS, asked, strict=True)}
    return {variable: folder for variable, folder in folders.items() if not writable(Path(folder))}


def writable(folder: Path) -> bool:
    """Return whether a folder can be written to, or made."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
