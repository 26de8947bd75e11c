"""`hessian-course lab`: its arguments, and a server that really answers."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from course_lib import lessons
from course_lib.app import cli


def test_root_and_no_display_are_seen(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert {"--allow-root", "--no-browser"} <= set(cli.jupyter_arguments("x", "127.0.0.1"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("DISPLAY", ":0")
    assert not {"--allow-root", "--no-browser"} & set(cli.jupyter_arguments("x", "127.0.0.1"))


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(command in said for command in ("lab", "demo", "progress", "doctor"))


def test_a_demo_that_is_not_there_is_named(capsys):
    assert cli.main(["demo", "99"]) == 1
    assert "no demo '99'; the demos are" in capsys.readouterr().err


def test_progress_says_what_is_done(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(tmp_path / "course-progress.jsonl"))
    lessons.load("lesson_02").check("2.3", 1 / 3)
    assert cli.main(["progress", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "✓ 2.3" in said
    assert "· 2.2" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        *(
            (["lab", "--port", port], f"'{port}' is not a whole number")
            for port in ("70000", "0", "x")
        ),
        (["demo", "--port=-1"], "'-1' is not a whole number from 1 to 65535"),
        (["doctor", "--port", "9" * 5000], "argument --port"),
        *((["demo", f"--viewers={n}"], f"'{n}' is not a whole number") for n in ("0", "-3", "1.5")),
    ],
    ids=lambda x: " ".join(x)[:20] if isinstance(x, list) else "",
)
def test_a_number_that_cannot_be_is_refused_by_name(arguments, named, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err


@pytest.mark.parametrize("command", ["lab", "demo"])
@pytest.mark.parametrize("ip", ["203.0.113.7", "no.such.host.invalid", "*", "2001:db8::1"])
def test_a_wrong_address_is_named_and_no_port_is_blamed(command, ip, capsys):
    assert cli.main([command, "--ip", ip, "--port", "8888"]) == 1
    said = capsys.readouterr().err
    assert repr(ip) in said
    assert "--ip" in said
    assert "Port" not in said


def test_lessons_are_opened_though_nothing_can_be_brought_up_to_date(tmp_path, capsys):
    (tmp_path / ".lock").mkdir()
    with pytest.raises(OSError, match="lock"):
        cli._bring_up_to_date(str(tmp_path))
    (tmp_path / "01_a.ipynb").write_text("mine")
    cli._bring_up_to_date(str(tmp_path))
    assert "could not be brought up to date" in capsys.readouterr().out


def test_no_guide_runs_what_lies_in_the_folder_in_which_it_is_called():
    """`python -m` would take a course_lib.py of that folder; the console script does not."""
    root = Path(cli.__file__).parents[2]
    guides = [root / "README.md", *root.glob("docs/**/*.md")]
    assert [path for path in guides if "-m course_lib" in path.read_text("utf-8")] == []


def page(address):
    """Return the answer's text; the address is printed a moment before it is listened on."""
    for _ in range(100):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.status == 200
            return answer.read().decode()
        time.sleep(0.1)


@pytest.mark.slow
def test_lab_prints_an_address_that_answers(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    server = subprocess.Popen(
        [sys.executable, "-m", "course_lib.app.cli", "lab", "--folder", "my course"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for line in server.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", line):
                break
        assert "JupyterLab" in page(found[0])
        setting = "api/settings/@jupyterlab/apputils-extension:notification?"
        schema = json.loads(page(found[0].replace("?", f"/{setting}")))["schema"]
        assert schema["properties"]["fetchNews"]["default"] == "false"  # no pop-up over a lesson
        assert (tmp_path / "my course" / "02_worked_2x2_example.ipynb").exists()
    finally:
        server.terminate()
        server.wait(30)
