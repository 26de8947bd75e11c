"""Look whether JupyterLab would start the course's own kernel, and whether a port is free."""

import os
import socket
import sys
from pathlib import Path

from course_lib.app.doctor import Finding


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


def port(number: int, ip: str = "127.0.0.1") -> Finding:
    """Return whether a server can listen on a port, as a `Finding`."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":  # a port that was closed a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, number))
        except OSError as error:
            return Finding(
                False,
                f"Port {number} cannot be used: {error.strerror}.",
                "name another with --port, or none: then the first free one is taken",
            )
    return Finding(True, f"Port {number} is free.")
