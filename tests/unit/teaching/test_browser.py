"""A lesson in a browser: what needs JAX says so, and everything else fails as it always does."""

import sys
from importlib import import_module

import pytest

import course_lib
from course_lib.teaching import browser

# Of IPython, which comes with ipykernel.
InteractiveShell = import_module("IPython.core.interactiveshell").InteractiveShell


@pytest.fixture
def shell(monkeypatch):
    """A shell without JAX, as in a browser; what it shows is kept in `shell.shown`."""
    shell = InteractiveShell()
    shell.shown, shell.failed = [], []
    monkeypatch.setattr(shell.display_pub, "publish", lambda data: shell.shown.append(data))
    monkeypatch.setattr(shell, "_showtraceback", lambda *error: shell.failed.append(error[1]))
    monkeypatch.setitem(sys.modules, "jax", None)
    browser.answer_without_jax(shell)
    return shell


@pytest.mark.parametrize(
    "cell",
    ["import jax", "import jax.numpy as jnp", "def f():\n    from jax import jit\nf()"],
)
def test_a_cell_that_needs_jax_shows_a_note_and_no_error(cell, shell):
    shell.run_cell(cell)
    assert shell.failed == []
    (shown,) = shell.shown
    assert shown["text/plain"].startswith(browser.WITHOUT_JAX)
    assert browser.WHAT_TO_DO in shown["text/html"]


def test_another_module_that_is_missing_is_an_error_and_so_is_any_other(shell):
    shell.run_cell("import no_such_module")
    shell.run_cell("1 / 0")
    shell.run_cell("import jax")
    assert [type(error) for error in shell.failed] == [ModuleNotFoundError, ZeroDivisionError]
    assert len(shell.shown) == 1


def test_setup_answers_only_in_a_browser(monkeypatch):
    asked = []
    monkeypatch.setattr(browser, "answer_without_jax", asked.append)
    course_lib.setup()
    assert asked == []
    monkeypatch.setattr(sys, "platform", "emscripten")
    course_lib.setup()
    assert len(asked) == 1
