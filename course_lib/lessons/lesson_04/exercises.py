"""Exercises of lesson 04, with the wrong answers that people give."""

import numpy as np

from course_lib.lessons.lesson_04.predictions import PREDICTIONS
from course_lib.teaching import ANY, Choice, Code, Exercise, Misconception, Number

COURSE_H = np.array([[4.0, 4.0], [4.0, 16.0]])
SADDLE_H = np.array([[1.0, 2.0], [2.0, 1.0]])


def _near(value, rtol=0.012):
    return lambda x: abs(x - value) < rtol * abs(value)


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


def _heavy_ball(gradient, w, eta, beta, steps):
    v = np.zeros(len(w))
    for _ in range(steps):
        v = beta * v - eta * gradient(w)
        w = w + v
    return np.asarray(w)


def _no_memory(gradient, w, eta, beta, steps):
    for _ in range(steps):
        w = w - eta * gradient(w)
    return np.asarray(w)


def _averaged(gradient, w, eta, beta, steps):
    v = np.zeros(len(w))
    for _ in range(steps):
        v = beta * v - (1 - beta) * eta * gradient(w)
        w = w + v
    return np.asarray(w)


def _old_velocity(gradient, w, eta, beta, steps):
    v = np.zeros(len(w))
    for _ in range(steps):
        w = w + v
        v = beta * v - eta * gradient(w)
    return np.asarray(w)


def _looks_ahead(gradient, w, eta, beta, steps):
    v = np.zeros(len(w))
    for _ in range(steps):
        v = beta * v - eta * gradient(w + beta * v)
        w = w + v
    return np.asarray(w)


def _climbs(gradient, w, eta, beta, steps):
    v = np.zeros(len(w))
    for _ in range(steps):
        v = beta * v + eta * gradient(w)
        w = w + v
    return np.asarray(w)


def _bowl(w):
    return COURSE_H @ w


def _bent(w):
    return np.array([w[0] ** 3, 2 * w[1]])


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
            matches=lambda eta, word: _near(1 / 3, 0.02)(eta),
        ),
        Misconception(
            "takes the best step for the largest",
            (2 / 11, ANY),
            "That one lowers the loss most: it goes to the bottom of the parabola along g. How far may you "
            "go until you are as high as before?",
            matches=lambda eta, word: _near(2 / 11, 0.02)(eta),
        ),
        Misconception(
            "does not normalise",
            (2 / 44, ANY),
            "gᵀHg = 44 belongs to a g of length √8. The curvature along its direction divides by gᵀg.",
            matches=lambda eta, word: _near(2 / 44, 0.02)(eta),
        ),
        Misconception(
            "turns the fraction upside down",
            (11.0, ANY),
            "That has the unit of a curvature. A step size is two over a curvature.",
            matches=lambda eta, word: _near(11.0)(eta) or _near(5.5)(eta),
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

_CLOSED_FORM = Exercise(
    id="4.2",
    prompt="Write descend(H, w0, eta, k): the point after k steps of descent on ½wᵀHw, without a loop, "
    "through the eigenvectors.",
    kinds=(
        Code(
            "descend",
            (
                (COURSE_H, np.array([1.0, 1.0]), 0.1, 3),
                (COURSE_H, np.array([2.0, -1.0]), 0.11, 4),
                (SADDLE_H, np.array([0.5, 0.2]), 0.3, 5),
                (np.array([[3.0, 1, 0], [1, 2, 1], [0, 1, 5]]), np.array([1.0, 0.0, 2.0]), 0.35, 3),
            ),
        ),
    ),
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

_PRICE = Exercise(
    id="4.3",
    prompt="Eigenvalues between 1 and 400. How many steps shrink the error by a million: descent with its "
    "best fixed step; heavy ball at its best pair, by its rate in the long run?",
    kinds=(Number(rtol=0.011), Number(rtol=0.011)),
    solution=(2763, 138),
    praise="Rates 399/401 and 19/21: about ½κ·ln 10⁶ steps against ½√κ·ln 10⁶. In practice heavy ball "
    "takes some more, for its errors grow first.",
    misconceptions=(
        Misconception(
            "takes the step 1/λ₁",
            (5519, ANY),
            "That is the count for η = 1/λ₁: safe, and half as fast. Which step balances both ends of the "
            "spectrum?",
        ),
        Misconception(
            "takes the loss for the error",
            (1382, 69),
            "That is when the loss is down by a million: it shrinks by the square of the rate. The "
            "question asks for the error.",
            matches=lambda plain, ball: _near(1382)(plain) or _near(69)(ball),
        ),
        Misconception(
            "thinks that momentum saves a constant",
            (2763, 1382),
            "More than a factor 2. In the rate √κ takes the place of κ: what is √400?",
        ),
        Misconception(
            "takes the root of the count",
            (2763, 53),
            "You took the root of the number of steps. The root belongs to κ, inside the rate.",
        ),
        Misconception(
            "uses the usual Nesterov rate",
            (2763, 269),
            "That is the count for 1 − 1/√κ, Nesterov's usual pair. Heavy ball at its best has the rate "
            "(√κ−1)/(√κ+1).",
        ),
        Misconception(
            "takes decimal logarithms for one of the two",
            (1200, 60),
            "You have mixed logarithms: ln 10⁶ = 13.8 goes with ln of the rate, 6 with log₁₀ of it.",
            matches=lambda plain, ball: _near(1200)(plain) or _near(60)(ball),
        ),
    ),
    hints=(
        "k steps multiply the error by rateᵏ: k = ln 10⁶ / −ln(rate).",
        "Best fixed step: (κ−1)/(κ+1) = 399/401.",
        "Heavy ball: the same formula with √κ = 20.",
    ),
)

_WRITE_HEAVY_BALL = Exercise(
    id="4.4",
    prompt="Write heavy_ball(gradient, w, eta, beta, steps): v ← βv − η∇f(w), w ← w + v, from v = 0. "
    "Return the last w.",
    kinds=(
        Code(
            "heavy_ball",
            (
                (_bowl, np.array([1.0, 1.0]), 0.05, 0.5, 4),
                (_bent, np.array([1.0, -1.0]), 0.2, 0.8, 6),
                (_bent, np.array([0.5, 2.0]), 0.1, 0.3, 1),
            ),
        ),
    ),
    solution=_heavy_ball,
    praise="Four lines. A velocity remembers old gradients: along the flat direction they add up, along "
    "the stiff one they cancel.",
    misconceptions=(
        Misconception(
            "has no memory",
            _no_memory,
            "That is plain descent: nothing is remembered. The velocity must live on from step to step, so "
            "it is made before the loop, and β keeps a part of it.",
        ),
        Misconception(
            "averages the gradients",
            _averaged,
            "With the factor 1 − β this is a moving average: the same walk with a step size that is 1 − β "
            "times as long. Here the new gradient counts in full.",
        ),
        Misconception(
            "moves before it updates the velocity",
            _old_velocity,
            "You move with the old velocity: the first step goes nowhere. Update v first, then move.",
        ),
        Misconception(
            "looks ahead",
            _looks_ahead,
            "You took the gradient ahead of w, at w + βv. That is Nesterov's walk; heavy ball looks where "
            "it stands.",
        ),
        Misconception(
            "walks uphill",
            _climbs,
            "The velocity points up the slope. Mind the sign of the gradient.",
        ),
    ),
    hints=(
        "Start with v = np.zeros(len(w)) before the loop.",
        "In the loop: first v = beta * v - eta * gradient(w), then the move.",
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
            "swaps the two",
            (12, 8),
            "Right numbers, the other way round: momentum comes second.",
        ),
    ),
    hints=(
        "Plain descent along v₁ multiplies by 1 − ηλ₁. At which λ₁ is this −1?",
        "For heavy ball the limit of ηλ is 2 + 2β.",
    ),
)

EXERCISES = {
    e.id: e for e in (_ONE_STEP, _CLOSED_FORM, _PRICE, _WRITE_HEAVY_BALL, _SADDLE, _SETTLE)
}

__all__ = ["EXERCISES", "PREDICTIONS"]
