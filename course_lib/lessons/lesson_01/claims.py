"""What lesson 01 says, with evidence: each of the two modules enters its claims into the ledger."""

from course_lib.lessons.lesson_01 import claims_directions, claims_model
from course_lib.lessons.lesson_01.ledger import CLAIMS

__all__ = ["CLAIMS", "claims_directions", "claims_model"]
