"""Exercises of lesson 03, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import ANY, Choice, Code, Exercise, Misconception, Number, Vector
from course_lib.teaching.answers import Unreadable

VERDICTS = ("minimum", "maximum", "saddle", "not a maximum", "not a minimum", "anything")
_SPECTRUM = Choice(VERDICTS)


def _wrong(part, answers, message, name):
    """Return a misconception about one of six answers, whatever the others are."""
    return Misconception(
        name,
        tuple(answers[0] if i == part else ANY for i in range(6)),
        message,
        matches=lambda *given: given[part] in answers,
    )


_SIX_SPECTRA = Exercise(
    id="3.2",
    prompt="What do these spectra say at a critical point? (a) 3, 0.5 (b) 0.4, 0, −7 (c) 6, 0 "
    "(d) −1, −3 (e) 0, 0 (f) 2·10⁻⁹, 10⁻⁹.",
    kinds=(_SPECTRUM,) * 6,
    solution=("minimum", "saddle", "not a maximum", "maximum", "anything", "minimum"),
    praise="Mixed signs first, then zeros, then the common sign; and small is not zero.",
    misconceptions=(
        _wrong(
            1, ("anything", "not a maximum", "not a minimum"),
            "(b) One direction goes up, another goes down. Can anything along the third undo that?",
            "lets a zero override mixed signs",
        ),
        _wrong(
            2, ("minimum",), "(c) 3x² − y⁴ has this very spectrum. Walk along y.",
            "takes singular for a minimum",
        ),
        _wrong(
            2, ("anything", "not a minimum"),
            "(c) Along the first eigenvector the function rises. That already rules one class out.",
            "takes undecided for anything goes",
        ),
        _wrong(
            2, ("saddle", "maximum"),
            "(c) A saddle needs a direction that goes down for certain. Which of the two does?",
            "takes a zero for a saddle",
        ),
        _wrong(
            5, ("anything", "not a maximum", "not a minimum"),
            "(f) Small is not zero: multiply the loss by 10⁹, and nothing about its shape has changed. "
            "Compare with λ₁, not with 1.",
            "uses an absolute tolerance",
        ),
        _wrong(
            4, ("minimum", "maximum", "saddle", "not a maximum", "not a minimum"),
            "(e) With a Hessian of nothing but zeros, which direction is known to rise or to fall?",
            "takes zeros for a verdict",
        ),
        _wrong(
            0, ("saddle", "maximum", "not a maximum", "not a minimum", "anything"),
            "(a) Both are positive. That they differ makes the bowl long, not open.",
            "takes unequal for indefinite",
        ),
        _wrong(
            3, ("minimum", "saddle", "not a maximum", "not a minimum", "anything"),
            "(d) Down along both eigenvectors, so down along every direction between. What is that?",
            "loses the sign",
        ),
        _wrong(
            1, ("minimum", "maximum"), "(b) 0.4 and −7: look at both ends of the spectrum.",
            "reads one end only",
        ),
        _wrong(
            5, ("saddle", "maximum"), "(f) What are the signs of the two?", "misreads the exponent",
        ),
    ),
    hints=(
        'Possible answers: "' + '", "'.join(VERDICTS) + '". The last three are for spectra that leave '
        'something open: "not a maximum" means that all but a maximum is possible.',
        "Ask in this order: are there both signs? Is there a zero? Which sign?",
        "A zero is what is tiny beside the largest eigenvalue of the same spectrum.",
    ),
)  # fmt: skip

_KINDS_OF_POINT = ("minimum", "maximum", "saddle", "degenerate", "no critical point")
_IS_IT = Exercise(
    id="3.1",
    prompt="f = x² + y² + x at the origin, where H has the eigenvalues 2 and 2: what is the origin?",
    kinds=(Choice(_KINDS_OF_POINT),),
    solution="no critical point",
    praise="∇f = (1, 0) at the origin. The minimum is at (−½, 0), with the same Hessian.",
    misconceptions=(
        Misconception(
            "looks at the spectrum only",
            "minimum",
            "A bowl, yes, but are you standing at its bottom? Look at ∇f first.",
        ),
        Misconception(
            "takes isotropic for degenerate",
            "degenerate",
            "Equal eigenvalues are fine: a round bowl. Degenerate means a zero among them.",
        ),
        Misconception(
            "takes a slope for a saddle",
            "saddle",
            "It rises on one side and falls on the other, but as a slope does, to first order. What must "
            "∇f be at a saddle?",
        ),
        Misconception("loses the sign", "maximum", "Both eigenvalues are +2. And what is ∇f here?"),
    ),
    hints=(
        'Possible answers: "' + '", "'.join(_KINDS_OF_POINT) + '".',
        "Before the second derivatives come the first.",
    ),
)

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
        _member(1, _TIES, "(b) At x = 0, y = 0.1: level with the origin, or lower?", "takes −y⁶ for level"),
        _member(2, _STRICT, "(c) Try y = −0.1.", "takes odd powers for even ones"),
        _member(
            2, _TIES, "(c) Level would be 0 everywhere along y. What is y⁵ at y = −0.1?",
            "takes odd powers for level",
        ),
        _member(3, _STRICT, "(d) What is it along the x axis?", "overlooks the ties"),
        _member(
            3, _NONE,
            "(d) Is anybody nearby lower than the origin? “Minimum” allows ties, “strict minimum” does not.",
            "counts strict minima only",
        ),
        _member(0, _TIES, "(a) Who ties with the origin? Both terms must be 0.", "takes flat for level"),
        _member(
            0, _NONE, "(a) Both terms are at least 0. Where is it lower than 0?",
            "takes silence for no minimum",
        ),
        _member(4, _STRICT, "(e) Try x = 0, y = −0.1.", "takes a cubic for a minimum"),
        _member(
            4, _TIES, "(e) Level at which points nearby? Try x = 0 and y = −0.1.",
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
)  # fmt: skip

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


class _Words(Code):
    """A function that returns one of four words, for each spectrum in turn."""

    words = ("minimum", "maximum", "saddle", "undecided")

    def read(self, function):
        """Return the place of each word as a number."""

        def numbered(*arguments):
            word = function(*arguments)
            if word is None or word is ...:
                return word
            if not isinstance(word, str) or word not in self.words:
                options = ", ".join(f'"{w}"' for w in self.words)
                raise _NoWord(f"one of {options} must come back, not {word!r:.40}")
            return self.words.index(word)

        if not callable(function):
            return super().read(function)
        try:
            return super().read(numbered)
        except Unreadable as error:
            # The reader's function is called by ours: say only what concerns the reader.
            raise Unreadable(
                str(error).replace("stopped with _NoWord: ", "gave no class: ")
            ) from None


class _NoWord(Exception):
    """What the reader's function returned is none of the four words."""


def _classify(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    tol = rtol * np.abs(lam).max()
    if lam.max() > tol and lam.min() < -tol:
        return "saddle"
    if np.abs(lam).min() <= tol:
        return "undecided"
    return "minimum" if lam.min() > 0 else "maximum"


def _absolute(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    if lam.max() > rtol and lam.min() < -rtol:
        return "saddle"
    if np.abs(lam).min() <= rtol:
        return "undecided"
    return "minimum" if lam.min() > 0 else "maximum"


def _zeros_first(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    if np.abs(lam).min() <= rtol * np.abs(lam).max():
        return "undecided"
    if lam.max() > 0 and lam.min() < 0:
        return "saddle"
    return "minimum" if lam.min() > 0 else "maximum"


def _no_tolerance(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    if lam.max() > 0 and lam.min() < 0:
        return "saddle"
    if np.abs(lam).min() == 0:
        return "undecided"
    return "minimum" if lam.min() > 0 else "maximum"


def _largest_with_its_sign(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    tol = rtol * lam.max()
    if lam.max() > tol and lam.min() < -tol:
        return "saddle"
    if np.abs(lam).min() <= tol:
        return "undecided"
    return "minimum" if lam.min() > 0 else "maximum"


def _strictly_below(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    tol = rtol * np.abs(lam).max()
    if lam.max() > tol and lam.min() < -tol:
        return "saddle"
    if np.abs(lam).min() < tol:
        return "undecided"
    return "minimum" if lam.min() > 0 else "maximum"


def _by_determinant(H, rtol=1e-10):
    det = np.linalg.det(H)
    size = np.abs(np.linalg.eigvalsh(H)).max()
    if abs(det) <= rtol * size ** len(H):
        return "undecided"
    if det < 0:
        return "saddle"
    return "minimum" if H[0][0] > 0 else "maximum"


def _magnitudes(H, rtol=1e-10):
    lam = np.abs(np.linalg.eigvalsh(H))
    return "undecided" if lam.min() <= rtol * lam.max() else "minimum"


def _diagonal(H, rtol=1e-10):
    lam = np.diag(H)
    tol = rtol * np.abs(lam).max()
    if lam.max() > tol and lam.min() < -tol:
        return "saddle"
    if np.abs(lam).min() <= tol:
        return "undecided"
    return "minimum" if lam.min() > 0 else "maximum"


def _never_undecided(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    tol = rtol * np.abs(lam).max()
    if lam.max() > tol and lam.min() < -tol:
        return "saddle"
    return "minimum" if lam.min() >= -tol else "maximum"


_CASES = tuple(
    (np.array(H, float),)
    for H in (
        np.diag([1e-12, 2e-12]),
        np.diag([2.0, -1e-17]),
        np.diag([1.0, 0.0, -1.0]),
        np.diag([-1.0, -2.0]),
        np.zeros((2, 2)),
        np.diag([-1.0, -2.0, 3.0]),
        [[1.0, 2.0], [2.0, 1.0]],
        [[4.0, 4.0], [4.0, 16.0]],
        -np.diag([3.0, 2.0, 1e-17]),
        np.diag([-1.0, -2.0, -3.0]),
    )
)

_CLASSIFIER = Exercise(
    id="3.3",
    prompt='Write classify(H, rtol=1e-10), which returns "minimum", "maximum", "saddle" or "undecided".',
    kinds=(_Words("classify", _CASES),),
    solution=_classify,
    praise="Ten matrices, all ten right. The library's version differs in one thing: it also refuses what is "
    "not symmetric.",
    misconceptions=(
        Misconception(
            "uses an absolute tolerance",
            _absolute,
            "Rescale the loss and your answer changes: diag(1e-12, 2e-12) is a bowl. Measure zero against "
            "the largest magnitude.",
        ),
        Misconception(
            "tests zeros first",
            _zeros_first,
            "Look at diag(1, 0, −1). Order matters: mixed signs decide whatever the zeros do.",
        ),
        Misconception(
            "uses no tolerance",
            _no_tolerance,
            "diag(2, −1e-17): that minus is rounding, no direction that falls. What is tiny beside the "
            "largest counts as zero.",
        ),
        Misconception(
            "takes the largest eigenvalue with its sign",
            _largest_with_its_sign,
            "Try diag(−3, −2, −1e-17). Its largest eigenvalue is the tiny one: by which size should tiny "
            "be measured?",
        ),
        Misconception(
            "asks for strictly below the tolerance",
            _strictly_below,
            "Try a matrix of nothing but zeros. What is your tolerance there, and is 0 below it?",
        ),
        Misconception(
            "tests the determinant",
            _by_determinant,
            "A determinant only says whether the number of negative eigenvalues is even or odd. Try "
            "diag(−1, −2, 3).",
        ),
        Misconception(
            "takes magnitudes for eigenvalues",
            _magnitudes,
            "Taking absolute values threw away the one thing that decides: the sign.",
        ),
        Misconception(
            "uses the diagonal",
            _diagonal,
            "The diagonal holds the curvatures along the axes. Try [[1, 2], [2, 1]], which falls along "
            "(1, −1).",
        ),
        Misconception(
            "takes semidefinite for definite",
            _never_undecided,
            "A zero and no mixed signs: x² − y⁴ has such a Hessian. When must the answer be "
            '"undecided"?',
        ),
    ),
    hints=(
        "`np.linalg.eigvalsh(H)` gives the eigenvalues; `tol = rtol * np.abs(lam).max()` is the size up to "
        "which one counts as zero.",
        "Three questions in order: one above tol and one below −tol? One within ±tol? Which sign?",
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

EXERCISES = {
    e.id: e for e in (_IS_IT, _SIX_SPECTRA, _CLASSIFIER, _SILENT_ZOO, _TORUS, _TWO_WEIGHTS)
}
