"""Exercises of lesson 05, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception, Number


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


def _per_matrix(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(draws, n, n))
    return (np.linalg.eigvalsh(A + A.transpose(0, 2, 1)) > 0).sum() / draws


def _one_draw(n, draws, seed):
    A = np.random.default_rng(seed).normal(size=(n, n))
    return float((np.linalg.eigvalsh(A + A.T) > 0).all())


_RARE = Exercise(
    id="5.1",
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

_SPIKE = Exercise(
    id="5.5",
    prompt="Noise with edge 2 plus a rank-one signal θ, for large n: λ₁ and overlap² at θ = 1.5, and at "
    "θ = 0.8.",
    kinds=(Number(), Number(), Number(), Number(atol=1e-3)),
    solution=(1.5 + 1 / 1.5, 1 - 1 / 1.5**2, 2, 0),
    praise="θ + 1/θ = 2.17 with overlap² 0.56; and at 0.8 the signal leaves no trace in λ₁ or v₁.",
    misconceptions=(
        Misconception(
            "lets the spike keep its value",
            (1.5, 5 / 9, 2, 0),
            "1.5 lies inside the bulk, below its edge at 2. Noise pushes the outlier outwards, by 1/θ.",
            matches=lambda top, overlap, low, none: abs(top - 1.5) < 0.01,
        ),
        Misconception(
            "adds the spike to the edge",
            (3.5, 5 / 9, 2, 0),
            "The edge is no floor to stand on: signal and noise share the eigenvector.",
            matches=lambda top, overlap, low, none: abs(top - 3.5) < 0.03,
        ),
        Misconception(
            "uses the formula below the threshold",
            (1.5 + 1 / 1.5, 5 / 9, 2.05, 0),
            "θ + 1/θ grows again below θ = 1, but nothing leaves the bulk there. Where does the bulk end?",
            matches=lambda top, overlap, low, none: abs(low - 2.05) < 0.01,
        ),
        Misconception(
            "expects the signal's own value below the threshold",
            (1.5 + 1 / 1.5, 5 / 9, 0.8, 0),
            "λ₁ is the *largest* of all eigenvalues, and the noise alone has some near 2.",
            matches=lambda top, overlap, low, none: abs(low - 0.8) < 0.01,
        ),
        Misconception(
            "thinks that an outlier points at the signal",
            (1.5 + 1 / 1.5, 1, 2, 0),
            "Even where it shows, the top eigenvector is partly noise.",
            matches=lambda top, overlap, low, none: abs(overlap - 1) < 0.01,
        ),
        Misconception(
            "forgets the square of the overlap",
            (1.5 + 1 / 1.5, (5 / 9) ** 0.5, 2, 0),
            "That is |uᵀv|. The question asks for its square.",
            matches=lambda top, overlap, low, none: abs(overlap - (5 / 9) ** 0.5) < 0.008,
        ),
        Misconception(
            "divides by θ once",
            (1.5 + 1 / 1.5, 1 / 3, 2, 0),
            "1 − 1/θ is the wrong power: θ enters the overlap² squared.",
            matches=lambda top, overlap, low, none: abs(overlap - 1 / 3) < 0.005,
        ),
        Misconception(
            "takes the overlap formula below the threshold",
            (1.5 + 1 / 1.5, 5 / 9, 2, 1 - 1 / 0.8**2),
            "A squared overlap cannot be negative: the formula has left its range, θ > 1.",
            matches=lambda top, overlap, low, none: none < -0.01,
        ),
        Misconception(
            "expects a little overlap below the threshold",
            (1.5 + 1 / 1.5, 5 / 9, 2, 0.36),
            "For finite n a little is left; it goes to zero as n grows. The question is about large n.",
            matches=lambda top, overlap, low, none: none > 0.001,
        ),
    ),
    hints=(
        "Compare θ with the threshold 1 first.",
        "Above it: λ₁ = θ + 1/θ and overlap² = 1 − 1/θ².",
        "Below it the largest eigenvalue is that of the noise alone.",
    ),
)

_WHY = Exercise(
    id="5.4",
    prompt="Five classes, linear softmax at W = 0, mean(xxᵀ) with eigenvalues 30, 3, 2, …: λ₁, how many "
    "eigenvalues equal it, and the ratio across that rank without the 30.",
    kinds=(Number(), Number(1e-6), Number()),
    solution=(6, 4, 1.5),
    praise="6 four times, then 0.6 four times: a ratio of 10. Without the 30 it is 0.6 to 0.4, no gap to "
    "speak of.",
    misconceptions=(
        Misconception(
            "expects one outlier for each class",
            (6, 5, 1.5),
            "Add the same constant to all five logits: no probability moves. One direction is free.",
            matches=lambda top, copies, ratio: abs(copies - 5) < 0.1,
        ),
        Misconception(
            "forgets the softmax",
            (30, 4, 1.5),
            "The curvature of the softmax at equal probabilities multiplies everything by 1/C.",
            matches=lambda top, copies, ratio: abs(top - 30) < 0.3,
        ),
        Misconception(
            "takes p(1 − p) for the eigenvalue",
            (4.8, 4, 1.5),
            "p(1 − p) is a diagonal entry of diag(p) − ppᵀ. The eigenvalue of a direction whose entries sum "
            "to 0 is p.",
            matches=lambda top, copies, ratio: abs(top - 4.8) < 0.05,
        ),
        Misconception(
            "divides by C − 1",
            (7.5, 4, 1.5),
            "C − 1 is how often it comes, not how large it is: the softmax's factor is p = 1/C.",
            matches=lambda top, copies, ratio: abs(top - 7.5) < 0.07,
        ),
        Misconception(
            "multiplies by 1 − p only",
            (24, 4, 1.5),
            "1 − p is not the factor. Which number does diag(p) − ppᵀ make of a direction whose entries sum "
            "to 0?",
            matches=lambda top, copies, ratio: abs(top - 24) < 0.2,
        ),
        Misconception(
            "counts every eigenvalue that is not zero",
            (6, 4 * 64, 1.5),
            "Each eigenvalue of mean(xxᵀ) gives a group of its own. How many are in the first?",
            matches=lambda top, copies, ratio: copies > 9.5,
        ),
        Misconception(
            "forgets that the free direction is the only one lost",
            (6, 3, 1.5),
            "One of five directions is lost, not two.",
            matches=lambda top, copies, ratio: abs(copies - 3) < 0.1,
        ),
        Misconception(
            "skips an eigenvalue",
            (6, 4, 15),
            "Between 30 and 2 there is a 3. And the ratio is asked for *without* the 30.",
            matches=lambda top, copies, ratio: abs(ratio - 15) < 0.1,
        ),
        Misconception(
            "divides by ten classes",
            (3, 4, 1.5),
            "There are five classes here: what is p?",
            matches=lambda top, copies, ratio: abs(top - 3) < 0.03,
        ),
        Misconception(
            "expects one outlier for one input direction",
            (6, 1, 1.5),
            "Each input direction appears once for every non-zero eigenvalue of diag(p) − ppᵀ.",
            matches=lambda top, copies, ratio: abs(copies - 1) < 0.1,
        ),
        Misconception(
            "thinks that centring is cosmetic",
            (6, 4, 10),
            "10 is the ratio with the 30 in place. Which number remains on top without it?",
            matches=lambda top, copies, ratio: abs(ratio - 10) < 0.1,
        ),
        Misconception(
            "turns the ratio round",
            (6, 4, 2 / 3),
            "Larger over smaller: λₖ/λₖ₊₁ is at least 1.",
            matches=lambda top, copies, ratio: abs(ratio - 2 / 3) < 0.01,
        ),
        Misconception(
            "sees no gap at all",
            (6, 4, 1),
            "Within the group the ratio is 1. Compare the last of the group with the first after it.",
            matches=lambda top, copies, ratio: abs(ratio - 1) < 0.01,
        ),
    ),
    hints=(
        "The eigenvalues of a Kronecker product are the products of the eigenvalues.",
        "diag(p) − ppᵀ with p = 1/5 has the eigenvalue 1/5 for every direction whose entries sum to 0, and "
        "0 for (1, 1, 1, 1, 1).",
        "Without the 30 the largest are 3/5 and then 2/5, each as many times as before.",
    ),
)

_ZEROS = Exercise(
    id="5.2",
    prompt="tanh network 64-16-10 with biases; 5 pixels are 0 in every training image. How many Hessian "
    "eigenvalues are exactly zero at a random start?",
    kinds=(Number(rtol=1e-6),),
    solution=97,
    praise="80 weights that never act, and 17 numbers that can be added to all ten logits alike.",
    misconceptions=(
        Misconception(
            "counts dead pixels only",
            80,
            "Right so far. Now the last layer: what can you add to it without changing any probability?",
        ),
        Misconception(
            "forgets the bias",
            96,
            "The last layer's bias can be shifted, too.",
        ),
        Misconception(
            "counts pixels, not weights",
            5,
            "Each dead pixel has a weight to every hidden unit.",
        ),
        Misconception(
            "counts only the shift of the biases",
            81,
            "Each of the 16 hidden units has ten outgoing weights as well: shift all ten alike.",
        ),
        Misconception(
            "counts only the shift",
            17,
            "That is the last layer's part. What about a weight whose input is always 0?",
        ),
        Misconception(
            "counts all weights that take part in the shift",
            250,
            "The last layer has 170 weights, but only vectors that shift *all ten logits alike* do nothing: "
            "one for each input of that layer, and one for the bias.",
        ),
        Misconception(
            "counts ten biases",
            90,
            "Ten biases, but one way to shift them all alike. And the weights of the last layer?",
        ),
        Misconception(
            "counts one shift for the whole layer",
            1,
            "One free direction for ten logits, but it can be had from each input of the last layer, not "
            "only from its bias. And the dead pixels?",
        ),
        Misconception(
            "counts pixels beside the shifts",
            22,
            "The 17 are right. But a dead pixel has more than one weight.",
        ),
        Misconception(
            "counts all outgoing weights",
            240,
            "Of the 160 outgoing weights only those directions do nothing that move all ten logits alike: "
            "one for each hidden unit.",
            matches=lambda zeros: zeros in (160, 170, 240),
        ),
        Misconception(
            "counts the others",
            1113,
            "That many are *not* zero.",
        ),
        Misconception(
            "takes the bias for ten shifts",
            106,
            "80 and 16 are right. The ten biases can be shifted together in one way, not in ten.",
        ),
        Misconception(
            "connects dead pixels to the classes",
            50,
            "The pixels feed the 16 hidden units, not the ten classes.",
        ),
        Misconception(
            "thinks that zeros come from training",
            0,
            "These zeros are there before the first step: look for weights that cannot act.",
        ),
    ),
    hints=(
        "A weight on a pixel that is always 0 changes no output. How many such weights are there?",
        "The softmax sees only differences of logits. Which changes of the last layer add the same to all "
        "ten?",
        "The last layer has 16 inputs and a bias: for each of them, add one number to its weights to all ten "
        "classes.",
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


def _the_ratio(eigenvalues, kmax=15):
    lam = np.sort(eigenvalues)[::-1]
    k = min(kmax, len(lam) - 1)
    return np.max(lam[:k] / lam[1 : k + 1])


_LARGEST_GAP = Exercise(
    id="5.3",
    prompt="Write largest_gap(eigenvalues, kmax=15): the k from 1 to kmax with the largest λₖ/λₖ₊₁.",
    kinds=(
        Code(
            "largest_gap",
            (
                (np.array([10, 4, 3.5, 1, 0.9, 0.8, 0.7]),),
                (np.array([5.0, 4, 1, -6]),),
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

EXERCISES = {e.id: e for e in (_RARE, _ZEROS, _LARGEST_GAP, _WHY, _SPIKE)}
