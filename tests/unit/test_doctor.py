"""The doctor: all is well here, and each trouble is named with what to do."""

import importlib.util
import json
import socket
import sys
from importlib import metadata

import pytest

from course_lib import cli, doctor


def test_all_is_well_here(capsys):
    assert doctor.diagnose() == []
    assert cli.main(["doctor"]) == 0
    assert "All is well" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["ipywidgets", "jax", "sklearn", "jupyterlab_widgets"])
def test_a_missing_package_is_named_with_the_command_that_mends_it(name, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda module: None if module == name else find(module)
    )
    (trouble,) = doctor.diagnose()
    installed_as = {"sklearn": "scikit-learn"}.get(name, name)
    assert f"{installed_as} is missing" in trouble
    assert f"{sys.executable} -m pip install {installed_as}" in trouble


def test_an_environment_without_the_course_is_named(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    assert any("hessian-course is not installed in" in trouble for trouble in doctor.diagnose())


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A kernel named python3 that takes the place of this environment's."""

    def install(python):
        folder = tmp_path / "kernels" / "python3"
        folder.mkdir(parents=True)
        spec = {"argv": [python, "-m", "ipykernel_launcher"], "display_name": "Python 3"}
        (folder / "kernel.json").write_text(json.dumps(spec))
        monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [str(tmp_path)])

    return install


def test_a_kernel_of_another_environment_is_named(kernel):
    kernel("/somewhere/else/bin/python")
    (trouble,) = doctor.diagnose()
    assert "another environment's, /somewhere/else/bin/python" in trouble
    assert "ipykernel install --sys-prefix" in trouble


def test_a_taken_port_is_named_and_a_free_one_is_not():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        (trouble,) = doctor.diagnose(port)
        assert f"Port {port} is taken" in trouble
    assert doctor.diagnose(port) == []
