"""The figures of lesson 04: what was run, with the words that say it."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.plotting import RUN, THEORY, Picture

# Several runs in one picture: the colours that mean nothing else, each with a marker and a line.
SERIES = (
    {"color": RUN["color"], "marker": "o", "linestyle": "-"},
    {"color": "#56B4E9", "marker": "s", "linestyle": "--"},
    {"color": "#555555", "marker": "^", "linestyle": "-."},
)


def loss_by_step(losses, eta):
    """Draw the loss before each step.

    Parameters
    ----------
    losses : array_like of shape (steps + 1,)
    eta : float

    Returns
    -------
    Picture
    """
    losses = np.asarray(losses, float)
    with plotting.style():
        figure = Figure(figsize=(6.0, 3.2))
        ax = figure.subplots()
        ax.plot(losses, marker="o", **RUN)
        ax.axhline(losses[0], label="the loss at the start", **THEORY)
        ax.set(yscale="log", xlabel="step", ylabel="loss")
        plotting.legend_above(ax)
    down, up = losses[1] < losses[0], losses[-1] > losses[0]
    return Picture(
        figure,
        f"Loss with steps of {eta:g}, on a log scale: it {'falls' if down else 'rises'} from "
        f"{losses[0]:.2f} to {losses[1]:.2f} in the first step and after {len(losses) - 1} steps is "
        f"{'above' if up else 'below'} the start, at {losses[-1]:.3g}.",
    )


def errors_by_method(errors, rates):
    """Draw the size of the error step by step, a line a method, beside what the rates say.

    Parameters
    ----------
    errors : mapping of str to array_like of shape (steps + 1,)
    rates : mapping of str to float
        The rate of each method in the long run.

    Returns
    -------
    Picture
    """
    with plotting.style():
        figure = Figure(figsize=(6.8, 3.8))
        ax = figure.subplots()
        words = []
        for (name, sizes), look in zip(errors.items(), SERIES, strict=False):
            sizes = np.asarray(sizes, float)
            k = np.arange(len(sizes))
            ax.plot(k, sizes, markevery=max(1, len(k) // 16), label=name, **look)
            # The law is drawn from the last point back: the beginning is what it does not tell.
            end = np.flatnonzero(sizes > 1e-9)[-1]
            ax.plot(k, sizes[end] * rates[name] ** (k - end), **THEORY)
            reached = np.flatnonzero(sizes < 1e-6 * sizes[0])
            words.append(f"{name} {'after ' + str(reached[0]) if reached.size else 'not yet'}")
        ax.set(yscale="log", ylim=(1e-9, 20), xlabel="step", ylabel="size of the error")
        plotting.legend_above(ax)
    return Picture(
        figure,
        "Size of the error on a log scale, with thin lines of the rate in the long run. A millionth "
        f"of the start is reached: {'; '.join(words)}.",
    )


def valley(paths):
    """Draw walks on ½(ab − 1)² from above, and λ₁ along them.

    Parameters
    ----------
    paths : mapping of float to array_like of shape (steps + 1, 2)
        Step size to points (a, b).

    Returns
    -------
    Picture
    """
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.9))
        left, right = figure.subplots(1, 2)
        a, b = np.meshgrid(np.linspace(-0.4, 3.6, 141), np.linspace(-1.6, 2.6, 141))
        left.contour(
            a, b, 0.5 * (a * b - 1) ** 2, levels=[0.02, 0.125, 0.5, 2, 8, 32], colors="#a6afbb",
            linewidths=0.8,
        )  # fmt: skip
        floor = np.linspace(0.3, 3.6, 200)
        left.plot(floor, 1 / floor, **THEORY)
        words = []
        for (eta, points), look in zip(paths.items(), SERIES, strict=False):
            points, colour = np.asarray(points, float), look["color"]
            lam = np.array([two_weights_sharpness(*point) for point in points])
            left.plot(*points.T, **look, label=f"η = {eta:g}")
            left.plot(*points[-1], marker="*", markersize=15, color=colour, markeredgecolor="black")
            right.plot(lam, **look)
            right.axhline(2 / eta, color=colour, linestyle=":", linewidth=1.2)
            end = points[-1]
            words.append(
                f"η = {eta:g} ends at ({end[0]:.2f}, {end[1]:.2f}) with λ₁ = {lam[-1]:.2f}, "
                f"limit {2 / eta:.1f}"
            )
        left.set(xlim=(-0.4, 3.6), ylim=(-1.6, 2.6), xlabel="a", ylabel="b")
        left.grid(False)
        plotting.legend_above(left)
        right.set(
            ylim=(0, 23), xlim=(0, 20), xticks=range(0, 21, 4), xlabel="step", ylabel="λ₁",
            title="λ₁ on the way; dotted: 2/η",
        )  # fmt: skip
    return Picture(
        figure,
        "Walks over the valley ½(ab − 1)² from (3, ½), whose floor is the hyperbola ab = 1 (black): "
        + "; ".join(words)
        + ".",
    )


def two_weights_sharpness(a, b):
    """Return λ₁ of the Hessian [[b², 2ab − 1], [2ab − 1, a²]] of ½(ab − 1)².

    Examples
    --------
    >>> two_weights_sharpness(1.0, 1.0)
    2.0
    """
    return float(np.linalg.eigvalsh([[b * b, 2 * a * b - 1], [2 * a * b - 1, a * a]])[-1])


def edge(*runs):
    """Draw the loss and λ₁ of training runs, each with the limit 2/η of its step.

    Parameters
    ----------
    *runs : edge_of_stability.EdgeRun
        At most three.

    Returns
    -------
    Picture
    """
    with plotting.style():
        figure = Figure(figsize=(9.0, 3.7))
        left, right = figure.subplots(1, 2)
        words, top = [], 1.4 * max(run.sharpness.max() for run in runs)
        for run, look in zip(runs, SERIES, strict=False):
            colour, limit = look["color"], 2 / run.eta
            name = f"η = {run.eta:g}, 2/η = {limit:g}" + (
                " (off the picture)" if limit > top else ""
            )
            left.plot(
                run.losses, color=colour, linestyle=look["linestyle"], linewidth=1.1, label=name
            )
            right.plot(run.steps, run.sharpness, markersize=3, **look | {"linewidth": 1.0})
            right.axhline(limit, color=colour, linestyle=":", linewidth=1.4)
            words.append(f"with η = {run.eta:g} {where_it_ends(run)}")
        left.set(yscale="log", xlabel="step", ylabel="loss")
        right.set(xlabel="step", ylabel="λ₁", ylim=(0, top), title="Stiffness; dotted: 2/η")
        plotting.legend_above(left)
    return Picture(figure, f"Loss and stiffness λ₁ against the step: {'; '.join(words)}.")


def where_it_ends(run):
    """Return in words where λ₁ of an `EdgeRun` ends, coarse enough to be the same on every machine."""
    end = run.ratio[-5:].mean()
    if 0.95 < end < 1.1:
        return "λ₁ ends at its limit 2/η, within a tenth"
    return f"λ₁ ends {'below half' if end < 0.5 else 'off'} its limit 2/η"
