"""The notebook tests go red for what they are there for: each tampering must be noticed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
LESSON = "02_worked_2x2_example.ipynb"

pytestmark = pytest.mark.slow


def nbval(folder):
    """Run the project's notebook tests on the copy in `folder`; return (passed, output)."""
    # The copy's course_lib comes before the installed one, in the tests and in their kernels.
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "pytest", "notebooks", "-q", "-x", "-p", "no:cacheprovider"]
    heard = {"capture_output": True, "text": True, "timeout": 600}
    run = subprocess.run(command, cwd=folder, env=environment, **heard)
    return run.returncode == 0, run.stdout + run.stderr


@pytest.fixture
def copy(tmp_path):
    """A copy of what the notebook tests need, with one lesson."""
    for name in ("course_lib", "assets", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (
        "conftest.py",
        "pyproject.toml",
        f"notebooks/{LESSON}",
        "tests/notebooks/sanitize.cfg",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def tamper(folder, change):
    path = folder / "notebooks" / LESSON
    notebook = nbformat.read(path, 4)
    change([cell for cell in notebook.cells if cell.cell_type == "code"])
    nbformat.write(notebook, path)


def replaced(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_green_as_it_stands(copy):
    passed, output = nbval(copy)
    assert passed, output


def test_red_when_a_stored_number_is_changed(copy):
    replaced(copy / "notebooks" / LESSON, "17.211  2.789", "17.212  2.789")
    passed, output = nbval(copy)
    assert not passed
    assert "17.212" in output


def test_red_when_an_output_is_deleted(copy):
    def delete(cells):
        next(cell for cell in cells if "spectra.eigh(H)" in cell.source).outputs = []

    tamper(copy, delete)
    passed, output = nbval(copy)
    assert not passed
    assert "1 failed" in output


def test_red_when_a_figures_words_are_changed(copy):
    replaced(copy / "notebooks" / LESSON, "reaches 0.59 along", "reaches 0.95 along")
    assert not nbval(copy)[0]


def test_red_when_a_cell_is_stored_unrun(copy):
    def forget(cells):
        cells[3].execution_count = None

    tamper(copy, forget)
    passed, output = nbval(copy)
    assert not passed
    assert "stored without being run" in output


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("exact/formulas.py", "return sympy.hessian(", "return -sympy.hessian("),
        ("exact/spectra.py", "Spectrum(ascending[::-1]", "Spectrum(-ascending[::-1]"),
    ],
)
def test_red_when_a_sign_in_the_library_is_flipped(copy, module, old, new):
    replaced(copy / "course_lib" / module, old, new)
    assert not nbval(copy)[0]
