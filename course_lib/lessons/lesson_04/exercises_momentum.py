"""Exercises of lesson 04 on momentum, with the wrong answers that people give."""

import numpy as np

from course_lib.lessons.lesson_04.experiments import COURSE_H
from course_lib.teaching import ANY, Code, Exercise, Misconception, Number


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
            matches=lambda plain, ball: abs(plain - 1382) < 16.6 or abs(ball - 69) < 0.83,
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
            matches=lambda plain, ball: abs(plain - 1200) < 14.4 or abs(ball - 60) < 0.72,
        ),
    ),
    hints=(
        "k steps multiply the error by rateᵏ: k = ln 10⁶ / −ln(rate).",
        "Best fixed step: (κ−1)/(κ+1) = 399/401.",
        "Heavy ball: the same formula with √κ = 20.",
    ),
)

_WALKS = (
    (_bowl, np.array([1.0, 1.0]), 0.05, 0.5, 4),
    (_bent, np.array([1.0, -1.0]), 0.2, 0.8, 6),
    (_bent, np.array([0.5, 2.0]), 0.1, 0.3, 1),
)
_WRITE_HEAVY_BALL = Exercise(
    id="4.4",
    prompt="Write heavy_ball(gradient, w, eta, beta, steps): v ← βv − η∇f(w), w ← w + v, from v = 0. "
    "Return the last w.",
    kinds=(Code("heavy_ball", _WALKS),),
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

EXERCISES = (_PRICE, _WRITE_HEAVY_BALL)
