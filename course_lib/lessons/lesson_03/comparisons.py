"""Questions of lesson 03 that ask for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "3.7",
        "Your list of critical points on a torus has Σ(−1)^index = 0. Why is the list not proven "
        "complete, and what would a sum of 1 have proven?",
        model="Missing points can cancel: a list without one minimum (+1) and one saddle (−1) has the same "
        "sum as the full list. A sum of 1 would have proven that at least one point is missing, because "
        "over all of them the sum is 0.",
        points=(
            "A minimum or maximum counts +1 and a saddle −1, so missing points can cancel.",
            "A wrong sum proves that the list is incomplete (if no point is degenerate).",
            "So the right sum is only a lack of objection; more starts that find nothing new add evidence.",
        ),
    ),
)
