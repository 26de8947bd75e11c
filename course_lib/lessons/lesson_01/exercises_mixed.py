"""Exercise 1.7, the mixed problem: a Hessian, a direction, a mean and a power iteration."""

from course_lib.teaching import Exercise, Misconception, Number
from course_lib.teaching.answers import ANY

# H = [[x, 4y], [4y, 4x − 9]] is [[1, 4], [4, −5]] at (1, 1), with the eigenvalues 3 and −7.
_MIXED = Exercise(
    id="1.7",
    prompt="Take f(x, y) = x³/6 + 2xy² − 4.5y² at (1, 1). What is the curvature along (3, 1), what is the "
    "mean curvature over all directions, and which eigenvalue does power iteration on H find?",
    kinds=(Number(), Number(), Number()),
    solution=(2.8, -2, -7),
    praise="H is [[1, 4], [4, −5]], with the eigenvalues 3 and −7. Along (3, 1) the surface bends upward. "
    "On average over all directions it bends downward. Power iteration finds −7, which is larger in size "
    "than 3.",
    misconceptions=(
        Misconception(
            "does not scale the direction to length 1",
            (28, ANY, ANY),
            "First answer: 28 is vᵀHv for a v of length √10. What does the length of v do to vᵀHv?",
        ),
        Misconception(
            "divides by the length once",
            (28 / 10**0.5, ANY, ANY),
            "First answer: this is vᵀHv divided by the length of v. The length enters vᵀHv twice, once with "
            "each v.",
        ),
        Misconception(
            "forgets the mixed entries",
            (0.4, ANY, ANY),
            "First answer: this is right if the Hessian has zeros off its diagonal. The second entry of "
            "∇f contains the term 4xy, which comes from 2xy². How fast does this term change when x changes?",
        ),
        Misconception(
            "counts the mixed entry once",
            (1.6, ANY, ANY),
            "First answer: this is right for a matrix with a single 4 off the diagonal. H has two.",
        ),
        Misconception(
            "reports half the curvature",
            (1.4, ANY, ANY),
            "First answer: this is ½vᵀHv for a v of length 1, a height. The curvature has no ½.",
        ),
        Misconception(
            "gives the trace for the mean",
            (ANY, -4, ANY),
            "Second answer: −4 is the trace. It is the sum of the curvatures along two directions at "
            "right angles. How do you get the mean of two numbers from their sum?",
        ),
        Misconception(
            "loses the sign of the mean",
            (ANY, 2, ANY),
            "Second answer: 2 would be right if the trace were 4. Which diagonal entry of H is larger in "
            "size, and what sign does it have?",
        ),
        Misconception(
            "averages the sizes",
            (ANY, 5, ANY),
            "Second answer: 5 is the mean size of the two eigenvalues. Curvatures keep their signs when they "
            "are averaged.",
        ),
        Misconception(
            "averages all entries of H",
            (ANY, 1, ANY),
            "Second answer: 1 is the mean of all four entries of H. Over all directions the mixed entries "
            "cancel. Which entries remain?",
        ),
        Misconception(
            "takes λ₁",
            (ANY, ANY, 3),
            "Third answer: 3 is λ₁, the largest eigenvalue. Which part of the vector grows most in size when "
            "you multiply by H?",
        ),
        Misconception(
            "loses the sign",
            (ANY, ANY, 7),
            "Third answer: 7 is the factor by which each product stretches the vector in the end. The "
            "eigenvalue is vᵀHv, and it has a sign. Which way does the surface bend along this v?",
        ),
        Misconception(
            "reads the diagonal",
            (ANY, ANY, -5),
            "Third answer: −5 is the curvature along the second axis. It is an eigenvalue if H has zeros off "
            "its diagonal. This H has mixed entries, which widen the range of the curvatures.",
        ),
        Misconception(
            "gives another curvature along (3, 1)",
            (2, ANY, ANY),
            "The first answer is not right yet. Compute H at (1, 1). Then compute vᵀHv for v = (3, 1), and "
            "divide it by vᵀv.",
            matches=lambda along, mean, found: abs(along - 2.8) > 0.028,
        ),
        Misconception(
            "gives another mean",
            (ANY, -3, ANY),
            "The first answer is right, and the second is not. Which entries of H decide the mean over all "
            "directions, and what are they at (1, 1)?",
            matches=lambda along, mean, found: abs(mean + 2) > 0.02,
        ),
        Misconception(
            "gives another eigenvalue",
            (ANY, ANY, -9),
            "The first two answers are right, and the third is not. Compute both eigenvalues of H at (1, 1), "
            "for example with spectra.eigh. Which of them does power iteration find?",
            matches=lambda along, mean, found: abs(found + 7) > 0.07,
        ),
    ),
    hints=(
        "The gradient is (x²/2 + 2y², 4xy − 9y). Differentiate each entry with respect to x and to y. "
        "Then set x = 1 and y = 1.",
        "vᵀHv with v = (3, 1) is 9·H₁₁ + 2·3·H₁₂ + H₂₂. Divide by vᵀv. The mean needs only the diagonal.",
        "The eigenvectors of H are along (2, 1) and (1, −2). Multiply H by each to read off its eigenvalue.",
    ),
)

EXERCISES = (_MIXED,)
