"""The exercise of lesson 09 that is judged by many seeds: write Hutchinson's estimator."""

from typing import NamedTuple

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception, Unreadable


class _Case(NamedTuple):
    """A matrix of order n, a number of probes, and with how many seeds it is tried."""

    n: int
    m: int
    seeds: int

    @property
    def matrix(self):
        """Return a symmetric matrix whose scatter is spread over all entries.

        So the sum of its random terms is nearly Gaussian, and ±2 standard errors hold the trace
        about 95 times in 100.
        """
        half = np.triu(np.random.default_rng(self.n).uniform(-5, 5, (self.n, self.n)), 1)
        return np.diag(np.arange(1.0, self.n + 1)) + half + half.T


CASES = (_Case(30, 40, 400), _Case(20, 25, 100))
_EXACT = [np.trace(case.matrix) for case in CASES]
_SPREAD = [
    np.sqrt(2 * (np.sum(A**2) - np.sum(np.diag(A) ** 2)) / case.m)
    for case in CASES
    for A in [case.matrix]
]


class Returned(NamedTuple):
    """What a function returned: an array for each case, and how far a seed is from its repetition.

    A row is (estimate, standard error, products spent).
    """

    first: np.ndarray
    second: np.ndarray
    moved: float


def _rows(function, case, seeds):
    A, rows = case.matrix, np.empty((seeds, 3))
    for seed in range(seeds):
        products = 0

        def matvec(v):
            nonlocal products
            v = np.asarray(v)
            products += 1 if v.ndim == 1 else v.shape[1]
            return A @ v

        try:
            rows[seed, :2] = function(matvec, case.n, case.m, seed)
        except Exception as error:
            raise Unreadable(
                f"With n={case.n}, m={case.m}, seed={seed} your function stopped with "
                f"{type(error).__name__}: {error}."
            ) from None
        rows[seed, 2] = products
    return rows


class _Trials(Code):
    """`hutchinson` tried with many seeds, on matrices of two sizes."""

    def read(self, function):
        """Return what came out of all trials, as `Returned`."""
        # One call first: its errors and its shape are reported as for any other code.
        (found,) = super().read(function)
        shape = np.asarray(found).shape
        if shape != (2,):
            raise Unreadable(
                "Your function should return two numbers, the estimate and its standard error. "
                f"What it returns has the shape {shape}."
            )
        first, second = (_rows(function, case, case.seeds) for case in CASES)
        again = _rows(function, CASES[0], 2)
        return Returned(first, second, float(np.abs(again - first[:2]).max()))

    def same(self, a, b):
        """Return whether estimates and errors agree on average, and the products exactly."""
        return bool(
            np.allclose(a.first[:, :2].mean(axis=0), b.first[:, :2].mean(axis=0), 0.1, 1e-9)
            and (a.first[:, 2] == b.first[:, 2]).all()
        )


def _right(rows, which, off):
    """Tell whether mean, error and cost are right in a case; `off` allows for few seeds."""
    return bool(
        abs(rows[:, 0].mean() / _EXACT[which] - 1) < off
        and abs(rows[:, 1].mean() / _SPREAD[which] - 1) < 0.1
        and (rows[:, 2] == CASES[which].m).all()
    )


def _covers(rows):
    inside = np.abs(rows[:, 0] - _EXACT[0]) <= 2 * rows[:, 1]
    return bool(0.9 <= inside.mean() <= 0.99)


def _judge(returned):
    return (
        _right(returned.first, 0, 0.015)
        and _right(returned.second, 1, 0.04)
        and _covers(returned.first)
        and returned.moved < 1e-9 * _EXACT[0]
    )


def _hutchinson(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _no_root(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1)


def _divided_by_m(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / m


def _half_width(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), 2 * q.std(ddof=1) / np.sqrt(m)


def _variance(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.var(ddof=1) / m


def _variance_over_root(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), np.sum((q - q.mean()) ** 2) / (m - 1) / np.sqrt(m)


def _unit_probes(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n)) / np.sqrt(n)
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _one_sign(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = [rng.choice([-1.0, 1.0]) * np.ones(n) for _ in range(m)]
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _sum_of_probes(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.sum(), q.std(ddof=1) / np.sqrt(m)


def _interval(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    half = 2 * q.std(ddof=1) / np.sqrt(m)
    return q.mean() - half, q.mean() + half


def _one_probe_reused(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    v = rng.choice([-1.0, 1.0], size=n)
    q = np.array([v @ matvec(v) for _ in range(m)])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _gaussian(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.standard_normal((m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _swapped(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.std(ddof=1) / np.sqrt(m), q.mean()


def _own_number_of_probes(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(60, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(60)


def _fixed_root(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(40)


def _exact(matvec, n, m, seed):
    return sum(matvec(e) @ e for e in np.eye(n)), 0.0


def _zero_or_one(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.integers(0, 2, size=(m, n)).astype(float)
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _sign_or_zero(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.integers(-1, 2, size=(m, n)).astype(float)
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _uniform(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.uniform(-1, 1, size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _always_the_same(matvec, n, m, seed):
    rng = np.random.default_rng(0)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _without_seed(matvec, n, m, seed):
    rng = np.random.default_rng()
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _only_the_first_case(returned):
    return _right(returned.first, 0, 0.015) and not _right(returned.second, 1, 0.04)


def _is(returned, value):
    """Tell whether the first estimates have this mean, nearly."""
    return bool(abs(returned.first[:, 0].mean() / value - 1) < 0.02)


_SUM_OF_ENTRIES = CASES[0].matrix.sum()
_ABOUT_PROBES = (
    Misconception(
        "uses one probe m times",
        _one_probe_reused,
        "Your standard error is 0: m copies of one probe tell you no more than one. Draw a new probe each "
        "time.",
    ),
    Misconception(
        "draws the same probes for every seed",
        _always_the_same,
        "Every seed gives the same estimate. Where does your function use `seed`?",
        matches=lambda returned: bool(np.ptp(returned.first[:, 0]) == 0 < returned.first[0, 1]),
    ),
    Misconception(
        "does not use the seed",
        _without_seed,
        "The same seed gave two different estimates, so nobody can repeat your experiment. Draw the probes "
        "from a generator that is made from `seed`.",
        matches=lambda returned: returned.moved > 1e-9 * _EXACT[0],
    ),
    Misconception(
        "uses probes of length 1, or takes the mean of v∘Hv",
        _unit_probes,
        "Your estimate is the trace divided by n, the average curvature. Look at two places: a probe of "
        "signs has the length √n, not 1, and vᵀ(Av) is a sum over the entries, not their mean.",
    ),
    Misconception(
        "multiplies all entries by one sign",
        _one_sign,
        "Every number you collect is the same. Your probe is (1, …, 1) or its negative, so it has one sign "
        "for all entries. Each entry needs a sign of its own.",
        matches=lambda returned: bool(
            (returned.first[:, 1] == 0).all() and _is(returned, _SUM_OF_ENTRIES)
        ),
    ),
    Misconception(
        "adds up the probes",
        _sum_of_probes,
        "Your estimate grows with m: it is the sum over the probes. The estimate is their mean.",
        matches=lambda returned: _is(returned, CASES[0].m * _EXACT[0]),
    ),
    Misconception(
        "uses Gaussian probes",
        _gaussian,
        "Your estimate is unbiased and its error bar is honest. But it is noisier than necessary: the "
        "question asks for signs.",
    ),
    Misconception(
        "draws entries 0 or 1",
        _zero_or_one,
        "With entries 0 and 1, E[vvᵀ] is not the identity. What is E[vᵢvⱼ] for i ≠ j, and what for "
        "i = j?",
    ),
    Misconception(
        "draws entries −1, 0 or 1",
        _sign_or_zero,
        "Your estimate is a third too small, because some of your entries are zero. What is E[vᵢ²] then?",
    ),
    Misconception(
        "draws entries between −1 and 1",
        _uniform,
        "Your estimate is a third of the trace: entries between −1 and 1 have E[vᵢ²] = 1/3. The "
        "question asks for signs.",
    ),
    Misconception(
        "draws another number of probes",
        _own_number_of_probes,
        "Your function does not use m products. The caller pays for the products, so the caller chooses "
        "their number.",
        matches=lambda returned: bool(
            (returned.first[:, 2] != CASES[0].m).all() and (returned.first[:, 1] > 0).all()
        ),
    ),
    Misconception(
        "writes a number for m",
        _fixed_root,
        f"Your function is right with n = {CASES[0].n} and m = {CASES[0].m}, and wrong with n = "
        f"{CASES[1].n} and m = {CASES[1].m}. Somewhere you wrote a number instead of n or m.",
        matches=_only_the_first_case,
    ),
)

_ABOUT_ERRORS = (
    Misconception(
        "forgets the root of m",
        _no_root,
        "Your error is the spread of one probe, and your interval nearly always contains the trace. The "
        "mean of m probes scatters less: how much less?",
    ),
    Misconception(
        "divides by m",
        _divided_by_m,
        "Your error is too small: your interval misses the trace far too often. Variances add, so which "
        "power of m divides the standard deviation?",
    ),
    Misconception(
        "returns half of the interval's width",
        _half_width,
        "This is how far the 95 % interval reaches to each side. The question asks for one standard error.",
    ),
    Misconception(
        "returns the variance",
        _variance,
        "Your error is the square of the standard error: it has the units of a squared trace.",
    ),
    Misconception(
        "divides the variance by the root",
        _variance_over_root,
        "You divided the variance of one probe by √m. Which measure of its scatter has the same units as the "
        "trace?",
    ),
    Misconception(
        "swaps the two results",
        _swapped,
        "These are the right numbers in the wrong order: return the estimate first, then its standard "
        "error.",
    ),
    Misconception(
        "computes the exact trace",
        _exact,
        "This is the exact trace, from one product for each weight. With a million weights you could not "
        "afford it: estimate the trace from m random probes.",
    ),
    Misconception(
        "returns the interval",
        _interval,
        "You return the two ends of the interval. The question asks for its middle, the estimate, and for "
        "one standard error.",
        matches=lambda returned: bool(
            (returned.first[:, 0] < returned.first[:, 1]).all()
            and abs(returned.first[:, :2].mean() / _EXACT[0] - 1) < 0.02
        ),
    ),
)

_WRITE_IT = Exercise(
    id="9.3",
    prompt="Write hutchinson(matvec, n, m, seed): return the estimate and its standard error, from m "
    "Rademacher probes of length n.",
    kinds=(
        _Trials(
            "hutchinson", ((lambda v: CASES[0].matrix @ np.asarray(v), 30, 40, 0),), judge=_judge
        ),
    ),
    solution=_hutchinson,
    praise="Your interval of ±2 s.e. contains the trace for about 95 of 100 seeds. That is what an error "
    "bar is for.",
    misconceptions=(*_ABOUT_PROBES, *_ABOUT_ERRORS),
    hints=(
        "`rng = np.random.default_rng(seed)` and `rng.choice([-1.0, 1.0], size=n)` give a probe.",
        "Collect the numbers v @ matvec(v); their mean is the estimate.",
        "`q.std(ddof=1)` is the spread of one probe; the mean of m probes has this spread divided by √m.",
    ),
)

EXERCISES = (_WRITE_IT,)
