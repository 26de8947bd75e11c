"""Build JupyterLite into a folder of the site, with its own command `jupyter lite build`."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import check_wheel

from website import write
from website.lite import contents, parts
from website.live import runtime
from website.live.runtime import Unavailable

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
# What JupyterLab must have in the browser: the kernel, and what draws sliders and panels.
EXTENSIONS = ("jupyterlite-pyodide-kernel", "jupyterlab-widgets", "anywidget")

OVERRIDES = {
    # Every ten seconds: what is typed is there after a reload, though nobody has saved it.
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},  # dark where the reader is
}


def build(files: dict[str, Path], output: Path) -> None:
    """Build JupyterLite with the lessons, and all that it loads, into `output`.

    Parameters
    ----------
    files : dict
        What `parts.fetch` returned.
    output : Path

    Raises
    ------
    Unavailable
        If the course's wheel or JupyterLite cannot be built.
    """
    with tempfile.TemporaryDirectory() as scratch:
        source, tools = Path(scratch, "source"), Path(scratch, "tools")
        for name, text in contents.notebooks().items():
            write(source / "files" / name, text)
        lay_out_pyodide(files, course_wheel(Path(scratch, "wheel")), source / "static" / "pyodide")
        write(source / "overrides.json", json.dumps(OVERRIDES))
        write(source / "jupyter-lite.json", json.dumps(settings()))
        write(source / "jupyter_lite_config.json", json.dumps(configuration(files, output)))
        builder = [str(files[wheel["file_name"]]) for wheel in parts.LOCK["builder"].values()]
        # Beside this environment, not into it: JupyterLab would load the kernel's extension too.
        to_tools = ("--no-deps", "--no-index", "--target", str(tools))
        _run("pip", "install", "-q", *to_tools, *builder, folder=source)
        _run("jupyterlite_core", "build", folder=source, path=tools)


def lay_out_pyodide(files: dict[str, Path], course: Path, folder: Path) -> None:
    """Put the runtime, all packages and the course into a folder, with their digests for Pyodide."""
    packages = {name: _entry(name, package) for name, package in parts.PACKAGES.items()}
    needed = [*runtime.LOCK["runtime"], *(p["file_name"] for p in packages.values())]
    folder.mkdir(parents=True)
    for path in (*(files[name] for name in needed), course):
        shutil.copy2(path, folder)
    version = course.name.split("-")[1]
    told = {"version": version, "file_name": course.name, "sha256": _sha256(course)}
    packages["hessian-course"] = _entry("hessian-course", told)
    lock = {"info": runtime.LOCK["pyodide"]["info"], "packages": packages}
    write(folder / "pyodide-lock.json", json.dumps(lock))


def _entry(name: str, package: dict) -> dict:
    """Return what Pyodide wants to know of a package; all are loaded, so `depends` may be empty."""
    common = {"depends": [], "imports": [], "install_dir": "site", "package_type": "package"}
    return common | {"name": name, "unvendored_tests": False} | package


def settings() -> dict:
    """Return what JupyterLite reads in the browser."""
    kernel = {
        "disablePyPIFallback": True,  # or a package that is missing would be asked of another host
        "loadPyodideOptions": {"packages": [*parts.PACKAGES, "hessian-course"]},
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "The spectral view of optimization",
            "appUrl": "./tree",  # the list of lessons, where only lite/ is asked for
            "exposeAppInBrowser": True,  # for the tests
            "litePluginSettings": {KERNEL: kernel},
        },
    }


def configuration(files: dict[str, Path], output: Path) -> dict:
    """Return what `jupyter lite build` reads."""
    known = parts.LOCK["builder"] | parts.LOCK["wheels"]
    return {
        "LiteBuildConfig": {
            # One page, one lesson, one kernel: JupyterLab would open those of the last visit too.
            "apps": ["notebooks", "tree"],
            "contents": ["files"],
            "federated_extensions": [str(files[known[e]["file_name"]]) for e in EXTENSIONS],
            "ignore_sys_prefix": ["federated_extensions"],  # those above and no others
            "no_libarchive": True,
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "output_dir": str(output),
        }
    }


def course_wheel(folder: Path) -> Path:
    """Return the course's wheel, built as `make wheel` builds it."""
    folder.mkdir()
    try:
        _, wheel = check_wheel.build(folder, check_wheel.Environment(folder))
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"the course's wheel cannot be built ({error})") from error
    return wheel


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(module: str, *arguments: str, folder: Path, path: Path | None = None) -> None:
    """Run a module of this Python in a folder, with the modules in `path` before all others."""
    environment = os.environ | {"PIP_CONSTRAINT": os.devnull}
    if path:
        environment |= {"PYTHONPATH": str(path)}
    command = [sys.executable, "-m", module, *arguments]
    run = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    if run.returncode:
        said = [line for line in f"{run.stderr}\n{run.stdout}".splitlines() if "rror" in line]
        raise Unavailable(f"{module} {arguments[0]} failed ({' '.join(said)[-300:].strip()})")
