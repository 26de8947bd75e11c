"""Importing is quick and changes nothing; setting up does what it says."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import jax
import pytest

import course_lib


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def modules(package):
    """The names of all modules of a package of ours."""
    folder = Path(course_lib.__file__).parent / package
    names = (
        path.relative_to(Path(course_lib.__file__).parent).with_suffix("")
        for path in folder.rglob("*.py")
    )
    return ["course_lib." + ".".join(name.parts).removesuffix(".__init__") for name in names]


def loaded_by(names, watched):
    return run(
        f"import sys, importlib; [importlib.import_module(name) for name in {names}];"
        f"print([m for m in {watched} if m in sys.modules])"
    )


def test_import_is_light():
    watched = ["jax", "matplotlib", "numpy", "sympy", "ipywidgets", "sklearn"]
    assert loaded_by(["course_lib"], watched) == "[]"


@pytest.mark.parametrize("package", ["support", "exact"])
def test_exact_problems_need_neither_jax_nor_figures(package):
    assert len(modules(package)) > 5
    assert loaded_by(modules(package), ["jax", "torch", "matplotlib", "ipywidgets"]) == "[]"


@pytest.mark.parametrize("package", ["plotting", "teaching"])
def test_the_machinery_needs_no_jax(package):
    assert loaded_by(modules(package), ["jax", "torch"]) == "[]"


def test_lessons_and_their_demos_need_no_widgets():
    """A page of the site runs demos in the browser, where none is installed."""
    needed = [name for name in modules("lessons/lesson_02") if "lesson_02.demo_" in name]
    needed += ["course_lib.teaching.lesson", "course_lib.teaching.live"]
    watched = ["ipywidgets", "anywidget", "traitlets", "IPython", "nbformat", "psutil", "tqdm"]
    assert loaded_by(needed, watched) == "[]"


def test_exercises_and_predictions_of_all_lessons_are_read_without_jax():
    """What a learner has done is told in the browser too, where there is no JAX."""
    loaded = run(
        "import sys; from course_lib import lessons; lessons.progress(); print('jax' in sys.modules)"
    )
    assert loaded == "False"


@pytest.mark.parametrize("number", ["00", "01", "02", "03", "04"])
def test_the_first_lessons_need_no_jax(number):
    assert loaded_by(modules(f"lessons/lesson_{number}"), ["jax", "torch"]) == "[]"


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


@pytest.mark.parametrize("kernel", [True, False])
def test_setup_refuses_a_kernel_without_the_course(monkeypatch, kernel):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    if kernel:
        monkeypatch.setitem(sys.modules, "ipykernel", object())
        with pytest.raises(RuntimeError, match=re.escape(sys.prefix)):
            course_lib.setup()
    else:  # a script with the package on its path
        monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
        jax.config.update("jax_enable_x64", False)
        course_lib.setup()
        assert jax.numpy.ones(1).dtype == "float64"
