"""The question of lesson 08 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "8.9",
        "A report says: “Method B ends with half the λ₁ of method A, so B generalizes better.” Which "
        "questions must be answered before you believe this sentence?",
        model="Were both measured at the same training loss, and over enough seeds to give an interval? Does "
        "the result still hold if the layers are rescaled, that is, with a measure such as adaptive λ₁? And "
        "was the test error itself measured? Even if B makes fewer errors, something else that differs, such "
        "as the scale of the initial weights, may be the cause of both.",
        points=(
            "Compare at equal training loss: with cross-entropy, λ₁ falls as the loss falls.",
            "λ₁ depends on the coordinates: a rescaling changes it and leaves the function as it was.",
            "Measure the test error itself, over many seeds, with an interval, and look for a common cause.",
        ),
    ),
)
