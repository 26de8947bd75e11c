"""The claim ledger: every sentence that matters, with evidence that can be run.

A claim carries *breakers*: changed constants under which its check must fail. If no change can
break a check, the check proves nothing. The tests run every breaker.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from course_lib.support.console import Printable
from course_lib.teaching.feedback import note

# Each verdict with the colour in which it is shown. Lesson 00 explains the verdicts to the reader.
VERDICTS = {
    "holds": "#009E73",
    "holds when": "#009E73",
    "false as stated": "#D55E00",
    "not settled here": "#0072B2",
    "opinion": "#777777",
}
# What is shown in place of a verdict that the evidence does not support.
FAILED = {"false as stated": "not shown to be false"}

Check = TypeVar("Check", bound=Callable[..., "Evidence"])


@dataclass(frozen=True)
class Evidence:
    """What a check found.

    Parameters
    ----------
    confirms : bool
        Whether the finding supports the verdict of the claim: a true statement holds, or a false
        one is refuted.
    summary : str
        The finding with its numbers, rounded so that they are the same on every machine.
    """

    confirms: bool
    summary: str


@dataclass(frozen=True)
class Claim:
    """A statement, its verdict, and how to check it.

    Parameters
    ----------
    id : str
        Lesson and number, ``"2.4"``.
    statement : str
    verdict : str
        ``"holds"``, ``"holds when …"``, ``"false as stated"`` (there is evidence against it, not
        just a lack of evidence for it), ``"not settled here"`` (the interval contains both
        answers) or ``"opinion"`` (no measurement can test it; its check only says why, and it has
        no breakers).
    source : str
        Where the statement or its proof is found.
    check : callable
        ``check(**constants) -> Evidence``. It takes seconds at most.
    breakers : tuple of dict
        Constants under which the evidence must not confirm.
    """

    id: str
    statement: str
    verdict: str
    source: str
    check: Callable[..., Evidence]
    breakers: tuple[Mapping[str, Any], ...]

    def __post_init__(self) -> None:
        if self.kind not in VERDICTS or self.verdict.strip() == "holds when":
            raise ValueError(
                f"verdict must be one of {', '.join(VERDICTS)}, not {self.verdict!r}; after "
                "'holds when' write the condition"
            )

    @property
    def kind(self) -> str:
        """The verdict without its condition: one of the five in `VERDICTS`."""
        return "holds when" if self.verdict.startswith("holds when") else self.verdict

    def verify(self, **constants: Any) -> "Verification":
        """Run the check, with other `constants` if you like, and return a `Verification`.

        Raises
        ------
        ValueError
            If the check has no constant of that name; it lists those that there are.
        """
        known = inspect.signature(self.check).parameters
        for name in constants:
            if name not in known:
                values = ", ".join(f"{k}={_brief(p.default)}" for k, p in known.items())
                there_are = f"its constants are {values}" if known else "it has none"
                raise ValueError(
                    f"the check of claim {self.id} has no constant {name!r}; {there_are}"
                )
        return Verification(self, self.check(**constants))


@dataclass(frozen=True)
class Verification(Printable):
    """A claim together with the evidence that its check has just found."""

    claim: Claim
    evidence: Evidence

    @property
    def outcome(self) -> str:
        """Return the verdict if the evidence supports it, or else words such as "does not hold"."""
        if self.evidence.confirms:
            return self.claim.verdict
        return FAILED.get(self.claim.kind, "does not hold")

    def __repr__(self) -> str:
        claim = self.claim
        found = "Why nothing can test it" if claim.kind == "opinion" else "Evidence"
        return (
            f"Claim {claim.id}: {claim.statement}\n"
            f"Verdict: {self.outcome}\n{found}: {self.evidence.summary}\nSource: {claim.source}"
        )

    def _repr_html_(self) -> str:
        colour = VERDICTS[self.claim.kind] if self.evidence.confirms else "#777777"
        heading, *rest = repr(self).splitlines()
        return note(heading, "\n".join(rest), colour)


class Ledger:
    """Claims by id: those entered into this ledger, and those of the ledgers that it joins.

    Each module of claims makes one, ``CLAIMS = Ledger()``, and enters its claims by decorating
    their checks. A lesson joins the ledgers of its modules when a claim is first asked for.

    Parameters
    ----------
    parts : callable, optional
        Returns the ledgers to join.
    """

    def __init__(self, parts: Callable[[], Iterable["Ledger"]] = tuple) -> None:
        self._entered: dict[str, Claim] = {}
        self._parts: Callable[[], Iterable[Ledger]] | None = parts

    def claim(
        self,
        id: str,
        statement: str,
        *,
        verdict: str = "holds",
        source: str,
        breakers: Iterable[Mapping[str, Any]],
    ) -> Callable[[Check], Check]:
        """Enter the decorated check into the ledger."""

        def enter(check: Check) -> Check:
            self._enter(Claim(id, statement, verdict, source, check, tuple(breakers)))
            return check

        return enter

    def opinion(self, id: str, statement: str, *, source: str, why: str) -> None:
        """Enter a statement that no measurement can test; `why` gives the reason."""

        def said() -> Evidence:
            return Evidence(True, why)

        self._enter(Claim(id, statement, "opinion", source, said, ()))

    def verify(self, id: str, **constants: Any) -> Verification:
        """Run the check of the claim `id`, and return a `Verification`."""
        return self[id].verify(**constants)

    def _enter(self, claim: Claim) -> None:
        if claim.id in self._entered:
            raise ValueError(f"claim {claim.id} is in the ledger already")
        self._entered[claim.id] = claim

    def _claims(self) -> dict[str, Claim]:
        parts, self._parts = self._parts, None
        if parts is not None:
            for claim in sorted((c for part in parts() for c in part), key=_number):
                self._enter(claim)
        return self._entered

    def __getitem__(self, id: str) -> Claim:
        known = self._claims()
        if id not in known:
            raise ValueError(f"there is no claim {id!r} here; the claims are {', '.join(known)}")
        return known[id]

    def __iter__(self) -> Iterator[Claim]:
        return iter(self._claims().values())

    def __len__(self) -> int:
        return len(self._claims())


def _brief(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:60] + "…"


def _number(claim: Claim) -> tuple[int, ...]:
    return tuple(map(int, claim.id.split(".")))
