"""The self-check: silent about versions where all is well, plain about what is wrong, never raising."""

import builtins
import json
import re
import subprocess
import sys
from importlib import metadata

import jax
import numpy as np
import pytest

from course_lib.app import doctor


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    """The settings of the machine that runs the tests play no part."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "settings"))
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)


def wrong():
    """Return the findings that must be mended."""
    return [finding for finding in doctor.diagnose().findings if not finding.good]


def test_this_environment_is_healthy_and_the_words_are_the_same_on_every_machine():
    diagnosis = doctor.diagnose()
    assert diagnosis.healthy, diagnosis
    assert repr(diagnosis).splitlines()[-1] == "Everything is ready."
    assert not re.search(r"\d+\.\d|/", repr(diagnosis)), "a version or a path"
    assert "mend" not in repr(diagnosis)


def test_it_changes_no_setting():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", False)
    try:
        assert doctor.diagnose().healthy
        assert not jax.config.jax_enable_x64
    finally:
        jax.config.update("jax_enable_x64", before)


def test_a_kernel_of_another_environment_is_named_first(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    for function in ("distribution", "metadata", "requires"):
        monkeypatch.setattr(metadata, function, missing)
    first = doctor.diagnose().findings[0]
    assert not first.good
    assert sys.prefix in first.sentence
    assert "Change Kernel" in first.remedy


def test_another_python_is_named(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    (finding,) = wrong()
    assert "3.9.1" in finding.sentence
    assert ">=3.11" in finding.sentence


def test_missing_and_old_packages_are_named_and_those_for_tests_do_not_count(monkeypatch):
    right = metadata.version

    def version(name):
        if name in ("tqdm", "pytest"):
            raise metadata.PackageNotFoundError(name)
        return "0.0.1" if name == "jax" else right(name)

    monkeypatch.setattr(metadata, "version", version)
    (finding,) = wrong()
    assert "Not installed: tqdm." in finding.sentence
    assert "jax 0.0.1 (needed: >=" in finding.sentence
    assert "pytest" not in finding.sentence
    assert "make lab" in finding.remedy


@pytest.mark.parametrize("module", ["ipywidgets", "anywidget", "jax"])
def test_what_cannot_be_imported_is_said_and_the_rest_still_looked_at(module, monkeypatch):
    real = builtins.__import__

    def broken(name, *arguments, **options):
        if name.split(".")[0] == module:
            raise ImportError(f"No module named {name!r}")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", broken)
    (finding,) = wrong()
    assert module in finding.sentence
    assert len(doctor.diagnose().findings) == 6


def test_without_jax_it_says_which_lessons_need_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    (finding,) = wrong()
    assert "Lessons 05 and 07 to 11" in finding.sentence
    assert "stopped" not in finding.sentence


def test_it_loads_without_what_it_looks_for():
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('ipywidgets', 'anywidget', 'jax', 'numpy')));"
        "from course_lib.app.doctor import diagnose; print(diagnose().verdict)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "2 things to fix; start with the first."


@pytest.mark.parametrize(
    "disabled",
    [["anywidget"], {"@jupyter-widgets/jupyterlab-manager": True}, {"anywidget:plugin": True}],
)
def test_a_switched_off_extension_is_found(disabled, tmp_path):
    config = tmp_path / "settings" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"disabledExtensions": disabled}))
    (finding,) = wrong()
    assert str(config) in finding.sentence
    assert "labextension enable" in finding.remedy


OTHER = ("not json", "[]", "[" * 200_000, '{"disabledExtensions": {"anywidget": false}}')


@pytest.mark.parametrize("text", OTHER, ids=lambda text: text[:20])
def test_other_settings_are_no_fault(text, tmp_path):
    config = tmp_path / "settings" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(text)
    assert doctor.diagnose().healthy


def test_an_extension_that_is_not_installed_is_named(monkeypatch):
    from jupyter_core import paths

    monkeypatch.setattr(paths, "jupyter_path", lambda *_: ["/nowhere"])
    (finding,) = wrong()
    assert "@jupyter-widgets/jupyterlab-manager" in finding.sentence
    assert "jupyterlab_widgets" in finding.remedy


def test_a_wrong_product_is_seen(monkeypatch):
    right = jax.jvp
    monkeypatch.setattr(jax, "jvp", lambda *a: (None, 2 * np.asarray(right(*a)[1])))
    (finding,) = wrong()
    assert "18." in finding.sentence


def test_a_folder_that_cannot_be_written_to(monkeypatch, tmp_path):
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(tmp_path / "none" / "progress.jsonl"))
    (finding,) = wrong()
    assert "not kept" in finding.sentence


def test_findings_are_counted_and_escaped():
    bad = doctor.Finding(False, "a < b", "do <this>")
    diagnosis = doctor.Diagnosis((bad, doctor.Finding(True, "fine"), bad))
    assert diagnosis.verdict.startswith("2 things")
    assert "<this>" not in diagnosis._repr_html_()
    assert repr(bad) == "✗ a < b\n  To fix it: do <this>."
