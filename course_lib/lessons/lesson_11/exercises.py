"""Exercises of lesson 11: four questions about a report."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

_LIMITS = Exercise(
    id="11.1",
    prompt="λ₁ = 12.0 ± 0.3, mean loss, η = 0.1: ηλ₁/2, its error, the largest stable η for plain "
    "descent, and for a heavy ball with β = 0.9. Three digits.",
    kinds=(Number(), Number(), Number(), Number()),
    solution=(0.6, 0.015, 2 / 12, 3.8 / 12),
    praise="The error of λ₁ makes the limit 0.163 to 0.171. And it is the limit here and now: λ₁ moves "
    "as training goes on.",
    misconceptions=(
        Misconception(
            "forgets the half",
            (1.2, 0.03, ANY, ANY),
            "That is ηλ₁. Divided by 2 it says which part of the limit you use: 1 would be the edge.",
            matches=lambda ratio, error, plain, heavy: abs(ratio - 1.2) < 0.012,
        ),
        Misconception(
            "answers in per cent",
            (60, 1.5, ANY, ANY),
            "In per cent that is right. Give the ratio and its error as plain numbers, of which 1 is the "
            "edge.",
            matches=lambda ratio, error, plain, heavy: abs(ratio - 60) < 0.6,
        ),
        Misconception(
            "forgets the half in the error",
            (0.6, 0.03, ANY, ANY),
            "Your ratio is right. Its error is multiplied by all that λ₁ was multiplied by.",
        ),
        Misconception(
            "takes the error of λ₁ over",
            (ANY, 0.3, ANY, ANY),
            "0.3 is the error of λ₁. It is multiplied by η/2 just as λ₁ is.",
        ),
        Misconception(
            "gives the relative error",
            (ANY, 0.025, ANY, ANY),
            "2.5 % is the relative error, the same for λ₁ and for the ratio. How much is that of 0.6?",
        ),
        Misconception(
            "takes 1/λ₁ for the limit",
            (ANY, ANY, 1 / 12, ANY),
            "Safe, but not the limit. At 1/λ₁ the stiff error vanishes in one step; beyond it the error "
            "changes sign and still shrinks. Until when?",
        ),
        Misconception(
            "asks what λ₁ this step would bear",
            (ANY, ANY, 20, ANY),
            "2/η is the largest λ₁ at which your step of 0.1 is stable. Asked is the largest step for the "
            "λ₁ that was measured.",
        ),
        Misconception(
            "stays on the safe side of the error",
            (ANY, ANY, 2 / 12.3, ANY),
            "That is the limit at the upper end of the error, λ₁ = 12.3, and a prudent choice. Asked is "
            "the limit for λ₁ = 12.0.",
        ),
        Misconception(
            "lets momentum lower the limit",
            (ANY, ANY, ANY, 2 / 12 * 0.1),
            "You used η/(1 − β), the step that momentum makes of a steady slope. The stiff direction "
            "jumps to and fro: there the step before works against the next one. Does that raise the "
            "limit or lower it?",
        ),
        Misconception(
            "raises the limit tenfold",
            (ANY, ANY, ANY, 2 / 12 / 0.1),
            "You divided by 1 − β. That would be without bound as β nears 1; the limit of a heavy ball "
            "only doubles.",
        ),
        Misconception(
            "leaves the limit where it is",
            (ANY, ANY, ANY, 2 / 12),
            "That is the limit without momentum, β = 0. At β = 1 it would be twice that.",
        ),
        Misconception(
            "adds β once",
            (ANY, ANY, ANY, 2.9 / 12),
            "You took (2 + β)/λ₁, which at β = 1 is 1.5 times the plain limit. There it should be twice.",
        ),
    ),
    hints=(
        "Plain descent is stable along v₁ while ηλ₁ < 2.",
        "The error of η·λ₁/2 is η·0.3/2. With a heavy ball, replace 2 by 2 + 2β.",
    ),
)

_KAPPA = Exercise(
    id="11.2",
    prompt="96 % of the eigenvalues are smaller in size than λ₁/100, some are negative, and κ is not "
    "defined. Does training need endlessly many steps?",
    kinds=(Choice(("yes", "no", "nobody can say", "take |λ| for λ, then see")),),
    solution="no",
    praise="κ bounds the time to solve every direction of a strictly convex quadratic. A direction "
    "with λ = 0 adds nothing to the loss, and along a negative λ descent moves away by itself. A small "
    'positive λ does cost steps, many but not endlessly many: try claims.verify("11.8", '
    "curvature=0.001). What matters is how much of the loss lies where.",
    misconceptions=(
        Misconception(
            "uses the rate without its premise",
            "yes",
            "(κ − 1)/(κ + 1) was proved for λₙ > 0. Which premise fails here, and what does a direction "
            "without curvature add to the loss?",
        ),
        Misconception(
            "thinks that without κ nothing is known",
            "nobody can say",
            "κ is one number of many. The rest of the report is there: where do the eigenvalues lie, and "
            "what does a direction without curvature add to the loss?",
        ),
        Misconception(
            "takes magnitudes",
            "take |λ| for λ, then see",
            "That number exists, and answers a question about linear systems. Along negative curvature "
            "descent moves away, faster and faster. Which question did you ask?",
        ),
    ),
    hints=(
        "How much does a direction with λ = 0 contribute to the loss above its minimum?",
        "Take a bowl, and add a hundred directions of curvature 0. Which step of descent does it change?",
    ),
)

_SUM = Exercise(
    id="11.3",
    prompt="A friend reports λ₁ = 6000 for the same network and the same 500 examples; her loss is a "
    "sum. What is λ₁ of the mean? Both make one step from the same weights, on their own loss and with the "
    "largest η that is stable there. Whose step is longer: hers, mine, or neither?",
    kinds=(Number(), Choice(("hers", "mine", "neither"))),
    solution=(12, "neither"),
    praise="Her limit is 2/6000 and yours 2/12, and her gradients are 500 times as long: the same walk.",
    misconceptions=(
        Misconception(
            "believes that hers is sharper",
            (6000, ANY),
            "Multiply a loss by 500 and every eigenvalue follows. Is the landscape another one?",
        ),
        Misconception(
            "divides by the square",
            (0.024, ANY),
            "You divided by 500 twice. Second derivatives are linear in the loss: once is enough.",
        ),
        Misconception(
            "multiplies",
            (3000000, ANY),
            "You multiplied. A mean is a sum divided by the number of examples.",
        ),
        Misconception(
            "compares η alone",
            (12, "mine"),
            "Your η may be 500 times as large. But how long is a gradient of the mean, beside one of the "
            "sum? The step is their product.",
        ),
        Misconception(
            "thinks that long gradients are strong",
            (12, "hers"),
            "Her gradients are longer, and her largest stable η is smaller by the same factor.",
        ),
    ),
    hints=("The mean is the sum divided by 500.", "A step is η·∇f. Multiply both changes."),
)

_TWICE = Exercise(
    id="11.4",
    prompt="The same product, computed twice, differs by 3 %. What is the cause?",
    kinds=(Choice(("rounding", "asymmetry", "too few probes", "a random loss")),),
    solution="a random loss",
    praise="Dropout or batch statistics are on, or every call draws a new batch. Fix them first, then "
    "measure.",
    misconceptions=(
        Misconception(
            "blames rounding",
            "rounding",
            "In float64 rounding shows in the 15th digit. This is 3 %.",
        ),
        Misconception(
            "blames asymmetry",
            "asymmetry",
            "Asymmetry would show in uᵀHv against vᵀHu. Here the same product changed.",
        ),
        Misconception(
            "blames the probes",
            "too few probes",
            "No average over probes is involved in one product with one vector.",
        ),
    ),
    hints=(
        "What would have to change between two calls with the same vector?",
        "Try: is the loss itself the same when it is computed twice?",
    ),
)

EXERCISES = (_LIMITS, _KAPPA, _SUM, _TWICE)
