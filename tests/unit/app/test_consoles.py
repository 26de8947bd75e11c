"""The commands on consoles that are not UTF-8, and with names that are no text."""

import json
import os

import pytest

from course_lib import lessons
from course_lib.teaching.progress import FILE_NAME, NUMBERING

ENCODINGS = ("cp1252", "ascii", "cp437")


def on(encoding):
    return {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_progress_is_said(encoding, course, tmp_path):
    id = next(iter(lessons.load("lesson_00").exercises))
    entry = {"when": "2026-01-01T00:00:00+00:00", "kind": "exercise", "id": id, "answer": "1"}
    entry |= {"numbering": NUMBERING, "verdict": "right"}
    (tmp_path / FILE_NAME).write_text(json.dumps(entry), "utf-8")
    run = course("progress", ".", cwd=tmp_path, **on(encoding))
    assert run.returncode == 0, run.stderr
    assert f"+ {id}" in run.stdout.decode(encoding)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_doctor_speaks(encoding, course, tmp_path):
    run = course("doctor", "--folder", "σ-course", cwd=tmp_path, HOME=str(tmp_path), **on(encoding))
    assert run.returncode == 0, run.stderr
    assert run.stdout.decode(encoding).splitlines()[-1] == "Everything is ready."


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_error_is_said_whatever_is_in_it(encoding, course, tmp_path):
    for command in (["progress", "my-λ₁ course…"], ["demo", "✓"], ["lab", "--port", "½"]):
        run = course(*command, cwd=tmp_path, **on(encoding))
        assert run.returncode in (1, 2)
        assert "UnicodeEncodeError" not in run.stderr.decode(encoding)
        assert run.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
def test_a_folder_whose_name_is_no_text(course, tmp_path):
    folder = os.fsdecode(b"caf\xe9")
    for command in (["progress", folder], ["doctor", "--folder", folder]):
        run = course(*command, cwd=tmp_path, HOME=str(tmp_path), PYTHONIOENCODING="utf-8")
        assert b"Traceback" not in run.stderr
        assert b"caf" in run.stdout + run.stderr or run.returncode == 0


def test_a_program_without_a_console(course, tmp_path, monkeypatch):
    from course_lib.app import cli

    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    assert cli.main(["progress", str(tmp_path / "none")]) == 1
