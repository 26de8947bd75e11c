"""The question of lesson 06 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "6.7",
        "Nearly all critical points of a random landscape with many dimensions are saddles, and yet "
        "gradient descent ends at a minimum. "
        "Why is this no contradiction?",
        model="A count gives every critical point the same weight, but descent does not choose from a list "
        "of critical points. It runs downhill, and the points that lie low have few negative eigenvalues. "
        "At a saddle, a step multiplies the distance along a direction of negative curvature by 1 + η|λ|. "
        "So descent from a random start ends there with probability 0.",
        points=(
            "A count of critical points does not say how often descent reaches each of them.",
            "A saddle repels descent along its directions of negative curvature.",
            "Descent goes down, and low points have a low index.",
        ),
    ),
)
