"""Before a server starts: is the kernel ours, are address and port to be had, is there a home to write to."""

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
            f"{ip!r} is no address of this machine that a server can listen on: {trouble}.",
            "leave out --ip to be seen on this machine only, or name 0.0.0.0 to be seen from others",
        )
    return Finding(True, "The address is one of this machine.")


def port(number: int, ip: str = "127.0.0.1") -> Finding:
    """Return whether a server can listen on a port, as a `Finding`."""
    if trouble := _trouble(ip, number):
        return Finding(
            False,
            f"Port {number} cannot be used: {trouble}.",
            "name another with --port, or none: then the first free one is taken",
        )
    return Finding(True, f"Port {number} is free.")


def _trouble(ip: str, number: int) -> str:
    """Say why a server cannot listen there; empty where it can."""
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
    """Return whether Jupyter can write what it keeps for this user, as a `Finding`."""
    if unusable := _unusable_folders():
        told = ", ".join(f"{folder} ({variable})" for variable, folder in unusable.items())
        return Finding(
            False,
            f"Jupyter cannot write to {told}: its settings are forgotten when it ends.",
            f"let HOME, now {os.environ.get('HOME', 'not set')}, be a folder of yours, or each "
            "variable name one",
        )
    return Finding(True, "Jupyter can keep its settings.")


def lend_folders() -> str:
    """Lead Jupyter to a temporary folder for whatever it cannot write; return what was done."""
    unusable = _unusable_folders()
    if not unusable:
        return ""
    lent = tempfile.mkdtemp(prefix="hessian-course-")
    atexit.register(shutil.rmtree, lent, ignore_errors=True)
    for variable in unusable:
        os.environ[variable] = os.path.join(lent, variable.lower())
    folders = ", ".join(unusable.values())
    return f"Cannot write to {folders}: a temporary folder takes the place, until this ends."


def _unusable_folders() -> dict[str, str]:
    """Return the folders that Jupyter could not write to, by the variables that lead elsewhere."""
    from jupyter_core import paths

    asked = (paths.jupyter_config_dir, paths.jupyter_data_dir, paths.jupyter_runtime_dir)
    folders = {variable: ask() for variable, ask in zip(FOLDERS, asked, strict=True)}
    return {variable: folder for variable, folder in folders.items() if not writable(Path(folder))}


def writable(folder: Path) -> bool:
    """Return whether a folder can be written to, or made."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
