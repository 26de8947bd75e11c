"""The exercise of lesson 03 in code: name the class from the eigenvalues."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception, Unreadable


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
                raise _NoWord(f"it must return one of {options}, not {word!r:.40}")
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
    praise="Your function is right for all eleven test matrices. The library takes one more "
    "precaution: its eigenvalue solver refuses a matrix that is not symmetric.",
    misconceptions=(
        Misconception(
            "uses an absolute tolerance",
            _absolute,
            "That would be right if all losses were measured in the same unit. But your answer "
            "changes if the loss is multiplied by a small number. For example, diag(1e-12, "
            "2e-12) is still a bowl. Compare each eigenvalue with the eigenvalue that is largest "
            "in size.",
        ),
        Misconception(
            "tests zeros first",
            _zeros_first,
            "Your function is right if the eigenvalues do not have both signs. Now look at "
            "diag(1, 0, −1): which question must come first?",
            matches=_says(_2="undecided", _3="maximum", _6="saddle", _9="maximum"),
        ),
        Misconception(
            "uses no tolerance",
            _no_tolerance,
            "That would be right if computers did not round. In diag(2, −1e-17) the minus sign "
            "comes from rounding, and it does not show a falling direction. Which sizes must "
            "count as zero?",
        ),
        Misconception(
            "takes the largest eigenvalue with its sign",
            _largest_with_its_sign,
            "That is right if the largest eigenvalue is also the largest in size. Try diag(−3, "
            "−2, −1e-17). What is your tolerance for this matrix?",
        ),
        Misconception(
            "asks for strictly below the tolerance",
            _strictly_below,
            "That is right unless an eigenvalue equals the tolerance exactly. What is your "
            "tolerance for the zero matrix? Is 0 strictly below it?",
        ),
        Misconception(
            "swaps minimum and maximum",
            _swapped,
            "Your function is right for saddles and for undecided cases. Now take diag(−1, −2). "
            "Does the loss rise or fall around the point?",
            matches=_says(_0="maximum", _3="minimum", _9="minimum"),
        ),
        Misconception(
            "uses the diagonal",
            _diagonal,
            "That would be right for a diagonal matrix. In general the diagonal holds only the "
            "curvatures along the axes. Try the Hessian [[1, 2], [2, 1]], whose curvature along "
            "(1, −1) is negative.",
            matches=_says(_3="maximum", _6="minimum"),
        ),
        Misconception(
            "calls everything else a saddle",
            _else_saddle,
            "That would be right if no eigenvalue were zero. The function x² + y⁴ has the "
            "spectrum 2, 0 at the origin and a minimum there. When do the eigenvalues prove a "
            "saddle?",
            matches=_says(_0="minimum", _1="saddle", _3="maximum", _9="maximum"),
        ),
        Misconception(
            "tests the determinant",
            _by_determinant,
            "In the plane a negative determinant does show a saddle. In general the determinant "
            "only says whether the number of negative eigenvalues is even or odd. Try diag(−1, "
            "−2, 3).",
            matches=_says(_6="saddle", _9="saddle"),
        ),
        Misconception(
            "takes magnitudes for eigenvalues",
            _magnitudes,
            "Absolute values are right for the tolerance. But they have lost the signs, and the "
            "signs decide the class.",
        ),
        Misconception(
            "counts a zero as an eigenvalue of the common sign",
            _never_undecided,
            "That would be right if a zero eigenvalue never mattered. The function x² − y⁴ has "
            "the spectrum 2, 0 at the origin. No eigenvalue is negative, and yet the origin is not "
            'a minimum. When must the answer be "undecided"?',
        ),
        Misconception(
            "ignores rtol",
            _rtol_ignored,
            "Your function is right for the ten matrices with the default tolerance. Now call it "
            "with rtol=1e-3 on diag(1, 1e-4).",
        ),
    ),
    hints=(
        "`np.linalg.eigvalsh(H)` gives the eigenvalues. An eigenvalue counts as zero if its size "
        "is at most `tol = rtol * np.abs(lam).max()`.",
        "Ask three questions in this order. Is one eigenvalue above tol and another below −tol? "
        "Is one eigenvalue between −tol and tol? Which sign do they share?",
    ),
)

EXERCISES = (_CLASSIFIER,)
