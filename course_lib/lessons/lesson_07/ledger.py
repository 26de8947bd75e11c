"""The ledger that the claims of this lesson are entered into."""

from course_lib.teaching import Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 4"
MEASURED = "Measured here"
