"""What lesson 02 asks the reader to say in a sentence."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "2.7",
        "The predictions of a linear model do not depend on the units of its features. Why does the "
        "path of gradient descent depend on them?",
        model="The gradient is a slope per unit of each weight. With w = Du, the gradient with respect to u "
        "is D times the gradient with respect to w. Translating the step from u back to w multiplies it by D "
        "once more. So each component of the step is multiplied by its own entry of D². These entries "
        "differ, so the step points in another direction.",
        points=(
            "The gradient is a slope per unit, so new units multiply it by D.",
            "Translating the step back to w multiplies it by D again, which makes D².",
            "The entries of D² differ, so the direction of the step changes, not only its length.",
        ),
    ),
)
