"""The question of lesson 07 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "7.7",
        "A classifier for C classes is trained on raw images. Why does its spectrum often have a gap after "
        "C − 1 eigenvalues, and not after 1 or after C?",
        model="The mean image makes one eigenvalue of mean(xxᵀ) much larger than all others. In the Hessian "
        "this eigenvalue is multiplied by every eigenvalue of the softmax's Hessian, and at equal "
        "probabilities C − 1 of them are 1/C. The last one is 0, because adding the same number to all "
        "logits changes no probability.",
        points=(
            "The mean of the images makes one large eigenvalue of mean(xxᵀ).",
            "In the Hessian this eigenvalue has one copy for each direction of the logits.",
            "One of the C directions of the logits changes no probability, so C − 1 copies remain.",
        ),
    ),
)
