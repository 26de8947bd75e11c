import os
import subprocess
import sys

import pytest

# Takes from root the power over rights that nobody else has, then becomes the command.
AS_ANYBODY = """
import ctypes, os, sys
if os.geteuid() == 0:
    PR_CAPBSET_DROP = 24
    for power in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, power, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.fixture
def course():
    """Run a command of the course, or code, as somebody who must keep to the rights of files."""
    if sys.platform == "win32" or (sys.platform != "linux" and os.geteuid() == 0):
        pytest.skip("rights of files as on Unix, and root without its power as on Linux")

    def run(*arguments, cwd, code=None, **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "XDG"))}
        environment.pop("HESSIAN_COURSE_PROGRESS", None)
        called = ("-c", code) if code else ("-m", "course_lib.app.cli", *arguments)
        command = [sys.executable, "-c", AS_ANYBODY, *called]
        environment |= variables
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, timeout=120)

    return run
