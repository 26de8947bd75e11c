"""Exercise 6.1, with the wrong answers that people give: sample a probability."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception, Unreadable


class _Chances(Code):
    """A function that estimates probabilities by sampling: two answers agree within their scatter."""

    def read(self, function):
        """Read as `Code` does; say what A.T does to a stack where shapes do not fit."""
        try:
            return super().read(function)
        except Unreadable as error:
            if "broadcast" not in str(error):
                raise
            raise Unreadable(
                f"{error} If you wrote A.T, note that it reverses all three axes of the stack of matrices. "
                "A.transpose(0, 2, 1) transposes each matrix."
            ) from None

    def same(self, a, b):
        """Return whether both probabilities agree within 0.009 and 0.004."""
        return all(
            x.shape == y.shape and np.all(np.abs(x - y) <= within)
            for x, y, within in zip(a, b, (0.009, 0.004), strict=True)
        )


def _positive_definite(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    S = (A + A.transpose(0, 2, 1)) / 2
    return (np.linalg.eigvalsh(S)[:, 0] > 0).mean()


def _mirrored(n, draws, seed):
    A = np.triu(np.random.default_rng(seed).normal(size=(draws, n, n)))
    S = A + np.triu(A, 1).transpose(0, 2, 1)
    return (np.linalg.eigvalsh(S)[:, 0] > 0).mean()


def _determinant(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.det(A + A.transpose(0, 2, 1)) > 0).mean()


def _not_symmetric(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.eigvals(A).real.min(axis=1) > 0).mean()


def _coins(n, draws, seed):
    return (np.random.default_rng(seed).normal(size=(draws, n)) > 0).all(axis=1).mean()


def _some_positive(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, -1] > 0).mean()


def _squared(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.eigvalsh(A @ A.transpose(0, 2, 1))[:, 0] > 0).mean()


def _number_of_draws(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, 0] > 0).sum()


def _per_cent(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return 100 * (np.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, 0] > 0).mean()


def _share_of_eigenvalues(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1)) > 0).mean()


def _uniform(n, draws, seed):
    A = np.random.default_rng(seed).random((draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, 0] > 0).mean()


def _to_minus_one(n, draws, seed):
    A = np.random.default_rng(seed).uniform(-1, 1, (draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, 0] > 0).mean()


def _doubled_diagonal(n, draws, seed):
    A = np.triu(np.random.default_rng(seed).normal(size=(draws, n, n)))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, 0] > 0).mean()


def _determinant_and_trace(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    S = A + A.transpose(0, 2, 1)
    return ((np.linalg.det(S) > 0) & (np.trace(S, axis1=1, axis2=2) > 0)).mean()


def _entries(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return ((A + A.transpose(0, 2, 1)) > 0).all(axis=(1, 2)).mean()


def _all_negative_or_positive(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    lam = np.linalg.eigvalsh(A + A.transpose(0, 2, 1))
    return ((lam > 0).all(axis=1) | (lam < 0).all(axis=1)).mean()


def _per_matrix(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1)) > 0).sum() / draws


def _one_draw(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(n, n))
    return float((np.linalg.eigvalsh(A + A.T) > 0).all())


def _like_positive_entries(values):
    """Whether both shares are nearer to those of positive entries than to a mirrored triangle's."""
    entries, mirrored, within = (1 / 8, 1 / 64), (0.117, 0.0123), (0.006, 0.0025)
    return all(v.size == 1 for v in values) and all(
        abs(v - ours) < min(abs(v - theirs), most)
        for v, ours, theirs, most in zip(values, entries, mirrored, within, strict=True)
    )


def _like_coins(values):
    """Whether both shares are those of n independent signs, within their scatter."""
    return all(
        v.size == 1 and abs(v - coins) < within
        for v, coins, within in zip(values, (1 / 4, 1 / 8), (0.02, 0.015), strict=True)
    )


POSITIVE_DEFINITE = Exercise(
    id="6.1",
    prompt="Write probability_positive_definite(n, draws, seed). It draws GOE matrices of size n × n and "
    "returns the share of them that have only positive eigenvalues.",
    kinds=(_Chances("probability_positive_definite", ((2, 40_000, 0), (3, 40_000, 1))),),
    solution=_positive_definite,
    praise="You find about 0.146 for n = 2 and 0.025 for n = 3. Coins would give 0.25 and 0.125. So the "
    "signs of the eigenvalues of one matrix are not independent.",
    misconceptions=(
        Misconception(
            "asks for positive entries, or draws signs",
            _entries,
            "Your shares are near 1/8 and 1/64. You get these if you ask whether all *entries* are "
            "positive, and also if you fill the matrices with 1 and −1. Draw standard *normal* numbers, "
            "and test the eigenvalues: the matrix [[1, 2], [2, 1]] has positive entries and a negative "
            "eigenvalue.",
            matches=_like_positive_entries,
        ),
        Misconception(
            "mirrors the upper triangle",
            _mirrored,
            "Your diagonal has the same variance as the other entries. In the GOE its variance is twice as "
            "large. Average the whole matrix A with its transpose, and the diagonal comes out right.",
        ),
        Misconception(
            "tests the determinant",
            _determinant,
            "A positive determinant says only that the number of negative eigenvalues is even. Two negative "
            "eigenvalues pass this test. Look at the eigenvalues themselves.",
        ),
        Misconception(
            "does not symmetrise",
            _not_symmetric,
            "Your matrices are not symmetric, so some of their eigenvalues are complex. A Hessian is "
            "symmetric. Average each matrix with its transpose first.",
        ),
        Misconception(
            "treats the signs as independent",
            _coins,
            "This share belongs to n independent signs, such as coins or the entries on the diagonal. The "
            "eigenvalues of a matrix also depend on its other entries. Compute them from the whole matrix.",
            matches=_like_coins,
        ),
        Misconception(
            "asks for one positive eigenvalue",
            _some_positive,
            "This is the share of matrices with at least one positive eigenvalue. All eigenvalues are "
            "positive if the smallest one is. `eigvalsh` sorts them in ascending order.",
        ),
        Misconception(
            "also counts matrices with only negative eigenvalues",
            _all_negative_or_positive,
            "You count all matrices whose eigenvalues have the same sign. In half of these matrices all "
            "eigenvalues are negative.",
        ),
        Misconception(
            "draws uniform numbers",
            _uniform,
            "Your numbers lie between 0 and 1, so their mean is not 0. The GOE takes standard *normal* "
            "numbers: `rng.normal` or `rng.standard_normal`.",
        ),
        Misconception(
            "draws uniform numbers around 0",
            _to_minus_one,
            "Your numbers are uniform between −1 and 1. The GOE takes standard *normal* numbers. For small "
            "n the result depends on this.",
        ),
        Misconception(
            "adds the diagonal to itself",
            _doubled_diagonal,
            "If you add the transpose of a triangle, each diagonal entry is added to itself. Its variance "
            "is then four times that of the other entries. In the GOE it is only twice that of the others. "
            "Average the *whole* matrix A with its transpose.",
        ),
        Misconception(
            "tests determinant and trace",
            _determinant_and_trace,
            "Determinant and trace are enough for n = 2. With three eigenvalues, two may be negative while "
            "determinant and trace are positive. Look at the eigenvalues themselves.",
        ),
        Misconception(
            "counts eigenvalues, not matrices",
            _per_matrix,
            "This is the average number of positive eigenvalues of a matrix. In what share of the matrices "
            "are *all* of them positive?",
        ),
        Misconception(
            "multiplies A by its transpose",
            _squared,
            "The matrix AAᵀ is symmetric, but it never has a negative eigenvalue. Make A symmetric by "
            "averaging it with its transpose.",
        ),
        Misconception(
            "averages over eigenvalues",
            _share_of_eigenvalues,
            "One half is the share of positive *eigenvalues* among all eigenvalues, and the share of "
            "positive entries among all entries. For each matrix ask whether *all* its eigenvalues are "
            "positive.",
        ),
        Misconception(
            "draws one matrix only",
            _one_draw,
            "One matrix gives a yes or a no. Draw `draws` matrices, and return the share of yes answers.",
            matches=lambda values: all(v.size == 1 and v in (0, 1) for v in values),
        ),
        Misconception(
            "answers in per cent",
            _per_cent,
            "As a percentage your answer may be right. Return the share itself, a number between 0 and 1.",
            matches=lambda values: all(v.size == 1 and 1 < v <= 100 for v in values),
        ),
        Misconception(
            "returns the number of matrices",
            _number_of_draws,
            "Your answer is larger than 100, so it is a number of matrices. The share is this number "
            "divided by the number of draws.",
            matches=lambda values: all(v.size == 1 and v > 100 for v in values),
        ),
    ),
    hints=(
        "Start with `A = np.random.default_rng(seed).normal(size=(draws, n, n))`. Then symmetrise each "
        "matrix: `A.transpose(0, 2, 1)` is the stack of the transposes.",
        "`np.linalg.eigvalsh` takes the whole stack. Its result has the shape (draws, n), in ascending "
        "order.",
        "A matrix counts if its smallest eigenvalue, in column 0, is positive.",
    ),
)

EXERCISES = (POSITIVE_DEFINITE,)
