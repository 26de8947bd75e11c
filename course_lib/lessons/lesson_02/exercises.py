"""Exercises 2.1 to 2.3, by hand, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import ANY, Choice, Direction, Exercise, Misconception, Number, Vector

V1, V2 = (2 / 5**0.5, 1 / 5**0.5), (1 / 5**0.5, -2 / 5**0.5)


def _right_values(lam):
    return np.allclose(lam, (6, 1), rtol=0.01)


def _long(v):
    return abs(np.linalg.norm(v) - 1) > 0.02


def _near(v, right):
    """Whether v would be `right` if both were rounded to one digit."""
    right = np.array(right) * np.sign(np.dot(v, right))
    return np.abs(v - right).max() < 0.06


def _along(v, w):
    """Whether v, of any length, points along w."""
    return abs(v[0] * w[1] - v[1] * w[0]) < 0.02 * np.linalg.norm(v) * np.linalg.norm(w)


_EIGENPAIRS = Exercise(
    id="2.1",
    prompt="Find the eigenvalues of [[5, 2], [2, 2]] by hand, in descending order, and its unit "
    "eigenvectors.",
    kinds=(Vector(2), Direction(2), Direction(2)),
    solution=((6.0, 1.0), V1, V2),
    praise="The sum 7 is the trace, the product 6 is the determinant, and the two vectors are at a "
    "right angle.",
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
            matches=lambda lam, v1, v2: np.allclose(np.sort(lam), (6, 7), rtol=0.01),
        ),
        Misconception(
            "loses the minus sign in front of the trace",
            ((-6, -1), ANY, ANY),
            "Your two numbers have the right product, but their sum is −7, and the trace is +7. They "
            "are the roots of λ² + 7λ + 6. Which sign does the trace have in the characteristic "
            "polynomial?",
            matches=lambda lam, v1, v2: np.allclose(np.sort(lam), (-6, -1), rtol=0.01),
        ),
        Misconception(
            "sorts ascending",
            ((1, 6), ANY, ANY),
            "The numbers are right. This course sorts in descending order: λ₁ is the largest, and v₁ "
            "belongs to it.",
        ),
        Misconception(
            "swaps the eigenvectors",
            ((6, 1), V2, V1),
            "The vectors are right, but they are in the wrong order. Multiply each of them by H: which one "
            "becomes six times as long? That one is v₁.",
        ),
        Misconception(
            "mirrors the eigenvector in the diagonal",
            ((6, 1), (1 / 5**0.5, 2 / 5**0.5), ANY),
            "Your v₁ points along (1, 2). Multiply: H(1, 2) = (9, 6). Is that a multiple of (1, 2)?",
            matches=lambda lam, v1, v2: _right_values(lam) and _along(v1, (1, 2)),
        ),
        Misconception(
            "mirrors the eigenvector in an axis",
            ((6, 1), (2 / 5**0.5, -1 / 5**0.5), (1 / 5**0.5, 2 / 5**0.5)),
            "Your v₁ points along (2, −1). Multiply: H(2, −1) = (8, 2). Is that a multiple of (2, −1)?",
            matches=lambda lam, v1, v2: _right_values(lam) and _along(v1, (2, -1)),
        ),
        Misconception(
            "rounds to one digit",
            ((6, 1), (0.9, 0.4), (0.4, -0.9)),
            "The eigenvalues are right, and both vectors are right to one digit. Give the entries to two "
            "digits or more, for example with np.sqrt(5).",
            matches=lambda lam, v1, v2: _right_values(lam) and _near(v1, V1) and _near(v2, V2),
        ),
        Misconception(
            "does not normalize",
            ((6, 1), (2.0, 1.0), (1.0, -2.0)),
            "The eigenvalues are right. At least one of your vectors does not have length 1: divide that "
            "vector by its length.",
            matches=lambda lam, v1, v2: _right_values(lam) and (_long(v1) or _long(v2)),
        ),
        Misconception(
            "takes a v₂ that is not at a right angle",
            ((6, 1), V1, (1 / 5**0.5, 2 / 5**0.5)),
            "The eigenvalues and v₁ are right. v₂ must be at a right angle to v₁: what is the dot product "
            "of your two vectors?",
            matches=lambda lam, v1, v2: _right_values(lam) and _along(v1, V1),
        ),
        Misconception(
            "gives a v₁ that is no eigenvector",
            ((6, 1), (1.0, 0.0), (0.0, 1.0)),
            "The eigenvalues are right. Test your v₁: multiply H by it. Is the result six times v₁?",
            matches=lambda lam, v1, v2: _right_values(lam),
        ),
    ),
    hints=(
        "The eigenvalues are the roots of λ² − (trace)·λ + (determinant).",
        "The two roots of λ² − 7λ + 6 add up to 7, and their product is 6.",
        "For v₁ = (p, q) solve (H − λ₁I)v₁ = 0: its first row says −p + 2q = 0.",
    ),
)

_WAITING = Exercise(
    id="2.2",
    prompt="H = [[5, 2], [2, 2]], η = 0.2, and the error starts at 1 along each eigenvector. Which part of "
    "the error shrinks more slowly? And what is the smallest number of steps after which that part is "
    "below 1/1000?",
    kinds=(Choice(("v1", "v2", "same")), Number(rtol=1e-6)),
    solution=("v2", 31),
    praise="0.8³¹ is the first power of 0.8 below 1/1000. The stiff part needed only five steps.",
    misconceptions=(
        Misconception(
            "takes the stiff direction for the slow one",
            ("v1", ANY),
            "The stiff direction is slower only for step sizes above 2/(λ₁+λ₂) = 0.286. Compute both factors "
            "|1 − ηλ| at 0.2.",
        ),
        Misconception(
            "takes the two directions to be equally fast",
            ("same", ANY),
            "The two directions are equally fast at η = 2/(λ₁+λ₂) = 0.286. Compute both factors |1 − ηλ| "
            "at 0.2.",
        ),
        Misconception(
            "waits for the fast part",
            ("v2", 5),
            "After 5 steps the part along v₁ is below 1/1000. You named v₂: how much of the part along v₂ "
            "is left after 5 steps?",
        ),
        Misconception(
            "takes a diagonal entry for the eigenvalue",
            ("v2", 14),
            "14 steps would be right for the factor 0.6 = |1 − 0.2·2|. The 2 after the dot is the diagonal "
            "entry H₂₂, the curvature along the second axis. What is the curvature along v₂?",
        ),
        Misconception(
            "uses the best possible rate",
            ("v2", 21),
            "21 steps would be right for the factor (κ−1)/(κ+1) = 5/7, the rate of the best step size 2/7. "
            "Here the step size is 0.2. What is |1 − ηλ₂| at 0.2?",
        ),
        Misconception(
            "takes the loss for the error",
            ("v2", 16),
            "After 16 steps the part of the loss along v₂ is below 1/1000 of its first value, because each "
            "step multiplies it by the square of the factor. The question asks for the error.",
        ),
        Misconception(
            "uses e^(−ηλk)",
            ("v2", 35),
            "35 steps would be right if each step multiplied the error by e^(−0.2) ≈ 0.82. That is the "
            "factor of infinitely many tiny steps whose sizes add up to 0.2. By which factor does one "
            "single step of size 0.2 multiply the error?",
        ),
        Misconception(
            "does not round up",
            ("v2", 30.957),
            "If you could take a part of a step, exactly 1/1000 would be left after 30.96 steps. Steps are "
            "whole. Which whole number of steps is the first with less than 1/1000 left?",
            matches=lambda who, k: who == "v2" and 30.85 < k < 30.99,
        ),
        Misconception(
            "counts one step too few or too many",
            ("v2", 30),
            "Your answer is less than two steps away from the right one. Count whole steps, and find the "
            "first step after which less than 1/1000 is left. Compute the powers of 0.8 for the whole "
            "numbers around your answer.",
            matches=lambda who, k: who == "v2" and 29.5 < k < 32.5,
        ),
        Misconception(
            "gives another number of steps",
            ("v2", 40),
            "The direction is right. Compute the factor |1 − ηλ₂| at 0.2, and raise it to the power of your "
            "number of steps. Is the result below 1/1000? And is it still above 1/1000 one step earlier?",
            matches=lambda who, k: who == "v2",
        ),
    ),
    hints=(
        "Each step multiplies the size of the error along vᵢ by |1 − ηλᵢ|. The other direction has no "
        "influence.",
        "The factors are |1 − 0.2·6| and |1 − 0.2·1|.",
        "Find the smallest k for which (larger factor)ᵏ < 1/1000: take logarithms and round up.",
    ),
)

_LAST_STEP = Exercise(
    id="2.3",
    prompt="H = [[5, 2], [2, 2]] again. Gradient descent converges from every starting point when the step "
    "size is below a certain limit. What is this limit?",
    kinds=(Number(rtol=0.003),),
    solution=1 / 3,
    praise="The limit is 2/λ₁ = 1/3. At exactly this step size the stiff error keeps its size and changes "
    "its sign at every step.",
    misconceptions=(
        Misconception(
            "takes the best step for the limit",
            2 / 7,
            "2/7 = 2/(λ₁+λ₂) is the best step size, and the limit is larger. What happens to the factor "
            "along v₁ when you raise the step size further?",
        ),
        Misconception(
            "stops at 1/λ₁",
            1 / 6,
            "At 1/λ₁ the stiff error vanishes in one step. Above 1/λ₁ the stiff error changes its sign at "
            "every step, but at first it still shrinks. Up to which step size does it shrink?",
        ),
        Misconception(
            "stops at 1/(λ₁+λ₂)",
            1 / 7,
            "1/7 is 1/(λ₁+λ₂), half of the best step size. The factors there are 1/7 along v₁ and 6/7 along "
            "v₂, so both errors shrink. How far can you raise the step size?",
        ),
        Misconception(
            "lets the flat direction decide",
            2.0,
            "2 is 2/λ₂, the limit for the flat direction alone. Compute the factor along v₁ at this step "
            "size.",
        ),
        Misconception(
            "takes the step that clears the flat direction",
            1.0,
            "1 is 1/λ₂, the step size that removes the flat error in one step. Compute the factor along v₁ "
            "at this step size.",
        ),
        Misconception(
            "takes a diagonal entry for the eigenvalue",
            0.4,
            "0.4 is 2/5, and 5 is the diagonal entry H₁₁, the curvature along the first axis. The curvature "
            "along v₁ is larger than the curvature along either axis.",
        ),
        Misconception(
            "rounds to one digit",
            0.3,
            "At 0.3 both errors still shrink: each step multiplies them by 0.8 and 0.7. So the limit is "
            "higher. Give the limit as a fraction or to three digits.",
        ),
        Misconception(
            "rounds to two digits",
            0.33,
            "Your answer is within a few per cent of the limit. Give the limit as a fraction or to three "
            "digits.",
            matches=lambda eta: 0.32 < eta < 0.345,
        ),
        Misconception(
            "takes 0.5",
            0.5,
            "At your step size each step makes the stiff error larger. 0.5 would be right if λ₁ were 4. "
            "Compute the factor |1 − ηλ₁| at your step size. What must this factor be at the limit?",
            matches=lambda eta: abs(eta - 0.5) < 0.005,
        ),
        Misconception(
            "takes a different step size above the limit",
            0.35,
            "At your step size the factor |1 − ηλ₁| is larger than 1, so each step makes the stiff error "
            "larger. Lower the step size: where does this factor become 1?",
            matches=lambda eta: eta > 0.345,
        ),
        Misconception(
            "takes a step size below the limit",
            0.2,
            "At your step size both factors |1 − ηλ| are below 1, so gradient descent converges. It still "
            "converges at a somewhat larger step size. Which of the two factors is the first to become 1?",
            matches=lambda eta: 0 < eta < 0.32,
        ),
    ),
    hints=(
        "The error along vᵢ shrinks while |1 − ηλᵢ| < 1.",
        "|1 − ηλ| < 1 means 0 < ηλ < 2. This must hold for both eigenvalues, 6 and 1.",
    ),
)

EXERCISES = (_EIGENPAIRS, _WAITING, _LAST_STEP)
