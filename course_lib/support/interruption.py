"""How long work stops early and hands over the result so far."""

from typing import Any


class Interrupted(KeyboardInterrupt):
    """Work that was stopped by hand; `partial` is the result so far, None if there is none yet.

    In a notebook it can be read after the traceback, as ``sys.last_value.partial``.

    Parameters
    ----------
    message : str
        Where the work stood, as in "after 3 of 20 steps".
    partial : object
        The result so far, of the type that the whole work would have returned.

    Examples
    --------
    >>> Interrupted("after 3 of 20 steps", [1, 2, 3]).partial
    [1, 2, 3]
    """

    def __init__(self, message: str, partial: Any) -> None:
        super().__init__(f"{message}; the result so far is in .partial")
        self.partial = partial
