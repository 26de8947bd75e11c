"""Exercises of lesson 04 on momentum, with the wrong answers that people give."""

from math import isclose

import numpy as np

from course_lib.lessons.lesson_04.experiments import COURSE_H
from course_lib.teaching import ANY, Code, Exercise, Misconception, Number, Vector


def _heavy_ball(gradient, w, eta, beta, steps):
    m = np.zeros(len(w))
    for _ in range(steps):
        m = beta * m - eta * gradient(w)
        w = w + m
    return np.asarray(w)


def _no_memory(gradient, w, eta, beta, steps):
    for _ in range(steps):
        w = w - eta * gradient(w)
    return np.asarray(w)


def _averaged(gradient, w, eta, beta, steps):
    m = np.zeros(len(w))
    for _ in range(steps):
        m = beta * m - (1 - beta) * eta * gradient(w)
        w = w + m
    return np.asarray(w)


def _one_move_less(gradient, w, eta, beta, steps):
    m = np.zeros(len(w))
    for _ in range(steps):
        w = w + m
        m = beta * m - eta * gradient(w)
    return np.asarray(w)


def _both_at_once(gradient, w, eta, beta, steps):
    m = np.zeros(len(w))
    for _ in range(steps):
        m, w = beta * m - eta * gradient(w), w + m
    return np.asarray(w)


def _stops_after_one(gradient, w, eta, beta, steps):
    m = np.zeros(len(w))
    for _ in range(steps):
        m = beta * m - eta * gradient(w)
        w = w + m
        return np.asarray(w)


def _all_points(gradient, w, eta, beta, steps):
    m, points = np.zeros(len(w)), [w]
    for _ in range(steps):
        m = beta * m - eta * gradient(w)
        w = w + m
        points.append(w)
    return np.array(points)


def _forgets_the_new(gradient, w, eta, beta, steps):
    m = np.zeros(len(w))
    for _ in range(steps):
        m = beta * (m - eta * gradient(w))
        w = w + m
    return np.asarray(w)


def _looks_ahead(gradient, w, eta, beta, steps):
    m = np.zeros(len(w))
    for _ in range(steps):
        m = beta * m - eta * gradient(w + beta * m)
        w = w + m
    return np.asarray(w)


def _climbs(gradient, w, eta, beta, steps):
    m = np.zeros(len(w))
    for _ in range(steps):
        m = beta * m + eta * gradient(w)
        w = w + m
    return np.asarray(w)


def _bowl(w):
    return COURSE_H @ w


def _bent(w):
    return np.array([w[0] ** 3, 2 * w[1]])


_PRICE = Exercise(
    id="4.3",
    prompt="The eigenvalues range from 1 to 400. How many steps does it take to shrink the error by "
    "a factor of a million? Answer first for gradient descent at its best fixed step, then for heavy "
    "ball at its best pair. Use the rate in the long run for both, and give three digits.",
    kinds=(Number(rtol=0.011), Number(rtol=0.011)),
    solution=(2763, 138),
    praise="The rates are 399/401 and 19/21, so the counts are about ½κ·ln 10⁶ and ½√κ·ln 10⁶. In "
    "practice heavy ball takes a few more steps, because its errors grow first.",
    misconceptions=(
        Misconception(
            "swaps the two",
            (138, 2763),
            "Both numbers are right. Which of the two methods needs fewer steps?",
        ),
        Misconception(
            "counts the steps for one digit",
            (461, 23),
            "This is the number of steps that shrink the error by a factor of 10. How many factors of 10 "
            "are in a million?",
            matches=lambda plain, ball: abs(plain - 460.5) < 5 or abs(ball - 23) < 0.3,
        ),
        Misconception(
            "takes a tenth of the first count",
            (2764, 277),
            "The first number is right. The second would be right if each step removed one part in √κ = "
            "20 of the error. How much is left after one step at the best pair?",
            matches=lambda plain, ball: abs(plain - 2763) < 30 and 274 < ball < 279,
        ),
        Misconception(
            "takes the step 1/λ₁",
            (5519, ANY),
            "5519 steps are right for η = 1/λ₁. That step is safe, but half as fast as the best one. "
            "Which step makes the factors at both ends of the spectrum equal?",
        ),
        Misconception(
            "mistakes the loss for the error",
            (1382, 69),
            "This is the number of steps that shrink the loss by a factor of a million. Each step "
            "multiplies the loss by the square of the rate. The question asks for the error.",
            matches=lambda plain, ball: abs(plain - 1382) < 16.6 or abs(ball - 69) < 0.83,
        ),
        Misconception(
            "thinks that momentum saves a constant factor",
            (2763, 1382),
            "The first number is right. The second would be right if momentum halved the count. In the "
            "rate of heavy ball √κ takes the place of κ: what is √400?",
        ),
        Misconception(
            "takes the root of the count",
            (2763, 53),
            "53 is the square root of the first count. Heavy ball has the square root of κ in its "
            "rate, not the square root of the count.",
        ),
        Misconception(
            "uses the usual Nesterov rate",
            (2763, 269),
            "269 steps are right for the rate 1 − 1/√κ of Nesterov's usual pair. The best pair of "
            "heavy ball has the rate (√κ−1)/(√κ+1).",
        ),
        Misconception(
            "mixes decimal and natural logarithms",
            (1200, 60),
            "Two kinds of logarithm are mixed here: ln 10⁶ = 13.8 goes with the ln of the rate, and 6 "
            "goes with log₁₀ of the rate.",
            matches=lambda plain, ball: abs(plain - 1200) < 14.4 or abs(ball - 60) < 0.72,
        ),
        Misconception(
            "counts six steps for each unit of κ",
            (2400, 120),
            "6κ and 6√κ are roughly right. They count κ or √κ steps for each of the six digits. The "
            "exact cost of a digit follows from the rate: solve rateᵏ = 10⁻⁶ for k.",
            matches=lambda plain, ball: abs(plain - 2400) < 26 or abs(ball - 120) < 1.3,
        ),
        Misconception(
            "rounds on the way",
            (2800, 140),
            "That is close: 7κ and 7√κ round ½ ln 10⁶ = 6.9 up to 7. Keep three digits.",
            matches=lambda plain, ball: abs(plain - 2800) < 5 or abs(ball - 140) < 0.4,
        ),
    ),
    hints=(
        "k steps multiply the error by rateᵏ, so k = ln 10⁶ / −ln(rate).",
        "The best fixed step has the rate (κ−1)/(κ+1) = 399/401.",
        "Heavy ball has the same formula with √κ = 20.",
    ),
)

_RUNS = (
    (_bowl, np.array([1.0, 1.0]), 0.05, 0.5, 4),
    (_bent, np.array([1.0, -1.0]), 0.2, 0.8, 6),
    (_bent, np.array([0.5, 2.0]), 0.1, 0.3, 1),
)
_WRITE_HEAVY_BALL = Exercise(
    id="4.4",
    prompt="Write heavy_ball(gradient, w, eta, beta, steps): m ← βm − η∇f(w), then w ← w + m, starting "
    "with m = 0. Return the last w.",
    kinds=(Code("heavy_ball", _RUNS),),
    solution=_heavy_ball,
    praise="The move m remembers old gradients: they add up along the flat direction and cancel along "
    "the stiff one. One caution about NumPy: w += m would also change the caller's array, but w = w + "
    "m does not.",
    misconceptions=(
        Misconception(
            "has no memory",
            _no_memory,
            "This is plain descent, which remembers nothing. The move m must survive from one step to "
            "the next. Create it before the loop, and keep the part βm of it at every step.",
        ),
        Misconception(
            "averages the gradients",
            _averaged,
            "With the factor 1 − β, m is a moving average of the gradients. That is heavy ball with "
            "the step size (1 − β)η. In this exercise the new gradient counts in full.",
        ),
        Misconception(
            "takes one move too few",
            _one_move_less,
            "This is the point after steps − 1 moves. Count how often w moves by an m that is not "
            "zero. Is m updated before w moves? Does the loop run `steps` times?",
        ),
        Misconception(
            "updates both at once",
            _both_at_once,
            "Here w moves by the m of the previous step, so every gradient arrives one step late. Update "
            "m first, and move by the new m.",
        ),
        Misconception(
            "returns inside the loop",
            _stops_after_one,
            "This is the point after one step, whatever `steps` is. Where does your function return?",
        ),
        Misconception(
            "returns all points",
            _all_points,
            "This returns several points. The question asks for the last one only.",
            matches=lambda values: all(value is not None and value.ndim == 2 for value in values),
        ),
        Misconception(
            "lets β shrink the new gradient as well",
            _forgets_the_new,
            "In your function β also multiplies the new gradient. That is heavy ball with the step "
            "size βη. Only the old move should be multiplied by β.",
        ),
        Misconception(
            "takes the gradient ahead of w",
            _looks_ahead,
            "This takes the gradient ahead of w, at w + βm, which is Nesterov's method. Heavy ball "
            "takes the gradient at w.",
        ),
        Misconception(
            "goes uphill",
            _climbs,
            "This moves along +∇f, up the slope. Look at the sign of the gradient.",
        ),
    ),
    hints=(
        "Start with m = np.zeros(len(w)) before the loop.",
        "In the loop, compute m = beta * m - eta * gradient(w) first. Then move w by m.",
    ),
)

_FACTORS = (0.6, 0.6, 0.8222)


def _mixed(part, value, rtol=0.011):
    """Return a test of one of the four parts of the mixed problem."""
    return lambda *parts: isclose(np.atleast_1d(parts[part])[-1], value, rel_tol=rtol)


_MIXED = Exercise(
    id="4.6",
    prompt="The eigenvalues are 10, 2 and 0.4, and you use heavy ball with β = 0.36. It converges if η "
    "is below a limit. What is this limit? With η = 0.25, by what factor is the size of the error "
    "multiplied per step in the long run? Give one factor for each eigenvector, in the order of the "
    "eigenvalues. By what factor is the loss multiplied per step in the long run? And what is the "
    "rate of the best pair of η and β?",
    kinds=(Number(), Vector(3, rtol=0.006), Number(), Number()),
    solution=(0.272, _FACTORS, 0.676, 2 / 3),
    praise="The limit is (2 + 2β)/10. For λ = 10 and λ = 2 the roots are complex, so both factors are "
    "√β = 0.6. For λ = 0.4 they are real, and the larger one is 0.822. The slowest direction decides, "
    "and the loss is multiplied by the square of its factor, 0.676. The best pair for κ = 25 "
    "has the rate 4/6.",
    misconceptions=(
        Misconception(
            "takes the limit without momentum",
            (0.2, ANY, ANY, ANY),
            "0.2 = 2/λ₁ is the limit without momentum. Where does a root reach −1 when β = 0.36?",
            matches=_mixed(0, 0.2),
        ),
        Misconception(
            "divides the limit by the effective step",
            (0.128, ANY, ANY, ANY),
            "0.128 treats momentum as a step that is 1/(1 − β) times longer. That is right for "
            "gradients that agree. At the limit the error changes sign at every step. Do the gradients "
            "agree there?",
            matches=_mixed(0, 0.128),
        ),
        Misconception(
            "gives the limit of ηλ",
            (2.72, ANY, ANY, ANY),
            "2.72 = 2 + 2β is the limit of the product ηλ. The question asks for the limit of η. Which "
            "eigenvalue reaches the limit first?",
            matches=_mixed(0, 2.72),
        ),
        Misconception(
            "mistakes the end of the circle for the limit",
            (0.256, ANY, ANY, ANY),
            "At ηλ = (1 + √β)² the roots meet at −√β, which is still inside the unit circle. Where "
            "does one of them reach −1?",
            matches=_mixed(0, 0.256),
        ),
        Misconception(
            "uses the limit of Nesterov's method",
            (0.158, ANY, ANY, ANY),
            "(2 + 2β)/(1 + 2β) is the limit of ηλ for Nesterov's method. Heavy ball has a different "
            "limit.",
            matches=_mixed(0, 0.272 / 1.72),
        ),
        Misconception(
            "takes the factors without momentum",
            (0.272, (1.5, 0.5, 0.9), ANY, ANY),
            "These are |1 − ηλ|, the factors without momentum. With momentum they are the sizes of the "
            "larger roots of z² − (1 + β − ηλ)z + β.",
            matches=lambda limit, factors, loss, rate: np.allclose(
                np.abs(factors), (1.5, 0.5, 0.9), rtol=0.01
            ),
        ),
        Misconception(
            "takes all roots to be complex",
            (0.272, (0.6, 0.6, 0.6), ANY, ANY),
            "√β = 0.6 is right where the roots are complex. Look at 1 + β − ηλ for λ = 0.4: is its "
            "square below 4β?",
            matches=lambda limit, factors, loss, rate: np.allclose(factors, 0.6, rtol=0.01),
        ),
        Misconception(
            "forgets to take the square root of β",
            (0.272, (0.36, 0.36, 0.8222), ANY, ANY),
            "β is the product of the two roots. When they are complex, both have the same size. What "
            "is this size?",
            matches=lambda limit, factors, loss, rate: np.allclose(factors[:2], 0.36, rtol=0.01),
        ),
        Misconception(
            "gives the factors in ascending order of the eigenvalues",
            (0.272, (0.8222, 0.6, 0.6), ANY, ANY),
            "These are the right three factors, but their order belongs to 0.4, 2, 10. The question asks "
            "for the order 10, 2, 0.4.",
            matches=lambda limit, factors, loss, rate: np.allclose(
                factors, _FACTORS[::-1], rtol=0.006
            ),
        ),
        Misconception(
            "takes the smaller root",
            (0.272, (0.6, 0.6, 0.4378), ANY, ANY),
            "The last number is the smaller of two real roots. Which of the two decides in the long "
            "run?",
            matches=_mixed(1, 0.4378),
        ),
        Misconception(
            "gives the factor of the error instead of that of the loss",
            (0.272, _FACTORS, 0.8222, ANY),
            "0.822 is the factor of the error along the slowest direction. The loss is quadratic in "
            "the error: what does that do to the factor?",
            matches=_mixed(2, 0.8222, 0.006),
        ),
        Misconception(
            "lets the fast directions decide",
            (0.272, _FACTORS, 0.36, ANY),
            "0.36 is the factor of the loss along v₁ and v₂. In the long run only the error "
            "along the slowest direction is left.",
        ),
        Misconception(
            "gives the best rate without momentum",
            (0.272, _FACTORS, 0.676, 24 / 26),
            "24/26 = (κ − 1)/(κ + 1) is the best rate without momentum. With heavy ball √κ takes the "
            "place of κ.",
            matches=_mixed(3, 24 / 26),
        ),
        Misconception(
            "gives the best β",
            (0.272, _FACTORS, 0.676, 4 / 9),
            "4/9 is the best β, the square of the best rate. What is the size of the complex roots?",
            matches=_mixed(3, 4 / 9),
        ),
    ),
    hints=(
        "A root reaches −1 where ηλ = 2 + 2β. Which eigenvalue gets there first?",
        "With η = 0.25, the three values of ηλ are 2.5, 0.5 and 0.1. The roots are complex between (1 "
        "− 0.6)² = 0.16 and (1 + 0.6)² = 2.56.",
        "For ηλ = 0.1 solve z² − 1.26z + 0.36 = 0 and take the larger root. The loss shrinks by the "
        "square of the largest factor.",
        "κ = 25, and the best rate of heavy ball is (√κ − 1)/(√κ + 1).",
    ),
)

EXERCISES = (_PRICE, _WRITE_HEAVY_BALL, _MIXED)
