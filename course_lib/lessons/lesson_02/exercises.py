"""Exercises of lesson 02, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import (
    ANY,
    Choice,
    Code,
    Direction,
    Exercise,
    Misconception,
    Number,
    Vector,
)

COURSE_H = np.array([[4.0, 4.0], [4.0, 16.0]])


def _factors(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return np.abs(1 - eta * lam)


def _sign_kept(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return 1 - eta * lam


def _ascending(H, eta):
    lam = np.linalg.eigvalsh(H)
    return np.abs(1 - eta * lam)


def _factors_sorted(H, eta):
    return np.sort(np.abs(1 - eta * np.linalg.eigvalsh(H)))


def _diagonal(H, eta):
    lam = np.sort(np.diag(H))[::-1]
    return np.abs(1 - eta * lam)


def _only_the_larger(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return np.abs(1 - eta * lam).max()


def _long(v):
    return abs(np.linalg.norm(v) - 1) > 0.02


_EIGENPAIRS = Exercise(
    id="2.1",
    prompt="Eigenvalues (descending) and unit eigenvectors of [[5, 2], [2, 2]], by hand.",
    kinds=(Vector(2), Direction(2), Direction(2)),
    solution=((6.0, 1.0), (2 / 5**0.5, 1 / 5**0.5), (1 / 5**0.5, -2 / 5**0.5)),
    praise="Sum 7 is the trace, product 6 the determinant, and the two vectors are at right angles.",
    misconceptions=(
        Misconception(
            "reads the diagonal as eigenvalues",
            ((5, 2), ANY, ANY),
            "5 and 2 would be the eigenvalues if the off-diagonal entries were 0. Your sum is right, "
            "but the product must be the determinant, 6.",
            matches=lambda lam, v1, v2: np.allclose(np.sort(lam), (2, 5), rtol=0.01),
        ),
        Misconception(
            "reads trace and determinant as eigenvalues",
            ((7, 6), ANY, ANY),
            "7 is the sum of the eigenvalues and 6 is their product. Which two numbers have this sum "
            "and this product?",
        ),
        Misconception(
            "sorts ascending",
            ((1, 6), ANY, ANY),
            "Right numbers. This course sorts descending: λ₁ is the largest, and v₁ belongs to it.",
        ),
        Misconception(
            "swaps the eigenvectors",
            ((6, 1), (1 / 5**0.5, -2 / 5**0.5), (2 / 5**0.5, 1 / 5**0.5)),
            "Right vectors, each beside the other's eigenvalue. Multiply: which of them does H "
            "stretch six times?",
        ),
        Misconception(
            "mirrors the eigenvector",
            ((6, 1), (1 / 5**0.5, 2 / 5**0.5), ANY),
            "Multiply: H(1, 2) = (9, 6). Is that a multiple of (1, 2)?",
        ),
        Misconception(
            "does not normalise",
            ((6, 1), (2.0, 1.0), (1.0, -2.0)),
            "The eigenvalues are right. Make both vectors one unit long, to two digits, and ask again.",
            matches=lambda lam, v1, v2: (
                np.allclose(lam, (6, 1), rtol=0.01) and (_long(v1) or _long(v2))
            ),
        ),
        Misconception(
            "takes a v₂ that is not at a right angle",
            ((6, 1), (2 / 5**0.5, 1 / 5**0.5), (1 / 5**0.5, 2 / 5**0.5)),
            "The eigenvalues and v₁ are right. v₂ must be at a right angle to v₁: what is the dot product "
            "of yours?",
            matches=lambda lam, v1, v2: (
                np.allclose(lam, (6, 1), rtol=0.01) and abs(abs(v1 @ (2, 1)) - 5**0.5) < 0.03
            ),
        ),
    ),
    hints=(
        "The eigenvalues are the roots of λ² − (trace)·λ + (determinant).",
        "The roots of λ² − 7λ + 6 multiply to 6 and add up to 7.",
        "For v₁ solve (H − λ₁I)v = 0: the first row says −v₁₁ + 2·v₁₂ = 0.",
    ),
)

_WAITING = Exercise(
    id="2.2",
    prompt="H = [[5, 2], [2, 2]], η = 0.2, starting error 1 along each eigenvector: which part is "
    "slower, and after how many steps is that part below 1/1000?",
    kinds=(Choice(("v1", "v2", "same")), Number(rtol=1e-6)),
    solution=("v2", 31),
    praise="0.8³¹ is the first power of 0.8 below 1/1000. The stiff part was there after five steps.",
    misconceptions=(
        Misconception(
            "takes the stiff direction for the slow one",
            ("v1", ANY),
            "That holds for larger steps only, above 2/(λ₁+λ₂) = 0.286. Compute both factors |1 − ηλ| at "
            "0.2.",
        ),
        Misconception(
            "takes them for equal",
            ("same", ANY),
            "They are alike at η = 2/(λ₁+λ₂) = 0.286. Compute both factors |1 − ηλ| at 0.2.",
        ),
        Misconception(
            "waits for the fast part", ("v2", 5), "You waited for v₁. Somebody is still on the way."
        ),
        Misconception(
            "uses the best possible rate",
            ("v2", 21),
            "That count belongs to (κ−1)/(κ+1) = 5/7, the rate of the best step 2/7. Here the step is 0.2.",
        ),
        Misconception(
            "takes the loss for the error",
            ("v2", 16),
            "That is when the loss is down by 1000. The loss shrinks by the square of the factor; the "
            "question asks for the error.",
        ),
        Misconception(
            "counts one step too few or too many",
            ("v2", 30),
            "Nearly. Steps are whole, and the first one that is below 1/1000 counts: try the powers of 0.8 "
            "on both sides.",
            matches=lambda who, k: who == "v2" and 29.5 < k < 32.5,
        ),
    ),
    hints=(
        "Each step multiplies the error along vᵢ by |1 − ηλᵢ|, whatever the other one does.",
        "The factors are |1 − 0.2·6| and |1 − 0.2·1|.",
        "You need the smallest k with (larger factor)ᵏ < 1/1000: take logarithms and round up.",
    ),
)

_LAST_STEP = Exercise(
    id="2.3",
    prompt="H = [[5, 2], [2, 2]] again: below which step size does gradient descent converge from "
    "every start?",
    kinds=(Number(rtol=0.003),),
    solution=1 / 3,
    praise="2/λ₁ = 1/3. At that step the stiff error jumps from side to side for ever.",
    misconceptions=(
        Misconception(
            "takes the best step for the limit",
            2 / 7,
            "2/7 = 2/(λ₁+λ₂) is the fastest step. There is some room above it: what happens to the "
            "factor along v₁?",
        ),
        Misconception(
            "stops at 1/λ₁",
            1 / 6,
            "At 1/λ₁ the stiff error vanishes in one step. Beyond it the error changes sign but still "
            "shrinks. Until when?",
        ),
        Misconception(
            "lets the flat direction decide",
            2.0,
            "With 2/λ₂ the flat error would survive. What does the stiff one do?",
        ),
        Misconception(
            "takes a diagonal entry for the eigenvalue",
            0.4,
            "You used H₁₁ = 5. The curvature along v₁ is larger than along either axis.",
        ),
        Misconception(
            "rounds too coarsely",
            0.33,
            "Close. Give the limit itself, as a fraction or to four digits.",
            matches=lambda eta: 0.32 < eta < 0.345,
        ),
    ),
    hints=(
        "The error along vᵢ shrinks while |1 − ηλᵢ| < 1.",
        "|1 − ηλ| < 1 means 0 < ηλ < 2, and that must hold for both eigenvalues, 6 and 1.",
    ),
)

_STEPS = (
    (COURSE_H, 0.11),
    (COURSE_H, 0.02),
    (np.array([[4.0, 8.0], [8.0, 4.0]]), 0.05),
    (np.diag([1.0, 3.0, 2.0]), 0.5),
)
_FACTORS = Exercise(
    id="2.4",
    prompt="Write contraction_factors(H, eta): |1 − ηλᵢ| in the order of descending eigenvalues.",
    kinds=(Code("contraction_factors", _STEPS),),
    solution=_factors,
    praise="Two lines, for any number of weights whose matrix you can store.",
    misconceptions=(
        Misconception(
            "keeps the sign",
            _sign_kept,
            "The minus is real: at a large step the stiff error jumps sides. A factor of contraction is "
            "its size.",
        ),
        Misconception(
            "sorts ascending",
            _ascending,
            "Right numbers, stiff direction last. `eigvalsh` sorts the other way round.",
        ),
        Misconception(
            "sorts the factors",
            _factors_sorted,
            "These are the right numbers in the order of their size. Keep them in the order of the "
            "eigenvalues: at a large step the first factor is not the smallest.",
        ),
        Misconception(
            "uses the diagonal",
            _diagonal,
            "You used the diagonal entries. These are curvatures along the axes, not the extremes.",
        ),
        Misconception(
            "returns the larger one only",
            _only_the_larger,
            "That is the rate of the whole. The lesson asks which direction it comes from: keep them all.",
        ),
    ),
    hints=(
        "`np.linalg.eigvalsh(H)` gives the eigenvalues of a symmetric matrix in ascending order.",
        "`[::-1]` turns an array round; `np.abs` takes sizes.",
    ),
)

_FEATURES = Exercise(
    id="2.5",
    prompt="H = [[9, 3.6], [3.6, 4]] is the second-moment matrix of two centred features. Their "
    "correlation? And κ after each feature is scaled to variance 1?",
    kinds=(Number(), Number()),
    solution=(0.6, 4.0),
    praise="The scaled matrix is [[1, 0.6], [0.6, 1]] with eigenvalues 1.6 and 0.4. The correlation is "
    "what scaling cannot touch.",
    misconceptions=(
        Misconception(
            "divides by one variance",
            (0.4, ANY),
            "That is a regression slope. A correlation divides by both standard deviations.",
            matches=lambda a, b: abs(a - 0.4) < 0.004 or abs(a - 0.9) < 0.009,
        ),
        Misconception(
            "divides by both variances",
            (0.1, ANY),
            "You divided by the variances. Standard deviations are their roots.",
        ),
        Misconception(
            "swaps the two answers",
            (4.0, 0.6),
            "Right numbers, the other way round: the correlation first, then κ.",
        ),
        Misconception(
            "thinks that scaling makes it round",
            (0.6, 1),
            "Scaling repairs unequal units. The correlation is still there: what are the eigenvalues of "
            "a matrix with 1, 1 on its diagonal and the correlation beside it?",
        ),
        Misconception(
            "takes the ratio of the variances",
            (0.6, 2.25),
            "9/4 is what κ would be if the features were uncorrelated but unscaled. Compute the matrix "
            "after scaling.",
        ),
        Misconception(
            "gives κ before scaling",
            (0.6, 5.141),
            "That is κ of the matrix as it stands. Scale first: what becomes of its diagonal?",
        ),
        Misconception(
            "divides the smaller by the larger",
            (0.6, 0.25),
            "κ is the larger over the smaller, so it is never below 1.",
        ),
    ),
    hints=(
        "With centred features the diagonal holds the variances and H₁₂ is the covariance.",
        "After scaling, the diagonal is 1, 1 and the off-diagonal is the correlation ρ; the eigenvalues "
        "of that matrix are 1 + ρ and 1 − ρ.",
    ),
)

EXERCISES = (_EIGENPAIRS, _WAITING, _LAST_STEP, _FACTORS, _FEATURES)
