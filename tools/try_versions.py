"""Try the lower bounds of pyproject.toml and the newest releases, on each Python; needs uv.

    python3 tools/try_versions.py                       # all of ENVIRONMENTS
    python3 tools/try_versions.py 3.11-oldest 3.14-newest

Each environment is made in build/versions, without the pins. The unit tests and nbval run in it.
Tests that need PyTorch, which is large, are skipped there, but `make check` runs them.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("3.11-oldest", "3.11-newest", "3.12-newest", "3.13-newest")
RESOLUTION = {"oldest": "lowest-direct", "newest": "highest"}
SHOWN = ("numpy", "scipy", "matplotlib", "jax", "jupyterlab", "ipywidgets", "pytest", "sphinx")
TWO_WORKERS = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # as in the Makefile
VERSIONS = """
import importlib.metadata, sys
print(sys.version.split()[0], *(f"{p} {importlib.metadata.version(p)}" for p in sys.argv[1:]))
"""


def run(*command, **options):
    """Run a command in the project's folder and return its exit code."""
    return subprocess.run(list(map(str, command)), cwd=ROOT, **options).returncode


def attempt(name):
    """Make one environment, run the tests in it, and return whether they passed."""
    folder = ROOT / "build" / "versions" / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    version, _, kind = name.partition("-")
    if kind not in RESOLUTION:
        sys.exit(
            f"{name!r} is not an environment: name a version of Python, then -oldest or -newest, "
            "as in 3.13-newest"
        )
    install = ("uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python)
    made = run("uv", "venv", "--quiet", "--clear", "--python", version, folder) or run(
        *install, "--resolution", RESOLUTION[kind], "--editable", ".[lab,test,site]"
    )
    if made:
        return False
    run(python, "-c", VERSIONS, *SHOWN)
    quiet = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    tests = ("-m", "pytest", "-q", "-m", "not browser and not slow", *TWO_WORKERS)
    return run(python, *tests, env=os.environ | quiet) == 0


def main(names):
    passed = {name: attempt(name) for name in names or ENVIRONMENTS}
    for name, good in passed.items():
        print(f"{name}: {'passed' if good else 'FAILED'}")
    return not all(passed.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
