"""Claims of lesson 09 on what to mind: when to look, when to stop, how many examples to use."""

import numpy as np

from course_lib.curvature import lanczos, operators, trace
from course_lib.lessons.lesson_09 import experiments
from course_lib.lessons.lesson_09 import experiments_looking as looking
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


@CLAIMS.claim(
    "9.22",
    "If you look at the interval again and again, and stop as soon as it is narrow enough, it still contains "
    "the trace at least 93 times in 100.",
    verdict="holds when the first look comes after 30 probes",
    source="4000 recorded runs on each of three spectra, 2000 on the network; 400 new runs counted here",
    breakers=[{"rule": "every probe, from the 2nd on"}],
)
def looking_again(rule="every 30 probes", spectrum="indefinite", wanted=60, fresh=400):
    """Read the record for a rule, and repeat one entry at seeds that it does not hold."""
    shares = [
        looking.of_record(name, number, rule)[0]
        for name in experiments.SPECTRA
        for number in looking.WANTED
    ]
    recorded, trials = looking.of_record(spectrum, wanted, rule)
    A, seeds = experiments.matrix_with(spectrum), range(70_000, 70_000 + fresh)
    (now,) = looking.covered(A, wanted, [looking.RULES[rule]], seeds)
    spread = (recorded * (1 - recorded) * (1 / fresh + 1 / trials)) ** 0.5
    return Evidence(
        bool(min(shares) >= 0.93 and abs(now - recorded) < 4 * spread),
        f"Rule for looking: {rule}. On four spectra, with two tolerances each, {min(shares):.1%} to "
        f"{max(shares):.1%} of the recorded intervals contain the trace. Of {fresh} new intervals, {now:.0%} "
        "contain it.",
    )


@CLAIMS.claim(
    "9.23",
    "Where the trace is zero, a relative tolerance is never reached; an absolute one is.",
    source="The estimate is as small as its error; counted here on [[0, 1], [1, 0]]",
    breakers=[{"diagonal": 2.0}],
)
def zero_trace(diagonal=0.0, repeats=20, budget=2000):
    """Draw probes for both tolerances."""
    A = np.array([[diagonal, 1.0], [1.0, diagonal]])
    relative = [trace.trace(A, budget, seed=seed, rtol=0.05) for seed in range(repeats)]
    absolute = [trace.trace(A, budget, seed=seed, atol=0.2) for seed in range(repeats)]
    reached = [sum(bool(e.converged) for e in found) for found in (relative, absolute)]
    return Evidence(
        reached == [0, repeats],
        f"With a budget of {budget} products {reached[0]} of {repeats} runs reach 5 % of the estimate, and "
        f"{reached[1]} of {repeats} reach ±0.2.",
    )


@CLAIMS.claim(
    "9.24",
    "Lanczos' method ends after as many steps as the matrix has distinct eigenvalues, if the start has a "
    "part along each of them.",
    source="Trefethen and Bau (1997), Part VI; counted here",
    breakers=[{"nudge": 1e-3}],
)
def distinct_eigenvalues(nudge=0.0, size=12):
    """Count the steps on matrices with repeated eigenvalues, in a random basis."""
    rng = np.random.default_rng(0)
    steps, right = [], []
    for distinct in (1, 2, 3, 5):
        values = np.arange(1.0, distinct + 1)[np.arange(size) % distinct]
        values = values + nudge * np.arange(size)
        Q, _ = np.linalg.qr(rng.standard_normal((size, size)))
        run = lanczos.lanczos((Q * values) @ Q.T, size, start=rng.standard_normal(size))
        steps.append(run.alphas.size)
        found = np.sort(run.ritz_values)
        right.append(found.size == distinct and np.allclose(found, np.arange(1, distinct + 1)))
    return Evidence(
        bool(all(right)),
        f"Matrices of order {size} with 1, 2, 3 and 5 distinct eigenvalues take "
        f"{', '.join(map(str, steps))} steps"
        + (", and the Ritz values are the eigenvalues." if all(right) else "."),
    )


@CLAIMS.claim(
    "9.25",
    "λ₁ of the loss on a part of the examples is too large on average. The trace is not.",
    source="λ₁ is a convex function of the matrix, the trace a linear one; measured here",
    breakers=[{"parts": 1}],
)
def part_of_the_examples(parts=10, repeats=3):
    """Divide the examples into equal parts, measure each, and average."""
    tops, traces = part_means(parts, repeats)
    exact = experiments.exact_eigenvalues()
    up, off = tops.mean(axis=1) / exact[0], np.abs(traces.mean(axis=1) / exact.sum() - 1)
    return Evidence(
        bool(up.min() > 1.5 and off.max() < 1e-6),
        f"We divided the 500 digits into {parts} parts, in {repeats} random ways. λ₁ of a part is on average "
        f"{up.min():.1f} to {up.max():.1f} times the λ₁ of all digits. The mean of the parts' traces "
        f"{'equals' if off.max() < 1e-6 else 'does not equal'} the trace of all digits, to a millionth.",
    )


def part_means(parts, repeats):
    """Return λ₁ and the trace of every part, each of shape (repeats, parts)."""
    _, loss, w, data = experiments.trained_network()
    tops, traces = np.empty((2, repeats, parts))
    for i in range(repeats):
        order = np.random.default_rng(i).permutation(len(data.y_train))
        for j, part in enumerate(np.split(order, parts)):
            X, y = data.X_train[part], data.y_train[part]
            H = operators.hessian_operator(loss, w, X, y).to_dense()
            tops[i, j] = np.linalg.eigvalsh((H + H.T) / 2)[-1]
            traces[i, j] = np.trace(H)
    return tops, traces


@CLAIMS.claim(
    "9.26",
    "For a Gaussian start in P dimensions, the weight of one eigenvalue has the mean 1/P, and it scatters by "
    "√(2(P−1)/(P+2)) times this mean.",
    source="The squared entry of a random direction has a Beta(½, (P−1)/2) distribution; counted here",
    breakers=[{"signs": True}],
)
def height_of_a_bump(signs=False, draws=200_000):
    """Draw random starts; the eigenvector is the first unit vector, as good as any other."""
    rng, off, said = np.random.default_rng(0), [], []
    for P in (2, 10, 100):
        v = rng.standard_normal((draws, P))
        v = np.sign(v) if signs else v
        weight = v[:, 0] ** 2 / np.sum(v**2, axis=1)
        law = np.sqrt(2 * (P - 1) / (P + 2))
        seen = weight.std() / weight.mean()
        off.append(max(abs(weight.mean() * P - 1), abs(seen - law)))
        said.append(f"{seen:.2f} for P = {P}")
    return Evidence(
        bool(max(off) < 0.02),
        f"For {draws} random starts we divide the standard deviation of a weight by its mean: "
        + ", ".join(said)
        + ".",
    )
