"""Exercise 1.6: curvature from values of f alone, and the functions that people write for it."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception

# The last function, x⁴ at 0, gives 2h² away and so tells the step that was used.
_CASES = (
    (lambda w: np.exp(w[0] + 2 * w[1]), np.zeros(2), np.array([3.0, 4.0])),
    (lambda w: w[1] * np.cos(w[0]), np.array([1.0, 2.0]), np.array([1.0, -1.0])),
    (lambda w: w[0] ** 2 + 3 * w[1] ** 2, np.zeros(2), np.array([0.0, 2.0])),
    (lambda w: w[0] ** 4, np.zeros(2), np.array([1.0, 0.0])),
)
_LENGTHS = np.array([5.0, 2**0.5, 2.0])
_SLOPES = np.array([11 / 5, (-2 * np.sin(1.0) - np.cos(1.0)) / 2**0.5, 0.0])
_TRUTH = np.array([(11 / 5) ** 2, (-2 * np.cos(1.0) + 2 * np.sin(1.0)) / 2, 6.0])


def _curvature(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - 2 * f(w) + f(w - h * u)) / h**2


def _not_normalised(f, w, v, h=1e-4):
    return (f(w + h * v) - 2 * f(w) + f(w - h * v)) / h**2


def _normalised_once(f, w, v, h=1e-4):
    return (f(w + h * v) - 2 * f(w) + f(w - h * v)) / h**2 / np.linalg.norm(v)


def _divides_once(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - 2 * f(w) + f(w - h * u)) / h


def _first_difference(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - f(w - h * u)) / (2 * h)


def _middle_once(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - f(w) + f(w - h * u)) / h**2


def _wide(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - 2 * f(w) + f(w - h * u)) / (2 * h) ** 2


def _turned_round(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (2 * f(w) - f(w + h * u) - f(w - h * u)) / h**2


def _tiny_step(f, w, v, h=1e-8):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - 2 * f(w) + f(w - h * u)) / h**2


def _large_step(f, w, v, h=0.1):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - 2 * f(w) + f(w - h * u)) / h**2


def _ratios(values):
    """Return what was found, in units of the truth, for the first three functions."""
    return np.array([float(np.mean(v)) for v in values[:3]]) / _TRUTH


def _is(expected, rtol=0.02):
    return lambda values: bool(np.allclose(_ratios(values), expected, rtol=rtol, atol=1e-3))


def _step_used(values):
    return float(np.sqrt(abs(np.mean(values[3])) / 2))


def _exact_on_the_quadratic(values):
    return abs(_ratios(values)[2] - 1) < 1e-3


_WITHOUT_H = Exercise(
    id="1.6",
    prompt="Write curvature(f, w, v): the curvature of f at w along the direction of v, by a central second "
    "difference.",
    kinds=(Code("curvature", _CASES, judge=lambda v: bool(np.allclose(_ratios(v), 1, rtol=3e-4))),),
    solution=_curvature,
    praise="Three values of f, in any number of dimensions, and no matrix anywhere.",
    misconceptions=(
        Misconception(
            "does not normalise",
            _not_normalised,
            "Too large by the squared length of v. What should happen if somebody passes ten times v, and "
            "what does happen?",
            matches=_is(_LENGTHS**2),
        ),
        Misconception(
            "normalises once",
            _normalised_once,
            "Still too large, by the length of v. Make v a unit vector before you walk along it.",
            matches=_is(_LENGTHS),
        ),
        Misconception(
            "divides by h once",
            _divides_once,
            "Far too small. A difference of differences needs h twice: once for each.",
            matches=lambda v: (
                0 < np.abs(_ratios(v)).max() < 0.05 and np.ptp(_ratios(v)) < 0.1 * _ratios(v).max()
            ),
        ),
        Misconception(
            "takes a first difference",
            _first_difference,
            "That is the slope along v. Which third point tells you whether the slope changes?",
            matches=lambda v: bool(np.allclose(_ratios(v) * _TRUTH, _SLOPES, rtol=0.02, atol=1e-2)),
        ),
        Misconception(
            "takes the middle point once",
            _middle_once,
            "Huge. For a constant f the three terms must cancel: how often does f(w) have to be taken off?",
            matches=lambda v: np.abs(_ratios(v)).max() > 1e3,
        ),
        Misconception(
            "takes the wrong width",
            _wide,
            "Off by one factor everywhere, a power of 2. The outer points lie one h away from w, on "
            "either side: what do you divide by?",
            matches=lambda v: any(_is(factor)(v) for factor in (0.25, 0.5, 2, 4)),
        ),
        Misconception(
            "turns the sign round",
            _turned_round,
            "The size is right and the sign is not: a bowl must come out positive. Try f(x) = x².",
            matches=_is(-1),
        ),
        Misconception(
            "takes too small a step",
            _tiny_step,
            "The formula is right and the step too small: the differences drown in rounding. Try it on eˣ "
            "with h a few powers of ten larger.",
            matches=lambda v: _exact_on_the_quadratic(v) and _step_used(v) < 3e-6,
        ),
        Misconception(
            "takes too large a step",
            _large_step,
            "The formula is right and the step so large that the fourth derivative shows. Make h smaller, "
            "but not too small.",
            matches=lambda v: _exact_on_the_quadratic(v) and _step_used(v) > 1e-2,
        ),
    ),
    hints=(
        "Make a unit vector first: `u = v / np.linalg.norm(v)`.",
        "You need f at three points: w, a little forward along u, and as far backward.",
        "Forward plus backward minus twice the middle is about h² times the curvature. A step of 1e-4 "
        "serves.",
    ),
)

EXERCISES = (_WITHOUT_H,)
