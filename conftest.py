"""For every test, those in notebooks included: nbval's gaps closed, nobody's progress file touched."""

import os
import tempfile
from pathlib import Path

import pytest

# The tests' attempts at exercises must not land beside the notebooks; kernels inherit this.
os.environ["HESSIAN_COURSE_PROGRESS"] = str(Path(tempfile.mkdtemp()) / "progress.jsonl")
# A progress bar comes after a second, so on a slow machine only: it is no part of a lesson.
os.environ["TQDM_DISABLE"] = "1"


def pytest_configure(config):
    """Run cells with history: without it, as nbval does, a trailing `;` does not hush a cell."""
    from nbval.kernel import RunningKernel

    def execute_cell_input(self, cell_input, allow_stdin=None):
        return self.kc.execute(
            cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False
        )

    RunningKernel.execute_cell_input = execute_cell_input


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Fail where a cell has no execution count: nbval would run it and compare nothing."""
    cell = getattr(item, "cell", None)
    if cell is not None and cell.source.strip() and cell.execution_count is None:
        pytest.fail("the cell is stored without being run: make notebooks", pytrace=False)
