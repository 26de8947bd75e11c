"""The figures of lesson 09: one probe, looking again and again, Lanczos' method, its ghosts."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.linalg import eigh_tridiagonal

from course_lib import plotting
from course_lib.curvature import lanczos
from course_lib.lessons.lesson_09 import experiments_looking as looking
from course_lib.lessons.lesson_09.experiments import SPECTRA, exact_eigenvalues, exact_hessian
from course_lib.plotting import RUN, SERIES, STIFF, THEORY, Picture

SMALL = np.array([[4.0, 1.0], [1.0, 2.0]])  # the smallest matrix that has noise
SYMMETRIC = np.array(
    [[2.0, 1, 0, 1], [1, 3, 1, 0], [0, 1, 1, 2], [1, 0, 2, 4]],
)
START = np.array([1.0, 0, 1, 0])
THREE_VALUES = np.array([1.0, 2.0, 6.0])


def four_probes(count=4000, seed=0):
    """Draw vᵀAv for all four sign vectors of a 2×2 matrix, and for many Gaussian probes."""
    signs = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]])
    values = np.sum(signs * (signs @ SMALL), axis=1)
    normal = np.random.default_rng(seed).standard_normal((count, 2))
    gaussian = np.sum(normal * (normal @ SMALL), axis=1)
    trace = np.trace(SMALL)
    with plotting.style():
        figure = Figure(figsize=(9, 3.4))
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
        for v, value in zip(signs, values, strict=True):
            left.annotate("", v, (0, 0), arrowprops={"arrowstyle": "->", "color": "#555555"})
            left.text(*(1.32 * v), f"{value:.0f}", ha="center", va="center", color=RUN["color"])
        left.set(xlim=(-1.7, 1.7), ylim=(-1.7, 1.7), aspect="equal", xlabel="v₁", ylabel="v₂")
        left.set(title="vᵀAv for the four probes", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        edges = np.arange(0, 31, 1.0)
        right.hist(gaussian, edges, weights=np.full(count, 1 / count), color="#9a9a9a")
        for value in (4, 8):
            right.plot([value, value], [0, 0.5], linewidth=3, **RUN)
        right.axvline(trace, linestyle="--", color="black", linewidth=1.2)
        right.text(trace + 0.3, 0.53, "trace", va="bottom")
        right.text(8.4, 0.42, "signs: 4 or 8, equally often", color=RUN["color"])
        right.text(14, 0.08, "Gaussian entries", color="#555555")
        right.set(xlim=(0, 30), ylim=(0, 0.6), xlabel="vᵀAv of one probe")
        right.set(ylabel="share of the probes", title="Same mean, different spread")
    return Picture(
        figure,
        "For the matrix with rows (4, 1) and (1, 2) the sign vectors (1, 1) and (−1, −1) give 8, and "
        "(1, −1) and (−1, 1) give 4. The mean is the trace, 6. Gaussian probes have the same mean, but "
        "their values reach from 0 to beyond 25.",
    )


def looking_again():
    """Draw the recorded coverage for every rule and spectrum, with two standard errors."""
    rules = list(looking.RULES)
    with plotting.style():
        figure = Figure(figsize=(9, 3.8))
        axes = figure.subplots(1, 2, sharex=True, sharey=True)
        for ax, wanted in zip(axes, looking.WANTED, strict=True):
            ax.axvline(95, **THEORY)
            for row, rule in enumerate(rules):
                for i, spectrum in enumerate(SPECTRA):
                    share, trials = looking.of_record(spectrum, wanted, rule)
                    error = 200 * (share * (1 - share) / trials) ** 0.5
                    y = len(rules) - 1 - row + 0.15 * (1.5 - i)
                    look = {"marker": "os^D"[i], "markersize": 5, **RUN}
                    label = spectrum if row == 0 else None
                    ax.errorbar(100 * share, y, xerr=error, linestyle="none", label=label, **look)
            ax.set(
                xlabel="intervals that contain the trace, %",
                title=f"Tolerance for about {wanted} probes",
            )
        axes[0].set(yticks=range(len(rules)), yticklabels=rules[::-1], xlim=(89.5, 96.8))
        axes[0].legend(loc="upper left", fontsize=9)
        figure.supylabel("when the run looks", fontsize=10)
    lowest = {rule: min(_shares(rule)) for rule in rules}
    return Picture(
        figure,
        "Share of 95 % intervals that contain the trace at the moment when a run stops, on four spectra "
        "and with two tolerances. The smallest share for each rule: "
        + "; ".join(f"{rule}, {100 * lowest[rule]:.0f} %" for rule in rules)
        + ".",
    )


def _shares(rule):
    return [looking.of_record(s, wanted, rule)[0] for s in SPECTRA for wanted in looking.WANTED]


def three_terms():
    """Draw the table vᵢᵀAvⱼ of a Krylov basis, for a symmetric matrix and for one that is not."""
    changed = SYMMETRIC.copy()
    changed[0, 1] += 3
    with plotting.style():
        figure = Figure(figsize=(9, 3.6))
        axes = figure.subplots(1, 2)
        names = ("A symmetric: three terms at most", "One entry changed: A not symmetric")
        for ax, A, title in zip(axes, (SYMMETRIC, changed), names, strict=True):
            V = _krylov_basis(A, START)
            _draw_table(ax, V.T @ A @ V, title)
    return Picture(
        figure,
        "Two tables of the numbers vᵢᵀAvⱼ for the orthonormal vectors v₁ to v₄. For a symmetric A only the "
        "diagonal and its two neighbours are not zero. When one entry of A is changed, the upper right "
        "corner fills up, while everything below the lower neighbour of the diagonal stays zero.",
    )


def _krylov_basis(A, start):
    """Return orthonormal vectors, each made from A times the last and orthogonal to all before."""
    basis = [start / np.linalg.norm(start)]
    while len(basis) < len(A):
        r = A @ basis[-1]
        for _ in range(2):
            for v in basis:
                r = r - (v @ r) * v
        basis.append(r / np.linalg.norm(r))
    return np.array(basis).T


def _draw_table(ax, table, title):
    table = np.where(np.abs(table) < 1e-9, 0, table)
    size = len(table)
    for i in range(size):
        for j in range(size):
            value = table[i, j]
            allowed = abs(i - j) <= 1
            colour = "white" if value == 0 else "#bfe6d8" if allowed else "#f6cdb0"
            ax.add_patch(_square(j, i, colour))
            said = "0" if value == 0 else f"{value:.2f}".replace("-", "−")
            ax.text(
                j, i, said, ha="center", va="center", color="#888888" if value == 0 else "black"
            )
    labels = [f"v{'₁₂₃₄'[i]}" for i in range(size)]
    ax.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5), aspect="equal", title=title)
    ax.set(xticks=range(size), yticks=range(size), xlabel="j", ylabel="i")
    ax.set(xticklabels=labels, yticklabels=labels)
    ax.grid(False)


def _square(x, y, colour):
    return Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="#777777", linewidth=0.8)


def early_end():
    """Draw why Lanczos ends after as many steps as there are distinct eigenvalues."""
    with plotting.style():
        figure = Figure(figsize=(9.2, 4.0))
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
        _draw_plane(left)
        start = np.ones(5)
        spectra = np.array([[1, 1, 1, 3, 3], [1, 1, 2, 3, 3], [1, 1.5, 2, 3, 4]])
        for spectrum, look in zip(spectra, SERIES, strict=True):
            betas = _betas(np.diag(spectrum), start)
            label = f"{np.unique(spectrum).size} distinct eigenvalues"
            right.plot(np.arange(1, betas.size + 1), betas, label=label, **look)
        right.set(xlabel="step j", ylabel="βⱼ, the length of the residual", xticks=range(1, 6))
        right.set(title="βⱼ = 0 ends the run", ylim=(-0.05, None))
        right.legend()
    return Picture(
        figure,
        "Left, in space: the matrix diag(1, 1, 3) and the start (1, 1, 1). Multiplying by A stretches only "
        "the third coordinate, so v, Av and A²v all lie in one upright plane. Right: for 5×5 matrices with "
        "2, 3 and 5 distinct eigenvalues the length β reaches 0 at step 2, 3 and 5.",
    )


def _betas(A, start):
    """Return the lengths of Lanczos' residuals, as far as the first that is rounding."""
    v, previous, beta = start / np.linalg.norm(start), np.zeros(len(A)), 0.0
    found: list[float] = []
    for _ in range(len(A)):
        r = A @ v - beta * previous
        r = r - (v @ r) * v
        beta = float(np.linalg.norm(r))
        if beta < 1e-10:
            return np.array([*found, 0.0])
        found.append(beta)
        previous, v = v, r / beta
    return np.array(found)


def _draw_plane(ax):
    """Draw (1, 1, 1) and its products with diag(1, 1, 3), each at half the height of the picture."""

    def seen(points):  # a parallel projection: the third axis points upwards
        x, y, z = np.moveaxis(np.asarray(points, float), -1, 0)
        return np.array([0.85 * x + 0.65 * y, -0.38 * x + 0.32 * y + 0.55 * z])

    floor = seen([[0, 0, 0], [1.6, 0, 0], [1.6, 1.6, 0], [0, 1.6, 0]])
    ax.fill(*floor, facecolor="#eeeeee", edgecolor="#999999", linewidth=0.8)
    plane = seen([[0, 0, 0], [1.5, 1.5, 0], [1.5, 1.5, 3.4], [0, 0, 3.4]])
    ax.fill(*plane, facecolor=RUN["color"], alpha=0.18, edgecolor=RUN["color"], linewidth=0.8)
    for end, name in (([2, 0, 0], "1"), ([0, 2, 0], "2"), ([0, 0, 3.8], "3")):
        ax.annotate(
            "", seen(end), seen([0, 0, 0]), arrowprops={"arrowstyle": "->", "color": "#999"}
        )
        ax.text(*seen(np.multiply(end, 1.08)), name, ha="center", va="center", color="#777777")
    for power, name in enumerate(("v", "Av ∕ 2", "A²v ∕ 3")):
        end = np.array([1.0, 1.0, 3.0**power]) / (1, 2, 3)[power]
        ax.annotate(
            "",
            seen(end),
            seen([0, 0, 0]),
            arrowprops={"arrowstyle": "->", "lw": 2, "color": STIFF["color"]},
        )
        ax.text(*(seen(end) + np.array([0.06, 0.06])), name)
    ax.text(*seen([0.95, 0.08, 0]), "eigenvalue 1", ha="left", va="bottom", fontsize=9.5)
    ax.text(*(seen([0, 0, 3.3]) + np.array([-0.08, 0])), "eigenvalue 3", ha="right", fontsize=9.5)
    ax.set_title("Multiplying by diag(1, 1, 3)", pad=14)
    ax.set_aspect("equal")
    ax.margins(0.12)
    ax.axis("off")


def quadrature(steps=2):
    """Draw three eigenvalues and the nodes that stand for them, with the moments of both."""
    run = lanczos.lanczos(np.diag(THREE_VALUES), steps, start=np.ones(3))
    nodes, weights = run.ritz_values, run.weights
    powers = np.arange(2 * steps + 1)
    exact = np.array([np.mean(THREE_VALUES**k) for k in powers])
    found = np.array([weights @ nodes**k for k in powers])
    with plotting.style():
        figure = Figure(figsize=(9, 3.5))
        left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
        left.vlines(THREE_VALUES, 0, 1 / 3, color="black", linewidth=2, label="eigenvalues")
        left.plot(THREE_VALUES, np.full(3, 1 / 3), "o", color="black", markersize=5)
        left.vlines(nodes, 0, weights, linewidth=3, label="nodes", **RUN)
        left.plot(nodes, weights, "s", markersize=7, **RUN)
        left.set(xlabel="λ or θ", ylabel="weight", ylim=(0, 0.9), xlim=(0, 7))
        left.set(title=f"{steps} nodes for three eigenvalues")
        left.legend(loc="upper right")
        rows = [
            [f"{k}", f"{e:.2f}", f"{f:.2f}"] for k, e, f in zip(powers, exact, found, strict=True)
        ]
        table = right.table(
            rows,
            colLabels=["power k", "mean of λᵏ", "Σ weight · θᵏ"],
            loc="center",
            cellLoc="center",
        )
        table.scale(1, 1.5)
        for column in range(3):
            table[len(powers), column].get_text().set_color(STIFF["color"])
        right.set_title("The moments agree up to k = 3")
        right.axis("off")
    return Picture(
        figure,
        "Three eigenvalues 1, 2 and 6, each with the weight one third, and two nodes at "
        f"{nodes[0]:.2f} and {nodes[1]:.2f} with the weights {weights[0]:.2f} and {weights[1]:.2f}. The "
        f"moments of both agree for the powers 0 to 3; for the power 4 they are {exact[-1]:.0f} and "
        f"{found[-1]:.0f}.",
    )


def ghosts(steps=200, seed=1):
    """Draw the upper Ritz values of the bare recurrence by step, and the copies of λ₁ among them.

    Returns
    -------
    Picture
    """
    exact = exact_eigenvalues()
    low, copies = exact[0] / 3, {}
    with plotting.style():
        figure = Figure(figsize=(9, 3.8))
        left, right = figure.subplots(1, 2, width_ratios=[1.4, 1])
        for value in exact[exact > low]:
            left.axhline(value, **THEORY)
        for bare in (False, True):
            run = lanczos.lanczos(exact_hessian(), steps, seed=seed, reorthogonalize=not bare)
            ritz = [
                eigh_tridiagonal(run.alphas[:m], run.betas[: m - 1], eigvals_only=True)
                for m in range(1, steps + 1)
            ]
            copies[bare] = [int(np.sum(np.abs(theta / exact[0] - 1) < 1e-6)) for theta in ritz]
        m = np.repeat(np.arange(1, steps + 1), [theta.size for theta in ritz])
        left.plot(m, np.concatenate(ritz), ".", markersize=3, **RUN)
        left.set(xlabel="step", ylabel="Ritz values (lines: eigenvalues)")
        left.set(xlim=(0, steps + 1), ylim=(low, 1.05 * exact[0]))
        left.set_title("No reorthogonalization: single dots keep climbing")
        for bare, line, words in ((True, "-", "without"), (False, "--", "with")):
            right.plot(range(1, steps + 1), copies[bare], line, label=words, **RUN)
        right.set(xlabel="step", ylabel="copies of λ₁", xlim=(0, steps + 1), ylim=(0, None))
        right.set_title("Copies of λ₁ among the Ritz values")
        right.legend(title="reorthogonalization", loc="upper left")
    several = "several copies" if copies[True][-1] > 2 else "hardly any copies"
    return Picture(
        figure,
        "Ritz values settle on the eigenvalues, beginning with the largest. Without reorthogonalization new "
        f"values keep climbing out of the bulk: after {steps} steps there are {several} of λ₁. With "
        f"reorthogonalization there is {'one' if copies[False][-1] == 1 else 'not one'}.",
    )
