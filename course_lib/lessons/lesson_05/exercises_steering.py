"""Exercises of lesson 05 on runs whose settings change on the way."""

from course_lib.teaching import ANY, Exercise, Misconception, Number

_STEER = Exercise(
    id="5.4",
    prompt="A run with η = 0.3 is at the edge, λ₁ = 2/0.3. By which factor does the next step multiply the "
    "error along v₁ if η is doubled to 0.6? And if η is halved to 0.15?",
    kinds=(Number(rtol=0.02), Number(rtol=0.02, atol=0.02)),
    solution=(-3, 0),
    praise="At the edge ηλ₁ = 2. Doubling makes it 4, and 1 − 4 = −3: the jump. Halving makes it 1, and "
    "1 − 1 = 0: the oscillation is gone in one step.",
    misconceptions=(
        Misconception(
            "leaves the sign out",
            (3, 0),
            "The size is right. Does the error stay on its side of the valley?",
        ),
        Misconception(
            "keeps −1",
            (-1, -1),
            "The factor is −1 only if ηλ₁ = 2. Here η has changed, and λ₁ is still the old one.",
        ),
        Misconception(
            "scales the factor",
            (-2, -0.5),
            "You multiplied the whole factor −1 by 2 and by ½. In 1 − ηλ₁ the change of η affects only the "
            "second term.",
        ),
        Misconception(
            "scales the second factor",
            (-3, -0.5),
            "The first number is right. −0.5 is half of the old factor −1. In 1 − ηλ₁ the change of η "
            "affects only the second term.",
        ),
        Misconception(
            "scales the first factor",
            (-2, 0),
            "The second number is right. −2 is twice the old factor −1. In 1 − ηλ₁ the change of η affects "
            "only the second term.",
        ),
        Misconception(
            "takes ηλ₁ to be ½ after the halving",
            (-3, 0.5),
            "The first number is right. 0.5 would be the factor if ηλ₁ were 0.5. What was ηλ₁ at the edge, "
            "and what is half of it?",
        ),
        Misconception(
            "gives ηλ",
            (4, 1),
            "That is ηλ₁. The factor of one step is 1 − ηλ₁.",
        ),
        Misconception(
            "swaps the two",
            (0, -3),
            "Both numbers are right. Which of them makes the loss jump?",
        ),
        Misconception(
            "adds instead of subtracting",
            (5, 2),
            "You computed 1 + ηλ₁. Descent goes against the gradient. Which sign does ηλ₁ get?",
        ),
        Misconception(
            "takes the new limit",
            (3.33, 13.3),
            "Those are the new limits 2/η. The question asks for 1 − ηλ₁, with the old λ₁ and the new η.",
        ),
    ),
    hints=(
        "The factor along v₁ is 1 − ηλ₁. What is ηλ₁ at the edge, before the change?",
        "λ₁ is still what it was. Only η has changed, so ηλ₁ is doubled or halved.",
    ),
)

_MIXED = Exercise(
    id="5.5",
    prompt="A network is trained with squared error, full batches and heavy ball, with η = 0.02 and β = "
    "0.9. It is at the edge. What is λ₁? Now β is set to 0, and η stays the same. By which factor does the "
    "first step of plain descent multiply the error along v₁? Where does λ₁ settle, if training does not "
    "diverge?",
    kinds=(Number(rtol=0.02), Number(rtol=0.02), Number(rtol=0.06)),
    solution=(190, -2.8, 100),
    praise="The limit of heavy ball is 3.8/0.02 = 190, and 1 − 0.02·190 = −2.8: a catapult. To "
    "switch momentum off without a catapult, first lower η below 2/190 ≈ 0.0105.",
    misconceptions=(
        Misconception(
            "leaves momentum out",
            (100, ANY, ANY),
            "2/η is the limit of plain descent. For which ηλ is −1 a root of z² − (1 + β − ηλ)z + β, with "
            "β = 0.9?",
        ),
        Misconception(
            "adds β once",
            (145, ANY, ANY),
            "That is (2 + β)/η. Put z = −1 into z² − (1 + β − ηλ)z + β = 0. This gives "
            "1 + (1 + β − ηλ) + β = 0. How often does β appear?",
        ),
        Misconception(
            "uses the effective step",
            (10, ANY, ANY),
            "You used the step η/(1−β) = 0.2. It is right for flat directions. Along v₁ the gradients "
            "alternate in sign, and momentum raises the limit.",
        ),
        Misconception(
            "divides by 1 − β",
            (1000, ANY, ANY),
            "You divided 2/η by 1 − β. Momentum does raise the limit, but by a different factor. For which "
            "ηλ is −1 a root of z² − (1 + β − ηλ)z + β?",
        ),
        Misconception(
            "gives ηλ for λ₁",
            (3.8, ANY, ANY),
            "That is the limit of the product ηλ₁. The question asks for λ₁.",
        ),
        Misconception(
            "takes Nesterov's limit",
            (67.9, ANY, ANY),
            "That is Nesterov's limit, (2 + 2β)/((1 + 2β)η). The exercise is about heavy ball.",
        ),
        Misconception(
            "leaves the sign out",
            (190, 2.8, ANY),
            "The size of the factor is right. Does the error change sides in such a step?",
        ),
        Misconception(
            "keeps −1",
            (190, -1, ANY),
            "−1 is the factor of heavy ball at its edge. Put λ₁ and η into the factor of plain descent, "
            "1 − ηλ₁.",
        ),
        Misconception(
            "gives ηλ",
            (190, 3.8, ANY),
            "That is ηλ₁. The factor of plain descent is 1 − ηλ₁.",
        ),
        Misconception(
            "gives −ηλ₁",
            (190, -3.8, ANY),
            "That is −ηλ₁. The factor of plain descent is 1 − ηλ₁.",
        ),
        Misconception(
            "subtracts 1 too often",
            (190, -1.8, ANY),
            "−1.8 would be the factor if ηλ₁ were 2.8. What is ηλ₁ for the λ₁ that you found?",
        ),
        Misconception(
            "leaves λ₁ where it was",
            (190, -2.8, 190),
            "That is about the old λ₁, which was the limit of heavy ball. Can plain descent with η = "
            "0.02 stay there?",
        ),
        Misconception(
            "takes 1/η",
            (190, -2.8, 50),
            "At λ₁ = 1/η the error vanishes in one step, so nothing holds λ₁ there. Where does 1 − ηλ₁ "
            "reach −1?",
        ),
    ),
    hints=(
        "Heavy ball settles at (2 + 2β)/η.",
        "At first λ₁ is still that of heavy ball. Plain descent multiplies the error by 1 − ηλ₁.",
        "In the end λ₁ is at the limit of plain descent with the same η.",
    ),
)

EXERCISES = (_STEER, _MIXED)
