"""Exercises of lesson 05 that are answered by a function: sample a probability, find a gap."""

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


RARE = Exercise(
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


def _gap(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    ratios = lam[:k] / lam[1 : k + 1]
    return int(np.argmax(ratios)) + 1


def _differences(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[:k] - lam[1 : k + 1])) + 1


def _from_zero(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[:k] / lam[1 : k + 1]))


def _by_magnitude(eigenvalues, kmax=15):
    lam = np.sort(np.abs(eigenvalues))[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[:k] / lam[1 : k + 1])) + 1


def _unsorted(eigenvalues, kmax=15):
    lam = np.asarray(eigenvalues)
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[:k] / lam[1 : k + 1])) + 1


def _ascending(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(lam[1 : k + 1] / lam[:k])) + 1


def _no_limit(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    return int(np.argmax(lam[:-1] / lam[1:])) + 1


def _one_short(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1][:kmax]
    return int(np.argmax(lam[:-1] / lam[1:])) + 1


def _absolute(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax(np.abs(lam[:k] / lam[1 : k + 1]))) + 1


def _relative(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return int(np.argmax((lam[:k] - lam[1 : k + 1]) / lam[:k])) + 1


def _with_ratio(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    ratios = lam[:k] / lam[1 : k + 1]
    return int(np.argmax(ratios)) + 1, ratios.max()


def _the_ratio(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return np.max(lam[:k] / lam[1 : k + 1])


LARGEST_GAP = Exercise(
    id="7.2",
    prompt="Write largest_gap(eigenvalues, kmax=15): the k from 1 to kmax with the largest λₖ/λₖ₊₁.",
    kinds=(
        Code(
            "largest_gap",
            (
                (np.array([10, 4, 3.5, 1, 0.9, 0.8, 0.7]),),
                (np.array([5.0, 4, 1, -6]),),
                (np.array([9.0, 3, 2, -8]),),
                (np.array([5, 4, 1, -0.01]),),
                (np.array([1, 0.9, 10, 4, 0.8, 3.5]),),
                (np.array([8, 4.1, 4, 3.9, 0.01]), 3),
                (np.array([9, 8.5, 8, 7.5, 0.5, 0.4, 0.01]), 4),
            ),
        ),
    ),
    solution=_gap,
    praise="A ratio, signed values, a limit, and counting from 1: four decisions, all yours.",
    misconceptions=(
        Misconception(
            "takes differences",
            _differences,
            "A difference favours the top of the list. An outlier stands out *relative* to its neighbour.",
        ),
        Misconception(
            "counts from 0",
            _from_zero,
            "One behind: Python counts from 0, and the gap after the first eigenvalue is the gap after 1.",
        ),
        Misconception(
            "sorts by magnitude",
            _by_magnitude,
            "A large negative eigenvalue is no outlier at the top. Sort the signed values.",
        ),
        Misconception(
            "takes the size of a negative ratio",
            _absolute,
            "Your sorting is right. But across zero λₖ/λₖ₊₁ is negative, and you took its size: the smallest "
            "of the positive ones would look like the last outlier.",
        ),
        Misconception(
            "takes relative differences",
            _relative,
            "(λₖ − λₖ₊₁)/λₖ is largest where the sign changes, whatever comes before. Take the ratio "
            "λₖ/λₖ₊₁ as it is.",
        ),
        Misconception(
            "returns the ratio beside k",
            _with_ratio,
            "Two numbers came back. Return k alone.",
            matches=lambda values: any(v.size == 2 for v in values),
        ),
        Misconception(
            "does not sort",
            _unsorted,
            "The eigenvalues may come in any order, and one of the trials is mixed up.",
        ),
        Misconception(
            "sorts ascending",
            _ascending,
            "`np.sort` sorts ascending: λ₁ is then the last one.",
        ),
        Misconception(
            "ignores kmax",
            _no_limit,
            "Far down the list ratios are wild, which is what kmax is for. Does your function look beyond "
            "it?",
        ),
        Misconception(
            "stops one short of kmax",
            _one_short,
            "k = kmax itself is allowed: then kmax ratios are needed, and kmax + 1 eigenvalues.",
        ),
        Misconception(
            "returns the ratio",
            _the_ratio,
            "That is the largest ratio itself. At which k does it stand?",
        ),
    ),
    hints=(
        "Sort descending: `np.sort(eigenvalues)[::-1]`.",
        "`lam[:k] / lam[1:k + 1]` are the first k ratios; there are at most len(lam) − 1 of them.",
        "`np.argmax` counts from 0.",
    ),
)
