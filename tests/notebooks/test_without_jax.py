"""The lessons on exact problems run as if JAX were not installed, with the outputs that are stored."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_lib.teaching.stored import notebook_of

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

# Python runs this in every process that has its folder on the path, kernels included: no JAX is
# found there, be it by an import, by a look for it, or in what is installed.
SITECUSTOMIZE = """
import importlib.metadata
import sys

HIDDEN = ("jax", "jaxlib")


class Hider:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


found = importlib.metadata.Distribution.from_name.__func__


def from_name(cls, name):
    if name in HIDDEN:
        raise importlib.metadata.PackageNotFoundError(name)
    return found(cls, name)


importlib.metadata.Distribution.from_name = classmethod(from_name)
sys.meta_path.insert(0, Hider)
for name in HIDDEN:
    sys.modules[name] = None  # `find_spec` says None then, an import that there is no such module
"""


@pytest.fixture
def without_jax(tmp_path):
    """The environment of processes that find no JAX."""
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE)
    return os.environ | {"PYTHONPATH": str(tmp_path)}


def python(environment, *arguments, cwd=ROOT):
    command = [sys.executable, *arguments]
    run = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def test_the_packages_load(without_jax):
    modules = "course_lib.exact, course_lib.teaching, course_lib.plotting, course_lib.support"
    code, said = python(without_jax, "-c", f"import {modules}; import jax")
    assert code == 1
    assert said.strip().endswith("ModuleNotFoundError: import of jax halted; None in sys.modules")
    code, said = python(without_jax, "-c", f"import {modules}")
    assert code == 0, said


def test_it_looks_like_an_environment_without_jax(without_jax):
    looks = "import importlib.util as u, importlib.metadata as m; print(u.find_spec('jax'))"
    assert python(without_jax, "-c", looks) == (0, "None\n")
    code, said = python(without_jax, "-c", f"{looks}; m.version('jax')")
    assert code == 1
    assert "PackageNotFoundError" in said


# What differs: in 00 the doctor says that JAX is missing; the optional cell of 01 needs it.
@pytest.mark.parametrize("number", ["00", "01", "02", "03", "04"])
def test_a_lesson_shows_what_is_stored(number, without_jax, tmp_path):
    path = notebook_of(f"lesson_{number}")
    notebook = nbformat.read(path, 4)
    if number == "00":
        doctors_words(notebook, without_jax, tmp_path)
    if number == "01":
        notebook.cells = [cell for cell in notebook.cells if "import jax" not in cell.source]
    nbformat.write(notebook, tmp_path / path.name)
    for name in ("conftest.py", "pyproject.toml", "tests/notebooks/sanitize.cfg"):
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    options = ("-q", "-x", "-p", "no:cacheprovider", path.name)
    code, said = python(without_jax, "-m", "pytest", *options, cwd=tmp_path)
    assert code == 0, said


def doctors_words(notebook, environment, folder):
    """Put what the doctor says without JAX in place of its stored words."""
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and "diagnose()" in c.source]
    code = "from course_lib.app.doctor import diagnose as d; print(repr(d()), d()._repr_html_())"
    _, said = python(environment, "-c", code, cwd=folder)
    assert "✗ JAX cannot be loaded" in said
    words, html = said.strip().split(" <div", 1)
    data = {"text/plain": words, "text/html": f"<div{html}"}
    cell.outputs[-1].data.update({kind: data[kind] for kind in cell.outputs[-1].data})
