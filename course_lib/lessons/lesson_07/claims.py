"""What lesson 05 says: the claims of its three parts, in one ledger."""

from course_lib.lessons.lesson_07 import (  # noqa: F401 - entering the claims is what these do
    claims_landscapes,
    claims_matrices,
    claims_networks,
    claims_outliers,
)
from course_lib.lessons.lesson_07.ledger import CLAIMS

__all__ = ["CLAIMS"]
