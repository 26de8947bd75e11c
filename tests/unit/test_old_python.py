"""On a Python that is too old the course says so, before it meets what an old one cannot read."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
PRETEND = "import sys; sys.version_info = (3, 10, 1, 'final', 0); "


def old_pythons():
    """Return the interpreters here that are too old; a name may lead to one that is switched off."""
    names = (f"python3.{minor}" for minor in range(6, 11))
    code = "import sys; sys.exit(0 if sys.version_info < (3, 11) else 3)"
    found = filter(None, map(shutil.which, names))
    return [path for path in found if run(path, "-c", code).returncode == 0]


def run(python, *arguments):
    return subprocess.run([python, *arguments], cwd=ROOT, capture_output=True, text=True)


def test_the_sentence_names_what_the_package_needs():
    said = run(sys.executable, "-c", PRETEND + "import course_lib").stderr
    assert ">=" + re.search(r"Python (3\.\d+) or newer", said)[1] == NEEDED


@pytest.mark.parametrize("name", ["/somewhere/bin/hessian-course", "hessian-course.exe", "-m"])
def test_a_command_ends_with_one_sentence(name):
    ended = run(sys.executable, "-c", PRETEND + f"sys.argv = [{name!r}]; import course_lib")
    assert ended.returncode == 1
    assert re.fullmatch(r"The course needs Python 3\.11 or newer; this is 3\.10 .*\n", ended.stderr)


@pytest.mark.parametrize("argv", [["script.py"], [""], []])
def test_who_imports_the_package_may_do_without_it(argv):
    code = f"{PRETEND}sys.argv = {argv}\ntry:\n    import course_lib\nexcept ImportError as e: print(e)"
    assert "needs Python 3.11" in run(sys.executable, "-c", code).stdout


def test_an_older_python_where_there_is_one():
    for python in old_pythons():
        ended = run(python, "-m", "course_lib.app.cli", "lab")
        assert ended.returncode == 1
        assert re.fullmatch(r"The course needs Python 3\.11 .*\n", ended.stderr), ended.stderr
        ended = run(python, "tools/environment.py", "lab")
        assert ended.returncode == 1
        assert re.fullmatch(r"Python 3\.11 or newer is needed.*\n", ended.stderr), ended.stderr
