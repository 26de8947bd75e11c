"""Exercise 1.6: curvature from values of f alone, and the functions that people write for it."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception

# At 0, x⁴ gives 2h² and so tells the step that was used; x³ gives 0 unless one side is preferred.
_CASES = (
    (lambda w: np.exp(w[0] + 2 * w[1]), np.zeros(2), np.array([3.0, 4.0])),
    (lambda w: w[1] * np.cos(w[0]), np.array([1.0, 2.0]), np.array([1.0, -1.0])),
    (lambda w: w[0] ** 2 + 3 * w[1] ** 2, np.zeros(2), np.array([0.0, 2.0])),
    (lambda w: w[0] ** 4, np.zeros(2), np.array([1.0, 0.0])),
    (lambda w: w[0] ** 3, np.zeros(2), np.array([1.0, 0.0])),
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


def _one_sided(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(w + 2 * h * u) - 2 * f(w + h * u) + f(w)) / h**2


def _forward_over_square(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - f(w)) / h**2


def _from_the_origin(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(h * u) - 2 * f(0 * u) + f(-h * u)) / h**2


def _divided_by_the_squared_length(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - 2 * f(w) + f(w - h * u)) / (h**2 * (v @ v))


def _turned_round(f, w, v, h=1e-4):
    u = v / np.linalg.norm(v)
    return (2 * f(w) - f(w + h * u) - f(w - h * u)) / h**2


def _tiny_step(f, w, v, h=1e-8):
    u = v / np.linalg.norm(v)
    return (f(w + h * u) - 2 * f(w) + f(w - h * u)) / h**2


def _far_too_tiny_step(f, w, v, h=1e-12):
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


def _lopsided(values):
    """Return whether x³ at 0 is said to bend: then one side was looked at more than the other."""
    return abs(float(np.mean(values[4]))) > 1e-3 * _step_used(values)


def _judge(values):
    return bool(np.allclose(_ratios(values), 1, rtol=3e-4)) and not _lopsided(values)


def _is_one_sided(values):
    near = np.allclose(_ratios(values), 1, rtol=0.3)
    return bool(near and _lopsided(values) and _exact_on_the_quadratic(values))


def _adds_the_middle_once(values):
    """Return whether each value holds f(w)/h² too much; f(w) is 1 and 2cos(1) in the first two."""
    h2 = abs(float(np.mean(values[3]))) / 2
    found = np.array([float(np.mean(value)) for value in values[:2]]) * h2
    return bool(h2 > 0 and np.allclose(found, (1, 2 * np.cos(1)), rtol=1e-3))


def _is_forward_over_square(values):
    """Return whether it is the slope once more divided by h; x⁴ at 0 then gives h²."""
    h = abs(float(np.mean(values[3]))) ** 0.5
    return h > 0 and bool(np.allclose(_ratios(values)[:2] * _TRUTH[:2] * h, _SLOPES[:2], rtol=0.02))


def _exact_on_the_quadratic(values):
    return abs(_ratios(values)[2] - 1) < 1e-3


_WITHOUT_H = Exercise(
    id="1.6",
    prompt="Write curvature(f, w, v): the curvature of f at w along the direction of v, by a central second "
    "difference.",
    kinds=(Code("curvature", _CASES, judge=_judge),),
    solution=_curvature,
    praise="Three values of f are enough in any number of dimensions, and you never form a matrix.",
    misconceptions=(
        Misconception(
            "does not scale v to length 1",
            _not_normalised,
            "The result is too large by the squared length of v. Multiply v by 10: what should happen to "
            "the result, and what does happen?",
            matches=_is(_LENGTHS**2),
        ),
        Misconception(
            "scales by the length once",
            _normalised_once,
            "The result is too large by the length of v. Make v a unit vector before you walk along it.",
            matches=_is(_LENGTHS),
        ),
        Misconception(
            "also divides by the squared length",
            _divided_by_the_squared_length,
            "The result is too small by the squared length of v. Dividing by vᵀv is right if you walk along "
            "v itself. Along a unit vector, how long is one step?",
            matches=_is(1 / _LENGTHS**2),
        ),
        Misconception(
            "divides by h once",
            _divides_once,
            "The result is far too small, by a factor of about h. Each slope is a difference of values "
            "divided by h. The change of the slope is divided by h once more.",
            matches=lambda v: (
                0 < np.abs(_ratios(v)).max() < 0.05 and np.ptp(_ratios(v)) < 0.1 * _ratios(v).max()
            ),
        ),
        Misconception(
            "takes a first difference",
            _first_difference,
            "That is the slope along v, from two points. Which third point tells you whether the slope "
            "changes?",
            matches=lambda v: bool(np.allclose(_ratios(v) * _TRUTH, _SLOPES, rtol=0.02, atol=1e-2)),
        ),
        Misconception(
            "divides a forward difference by h²",
            _forward_over_square,
            "That is the slope along v, divided by h once more. Two points cannot show how the slope "
            "changes. Which third point would show it?",
            matches=_is_forward_over_square,
        ),
        Misconception(
            "takes the middle point once",
            _middle_once,
            "The result is too large by f(w)/h². For a constant f the three terms must cancel. How many "
            "times must f(w) be subtracted?",
            matches=_adds_the_middle_once,
        ),
        Misconception(
            "looks at one side only",
            _one_sided,
            "Your three points are not symmetric about w, so the result is the curvature at a point a "
            "little to one side of w. The error is proportional to h. Place the points so that the result "
            "for x³ at 0 is 0.",
            matches=_is_one_sided,
        ),
        Misconception(
            "measures at the origin",
            _from_the_origin,
            "That is the curvature at the origin, which is right only if w is 0. Where do your three "
            "points lie if w is (1, 2)?",
            matches=_is((1, 0, 1)),
        ),
        Misconception(
            "takes the wrong width",
            _wide,
            "The result is off by the same factor everywhere, and the factor is a power of 2. The outer "
            "points must lie at the distance h from w, one on either side. What do you divide by?",
            matches=lambda v: any(_is(factor)(v) for factor in (0.25, 0.5, 2, 4)),
        ),
        Misconception(
            "turns the sign round",
            _turned_round,
            "The size is right, but the sign is wrong. For a bowl the curvature must be positive. Try "
            "f(x) = x².",
            matches=_is(-1),
        ),
        Misconception(
            "takes too small a step",
            _tiny_step,
            "The formula is right and the step is too small: rounding errors swamp the difference. Try "
            "your function on eˣ with an h that is a few powers of ten larger.",
            matches=lambda v: _exact_on_the_quadratic(v) and 1e-10 < _step_used(v) < 3e-6,
        ),
        Misconception(
            "takes a step of 1e-12",
            _far_too_tiny_step,
            "The formula is right, but at this step the rounding errors are larger than the difference "
            "itself. Print your result for eˣ with the steps 1e-12, 1e-9, 1e-6 and 1e-3: which one is best?",
            matches=lambda v: _exact_on_the_quadratic(v) and _step_used(v) < 1e-10,
        ),
        Misconception(
            "takes too large a step",
            _large_step,
            "The formula is right and the step is too large: the fourth derivative of f has an effect on "
            "the result. Make h smaller, but not too small.",
            matches=lambda v: _exact_on_the_quadratic(v) and _step_used(v) > 1e-2,
        ),
    ),
    hints=(
        "Make a unit vector first: `u = v / np.linalg.norm(v)`.",
        "You need f at three points: at w, at a small distance forward along u, and at the same distance "
        "backward.",
        "Add the forward value and the backward value, and subtract the middle value twice. The result is "
        "about h² times the curvature. A good step is h = 1e-4.",
    ),
)

EXERCISES = (_WITHOUT_H,)
