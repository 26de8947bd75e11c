"""The figures of lesson 10, with the words that say what they show."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.curvature.preconditioning import newton_cg
from course_lib.lessons.lesson_10 import experiments
from course_lib.lessons.lesson_10 import experiments_pruning as pruning
from course_lib.lessons.lesson_10 import experiments_races as races
from course_lib.lessons.lesson_10 import experiments_two_weights as two_weights
from course_lib.plotting import FLAT, NEGATIVE, RUN, SERIES, STIFF, THEORY, Picture

GREY = "#a6afbb"
TILTED = np.array([[1.0, 2.0], [2.0, 25.0]])
# Four rules in one picture: the three series, and black diamonds.
RULES = (
    SERIES[2],
    SERIES[1],
    SERIES[0],
    {"color": "black", "marker": "D", "linestyle": ":"},
)


def units(H=TILTED, start=(2.0, 0.9), steps=12):
    """Draw one bowl in the units of the weights and in the units of its own diagonal.

    Returns
    -------
    Picture
    """
    P = np.diag(H)
    eigenvalues = np.linalg.eigvalsh(H)
    eta = 1.9 / eigenvalues[-1]
    plain = two_weights.descend(H, start, eta, steps)
    scaled = two_weights.scaled(H, P)
    u_start = np.sqrt(P) * np.asarray(start)
    u_eta = 1 / np.linalg.eigvalsh(scaled)[-1]
    u_path = two_weights.descend(scaled, u_start, u_eta, steps)
    with plotting.style():
        figure = Figure(figsize=(9.0, 4.1))
        # The eigenvalues in the units u are the question of exercise 10.1.
        titles = f"weights w: eigenvalues {eigenvalues[1]:.1f} and {eigenvalues[0]:.1f}", "units u"
        for ax, matrix, path, names, title in zip(
            figure.subplots(1, 2), (H, scaled), (plain, u_path), ("w", "u"), titles, strict=True
        ):
            reach = 1.15 * np.abs(path).max()
            grid = np.linspace(-reach, reach, 90)
            x, y = np.meshgrid(grid, grid)
            loss = 0.5 * (matrix[0, 0] * x**2 + 2 * matrix[0, 1] * x * y + matrix[1, 1] * y**2)
            levels = loss.max() * np.array([0.003, 0.012, 0.04, 0.1, 0.25, 0.5])
            ax.contour(x, y, loss, levels, colors=GREY, linewidths=0.8)
            ax.plot(*path.T, marker="o", markersize=3.5, linewidth=1.0, **RUN)
            ax.plot(*path[0], marker="D", markersize=7, **RUN)
            ax.set(xlabel=f"${names}_1$", ylabel=f"${names}_2$", aspect="equal")
            ax.grid(False)
            ax.set_title(title)
    left, last = np.linalg.norm(plain[-1]), np.linalg.norm(u_path[-1])
    return Picture(
        figure,
        f"Two pictures of one loss: level lines and {steps} steps of descent. Left, in the weights w, the "
        "bowl is a narrow valley: the path jumps from side to side and is still "
        f"{left:.1f} from the minimum. "
        "Right, in the units u in which both diagonal entries of the Hessian are 1, the bowl is nearly "
        f"round: after a few steps the path is {'at the minimum' if last < 0.01 else 'near the minimum'}.",
    )


def saddle(w=(1.0, 0.3), curvatures=(1.0, -1.0)):
    """Draw three steps at a saddle: along the gradient, Newton's, and by conjugate gradients.

    Returns
    -------
    Picture
    """
    w, H = np.asarray(w, float), np.diag(curvatures)
    g = H @ w
    steps = {
        "gradient step": (-g, SERIES[1]),
        "Newton's step": (-np.linalg.solve(H, g), NEGATIVE),
        "conjugate gradients": (newton_cg(H, g).step, RUN),
    }
    grid = np.linspace(-2.2, 2.2, 90)
    x, y = np.meshgrid(grid, grid)
    with plotting.style():
        figure = Figure(figsize=(6.2, 4.6))
        ax = figure.subplots()
        loss = 0.5 * (curvatures[0] * x**2 + curvatures[1] * y**2)
        ax.contour(x, y, loss, np.linspace(-0.6, 0.9, 16), colors=GREY, linewidths=0.8)
        for width, (name, (step, look)) in zip((4.5, 2.4, 1.4), steps.items(), strict=True):
            ax.annotate(
                "",
                tuple(w + step),
                tuple(w),
                arrowprops={"arrowstyle": "-|>", "color": look["color"], "linewidth": width},
            )
            ax.plot([], [], color=look["color"], linewidth=width, label=name)
        ax.plot(*w, "o", color="#333333", zorder=4)
        ax.plot(0, 0, "x", color="#333333", markersize=9)
        ax.set(xlabel="$w_1$", ylabel="$w_2$", xlim=(-0.4, 1.6), ylim=(-0.4, 1.1))
        ax.grid(False)
        plotting.legend_above(ax)
    heights = {name: 0.5 * (w + step) @ H @ (w + step) for name, (step, _) in steps.items()}
    before = 0.5 * w @ H @ w
    words = [
        f"{name} from {before:.2f} to {height:.2f}".replace("-0.00", "0.00")
        for name, height in heights.items()
    ]
    return Picture(
        figure,
        "Level lines of the saddle ½(w₁² − w₂²) and three steps from (1, 0.3). Newton's step ends at the "
        "saddle point itself. The other two keep to the side where the loss falls: they "
        f"enlarge w₂. The loss changes: {'; '.join(words)}.",
    )


def race_costs():
    """Draw what every method paid to reach the target: a dot a seed, a bar at the median.

    Returns
    -------
    Picture
    """
    costs, words = races.recorded_costs(), []
    with plotting.style():
        figure = Figure(figsize=(9.4, 5.6))
        axes = figure.subplots(2, 2, sharey=True).flat
        for ax, problem, values in zip(axes, races.PROBLEMS[:4], costs[:4], strict=True):
            for row, (method, paid) in enumerate(zip(races.METHODS, values, strict=True)):
                second = method in races.CURVED
                look = {"color": (STIFF if second else FLAT)["color"], "alpha": 0.6}
                reached = paid[np.isfinite(paid)]
                ax.plot(reached, np.full(len(reached), row), "s" if second else "o", **look)
                if np.isfinite(np.median(paid)):
                    ax.plot(np.median(paid), row, "|", color="black", markersize=16)
                if lost := len(paid) - len(reached):
                    said = "not reached" if lost == len(paid) else f"{lost} not reached"
                    ax.text(1.5, row, said, va="center", fontsize=9)
            said = (_cost(np.median(paid)) for paid in values)
            pairs = zip(races.METHODS, said, strict=True)
            words.append(f"{problem.name}: {', '.join(f'{name} {cost}' for name, cost in pairs)}")
            ax.set(xscale="log", xlim=(1.3, 1.4 * races.BUDGET), ylim=(4.5, -0.5))
            ax.set_yticks(range(len(races.METHODS)), races.METHODS)
            ax.set_title(f"{problem.name}", fontsize=10)
        for ax in figure.axes[2:]:
            ax.set_xlabel("gradients and products, in passes over all digits")
    return Picture(
        figure,
        f"Cost of reaching a given loss, for {costs.shape[2]} seeds, with the best of eight trials for each. "
        f"Methods that use products are orange squares. The median costs are: {'; '.join(words)}.",
    )


def _cost(value):
    return f"{value:.0f}" if np.isfinite(value) else "not reached"


def one_weight(curvatures=(3.0, 300.0), eta=0.01, beta1=0.9):
    """Draw Adam on ½λw² for two curvatures: |w|, and λ/P in units of Adam's limit.

    Returns
    -------
    Picture
    """
    size = eta * (1 - beta1) / (2 + 2 * beta1)
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.6))
        left, right = figure.subplots(1, 2)
        ends, jumps = [], []
        for curvature, look in zip(curvatures, SERIES, strict=False):
            w, ratio = two_weights.one_weight_adam(curvature, eta, beta1)
            line = {"color": look["color"], "linestyle": look["linestyle"]}
            left.plot(np.abs(w), label=f"λ = {curvature:g}", linewidth=1.0, **line)
            right.plot(ratio, label=f"λ = {curvature:g}", linewidth=1.4, **line)
            ends.append(ratio[-500:].mean())
            jumps.append(int(np.argmax(ratio > 1)))
        left.axhline(size, **THEORY)
        left.text(420, 1.4 * size, "η(1 − β₁)/(2 + 2β₁)", va="bottom", fontsize=9.5)
        left.set(yscale="log", ylim=(1e-6, 2), xlabel="step", ylabel="|w|")
        right.axhline(1, **THEORY)
        right.set(xlabel="step", ylabel="λ/P in units of the limit", ylim=(0, 1.5))
        plotting.legend_above(left)
    end = "near 1" if np.all(np.abs(np.array(ends) - 1) < 0.15) else "away from 1"
    return Picture(
        figure,
        f"Adam with η = {eta:g} on ½λw² from w = 1, for λ = {curvatures[0]:g} and {curvatures[1]:g}. The two "
        f"runs look alike. |w| first falls far below the line at {size:.1g}, while λ/P grows. At about step "
        f"{round(np.mean(jumps), -2):.0f}, λ/P passes Adam's limit and |w| jumps up. After that |w| "
        f"oscillates around the line, and λ/P, in units of Adam's limit, stays {end}.",
    )


def angle(radii=(1.0, 4.0)):
    """Draw a loss that depends on the angle only, and its curvature at two distances from 0.

    Returns
    -------
    Picture
    """
    x, y = np.meshgrid(np.linspace(0.02, 4.8, 200), np.linspace(-2, 2, 200))
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.5))
        left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
        left.contour(x, y, 0.5 * np.arctan2(y, x) ** 2, [0.002, 0.01, 0.03, 0.08, 0.2], colors=GREY)
        left.axhline(0, **THEORY)
        across = np.linspace(-1.0, 1.0, 101)
        found = []
        for radius, look in zip(radii, SERIES, strict=False):
            stiffness = two_weights.angle_hessian([radius, 0.0])[1, 1]
            left.plot([radius, radius], [-1, 1], color=look["color"], linestyle=look["linestyle"])
            left.plot(radius, 0, look["marker"], color=look["color"], markersize=8)
            right.plot(
                across,
                0.5 * np.arctan2(across, radius) ** 2,
                color=look["color"],
                linestyle=look["linestyle"],
                label=f"at distance {radius:g}: λ₁ = {stiffness:.4g}",
            )
            found.append(f"λ₁ = {stiffness:.4g} at distance {radius:g}")
        left.set(xlabel="v₁", ylabel="v₂", xlim=(0, 4.8), ylim=(-2, 2), title="The loss")
        left.grid(False)
        right.set(xlabel="v₂", ylabel="loss along the two lines")
        plotting.legend_above(right)
    return Picture(
        figure,
        "A loss that depends only on the direction of (v₁, v₂). Its level lines are rays from the origin, "
        f"so it opens like a fan, and its curvature falls with the distance: {' and '.join(found)}.",
    )


def blocks():
    """Draw the recorded λ₁ of every block, three architectures side by side.

    Returns
    -------
    Picture
    """
    found = experiments.recorded_blocks()
    with plotting.style():
        figure = Figure(figsize=(9.4, 4.0))
        words = []
        axes = figure.subplots(1, 3, sharey=True, width_ratios=[6, 4, 7])
        for ax, (name, (labels, values)) in zip(axes, found.items(), strict=True):
            for k, label in enumerate(labels):
                bias = label.endswith("bias")
                look = {"color": FLAT["color"] if bias else STIFF["color"]}
                ax.plot(
                    np.full(len(values), k), values[:, k], "s" if bias else "o", alpha=0.6, **look
                )
            short = [label.replace(": ", "\n") for label in labels]
            ax.set_xticks(range(len(labels)), short, rotation=90, fontsize=8)
            ax.set(yscale="log", title=name, xlim=(-0.6, len(labels) - 0.4))
            alone, together = (experiments.spread(labels, values, b) for b in (False, True))
            words.append(
                f"{name}: the largest is {_between(alone)} times the smallest without the biases, and "
                f"{_between(together)} times with them"
            )
        axes[0].set_ylabel("λ₁ of the block")
    return Picture(figure, f"λ₁ of each block, for five seeds. {'; '.join(words)}.")


def _between(values):
    return f"{np.min(values):.0f} to {np.max(values):.0f}"


def surgeon(H=((2.0, 1.0), (1.0, 2.0)), w=(1.0, 1.0)):
    """Draw a loss with its minimum at w, what zeroing one weight costs, and the surgeon's repair.

    Returns
    -------
    Picture
    """
    H, w = np.asarray(H, float), np.asarray(w, float)
    zeroed = np.array([0.0, w[1]])
    repaired = pruning.surgeon(w, np.linalg.inv(H), np.array([0]))
    x, y = np.meshgrid(np.linspace(-0.6, 2.2, 90), np.linspace(-0.3, 2.5, 90))
    d = np.stack([x - w[0], y - w[1]])
    loss = 0.5 * np.einsum("iab,ij,jab->ab", d, H, d)

    def rise(v):
        return 0.5 * (v - w) @ H @ (v - w)

    with plotting.style():
        figure = Figure(figsize=(6.0, 4.4))
        ax = figure.subplots()
        ax.contour(x, y, loss, [0.05, 0.2, 0.5, 0.75, 1.0, 1.6, 2.5], colors=GREY, linewidths=0.8)
        ax.axvline(0, **THEORY)
        for end, look, name in (
            (zeroed, SERIES[0], f"zero w₁: +{rise(zeroed):.2f}"),
            (repaired, RULES[3], f"zero w₁ and move w₂: +{rise(repaired):.2f}"),
        ):
            arrow = {"arrowstyle": "-|>", "color": look["color"], "linewidth": 1.8}
            ax.annotate("", tuple(end), tuple(w), arrowprops=arrow)
            ax.plot([], [], color=look["color"], label=name)
        ax.plot(*w, "*", markersize=15, color=RUN["color"], markeredgecolor="black")
        ax.set(xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
        ax.grid(False)
        plotting.legend_above(ax)
    return Picture(
        figure,
        f"Level lines of a loss with its minimum at (1, 1). Setting w₁ to 0 raises the loss by "
        f"{rise(zeroed):.2f}. If w₂ moves to {repaired[1]:.1f} at the same time, the loss rises by "
        f"only {rise(repaired):.2f}.",
    )


def rounding():
    """Draw the recorded |change of the loss| by rounding, without and with compensation.

    Returns
    -------
    Picture
    """
    record = pruning.recorded()
    bits, rises = record["bits"], np.abs(record["rounded"].astype(float))
    with plotting.style():
        figure = Figure(figsize=(6.4, 3.7))
        ax = figure.subplots()
        names = "each weight by itself", "the others compensate"
        for k, (name, look) in enumerate(zip(names, (SERIES[1], RULES[3]), strict=True)):
            for one in rises[:, k]:
                ax.plot(bits, one, color=look["color"], linewidth=0.5, alpha=0.5)
            ax.plot(bits, np.median(rises[:, k], axis=0), label=name, **look)
        ax.set(yscale="log", xlabel="bits per weight", ylabel="|change of the loss|", xticks=bits)
        plotting.legend_above(ax)
    at = int(np.flatnonzero(bits == 4)[0])
    middle = np.median(rises[:, :, at], axis=0)
    return Picture(
        figure,
        "The absolute change of the training loss when all weights are rounded to a few bits, for "
        f"{len(rises)} networks. At 4 bits the median is {middle[0]:.1e} when each weight is rounded by "
        f"itself, and {middle[1]:.1e} when the weights that are not yet rounded compensate for each error.",
    )
