"""Exercises of lesson 03 on what the eigenvalues leave open, and on how many points there are."""

import numpy as np

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number, Vector

_STRICT, _TIES, _NONE = "strict minimum", "minimum with ties", "no minimum"
_SORT = Choice((_STRICT, _TIES, _NONE))


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
    solution=(_STRICT, _NONE, _NONE, _TIES, _NONE, 2),
    praise="The Hessian vanishes for (d) and (e): one is a minimum; section 4 calls the other a "
    "monkey saddle.",
    misconceptions=(
        Misconception(
            "takes the lack of a minus for a minimum",
            (_STRICT, _STRICT, _STRICT, _STRICT, _STRICT, ANY),
            "The Hessian sees two derivatives only. Set x = 0 and walk along y with your own eyes.",
            matches=lambda *g: _NONE not in g[:5],
        ),
        _member(1, _STRICT, "(b) Set x = 0 and walk along y.", "does not walk along y"),
        _member(
            1,
            _TIES,
            "(b) At x = 0, y = 0.1: level with the origin, or lower?",
            "takes −y⁶ for level",
        ),
        _member(2, _STRICT, "(c) Try y = −0.1.", "takes odd powers for even ones"),
        _member(
            2,
            _TIES,
            "(c) Level would be 0 everywhere along y. What is y⁵ at y = −0.1?",
            "takes odd powers for level",
        ),
        _member(3, _STRICT, "(d) What is it along the x axis?", "overlooks the ties"),
        _member(
            3,
            _NONE,
            "(d) Is anybody nearby lower than the origin? “Minimum” allows ties, “strict minimum” does not.",
            "counts strict minima only",
        ),
        _member(
            0, _TIES, "(a) Who ties with the origin? Both terms must be 0.", "takes flat for level"
        ),
        _member(
            0,
            _NONE,
            "(a) Both terms are at least 0. Where is it lower than 0?",
            "takes silence for no minimum",
        ),
        _member(4, _STRICT, "(e) Try x = 0, y = −0.1.", "takes a cubic for a minimum"),
        _member(
            4,
            _TIES,
            "(e) Level at which points nearby? Try x = 0 and y = −0.1.",
            "takes a cubic for a valley",
        ),
        Misconception(
            "counts one vanishing Hessian only",
            (ANY, ANY, ANY, ANY, ANY, 1),
            "The five classes are right. For the count differentiate (d) twice as well, and then put in 0.",
            matches=lambda *g: g[5] == 1,
        ),
        Misconception(
            "counts every singular Hessian",
            (ANY, ANY, ANY, ANY, ANY, 5),
            "The five classes are right. All five Hessians have a zero eigenvalue; the question is which "
            "of them hold nothing but zeros.",
            matches=lambda *g: g[5] in (3, 4, 5),
        ),
        Misconception(
            "takes a term for its curvature",
            (ANY, ANY, ANY, ANY, ANY, 0),
            "The five classes are right. x² leaves a 2 in the Hessian at 0. Does x²y²?",
            matches=lambda *g: g[5] == 0,
        ),
    ),
    hints=(
        f'Possible answers: "{_STRICT}", "{_TIES}" (nobody nearby is lower, somebody is level), "{_NONE}".',
        "Walk along the axes: set x = 0, then y = 0, and look at small steps to both sides.",
        "(d) is never negative. (e) is x³ − 3xy² with x and y exchanged.",
    ),
)

_TORUS = Exercise(
    id="3.5",
    prompt="A smooth periodic landscape in the plane has 5 minima and 4 maxima, none degenerate. How many "
    'saddles? Your search returns 5, 4 and just that many: is the list proven complete ("yes" or "no")?',
    kinds=(Number(), Choice(("yes", "no"))),
    solution=(9, "no"),
    praise="5 − 9 + 4 = 0. But a missed minimum together with a missed saddle leaves the sum at 0. The "
    "count can convict, it cannot acquit.",
    misconceptions=(
        Misconception(
            "uses the formula of the sphere",
            (7, ANY),
            "min − saddles + max = 2 holds on a sphere. A periodic landscape lives on a torus, where the "
            "sum is 0.",
        ),
        Misconception(
            "uses the formula of the box",
            (8, ANY),
            "A sum of 1 belongs to a box at whose edge the gradient points outward. A torus has no edge.",
        ),
        Misconception(
            "expects a quarter each",
            (10, ANY),
            "Quarter, half, quarter is an average over random landscapes. For one landscape only "
            "'saddles = half of all' is exact.",
        ),
        Misconception(
            "expects as many saddles as minima or maxima",
            (5, ANY),
            "Between two minima there is a saddle, but also between two maxima. Put the counts into the sum.",
            matches=lambda n, _: n in (4, 5, 1, 18, 20),
        ),
        Misconception(
            "takes the count for a certificate",
            (9, "yes"),
            "Remove one minimum and one saddle from a complete list. What does the sum say now?",
        ),
    ),
    hints=(
        "The index is 0 at a minimum, 1 at a saddle, 2 at a maximum: (−1)^index is +1, −1, +1.",
        "On a torus the sum over all of them is 0.",
    ),
)


_TWO_WEIGHTS = Exercise(
    id="3.6",
    prompt="f(a, b) = ½(ab − 1)²: the class of (0, 0) by its Hessian, the eigenvalues at (2, ½) in "
    'descending order, and what (2, ½) is ("strict minimum", "minimum with ties" or "no minimum").',
    kinds=(Choice(("minimum", "maximum", "saddle", "undecided")), Vector(2), _SORT),
    solution=("saddle", (4.25, 0.0), _TIES),
    praise="The Hessian at (2, ½) cannot decide, but the formula can: f is a square, so 0 is the least it "
    "can be, and all of ab = 1 ties.",
    misconceptions=(
        Misconception(
            "takes a zero diagonal for a zero matrix",
            ("undecided", ANY, ANY),
            "At (0, 0) the diagonal of H is zero, but f = ½ − ab + …: what stands beside the diagonal?",
        ),
        Misconception(
            "reads the loss for the class",
            ("maximum", ANY, ANY),
            "Walk from (0, 0) along (1, −1): does f fall? f = ½(ab − 1)² with ab negative.",
            matches=lambda kind, lam, what: kind in ("maximum", "minimum"),
        ),
        Misconception(
            "reads the diagonal as eigenvalues",
            (ANY, (4.0, 0.25), ANY),
            "a² = 4 and b² = ¼ stand on the diagonal. Beside it stands 2ab − 1.",
            matches=lambda kind, lam, what: np.allclose(np.sort(lam), (0.25, 4), rtol=0.01),
        ),
        Misconception(
            "sorts ascending",
            (ANY, (0.0, 4.25), ANY),
            "Right numbers. This course sorts descending.",
        ),
        Misconception(
            "forgets the ½",
            (ANY, (8.5, 0.0), ANY),
            "That belongs to (ab − 1)², without the ½ in front.",
        ),
        Misconception(
            "takes 2ab for the mixed derivative",
            (ANY, (4.87, -0.62), ANY),
            "∂²f/∂a∂b = b·a + (ab − 1). What is it at ab = 1?",
            matches=lambda kind, lam, what: min(lam) < -0.1,
        ),
        Misconception(
            "takes the valley for strict",
            (ANY, ANY, _STRICT),
            "How about (1, 1), or a point of ab = 1 right beside (2, ½)?",
        ),
        Misconception(
            "lets a zero forbid a minimum",
            (ANY, ANY, _NONE),
            "Is anything lower than f = 0? The Hessian is silent; the formula is not.",
        ),
    ),
    hints=(
        "∂f/∂a = (ab − 1)b. Differentiate once more by a, and by b.",
        "H = [[b², 2ab − 1], [2ab − 1, a²]].",
        "At ab = 1 the determinant is a²b² − 1 = 0, and the trace is the other eigenvalue.",
    ),
)

EXERCISES = (_SILENT_ZOO, _TORUS, _TWO_WEIGHTS)
