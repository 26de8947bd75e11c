"""Words for a console that lacks some of their characters: none of them ends a program."""

import ast
import importlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import course_lib
from course_lib.curvature.report import spectral_report
from course_lib.support import console
from course_lib.support.estimates import Estimate
from course_lib.teaching.feedback import Feedback

ROOT = Path(course_lib.__file__).parent
ENCODINGS = ("cp1252", "ascii", "cp437", "latin-1", "utf-8")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_whatever_is_in_the_course_can_be_written(encoding):
    text = "".join(path.read_text("utf-8") for path in sorted(ROOT.rglob("*.py")))
    for character in {*text, "\udcff", "\U0001f600"}:
        console.printable(character, encoding).encode(encoding)


def test_what_can_be_written_stays_as_it_is():
    assert console.printable("✓ λ₁ ± ½", "utf-8") == "✓ λ₁ ± ½"
    assert console.printable("±½", "cp1252") == "±½"


def test_a_stream_is_made_safe_and_a_missing_one_is_no_trouble():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252", newline="\n")
    console.make_safe(stream, None, io.StringIO())
    print("✓ done…", file=stream, flush=True)
    assert raw.getvalue().decode("cp1252") == "+ done…\n"


def test_bytes_that_cannot_be_read_are_still_an_error():
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", console.PLAINLY)


def printing_classes():
    """The classes of the package that say themselves how they are shown."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(part, ast.FunctionDef) and part.name == "__repr__" for part in node.body
            ):
                yield path.relative_to(ROOT.parent), node.name


@pytest.mark.parametrize(("path", "name"), [*printing_classes()], ids=lambda x: str(x))
def test_whatever_is_shown_can_be_printed(path, name):
    if path.name == "experiments_transformer.py":
        pytest.importorskip("torch")
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    assert issubclass(getattr(module, name), console.Printable)


def test_print_shows_what_a_notebook_shows(capsys):
    for shown in (Feedback("2.1", "right", "λ₁ is 4."), Estimate.of([1.0, 2.0, 3.0])):
        print(shown, f"{shown}")
        assert capsys.readouterr().out == f"{shown!r} {shown!r}\n"


CODE = """
import numpy as np
from course_lib.curvature.report import spectral_report
report = spectral_report(np.diag([1.0, 2.0]))
print(report)
print(f"{report}")
"""


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])
def test_a_report_is_printed_by_a_script_into_a_file_of_windows(encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    run = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    said = run.stdout.decode(encoding)
    assert "lambda1" in said
    lines = len(repr(spectral_report(np.diag([1.0, 2.0]))).splitlines())
    assert len(said.splitlines()) == 2 * lines
