"""What keeps the course from working on this machine, in plain sentences."""

import importlib.util
import os
import socket
import sys
from importlib import metadata
from pathlib import Path

# Import name to the name that it is installed by.
NEEDED = {
    "numpy": "numpy", "scipy": "scipy", "sympy": "sympy", "jax": "jax", "sklearn": "scikit-learn",
    "matplotlib": "matplotlib", "ipykernel": "ipykernel", "ipywidgets": "ipywidgets",
    "jupyterlab_widgets": "jupyterlab_widgets", "anywidget": "anywidget", "tqdm": "tqdm",
}  # fmt: skip


def diagnose(port=None):
    """Return the troubles that are found here, each as a sentence that says what to do.

    Parameters
    ----------
    port : int, optional
        A port that JupyterLab or the demos are to listen on.

    Returns
    -------
    list of str
        Empty where all is well.
    """
    troubles = [*_packages(), *_environment(), *_kernel()]
    return troubles + _port(port) if port else troubles


def _packages():
    install = f"{sys.executable} -m pip install"
    missing = [name for module, name in NEEDED.items() if not importlib.util.find_spec(module)]
    found = [f"{name} is missing; install it with: {install} {name}" for name in missing]
    if "ipywidgets" in missing:
        found[missing.index("ipywidgets")] += " (without it no slider appears)"
    return found


def _environment():
    try:
        metadata.distribution("hessian-course")
    except metadata.PackageNotFoundError:
        return [
            f"hessian-course is not installed in this environment, {sys.prefix}; in a notebook, "
            "choose in the Kernel menu the “Python 3 (ipykernel)” of the course's own environment"
        ]
    return []


def _kernel():
    """Say it where a lesson's kernel would run in another environment than this one."""
    if not importlib.util.find_spec("jupyter_client"):
        return []
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import KernelManager

    before = os.environ.get("JUPYTER_PREFER_ENV_PATH")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # as the course starts JupyterLab
    try:
        python = KernelManager(kernel_name="python3").format_kernel_cmd()[0]
    except NoSuchKernel:
        return [f"There is no kernel; make one with: {sys.executable} -m pip install ipykernel"]
    finally:
        if before is None:
            del os.environ["JUPYTER_PREFER_ENV_PATH"]
        else:
            os.environ["JUPYTER_PREFER_ENV_PATH"] = before
    # Not the file that a link leads to: all environments link to one Python.
    if Path(python).parent.absolute() != Path(sys.executable).parent.absolute():
        return [
            f"The kernel “Python 3” is another environment's, {python}, but the course is "
            f"installed for {sys.executable}; mend it with: "
            f"{sys.executable} -m ipykernel install --sys-prefix"
        ]
    return []


def _port(port):
    if port_is_free(port):
        return []
    return [f"Port {port} is taken by another program; name another one with --port"]


def port_is_free(port, ip="127.0.0.1"):
    """Return whether a server can listen on `port`."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":  # a port that was closed a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
        except OSError:
            return False
    return True
