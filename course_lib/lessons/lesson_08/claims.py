"""What lesson 08 says: about one network, computed on the spot; over seeds, from recorded runs."""

from course_lib.lessons.lesson_08 import claims_geometry, claims_seeds
from course_lib.teaching import Ledger

CLAIMS = Ledger({c.id: c for part in (claims_geometry, claims_seeds) for c in part.CLAIMS})
