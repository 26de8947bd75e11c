"""One cache for what is computed once: trained networks, records, matrices. One call empties it."""

from collections.abc import Callable
from functools import _lru_cache_wrapper, lru_cache
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_REMEMBERING: list[_lru_cache_wrapper] = []


def remember(maxsize: int | None = None) -> Callable[[Function], Function]:
    """Return a decorator that keeps what a function returned for each of its arguments.

    It is `functools.lru_cache` with a register, so that `forget` reaches every cache. A test that
    plants a defect must not get a result that was computed before.

    Parameters
    ----------
    maxsize : int, optional
        How many results are kept; all by default.

    Examples
    --------
    >>> @remember()
    ... def square(x):
    ...     print("computing")
    ...     return x * x
    >>> square(3), square(3)
    computing
    (9, 9)
    """

    def decorate(function: Function) -> Function:
        remembering = lru_cache(maxsize)(function)
        _REMEMBERING.append(remembering)
        return remembering  # type: ignore[return-value]

    return decorate


def forget() -> None:
    """Empty every cache that `remember` has made, in all modules.

    Examples
    --------
    >>> forget()
    """
    for remembering in _REMEMBERING:
        remembering.cache_clear()
