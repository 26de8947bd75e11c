"""The figures of lesson 04: what was run, with the words that say it."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.plotting import RUN, SERIES, THEORY, Picture


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
        for (name, sizes), line_style in zip(errors.items(), SERIES, strict=False):
            sizes = np.asarray(sizes, float)
            k = np.arange(len(sizes))
            ax.plot(k, sizes, markevery=max(1, len(k) // 16), label=name, **line_style)
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
