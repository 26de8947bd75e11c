"""The question of lesson 04 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "4.7",
        "On a quadratic, heavy ball runs with ηλ = 0.1 in the flattest direction and 1 in the stiffest. You "
        "raise β from 0.9 to 0.99, at the same η. The run still converges, about ten times more slowly. "
        "Say why.",
        model="In both directions the roots are complex, so both have the size √β whatever λ is. √0.9 is "
        "0.949 and √0.99 is 0.995, which is ten times closer to 1, so each digit takes ten times as many "
        "steps. Stability is not the reason: the limit of ηλ rises from 3.8 to 3.98.",
        points=(
            "the roots are complex, so their size is √β in every direction",
            "√0.99 is about ten times closer to 1 than √0.9",
            "the limit 2 + 2β rises, so stability is not the reason",
        ),
    ),
)
