"""Checks before a server starts: the kernel, the address, the port, and the folders to write to."""

import atexit
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from course_lib.app import learners_copy
from course_lib.app.doctor import Finding

LAST_PORT = 65535
# The variables that name the folders in which Jupyter, and programs in its kernels, keep own files.
FOLDERS = (
    *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"),
    *("IPYTHONDIR", "MPLCONFIGDIR"),
)

# These folders contain databases: the signatures of notebooks, and the history of what was typed.
# Without file locks, each database waits for 15 seconds.
DATABASES = ("JUPYTER_DATA_DIR", "IPYTHONDIR")


def kernel() -> Finding:
    """Check whether a lesson's kernel would run in this environment."""
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
    # Compare the links and not the files to which they lead: all environments link to one Python.
    if Path(python).parent.absolute() != Path(sys.executable).parent.absolute():
        return Finding(
            False,
            f"The kernel “Python 3” belongs to another environment, {python}; the course is "
            f"installed for {sys.executable}.",
            f"run `{sys.executable} -m ipykernel install --sys-prefix`",
        )
    return Finding(True, "JupyterLab will start the kernel of this environment.")


def address(ip: str) -> Finding:
    """Check whether a server can listen on an address of this machine."""
    if trouble := _trouble(ip, 0):
        return Finding(
            False,
            f"A server cannot listen on {ip!r} on this machine: {trouble}.",
            "leave out --ip to be reached from this machine only, or use --ip 0.0.0.0 to be reached "
            "from others, too",
        )
    return Finding(True, "The address belongs to this machine.")


def port(number: int, ip: str = "127.0.0.1") -> Finding:
    """Check whether a server can listen on a port."""
    if trouble := _trouble(ip, number):
        return Finding(
            False,
            f"Port {number} cannot be used: {trouble}.",
            "choose another one with --port, or leave out --port to take the first free one",
        )
    return Finding(True, f"Port {number} is free.")


def is_free(number: int) -> bool:
    """Return whether a server of this machine can listen on a port."""
    return not _trouble("127.0.0.1", number)


def origins(hosts: Sequence[str]) -> str:
    """Return a pattern that matches the origins of pages loaded from these hosts.

    Examples
    --------
    >>> pattern = origins(["hub.example.org"])
    >>> bool(re.match(pattern, "https://hub.example.org:8000"))
    True
    >>> bool(re.match(pattern, "https://hub.example.org.evil.example"))
    False
    """
    return rf"https?://({'|'.join(map(re.escape, hosts))})(:\d+)?\Z"


def _trouble(ip: str, number: int) -> str:
    """Return why a server cannot listen there; an empty string if it can."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            if os.name != "nt":  # a port that was closed a moment ago counts as free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((ip, number))
    except OSError as error:
        return error.strerror or str(error)
    except (OverflowError, UnicodeError) as error:
        return str(error)
    return ""


def port_setting() -> Finding:
    """Check whether the variable from which Jupyter takes its port holds a port number."""
    if (setting := os.environ.get("JUPYTER_PORT")) and not is_port(setting):
        return Finding(
            False,
            f"JUPYTER_PORT is {setting!r} and not a port number: `jupyter lab` would not start.",
            "remove the variable, or start JupyterLab with `hessian-course lab`, which ignores it",
        )
    return Finding(True, "No variable gives JupyterLab a wrong port.")


def is_port(text: str) -> bool:
    """Return whether a text is the number of a port."""
    return text.isdecimal() and 0 < int(text[:9]) <= LAST_PORT


def home() -> Finding:
    """Check whether Jupyter can write the settings that it keeps for this user."""
    if unusable := _unusable_folders():
        told = ", ".join(f"{folder} ({variable})" for variable, folder in unusable.items())
        return Finding(
            False,
            f"Jupyter cannot write to, or lock, {told}. It loses what it keeps there when it ends.",
            f"set HOME, now {os.environ.get('HOME', 'not set')}, to a folder that you can write to, "
            "or set each of these variables to such a folder",
        )
    return Finding(True, "Jupyter can keep its settings.")


def lend_folders() -> str:
    """Replace each folder that Jupyter cannot write to or lock by a temporary one; say so."""
    unusable = _unusable_folders()
    if not unusable:
        return ""
    lent = tempfile.mkdtemp(prefix="hessian-course-")
    atexit.register(shutil.rmtree, lent, ignore_errors=True)
    if home_folder() is None:
        os.environ["HOME"] = lent
    for variable in unusable:
        os.environ[variable] = os.path.join(lent, variable.lower())
        os.mkdir(os.environ[variable])
    folders = ", ".join(map(str, unusable.values()))
    return (
        f"Cannot write to, or lock, {folders}: a temporary folder is used until this program ends."
    )


def _unusable_folders() -> dict[str, Path]:
    """Return the folders that cannot be written to or locked, by the variable that names each."""
    home = home_folder()
    if home is None:
        return {variable: Path("~") for variable in FOLDERS}
    return {
        variable: folder
        for variable, folder in _folders(home).items()
        if not writable(folder)
        or (variable in DATABASES and not learners_copy.holds_databases(folder))
    }


def home_folder() -> Path | None:
    """Return the user's home; None if the system knows only the number of this user."""
    home = Path(os.path.expanduser("~"))
    return home if home.is_absolute() else None


def _folders(home: Path) -> dict[str, Path]:
    """Return the folders of Jupyter, IPython and Matplotlib, by the variable that names each."""
    from jupyter_core import paths

    settings = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    linux = sys.platform.startswith("linux")
    defaults: tuple[str | Path, ...] = (
        *(paths.jupyter_config_dir(), paths.jupyter_data_dir(), paths.jupyter_runtime_dir()),
        *(home / ".ipython", settings / "matplotlib" if linux else home / ".matplotlib"),
    )
    pairs = zip(FOLDERS, defaults, strict=True)
    return {variable: Path(os.environ.get(variable) or folder) for variable, folder in pairs}


def writable(folder: Path) -> bool:
    """Return whether a folder can be written to, or made. The test writes a file.

    Permissions do not tell all: a full disk, a quota, or a file server that does not trust this
    machine's root user refuses only when something is written.
    """
    folder = learners_copy.nearest(folder)
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return False
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\n")
    except OSError:
        return False
    return True


def copy(folder: str) -> Finding:
    """Check whether a learner's copy can be kept in a folder."""
    place = Path(folder)
    remedy = f"name a folder of your own, as in `hessian-course lab --folder {suggestion()}`"
    if os.path.lexists(place) and not place.is_dir():
        return Finding(False, f"{place} is not a folder: your lessons cannot be put there.", remedy)
    if not writable(place):
        return Finding(
            False,
            f"{os.path.abspath(place)} cannot be written to: what you do in the lessons will not "
            "be kept.",
            remedy,
        )
    mine = os.R_OK | os.W_OK
    there = (path for path in sorted(place.glob("*")) if path.exists())
    foreign = [path.name for path in there if not os.access(path, mine)]
    if foreign:
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        return Finding(
            False,
            f"{place} contains files that you may not read and write: "
            f"{', '.join(foreign[:3])}{more}.",
            f"ask their owner, such as root, to give them to you with chown, or {remedy}",
        )
    if not _lockable(place):
        return Finding(
            True,
            "Your copy of the lessons can be written to. Its folder has no locks, so do not start "
            "the course twice at the same time.",
        )
    return Finding(True, "Your copy of the lessons can be written to.")


def _lockable(folder: Path) -> bool:
    with tempfile.TemporaryFile(dir=learners_copy.nearest(folder)) as probe:
        return learners_copy.lock(probe.fileno()) is not None


def suggestion() -> Path:
    """Return a place where a learner's copy can be kept."""
    known = home_folder()
    return (known if known and writable(known) else Path(tempfile.gettempdir())) / "my-course"
