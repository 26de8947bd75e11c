"""The question of lesson 10 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "10.7",
        "Adam trains a network, and λ₁ of the Hessian is a hundredth of 2/η. A colleague says: “So there is "
        "a lot of room, and we can make η larger.” Why does this not follow?",
        model="Adam divides the gradient by P, so its step is descent in other units. In these units the "
        "Hessian is P^(−½)HP^(−½). The largest eigenvalue of that matrix has to be compared with Adam's "
        "limit, (2 + 2β₁)/((1 − β₁)η). The entries of P shrink with the gradients, so this eigenvalue can be "
        "at its limit while λ₁ of H is small.",
        points=(
            "Dividing by P is a change of units, and in the new units the Hessian is another matrix.",
            "λ₁(P⁻¹H) has to be compared with Adam's limit, not λ₁(H) with 2/η.",
            "P shrinks with the gradients, so λ₁(P⁻¹H) grows even if λ₁(H) does not.",
        ),
    ),
)
