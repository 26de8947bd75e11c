"""Exercises of lesson 10 on units, Adam and layers without a scale, with the wrong answers people give."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

_UNITS = Exercise(
    id="10.1",
    prompt="A loss has the Hessian [[1, 2], [2, 25]]. We precondition with its diagonal, P = diag(1, 25). "
    "What is the largest eigenvalue of P^(−½) H P^(−½)? What is its condition number? Below which step size "
    "is this preconditioned descent stable?",
    kinds=(Number(rtol=0.01), Number(rtol=0.02), Number(rtol=0.01)),
    solution=(1.4, 7 / 3, 2 / 1.4),
    praise="The scaled matrix is [[1, 0.4], [0.4, 1]] with the eigenvalues 1.4 and 0.6. The condition number "
    "falls from 30 to 2.3. It does not become 1, because a diagonal cannot remove the 0.4.",
    misconceptions=(
        Misconception(
            "takes the plain Hessian",
            (25.2, ANY, ANY),
            "That is λ₁ of H itself. Which matrix takes its place in the units of P?",
        ),
        Misconception(
            "divides once by P",
            (1.08, ANY, ANY),
            "You divided the entry 2 by 25. In P^(−½) H P^(−½) it is divided by √1·√25.",
        ),
        Misconception(
            "expects the diagonal to do everything",
            (1, ANY, ANY),
            "The diagonal entries of the scaled matrix are 1. What is its entry beside the diagonal?",
        ),
        Misconception(
            "leaves the condition number of H",
            (1.4, 30, ANY),
            "That is about the condition number before the change of units. Which are the two "
            "eigenvalues now?",
        ),
        Misconception(
            "keeps the step limit of H",
            (1.4, ANY, 0.0794),
            "2/25.2 is the limit of plain descent. Which eigenvalue bounds the step in the new units?",
        ),
        Misconception(
            "takes 1/λ₁",
            (1.4, ANY, 0.714),
            "At 1/λ₁ the error along v₁ vanishes in one step. Where does 1 − ηλ₁ reach −1?",
        ),
    ),
    hints=(
        "Divide row i and column i by the root of the i-th diagonal entry.",
        "The scaled matrix has ones on its diagonal and one number beside it. Its eigenvalues are 1 plus and "
        "1 minus that number.",
    ),
)

_SADDLE = Exercise(
    id="10.2",
    prompt="f = ½(4w₁² − w₂²), and you are at (1, 0.5). Newton's step is −H⁻¹∇f. Where does it end: what are "
    "the two weights after it? By how much does f change?",
    kinds=(Number(atol=0.01), Number(atol=0.01), Number(rtol=0.01)),
    solution=(0, 0, -1.875),
    praise="Newton's step ends at the saddle (0, 0). The loss fell from 1.875 to 0, because w₁ gained more "
    "than w₂ lost. But w₂ has moved uphill, from −0.125 to 0, and at the saddle the gradient is 0: the next "
    "Newton step would not move at all.",
    misconceptions=(
        Misconception(
            "flips the sign for the negative eigenvalue",
            (0, 1, ANY),
            "That is the step with |λ| in place of λ: it doubles w₂ and goes downhill along both axes. "
            "Newton's step divides by λ₂ = −1 itself.",
        ),
        Misconception(
            "adds the step instead of subtracting it",
            (2, 1, ANY),
            "You moved by +H⁻¹∇f. Which sign belongs to the step?",
        ),
        Misconception(
            "takes a gradient step",
            (-3, 1, ANY),
            "That is a gradient step with η = 1. Newton's step divides each entry by its eigenvalue first.",
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
            "adds both parts",
            (0, 0, -2.125),
            "You counted the part of w₂ as positive. At (1, 0.5) it is −½·0.25.",
        ),
    ),
    hints=(
        "The gradient at (1, 0.5) is (4, −0.5).",
        "Divide its first entry by 4 and its second by −1. Then subtract.",
    ),
)

_ADAM = Exercise(
    id="10.3",
    prompt="Adam runs with η = 0.002 and β₁ = 0.9, full batches and squared error, and it is at its "
    "edge. What "
    "is λ₁(P⁻¹H)? You set β₁ to 0 and keep η. Does the run stay stable at this point: yes or no?",
    kinds=(Number(rtol=0.02), Choice(("yes", "no"))),
    solution=(19000, "no"),
    praise="(2 + 1.8)/(0.1 · 0.002) = 19 000. With β₁ = 0 the limit is 2/η = 1000, nineteen times lower. In "
    "Adam momentum is a mean with weights that sum to 1, so it makes the step shorter as well: this raises "
    "the limit far more than heavy ball does.",
    misconceptions=(
        Misconception(
            "takes the limit of plain descent",
            (1000, ANY),
            "2/η is the limit without momentum. What does the running mean with β₁ = 0.9 change?",
        ),
        Misconception(
            "takes the limit of heavy ball",
            (1900, ANY),
            "That is (2 + 2β)/η, heavy ball with the step η. Adam's mean weights a new gradient by 1 − β₁. "
            "Which step does a heavy ball with the same moves have?",
        ),
        Misconception(
            "divides by 1 − β₁ only",
            (10000, ANY),
            "You took the shorter step into account. And what does momentum do to the limit of the step?",
        ),
        Misconception(
            "thinks that momentum lowers the limit",
            (19000, "yes"),
            "λ₁(P⁻¹H) is 19 000 when you make the change. What is the limit with β₁ = 0?",
        ),
    ),
    hints=(
        "Write Adam's move as heavy ball with the step (1 − β₁)η.",
        "The limit of heavy ball is (2 + 2β)/step.",
    ),
)

_SCALE = Exercise(
    id="10.4",
    prompt="A weight-normalized layer has λ₁ = 6 in its block of the Hessian. Training with the step η has "
    "made the length of its weights grow by the factor 3, and the layer still computes what it did. What "
    "is λ₁ of its block now? The layer behaves like one of the first length, trained with another step. By "
    "which factor is that step larger or smaller than η?",
    kinds=(Number(rtol=0.01), Number(rtol=0.01)),
    solution=(6 / 9, 1 / 9),
    praise="Both go with the square of the length. Steps get shorter while the weights grow, without anyone "
    "lowering η.",
    misconceptions=(
        Misconception(
            "divides once",
            (2, ANY),
            "A factor 3 belongs to the first derivative, the gradient. The Hessian is the second.",
        ),
        Misconception(
            "multiplies",
            (54, ANY),
            "You multiplied by 9. Is the fan of level lines narrower or wider far from the origin?",
        ),
        Misconception(
            "leaves it",
            (6, ANY),
            "The function is the same. But a move of length 0.1 turns a long vector by a smaller angle.",
        ),
        Misconception(
            "takes only the shorter gradient",
            (2 / 3, 1 / 3),
            "The gradient is a third. And the same move turns the longer vector by how much less?",
        ),
        Misconception(
            "takes the limit of the step",
            (2 / 3, 9),
            "The largest stable step is nine times larger now. The question asks for the effect of the "
            "step η that is used.",
        ),
    ),
    hints=(
        "f(cv) = f(v) for each c > 0. Differentiate both sides twice by v.",
        "The gradient is divided by c, and what a move does to the direction is divided by c again.",
    ),
)

EXERCISES = (_UNITS, _SADDLE, _ADAM, _SCALE)
