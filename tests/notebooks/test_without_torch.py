"""Lesson 11 runs to its end as if PyTorch were not installed."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib.teaching.stored import notebook_of

pytestmark = pytest.mark.slow

# Python runs this in every process that has its folder on the path, kernels included.
SITECUSTOMIZE = """
import sys


class Hider:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Hider)
"""


def test_lesson_11_runs_to_its_end(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE)
    before = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(tmp_path), before])))
    notebook = nbformat.read(notebook_of("lesson_11"), 4)
    done = NotebookClient(notebook, timeout=120).execute()  # raises where a cell does
    said = "".join(
        output.get("text", "") for cell in done.cells for output in cell.get("outputs", [])
    )
    assert "PyTorch is not installed here" in said
    assert "λ₁ as above: True" in said
