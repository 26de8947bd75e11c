"""Questions of lesson 03 that ask for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "3.7",
        "Your list of critical points on a torus has Σ(−1)^index = 0. Why does this not prove "
        "that the list is complete? What would a sum of 1 have proven?",
        model="Missing points can cancel. If a list lacks one minimum (+1) and one saddle (−1), "
        "it has the same sum as the full list. A sum of 1 would have proven that at least one "
        "point is missing, because the sum over all critical points is 0.",
        points=(
            "A minimum or a maximum counts +1 and a saddle counts −1, so missing points can "
            "cancel.",
            "A wrong sum proves that the list is incomplete (if no point is degenerate).",
            "So the right sum is not a proof. It only means that the sum raises no objection. If "
            "more starts find nothing new, that is further evidence.",
        ),
    ),
)
