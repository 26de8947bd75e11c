"""The predictions of lesson 02."""

from course_lib.teaching import Prediction

STIFF, FLAT, SAME = "along v₁ (stiff)", "along v₂ (flat)", "the same along both"
RAY = "on that line"

PREDICTIONS = (
    Prediction(
        "2.a",
        "We take ten steps of gradient descent with step size η = 0.05. The error starts at 1.8 along "
        "v₁ and at 1.8 along v₂. After ten steps, where is more of the error left?",
        {
            STIFF: "You expected the stiff direction, as the source notes do. The notes are right for step "
            "sizes between 2/(λ₁+λ₂) = 0.1 and 2/λ₁ ≈ 0.116, but 0.05 is smaller.",
            FLAT: "You expected the flat direction. A larger eigenvalue makes progress faster, until the "
            "step size becomes too large for it.",
            SAME: "You expected a tie. The two directions are equally fast at one step size only, "
            "2/(λ₁+λ₂) = 0.1.",
        },
        answer=FLAT,
        outcome="At η = 0.05 each step multiplies the error by |1 − 0.05·17.2| ≈ 0.14 along v₁ and by "
        "|1 − 0.05·2.79| ≈ 0.86 along v₂: the flat direction is the slow one.",
    ),
    Prediction(
        "2.b",
        "Now η = 0.1 exactly. Imagine the straight line through 0 and the starting point. Where is the point "
        "after two steps?",
        {
            "off that line, on a zigzag": "You expected a zigzag. There is one: the first step takes the "
            "point off the line. But the second step brings it back onto the line.",
            "on the v₂ axis": "You expected the stiff error to be gone. The step size 1/λ₁ ≈ 0.058 removes "
            "it in a single step. The step size 0.1 is larger, so the stiff error changes its sign.",
            RAY: "The first step takes the point off the line, the second brings it back, and each of them "
            "brings it nearer to 0.",
        },
        answer=RAY,
        outcome="At η = 0.1 both factors are √13/5 in size and have opposite signs. Their squares are "
        "equal, so two steps multiply every starting point by 13/25 = 0.52.",
    ),
    Prediction(
        "2.c",
        "We scale both features to variance 1. What does κ = 6.17 become?",
        {
            "1: the bowl is round": "You expected a round bowl. Scaling would make the bowl round if the "
            "features were uncorrelated, but their correlation is 0.5.",
            "3": "After scaling, the variances are equal, and only the correlation makes the bowl long.",
            "still 6.17": "You expected no change. But H depends on the units: if you measure one feature in "
            "different units, the row and the column of H that belong to it change.",
        },
        answer="3",
        outcome="The scaled matrix is [[1, 0.5], [0.5, 1]]. Its eigenvalues are 1.5 and 0.5, so κ = 3.",
    ),
    Prediction(
        "2.d",
        "One run takes ten steps with η = 0.05 in w. The other takes ten steps with η = 0.05 in u. Both "
        "start at the same point, and we draw both in the coordinates w. What will you see?",
        {
            "one path: units are only names": "You expected the units to drop out. They do drop out of the "
            "model's predictions. But the gradient is a slope per unit of each weight, so it depends on the "
            "units.",
            "one path, at two speeds": "You expected the same path at another speed. That would be right "
            "if the units of all weights changed by the same factor. Here only the unit of w₁ changes.",
            "two different paths": "The units of the weights are part of the algorithm.",
        },
        answer="two different paths",
        outcome="A step in u, translated to w, leads from w to w − ηD²Hw with D² = diag(4, 1). It goes four "
        "times as far along w₁ as a step in w would, and equally far along w₂. So it points in another "
        "direction.",
    ),
)
