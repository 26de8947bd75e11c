"""The exercise of lesson 06, with the wrong answers that people give: sample a probability."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception


class _Chances(Code):
    """A function that estimates probabilities by sampling: two answers agree within their scatter."""

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


def _signs(n, draws, seed):
    A = np.random.default_rng(seed).choice([-1.0, 1.0], (draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, 0] > 0).mean()


def _doubled_diagonal(n, draws, seed):
    A = np.triu(np.random.default_rng(seed).normal(size=(draws, n, n)))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, 0] > 0).mean()


def _determinant_and_trace(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    S = A + A.transpose(0, 2, 1)
    return ((np.linalg.det(S) > 0) & (np.trace(S, axis1=1, axis2=2) > 0)).mean()


def _per_matrix(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1)) > 0).sum() / draws


def _one_draw(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(n, n))
    return float((np.linalg.eigvalsh(A + A.T) > 0).all())


POSITIVE_DEFINITE = Exercise(
    id="6.1",
    prompt="Write probability_positive_definite(n, draws, seed): the share of random symmetric matrices "
    "with only positive eigenvalues.",
    kinds=(_Chances("probability_positive_definite", ((2, 40_000, 0), (3, 40_000, 1))),),
    solution=_positive_definite,
    praise="0.146 and 0.025, where independent signs would give 0.25 and 0.125: eigenvalues repel.",
    misconceptions=(
        Misconception(
            "mirrors the upper triangle",
            _mirrored,
            "Your diagonal has the same variance as the rest. In the GOE it is twice as large: that makes "
            "the ensemble the same in every rotated basis. Average A with its transpose.",
        ),
        Misconception(
            "tests the determinant",
            _determinant,
            "det > 0 only says that the number of negative eigenvalues is even.",
        ),
        Misconception(
            "does not symmetrise",
            _not_symmetric,
            "These matrices are not symmetric, and some eigenvalues are complex. A Hessian is symmetric.",
        ),
        Misconception(
            "treats the signs as independent",
            _coins,
            "That would hold if eigenvalues ignored each other. Take them from one matrix.",
        ),
        Misconception(
            "asks for one positive eigenvalue",
            _some_positive,
            "That is the chance that *some* eigenvalue is positive, and by symmetry the chance that some is "
            "negative. All are positive if the smallest is: `eigvalsh` sorts ascending.",
        ),
        Misconception(
            "draws uniform numbers",
            _uniform,
            "Your numbers lie between 0 and 1, and their mean is not 0. The GOE takes standard *normal* "
            "ones: `rng.normal` or `rng.standard_normal`.",
        ),
        Misconception(
            "draws uniform numbers around 0",
            _to_minus_one,
            "Your numbers lie between −1 and 1. The GOE takes standard *normal* ones; for small n the law of "
            "the entries still shows.",
        ),
        Misconception(
            "draws signs",
            _signs,
            "With entries of ±1 few matrices are possible at all. The GOE takes standard *normal* entries.",
        ),
        Misconception(
            "adds the diagonal to itself",
            _doubled_diagonal,
            "Adding the transpose of a triangle counts its diagonal twice: its variance is then four times "
            "that of the rest, in the GOE it is twice. Average the *whole* A with its transpose.",
        ),
        Misconception(
            "tests determinant and trace",
            _determinant_and_trace,
            "That is enough for n = 2 and no further: with three eigenvalues, two may be negative. Look at "
            "the eigenvalues themselves.",
        ),
        Misconception(
            "counts eigenvalues, not matrices",
            _per_matrix,
            "That is how many positive eigenvalues a matrix has on average. In how many matrices are *all* "
            "of them positive?",
        ),
        Misconception(
            "multiplies A by its transpose",
            _squared,
            "AAᵀ is symmetric, and never has a negative eigenvalue: that is a second-moment matrix. Make A "
            "symmetric without squaring it.",
        ),
        Misconception(
            "averages over eigenvalues",
            _share_of_eigenvalues,
            "Half of all *eigenvalues* are positive, by symmetry. Which matrices have no other?",
        ),
        Misconception(
            "draws one matrix only",
            _one_draw,
            "One matrix says yes or no. Draw `draws` of them, and return in which share it is yes.",
            matches=lambda values: all(v.size == 1 and v in (0, 1) for v in values),
        ),
        Misconception(
            "answers in per cent",
            _per_cent,
            "In per cent that is right. Return the share itself, a number between 0 and 1.",
            matches=lambda values: all(v.size == 1 and 1 < v <= 100 for v in values),
        ),
        Misconception(
            "returns how many",
            _number_of_draws,
            "That is how many of the draws. Divide by the number of draws.",
            matches=lambda values: all(v.size == 1 and v > 100 for v in values),
        ),
    ),
    hints=(
        "`A = np.random.default_rng(seed).normal(size=(draws, n, n))`, then symmetrise each matrix.",
        "`np.linalg.eigvalsh` takes the whole stack; its result has the shape (draws, n), ascending.",
        "A matrix counts if its smallest eigenvalue, column 0, is positive.",
    ),
)

EXERCISES = (POSITIVE_DEFINITE,)
