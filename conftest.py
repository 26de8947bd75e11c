"""For every test, those in notebooks included: nbval's gaps closed, nobody's progress file touched.

``--lesson 07`` runs what concerns one lesson, ``--no-skips`` lets no test be left out.
"""

import importlib.util
import os
import re
import tempfile
from pathlib import Path

import pytest

# The tests' attempts at exercises must not land beside the notebooks; kernels inherit this.
os.environ["HESSIAN_COURSE_PROGRESS"] = str(Path(tempfile.mkdtemp()) / "progress.jsonl")
# A progress bar comes after a second, so on a slow machine only: it is no part of a lesson.
os.environ["TQDM_DISABLE"] = "1"

# What cannot be loaded without PyTorch, which is no requirement of the course.
TORCH = importlib.util.find_spec("torch") is not None
collect_ignore = [] if TORCH else ["course_lib/lessons/lesson_11/experiments_transformer.py"]

# Folders with nothing in them that is about one lesson.
GENERAL = re.compile(
    r"course_lib/(?!lessons)\w+|tests/browser|tests/unit/(?!lessons|repository)\w+(\.py)?$"
)


def pytest_addoption(parser):
    """Add ``--lesson`` and ``--no-skips``."""
    parser.addoption("--lesson", metavar="07", help="run what concerns this lesson only")
    parser.addoption("--no-skips", action="store_true", help="fail where a test was skipped")


def pytest_configure(config):
    """Run cells with history: without it, as nbval does, a trailing `;` does not hush a cell."""
    from nbval.kernel import RunningKernel

    def execute_cell_input(self, cell_input, allow_stdin=None):
        return self.kc.execute(
            cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False
        )

    RunningKernel.execute_cell_input = execute_cell_input


def _lessons_named(path, config):
    """Return the numbers of the lessons in a file's path, ``{"07"}`` or none."""
    return set(re.findall(r"(?<!\d)\d\d(?!\d)", path.relative_to(config.rootpath).as_posix()))


def pytest_ignore_collect(collection_path, config):
    """With ``--lesson``, look into no file that is about something else."""
    lesson = config.getoption("lesson")
    if lesson is None:
        return None
    named = _lessons_named(collection_path, config)
    place = collection_path.relative_to(config.rootpath).as_posix()
    return True if GENERAL.fullmatch(place) or (named and lesson not in named) else None


def _concerns(item, lesson):
    """Return whether a test is about a lesson, by its file or by what it is given."""
    if lesson in _lessons_named(item.path, item.config):
        return True
    given = item.callspec.id if hasattr(item, "callspec") else ""
    return bool(re.search(rf"lesson_{lesson}|(?<![\d.]){int(lesson)}\.\d", given))


def pytest_collection_modifyitems(config, items):
    """Leave out what ``--lesson`` does not ask for, and lesson 11's notebook without PyTorch."""
    if lesson := config.getoption("lesson"):
        kept = [item for item in items if _concerns(item, lesson)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    if not TORCH:
        why = (
            "lesson 11 is stored as it looks with PyTorch, which is missing here: pip install torch"
        )
        for item in items:
            if item.path.name.startswith("11_") and item.path.suffix == ".ipynb":
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Fail where a cell has no execution count: nbval would run it and compare nothing."""
    cell = getattr(item, "cell", None)
    if cell is not None and cell.source.strip() and cell.execution_count is None:
        pytest.fail("the cell is stored without being run: make notebooks", pytrace=False)


def pytest_sessionfinish(session):
    """With ``--no-skips``, a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("no_skips") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
