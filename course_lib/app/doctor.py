"""Check whether this environment can run the course, and say how to fix what is wrong.

Nothing that might be missing is imported at the top: the doctor must answer even if something is
missing.
"""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any

from course_lib.support.console import Printable

COURSE = "hessian-course"
INSTALL = (
    'in the course\'s folder run `make lab`, or `pip install -c constraints.txt ".[lab]"` in this '
    'environment (from a wheel: `pip install "hessian_course-….whl[lab]"`); then restart the kernel'
)
# The two parts that JupyterLab needs in the browser for sliders.
EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets", "anywidget": "anywidget"}
WITH_JAX = "Lessons 05 and 07 to 11, and two sections of lesson 06,"


@dataclass(frozen=True)
class Finding(Printable):
    """The result of one check.

    Parameters
    ----------
    good : bool
    sentence : str
        What was found, in plain words.
    remedy : str
        How to fix it; empty if `good`.
    """

    good: bool
    sentence: str
    remedy: str = ""

    def __repr__(self) -> str:
        if self.good:
            return f"✓ {self.sentence}"
        return f"✗ {self.sentence}\n  To fix it: {self.remedy}."

    def _repr_html_(self) -> str:
        mark, colour = ("✓", "#009E73") if self.good else ("✗", "#D55E00")
        text = f"<div><strong style='color: {colour}'>{mark}</strong> {escape(self.sentence)}</div>"
        if not self.good:
            text += f"<div style='margin-left: 1.4em'>To fix it: {escape(self.remedy)}.</div>"
        return text


@dataclass(frozen=True)
class Diagnosis(Printable):
    """All findings of `diagnose`, in the order in which they should be fixed."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Return whether nothing has to be fixed."""
        return all(finding.good for finding in self.findings)

    @property
    def verdict(self) -> str:
        """Return the result in one line."""
        wrong = sum(not finding.good for finding in self.findings)
        if not wrong:
            return "Everything is ready."
        return f"{wrong} {'thing' if wrong == 1 else 'things'} to fix; start with the first."

    def __repr__(self) -> str:
        return "\n".join([*map(repr, self.findings), self.verdict])

    def _repr_html_(self) -> str:
        rows = "".join(finding._repr_html_() for finding in self.findings)
        return f"{rows}<div><strong>{escape(self.verdict)}</strong></div>"


def diagnose() -> Diagnosis:
    """Check the environment that this code runs in, without changing anything. Never raises.

    Returns
    -------
    Diagnosis

    Examples
    --------
    >>> diagnosis = diagnose()
    >>> len(diagnosis.findings)
    6
    """
    tests: tuple[Callable[[], Finding], ...]
    tests = (_environment, _python, _packages, _sliders, _precision, _folder)
    if sys.platform == "emscripten":
        # A browser: nothing is installed there, and files are kept in another way.
        from course_lib.app.doctor_in_browser import TESTS

        tests = TESTS
    return Diagnosis(tuple(safely(test) for test in tests))


def safely(test: Callable[[], Finding]) -> Finding:
    """Return what a test finds. If the test itself fails, that is the finding."""
    try:
        return test()
    except Exception as error:  # whatever is broken, the other findings are still worth having
        # A partial has its function in func.
        task = (getattr(test, "func", test).__doc__ or "").rstrip(".")
        return Finding(
            False,
            f"The attempt to {task[:1].lower()}{task[1:]} stopped with {type(error).__name__}: {error}.",
            INSTALL,
        )


def _environment() -> Finding:
    """Look for the course in this kernel's environment."""
    try:
        metadata.distribution(COURSE)
    except metadata.PackageNotFoundError:
        return Finding(
            False,
            f"This kernel runs in {sys.prefix}, and the course is not installed there.",
            "in the Kernel menu choose Change Kernel, then “Python 3 (ipykernel)” of the course's own "
            "environment; if it is not offered, open the lessons with `make lab`",
        )
    return Finding(True, "This kernel runs in the course's own environment.")


def _python() -> Finding:
    """Look at the version of Python."""
    from packaging.specifiers import SpecifierSet

    needed = metadata.metadata(COURSE)["Requires-Python"] or ">=3.11"
    found = ".".join(map(str, sys.version_info[:3]))
    if found not in SpecifierSet(needed):
        return Finding(
            False,
            f"Python {found} is too old or too new: the course needs {needed}.",
            "install such a Python, remove the folder .venv, and run, for example, "
            "`make lab PYTHON=python3.12`",
        )
    return Finding(True, "Python has a version that the course supports.")


def _packages() -> Finding:
    """Compare the installed packages with what the course needs."""
    missing, other = [], []
    for requirement in _requirements():
        try:
            found = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            missing.append(requirement.name)
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            other.append(f"{requirement.name} {found} (needed: {requirement.specifier})")
    faults = [f"Not installed: {', '.join(missing)}."] if missing else []
    faults += [f"In the wrong version: {', '.join(other)}."] if other else []
    if faults:
        return Finding(False, " ".join(faults), INSTALL)
    return Finding(True, "All packages that the course needs are here, in compatible versions.")


def _requirements() -> Iterator[Any]:
    """Yield what the course always needs, without the extras, such as those for its tests."""
    from packaging.requirements import Requirement

    for line in metadata.requires(COURSE) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def _sliders() -> Finding:
    """Look for what the sliders need."""
    import anywidget  # noqa: F401 - to see that it loads, not only that it is listed
    import ipywidgets  # noqa: F401
    from jupyter_core import paths

    folders = [Path(folder) for folder in paths.jupyter_path("labextensions")]
    for extension, package in EXTENSIONS.items():
        if not any((folder / extension).is_dir() for folder in folders):
            return Finding(
                False,
                f"JupyterLab lacks the extension {extension}: sliders would show as text.",
                f"install the package {package}, then stop JupyterLab and start it again",
            )
        if place := _switched_off(extension):
            return Finding(
                False,
                f"JupyterLab's extension {extension} is switched off in {place}.",
                f"run `jupyter labextension enable {extension}`, then reload the page",
            )
    # If JupyterLab runs in another environment, that environment cannot be seen from here.
    return Finding(
        True, "ipywidgets and anywidget, which make the sliders, are here and switched on."
    )


def _switched_off(extension: str) -> Path | None:
    """Return the file that switches a JupyterLab extension off, or None."""
    from jupyter_core import paths

    for folder in paths.jupyter_config_path():
        place = Path(folder) / "labconfig" / "page_config.json"
        try:
            named = json.loads(place.read_text("utf-8")).get("disabledExtensions", {})
        except (OSError, ValueError, AttributeError, RecursionError):
            continue
        off = named if isinstance(named, list) else [name for name, yes in named.items() if yes]
        # A plugin of an extension is named extension:plugin.
        if any(name.split(":")[0] == extension for name in off):
            return place
    return None


def _precision() -> Finding:
    """Compute a Hessian-vector product in double precision."""
    try:
        import jax
    except ImportError as error:
        return Finding(
            False,
            f"JAX cannot be loaded ({error}). {WITH_JAX} need it; the others run without it.",
            INSTALL,
        )
    import numpy as np

    def loss(w: Any) -> Any:
        return 0.5 * (w[0] * w[1] - 1) ** 2

    with _double(jax):
        w, v = jax.numpy.array([2.0, 0.5]), jax.numpy.array([1.0, 2.0])
        product = np.asarray(jax.jvp(jax.grad(loss), (w,), (v,))[1])
    # By hand: H = [[¼, 1], [1, 4]] there.
    if product.dtype != np.float64 or np.abs(product - [2.25, 9.0]).max() > 1e-12:
        return Finding(
            False,
            f"JAX computes a Hessian-vector product as {product} in {product.dtype}; the right "
            "result is [2.25 9.] in float64.",
            INSTALL,
        )
    return Finding(True, "JAX computes in double precision, and its first product is right.")


def _double(jax: Any) -> Any:
    """Return a context in which JAX computes in float64, whatever the notebook has set."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    return importlib.import_module("jax.experimental").enable_x64()  # JAX before 0.8


def _folder() -> Finding:
    """Write a file next to the lessons."""
    progress = Path(os.environ.get("HESSIAN_COURSE_PROGRESS") or "course-progress.jsonl")
    try:
        with tempfile.TemporaryFile(dir=progress.parent):
            pass
    except OSError as error:
        return Finding(
            False,
            f"The folder {progress.parent.resolve()} cannot be written to ({error.strerror}): your "
            "answers will be judged but not kept.",
            "copy the lessons to a folder of your own, as `make lab` does",
        )
    return Finding(True, "This folder can be written to: what you have done will be kept.")
