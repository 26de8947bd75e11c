"""The command line: ``hessian-course lab`` opens the lessons in JupyterLab."""

import argparse
import os
import sys
from pathlib import Path

from course_lib import workspace


def main(arguments=None):
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="hessian-course", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    lab_parser = commands.add_parser("lab", help="open your copy of the lessons in JupyterLab")
    lab_parser.add_argument("--folder", default="my-course", help="your copy (default: my-course)")
    lab_parser.add_argument("--ip", default="127.0.0.1", help="address to listen on")
    lab_parser.add_argument("--port", type=int, help="port to listen on (default: the first free)")
    options = parser.parse_args(arguments)
    return lab(options.folder, options.ip, options.port)


def lab(folder, ip="127.0.0.1", port=None):
    """Bring the learner's copy up to date and start JupyterLab on it; blocks until it ends."""
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        print(
            "JupyterLab is not installed here. Install it with:\n"
            "    pip install 'hessian-course[lab]'",
            file=sys.stderr,
        )
        return 1
    for sentence in workspace.update(folder):
        print(sentence)
    # A kernel of the same name installed for the user must not take the course's place.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    # JupyterLab's own question about its news would lie over the lesson, also on a projector.
    settings = [str(Path(__file__).with_name("jupyter")), os.environ.get("JUPYTER_CONFIG_PATH")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, settings))
    # A kernel's first products compile; what one has compiled the next one finds.
    cache = os.path.join(os.path.expanduser("~"), ".cache", "hessian-course")
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", cache)
    LabApp.launch_instance(argv=jupyter_arguments(folder, ip, port))
    return 0


def jupyter_arguments(folder, ip, port=None):
    """Return JupyterLab's arguments for this machine."""
    arguments = [
        f"--ServerApp.root_dir={os.path.abspath(folder)}",
        f"--ServerApp.ip={ip}",
        "--LabApp.news_url=",  # ask no other host for anything
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # JupyterLab refuses root without it, as in a container
    if not _has_display():
        arguments.append("--no-browser")  # the address with its token is printed
    return arguments


def _has_display():
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
