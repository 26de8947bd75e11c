"""The exercises of lesson 09 on Lanczos' method."""

import copy

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception, Unreadable

_A = np.diag([1.0, 2.0, 3.0])
_B = np.array(
    [[4.0, 1, 0, 2, 0], [1, 3, 1, 0, 1], [0, 1, -2, 1, 0], [2, 0, 1, 1, 3], [0, 1, 0, 3, 5]]
)
_V = np.array([1.0, -2.0, 2.0, 0.0, 4.0])
_C = np.diag([1.0, 1.0, 3.0])  # two distinct eigenvalues


def _times_a(v):
    return _A @ v


def _times_b(v):
    return _B @ v


def _times_c(v):
    return _C @ v


def _lanczos(matvec, v, m):
    tridiagonal = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        tridiagonal[j, j] = v @ r
        r = r - tridiagonal[j, j] * v
        beta = float(np.linalg.norm(r))
        if beta < 1e-10:
            return tridiagonal[: j + 1, : j + 1]
        if j + 1 < m:
            tridiagonal[j, j + 1] = tridiagonal[j + 1, j] = beta
        previous, v = v, r / beta
    return tridiagonal


def _never_ends(matvec, v, m):
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
    return T


def _keeps_empty_rows(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if beta < 1e-10:
            break
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        previous, v = v, r / beta
    return T


def _one_row_short_at_the_end(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if beta < 1e-10:
            return T[:j, :j]
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        previous, v = v, r / beta
    return T


def _one_row_short(matvec, v, m):
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
    return T[: m - 1, : m - 1]


def _shifted_beta(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        previous, v = v, r / beta
    return T


def _overwrites_the_previous(matvec, v, m):
    T = np.zeros((m, m))
    v, previous, beta = v / np.linalg.norm(v), np.zeros(len(v)), 0.0
    for j in range(m):
        r = matvec(v) - beta * previous
        T[j, j] = v @ r
        r = r - T[j, j] * v
        beta = float(np.linalg.norm(r))
        if j + 1 < m:
            T[j, j + 1] = T[j + 1, j] = beta
        v = r / beta
        previous = v
    return T


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
            with np.errstate(all="ignore"):
                value = function(*copy.deepcopy(self.cases[1]))
        except Exception:  # told as for any other code, below
            value = None
        if isinstance(value, tuple) and len(value) in (2, 3):
            raise Unreadable(
                f"Your function should return one array, the m × m matrix T. It returns {len(value)} values. "
                "Put the α on the diagonal of T and the β beside it."
            )
        return super().read(function)


_CASES = (
    (_times_a, np.array([2.0, 2.0, 2.0]), 2),
    (_times_b, _V, 4),
    (_times_c, np.array([1.0, 1.0, 1.0]), 3),  # ends after two steps
)


def _are_ritz_values(values):
    """Tell whether these are the Ritz values, in ascending or in descending order."""
    return all(
        found.shape == (m,) and np.allclose(np.sort(found), _ritz_values(matvec, v, m))
        for found, (matvec, v, m) in zip(values[:2], _CASES[:2], strict=True)
    )


def _as(function):
    """Return a test whether values are those of a function, where the third case does not matter.

    There a function that goes on after the end divides rounding errors by their length.
    """

    def matches(values):
        return all(
            found.shape == wanted.shape and np.allclose(found, wanted, rtol=1e-6)
            for found, case in zip(values[:2], _CASES[:2], strict=True)
            for T in [function(*copy.deepcopy(case))]
            for wanted in [T.reshape(()) if T.size == 1 else T]  # as `Code` reads it
        )

    return matches


def _right_until_the_end(values):
    return _as(_lanczos)(values) and values[2].shape == (3, 3)


def _third_row_is_empty(values):
    return _right_until_the_end(values) and bool((values[2][2] == 0).all())


def _last_row_is_missing(values):
    return _as(_lanczos)(values) and values[2].size == 1


_STEP = Exercise(
    id="9.5",
    prompt="Write lanczos_by_hand(matvec, v, m): m steps from the vector v; return the m × m matrix T. "
    "If a β is below 1e-10 after j steps, stop and return the j × j matrix.",
    kinds=(_Tridiagonal("lanczos_by_hand", _CASES),),
    solution=_lanczos,
    praise="Lanczos' method keeps three vectors in memory, takes one product per step, and finds the ends of "
    "the spectrum first.",
    misconceptions=(
        Misconception(
            "does not normalize the start",
            _start_not_normalised,
            "T₁₁ must lie between the smallest and the largest eigenvalue. Yours grows with the "
            "length of v: what must you do with v first?",
            matches=_as(_start_not_normalised),
        ),
        Misconception(
            "puts the squared length beside the diagonal",
            _squared_beta,
            "The entry beside the diagonal is the length of the residual. Yours is the square of this "
            "length.",
            matches=_as(_squared_beta),
        ),
        Misconception(
            "forgets the vector before the last",
            _forgets_the_previous,
            "The first two steps are right. From then on Av has a part along the vector before the "
            "last one, of size β. Subtract this part as well.",
            matches=_as(_forgets_the_previous),
        ),
        Misconception(
            "overwrites the previous vector",
            _overwrites_the_previous,
            "The first step is right. In the next one you subtract a part along the newest vector, "
            "not along the vector before it: did you overwrite `previous` too early or too late?",
            matches=_as(_overwrites_the_previous),
        ),
        Misconception(
            "fills one side only",
            _one_side_only,
            "T is symmetric: each β appears on both sides of the diagonal.",
            matches=_as(_one_side_only),
        ),
        Misconception(
            "fills the other side only",
            _below_only,
            "Below the diagonal everything is right. Is your T symmetric?",
            matches=_as(_below_only),
        ),
        Misconception(
            "puts every β one place too late",
            _shifted_beta,
            "The numbers are right, but each β is one place too late. The first residual connects v₁ "
            "with v₂: where in T does its length belong?",
            matches=_as(_shifted_beta),
        ),
        Misconception(
            "does not normalize the next vector",
            _next_not_normalised,
            "Your first vector has length 1, but the next ones do not. What must you do with r before "
            "you multiply it?",
            matches=_as(_next_not_normalised),
        ),
        Misconception(
            "keeps the part along the last vector",
            _keeps_alpha,
            "α is right at first, but you never subtract αv. So your r still has a part along v, and "
            "β comes out too large.",
            matches=_as(_keeps_alpha),
        ),
        Misconception(
            "returns one row and one column too many",
            _one_too_large,
            "m steps give m numbers on the diagonal, but your T has one row and one column too many. The "
            "length of the last residual does not belong to T.",
            matches=lambda values: all(
                value.shape == (m + 1, m + 1)
                for value, (_, _, m) in zip(values, _CASES, strict=True)
            ),
        ),
        Misconception(
            "returns one row and one column too few",
            _one_row_short,
            "m steps give m numbers on the diagonal. Your T has one row and one column too few: does "
            "your loop stop too early?",
            matches=_as(_one_row_short),
        ),
        Misconception(
            "fills the diagonal only",
            _diagonal_only,
            "The diagonal is right. The lengths of the residuals belong beside it, on both sides.",
            matches=_as(_diagonal_only),
        ),
        Misconception(
            "runs power iteration",
            _power_iteration,
            "You pass Av on as it is: this is power iteration. Lanczos first subtracts the parts "
            "along the vectors that it already has.",
            matches=_as(_power_iteration),
        ),
        Misconception(
            "returns the Ritz values",
            _ritz_values,
            "These are the eigenvalues of T, which come next. The question asks for T itself.",
            matches=_are_ritz_values,
        ),
        Misconception(
            "keeps rows of zeros after the end",
            _keeps_empty_rows,
            "Your function stops at the right moment. But it returns rows of zeros, and they add the "
            "eigenvalue 0, which the matrix does not have. Return only the rows that were filled.",
            matches=_third_row_is_empty,
        ),
        Misconception(
            "loses the last row at the end",
            _one_row_short_at_the_end,
            "Your function stops at the right moment. But on diag(1, 1, 3) from (1, 1, 1) it stops after "
            "two steps and returns one row. If `j` counts from 0, how many steps are done at the stop?",
            matches=_last_row_is_missing,
        ),
        Misconception(
            "goes on after the end",
            _never_ends,
            "Right, as long as no β is 0. On diag(1, 1, 3) from (1, 1, 1) the second β is 0 up to "
            "rounding, and you divide by it. Stop there, and return what you have.",
            matches=_right_until_the_end,
        ),
    ),
    hints=(
        "Start from v/‖v‖, a zero vector as the one before it, and β = 0.",
        "One step: r = Av − β·previous; α = vᵀr; r = r − αv; β = ‖r‖; the next v is r/β, unless β is "
        "below 1e-10.",
        "α goes on the diagonal. β goes on both sides of it, between this step and the next.",
    ),
)

EXERCISES = (_STEP,)
