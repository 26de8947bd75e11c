"""Say why in a sentence: the question that closes lesson 01."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "1.8",
        "You know the eigenvalues of H, but not its eigenvectors. Why is this enough for the mean curvature "
        "over all directions, but not for the curvature along the first axis?",
        model="The curvature along v is a weighted mean of the eigenvalues, and the weights are the "
        "shares of v along the eigenvectors. Over all directions each share is 1/n on average, "
        "wherever the eigenvectors point. So the mean curvature is tr(H)/n. The shares of the first axis "
        "depend on where the eigenvectors point, and you do not know that.",
        points=(
            "The curvature along v is a weighted mean of the eigenvalues.",
            "Averaged over all directions, every weight is 1/n, wherever the eigenvectors point.",
            "Along one axis the weights depend on where the eigenvectors point.",
        ),
    ),
)
