"""Exercises that reply to an answer: right, or which misunderstanding this is. They never raise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course_lib.teaching.answers import ANY, NotAttempted, Unreadable
from course_lib.teaching.feedback import Feedback


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that people give, and a good teacher's reply to it.

    Parameters
    ----------
    name : str
        The mistake, in words that follow "if somebody": ``"forgets the factor ½"``.
    answer : tuple or object
        The wrong answer, one entry for each part of the exercise; `ANY` for a part that does not
        matter. For an answer in code: the wrong function.
    feedback : str
        What the answer *is* the right answer to, then one thing to try. It never gives the
        solution away.
    matches : callable, optional
        ``matches(*read_parts) -> bool``, if the misconception covers many wrong answers.
    """

    name: str
    answer: Any
    feedback: str
    matches: Callable | None = None


@dataclass(frozen=True)
class Exercise:
    """A question with its right answer and its tempting wrong ones.

    Parameters
    ----------
    id : str
        Lesson and number, ``"2.1"``.
    prompt : str
        The question in one sentence. The notebook asks it in full.
    kinds : tuple
        One kind of answer (`course_lib.teaching.answers`) for each part.
    solution : tuple or object
        The right answer, one entry per part. It is never computed from the reader's answer.
    praise : str
        The reply to the right answer: why it is right, or what it leads to.
    misconceptions : tuple of Misconception
    hints : tuple of str
        From a nudge to nearly the whole answer.
    """

    id: str
    prompt: str
    kinds: tuple[Any, ...]
    solution: Any
    praise: str
    misconceptions: tuple[Misconception, ...]
    hints: tuple[str, ...]

    def check(self, *answers: Any) -> Feedback:
        """Return `Feedback` on the reader's answer; never raises."""
        try:
            return self._judge(self._read(answers))
        except NotAttempted:
            return Feedback(self.id, "not attempted", self.prompt)
        except Unreadable as error:
            return Feedback(self.id, "not yet", str(error))
        except Exception as error:  # an answer of a kind that nobody foresaw
            why = f"That cannot be compared ({type(error).__name__})."
            return Feedback(self.id, "not yet", why)

    def _judge(self, parts: list[Any]) -> Feedback:
        if self._right(parts):
            return Feedback(self.id, "right", self.praise)
        for misconception in self.misconceptions:
            if self._is(misconception, parts):
                return Feedback(self.id, "not yet", misconception.feedback)
        return Feedback(self.id, "not yet", f'That is not it. A nudge: hint("{self.id}").')

    def parts(self, answer: Any) -> tuple[Any, ...]:
        """Return an answer to this exercise as a tuple with one entry per part."""
        return answer if len(self.kinds) > 1 else (answer,)

    def _read(self, answers: tuple[Any, ...]) -> list[Any]:
        missing = [i for i, answer in enumerate(answers, 1) if answer is ... or answer is None]
        if answers and len(missing) == len(answers):
            raise NotAttempted
        if len(answers) != len(self.kinds):
            raise Unreadable(f"Answers expected: {len(self.kinds)}; found: {len(answers)}.")
        if missing:
            raise Unreadable(f"Still missing: answer {', '.join(map(str, missing))}.")
        return [kind.read(answer) for kind, answer in zip(self.kinds, answers, strict=True)]

    def _right(self, parts: list[Any]) -> bool:
        kind = self.kinds[0]
        if getattr(kind, "judge", None) is not None:
            return kind.judge(parts[0])
        return self._same(parts, self.parts(self.solution))

    def _is(self, misconception: Misconception, parts: list[Any]) -> bool:
        if misconception.matches is not None:
            return misconception.matches(*parts)
        return self._same(parts, self.parts(misconception.answer))

    def _same(self, parts: list[Any], reference: tuple[Any, ...]) -> bool:
        return all(
            wanted is ANY or kind.same(part, kind.read(wanted))
            for kind, part, wanted in zip(self.kinds, parts, reference, strict=True)
        )
