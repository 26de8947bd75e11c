"""The exercises on outliers, with the wrong answers that people give: find them, explain them."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception, Number


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


_SPECTRA = (
    (np.array([10, 4, 3.5, 1, 0.9, 0.8, 0.7]),),
    (np.array([5.0, 4, 1, -6]),),
    (np.array([9.0, 3, 2, -8]),),
    (np.array([5, 4, 1, -0.01]),),
    (np.array([1, 0.9, 10, 4, 0.8, 3.5]),),
    (np.array([8, 4.1, 4, 3.9, 0.01]), 3),
    (np.array([9, 8.5, 8, 7.5, 0.5, 0.4, 0.01]), 4),
)
LARGEST_GAP = Exercise(
    id="7.2",
    prompt="Write largest_gap(eigenvalues, kmax=15): the k from 1 to kmax with the largest λₖ/λₖ₊₁.",
    kinds=(Code("largest_gap", _SPECTRA),),
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
            "sorts ascending", _ascending, "`np.sort` sorts ascending: λ₁ is then the last one."
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

KRONECKER = Exercise(
    id="7.3",
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
            "counts as with ten classes",
            (6, 9, 1.5),
            "Nine was C − 1 with ten classes. How many classes are there here?",
            matches=lambda top, copies, ratio: abs(copies - 9) < 0.1,
        ),
        Misconception(
            "multiplies by 1/C twice",
            (1.2, 4, 1.5),
            "You multiplied by 1/25. diag(p) − ppᵀ makes p of a direction whose entries sum to 0, once.",
            matches=lambda top, copies, ratio: abs(top - 1.2) < 0.01,
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

EXERCISES = (LARGEST_GAP, KRONECKER)
