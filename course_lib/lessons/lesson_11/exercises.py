"""Exercises of lesson 11: five questions about a report."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

_LIMITS = Exercise(
    id="11.1",
    prompt="λ₁ = 12.0 ± 0.3 and η = 0.1. Give ηλ₁/2 and its error. If λ₁ is exactly 12, what is the largest "
    "stable η for plain descent, and for heavy ball with β = 0.9? Give three digits.",
    kinds=(Number(), Number(), Number(), Number()),
    solution=(0.6, 0.015, 2 / 12, 3.8 / 12),
    praise="If you allow for the error of λ₁, the plain limit lies between 0.163 and 0.171. It is the limit "
    "here and now: λ₁ changes as training goes on.",
    misconceptions=(
        Misconception(
            "forgets the half",
            (1.2, 0.03, ANY, ANY),
            "That is ηλ₁. Divided by 2, it says what part of the limit you use: 1 would be the edge.",
            matches=lambda ratio, error, plain, heavy: abs(ratio - 1.2) < 0.012,
        ),
        Misconception(
            "answers in per cent",
            (60, 1.5, ANY, ANY),
            "In per cent that is right. Give the ratio and its error as plain numbers: the edge is at 1.",
            matches=lambda ratio, error, plain, heavy: abs(ratio - 60) < 0.6,
        ),
        Misconception(
            "forgets the half in the error",
            (0.6, 0.03, ANY, ANY),
            "Your ratio is right. Multiply the error of λ₁ by the same factor as λ₁ itself.",
        ),
        Misconception(
            "keeps the error of λ₁",
            (ANY, 0.3, ANY, ANY),
            "0.3 is the error of λ₁. It is multiplied by η/2 just as λ₁ is.",
        ),
        Misconception(
            "gives the relative error",
            (ANY, 0.025, ANY, ANY),
            "2.5 % is the relative error, the same for λ₁ and for the ratio. How much is 2.5 % of 0.6?",
            matches=lambda ratio, error, plain, heavy: (
                abs(error - 0.025) < 3e-4 or abs(error - 2.5) < 0.03
            ),
        ),
        Misconception(
            "takes 1/λ₁ for the limit",
            (ANY, ANY, 1 / 12, ANY),
            "1/λ₁ is a safe step, but not the limit. With it the error along v₁ vanishes at once. With a "
            "larger step this error changes sign, and it may still shrink. Up to which step does it shrink?",
        ),
        Misconception(
            "gives the largest λ₁ for this step",
            (ANY, ANY, 20, ANY),
            "2/η is the largest λ₁ at which your step of 0.1 is stable. The question asks for the largest "
            "step, given the λ₁ that was measured.",
        ),
        Misconception(
            "stays on the safe side of the error",
            (ANY, ANY, 2 / 12.3, ANY),
            "That is the limit at the upper end of the error, λ₁ = 12.3, and a prudent choice. The "
            "question asks for the limit at λ₁ = 12.0.",
        ),
        Misconception(
            "lets momentum lower the limit",
            (ANY, ANY, ANY, 2 / 12 * 0.1),
            "You multiplied the plain limit by 1 − β. On a steady slope, momentum does act like a step of "
            "η/(1 − β). But near the limit the moves along v₁ go back and forth, so the last move works "
            "against the next one. Does that raise the limit or lower it?",
        ),
        Misconception(
            "raises the limit tenfold",
            (ANY, ANY, ANY, 2 / 12 / 0.1),
            "You divided the plain limit by 1 − β. This grows without bound as β approaches 1. The limit of "
            "heavy ball only doubles.",
        ),
        Misconception(
            "divides the limit of heavy ball by 1 − β",
            (ANY, ANY, ANY, 38 / 12),
            "You divided (2 + 2β)/λ₁ by 1 − β. This is right where a new gradient enters with the factor "
            "1 − β, as in Adam. With which factor does it enter in heavy ball?",
        ),
        Misconception(
            "leaves the limit where it is",
            (ANY, ANY, ANY, 2 / 12),
            "That is the limit without momentum, β = 0. At β = 1 it would be twice that.",
        ),
        Misconception(
            "forgets η in the ratio",
            (6, ANY, ANY, ANY),
            "6 is λ₁/2. Multiply it by the step size.",
        ),
        Misconception(
            "doubles the plain limit",
            (ANY, ANY, 4 / 12, ANY),
            "4/12 is the limit of heavy ball with β = 1. Plain descent has β = 0.",
        ),
        Misconception(
            "takes β = 1 for heavy ball",
            (ANY, ANY, ANY, 4 / 12),
            "4/12 is the limit of heavy ball with β = 1. How does it depend on β, if at β = 0 it is 2/12?",
        ),
        Misconception(
            "halves the limit of heavy ball",
            (ANY, ANY, ANY, 1.9 / 12),
            "You took (1 + β)/λ₁. For β = 0 this gives 1/λ₁, but the plain limit is 2/λ₁.",
        ),
        Misconception(
            "doubles the limit of heavy ball",
            (ANY, ANY, ANY, 7.6 / 12),
            "You took (4 + 4β)/λ₁. For β = 0 this gives 4/λ₁, but the plain limit is 2/λ₁.",
        ),
        Misconception(
            "rounds the limit of heavy ball",
            (ANY, ANY, ANY, 0.32),
            "For heavy ball, 0.32 is right to two digits. The question asks for three.",
            matches=lambda ratio, error, plain, heavy: abs(heavy - 0.32) < 1e-3,
        ),
        Misconception(
            "rounds the plain limit",
            (ANY, ANY, 0.17, ANY),
            "For plain descent, 0.17 is right to two digits. The question asks for three.",
        ),
        Misconception(
            "adds β once",
            (ANY, ANY, ANY, 2.9 / 12),
            "You took (2 + β)/λ₁, which at β = 1 is 1.5 times the plain limit. There it should be twice.",
        ),
        Misconception(
            "gives another error",
            (0.6, 0.05, 2 / 12, 3.8 / 12),
            "The ratio and both limits are right, the error of the ratio is not. The ratio is λ₁ times a "
            "number without an error. By what is the error of λ₁ then multiplied?",
            matches=lambda ratio, error, plain, heavy: (
                abs(ratio - 0.6) < 0.006
                and abs(plain - 2 / 12) < 0.0017
                and abs(heavy - 3.8 / 12) < 0.0032
            ),
        ),
    ),
    hints=(
        "Plain descent is stable along v₁ while ηλ₁ < 2.",
        "The error of η·λ₁/2 is η·0.3/2. For heavy ball, replace 2 with 2 + 2β.",
    ),
)

_KAPPA = Exercise(
    id="11.2",
    prompt="96 % of the eigenvalues are smaller in size than λ₁/100, some are negative, and κ is not "
    "defined. Does this show that training takes for ever?",
    kinds=(Choice(("yes", "no", "only along negative λ", "take |λ| for λ, then see")),),
    solution="no",
    praise="κ bounds the number of steps until the error is small along every direction of a bowl. A "
    "direction with λ = 0 adds nothing to the loss, and along a negative λ descent moves away by itself. A "
    'small positive λ does cost many steps, but a finite number: claims.verify("11.8", '
    "curvature=0.001) counts them. (Its verdict changes to “does not hold”, since the two numbers of steps "
    "are no longer equal.) What matters is how much of the loss lies along which directions.",
    misconceptions=(
        Misconception(
            "uses the rate without its premise",
            "yes",
            "The rate (κ − 1)/(κ + 1) was derived for λₙ > 0. Is λₙ > 0 here? And how much does a direction "
            "without curvature add to the loss?",
        ),
        Misconception(
            "fears the negative directions",
            "only along negative λ",
            "Along a negative λ the distance grows by the factor 1 + η|λ| in each step: descent leaves by "
            "itself. Which directions make it slow, if any?",
        ),
        Misconception(
            "takes magnitudes",
            "take |λ| for λ, then see",
            "You can compute this number, and for solving linear equations it is useful. But along negative "
            "curvature, descent moves away faster and faster. Can a rate of convergence describe that?",
        ),
    ),
    hints=(
        "How much does a direction with λ = 0 contribute to the loss above its minimum?",
        "Take a bowl, and add a hundred directions of curvature 0. Does this change any step of descent?",
    ),
)

_SUM = Exercise(
    id="11.3",
    prompt="A friend reports λ₁ = 6000 for the same network and the same 500 examples; her loss is a "
    "sum. What is λ₁ of the mean? Both of you take one step from the same weights, each on your own loss "
    "with the largest η that is stable there. Whose step is longer: hers, mine, or neither?",
    kinds=(Number(), Choice(("hers", "mine", "neither"))),
    solution=(12, "neither"),
    praise="Her limit is 2/6000 and yours is 2/12, and her gradients are 500 times as long as yours. So "
    "the two steps are equal.",
    misconceptions=(
        Misconception(
            "believes that hers is sharper",
            (6000, ANY),
            "If you multiply a loss by 500, you multiply every eigenvalue by 500. What is the factor between "
            "the sum and the mean?",
        ),
        Misconception(
            "divides by the square",
            (0.024, ANY),
            "You divided by 500 twice. Second derivatives are linear in the loss: once is enough.",
        ),
        Misconception(
            "divides by the root",
            (6000 / 500**0.5, ANY),
            "You divided by √500. That is how a standard error shrinks. A mean is the sum divided by 500.",
        ),
        Misconception(
            "divides by half the number",
            (24, ANY),
            "You divided by 250. The mean divides the sum by the number of examples, 500.",
        ),
        Misconception(
            "divides the wrong way round",
            (500 / 6000, ANY),
            "You divided 500 by 6000. The mean is the sum divided by the number of examples.",
        ),
        Misconception(
            "multiplies",
            (3000000, ANY),
            "You multiplied. A mean is a sum divided by the number of examples.",
        ),
        Misconception(
            "compares η alone",
            (12, "mine"),
            "Your η may be 500 times as large. But how long is a gradient of the mean, compared "
            "with one of the sum? The length of the step is η times that of the gradient.",
        ),
        Misconception(
            "compares the gradients alone",
            (12, "hers"),
            "Her gradients are longer, and her largest stable η is smaller by the same factor.",
        ),
    ),
    hints=(
        "The mean is the sum divided by 500.",
        "A step is η·∇f. By which factors do η and ∇f differ from one loss to the other?",
    ),
)

_TWICE = Exercise(
    id="11.4",
    prompt="You compute the same product twice, with the same vector, and the results differ by 3 %. What "
    "is the cause?",
    kinds=(Choice(("rounding", "asymmetry", "too few probes", "a random loss")),),
    solution="a random loss",
    praise="The loss itself differs from call to call. For example, dropout is on, or every call draws a new "
    "batch. Make the loss repeat first, then measure.",
    misconceptions=(
        Misconception(
            "blames rounding",
            "rounding",
            "In float64, rounding shows in the 15th digit. This is 3 %.",
        ),
        Misconception(
            "blames asymmetry",
            "asymmetry",
            "Asymmetry would show if you compared uᵀHv with vᵀHu. Here the same product changed.",
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

_MIXED = Exercise(
    id="11.6",
    prompt="100,000 weights, heavy ball with β = 0.9, weight decay μ = 0.5. Measured without the decay on "
    "300 of 60,000 examples: λ₁ = 19.5, λₙ = −0.3, trace 900. What are λ₁, the trace and the largest stable "
    "step with the decay? What is too large on average because of the 300 examples: λ₁, the trace or both?",
    kinds=(Number(0.005), Number(), Number(), Choice(("λ₁", "the trace", "both"))),
    solution=(20.0, 50900, 0.19, "λ₁"),
    praise="And λₙ has become +0.2: with the decay, the loss curves upwards in every direction. But "
    "κ = 20/0.2 = 100 rests on 300 examples. On all 60,000, λ₁ is probably smaller, and the largest stable "
    "step above 0.19.",
    misconceptions=(
        Misconception(
            "leaves the decay out",
            (19.5, ANY, ANY, ANY),
            "That is λ₁ of the loss alone. What does ½μ‖w‖² add to every eigenvalue?",
        ),
        Misconception(
            "multiplies by the decay",
            (19.5 * 1.5, ANY, ANY, ANY),
            "You multiplied by 1 + μ. The decay adds a term to the loss, so its Hessian is added.",
        ),
        Misconception(
            "adds twice the decay",
            (20.5, ANY, ANY, ANY),
            "You added 2μ. The ½ in ½μ‖w‖² cancels the 2 of the derivative.",
        ),
        Misconception(
            "adds half the decay",
            (19.75, ANY, ANY, ANY),
            "You added μ/2. The second derivative of ½μw² is μ.",
        ),
        Misconception(
            "subtracts the decay",
            (19.0, ANY, ANY, ANY),
            "You subtracted μ. The decay pulls the weights to zero: it adds a bowl, which curves upwards.",
        ),
        Misconception(
            "leaves the trace as it is",
            (ANY, 900, ANY, ANY),
            "The trace is the sum of all eigenvalues. Each of them grows by μ: how many are there?",
        ),
        Misconception(
            "gives the trace of the decay",
            (ANY, 50_000, ANY, ANY),
            "50,000 is what the decay adds to the trace. The loss without the decay has a trace, too.",
        ),
        Misconception(
            "counts the examples",
            (ANY, 1050, ANY, ANY),
            "You added μ for each of the 300 examples. The trace has one entry for each weight.",
        ),
        Misconception(
            "counts a hundred weights",
            (ANY, 950, ANY, ANY),
            "You added 50, which is μ times 100. How many weights does the model have?",
        ),
        Misconception(
            "takes λ₁ without the decay for the limit",
            (ANY, ANY, 3.8 / 19.5, ANY),
            "Your formula is right. But the loss that was trained contains the decay, and so does its λ₁.",
        ),
        Misconception(
            "gives the plain limit",
            (ANY, ANY, 0.1, ANY),
            "2/λ₁ is the limit of plain descent. This model was trained by heavy ball.",
        ),
        Misconception(
            "raises the limit tenfold",
            (ANY, ANY, 1.0, ANY),
            "You divided 2/λ₁ by 1 − β. The limit of heavy ball is (2 + 2β)/λ₁.",
        ),
        Misconception(
            "takes β = 1, or rounds",
            (ANY, ANY, 0.2, ANY),
            "0.2 is the limit for β = 1. Here β is 0.9. (If you have rounded your step, give three digits.)",
        ),
        Misconception(
            "halves the limit of heavy ball",
            (ANY, ANY, 0.095, ANY),
            "You took (1 + β)/λ₁. For β = 0 this gives 1/λ₁, but the plain limit is 2/λ₁.",
        ),
        Misconception(
            "doubles the limit of heavy ball",
            (ANY, ANY, 0.38, ANY),
            "You took (4 + 4β)/λ₁. For β = 0 this gives 4/λ₁, but the plain limit is 2/λ₁.",
        ),
        Misconception(
            "believes that only the trace suffers",
            (ANY, ANY, ANY, "the trace"),
            "The trace is a mean over the examples, so on random parts it is right on average.",
        ),
        Misconception(
            "believes that both suffer",
            (ANY, ANY, ANY, "both"),
            "For one of the two you are right. Which of them is a mean over the examples?",
        ),
    ),
    hints=(
        "½μ‖w‖² has the Hessian μ·I, with one eigenvalue μ for each weight.",
        "For heavy ball the limit is (2 + 2β)/λ₁. Take λ₁ of the loss that was trained on.",
    ),
)

EXERCISES = (_LIMITS, _KAPPA, _SUM, _TWICE, _MIXED)
