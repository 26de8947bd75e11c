"""Before a server starts: is the kernel ours, is the port free; each trouble with what to do."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from lab_driver import demo_pages

from course_lib.app import cli, gallery, preflight


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_all_is_well_here(capsys):
    assert preflight.kernel().good
    assert cli.main(["doctor"]) == 0
    assert "Everything is ready." in capsys.readouterr().out


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Lay a kernel named python3 in the place of this environment's."""

    def lay(python):
        folder = tmp_path / "kernels" / "python3"
        folder.mkdir(parents=True)
        spec = {"argv": [python, "-m", "ipykernel_launcher"], "display_name": "Python 3"}
        (folder / "kernel.json").write_text(json.dumps(spec))
        monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [str(tmp_path)])

    return lay


def test_a_kernel_of_another_environment_is_named(kernel, capsys):
    kernel("/somewhere/else/bin/python")
    finding = preflight.kernel()
    assert not finding.good
    assert "another environment's, /somewhere/else/bin/python" in finding.sentence
    assert "ipykernel install --sys-prefix" in finding.remedy
    assert cli.main(["doctor"]) == 1
    assert "another environment's" in capsys.readouterr().out


@pytest.mark.parametrize("python", ["python", "python3", sys.executable])
def test_a_kernel_that_jupyter_starts_with_its_own_python_is_ours(kernel, python):
    kernel(python)
    assert preflight.kernel().good


def test_a_taken_port_is_named_and_a_free_one_is_not(taken_port, capsys):
    finding = preflight.port(taken_port)
    assert not finding.good
    assert f"Port {taken_port} cannot be used" in finding.sentence
    for command in ("doctor", "lab", "demo"):
        assert cli.main([command, "--port", str(taken_port)]) == 1
        said = capsys.readouterr()
        assert f"Port {taken_port} cannot be used" in said.out + said.err


def test_a_port_is_free_again_once_it_is_let_go():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        number = other.getsockname()[1]
    assert preflight.port(number).good


@pytest.fixture
def homeless(tmp_path, monkeypatch):
    """A home that is a file: nothing can be written into it, not even by root."""
    home = tmp_path / "home"
    home.write_text("")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for variable in (*preflight.FOLDERS, "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(variable, raising=False)
    return home


def test_a_home_that_cannot_be_written_to_is_named_with_its_variable(homeless):
    finding = preflight.home()
    assert not finding.good
    for named in (str(homeless), *preflight.FOLDERS):
        assert named in finding.sentence
    assert "HOME" in finding.remedy


def test_jupyter_is_lent_folders_where_it_has_none(homeless, monkeypatch):
    for variable in preflight.FOLDERS:
        monkeypatch.setenv(variable, str(homeless / variable))  # put back when the test ends
    assert str(homeless) in preflight.lend_folders()
    assert preflight.home().good
    assert all(str(homeless) not in os.environ[variable] for variable in preflight.FOLDERS)
    assert preflight.lend_folders() == ""


def test_a_folder_that_is_still_to_be_made_can_be_written_to(tmp_path):
    assert preflight.writable(tmp_path / "a" / "b")
    (tmp_path / "file").write_text("")
    assert not preflight.writable(tmp_path / "file" / "b")
    assert not preflight.writable(Path(os.devnull))
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert not preflight.writable(tmp_path / "link" / "b")


@pytest.mark.slow
def test_a_demo_runs_without_a_home(homeless):
    with (
        demo_pages(gallery.cards()[0].page) as address,
        urllib.request.urlopen(address, timeout=60) as answer,
    ):
        assert "jupyter-config-data" in answer.read().decode()


@pytest.mark.slow
def test_the_lab_starts_without_a_home(homeless, tmp_path):
    command = [sys.executable, "-m", "course_lib.app.cli", "lab", "--folder", str(tmp_path / "my")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = ""
        for line in server.stdout:
            said += line
            if "/lab?token=" in line:
                break
        assert "/lab?token=" in said, said
        assert "a temporary folder takes the place" in said
        assert "Traceback" not in said
    finally:
        server.terminate()
        server.wait(30)
