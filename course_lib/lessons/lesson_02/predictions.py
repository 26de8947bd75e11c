"""The predictions of lesson 02."""

from course_lib.teaching import Prediction

STIFF, FLAT, SAME = "along v₁ (stiff)", "along v₂ (flat)", "the same"

PREDICTIONS = (
    Prediction(
        "2.a",
        "We walk downhill with the fixed step η = 0.05, starting with an error of 1.8 along v₁ "
        "and as much along v₂. After ten steps, where is more of it left?",
        {
            STIFF: "So say the notes that this course grew from, and there are steps for which it "
            "is true: those between 2/(λ₁+λ₂) = 0.1 and 2/λ₁ ≈ 0.116.",
            FLAT: "Stiffness helps, until the step is far too large for it.",
            SAME: "That happens at one step only, 2/(λ₁+λ₂) = 0.1.",
        },
        answer=FLAT,
        outcome="The factors are |1 − 0.05·17.2| ≈ 0.14 along v₁ and |1 − 0.05·2.79| ≈ 0.86 "
        "along v₂: the flat direction is the slow one.",
    ),
    Prediction(
        "2.b",
        "Now η = 0.1 exactly. Where is the point after two steps?",
        {
            "on a zigzag, off its ray": "It is off its ray after one step, and back on it after two.",
            "on the v₂ axis": "That is where η = 1/λ₁ ≈ 0.058 puts it, after one step.",
            "on the ray from 0 to its own start": "Two steps make one shrinking.",
        },
        answer="on the ray from 0 to its own start",
        outcome="Both factors are √13/5 in size, with opposite signs, so their squares are equal: "
        "two steps multiply every start by 13/25 = 0.52.",
    ),
    Prediction(
        "2.c",
        "We scale both features to variance 1. What becomes of κ = 6.17?",
        {
            "1: the bowl is round": "It would be, if the features were uncorrelated.",
            "3": "The correlation of 0.5 is what remains.",
            "still 6.17": "Units matter: measure one feature in other units, and H changes.",
        },
        answer="3",
        outcome="The scaled matrix is [[1, 0.5], [0.5, 1]] with eigenvalues 1.5 and 0.5: κ = 3.",
    ),
)
