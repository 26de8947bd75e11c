"""Exercises of lesson 10 on units, Adam and layers without a scale, with the wrong answers people give."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

_UNITS = Exercise(
    id="10.1",
    prompt="A loss has the Hessian [[1, 2], [2, 25]]. We precondition with its diagonal, P = diag(1, 25). "
    "What is the largest eigenvalue of P^(−½) H P^(−½)? What is the condition number of this matrix? Below "
    "what step size is this preconditioned descent stable?",
    kinds=(Number(rtol=0.01), Number(rtol=0.02), Number(rtol=0.01)),
    solution=(1.4, 7 / 3, 2 / 1.4),
    praise="The scaled matrix is [[1, 0.4], [0.4, 1]]. Its eigenvalues are 1.4 and 0.6. The condition number "
    "falls from 30 to 2.3. It does not become 1, because a diagonal cannot remove the 0.4.",
    misconceptions=(
        Misconception(
            "takes the plain Hessian",
            (25.2, ANY, ANY),
            "That is λ₁ of H itself. Which matrix takes the place of H in the new units?",
        ),
        Misconception(
            "divides once by P",
            (1.08, ANY, ANY),
            "You divided the entry 2 by 25. In P^(−½) H P^(−½) it is divided by √1·√25.",
        ),
        Misconception(
            "expects the diagonal to do everything",
            (1, ANY, ANY),
            "The diagonal entries of the scaled matrix are 1. What is its entry off the diagonal?",
        ),
        Misconception(
            "leaves the condition number of H",
            (1.4, 30, ANY),
            "That is the condition number before the change of units, rounded. What are the two "
            "eigenvalues now?",
        ),
        Misconception(
            "divides the smaller eigenvalue by the larger one",
            (1.4, 3 / 7, ANY),
            "That is λₙ/λ₁. A condition number is never below 1. Which eigenvalue is divided by which?",
        ),
        Misconception(
            "compares the diagonal entries",
            (1.4, 25, ANY),
            "25 is the ratio of the two diagonal entries of H. The condition number is a ratio of "
            "eigenvalues. Which are the two eigenvalues of the scaled matrix?",
        ),
        Misconception(
            "keeps the step limit of H",
            (1.4, ANY, 0.0794),
            "2/25.2 is the limit of plain descent. Which eigenvalue bounds the step in the new units?",
        ),
        Misconception(
            "takes 1/λ₁",
            (1.4, ANY, 0.714),
            "At 1/λ₁ the error along v₁ vanishes in one step. For which η does 1 − ηλ₁ reach −1?",
        ),
    ),
    hints=(
        "Divide row i and column i by the square root of the i-th diagonal entry.",
        "The scaled matrix has ones on its diagonal and the same number in both places off the diagonal. "
        "Its eigenvalues are 1 plus that number and 1 minus that number.",
    ),
)

_SADDLE = Exercise(
    id="10.2",
    prompt="f = ½(4w₁² − w₂²), and you are at (1, 0.5). Newton's step is −H⁻¹∇f. What are the two "
    "weights after this step? By how much does f change? Give a decrease as a negative number.",
    kinds=(Number(atol=0.01), Number(atol=0.01), Number(rtol=0.01)),
    solution=(0, 0, -1.875),
    praise="Newton's step ends at the saddle (0, 0). The loss falls from 1.875 to 0, because it falls more "
    "along w₁ than it rises along w₂. But along w₂ the step goes uphill: this part of the loss rises from "
    "−0.125 to 0. At the saddle the gradient is 0, so the next Newton step would not move at all.",
    misconceptions=(
        Misconception(
            "flips the sign for the negative eigenvalue",
            (0, 1, ANY),
            "That is the step with |λ| in place of λ: it doubles w₂ and goes downhill along both axes. "
            "Newton's step divides by λ₂ = −1 itself.",
        ),
        Misconception(
            "leaves the second weight where it is",
            (0, 0.5, ANY),
            "That is the step along w₁ alone. The second entry of the gradient is not 0 either: by which "
            "eigenvalue does Newton's step divide it?",
        ),
        Misconception(
            "adds the step instead of subtracting it",
            (2, 1, ANY),
            "You moved by +H⁻¹∇f. Which sign does Newton's step have?",
        ),
        Misconception(
            "takes a gradient step",
            (-3, 1, ANY),
            "That is a gradient step with η = 1. Newton's step divides each entry by its eigenvalue first.",
        ),
        Misconception(
            "does not divide by the eigenvalue 4",
            (-3, ANY, ANY),
            "You subtracted the gradient 4 itself from w₁. By what does Newton's step divide it first?",
        ),
        Misconception(
            "gives the loss and not its change",
            (0, 0, 0),
            "0 is the loss at the saddle. What was the loss at (1, 0.5)?",
        ),
        Misconception(
            "leaves the sign out",
            (0, 0, 1.875),
            "The size is right. Is the loss larger or smaller after the step?",
        ),
        Misconception(
            "counts only the part of w₁",
            (0, 0, -2),
            "−2 is the change of the part ½·4w₁². How does the part −½w₂² change?",
        ),
        Misconception(
            "counts only the part of w₂",
            (0, 0, 0.125),
            "0.125 is how much the part −½w₂² rises. How does the part ½·4w₁² change?",
        ),
        Misconception(
            "adds both parts",
            (0, 0, -2.125),
            "You counted the contribution of w₂ as positive. At (1, 0.5) it is −½·0.25.",
        ),
    ),
    hints=(
        "The gradient at (1, 0.5) is (4, −0.5).",
        "Divide its first entry by 4 and its second by −1. Then subtract the result from (1, 0.5).",
    ),
)

_ADAM = Exercise(
    id="10.3",
    prompt="Adam trains with η = 0.002 and β₁ = 0.9, with squared error and full batches, and it is at its "
    "edge. What is λ₁(P⁻¹H)? Now you set β₁ to 0 and keep η. Is the run still stable at this point, yes or "
    "no?",
    kinds=(Number(rtol=0.02), Choice(("yes", "no"))),
    solution=(19000, "no"),
    praise="(2 + 1.8)/(0.1 · 0.002) = 19,000. With β₁ = 0 the limit is 2/η = 1,000, nineteen times lower. In "
    "Adam, momentum is a mean: a new gradient enters with the factor 1 − β₁. So momentum also makes the step "
    "shorter. Heavy ball alone would raise the limit from 1,000 to 1,900, and the shorter step makes it ten "
    "times larger again.",
    misconceptions=(
        Misconception(
            "takes the limit of plain descent",
            (1000, ANY),
            "2/η is the limit without momentum. What does the running mean with β₁ = 0.9 change?",
        ),
        Misconception(
            "takes the limit of heavy ball",
            (1900, ANY),
            "That is (2 + 2β)/η, the limit of heavy ball with the step size η. Adam's mean multiplies a new "
            "gradient by 1 − β₁. With which step size would heavy ball move in the same way?",
        ),
        Misconception(
            "divides by 1 − β₁ only",
            (10000, ANY),
            "You took the shorter step into account. How does heavy ball change the limit of the step size?",
        ),
        Misconception(
            "leaves η out",
            (38, ANY),
            "38 is the limit for η = 1. Here η is 0.002. Does a smaller step size make the limit for "
            "λ₁(P⁻¹H) larger or smaller?",
        ),
        Misconception(
            "takes half the limit of heavy ball",
            (950, ANY),
            "You took (1 + β₁)/η. For β₁ = 0 this gives 1/η, but the limit of plain descent is 2/η. Correct "
            "this first. Then ask with which step size heavy ball would move like Adam.",
        ),
        Misconception(
            "takes half of Adam's limit",
            (9500, ANY),
            "You took the shorter step into account. But for β₁ = 0 your formula gives 1/η, and the limit of "
            "plain descent is 2/η.",
        ),
        Misconception(
            "thinks that momentum lowers the limit",
            (19000, "yes"),
            "λ₁(P⁻¹H) is 19,000 when you make the change. What is the limit with β₁ = 0?",
        ),
    ),
    hints=(
        "Write Adam's move as heavy ball with the step size (1 − β₁)η.",
        "The limit of heavy ball is (2 + 2β) divided by the step size.",
    ),
)

_SCALE = Exercise(
    id="10.4",
    prompt="The block of the Hessian that belongs to a weight-normalized layer has λ₁ = 6. During training "
    "with the step size η, the weight vectors of the layer become three times as long, and the layer still "
    "computes the same function. What is λ₁ of its block now? At the old length of the weight vectors, "
    "which step size would have the same effect as η has now? Give this step size divided by η.",
    kinds=(Number(rtol=0.01), Number(rtol=0.01)),
    solution=(6 / 9, 1 / 9),
    praise="Both are divided by the square of the factor 3. The effective step shrinks while the weights "
    "grow, without anyone lowering η.",
    misconceptions=(
        Misconception(
            "divides once",
            (2, ANY),
            "The gradient is divided by 3, because it takes one derivative. The Hessian takes two.",
        ),
        Misconception(
            "multiplies",
            (54, ANY),
            "You multiplied by 9. Is the fan of level lines narrower or wider far from the origin?",
        ),
        Misconception(
            "leaves it",
            (6, ANY),
            "The function is the same. But a move of length 0.1 turns a longer vector by a smaller angle.",
        ),
        Misconception(
            "takes only the shorter gradient",
            (2 / 3, 1 / 3),
            "You took into account that the gradient is a third of what it was. Does the same move also turn "
            "the longer vector by a smaller angle?",
        ),
        Misconception(
            "takes the fourth power",
            (2 / 3, 1 / 81),
            "1/81 would be right if the weights became nine times as long. How many times as long are they?",
        ),
        Misconception(
            "takes the limit of the step",
            (2 / 3, 9),
            "The largest stable step size is nine times larger now. But the run keeps its η. Which step size "
            "would turn the short vectors by the same angle?",
        ),
    ),
    hints=(
        "f(cv) = f(v) for every c > 0. Differentiate both sides twice with respect to v.",
        "The gradient is divided by c. The angle by which a given move turns the vector is divided by c, "
        "too.",
    ),
)

EXERCISES = (_UNITS, _SADDLE, _ADAM, _SCALE)
