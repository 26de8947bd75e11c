"""The exercises of lesson 09 on Lanczos' method."""

import copy
from math import sqrt

import numpy as np

from course_lib.teaching import ANY, Choice, Code, Exercise, Misconception, Number, Unreadable

_A = np.diag([1.0, 2.0, 3.0])
_B = np.array(
    [
        [4.0, 1, 0, 2, 0],
        [1, 3, 1, 0, 1],
        [0, 1, -2, 1, 0],
        [2, 0, 1, 1, 3],
        [0, 1, 0, 3, 5],
    ]
)
_V = np.array([1.0, -2.0, 2.0, 0.0, 4.0])


def _times_a(v):
    return _A @ v


def _times_b(v):
    return _B @ v


_BY_HAND = Exercise(
    id="9.5",
    prompt="A = diag(1, 2, 3), start (1, 1, 1)/√3, two steps of Lanczos: the entry of T beside its "
    "diagonal; the larger Ritz value; its weight; the highest power k for which Σ weight·θᵏ is exact.",
    kinds=(Number(), Number(), Number(), Number()),
    solution=(sqrt(2 / 3), 2 + sqrt(2 / 3), 0.5, 3),
    praise="T = [[2, 0.816], [0.816, 2]]. Two nodes match the moments 1, 2, 14/3 and 12; at k = 4 they "
    "give 32.44 where 32.67 is right.",
    misconceptions=(
        Misconception(
            "forgets the root",
            (2 / 3, 2 + 2 / 3, ANY, ANY),
            "2/3 is the squared length of the residual. The vector is divided by its length, and that "
            "length is what stands in T.",
            matches=lambda beside, theta, weight, k: abs(beside - 2 / 3) < 0.007,
        ),
        Misconception(
            "keeps a minus sign",
            (-sqrt(2 / 3), ANY, ANY, ANY),
            "Right size. But what stands beside the diagonal is the length of a vector: can it be "
            "negative?",
        ),
        Misconception(
            "takes Ritz values for eigenvalues",
            (ANY, 3, ANY, ANY),
            "3 is an eigenvalue of A. Two steps see the spectrum through a keyhole: the Ritz values lie "
            "inside [1, 3]. Compute the eigenvalues of your T.",
        ),
        Misconception(
            "takes the smaller Ritz value",
            (ANY, 2 - sqrt(2 / 3), ANY, ANY),
            "That is the smaller of the two. Descending order: the larger comes first.",
        ),
        Misconception(
            "does not square the entry",
            (ANY, ANY, sqrt(0.5), ANY),
            "That is the first entry of T's eigenvector. The weight is its square, so that all weights "
            "sum to 1.",
            matches=lambda beside, theta, weight, k: abs(weight - sqrt(0.5)) < 0.01,
        ),
        Misconception(
            "shares the weight among the eigenvalues",
            (ANY, ANY, 1 / 3, ANY),
            "1/3 is what each of the three eigenvalues weighs, seen from the start. After two steps "
            "there are two nodes, and their weights sum to 1.",
        ),
        Misconception(
            "thinks that m nodes match m powers",
            (ANY, ANY, ANY, 2),
            "Two nodes and two weights are four free numbers. How many moments, from k = 0 on, can they "
            "match?",
        ),
        Misconception(
            "counts from one",
            (ANY, ANY, ANY, 4),
            "Four free numbers match four moments. The first of them is k = 0: the weights sum to 1.",
        ),
        Misconception(
            "counts 2m + 1",
            (ANY, ANY, ANY, 5),
            "The powers from 0 to 5 are six conditions. How many free numbers do two nodes and two "
            "weights have?",
        ),
    ),
    hints=(
        "v₁ = (1, 1, 1)/√3, so Av₁ = (1, 2, 3)/√3. T₁₁ = v₁ᵀAv₁ is the mean of 1, 2 and 3.",
        "The residual Av₁ − T₁₁v₁ = (−1, 0, 1)/√3 has the length that stands beside the diagonal.",
        "v₂ = (−1, 0, 1)/√2, and T₂₂ = v₂ᵀAv₂. The eigenvectors of [[a, b], [b, a]] are (1, ±1)/√2.",
    ),
)


def _lanczos(matvec, v, m):
    tridiagonal = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        tridiagonal[j, j] = v @ r
        r = r - tridiagonal[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            tridiagonal[j, j + 1] = tridiagonal[j + 1, j] = beta
        previous, v = v, r / beta
    return tridiagonal


def _start_not_normalised(matvec, v, m):
    T = np.zeros((m, m))
    previous, beta = np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        previous, v = v, r / beta
    return T


def _squared_beta(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta**2
        previous, v = v, r / beta
    return T


def _forgets_the_previous(matvec, v, m):
    T = np.zeros((m, m))
    v = v / np.linalg.norm(v)
    for j in range(m):
        r = matvec(v)
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        v = r / beta
    return T


def _one_side_only(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = beta
        previous, v = v, r / beta
    return T


def _below_only(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j + 1, j] = beta
        previous, v = v, r / beta
    return T


def _next_not_normalised(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        previous, v = v, r
    return T


def _keeps_alpha(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        previous, v = v, r / beta
    return T


def _one_too_large(matvec, v, m):
    T = np.zeros((m + 1, m + 1))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        T[j, j + 1] = T[j + 1, j] = beta
        previous, v = v, r / beta
    return T


def _diagonal_only(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        previous, v = v, r / beta
    return T


def _power_iteration(matvec, v, m):
    T = np.zeros((m, m))
    v = v / np.linalg.norm(v)
    for j in range(m):
        r = matvec(v)
        T[j, j] = v @ r
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        v = r / beta
    return T


def _ritz_values(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        previous, v = v, r / beta
    return np.linalg.eigvalsh(T)


class _Tridiagonal(Code):
    """`lanczos_by_hand`; to two arrays in place of a matrix it says what is expected."""

    def read(self, function):
        """Return the matrices."""
        try:
            value = function(*copy.deepcopy(self.cases[-1]))
        except Exception:  # told as for any other code, below
            value = None
        if isinstance(value, tuple) and len(value) in (2, 3):
            raise Unreadable(
                f"Expected: one array, the m × m matrix T; yours returns {len(value)} things. Put the "
                "α on its diagonal and the β beside it."
            )
        return super().read(function)


def _are_ritz_values(values):
    """Tell whether these are the Ritz values, in ascending or in descending order."""
    return all(
        found.shape == (m,) and np.allclose(np.sort(found), _ritz_values(matvec, v, m))
        for found, (matvec, v, m) in zip(values, _CASES, strict=True)
    )


_CASES = ((_times_a, np.array([2.0, 2.0, 2.0]), 2), (_times_b, _V, 4))

_STEP = Exercise(
    id="9.6",
    prompt="Write lanczos_by_hand(matvec, v, m): m steps from the vector v; return the m × m matrix T.",
    kinds=(_Tridiagonal("lanczos_by_hand", _CASES),),
    solution=_lanczos,
    praise="Three vectors in memory, one product a step, and the ends of the spectrum come out first.",
    misconceptions=(
        Misconception(
            "does not normalise the start",
            _start_not_normalised,
            "T₁₁ must lie between the smallest and the largest eigenvalue. Yours grows with the length "
            "of v: what must be done to v first?",
        ),
        Misconception(
            "puts the squared length beside the diagonal",
            _squared_beta,
            "Beside the diagonal stands the length of the residual; yours is its square.",
        ),
        Misconception(
            "forgets the vector before the last",
            _forgets_the_previous,
            "The first two steps are right. From then on Av has a part along the vector before the last, "
            "of size β: take that off as well.",
        ),
        Misconception(
            "fills one side only",
            _one_side_only,
            "T is symmetric: β stands on both sides of the diagonal.",
        ),
        Misconception(
            "fills the other side only",
            _below_only,
            "Below the diagonal all is right. Is your T symmetric?",
        ),
        Misconception(
            "does not normalise the next vector",
            _next_not_normalised,
            "Your first vector has length 1, the next ones do not. What must be done to r before it "
            "is multiplied?",
        ),
        Misconception(
            "keeps the part along the last vector",
            _keeps_alpha,
            "α is right at first, but it is never taken off: your r still has a part along v, so that "
            "β comes out too large.",
        ),
        Misconception(
            "returns one row and one column too many",
            _one_too_large,
            "m steps give m numbers on the diagonal: your T has a row and a column too many. What does "
            "the last residual's length stand between?",
            matches=lambda values: all(
                value.shape == (m + 1, m + 1)
                for value, (_, _, m) in zip(values, _CASES, strict=True)
            ),
        ),
        Misconception(
            "fills the diagonal only",
            _diagonal_only,
            "The diagonal is right. The lengths of the residuals belong beside it, on both sides.",
        ),
        Misconception(
            "runs power iteration",
            _power_iteration,
            "You pass Av on as it is: that is power iteration. Lanczos first takes off what lies along "
            "the vectors it has.",
        ),
        Misconception(
            "returns the Ritz values",
            _ritz_values,
            "These are the eigenvalues of T, the next step. The question asks for T itself.",
            matches=_are_ritz_values,
        ),
    ),
    hints=(
        "Start from v/‖v‖, a zero vector as the one before it, and β = 0.",
        "A step: r = Av − β·previous; α = vᵀr; r = r − αv; β = ‖r‖; the next v is r/β.",
        "α goes on the diagonal; β on both sides of it, between this step and the next.",
    ),
)

_COPIES = Exercise(
    id="9.7",
    prompt="Lanczos from one start vector, 200 steps, no reorthogonalization: 10.000 is reported four "
    "times, each time converged. What do you know about the multiplicity of the eigenvalue 10?",
    kinds=(Choice(("it is 4", "it is 1", "it is at least 1", "nothing: H is not symmetric")),),
    solution="it is at least 1",
    praise="In exact arithmetic one start vector meets each distinct eigenvalue once, whatever its "
    "multiplicity. The copies are rounding.",
    misconceptions=(
        Misconception(
            "takes copies for multiplicity",
            "it is 4",
            "Even for the identity matrix a Krylov space holds the eigenvalue once. Where could four "
            "come from?",
        ),
        Misconception(
            "concludes that it is simple",
            "it is 1",
            "A single start vector cannot see multiplicity at all. What could? (A second start, or a "
            "block.)",
        ),
        Misconception(
            "blames asymmetry",
            "nothing: H is not symmetric",
            "Asymmetry would show in uᵀHv against vᵀHu. Copies of λ₁ appear with every symmetric matrix, "
            "once λ₁ has converged.",
        ),
    ),
    hints=(
        "Run it on the identity matrix, in your head: what is v, Av, A²v?",
        "The start vector has one component in the whole eigenspace of 10.",
    ),
)

EXERCISES = (_BY_HAND, _STEP, _COPIES)
