"""Exercises of lesson 04 on descent without momentum, with the wrong answers that people give."""

from math import isclose

import numpy as np

from course_lib.lessons.lesson_04.experiments import COURSE_H
from course_lib.teaching import ANY, Choice, Code, Exercise, Misconception, Number

SADDLE_H = np.array([[1.0, 2.0], [2.0, 1.0]])


def _descend(H, w0, eta, k):
    lam, Q = np.linalg.eigh(H)
    return Q @ ((1 - eta * lam) ** k * (Q.T @ w0))


def _absolute_inside(H, w0, eta, k):
    lam, Q = np.linalg.eigh(H)
    return Q @ (np.abs(1 - eta * lam) ** k * (Q.T @ w0))


def _stays_in_eigenbasis(H, w0, eta, k):
    lam, Q = np.linalg.eigh(H)
    return (1 - eta * lam) ** k * (Q.T @ w0)


def _one_long_step(H, w0, eta, k):
    lam, Q = np.linalg.eigh(H)
    return Q @ ((1 - k * eta * lam) * (Q.T @ w0))


def _transposed(H, w0, eta, k):
    lam, Q = np.linalg.eigh(H)
    return Q.T @ ((1 - eta * lam) ** k * (Q @ w0))


def _never_into_eigenbasis(H, w0, eta, k):
    lam, Q = np.linalg.eigh(H)
    return Q @ ((1 - eta * lam) ** k * w0)


def _uphill(H, w0, eta, k):
    lam, Q = np.linalg.eigh(H)
    return Q @ ((1 + eta * lam) ** k * (Q.T @ w0))


_ONE_STEP = Exercise(
    id="4.1",
    prompt="H = [[5, 2], [2, 2]] (λ = 6 and 1) at w = (0, 1): below which η does this one step lower the "
    'loss? And does descent with η = 0.35 go on like that: "converges" or "diverges"?',
    kinds=(Number(rtol=0.004), Choice(("converges", "diverges"))),
    solution=(4 / 11, "diverges"),
    praise="g = (2, 2), and the curvature along it is 44/8 = 5.5: this step may be up to 2/5.5. For all "
    "the steps to come λ₁ = 6 counts, for the gradient turns towards v₁: 0.35 is beyond 2/6.",
    misconceptions=(
        Misconception(
            "protects the worst direction",
            (1 / 3, ANY),
            "2/λ₁ protects every direction for ever. This step moves along g only: what is the curvature "
            "there?",
            matches=lambda eta, word: isclose(eta, 1 / 3, rel_tol=0.02),
        ),
        Misconception(
            "takes the best step for the largest",
            (2 / 11, ANY),
            "That one lowers the loss most: it goes to the bottom of the parabola along g. How far may you "
            "go until you are as high as before?",
            matches=lambda eta, word: isclose(eta, 2 / 11, rel_tol=0.02),
        ),
        Misconception(
            "does not normalise",
            (2 / 44, ANY),
            "gᵀHg = 44 belongs to a g of length √8. The curvature along its direction divides by gᵀg.",
            matches=lambda eta, word: isclose(eta, 2 / 44, rel_tol=0.02),
        ),
        Misconception(
            "turns the fraction upside down",
            (11.0, ANY),
            "That has the unit of a curvature. A step size is two over a curvature.",
            matches=lambda eta, word: (
                isclose(eta, 11, rel_tol=0.012) or isclose(eta, 5.5, rel_tol=0.012)
            ),
        ),
        Misconception(
            "uses w for the gradient",
            (1.0, ANY),
            "That is 2/wᵀHw with w = (0, 1). The step goes along the gradient Hw: which vector is that?",
        ),
        Misconception(
            "thinks that one good step proves the step size",
            (4 / 11, "converges"),
            "The first number is right. Now run ten steps of 0.35: which part of the error grows while the "
            "other one shrinks?",
        ),
        Misconception(
            "rounds too coarsely",
            (0.36, ANY),
            "Close. Give the limit itself, as a fraction or to four digits.",
            matches=lambda eta, word: 0.355 < eta < 0.375,
        ),
    ),
    hints=(
        "The gradient of ½wᵀHw is Hw. What is it at (0, 1)?",
        "Along g the loss is a parabola: f − η gᵀg + ½η² gᵀHg.",
        "For the second part compare 0.35 with 2/λ₁.",
    ),
)

_STARTS = (
    (COURSE_H, np.array([1.0, 1.0]), 0.1, 3),
    (COURSE_H, np.array([2.0, -1.0]), 0.11, 4),
    (SADDLE_H, np.array([0.5, 0.2]), 0.3, 5),
    (np.array([[3.0, 1, 0], [1, 2, 1], [0, 1, 5]]), np.array([1.0, 0.0, 2.0]), 0.35, 3),
)
_CLOSED_FORM = Exercise(
    id="4.2",
    prompt="Write descend(H, w0, eta, k): the point after k steps of descent on ½wᵀHw, without a loop, "
    "through the eigenvectors.",
    kinds=(Code("descend", _STARTS),),
    solution=_descend,
    praise="Into the eigenvectors, each coordinate by itself to the power k, and back. A million steps "
    "cost as much as one.",
    misconceptions=(
        Misconception(
            "takes the size of the factor",
            _absolute_inside,
            "You kept the size and lost the side: 1 − ηλ may be negative, and then the error jumps across. "
            "Compare with one step by hand.",
        ),
        Misconception(
            "does not change back",
            _stays_in_eigenbasis,
            "These are the coordinates along the eigenvectors. The question asks for w: change back.",
        ),
        Misconception(
            "makes one long step of k short ones",
            _one_long_step,
            "k small steps are not one step k times as long: each starts from where the last one ended. "
            "How do equal factors add up?",
        ),
        Misconception(
            "mixes up Q and its transpose",
            _transposed,
            "Eigenvectors are the columns of Q. Which of Q and Qᵀ gives the coordinate of w along each "
            "column?",
        ),
        Misconception(
            "does not change into the eigenvectors",
            _never_into_eigenbasis,
            "You multiplied the entries of w0 by the factors. The factors belong to the coordinates along "
            "the eigenvectors: change w0 first.",
        ),
        Misconception(
            "walks uphill",
            _uphill,
            "Your errors grow along every positive eigenvalue. Descent goes against the gradient: mind the "
            "sign.",
        ),
    ),
    hints=(
        "`lam, Q = np.linalg.eigh(H)`; the coordinates of w0 along the columns of Q are Q.T @ w0.",
        "Each step multiplies coordinate i by 1 − ηλᵢ. What do k steps do?",
        "Go back with Q @ (the new coordinates).",
    ),
)

_SADDLE = Exercise(
    id="4.5",
    prompt="Negative curvature λ = −0.4, η = 0.1, start 10⁻⁶ away from the saddle along that eigenvector. "
    "Steps until the distance is 1? You start a hundred times nearer: how many more?",
    kinds=(Number(), Number()),
    solution=(352, 117),
    praise="ln 10⁶/ln 1.04 and ln 100/ln 1.04. The distance enters by its logarithm: a saddle delays, it "
    "does not hold.",
    misconceptions=(
        Misconception(
            "forgets η",
            (41, ANY),
            "That is with a factor of 1.4 a step. Each step multiplies the distance by 1 − ηλ, with η in it.",
            matches=lambda first, more: 40 <= first <= 42,
        ),
        Misconception(
            "takes λ to be positive",
            (338, ANY),
            "With 0.96 as the factor the distance shrinks: that is a minimum's direction. What is 1 − ηλ for "
            "λ = −0.4?",
            matches=lambda first, more: 337 <= abs(first) <= 340,
        ),
        Misconception(
            "treats steps as continuous time",
            (345, ANY),
            "ln 10⁶/(η|λ|) is the limit of very small steps. Here a step multiplies by 1.04 exactly: use its "
            "logarithm.",
            matches=lambda first, more: 344 <= first <= 347,
        ),
        Misconception(
            "counts in units of 1/(η|λ|)",
            (25, ANY),
            "1/(η|λ|) steps multiply the distance by about e. How many times e are a million?",
        ),
        Misconception(
            "gives the total",
            (352, 470),
            "That is the total from the nearer start. How many more than before?",
        ),
        Misconception(
            "counts in proportion to 1/ε",
            (352, 35200),
            "The distance grows by the same factor in each step, so a hundred times nearer costs a fixed "
            "number of steps: which power of 1.04 is 100?",
            matches=lambda first, more: more > 5000,
        ),
    ),
    hints=(
        "One step: y ← (1 − ηλ)y, and λ is negative.",
        "1.04ᵏ = 10⁶: take logarithms.",
        "From 10⁻⁸ to 10⁻⁶ is a factor of 100.",
    ),
)

EXERCISES = (_ONE_STEP, _CLOSED_FORM, _SADDLE)
