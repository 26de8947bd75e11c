"""What JupyterLite of the site is made of: pinned files, lessons for the browser, and doing without."""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import build_site
import nbformat
import pytest
from website import lessons as lesson_pages
from website.lite import build, contents, parts
from website.live import runtime

from course_lib import lessons


def test_every_file_is_pinned_and_no_host_is_named():
    pinned = [*parts.PACKAGES.values(), *parts.LOCK["builder"].values()]
    assert all(re.fullmatch("[0-9a-f]{64}", wheel["sha256"]) for wheel in pinned)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in parts.CARRIED.values())
    assert "//" not in json.dumps(parts.LOCK)
    names = [wheel["file_name"] for wheel in pinned]
    assert len(names) == len(set(names))


@pytest.fixture
def small(monkeypatch, tmp_path):
    """One wheel of the index; returns the list of what pip is asked for, which gives it."""
    sha256 = hashlib.sha256(b"package").hexdigest()
    wheel = {"version": "1.0", "file_name": "a-1.0-py3-none-any.whl", "sha256": sha256}
    monkeypatch.setattr(parts, "FROM_INDEX", {"a": wheel})
    monkeypatch.setattr(runtime, "fetch", lambda folder, wanted: {})
    asked = []

    def run(command, **_options):
        asked.append(parts.Path(command[command.index("-r") + 1]).read_text())
        folder = parts.Path(command[command.index("-d") + 1])
        folder.mkdir()
        (folder / wheel["file_name"]).write_bytes(b"package")
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(parts.subprocess, "run", run)
    return asked


def test_a_wheel_is_asked_for_with_its_digest_and_once(small, tmp_path):
    (path,) = parts.fetch(tmp_path).values()
    assert path.read_bytes() == b"package"
    parts.fetch(tmp_path)
    path.write_bytes(b"half")
    parts.fetch(tmp_path)
    sha256 = hashlib.sha256(b"package").hexdigest()
    assert small == [f"a==1.0 --hash=sha256:{sha256}\n"] * 2
    assert list(tmp_path.iterdir()) == [path]


def test_what_pip_refuses_is_said(small, tmp_path, monkeypatch):
    said = SimpleNamespace(returncode=1, stderr="ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n")
    monkeypatch.setattr(parts.subprocess, "run", lambda *_, **__: said)
    with pytest.raises(runtime.Unavailable, match="DO NOT MATCH THE HASHES"):
        parts.fetch(tmp_path)


def test_a_cache_that_cannot_be_written_is_said(small, tmp_path):
    folder = tmp_path / "file"
    folder.write_bytes(b"")
    with pytest.raises(runtime.Unavailable, match="file cannot be written"):
        parts.fetch(folder)


def test_the_site_does_without_unless_it_must(monkeypatch, capsys):
    def fetch():
        raise runtime.Unavailable("pip could not fetch it")

    monkeypatch.setattr(parts, "fetch", fetch)
    assert build_site.lite(must=False) is None
    assert "without lessons that run in the browser" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="JupyterLite is not available: pip could not fetch it"):
        build_site.lite(must=True)


def test_a_command_that_fails_is_no_site_with_half_of_it(tmp_path):
    with pytest.raises(runtime.Unavailable, match="no_such_module"):
        build._run("no_such_module", "build", folder=tmp_path)


@pytest.mark.parametrize("name", lessons.lesson_names())
def test_a_lesson_runs_here_if_it_loads_without_jax(name):
    rooms = [f"course_lib.lessons.{name}{room}" for room in ("", ".figures", ".experiments")]
    there = [room for room in rooms if importlib.util.find_spec(room)]
    code = f"import sys; sys.modules['jax'] = None; import {', '.join(there)}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode == 0) == (name in contents.RUN), run.stderr


@pytest.mark.parametrize("name", lessons.lesson_names())
def test_a_lesson_for_the_browser_says_first_how_to_run_it_or_what_to_do_instead(name):
    stored = lesson_pages.stored(name)
    notebook = nbformat.reads(contents.notebook(name), 4)
    nbformat.validate(notebook)
    first = notebook.cells[0].source
    assert first.splitlines()[0] == stored.cells[0].source.splitlines()[0]
    assert notebook.metadata.kernelspec.name == "python"
    if name in contents.RUN:
        assert "runs in your browser" in first
        assert first.replace(contents.WELCOME + "\n\n", "") == stored.cells[0].source
        assert notebook.cells[1:] == stored.cells[1:]
    else:
        assert "install the course" in first
        assert len(notebook.cells) == 1


def test_a_page_of_the_site_links_to_its_lesson_where_there_is_one():
    start = contents.start("lesson_02")
    assert (
        f'href="../{start}"'
        in nbformat.reads(lesson_pages.page("lesson_02", start), 4).cells[0].source
    )
    assert "Try it now" not in lesson_pages.page("lesson_02")
    assert contents.start("lesson_00") in contents.INVITATION


def test_pyodide_is_told_each_file_with_its_digest(tmp_path, monkeypatch):
    wheel = {"version": "1", "file_name": "a.whl", "sha256": "0" * 64}
    monkeypatch.setattr(parts, "PACKAGES", {"a": wheel})
    files = {name: tmp_path / name for name in [*runtime.WANTED, "a.whl"]}
    for path in files.values():
        path.write_bytes(b"file")
    course = tmp_path / "hessian_course-0.1.0-py3-none-any.whl"
    course.write_bytes(b"course")
    build.lay_out_pyodide(files, course, tmp_path / "out")
    lock = json.loads((tmp_path / "out" / "pyodide-lock.json").read_text())
    assert lock["info"] == runtime.LOCK["pyodide"]["info"]
    assert lock["packages"]["a"]["sha256"] == wheel["sha256"]
    ours = lock["packages"]["hessian-course"]
    assert ours["sha256"] == hashlib.sha256(b"course").hexdigest()
    assert all((tmp_path / "out" / p["file_name"]).is_file() for p in lock["packages"].values())


def test_all_packages_are_loaded_and_none_is_asked_of_another_host():
    (kernel,) = build.settings()["jupyter-config-data"]["litePluginSettings"].values()
    assert kernel["disablePyPIFallback"]
    assert {*parts.PACKAGES, "hessian-course"} == set(kernel["loadPyodideOptions"]["packages"])
