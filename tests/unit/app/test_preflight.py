"""Before a server starts: is the kernel ours, is the port free; each trouble with what to do."""

import errno
import json
import os
import socket
import subprocess
import sys
import tempfile
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
    assert "another environment, /somewhere/else/bin/python" in finding.sentence
    assert "ipykernel install --sys-prefix" in finding.remedy
    assert cli.main(["doctor"]) == 1
    assert "another environment, /somewhere/else" in capsys.readouterr().out


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


def test_a_user_without_a_name_and_a_home_is_lent_them(tmp_path, course):
    """As in a container that is run as some number: ~ stays ~, and would become a folder here."""
    code = (
        "import os; os.environ.pop('HOME'); os.getuid = lambda: 4321_4321\n"
        "from course_lib.app import cli, preflight\n"
        "print(preflight.home(), preflight.suggestion(), sep='\\n'); cli._own_environment()\n"
        "from jupyter_core import paths; print(paths.jupyter_path()); print(preflight.home())"
    )
    run = course(code=code, cwd=tmp_path)
    assert run.returncode == 0, run.stderr.decode()
    said = run.stdout.decode()
    assert "HOME, now not set" in said
    assert "Jupyter can keep its settings" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("trouble", [errno.EDQUOT, errno.ENOSPC, errno.EACCES])
def test_a_folder_is_tried_by_writing_for_rights_tell_half(trouble, tmp_path, monkeypatch):
    """A quota, a full disk, a server of files that does not trust this machine's root."""

    def refuse(**_):
        raise OSError(trouble, os.strerror(trouble))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert not preflight.writable(tmp_path)
    assert not preflight.copy(str(tmp_path / "my-course")).good


@pytest.mark.parametrize("home", ["read-only/missing", "file", "read-only"])
def test_a_kernel_without_a_home_says_nothing_over_the_lesson(home, tmp_path, course):
    """IPython and Matplotlib would each warn in red that they have nowhere to write."""
    (tmp_path / "read-only").mkdir(0o555)
    (tmp_path / "file").write_text("")
    place = tmp_path / home
    code = (
        "import warnings; warnings.simplefilter('error')\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"  # Python shows these to no user
        "from course_lib.app import cli; cli._own_environment()\n"
        "import matplotlib; matplotlib.get_configdir(), matplotlib.get_cachedir()\n"
        "from IPython.paths import get_ipython_dir; print(get_ipython_dir())"
    )
    run = course(code=code, cwd=tmp_path, HOME=str(place))
    said = run.stderr.decode().splitlines()
    assert run.returncode == 0, said
    assert len(said) == 1
    assert "a temporary folder is used" in said[0]


@pytest.mark.parametrize("setting", ["tcp://10.0.0.7:8888", "0", "70000", "-1", "9" * 5000])
def test_a_variable_that_a_cluster_sets_is_named_and_passed_over(setting, monkeypatch, capsys):
    """Kubernetes gives each container a variable for each service, JUPYTER_PORT for one so named."""
    monkeypatch.setenv("JUPYTER_PORT", setting)
    assert cli.main(["doctor"]) == 1
    assert "JUPYTER_PORT is" in capsys.readouterr().out
    monkeypatch.setenv("JUPYTER_PORT", "8899")
    assert preflight.port_setting().good


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
        assert "a temporary folder is used" in said
        assert "Traceback" not in said
    finally:
        server.terminate()
        server.wait(30)
