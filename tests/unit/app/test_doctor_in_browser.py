"""The self-check where a lesson runs in a browser: friendly about JAX, plain about what is not kept."""

import sys

import pytest

from course_lib.app import doctor, doctor_in_browser


@pytest.fixture(autouse=True)
def in_browser(monkeypatch, tmp_path):
    """A browser whose drive is a folder of the test."""
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(doctor_in_browser, "DRIVE", tmp_path)
    return tmp_path


def test_a_browser_is_healthy_though_it_has_no_jax(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    diagnosis = doctor.diagnose()
    assert diagnosis.healthy, diagnosis
    assert "JAX, which does not run in a browser" in repr(diagnosis)


def test_no_temporary_file_is_asked_for(monkeypatch):
    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", None)  # it never returns there
    assert doctor.diagnose().healthy


def test_what_will_be_forgotten_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor_in_browser, "DRIVE", tmp_path / "drive")
    (finding,) = [f for f in doctor.diagnose().findings if not f.good]
    assert "forgotten" in finding.sentence
    assert "private" in finding.remedy


def test_a_file_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(tmp_path / "none" / "progress.jsonl"))
    (finding,) = [f for f in doctor.diagnose().findings if not f.good]
    assert "progress.jsonl" in finding.sentence
    assert "not kept" in finding.sentence


def test_a_package_that_was_not_loaded_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sympy", None)
    (finding,) = [f for f in doctor.diagnose().findings if not f.good]
    assert finding.sentence == "Not loaded in this browser: sympy."


def test_it_loads_without_what_it_looks_for(monkeypatch):
    for name in doctor_in_browser.NEEDED:
        monkeypatch.setitem(sys.modules, name, None)
    assert doctor.diagnose().verdict == "1 thing to fix; start with the first."
