"""The exercise of lesson 08 that asks for code: a ReLU network rescaled, its function kept."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception, Unreadable
from course_lib.teaching.answers import NotAttempted


def _rescale(W1, b1, W2, b2, alpha):
    if not alpha > 0:
        raise ValueError("alpha must be positive")
    return W1 * alpha, b1 * alpha, W2 / alpha, b2


def _bias_left(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1, W2 / alpha, b2


def _last_bias(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1 * alpha, W2 / alpha, b2 / alpha


def _negative(W1, b1, W2, b2, alpha):
    return alpha * W1, alpha * b1, W2 / alpha, b2 * 1.0


def _returned(W1, b1, W2, b2, alpha):
    if not alpha > 0:
        return ValueError
    return W1 * alpha, b1 * alpha, W2 / alpha, b2


def _both_up(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1 * alpha, W2 * alpha, b2


def _zero(W1, b1, W2, b2, alpha):
    if alpha < 0:
        raise ValueError("alpha must not be negative")
    return W1 * alpha, b1 * alpha, W2 / alpha, b2


def _second_as_before(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1 * alpha, W2, b2


def _second_twice(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1 * alpha, W2 / alpha**2, b2


def _in_place(W1, b1, W2, b2, alpha):
    if not alpha > 0:
        raise ValueError("alpha must be positive")
    W1 *= alpha
    b1 *= alpha
    W2 /= alpha
    return W1, b1, W2, b2


def _nothing(W1, b1, W2, b2, alpha):
    return W1, b1, W2, b2


def _other_way(W1, b1, W2, b2, alpha):
    return W1 / alpha, b1 / alpha, W2 * alpha, b2


_rng = np.random.default_rng(6)
_LAYERS = tuple(_rng.standard_normal(shape) for shape in ((5, 4), (5,), (3, 5), (3,)))
_X = _rng.standard_normal((20, 4))
_ALPHAS = (0.01, 100.0)


def _outputs(W1, b1, W2, b2):
    return np.maximum(_X @ W1.T + b1, 0) @ W2.T + b2


class _Rescaling(Code):
    """`rescale` tried with two factors, a negative one and 0.

    What is read: for each factor the largest change of an output, how much ‖W1‖ and ‖W2‖ grew,
    and the change of the last bias; then whether the negative factor and 0 were refused, and
    whether the arrays that went in are what they were.
    """

    def read(self, function):
        """Return one array of shape (11,)."""
        if not callable(function):
            raise Unreadable(f"Expected: the function {self.name} itself, without brackets.")
        found, untouched = [], True
        for alpha in _ALPHAS:
            given = [part.copy() for part in _LAYERS]
            layers = self._call(function, given, alpha)
            untouched &= all(map(np.array_equal, given, _LAYERS))
            found += [
                np.abs(_outputs(*layers) - _outputs(*_LAYERS)).max(),
                np.linalg.norm(layers[0]) / np.linalg.norm(_LAYERS[0]),
                np.linalg.norm(layers[2]) / np.linalg.norm(_LAYERS[2]),
                np.abs(layers[3] - _LAYERS[3]).max(),
            ]
        refused = [float(self._refuses(function, alpha)) for alpha in (-2.0, 0.0)]
        return [np.array([*found, *refused, untouched], dtype=float)]

    def _refuses(self, function, alpha):
        try:
            with np.errstate(all="ignore"):
                answer = function(*[part.copy() for part in _LAYERS], alpha)
        except ValueError:
            return True
        except Exception as error:
            raise Unreadable(
                f"With alpha = {alpha:g} it stopped with {type(error).__name__}. It should raise a "
                "ValueError."
            ) from None
        # A half: the error was returned instead of raised.
        return 0.5 if answer is ValueError or isinstance(answer, ValueError) else False

    def _call(self, function, given, alpha):
        try:
            answer = function(*given, alpha)
        except Exception as error:
            raise Unreadable(
                f"With alpha = {alpha:g} it stopped with {type(error).__name__}: {error}."
            ) from None
        if answer is None or answer is ...:
            raise NotAttempted
        try:
            layers = [np.array(part, dtype=float) for part in answer]
        except Exception:
            raise Unreadable("Expected: four arrays, W1, b1, W2, b2.") from None
        if [part.shape for part in layers] != [part.shape for part in _LAYERS]:
            raise Unreadable("Expected: four arrays, W1, b1, W2, b2, of the shapes that came in.")
        return layers


def _judge_rescaling(row):
    row = row[0]
    kept = max(row[0], row[4]) < 1e-11
    grew = np.allclose([row[1], row[2], row[5], row[6]], [0.01, 100, 100, 0.01])
    return bool(kept and grew and row[8] == row[9] == row[10] == 1)


_CODE = Exercise(
    id="8.3",
    prompt="Write rescale(W1, b1, W2, b2, alpha). It returns the four arrays of a ReLU network that "
    "computes the same function and has a first layer alpha times as large. It raises a ValueError unless "
    "alpha is above 0.",
    kinds=(_Rescaling("rescale", (), judge=_judge_rescaling),),
    solution=_rescale,
    praise="At alpha = 0.01 and at 100 the outputs agree to twelve digits. Whatever depends on the outputs "
    "alone cannot tell the two networks apart. λ₁ can.",
    misconceptions=(
        Misconception(
            "leaves the first bias alone",
            _bias_left,
            "The outputs change, because relu(αWx + b) is not α·relu(Wx + b). What else must grow with W1?",
            matches=lambda row: bool(
                row[0][0] > 1e-9
                and np.isclose(row[0][5], 100)
                and np.isclose(row[0][6], 0.01)
                and row[0][7] < 1e-12
            ),
        ),
        Misconception(
            "divides the last bias",
            _last_bias,
            "The outputs are shifted. The last bias is added after the hidden layer. Does α reach it?",
            matches=lambda row: bool(row[0][3] > 1e-9),
        ),
        Misconception(
            "multiplies both layers",
            _both_up,
            "Both layers grew, so the outputs grew by a factor of about α². Which layer can undo what the "
            "other does?",
            matches=lambda row: bool(np.isclose(row[0][5], 100) and np.isclose(row[0][6], 100)),
        ),
        Misconception(
            "leaves the second layer alone",
            _second_as_before,
            "The numbers that enter the second layer are α times as large, so the outputs change. Which "
            "weights can undo this?",
            matches=lambda row: bool(np.isclose(row[0][5], 100) and np.isclose(row[0][6], 1)),
        ),
        Misconception(
            "divides the second layer twice",
            _second_twice,
            "The first layer became α times as large, the second α² times as small, so the outputs change. "
            "How many factors of α must the second layer undo?",
            matches=lambda row: bool(np.isclose(row[0][5], 100) and np.isclose(row[0][6], 1e-4)),
        ),
        Misconception(
            "changes nothing",
            _nothing,
            "The function stays the same, and so do all weights. The first layer should become α times as "
            "large.",
            matches=lambda row: bool(np.isclose(row[0][5], 1) and np.isclose(row[0][6], 1)),
        ),
        Misconception(
            "divides the first layer",
            _other_way,
            "The function is the same, but your first layer shrinks. Which of the two layers is multiplied?",
            matches=lambda row: bool(np.isclose(row[0][5], 0.01) and row[0][4] < 1e-9),
        ),
        Misconception(
            "lets a negative factor through",
            _negative,
            "Your function is right for every alpha above 0. With alpha = −2 the outputs change and no error "
            "is raised. For which factors is relu(αz) equal to α·relu(z)?",
            matches=lambda row: bool(max(row[0][0], row[0][4]) < 1e-9 and row[0][8] == 0),
        ),
        Misconception(
            "returns the error",
            _returned,
            "Your function is right for every alpha above 0. For the others it returns ValueError as if it "
            "were a result. An error stops the caller only if it is raised.",
            matches=lambda row: bool(max(row[0][0], row[0][4]) < 1e-9 and 0 < row[0][8] < 1),
        ),
        Misconception(
            "lets 0 through",
            _zero,
            "Your function is right for every alpha above 0, and it refuses negative ones. But what happens "
            "to the second layer with alpha = 0?",
            matches=lambda row: bool(max(row[0][0], row[0][4]) < 1e-9 and row[0][9] == 0),
        ),
        Misconception(
            "overwrites the arrays that came in",
            _in_place,
            "The returned arrays are right. But your function overwrites the arrays it was given, because "
            "`*=` and `/=` write into an array. So the caller's network is changed, too. Make new arrays.",
            matches=lambda row: bool(max(row[0][0], row[0][4]) < 1e-9 and row[0][10] == 0),
        ),
    ),
    hints=(
        "For α > 0, relu(αz) = α·relu(z).",
        "The hidden layer is relu(W1 x + b1). Both W1 and b1 are inside.",
        "The output is W2 h + b2. If h becomes α times as large, which part must become smaller?",
    ),
)

EXERCISES = (_CODE,)
