"""The question of lesson 05 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "5.6",
        "Why does λ₁ hover at 2/η? Why does it neither keep growing nor fall far below this limit?",
        model="Training pushes λ₁ up. Above 2/η the error along v₁ changes its sign and grows at every step, "
        "and a large oscillation moves the weights to where λ₁ is smaller. Below 2/η the oscillation "
        "dies out, and nothing holds λ₁ down any more.",
        points=(
            "Training by itself pushes λ₁ up.",
            "Above 2/η an oscillation along v₁ grows, and it lowers λ₁.",
            "Below 2/η the oscillation dies out, so λ₁ climbs again.",
        ),
    ),
)
