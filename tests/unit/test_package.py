"""Importing is quick and changes nothing; setting up does what it says."""

import re
import subprocess
import sys
from importlib import metadata

import jax
import pytest

import course_lib


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_import_is_light():
    loaded = run(
        "import sys, course_lib; print([m for m in ('jax', 'matplotlib', 'numpy', 'sympy',"
        " 'ipywidgets', 'sklearn') if m in sys.modules])"
    )
    assert loaded == "[]"


@pytest.mark.parametrize(
    "module", ["spectra", "formulas", "derivatives", "trace", "checks", "doctor"]
)
def test_topic_modules_work_without_jax_and_matplotlib(module):
    loaded = run(
        f"import sys, course_lib.{module}; "
        "print([m for m in ('jax', 'matplotlib', 'ipywidgets') if m in sys.modules])"
    )
    assert loaded == "[]"


def test_importing_changes_no_setting():
    changed = run(
        "import jax, matplotlib; before = jax.config.jax_enable_x64, dict(matplotlib.rcParams);"
        "from course_lib import lessons; [lessons.load(name) for name in lessons.lesson_names()];"
        "print(before == (jax.config.jax_enable_x64, dict(matplotlib.rcParams)))"
    )
    assert changed == "True"


def test_setup_gives_float64():
    course_lib.setup()
    assert jax.numpy.ones(1).dtype == "float64"


def test_setup_refuses_a_kernel_without_the_course(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    with pytest.raises(RuntimeError, match=re.escape(sys.prefix)):
        course_lib.setup()
