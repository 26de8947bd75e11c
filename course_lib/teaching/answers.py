"""Kinds of answers: how an answer is read, and when two answers are the same.

``read`` turns what a reader typed into a value that can be compared. If it cannot, it raises
`Unreadable` with a sentence that says what was expected. ``same`` compares two such values.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.support.arguments import NOT_REAL

ANY = "(any)"  # in a misconception with several parts: this part does not matter


class Unreadable(Exception):
    """The answer is not of the kind that was asked for. The message says what was expected."""


class NotAttempted(Exception):
    """The answer is still the stub."""


def _array(answer: Any, expected: str) -> np.ndarray:
    try:
        array = np.array(answer)
        if array.dtype.kind in "SU":  # NumPy would read "6" as 6
            raise Unreadable(f"That is text. Expected: {expected}, without quotes.")
        if array.dtype.kind in NOT_REAL:
            raise TypeError
        array = array.astype(float)
    except Unreadable:
        raise
    except Exception:  # the learner's object may raise anything when it is read as numbers
        raise Unreadable(f"Expected: {expected}.") from None
    if not np.isfinite(array).all():
        raise Unreadable(f"That contains NaN or infinity. Expected: {expected}.")
    return array


@dataclass(frozen=True)
class Number:
    """One real number, right within a relative tolerance. SymPy numbers are accepted, too."""

    rtol: float = 0.01
    atol: float = 1e-9

    def read(self, answer: Any) -> float:
        """Return a float."""
        array = _array(answer, "a number")
        if array.size != 1:
            raise Unreadable(f"Expected: one number, not {array.size}.")
        return float(array.reshape(()))

    def same(self, a: float, b: float) -> bool:
        """Return whether the two agree within the tolerance."""
        return abs(a - b) <= self.rtol * abs(b) + self.atol


@dataclass(frozen=True)
class Matrix:
    """An array of a given shape. An entry may be off by `rtol` times the largest entry."""

    shape: tuple[int, ...]
    rtol: float = 0.01

    def read(self, answer: Any) -> np.ndarray:
        """Return an array of shape `shape`."""
        wanted = " × ".join(map(str, self.shape))
        what = f"{wanted} numbers" + " in nested brackets" * (len(self.shape) > 1)
        array = _array(answer, what)
        if array.shape != self.shape and array.size == np.prod(self.shape) and array.ndim == 2:
            array = array.reshape(self.shape) if 1 in array.shape else array
        if array.shape != self.shape:
            raise Unreadable(f"Expected: {what}; yours has the shape {array.shape}.")
        return array

    def same(self, a: np.ndarray, b: np.ndarray) -> bool:
        """Return whether all entries agree."""
        return bool(np.abs(a - b).max() <= self.rtol * np.abs(b).max())


def Vector(n: int, rtol: float = 0.01) -> Matrix:
    """Return the kind of answer that consists of `n` numbers in order."""
    return Matrix((n,), rtol)


@dataclass(frozen=True)
class Direction:
    """A unit vector. Both signs are accepted."""

    n: int
    rtol: float = 0.01

    def read(self, answer: Any) -> np.ndarray:
        """Return an array of shape (n,)."""
        return Vector(self.n).read(answer)

    def same(self, a: np.ndarray, b: np.ndarray) -> bool:
        """Return whether the two are equal up to a sign."""
        return min(np.linalg.norm(a - b), np.linalg.norm(a + b)) <= self.rtol * np.linalg.norm(b)


_LOW_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]

    def read(self, answer: Any) -> str:
        """Return the option that the answer names. Case, blanks and outer brackets are ignored.

        A Greek λ may be written out, and its index need not stand low: ``lambda_1`` is ``λ₁``.
        """
        named = _bare(answer) if isinstance(answer, str) else None
        for option in self.options:
            if _bare(option) == named:
                return option
        raise Unreadable("Expected one of: " + ", ".join(f'"{o}"' for o in self.options) + ".")

    def same(self, a: str, b: str) -> bool:
        """Return whether both name the same option."""
        return a == b


def _bare(text: str) -> str:
    """Return "b" for "(b)", "b)" and " B "; "a, b" for "a,b"; "λ1" for "λ₁" and "lambda_1"."""
    text = re.sub(r"\s*,\s*", ", ", " ".join(text.split())).casefold()
    text = text.replace("lambda", "λ").replace("λ_", "λ").translate(_LOW_DIGITS)
    inside = re.fullmatch(r"\(?(\w+)\)", text)
    return inside[1] if inside else text


@dataclass(frozen=True)
class Code:
    """A function, judged by what it returns for a few arguments.

    Parameters
    ----------
    name : str
        The function's name in the lesson.
    cases : tuple of tuples
        Arguments of each trial call. The function gets copies, so it cannot spoil the next trial.
    judge : callable, optional
        ``judge(values) -> bool`` decides from the returned values alone, for functions without a
        single right value. Without `judge`, the values must agree with those of the solution.
    """

    name: str
    cases: tuple[tuple[Any, ...], ...]
    rtol: float = 1e-6
    judge: Callable | None = field(default=None)

    def read(self, function: Any) -> list[np.ndarray | None]:
        """Return what the function returned, as a list with one array per case."""
        if not callable(function):
            raise Unreadable(f"Expected: the function {self.name} itself, without brackets.")
        values: list[np.ndarray | None] = []
        for case in self.cases:
            try:
                value = function(*copy.deepcopy(case))
            except (Exception, SystemExit) as error:
                raise Unreadable(
                    f"{self.name} stopped with {type(error).__name__}: {error}. "
                    f"It was called with {', '.join(map(_brief, case))}."
                ) from None
            if value is ...:
                values.append(None)
                continue
            if value is None:
                raise Unreadable(
                    f"{self.name} returns nothing: its last line must be a return with the answer."
                )
            value = _array(value, f"numbers returned by {self.name}")
            values.append(value.reshape(()) if value.size == 1 else value)  # [3] is 3
        if all(value is None for value in values):
            raise NotAttempted
        if any(value is None for value in values):
            raise Unreadable(f"{self.name} still returns the dots for some arguments.")
        return values

    def same(self, a: list[Any], b: list[Any]) -> bool:
        """Return whether all returned values agree, in shape and within the tolerance."""
        return all(
            x.shape == y.shape and np.allclose(x, y, rtol=self.rtol, atol=1e-12)
            for x, y in zip(a, b, strict=True)
        )


def _brief(argument: Any) -> str:
    text = "a function" if callable(argument) else repr(argument)
    return " ".join(text.split())[:60]
