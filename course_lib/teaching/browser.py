"""A lesson in a browser, in JupyterLite: JAX is not there, and a cell that needs it says so.

Python runs there as WebAssembly, for which JAX is not built.
"""

from types import TracebackType
from typing import Any

from course_lib.teaching.feedback import note

WITHOUT_JAX = "This cell computes with JAX, which does not run in a browser."
WHAT_TO_DO = (
    "You can go on without it. To run it, install the course on your own machine: the page “Where "
    "to run it” of this site says how."
)


def answer_without_jax(shell: Any) -> None:
    """Let a cell that imports JAX show a note in place of an error, so that *Run All* goes on.

    Parameters
    ----------
    shell : InteractiveShell
        IPython's, which runs the cells of the notebook.
    """
    shell.set_custom_exc((ModuleNotFoundError,), _answer)


def _answer(
    shell: Any,
    kind: type[ModuleNotFoundError],
    error: ModuleNotFoundError,
    traceback: TracebackType,
    tb_offset: int | None = None,
) -> None:
    if (error.name or "").partition(".")[0] == "jax":
        data = {
            "text/plain": f"{WITHOUT_JAX} {WHAT_TO_DO}",
            "text/html": note(WITHOUT_JAX, WHAT_TO_DO, "#0072B2"),
        }
        shell.display_pub.publish(data)
        return
    # As for any other error; `showtraceback` would come back to here.
    lines = shell.InteractiveTB.structured_traceback(kind, error, traceback, tb_offset=tb_offset)
    shell._showtraceback(kind, error, lines)
