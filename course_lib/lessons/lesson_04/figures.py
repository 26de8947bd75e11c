"""The figures of lesson 04: what was run, and the words that say it."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.lessons.lesson_04.experiments import roots
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
        ax.set(yscale="log", xlabel="step k", ylabel="loss")
        plotting.legend_above(ax)
    down, up = losses[1] < losses[0], losses[-1] > losses[0]
    return Picture(
        figure,
        f"Loss with steps of {eta:g}, on a log scale. It {'falls' if down else 'rises'} from "
        f"{losses[0]:.2f} to {losses[1]:.2f} in the first step. After {len(losses) - 1} steps it is "
        f"{'above' if up else 'below'} the start, at {losses[-1]:.3g}.",
    )


def errors_by_method(errors, rates):
    """Draw the size of the error step by step, one line per method, beside what the rates say.

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
        words: list[str] = []
        for (name, sizes), line_style in zip(errors.items(), SERIES, strict=False):
            sizes = np.asarray(sizes, float)
            k = np.arange(len(sizes))
            ax.plot(k, sizes, markevery=max(1, len(k) // 16), label=name, **line_style)
            # The law is drawn from the last point back: it does not tell the beginning.
            end = np.flatnonzero(sizes > 1e-9)[-1]
            label = None if words else "the rate alone"
            ax.plot(k, sizes[end] * rates[name] ** (k - end), label=label, **THEORY)
            reached = np.flatnonzero(sizes < 1e-6 * sizes[0])
            words.append(
                f"with {name} {f'after {reached[0]} steps' if reached.size else 'not yet'}"
            )
        ax.set(yscale="log", ylim=(1e-9, 20), xlabel="step k", ylabel="size of the error")
        plotting.legend_above(ax)
    return Picture(
        figure,
        "Size of the error on a log scale. Thin black lines, drawn backwards from the end of each run, fall "
        "by the rate at every step. The error falls "
        f"to a millionth of its initial size {', '.join(words)}.",
    )


def roots_by_step(beta):
    """Draw where the two roots of heavy ball go as ηλ grows from 0 to its limit.

    Parameters
    ----------
    beta : float

    Returns
    -------
    Picture
    """
    size, limit = beta**0.5, 2 + 2 * beta
    meet = (1 - size) ** 2, (1 + size) ** 2
    stops = np.r_[0.0, meet[0], (meet[0] + meet[1]) / 2, meet[1], limit]
    with plotting.style():
        figure = Figure(figsize=(7.2, 4.0))
        ax = figure.subplots()
        turn = np.linspace(0, 2 * np.pi, 200)
        ax.plot(np.cos(turn), np.sin(turn), label="unit circle", **THEORY)
        steps = np.sort(np.r_[np.linspace(0, limit, 400), meet])
        for z, line_style in zip(roots(steps, beta), SERIES[1:], strict=True):
            ax.plot(z.real, z.imag, color=line_style["color"], linewidth=4, alpha=0.8)
        for i, (z, line_style) in enumerate(zip(roots(stops, beta), SERIES[1:], strict=True)):
            look = {"color": line_style["color"], "marker": "os"[i], "markersize": 9}
            ax.plot(z.real, z.imag, linestyle="none", label=f"root z{'₁₂'[i]}", **look)
        places = (1.06, 0.1), (size + 0.05, 0.1), (0.05, size + 0.08), (-size - 0.05, 0.1)
        for stop, place in zip(stops, (*places, (-1.06, 0.1)), strict=True):
            ax.text(*place, f"ηλ = {stop:.2f}", ha="left" if place[0] > 0 else "right", fontsize=9)
        ax.axhline(0, color="#999999", linewidth=0.6, zorder=0)
        ax.axvline(0, color="#999999", linewidth=0.6, zorder=0)
        ax.set(xlim=(-1.75, 1.75), ylim=(-1.1, 1.1), aspect="equal", xticks=[-1, 0, 1])
        ax.set(xlabel="real part", ylabel="imaginary part", yticks=[-1, 0, 1])
        ax.grid(False)
        plotting.legend_above(ax)
    return Picture(
        figure,
        f"The two roots of heavy ball with β = {beta:g} in the complex plane. At ηλ = 0 they are 1 and "
        f"{beta:g}. They meet at {size:g} for ηλ = {meet[0]:.2f}, go round a circle of radius {size:g}, "
        f"meet again at −{size:g} for ηλ = {meet[1]:.2f}, and one of them reaches −1 for "
        f"ηλ = {limit:.2f}.",
    )


def grows_first(errors, beta):
    """Draw the error along v₁ at the best pair beside √βᵏ and k times that.

    Parameters
    ----------
    errors : array_like of shape (steps + 1,)
        With their sign, the first one 1.
    beta : float

    Returns
    -------
    Picture
    """
    sizes, root = np.abs(np.asarray(errors, float)), beta**0.5
    k = np.arange(len(sizes))
    with plotting.style():
        figure = Figure(figsize=(6.4, 3.4))
        ax = figure.subplots()
        ax.plot(k, sizes, "o", label="the run", **RUN)
        ax.plot(k, (1 + (1 + root) * k) * root**k, label="(1 + (1+√β)k)·√βᵏ", **THEORY)
        ax.plot(k, root**k, label="√βᵏ", **{**THEORY, "linestyle": "--"})
        ax.set(yscale="log", xlabel="step k", ylabel="size of the error along v₁")
        plotting.legend_above(ax)
    return Picture(
        figure,
        f"Size of the error along v₁ for β = {beta:.3f} on a log scale: it grows to "
        f"{sizes.max():.1f} times its initial size at step {int(sizes.argmax())}. Then it falls, and after "
        f"{k[-1]} steps it is {sizes[-1] / root ** k[-1]:.0f} times √βᵏ.",
    )


def two_kinds_of_gradients(agree, alternate, beta):
    """Draw the moves of heavy ball for gradients that agree and for gradients that alternate.

    Parameters
    ----------
    agree, alternate : array_like of shape (steps,)
        Each move in units of the first one, whose size is η times the gradient.
    beta : float

    Returns
    -------
    Picture
    """
    kinds = {
        "gradients that agree": (np.asarray(agree), 1 / (1 - beta), "1/(1−β)"),
        "gradients that alternate": (np.asarray(alternate), 1 / (1 + beta), "1/(1+β)"),
    }
    with plotting.style():
        figure = Figure(figsize=(8.0, 3.2))
        for ax, (name, (moves, end, law)) in zip(figure.subplots(1, 2), kinds.items(), strict=True):
            k = np.arange(1, len(moves) + 1)
            ax.vlines(k, 0, moves, color=RUN["color"], linewidth=1.5)
            ax.plot(k, moves, "o", label="the move", **RUN)
            ax.plot(k, np.full(len(k), end), label=law, **THEORY)
            if moves.min() < 0:
                ax.plot(k, np.full(len(k), -end), **THEORY)
            reach = 1.15 * max(np.abs(moves).max(), end)
            ax.set(
                xlabel="step k",
                ylabel="move, in plain steps",
                ylim=(-reach * (moves.min() < 0), reach),
            )
            ax.set_title(name, pad=18)
            plotting.legend_above(ax)
    ends = [abs(float(moves[-1])) for moves, *_ in kinds.values()]
    return Picture(
        figure,
        f"Moves of heavy ball with β = {beta:g}, in units of a plain step. For gradients that agree they "
        f"grow to {ends[0]:.1f} after {len(k)} steps. For gradients that alternate they change "
        f"sign at every step, and their size falls to {ends[1]:.2f}.",
    )
