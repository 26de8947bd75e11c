"""Exercises of lesson 03 on what the eigenvalues leave open, and on how many points there are."""

import numpy as np

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number, Vector

_STRICT, _TIES, _SADDLE = "strict minimum", "minimum with ties", "saddle"
_SORT = Choice((_STRICT, _TIES, _SADDLE))


def _member(part, answer, message, name):
    answers = tuple(answer if i == part else ANY for i in range(5))
    return Misconception(
        name, (*answers, ANY), message, matches=lambda *given: given[part] == answer
    )


_SILENT_ZOO = Exercise(
    id="3.4",
    prompt="At the origin, what are (a) x² + y⁶ (b) x² − y⁶ (c) x² + y⁵ (d) x²y² (e) y³ − 3x²y? And for "
    "how many of the five is the Hessian zero altogether?",
    kinds=(_SORT, _SORT, _SORT, _SORT, _SORT, Number()),
    solution=(_STRICT, _SADDLE, _SADDLE, _TIES, _SADDLE, 2),
    praise="The Hessian vanishes for (d) and (e). One of them is a minimum; the other is called a monkey "
    "saddle, and section 6 takes it apart.",
    misconceptions=(
        Misconception(
            "takes the lack of a minus for a minimum",
            (_STRICT, _STRICT, _STRICT, _STRICT, _STRICT, ANY),
            "No Hessian here has a negative eigenvalue, that is right. But the Hessian sees two "
            "derivatives only. Set x = 0 and look at the values along y.",
            matches=lambda *g: _SADDLE not in g[:5],
        ),
        _member(1, _STRICT, "(b) Set x = 0 and look at the values along y.", "skips the y axis"),
        _member(
            1,
            _TIES,
            "(b) At x = 0, y = 0.1: is the value equal to that at the origin, or lower?",
            "takes −y⁶ for level",
        ),
        _member(
            2,
            _STRICT,
            "(c) That would be right for x² + y⁶. Try y = −0.1.",
            "takes odd powers for even ones",
        ),
        _member(
            2,
            _TIES,
            "(c) Level would mean 0 everywhere along y. What is y⁵ at y = −0.1?",
            "takes odd powers for level",
        ),
        _member(3, _STRICT, "(d) What is its value along the x axis?", "overlooks the ties"),
        _member(
            3,
            _SADDLE,
            "(d) A saddle needs lower points nearby. Is x²y² negative anywhere? A minimum may have ties.",
            "counts strict minima only",
        ),
        _member(
            0,
            _TIES,
            "(a) Which other point has the value 0? Both terms would have to be 0 there.",
            "takes flat for level",
        ),
        _member(
            0,
            _SADDLE,
            "(a) Both terms are at least 0. Where could their sum be lower than 0?",
            "takes an undecided Hessian for a saddle",
        ),
        _member(4, _STRICT, "(e) Try x = 0, y = −0.1.", "takes a cubic for a minimum"),
        _member(
            4,
            _TIES,
            "(e) Level would mean 0 along some line, and lower nowhere. Try x = 0 and y = −0.1.",
            "takes a cubic for a valley",
        ),
        Misconception(
            "counts one vanishing Hessian only",
            (ANY, ANY, ANY, ANY, ANY, 1),
            "The five classes are right. For the count, differentiate (d) and (e) twice, and then put "
            "in 0.",
            matches=lambda *g: g[5] == 1,
        ),
        Misconception(
            "counts every Hessian with a zero eigenvalue",
            (ANY, ANY, ANY, ANY, ANY, 5),
            "The five classes are right. All five Hessians have a zero eigenvalue. How many of them "
            "hold nothing but zeros?",
            matches=lambda *g: g[5] in (3, 4, 5),
        ),
        Misconception(
            "takes a term for its curvature",
            (ANY, ANY, ANY, ANY, ANY, 0),
            "The five classes are right. The term x² leaves a 2 in the Hessian at 0. Does x²y² leave "
            "anything there?",
            matches=lambda *g: g[5] == 0,
        ),
    ),
    hints=(
        f'Possible answers: "{_STRICT}" (every point nearby is higher), "{_TIES}" (no point nearby is '
        f'lower, some are level), "{_SADDLE}" (some are lower and some are higher, as near as you like).',
        "Look along the axes: set x = 0, then y = 0, and take small steps to both sides.",
        "(d) is a square, so it is never negative. (e) is x³ − 3xy² with x and y exchanged.",
    ),
)

_TORUS = Exercise(
    id="3.5",
    prompt="A smooth periodic landscape in the plane has 5 minima and 4 maxima, none degenerate. How many "
    'saddles? Your search returns 5, 4 and just that many: is the list proven complete ("yes" or "no")?',
    kinds=(Number(), Choice(("yes", "no"))),
    solution=(9, "no"),
    praise="5 − 9 + 4 = 0. But if the search misses a minimum and a saddle, the sum is 0 as well. The "
    "sum can convict a list, it cannot acquit it.",
    misconceptions=(
        Misconception(
            "uses the formula of the sphere",
            (7, ANY),
            "That is right on a sphere, where minima − saddles + maxima = 2. A periodic landscape lives "
            "on a torus. What is the sum there?",
        ),
        Misconception(
            "uses the formula of the box",
            (8, ANY),
            "That is right in a box at whose edge the gradient points outward: there the sum is 1. Does "
            "a torus have an edge?",
        ),
        Misconception(
            "takes the sum for the number of saddles",
            (0, ANY),
            "0 is the value of the whole sum Σ(−1)^index. Put in the 5 minima and the 4 maxima: how many "
            "saddles bring the sum to 0?",
        ),
        Misconception(
            "expects a quarter each",
            (10, ANY),
            "Quarter, half, quarter is an average over random landscapes. For a single landscape one "
            "equation is exact. Put the counts into it.",
        ),
        Misconception(
            "expects as many saddles as minima or as maxima",
            (5, ANY),
            "There is a saddle between two minima, and there is one between two maxima. Put both counts "
            "into the sum.",
            matches=lambda n, _: n in (4, 5),
        ),
        Misconception(
            "takes the difference",
            (1, ANY),
            "1 is what minima and maxima differ by. With which sign do minima and maxima stand in the "
            "sum?",
        ),
        Misconception(
            "counts all points",
            (18, ANY),
            "18 would be all critical points together. How many of them are saddles?",
        ),
        Misconception(
            "takes the count for a certificate",
            (9, "yes"),
            "Nine is right. Now remove one minimum and one saddle from a complete list. What does the "
            "sum say?",
        ),
    ),
    hints=(
        "The index is 0 at a minimum, 1 at a saddle, 2 at a maximum. So (−1)^index is +1, −1, +1.",
        "On a torus the sum over all of them is 0.",
    ),
)


def _about(part, answer, message, name, matches=None):
    """Return a misconception about one of the five answers of the mixed problem."""
    given = tuple(answer if i == part else ANY for i in range(5))
    kept = None if matches is None else lambda *parts: matches(parts[part])
    return Misconception(name, given, message, matches=kept)


_MIXED = Exercise(
    id="3.6",
    prompt="f(x, y) = 3x⁴ − 4x³ + y² has two critical points. What does the Hessian say at (0, 0)? What "
    "are its eigenvalues at the other point, in descending order? What is (0, 0) really? How often does "
    "the gradient turn on a counter-clockwise walk around the edge of the box −3 ≤ x, y ≤ 3, and how "
    "often on a small walk around (0, 0)?",
    kinds=(
        Choice(("minimum", "maximum", "saddle", "undecided")),
        Vector(2),
        _SORT,
        Number(),
        Number(),
    ),
    solution=("undecided", (12.0, 2.0), _SADDLE, 1, 0),
    praise="Once around the box is 1 turn. The minimum at (1, 0) accounts for all of it, so 0 is left for "
    "the point that the Hessian could not name. A small tilt of the landscape either removes that point "
    "or splits it into a minimum and a saddle: 1 − 1 = 0.",
    misconceptions=(
        _about(
            0,
            "minimum",
            "That would be right if both eigenvalues were positive at (0, 0). One of them is 2. What is "
            "the other?",
            "takes a zero for the sign of the other eigenvalue",
        ),
        _about(
            0,
            "saddle",
            "The question is what the Hessian says. Its eigenvalues at (0, 0) are 2 and one more. Can "
            "these two prove a saddle?",
            "takes what the point is for what the Hessian says",
        ),
        _about(
            0,
            "maximum",
            "Along y the function is y² at (0, 0). Can that point be a maximum?",
            "overlooks the direction that rises",
        ),
        _about(
            1,
            (2.0, 12.0),
            "The numbers are right. This course sorts descending.",
            "sorts ascending",
        ),
        _about(
            1,
            (2.0, 0.0),
            "Those are the eigenvalues at (0, 0). Where else is 12x³ − 12x² equal to 0?",
            "stays at the origin",
            lambda lam: np.allclose(np.sort(lam), (0, 2)),
        ),
        _about(
            1,
            (12.0, 0.0),
            "12 is right. The other eigenvalue belongs to the y axis: what does y² contribute?",
            "forgets the second weight",
            lambda lam: np.allclose(np.sort(lam), (0, 12)),
        ),
        _about(
            1,
            (36.0, 2.0),
            "That is the second derivative of 3x⁴ alone. The term −4x³ bends the landscape, too.",
            "forgets the cubic term",
        ),
        _about(
            1,
            (60.0, 2.0),
            "The cubic term stands in f with a minus. Which sign does its second derivative have at x = 1?",
            "loses a sign",
        ),
        _about(
            1,
            (6.0, 1.0),
            "Those are the coefficients of the quadratic model, with its ½. The Hessian holds the second "
            "derivatives themselves.",
            "puts the ½ of the model into the Hessian",
        ),
        _about(
            2,
            _STRICT,
            "At (0, 0) f is 0. Set y = 0 and x = 0.1: is f above 0 there?",
            "stops at the even powers",
        ),
        _about(
            2,
            _TIES,
            "Ties would be other points with f = 0 and none lower. Set y = 0 and x = 0.1.",
            "takes the flat direction for level",
        ),
        _about(
            3,
            2,
            "2 is the number of critical points. Each counts with the turns of the gradient around it. "
            "Which way does the gradient point on the four sides of the box?",
            "counts the points",
        ),
        _about(
            3,
            0,
            "That is right on a torus, where opposite sides cancel. Which way does the gradient point on "
            "the four sides of this box?",
            "takes the sum of the torus",
        ),
        _about(
            3,
            -1,
            "The gradient turns backwards around a saddle. On the edge of this box it points outward on "
            "all four sides: draw the four arrows in order.",
            "takes the sense of a saddle",
        ),
        _about(
            4,
            -1,
            "That is right for a saddle that the Hessian can see. Here use the edge: the turns around "
            "both points must add up to those around the box.",
            "takes every saddle for one of index 1",
        ),
        _about(
            4,
            1,
            "That is right for a minimum. The turns around both points must add up to those around the "
            "box. How many are left?",
            "counts the degenerate point as a minimum",
        ),
        _about(
            4,
            -2,
            "That is the monkey saddle. Near (0, 0) the first component of this gradient is about −12x², "
            "so it is never positive. Can the arrow turn all the way round?",
            "takes every degenerate point for a monkey saddle",
        ),
    ),
    hints=(
        "∇f = (12x³ − 12x², 2y), and H = diag(36x² − 24x, 2).",
        "For what (0, 0) really is, set y = 0 and look at f on both sides of x = 0.",
        "On each side of the box, find out which way the gradient points. Then: the turns around the edge "
        "are the sum of the turns around the two points.",
    ),
)

EXERCISES = (_SILENT_ZOO, _TORUS, _MIXED)
