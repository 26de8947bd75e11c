"""The question of lesson 04 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "4.7",
        "Heavy ball runs on a quadratic with ηλ = 0.1 along the flattest direction and ηλ = 1 along "
        "the stiffest. You raise β from 0.9 to 0.99 and keep η. The run still converges, but about ten "
        "times more slowly. Say why.",
        model="Along both directions the roots are complex, so they have the size √β, whatever λ is. "
        "This size rises from √0.9 = 0.949 to √0.99 = 0.995, which is ten times closer to 1. So the "
        "error takes ten times as many steps to shrink by a factor of 10. Stability is not the reason: "
        "the limit of ηλ rises from 3.8 to 3.98.",
        points=(
            "the roots are complex, so their size is √β in every direction",
            "√0.99 is about ten times closer to 1 than √0.9",
            "the limit 2 + 2β rises, so stability is not the reason",
        ),
    ),
)
