"""Before a server starts: is the kernel ours, is the port free; each trouble with what to do."""

import json
import socket
import sys

import pytest

from course_lib.app import cli, preflight


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
