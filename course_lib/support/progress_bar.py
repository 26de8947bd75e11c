"""A progress bar for work that turns out to be long."""

import os
import sys
from time import perf_counter
from typing import Any, Self

PATIENCE = 1.0  # seconds


class ProgressBar:
    """A bar that appears a second after the first step, and disappears when the work ends.

    Quick work shows no bar. So a stored lesson stays the same on every machine: in a notebook, even
    a bar that is never seen would leave widgets. The time before the first step is not counted: it
    goes into compiling, and says nothing about the later steps.

    Parameters
    ----------
    total : int
        The largest number of steps.
    unit : str
        What a step is, in the singular.

    Examples
    --------
    >>> with ProgressBar(2, "product") as bar:
    ...     bar.advance()
    """

    def __init__(self, total: int, unit: str) -> None:
        self.total, self.unit, self.done = total, unit, 0
        self._begin: float | None = None
        self._bar: Any = None

    def advance(self, steps: int = 1) -> None:
        """Count `steps` more as done."""
        self.done += steps
        now = perf_counter()
        self._begin = now if self._begin is None else self._begin
        if self._bar is None and now - self._begin > PATIENCE:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self.total, unit=self.unit, leave=False, disable=_quiet())
        if self._bar is not None:
            self._bar.update(self.done - self._bar.n)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def announce(line: str) -> None:
    """Print a line on stderr before long work, unless progress bars are switched off."""
    if not _quiet():
        print(line, file=sys.stderr, flush=True)


def _quiet() -> bool:
    # In a notebook, tqdm itself does not look at this variable.
    return os.environ.get("TQDM_DISABLE", "") not in ("", "0")
