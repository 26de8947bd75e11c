"""Exercise 2.4, in code, with the functions that people write instead."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception

_TRIALS = (
    (np.array([[4.0, 4.0], [4.0, 16.0]]), 0.11),
    (np.array([[4.0, 4.0], [4.0, 16.0]]), 0.02),
    (np.array([[4.0, 8.0], [8.0, 4.0]]), 0.05),
    (np.diag([1.0, 3.0, 2.0]), 0.5),
)


def _factors(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return np.abs(1 - eta * lam)


def _sign_kept(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return 1 - eta * lam


def _squared(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return (1 - eta * lam) ** 2


def _sum_for_difference(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return np.abs(1 + eta * lam)


def _without_step(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return np.abs(1 - lam)


def _ascending(H, eta):
    lam = np.linalg.eigvalsh(H)
    return np.abs(1 - eta * lam)


def _factors_sorted(H, eta):
    return np.sort(np.abs(1 - eta * np.linalg.eigvalsh(H)))


def _factors_sorted_descending(H, eta):
    return np.sort(np.abs(1 - eta * np.linalg.eigvalsh(H)))[::-1]


def _order_of_eig(H, eta):
    lam = np.linalg.eig(H)[0]
    return np.abs(1 - eta * lam)


def _by_trace(H, eta):
    half, det = np.trace(H) / 2, np.linalg.det(H)
    root = np.sqrt(half**2 - det)
    return np.abs(1 - eta * np.array([half + root, half - root]))


def _diagonal(H, eta):
    lam = np.sort(np.diag(H))[::-1]
    return np.abs(1 - eta * lam)


def _diagonal_as_it_stands(H, eta):
    return np.abs(1 - eta * np.diag(H))


def _only_the_larger(H, eta):
    lam = np.linalg.eigvalsh(H)[::-1]
    return np.abs(1 - eta * lam).max()


def _another_order(values):
    """Whether each trial has the right factors, in whatever order."""
    return all(
        value.shape == right.shape and np.allclose(np.sort(value), np.sort(right))
        for value, right in zip(values, (_factors(*trial) for trial in _TRIALS), strict=True)
    )


def _right_for_two_weights(values):
    """Whether every trial with a 2×2 matrix is right, and the one with a 3×3 matrix is not."""
    *two, three = (_factors(*trial) for trial in _TRIALS)
    right = all(v.shape == r.shape and np.allclose(v, r) for v, r in zip(values, two, strict=False))
    return right and values[-1].shape != three.shape


_FACTORS = Exercise(
    id="2.4",
    prompt="Write contraction_factors(H, eta). It returns the factors |1 − ηλᵢ| in the order of descending "
    "eigenvalues.",
    kinds=(Code("contraction_factors", _TRIALS),),
    solution=_factors,
    praise="Two lines are enough for any number of weights, as long as the matrix fits in memory.",
    misconceptions=(
        Misconception(
            "keeps the sign",
            _sign_kept,
            "The minus sign has a meaning: at a large step size the stiff error changes its sign. But "
            "each step multiplies the size of an error by the size of 1 − ηλ, without the sign.",
        ),
        Misconception(
            "squares the factors",
            _squared,
            "You returned (1 − ηλ)². These are the factors of the loss along each eigenvector. The exercise "
            "asks for the factors of the error.",
        ),
        Misconception(
            "adds where the step subtracts",
            _sum_for_difference,
            "You returned |1 + ηλ|. These are the factors for the step w + ηHw, which climbs. "
            "Descent takes the step w − ηHw.",
        ),
        Misconception(
            "forgets the step size",
            _without_step,
            "You returned |1 − λ|, which would be right for η = 1. Your function also receives eta: where "
            "does eta enter?",
        ),
        Misconception(
            "sorts ascending",
            _ascending,
            "The numbers are right, but the stiff direction comes last, and it should come first. `eigvalsh` "
            "sorts in ascending order.",
        ),
        Misconception(
            "sorts the factors",
            _factors_sorted,
            "These are the right numbers, but you sorted them by their own size. Keep them in the order of "
            "the eigenvalues: at a large step size the first factor is not the smallest.",
        ),
        Misconception(
            "sorts the factors from large to small",
            _factors_sorted_descending,
            "These are the right numbers, but you sorted them by their own size, from large to small. Keep "
            "them in the order of the eigenvalues: at a small step size the first factor is the smallest.",
        ),
        Misconception(
            "keeps the order of np.linalg.eig",
            _order_of_eig,
            "These are the right numbers in another order. Some functions, such as `np.linalg.eig`, return "
            "eigenvalues in no particular order. Sort the eigenvalues in descending order.",
            matches=_another_order,
        ),
        Misconception(
            "solves the 2×2 case by trace and determinant",
            _by_trace,
            "Your function is right for every 2×2 matrix that the check tried. The last matrix is 3×3, and "
            "its trace and determinant do not determine three eigenvalues. Which NumPy function finds all "
            "three?",
            matches=_right_for_two_weights,
        ),
        Misconception(
            "uses the diagonal",
            _diagonal,
            "You used the diagonal entries. They are the curvatures along the axes, not the eigenvalues.",
        ),
        Misconception(
            "uses the diagonal as it stands",
            _diagonal_as_it_stands,
            "You used the diagonal entries, in their own order. They are the curvatures along the axes, "
            "not the eigenvalues.",
        ),
        Misconception(
            "returns the larger one only",
            _only_the_larger,
            "You returned the largest factor, which is the rate of the whole error. The exercise asks for "
            "one factor per direction: keep them all.",
        ),
    ),
    hints=(
        "`np.linalg.eigvalsh(H)` gives the eigenvalues of a symmetric matrix in ascending order.",
        "`[::-1]` reverses an array, and `np.abs` removes the signs.",
    ),
)

EXERCISES = (_FACTORS,)
