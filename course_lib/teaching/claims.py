"""The claim ledger: every sentence that matters, with evidence that can be run.

A claim carries *breakers*: changed constants under which its check must fail. A check that no
change can break is no evidence; the tests run every breaker.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from course_lib.teaching.feedback import note


@dataclass(frozen=True)
class Evidence:
    """What a check found.

    Parameters
    ----------
    confirms : bool
        Whether it bears out the claim with its verdict: that a true sentence holds, or that a
        false one is refuted.
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
        ``"holds"``, ``"holds when …"`` or ``"false as stated"``.
    source : str
        Where the statement or its proof is found.
    check : callable
        ``check(**constants) -> Evidence``, within seconds.
    breakers : tuple of dict
        Constants under which the evidence must not confirm.
    """

    id: str
    statement: str
    verdict: str
    source: str
    check: Callable[..., Evidence]
    breakers: tuple[Mapping[str, Any], ...]

    def verify(self, **constants):
        """Run the check, with other `constants` if you like, and return a `Verification`."""
        return Verification(self, self.check(**constants))


@dataclass(frozen=True)
class Verification:
    """A claim together with the evidence of just now."""

    claim: Claim
    evidence: Evidence

    @property
    def outcome(self):
        """Return the verdict, or that the evidence of just now does not bear it out."""
        return self.claim.verdict if self.evidence.confirms else "does not hold"

    def __repr__(self):
        claim = self.claim
        return (
            f"Claim {claim.id}: {claim.statement}\n"
            f"Verdict: {self.outcome}\nEvidence: {self.evidence.summary}\nSource: {claim.source}"
        )

    def _repr_html_(self):
        good = self.evidence.confirms
        colour = "#777777" if not good else "#009E73"
        if good and self.claim.verdict.startswith("false"):
            colour = "#D55E00"
        heading, *rest = repr(self).splitlines()
        return note(heading, "\n".join(rest), colour)


@dataclass
class Ledger:
    """The claims of one lesson, by id."""

    claims: dict[str, Claim] = field(default_factory=dict)

    def claim(self, id, statement, *, verdict="holds", source, breakers):
        """Enter the decorated check into the ledger."""

        def enter(check):
            if id in self.claims:
                raise ValueError(f"claim {id} is in the ledger already")
            self.claims[id] = Claim(id, statement, verdict, source, check, tuple(breakers))
            return check

        return enter

    def verify(self, id, **constants):
        """Run the evidence for a claim on the spot."""
        if id not in self.claims:
            raise ValueError(f"there is no claim {id!r} here; there are {', '.join(self.claims)}")
        return self.claims[id].verify(**constants)

    def __iter__(self):
        return iter(self.claims.values())
