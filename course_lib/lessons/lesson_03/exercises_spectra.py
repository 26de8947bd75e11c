"""Exercises of lesson 03 on what the eigenvalues say, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import ANY, Choice, Code, Exercise, Misconception, Unreadable

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
            1,
            ("anything", "not a maximum", "not a minimum"),
            "(b) One direction goes up, another goes down. Can anything along the third undo that?",
            "lets a zero override mixed signs",
        ),
        _wrong(
            2,
            ("minimum",),
            "(c) 3x² − y⁴ has this very spectrum. Walk along y.",
            "takes singular for a minimum",
        ),
        _wrong(
            2,
            ("anything", "not a minimum"),
            "(c) Along the first eigenvector the function rises. That already rules one class out.",
            "takes undecided for anything goes",
        ),
        _wrong(
            2,
            ("saddle", "maximum"),
            "(c) A saddle needs a direction that goes down for certain. Which of the two does?",
            "takes a zero for a saddle",
        ),
        _wrong(
            5,
            ("anything", "not a maximum", "not a minimum"),
            "(f) Small is not zero: multiply the loss by 10⁹, and nothing about its shape has changed. "
            "Compare with λ₁, not with 1.",
            "uses an absolute tolerance",
        ),
        _wrong(
            4,
            ("minimum", "maximum", "saddle", "not a maximum", "not a minimum"),
            "(e) With a Hessian of nothing but zeros, which direction is known to rise or to fall?",
            "takes zeros for a verdict",
        ),
        _wrong(
            0,
            ("saddle", "maximum", "not a maximum", "not a minimum", "anything"),
            "(a) Both are positive. That they differ makes the bowl long, not open.",
            "takes unequal for indefinite",
        ),
        _wrong(
            3,
            ("minimum", "saddle", "not a maximum", "not a minimum", "anything"),
            "(d) Down along both eigenvectors, so down along every direction between. What is that?",
            "loses the sign",
        ),
        _wrong(
            1,
            ("minimum", "maximum"),
            "(b) 0.4 and −7: look at both ends of the spectrum.",
            "reads one end only",
        ),
        _wrong(
            5, ("saddle", "maximum"), "(f) What are the signs of the two?", "misreads the exponent"
        ),
    ),
    hints=(
        'Possible answers: "'
        + '", "'.join(VERDICTS)
        + '". The last three are for spectra that leave '
        'something open: "not a maximum" means that all but a maximum is possible.',
        "Ask in this order: are there both signs? Is there a zero? Which sign?",
        "A zero is what is tiny beside the largest eigenvalue of the same spectrum.",
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

EXERCISES = (_IS_IT, _SIX_SPECTRA, _CLASSIFIER)
