"""Exercises of lesson 03 on what the eigenvalues say, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import ANY, Choice, Code, Exercise, Misconception, Unreadable

_KINDS_OF_POINT = ("minimum", "maximum", "saddle", "undecided", "no critical point")
_IS_IT = Exercise(
    id="3.1",
    prompt="f = x² + y² + x at the origin, where H has the eigenvalues 2 and 2: what is the origin?",
    kinds=(Choice(_KINDS_OF_POINT),),
    solution="no critical point",
    praise="∇f = (1, 0) at the origin. The minimum is at (−½, 0), and the Hessian there is the same.",
    misconceptions=(
        Misconception(
            "looks at the spectrum only",
            "minimum",
            "That would be right if ∇f were zero at the origin. Compute ∇f there first.",
        ),
        Misconception(
            "takes equal eigenvalues for a doubtful case",
            "undecided",
            "That would be right if an eigenvalue were zero. Equal eigenvalues are not a problem: they "
            "belong to a round bowl. But is the origin its lowest point?",
        ),
        Misconception(
            "takes a slope for a saddle",
            "saddle",
            "f does rise on one side of the origin and fall on the other. A plain slope does that, too. "
            "What must ∇f be at a saddle?",
        ),
        Misconception(
            "loses the sign",
            "maximum",
            "That would need negative eigenvalues, and both are +2. And what is ∇f at the origin?",
        ),
    ),
    hints=(
        'Possible answers: "' + '", "'.join(_KINDS_OF_POINT) + '".',
        "Look at the first derivatives before the second ones.",
    ),
)

VERDICTS = (
    "minimum",
    "maximum",
    "saddle",
    "undecided",
    "undecided, no maximum",
    "undecided, no minimum",
)
_SPECTRUM = Choice(VERDICTS)
_OPEN = VERDICTS[3:]


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
    solution=(
        "minimum",
        "saddle",
        "undecided, no maximum",
        "maximum",
        "undecided",
        "minimum",
    ),
    praise="You asked in the right order: both signs first, then zeros, then the common sign. And you "
    "did not take small for zero.",
    misconceptions=(
        _wrong(
            1,
            _OPEN,
            "(b) That would be right for 0.4, 0, 7. Here one direction rises and another falls. Can "
            "anything that happens along the third direction undo that?",
            "lets a zero override both signs",
        ),
        _wrong(
            2,
            ("minimum",),
            "(c) That would be right for 6, 1. The function 3x² − y⁴ has the spectrum 6, 0 at the "
            "origin. Walk along y.",
            "takes a zero for a small positive eigenvalue",
        ),
        _wrong(
            2,
            ("undecided",),
            "(c) It is undecided, but something is known. The function rises along the first "
            "eigenvector. Which class does that rule out?",
            "forgets what the other eigenvalue rules out",
        ),
        _wrong(
            2,
            ("undecided, no minimum",),
            "(c) That would be right for −6, 0. Here the function rises along the first eigenvector. "
            "Which class does that rule out?",
            "rules out the wrong class",
        ),
        _wrong(
            2,
            ("saddle", "maximum"),
            "(c) That needs a direction along which the function falls for certain. Which of the two "
            "eigenvalues shows such a direction?",
            "takes a zero for a saddle",
        ),
        _wrong(
            5,
            _OPEN,
            "(f) That would be right if both were zero. But multiply the loss by 10⁹: its shape stays "
            "the same. Compare each eigenvalue with the largest one, not with 1.",
            "uses an absolute tolerance",
        ),
        _wrong(
            4,
            ("undecided, no maximum", "undecided, no minimum"),
            "(e) To rule a class out, a direction must rise or fall for certain. Which eigenvalue shows "
            "such a direction?",
            "rules a class out without a reason",
        ),
        _wrong(
            4,
            ("minimum", "maximum", "saddle"),
            "(e) A Hessian of nothing but zeros: which direction is known to rise, and which to fall?",
            "takes zeros for a verdict",
        ),
        _wrong(
            0,
            ("saddle", "maximum", *_OPEN),
            "(a) Both eigenvalues are positive. Their different sizes make the bowl long. Do they stop "
            "it from rising in every direction?",
            "takes unequal eigenvalues for eigenvalues of both signs",
        ),
        _wrong(
            3,
            ("minimum", "saddle", *_OPEN),
            "(d) The function falls along both eigenvectors, so it falls along every direction between "
            "them. Which class is that?",
            "loses the sign",
        ),
        _wrong(
            1,
            ("minimum", "maximum"),
            "(b) One eigenvalue is 0.4 and another is −7. Look at both ends of the spectrum.",
            "reads one end of the spectrum only",
        ),
        _wrong(
            5,
            ("saddle", "maximum"),
            "(f) The minus stands in the exponent: 10⁻⁹ is a positive number. What are the signs of the "
            "two eigenvalues?",
            "takes the sign of the exponent for the sign of the number",
        ),
    ),
    hints=(
        'Possible answers: "'
        + '", "'.join(VERDICTS)
        + '". With "undecided, no maximum" you say that the spectrum rules out a maximum and nothing '
        "else.",
        "Ask in this order. Are there both signs? Is there a zero? Which sign do all of them share?",
        "An eigenvalue counts as zero if it is tiny beside the largest one of the same spectrum.",
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


def _else_saddle(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    tol = rtol * np.abs(lam).max()
    if lam.min() > tol:
        return "minimum"
    return "maximum" if lam.max() < -tol else "saddle"


def _swapped(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    tol = rtol * np.abs(lam).max()
    if lam.max() > tol and lam.min() < -tol:
        return "saddle"
    if np.abs(lam).min() <= tol:
        return "undecided"
    return "maximum" if lam.min() > 0 else "minimum"


def _rtol_ignored(H, rtol=1e-10):
    lam = np.linalg.eigvalsh(H)
    tol = 1e-10 * np.abs(lam).max()
    if lam.max() > tol and lam.min() < -tol:
        return "saddle"
    if np.abs(lam).min() <= tol:
        return "undecided"
    return "minimum" if lam.min() > 0 else "maximum"


_CASES = (
    *(
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
    ),
    (np.diag([1.0, 1e-4]), 1e-3),
)


def _says(**said):
    """Return a `matches`: the function gave these words in the cases of these numbers."""
    wanted = {int(case[1:]): _Words.words.index(word) for case, word in said.items()}
    return lambda values: all(int(values[case]) == word for case, word in wanted.items())


_CLASSIFIER = Exercise(
    id="3.3",
    prompt='Write classify(H, rtol=1e-10), which returns "minimum", "maximum", "saddle" or "undecided".',
    kinds=(_Words("classify", _CASES),),
    solution=_classify,
    praise="All eleven matrices are right. The library's version does one thing more: it refuses a matrix "
    "that is not symmetric.",
    misconceptions=(
        Misconception(
            "uses an absolute tolerance",
            _absolute,
            "That would be right if all losses were measured in one unit. Multiply the loss by a number "
            "and your answer changes: diag(1e-12, 2e-12) is a bowl. Compare with the largest eigenvalue "
            "in size.",
        ),
        Misconception(
            "tests zeros first",
            _zeros_first,
            "That is right wherever there are no two signs. Now look at diag(1, 0, −1): which question "
            "must come first?",
        ),
        Misconception(
            "uses no tolerance",
            _no_tolerance,
            "That would be right if computers did not round. In diag(2, −1e-17) the minus comes from "
            "rounding; no direction falls. Which sizes must count as zero?",
        ),
        Misconception(
            "takes the largest eigenvalue with its sign",
            _largest_with_its_sign,
            "That is right if the largest eigenvalue is also the largest in size. Try "
            "diag(−3, −2, −1e-17): what does your tolerance become?",
        ),
        Misconception(
            "asks for strictly below the tolerance",
            _strictly_below,
            "Try a matrix of nothing but zeros. What is your tolerance there, and is 0 below it?",
        ),
        Misconception(
            "swaps minimum and maximum",
            _swapped,
            "Saddles and undecided cases are right. Now take diag(−1, −2): does the function rise or "
            "fall around the point?",
            matches=_says(_0="maximum", _3="minimum", _9="minimum"),
        ),
        Misconception(
            "calls all that is left a saddle",
            _else_saddle,
            "That would be right if there were no zeros. x² + y⁴ has the spectrum 2, 0 and is a minimum. "
            "When do the eigenvalues prove a saddle?",
            matches=_says(_0="minimum", _1="saddle", _3="maximum", _9="maximum"),
        ),
        Misconception(
            "tests the determinant",
            _by_determinant,
            "In the plane a negative determinant does show a saddle. In general it only says whether the "
            "number of negative eigenvalues is even or odd. Try diag(−1, −2, 3).",
        ),
        Misconception(
            "takes magnitudes for eigenvalues",
            _magnitudes,
            "Sizes are right for the tolerance. But the absolute value has removed the sign, and the sign "
            "decides the class.",
        ),
        Misconception(
            "uses the diagonal",
            _diagonal,
            "That would be right for a diagonal matrix. In general the diagonal holds the curvatures "
            "along the axes only. Try [[1, 2], [2, 1]], which falls along (1, −1).",
            matches=_says(_2="saddle", _3="maximum", _6="minimum"),
        ),
        Misconception(
            "takes a zero for the common sign",
            _never_undecided,
            "That would be right if zeros did no harm. x² − y⁴ has a zero and no two signs, and it is no "
            'minimum. When must the answer be "undecided"?',
        ),
        Misconception(
            "ignores rtol",
            _rtol_ignored,
            "The ten matrices with the usual tolerance are right. Now call your function with "
            "rtol=1e-3 on diag(1, 1e-4).",
        ),
    ),
    hints=(
        "`np.linalg.eigvalsh(H)` gives the eigenvalues. An eigenvalue counts as zero up to the size "
        "`tol = rtol * np.abs(lam).max()`.",
        "Three questions in order. Is one above tol and another below −tol? Is one within ±tol? Which "
        "sign do all of them share?",
    ),
)

EXERCISES = (_IS_IT, _SIX_SPECTRA, _CLASSIFIER)
