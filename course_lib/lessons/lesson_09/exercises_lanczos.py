"""The exercises of lesson 09 on Lanczos' method."""

import copy

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception, Unreadable

_A = np.diag([1.0, 2.0, 3.0])
_B = np.array(
    [[4.0, 1, 0, 2, 0], [1, 3, 1, 0, 1], [0, 1, -2, 1, 0], [2, 0, 1, 1, 3], [0, 1, 0, 3, 5]]
)
_V = np.array([1.0, -2.0, 2.0, 0.0, 4.0])


def _times_a(v):
    return _A @ v


def _times_b(v):
    return _B @ v


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

EXERCISES = (_STEP,)
