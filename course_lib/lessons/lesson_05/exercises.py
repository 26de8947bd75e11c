"""The exercise of lesson 05, with the wrong answers that people give."""

from course_lib.teaching import ANY, Exercise, Misconception, Number

_SETTLE = Exercise(
    id="5.1",
    prompt="Full batches, squared error, training reaches the edge of stability. Where does λ₁ settle for "
    "descent with η = 0.25? And for heavy ball with η = 0.25, β = 0.5?",
    kinds=(Number(rtol=0.06), Number(rtol=0.06)),
    solution=(8, 12),
    praise="2/η, or a little above it, and (2 + 2β)/η: where the factor along v₁ reaches −1.",
    misconceptions=(
        Misconception(
            "takes 1/η",
            (4, ANY),
            "At λ = 1/η the error along v₁ vanishes in one step: very stable. Where does 1 − ηλ reach −1?",
        ),
        Misconception(
            "expects divergence",
            (0.5, ANY),
            "That is 2·η. The limit is on ηλ: solve 1 − ηλ = −1 for λ.",
        ),
        Misconception(
            "uses the effective step",
            (8, 4),
            "You used η/(1−β). That is right for flat directions, where gradients add up. Along the stiff "
            "one they alternate, and momentum raises the limit: solve for the root at −1.",
        ),
        Misconception(
            "leaves momentum out",
            (8, 8),
            "Momentum changes the limit. Along v₁ the gradients alternate in sign: does a memory of them "
            "help or hurt?",
        ),
        Misconception(
            "adds β once",
            (8, 10),
            "Nearly: (2 + β)/η. At the root −1 the iteration reads 1 + (1 + β − ηλ) + β = 0.",
        ),
        Misconception(
            "takes Nesterov's limit",
            (8, 6),
            "That is (2+2β)/(1+2β) over η, Nesterov's limit. Heavy ball has no denominator.",
        ),
        Misconception(
            "swaps the two", (12, 8), "Right numbers, the other way round: momentum comes second."
        ),
    ),
    hints=(
        "Plain descent along v₁ multiplies by 1 − ηλ₁. At which λ₁ is this −1?",
        "For heavy ball the limit of ηλ is 2 + 2β.",
    ),
)

EXERCISES = (_SETTLE,)
