"""The claim ledger of lesson 04; `claims` and `claims_edge` write into it."""

from course_lib.teaching import Ledger

CLAIMS = Ledger()
