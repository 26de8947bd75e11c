"""Exercises of lesson 04 on descent without momentum, with the wrong answers that people give."""

from math import isclose

import numpy as np

from course_lib.lessons.lesson_04.experiments import COURSE_H
from course_lib.teaching import ANY, Choice, Code, Exercise, Misconception, Number

SADDLE_H = np.array([[1.0, 2.0], [2.0, 1.0]])


def _descend(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ ((1 - eta * lam) ** k * (V.T @ w0))


def _absolute_inside(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ (np.abs(1 - eta * lam) ** k * (V.T @ w0))


def _stays_in_eigenbasis(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return (1 - eta * lam) ** k * (V.T @ w0)


def _one_long_step(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ ((1 - k * eta * lam) * (V.T @ w0))


def _transposed(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V.T @ ((1 - eta * lam) ** k * (V @ w0))


def _never_into_eigenbasis(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ ((1 - eta * lam) ** k * w0)


def _no_change_of_basis(H, w0, eta, k):
    lam, _ = np.linalg.eigh(H)
    return (1 - eta * lam) ** k * w0


def _back_on_both_sides(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ ((1 - eta * lam) ** k * (V @ w0))


def _adds_up_rows(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V.T @ ((1 - eta * lam) ** k * (V.T @ w0))


def _uphill(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ ((1 + eta * lam) ** k * (V.T @ w0))


def _entries_to_the_power(H, w0, eta, k):
    return (np.eye(len(H)) - eta * H) ** k @ w0


def _flows(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ (np.exp(-eta * lam * k) * (V.T @ w0))


def _one_step_more(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ ((1 - eta * lam) ** (k + 1) * (V.T @ w0))


def _one_step_less(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ ((1 - eta * lam) ** (k - 1) * (V.T @ w0))


def _stops_early(H, w0, eta, k):
    w = w0
    for _ in range(min(k, 2000)):
        w = w - eta * (H @ w)
    return w


def _values_turned_round(H, w0, eta, k):
    lam, V = np.linalg.eigh(H)
    return V @ ((1 - eta * lam[::-1]) ** k * (V.T @ w0))


def _near(value, rtol=0.02):
    """Return a test of the first of two parts."""
    return lambda eta, word: isclose(eta, value, rel_tol=rtol)


_ONE_STEP = Exercise(
    id="4.1",
    prompt="H = [[5, 2], [2, 2]] has the eigenvalues 6 and 1. We are at w = (0, 1) on the loss ½wᵀHw. "
    "One step from here lowers the loss if its step size is below a limit. What is this limit? And if "
    'every step has the size 0.35, what happens in the long run: "converges" or "diverges"?',
    kinds=(Number(rtol=0.004), Choice(("converges", "diverges"))),
    solution=(4 / 11, "diverges"),
    praise="The gradient is g = (2, 2), and the curvature along it is 44/8 = 5.5. So this one step "
    "lowers the loss if η < 2/5.5. Later gradients turn towards v₁, where the curvature is 6, and 0.35 "
    "is above 2/6.",
    misconceptions=(
        Misconception(
            "protects the worst direction",
            (1 / 3, ANY),
            "1/3 = 2/λ₁ is the limit that is safe for every direction and every step. This one step "
            "moves only along g. What is the curvature along g?",
            matches=_near(1 / 3),
        ),
        Misconception(
            "mistakes the best step for the largest",
            (2 / 11, ANY),
            "2/11 lowers the loss most: it reaches the bottom of the parabola along g. How far can you "
            "go before the loss is as high as at the start?",
            matches=_near(2 / 11),
        ),
        Misconception(
            "does not normalize",
            (2 / 44, ANY),
            "44 is gᵀHg for a g of length √8. To get the curvature along the direction of g, divide by "
            "gᵀg.",
            matches=_near(2 / 44),
        ),
        Misconception(
            "turns the fraction upside down",
            (11.0, ANY),
            "This number has the unit of a curvature. The limit of the step size is two divided by a "
            "curvature.",
            matches=lambda eta, word: (
                isclose(eta, 11, rel_tol=0.012) or isclose(eta, 5.5, rel_tol=0.012)
            ),
        ),
        Misconception(
            "uses w for the gradient",
            (1.0, ANY),
            "1 would be the limit for a step along w = (0, 1), where the curvature is 2. The step goes "
            "along the gradient Hw. Which vector is that?",
        ),
        Misconception(
            "takes the best fixed step",
            (2 / 7, ANY),
            "2/7 = 2/(λ₁ + λ₂) is the best fixed step for a long run. This question is about one step "
            "only. Compute the curvature along its gradient.",
            matches=_near(2 / 7, 0.01),
        ),
        Misconception(
            "takes the step that removes the error along v₁",
            (1 / 6, ANY),
            "1/6 = 1/λ₁ removes the error along v₁ in one step. The question asks how long this step "
            "may be before it raises the loss. Look at the parabola along g.",
            matches=_near(1 / 6, 0.01),
        ),
        Misconception(
            "loses the ½",
            (8 / 11, ANY),
            "8/11 would be right for a loss with half this curvature. The quadratic term of the "
            "parabola along g is ½η² gᵀHg: set it equal to η gᵀg.",
            matches=_near(8 / 11, 0.01),
        ),
        Misconception(
            "reads the curvature off the diagonal",
            (2 / 5, ANY),
            "2/5 is the limit for a step along the first axis, where the curvature is the entry 5. "
            "This step goes along g = H(0, 1). What is the curvature along that direction?",
            matches=_near(2 / 5, 0.01),
        ),
        Misconception(
            "thinks that one good step proves the step size",
            (4 / 11, "converges"),
            "The first number is right. For the second, take ten steps of 0.35 and split the error "
            "into its parts along the eigenvectors. Which part grows while the other one shrinks?",
        ),
        Misconception(
            "rounds too coarsely",
            (0.36, ANY),
            "That is close. Give the limit as a fraction or to four digits.",
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
    (np.array([[3.0, 1], [1, 2]]), np.array([1.0, 2.0]), 1e-6, 1_000_000),
)


def _right_for_few_steps(values):
    *few, _ = (_descend(*case) for case in _STARTS)
    return all(
        value.shape == right.shape and np.allclose(value, right)
        for value, right in zip(values[:-1], few, strict=True)
    )


_CLOSED_FORM = Exercise(
    id="4.2",
    prompt="Write descend(H, w0, eta, k): the point after k steps of gradient descent on ½wᵀHw. Use "
    "the eigenvectors, so that a million steps cost as much as one.",
    kinds=(Code("descend", _STARTS),),
    solution=_descend,
    praise="This is the point after k steps. Each coordinate along an eigenvector is multiplied by its "
    "own factor to the power k. With the eigenvectors, a million steps cost as much as one. A loop "
    "finds the same point, but it needs k products with H. For a million steps, "
    "np.linalg.matrix_power needs a few dozen matrix products.",
    misconceptions=(
        Misconception(
            "drops the sign of the factor",
            _absolute_inside,
            "The sizes are right, but some signs are not. A factor 1 − ηλ can be negative, and then "
            "the error changes sign at every step. Compare one step of your function with a step that "
            "you compute by hand.",
        ),
        Misconception(
            "does not change back to the original coordinates",
            _stays_in_eigenbasis,
            "These are the coordinates along the eigenvectors, and they are right. The question asks "
            "for w in the original coordinates: change back.",
        ),
        Misconception(
            "takes one long step instead of k short ones",
            _one_long_step,
            "This is one step of size kη. Each of the k steps starts where the last one ended, so each "
            "multiplies the error that is left. What do k equal factors give?",
        ),
        Misconception(
            "mixes up V and its transpose",
            _transposed,
            "The eigenvectors are the columns of V. Which of V and Vᵀ gives the coordinate of w along "
            "each column?",
        ),
        Misconception(
            "does not change to the coordinates along the eigenvectors",
            _never_into_eigenbasis,
            "You multiplied the entries of w0 by the factors. The factors belong to the coordinates "
            "along the eigenvectors. Change w0 into these coordinates first.",
        ),
        Misconception(
            "never changes the basis",
            _no_change_of_basis,
            "You multiplied the entries of w0 by the factors. That is right if H is diagonal with its "
            "eigenvalues in the order of your factors. For another H, the factors belong to the coordinates "
            "along the eigenvectors. Where does V come in?",
        ),
        Misconception(
            "uses V in both directions",
            _back_on_both_sides,
            "Both of your changes of coordinates use V. One of them is right: V turns coordinates along "
            "the eigenvectors into the entries of w. Which matrix turns the entries of w0 into these "
            "coordinates?",
        ),
        Misconception(
            "adds up the rows of V",
            _adds_up_rows,
            "The coordinates along the eigenvectors are right, and so are their factors. But you go back "
            "with the rows of V. Where in V does np.linalg.eigh put its eigenvectors?",
        ),
        Misconception(
            "goes uphill",
            _uphill,
            "This is the point after k steps along +∇f. Descent subtracts the gradient: look at the "
            "sign in the factor.",
        ),
        Misconception(
            "takes each entry to the power k",
            _entries_to_the_power,
            "In NumPy, A ** k takes each entry of A to the power k. That is the k-th power of a matrix "
            "only if it is diagonal. In which coordinates is I − ηH diagonal?",
        ),
        Misconception(
            "takes infinitely small steps",
            _flows,
            "The factor e^(−ηλk) is right for infinitely many, infinitely small steps. By what "
            "factor does one step of size η multiply a coordinate?",
        ),
        Misconception(
            "takes one step too many",
            _one_step_more,
            "This is the point after k + 1 steps. With k = 0 the function must return w0.",
        ),
        Misconception(
            "takes one step too few",
            _one_step_less,
            "This is the point after k − 1 steps. With k = 0 the function must return w0.",
        ),
        Misconception(
            "stops before a million steps",
            _stops_early,
            "Your function is right for a few steps, but not for a million. Does it stop earlier? With "
            "the eigenvectors there is no need for a loop.",
            matches=_right_for_few_steps,
        ),
        Misconception(
            "pairs values with the wrong vectors",
            _values_turned_round,
            "Each factor multiplies the part along the wrong eigenvector. np.linalg.eigh sorts the "
            "eigenvalues in ascending order, and column i of V belongs to eigenvalue i. Keep both in "
            "the same order.",
        ),
    ),
    hints=(
        "`lam, V = np.linalg.eigh(H)`; the coordinates of w0 along the columns of V are V.T @ w0.",
        "Each step multiplies coordinate i by 1 − ηλᵢ. What do k steps do?",
        "Go back with V @ (the new coordinates).",
    ),
)

_SADDLE = Exercise(
    id="4.5",
    prompt="An eigenvalue is λ = −0.4, the step size is 0.1, and you start 10⁻⁶ away from the saddle "
    "along that eigenvector. After how many steps has the distance grown to 1? If you start a hundred "
    "times closer, how many more steps does it take? Give three digits.",
    kinds=(Number(), Number()),
    solution=(352, 117),
    praise="The counts are ln 10⁶/ln 1.04 = 352.2 and ln 100/ln 1.04 = 117.4, rounded or not. The "
    "distance enters through its logarithm, so a start that is a hundred times closer always costs as "
    "many more steps, whatever the distance is.",
    misconceptions=(
        Misconception(
            "forgets η",
            (41, ANY),
            "41 steps are right for a factor of 1.4 per step. The factor is 1 − ηλ: put η into it.",
            matches=lambda first, more: 40 <= first <= 42,
        ),
        Misconception(
            "counts fewer steps for a closer start",
            (352, -117),
            "The size of the second number is right, but its sign says that the closer start needs fewer "
            "steps. If you start a hundred times closer to the saddle, does it take more steps or "
            "fewer to reach distance 1?",
            matches=lambda first, more: 351 <= first <= 354 and -118 <= more <= -117,
        ),
        Misconception(
            "takes λ to be positive",
            (338, ANY),
            "This count belongs to the factor 0.96, with which the distance shrinks. What is 1 − ηλ "
            "for λ = −0.4?",
            matches=lambda first, more: 337 <= abs(first) <= 340,
        ),
        Misconception(
            "takes the logarithm of the start",
            (-352, ANY),
            "The size is right. You took the logarithm of 10⁻⁶, and this logarithm is negative. By "
            "what factor does the distance grow on its way from 10⁻⁶ to 1?",
            matches=lambda first, more: -354 <= first <= -350,
        ),
        Misconception(
            "treats steps as continuous time",
            (345, ANY),
            "ln 10⁶/(η|λ|) is right in the limit of very small steps. Here one step multiplies "
            "the distance by exactly 1.04: use the logarithm of 1.04.",
            matches=lambda first, more: 344 <= first <= 347,
        ),
        Misconception(
            "counts in units of 1/(η|λ|)",
            (25, ANY),
            "After 1/(η|λ|) = 25 steps the distance has grown by a factor of about e. How many factors "
            "of e make a million?",
        ),
        Misconception(
            "mixes two logarithms",
            (153, ANY),
            "153 is log₁₀ 10⁶ divided by ln 1.04. Use the same logarithm in the numerator and the "
            "denominator.",
            matches=lambda first, more: 151.5 <= first <= 154.5,
        ),
        Misconception(
            "mixes two logarithms and rounds",
            (150, 50),
            "150 is log₁₀ 10⁶ divided by 0.04, and ln 1.04 is about 0.04. Use the same logarithm in the "
            "numerator and the denominator, and do not round 1.04 or its logarithm.",
            matches=lambda first, more: 149 <= first < 151.5,
        ),
        Misconception(
            "counts factors of e",
            (14, ANY),
            "ln 10⁶ = 13.8 is the number of factors of e in a million. One step multiplies the "
            "distance by 1.04: divide by the logarithm of 1.04.",
            matches=lambda first, more: 13.5 <= abs(first) <= 14.1,
        ),
        Misconception(
            "gives the total",
            (352, 470),
            "470 is the total from the closer start. How many more steps is that than before?",
        ),
        Misconception(
            "counts factors of 10 instead of steps",
            (352, 2),
            "The first number is right. 2 is the number of factors of 10 in 100. Each step "
            "multiplies the distance by 1.04. How many steps does it take to multiply it by 100?",
        ),
        Misconception(
            "counts one factor of 10 instead of two",
            (352, 59),
            "The first number is right. In 59 steps the distance grows by a factor of 10. A start a "
            "hundred times closer needs a factor of 100.",
            matches=lambda first, more: 58 <= more <= 59.5,
        ),
        Misconception(
            "counts four factors of 10 instead of two",
            (352, 235),
            "The first number is right. In 235 steps the distance grows by a factor of 10⁴. A start a "
            "hundred times closer needs a factor of 10².",
            matches=lambda first, more: 233 <= more <= 237,
        ),
        Misconception(
            "counts in proportion to 1/ε",
            (352, 35200),
            "Every step multiplies the distance by the same factor, so a start a hundred times closer "
            "costs a fixed number of extra steps. Which power of 1.04 is 100?",
            matches=lambda first, more: more > 5000,
        ),
    ),
    hints=(
        "In one step the distance y becomes (1 − ηλ)y, and λ is negative.",
        "1.04ᵏ = 10⁶: take logarithms.",
        "From 10⁻⁸ to 10⁻⁶ is a factor of 100.",
    ),
)

EXERCISES = (_ONE_STEP, _CLOSED_FORM, _SADDLE)
