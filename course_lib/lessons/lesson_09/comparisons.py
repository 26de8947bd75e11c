"""The question of lesson 09 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "9.9",
        "A density from 40 Lanczos steps places λ₁ correctly to many digits. Why can the same density not "
        "say how many eigenvalues are exactly zero?",
        model="The Ritz values reach the ends of the spectrum first, and λ₁ stands there alone, so one node "
        "settles on it. Near zero, hundreds of eigenvalues share a few nodes. These nodes match the "
        "moments of the spectrum, and the moments hardly change when an eigenvalue moves from zero to "
        "a tiny value.",
        points=(
            "λ₁ lies at the end of the spectrum, apart from the rest, and Ritz values reach the ends first.",
            "Near zero there are far more eigenvalues than nodes.",
            "The nodes match moments, and moments hardly tell a zero from a tiny eigenvalue.",
        ),
    ),
)
