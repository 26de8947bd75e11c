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
    prompt="What kind of point is the origin for (a) x² + y⁶ (b) x² − y⁶ (c) x² + y⁵ (d) x²y² "
    "(e) y³ − 3x²y? And for how many of the five functions is the whole Hessian zero at the origin?",
    kinds=(_SORT, _SORT, _SORT, _SORT, _SORT, Number()),
    solution=(_STRICT, _SADDLE, _SADDLE, _TIES, _SADDLE, 2),
    praise="The whole Hessian is zero for (d) and (e), and yet (d) has a minimum and (e) has a "
    "saddle. The saddle of (e) is called a monkey saddle, and section 6 returns to it.",
    misconceptions=(
        Misconception(
            "thinks that no negative eigenvalue means a minimum",
            (_STRICT, _STRICT, _STRICT, _STRICT, _STRICT, ANY),
            "You are right that no Hessian here has a negative eigenvalue. But the Hessian holds "
            "only the second derivatives. Set x = 0 and look at the values along y.",
            matches=lambda *g: _SADDLE not in g[:5],
        ),
        _member(1, _STRICT, "(b) Set x = 0 and look at the values along y.", "skips the y axis"),
        _member(
            1,
            _TIES,
            "(b) Compute the value at x = 0, y = 0.1. Is it equal to the value at the origin, or "
            "lower?",
            "thinks that −y⁶ stays level",
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
            "(c) For ties, some nearby points must have the value 0, and none may be lower. What "
            "is y⁵ at y = −0.1?",
            "thinks that odd powers stay level",
        ),
        _member(
            3,
            _STRICT,
            "(d) What is the value of x²y² at the points of the x axis?",
            "overlooks the ties",
        ),
        _member(
            3,
            _SADDLE,
            "(d) A saddle needs lower points nearby. Is x²y² negative anywhere? A minimum may have ties.",
            "counts strict minima only",
        ),
        _member(
            0,
            _TIES,
            "(a) For ties, another nearby point must have the value 0. Then both terms must be 0 "
            "there. Is there such a point?",
            "thinks that flat means level",
        ),
        _member(
            0,
            _SADDLE,
            "(a) Both terms are at least 0. Can their sum be below 0 anywhere?",
            "takes an undecided Hessian for a saddle",
        ),
        _member(
            4, _STRICT, "(e) What is the value at x = 0, y = −0.1?", "takes a cubic for a minimum"
        ),
        _member(
            4,
            _TIES,
            "(e) For ties, no nearby point may be lower than the origin. Try x = 0 and y = −0.1.",
            "takes a cubic for a valley",
        ),
        Misconception(
            "counts one vanishing Hessian only",
            (ANY, ANY, ANY, ANY, ANY, 1),
            "The five classes are right. For the count, differentiate (d) and (e) twice, and "
            "then set x = 0 and y = 0.",
            matches=lambda *g: g[5] == 1,
        ),
        Misconception(
            "counts every Hessian with a zero eigenvalue",
            (ANY, ANY, ANY, ANY, ANY, 5),
            "The five classes are right. All five Hessians have a zero eigenvalue. How many of "
            "them have only zero entries?",
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
        f'lower, and some have the same height), "{_SADDLE}" (some points are lower and some are '
        "higher, however close you look).",
        "Look along the axes. First set x = 0 and take small steps in y in both directions. Then "
        "set y = 0 and do the same in x.",
        "(d) is a square, so it is never negative. (e) is x³ − 3xy² with x and y swapped.",
    ),
)

_TORUS = Exercise(
    id="3.5",
    prompt="A smooth periodic landscape in the plane has 5 minima and 4 maxima in one period, "
    "and no critical point is degenerate. How many saddles does it have? Your search returns 5 "
    "minima, 4 maxima and exactly this number of saddles. Does that prove that the list is "
    'complete ("yes" or "no")?',
    kinds=(Number(), Choice(("yes", "no"))),
    solution=(9, "no"),
    praise="5 − 9 + 4 = 0. But if the search misses one minimum and one saddle, the sum is 0 as "
    "well. So a wrong sum proves that points are missing, and a right sum does not prove that "
    "the list is complete.",
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
            "That is right in a box where the gradient points outward along the whole edge: there "
            "the sum is 1. Does a torus have an edge?",
        ),
        Misconception(
            "takes the sum for the number of saddles",
            (0, ANY),
            "0 is the value of the whole sum Σ(−1)^index. Put the 5 minima and the 4 maxima into "
            "it. How many saddles make the sum 0?",
        ),
        Misconception(
            "expects a quarter each",
            (10, ANY),
            "With 10 saddles, about a quarter of the points would be minima, half would be saddles "
            "and a quarter would be maxima. Those shares are averages over many random "
            "landscapes. For a single landscape the equation Σ(−1)^index = 0 is exact. Put the "
            "counts into it.",
        ),
        Misconception(
            "expects as many saddles as minima or as maxima",
            (5, ANY),
            "That would be right if only the minima counted, or only the maxima. Both appear "
            "in the sum, so put both counts into it.",
            matches=lambda n, _: n in (4, 5),
        ),
        Misconception(
            "takes the difference",
            (1, ANY),
            "1 is the difference between the number of minima and the number of maxima. Which "
            "sign do minima have in the sum, and which sign do maxima have?",
        ),
        Misconception(
            "counts all points",
            (18, ANY),
            "18 is the number of all critical points together. How many of them are saddles?",
        ),
        Misconception(
            "thinks that the count proves the list complete",
            (9, "yes"),
            "Nine is right. Now remove one minimum and one saddle from a complete list. What does the "
            "sum say?",
        ),
    ),
    hints=(
        "The index is 0 at a minimum, 1 at a saddle and 2 at a maximum. So (−1)^index is +1 at a "
        "minimum, −1 at a saddle and +1 at a maximum.",
        "On a torus the sum over all critical points is 0.",
    ),
)


def _about(part, answer, message, name, matches=None):
    """Return a misconception about one of the five answers of the mixed problem."""
    given = tuple(answer if i == part else ANY for i in range(5))
    kept = None if matches is None else lambda *parts: matches(parts[part])
    return Misconception(name, given, message, matches=kept)


_MIXED = Exercise(
    id="3.6",
    prompt="f(x, y) = 3x⁴ − 4x³ + y² has two critical points. What does the Hessian say at (0, "
    "0)? What are its eigenvalues at the other point, in descending order? What is (0, 0) "
    "really? How many turns does the gradient make on a counter-clockwise walk along the edge of "
    "the box −3 ≤ x, y ≤ 3? How many turns does it make on a small counter-clockwise walk around "
    "(0, 0)?",
    kinds=(
        Choice(("minimum", "maximum", "saddle", "undecided")),
        Vector(2),
        _SORT,
        Number(),
        Number(),
    ),
    solution=("undecided", (12.0, 2.0), _SADDLE, 1, 0),
    praise="The gradient makes 1 turn along the edge of the box. The minimum at (1, 0) accounts "
    "for this turn, so 0 turns are left for the point that the Hessian could not classify. A "
    "small tilt of the landscape either removes that point or splits it into a minimum and a "
    "saddle: 1 − 1 = 0.",
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
            "The question is what the Hessian says. One of its eigenvalues at (0, 0) is 2. What "
            "is the other, and do the two prove a saddle?",
            "answers what the point is, not what the Hessian says",
        ),
        _about(
            0,
            "maximum",
            "Along the y axis the function is y². Can (0, 0) be a maximum?",
            "overlooks the direction that rises",
        ),
        _about(
            1,
            (2.0, 12.0),
            "The numbers are right. This course lists the largest eigenvalue first.",
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
            "The cubic term has a minus sign in f. Which sign does its second derivative have at "
            "x = 1?",
            "loses a sign",
        ),
        _about(
            1,
            (6.0, 1.0),
            "Those are the coefficients of the quadratic model, which contain its factor ½. The "
            "Hessian holds the second derivatives themselves.",
            "puts the ½ of the model into the Hessian",
        ),
        _about(
            2,
            _STRICT,
            "The value of f at (0, 0) is 0. Set y = 0 and x = 0.1. Is f above 0 at this point?",
            "stops at the even powers",
        ),
        _about(
            2,
            _TIES,
            "For ties, some nearby points must have f = 0 and none may be lower. What is f at y "
            "= 0, x = 0.1?",
            "thinks that the flat direction stays level",
        ),
        _about(
            3,
            2,
            "2 is the number of critical points. The sum adds up the turns of the gradient "
            "around them, and a point need not contribute 1. Which way does the gradient point "
            "on the four sides of the box?",
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
            "That is right around a saddle, where the gradient turns clockwise. Draw the "
            "gradient at the middle of each side of this box, in counter-clockwise order. Which "
            "way do the four arrows turn?",
            "turns as the gradient does around a saddle",
        ),
        _about(
            4,
            -1,
            "That is right for a saddle whose Hessian has both signs. Here use the edge of the "
            "box: the turns around both points must add up to the turns along the edge.",
            "takes every saddle for one of index 1",
        ),
        _about(
            4,
            1,
            "That is right for a minimum. The turns around both points must add up to the turns "
            "along the edge of the box. How many are left for (0, 0)?",
            "counts the degenerate point as a minimum",
        ),
        _about(
            4,
            -2,
            "That is right for the monkey saddle. Near (0, 0) the first component of this "
            "gradient is about −12x², so it is never positive. Can the arrow turn all the way "
            "round?",
            "takes every degenerate point for a monkey saddle",
        ),
    ),
    hints=(
        "∇f = (12x³ − 12x², 2y), and H = diag(36x² − 24x, 2).",
        "To find out what (0, 0) really is, set y = 0 and look at f on both sides of x = 0.",
        "Find out which way the gradient points on each side of the box. Then use this: the "
        "turns along the edge are the sum of the turns around the two points.",
    ),
)

EXERCISES = (_SILENT_ZOO, _TORUS, _MIXED)
