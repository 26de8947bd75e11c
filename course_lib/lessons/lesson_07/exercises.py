"""Exercises and predictions of lesson 07, with the wrong answers that people give."""

import numpy as np

from course_lib.lessons.lesson_07 import exercises_lanczos
from course_lib.teaching import ANY, Code, Exercise, Misconception, Number, Prediction, Unreadable

# A matrix whose products are cheap, so that a trial of 1000 seeds takes a second.
_D = np.arange(1.0, 31.0)
_U = np.linspace(-1.0, 1.0, 30)
_TRACE = float(_D.sum() + 4 * _U @ _U)


def _matvec(v):
    return _D * v + 4 * _U * (_U @ v)


SEEDS, PROBES = 400, 40
_SPREAD = float(np.sqrt(2 * (16 * (_U @ _U) ** 2 - 16 * (_U**4).sum()) / PROBES))


class _Trials(Code):
    """`hutchinson` tried with many seeds; a row is (estimate, standard error, products spent)."""

    def read(self, function):
        """Return one array of shape (SEEDS, 3)."""
        # One call first: its errors and its shape are reported as for any other code.
        (first,) = super().read(function)
        if first.shape != (2,):
            raise Unreadable(
                "Two numbers are expected, the estimate and its standard error; "
                f"yours has the shape {first.shape}."
            )
        rows = np.empty((SEEDS, 3))
        for seed in range(SEEDS):
            products = 0

            def matvec(v):
                nonlocal products
                products += 1
                return _matvec(v)

            try:
                rows[seed, :2] = function(matvec, 30, PROBES, seed)
            except Exception as error:
                raise Unreadable(
                    f"With seed={seed} it stopped with {type(error).__name__}: {error}."
                ) from None
            rows[seed, 2] = products
        return rows

    def same(self, a, b):
        """Return whether estimates and errors agree on average, and the products exactly."""
        return bool(
            np.allclose(a[:, :2].mean(axis=0), b[:, :2].mean(axis=0), rtol=0.1, atol=1e-9)
            and (a[:, 2] == b[:, 2]).all()
        )


def _judge_hutchinson(rows):
    inside = np.abs(rows[:, 0] - _TRACE) <= 2.02 * rows[:, 1]
    return bool(
        0.92 <= inside.mean() <= 0.98
        and abs(rows[:, 0].mean() / _TRACE - 1) < 0.01
        and abs(rows[:, 1].mean() / _SPREAD - 1) < 0.1
        and (rows[:, 2] == PROBES).all()
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


def _unit_probes(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n)) / np.sqrt(n)
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


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


def _variance(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.choice([-1.0, 1.0], size=(m, n))
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.var(ddof=1) / m


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


def _exact(matvec, n, m, seed):
    return sum(matvec(e) @ e for e in np.eye(n)), 0.0


def _zero_or_one(matvec, n, m, seed):
    rng = np.random.default_rng(seed)
    V = rng.integers(0, 2, size=(m, n)).astype(float)
    q = np.array([v @ matvec(v) for v in V])
    return q.mean(), q.std(ddof=1) / np.sqrt(m)


def _grad_quartic(w):
    return 4 * w**3 + np.roll(w, 1) + np.roll(w, -1)


def _grad_exponential(w):
    a = np.arange(1.0, w.size + 1)
    return a * np.exp(a @ w)


def _hvp(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)


def _forward(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w)) / h


def _backwards(gradient, w, v, h=1e-5):
    return (gradient(w - h * v) - gradient(w + h * v)) / (2 * h)


def _normalised(gradient, w, v, h=1e-5):
    u = v / np.linalg.norm(v)
    return (gradient(w + h * u) - gradient(w - h * u)) / (2 * h)


def _divided_by_h(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w - h * v)) / h


def _not_divided(gradient, w, v, h=1e-5):
    return gradient(w + h * v) - gradient(w - h * v)


def _one_number(gradient, w, v, h=1e-5):
    return v @ (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)


def _elementwise(gradient, w, v, h=1e-5):
    return v * (gradient(w + h) - gradient(w - h)) / (2 * h)


_W, _V = np.array([0.3, -0.2, 0.1]), np.array([1.0, 2.0, -1.0])

_PRODUCT = Exercise(
    id="7.1",
    prompt="Write hvp(gradient, w, v, h=1e-5): the Hessian-vector product by a central difference of "
    "gradients.",
    kinds=(Code("hvp", ((_grad_quartic, _W, _V), (_grad_exponential, 0.1 * _W, _V)), rtol=1e-7),),
    solution=_hvp,
    praise="Two gradients for one product, and no Hessian. Automatic differentiation does the same "
    "without h.",
    misconceptions=(
        Misconception(
            "takes a one-sided difference",
            _forward,
            "Close: that is the one-sided difference, right to about five digits. Step to both sides, and "
            "the largest part of the error drops out.",
        ),
        Misconception(
            "subtracts the wrong way round",
            _backwards,
            "Right size, wrong sign: which of the two points lies ahead?",
        ),
        Misconception(
            "normalises v",
            _normalised,
            "You made v one unit long. The product is linear in v: twice the vector, twice the product.",
        ),
        Misconception(
            "divides by h",
            _divided_by_h,
            "Twice too large. How far apart are w + hv and w − hv?",
        ),
        Misconception(
            "does not divide",
            _not_divided,
            "That is how much the gradient changes over the small walk. Per unit of the walk it is more.",
        ),
        Misconception(
            "returns vᵀHv",
            _one_number,
            "One number: that is the curvature along v, vᵀHv. The product Hv is a vector.",
        ),
        Misconception(
            "shifts every weight by h",
            _elementwise,
            "You moved along (1, 1, 1) and multiplied by v afterwards. Walk along v itself.",
        ),
    ),
    hints=(
        "∇f(w + hv) ≈ ∇f(w) + h·Hv.",
        "Subtract ∇f(w − hv), and the even errors drop out; the distance walked is 2h.",
    ),
)

_HOW_MANY = Exercise(
    id="7.2",
    prompt="One probe has a standard deviation of 40 % of the trace. How many probes for a standard "
    "error of 1 %?",
    kinds=(Number(),),
    solution=1600,
    praise="40² = 1600, whatever the size of the network: that is the good and the bad news.",
    misconceptions=(
        Misconception(
            "lets the error fall like 1/m",
            40,
            "With 40 probes the error is 40 %/√40 = 6.3 %. Four times the probes halve it.",
        ),
        Misconception(
            "takes the root the wrong way round",
            6.3,
            "You took the root of 40. It is √m that must be 40.",
            matches=lambda m: 5.9 < m < 7.1,
        ),
        Misconception(
            "counts from the variance in per cent",
            160000,
            "That would be for an error of 0.1 %. Check: 40 %/√160000.",
        ),
    ),
    hints=("The standard error of m probes is 40 %/√m.", "√m must be 40."),
)

_WRITE_IT = Exercise(
    id="7.3",
    prompt="Write hutchinson(matvec, n, m, seed): return the estimate and its standard error, from m "
    "Rademacher probes of length n.",
    kinds=(_Trials("hutchinson", ((_matvec, 30, 40, 0),), judge=_judge_hutchinson),),
    solution=_hutchinson,
    praise="Your interval ±2 s.e. holds the trace about 95 times in 100 seeds. That is what an error bar "
    "is for.",
    misconceptions=(
        Misconception(
            "forgets the root of m",
            _no_root,
            "Your error is the spread of one probe, and your interval nearly always holds the trace. "
            "The mean of m probes is steadier: by how much?",
        ),
        Misconception(
            "divides by m",
            _divided_by_m,
            "Too proud: your interval misses the trace far too often. Variances add, so which power of m "
            "divides the standard deviation?",
        ),
        Misconception(
            "uses probes of length 1",
            _unit_probes,
            "Your probes have length 1, so this is the average curvature tr/n. How long must they be?",
        ),
        Misconception(
            "computes the exact trace",
            _exact,
            "That is the exact trace, by one product for each weight. Estimate it from m random probes, "
            "as one must with a million weights.",
        ),
        Misconception(
            "swaps the two results",
            _swapped,
            "Right numbers in the other order: the estimate first, then its standard error.",
        ),
        Misconception(
            "returns the variance",
            _variance,
            "Your error is the square of the standard error: it has the units of a squared trace.",
        ),
        Misconception(
            "draws another number of probes",
            _own_number_of_probes,
            "The number of products is not m. The caller pays for them, so the caller says how many.",
            matches=lambda rows: bool((rows[:, 2] != PROBES).all() and (rows[:, 1] > 0).all()),
        ),
        Misconception(
            "uses Gaussian probes",
            _gaussian,
            "Unbiased, with an honest error bar, and noisier than need be: the question asks for signs.",
        ),
        Misconception(
            "uses one probe m times",
            _one_probe_reused,
            "Your standard error is 0: m copies of one probe are one probe. Draw a new one each time.",
        ),
        Misconception(
            "draws entries 0 or 1",
            _zero_or_one,
            "With entries 0 and 1, E[vvᵀ] is not the identity. What is E[vᵢvⱼ] for i ≠ j, and what for "
            "i = j?",
        ),
    ),
    hints=(
        "`rng = np.random.default_rng(seed)` and `rng.choice([-1.0, 1.0], size=n)` give a probe.",
        "Collect the numbers v @ matvec(v); their mean is the estimate.",
        "`q.std(ddof=1)` is the spread of one probe; the mean of m has the spread over √m.",
    ),
)

_ALL_PROBES = Exercise(
    id="7.4",
    prompt="A = [[2, 1], [1, 3]]: mean and variance of vᵀAv over all Rademacher probes; then the "
    "variance for Gaussian probes.",
    kinds=(Number(), Number(), Number()),
    solution=(5, 4, 30),
    praise="7 and 3, each half of the time. The diagonal is never in doubt for signs: 2(‖A‖²_F − Σaᵢᵢ²) = "
    "4, against 2‖A‖²_F = 30.",
    misconceptions=(
        Misconception(
            "counts the cross term once",
            (5, 1, 30),
            "That is the variance if a₁₂v₁v₂ appeared once. It appears twice, once for each side of the "
            "diagonal.",
            matches=lambda mean, signs, gauss: abs(signs - 1) < 0.01,
        ),
        Misconception(
            "gives the standard deviation",
            (5, 2, ANY),
            "That is how far each value lies from the mean, the standard deviation. Asked is the variance.",
        ),
        Misconception(
            "forgets the factor 2",
            (5, 4, 15),
            "15 is the sum of all squared entries. By the law of the variance, how often does it count?",
        ),
        Misconception(
            "counts the diagonal as noise",
            (5, 30, 30),
            "vᵢ² = 1 for every Rademacher probe: what can the diagonal contribute to the scatter?",
            matches=lambda mean, signs, gauss: abs(signs - 30) < 0.3,
        ),
        Misconception(
            "thinks that E[vvᵀ] = I fixes the variance",
            (5, 4, 4),
            "E[vvᵀ] = I fixes the mean. The variance needs fourth moments: what does vᵢ² do if v is "
            "Gaussian?",
        ),
        Misconception(
            "divides by one case less",
            (5, 16 / 3, 30),
            "You divided by 3, as for a sample. These four cases are all there are: divide by 4.",
            matches=lambda mean, signs, gauss: abs(signs - 16 / 3) < 0.05,
        ),
        Misconception(
            "averages the diagonal",
            (2.5, 4, 30),
            "2.5 is tr/n, the average curvature: that belongs to probes of length 1. These have length √2.",
            matches=lambda mean, signs, gauss: abs(mean - 2.5) < 0.03,
        ),
    ),
    hints=(
        "There are four probes: (±1, ±1). Write vᵀAv for each.",
        "vᵀAv = 2v₁² + 3v₂² + 2v₁v₂, and the squares are 1.",
        "For a Gaussian probe and a symmetric matrix the variance is twice the sum of all squared entries.",
    ),
)

EXERCISES = {
    e.id: e for e in (_PRODUCT, _HOW_MANY, _WRITE_IT, _ALL_PROBES, *exercises_lanczos.EXERCISES)
}

PREDICTIONS = {
    p.id: p
    for p in (
        Prediction(
            "7.a",
            "Hv costs one or two gradients. How much does it cost to find the trace of H "
            "exactly, for 610 weights?",
            {
                "one product": "One product gives one sample of vᵀHv. It is right on average only.",
                "610 products": "",
                "610 × 610 products": "That many entries there are, but each product gives 610 at once.",
            },
            answer="610 products",
            outcome="With eᵢ the vector that has a 1 in place i and zeros elsewhere, eᵢᵀHeᵢ is a diagonal "
            "entry. The trace is their sum: as many products as weights.",
        ),
        Prediction(
            "7.b",
            "The error is 4 % with 20 probes. How large with 80?",
            {
                "4 %": "More probes do help, only slowly.",
                "2 %": "",
                "1 %": "That takes 320: the error falls like 1/√m, not like 1/m.",
            },
            answer="2 %",
            outcome="Four times the probes halve the error: it falls like 1/√m.",
        ),
        Prediction(
            "7.c",
            "Both kinds of probes have E[vvᵀ] = I. Which has the smaller spread on this Hessian?",
            {
                "Rademacher": "Here its standard deviation is about an eighth smaller.",
                "Gaussian": "Its vᵢ² scatter around 1, so the diagonal adds noise.",
                "the same": "E[vvᵀ] = I gives the same mean. The variance needs fourth moments.",
            },
            answer="Rademacher",
            outcome="The variances are 2(‖H‖²_F − Σhᵢᵢ²) and 2‖H‖²_F: signs leave the diagonal out.",
        ),
        Prediction(
            "7.d",
            "60 products each. On this network, which comes nearest to the trace, over many seeds?",
            {
                "Hutchinson": "Not by much: it is within a tenth of the other two here.",
                "Hutch++ or XTrace, ten times nearer": "That is so where ten eigenvalues carry all. "
                "Here the spectrum falls slowly, and 20 directions hold little of it.",
                "about the same": "",
            },
            answer="about the same",
            outcome="Within a tenth of each other at 60 products; at 12 Hutchinson is ahead, at 120 the "
            "other two. On ten outliers they are a hundred times nearer.",
        ),
        Prediction(
            "7.e",
            "200 steps of Lanczos as you wrote it, on this network. How often is λ₁ among the 200 "
            "eigenvalues of T?",
            {
                "never": "It is the first one to be found.",
                "once": "So says exact arithmetic. Rounding says otherwise.",
                "about ten times": "",
            },
            answer="about ten times",
            outcome="Around step 30 a second copy appears, and more follow, each converged to ten digits.",
        ),
    )
}
