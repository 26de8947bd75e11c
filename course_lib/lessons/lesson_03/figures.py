"""The pictures of lesson 03 that have no sliders."""

import itertools
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.exact import critical_points, landscapes
from course_lib.lessons.lesson_03 import experiments
from course_lib.lessons.lesson_03.demo_landscapes import (
    GRID,
    LEVELS,
    MARKERS,
    SHADES,
    SQUEEZED,
    counted,
    explored,
)
from course_lib.plotting.surfaces import Curve, Surface

_ZOO = {
    "$x^2 + y^4$": lambda x, y: x**2 + y**4,
    "$x^2 - y^4$": lambda x, y: x**2 - y**4,
    "$x^2 + y^3$": lambda x, y: x**2 + y**3,
    "$x^2$": lambda x, y: x**2 + 0 * y,
}
_ARROW: dict[str, Any] = {
    "color": "black",
    "width": 0.008,
    "headwidth": 4.5,
    "pivot": "tail",
    "zorder": 4,
    "clip_on": False,
}
_WALK: dict[str, Any] = {"color": "#777777", "linewidth": 1.0}
_FOUR = {
    "minimum": ("minimum", lambda x, y: (x, y)),
    "maximum": ("maximum", lambda x, y: (-x, -y)),
    "saddle": ("saddle", lambda x, y: (x, -y)),
    "monkey saddle": ("undecided", lambda x, y: (3 * x**2 - 3 * y**2, -6 * x * y)),
}
_CUTS = {"Himmelblau": ((-1.6, 1.6), (-1.4, 1.3)), "random": ((2.75, 4.4), (1.25, 2.8, 4.3))}


def zoo():
    """Draw four functions with the same Hessian at 0: as surfaces, from above, along the y axis.

    Returns
    -------
    plotting.Picture
    """
    grid, coarse, t = (np.linspace(-1, 1, num) for num in (121, 41, 101))
    levels = 0.01 * np.arange(1, 11) ** 2
    y_axis = Curve(np.array([[0.0, 0.0], [-1.0, 1.0]]), plotting.FLAT)
    with plotting.style():
        figure = Figure(figsize=(9, 6.2))
        axes = figure.subplots(3, 4, height_ratios=[1.5, 1.5, 1])
        for (name, f), steep, above, below in zip(_ZOO.items(), *axes, strict=True):
            surface = Surface(steep, coarse, levels, -1.0, 1.6, ("$x$", "$y$"))
            surface.show(f(*np.meshgrid(coarse, coarse)), [y_axis])
            surface.turn(30, -35)
            contours = plotting.Contours(above, grid, levels)
            contours.update(f(*np.meshgrid(grid, grid)))
            above.plot([0], [0], **MARKERS["undecided"])
            above.plot([0, 0], [-1, 1], **plotting.FLAT)
            steep.set_title(name)
            above.set(xlabel="$x$", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            above.grid(False)
            below.plot(t, f(0 * t, t), **plotting.FLAT)
            below.set(xlabel="$y$, along the dashed line", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            below.set(ylim=(-1.1, 1.1))
        axes[1, 0].set_ylabel("$y$")
        axes[2, 0].set_ylabel("$f(0, y)$")
    return plotting.Picture(
        figure,
        "Four functions as surfaces and from above. At the origin all four have the curvature 2 "
        "along x and 0 along y. Along the y axis x² + y⁴ rises on both sides, and x² − y⁴ falls "
        "on both sides. The function x² + y³ falls on one side and rises on the other, and x² "
        "stays level.",
    )


def _signed(number):
    return f"{number:+d}".replace("-", "−") if number else "0"


def _arrows(ax: Axes, gradient, points, length):
    """Draw the gradient at `points`, all arrows of one `length`."""
    g = gradient(points)
    g = g / np.linalg.norm(g, axis=1, keepdims=True) * length
    arrows = ax.quiver(*points.T, *g.T, angles="xy", scale_units="xy", scale=1, **_ARROW)
    arrows.set_in_layout(False)  # they may reach over the edge


def around_four():
    """Draw the gradient on a walk around four points, and the turns that it makes on the way.

    Returns
    -------
    plotting.Picture
    """
    t = np.linspace(0, 2 * np.pi, 361)
    circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    said = []
    with plotting.style():
        figure = Figure(figsize=(9, 4.8))
        axes = figure.subplots(2, 4, height_ratios=[1.5, 1], sharex="row", sharey="row")
        for (name, (kind, formula)), above, below in zip(_FOUR.items(), *axes, strict=True):

            def gradient(w, formula=formula):
                return np.stack(formula(*w.T), axis=1)

            above.plot(*circle.T, **_WALK)
            _arrows(above, gradient, circle[0:360:30], 0.42)
            above.plot([0], [0], **MARKERS[kind])
            above.set(aspect="equal", xlim=(-1.7, 1.7), ylim=(-1.7, 1.7), xticks=[], yticks=[])
            above.grid(False)
            arrows = gradient(circle)
            angle = np.unwrap(np.arctan2(*arrows.T[::-1])) / (2 * np.pi)
            turns = experiments.turns(arrows)
            above.set_title(f"{name}: {_signed(turns)}")
            below.plot(np.degrees(t), angle - angle[0], color="black")
            below.set(xticks=[0, 180, 360], yticks=[-2, -1, 0, 1], xlabel="angle on the circle (°)")
            said.append(f"{_signed(turns)} around the {name}")
        axes[1, 0].set_ylabel("turns so far")
    return plotting.Picture(
        figure,
        "Top: the gradient as arrows on a circle around four critical points. Bottom: how far the arrow has "
        f"turned on a counter-clockwise walk along the circle. In total: {', '.join(said)}.",
    )


def _edge(low, high, num):
    """Return points along the edge of a rectangle, counter-clockwise; shape (4·num + 1, 2)."""
    (x0, y0), (x1, y1) = low, high
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]], float)
    t = np.linspace(0, 1, num, endpoint=False)[:, None]
    sides = [a + t * (b - a) for a, b in itertools.pairwise(corners)]
    return np.concatenate([*sides, corners[-1:]])


def cells():
    """Draw a box and a torus, cut into cells, with the turns of the gradient around each.

    Returns
    -------
    plotting.Picture
    """
    shown = {"Himmelblau": landscapes.himmelblau(), "random": experiments.planar(6)[0]}
    titles = {"Himmelblau": "A box", "random": "One period of a torus"}
    said = []
    with plotting.style():
        figure = Figure(figsize=(9, 5))
        figure.set_layout_engine("none")  # placed by hand: the arrows reach over the edge
        places = [(left, 0.15, 0.385, 0.69) for left in (0.065, 0.55)]
        axes = [figure.add_axes(place) for place in places]
        for ax, (name, f) in zip(axes, shown.items(), strict=True):
            total, parts = _draw_cells(ax, name, f)
            ax.set_title(f"{titles[name]}: {_signed(total)} around the edge", pad=26)
            numbers = " ".join(_signed(n) for n in parts)
            said.append(
                f"{titles[name]}: the turns around the cells are {numbers}, which add up to "
                f"{_signed(sum(parts))}; the total around the edge is {_signed(total)}"
            )
    return plotting.Picture(
        figure,
        "Two landscapes from above, each cut into cells with the number of turns that the "
        f"gradient makes around each. {'. '.join(said)}.",
    )


def _draw_cells(ax: Axes, name, f):
    """Draw one landscape with its cells; return the turns around the edge and around each cell."""
    low, high = f.low, f.high
    grid = np.linspace(low[0], high[0], 121)
    w = np.stack(np.meshgrid(grid, grid), axis=-1)
    contours = plotting.Contours(ax, grid, LEVELS, SHADES)
    contours.below.set(color="#7d8896", linestyle="-", linewidth=0.8)
    contours.update(SQUEEZED[name](f.value(w.reshape(-1, 2))).reshape(w.shape[:2]))
    found = critical_points.search(f, seed=3).found
    for kind in ("minimum", "saddle", "maximum"):
        marks = MARKERS[kind] | {"markersize": 6.5}
        ax.plot(*found.points[found.kinds == kind].T, linestyle="none", label=kind, **marks)
    cuts = [[a, *inner, b] for a, b, inner in zip(low, high, _CUTS[name], strict=True)]
    size = high - low
    for along, inner in enumerate(_CUTS[name]):
        for cut in inner:
            ends = np.array([low, high])
            ends[:, along] = cut
            ax.plot(*ends.T, **_WALK)
    parts = []
    for y0, y1 in reversed(list(zip(cuts[1][:-1], cuts[1][1:], strict=True))):
        for x0, x1 in zip(cuts[0][:-1], cuts[0][1:], strict=True):
            parts.append(experiments.turns(f.gradient(_edge((x0, y0), (x1, y1), 400))))
            right = (
                x1 - (0.1 if f.periodic and x1 == high[0] else 0.03) * size[0]
            )  # beside the arrows
            ax.text(
                right, y1 - 0.03 * size[1], _signed(parts[-1]), ha="right", va="top", weight="bold"
            )
    edge = _edge(low, high, 400)
    ax.plot(*edge.T, color="black", linewidth=1.2, clip_on=False)
    _arrows(ax, f.gradient, edge[50:-1:100], 0.09 * size[0])
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xticks=[], yticks=[])
    ax.grid(False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.09), ncols=3, handletextpad=0.2)
    return experiments.turns(f.gradient(edge)), parts


def torus(seed=6):
    """Draw a landscape that repeats: one period flat, and the torus that it makes.

    Returns
    -------
    plotting.Picture
    """
    f, search = experiments.planar(seed)
    found = search.found
    with plotting.style():
        figure = Figure(figsize=(9, 4))
        flat = figure.add_subplot(1, 2, 1)
        ring = figure.add_subplot(1, 2, 2, projection="3d", computed_zorder=False)
        _draw_flat(flat, f, found)
        hidden = _draw_ring(ring, f, found)
    return plotting.Picture(
        figure,
        f"Left: one period of a landscape from above, with {counted(found.kinds)}. The left and the "
        "right side are the same line, and so are the bottom and the top. Right: the same landscape "
        f"painted on a torus, which has no edge. {hidden} of the points are hidden behind or inside it.",
    )


def _draw_flat(ax: Axes, f, found):
    low, high = f.low[0], f.high[0]
    grid = np.linspace(low, high, 121)
    w = np.stack(np.meshgrid(grid, grid), axis=-1)
    contours = plotting.Contours(ax, grid, LEVELS, SHADES)
    contours.below.set(color="#7d8896", linestyle="-", linewidth=0.8)
    contours.update(f.value(w.reshape(-1, 2)).reshape(w.shape[:2]))
    for kind in ("minimum", "saddle", "maximum"):
        ax.plot(*found.points[found.kinds == kind].T, linestyle="none", **MARKERS[kind])
    for side in (low, high):
        ax.plot([side, side], [low, high], color="black", linewidth=3, clip_on=False)
        ax.plot([low, high], [side, side], "--", color="black", linewidth=3, clip_on=False)
    ax.set(title="One period: opposite sides are the same line", xticks=[], yticks=[])
    ax.set(xlabel="$w_1$", ylabel="$w_2$")
    ax.grid(False)


def _on_ring(u, v, radius=1.0, tube=0.48):
    """Return points of a torus, shape (..., 3): `u` runs round the ring and `v` round the tube."""
    out = radius + tube * np.cos(v)
    return np.stack([out * np.cos(u), out * np.sin(u), tube * np.sin(v)], axis=-1)


def _draw_ring(ax, f, found, elevation=48.0, azimuth=-70.0):
    """Paint the landscape on a torus; return how many of the points are not seen."""
    t = np.linspace(0, 2 * np.pi, 81)
    u, v = np.meshgrid(t, t)
    heights = f.value(np.stack([u.ravel(), v.ravel()], axis=1)).reshape(u.shape)
    middle = (heights[1:, 1:] + heights[:-1, :-1]) / 2
    bands = np.round(middle / 0.5) * 0.5  # in steps, as level lines are
    colours = SHADES(np.clip((np.sign(bands) * np.sqrt(np.abs(bands) / LEVELS[-1]) + 1) / 2, 0, 1))
    e, a = np.radians(elevation), np.radians(azimuth)
    toward = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    ring = _on_ring(u, v)
    # Lit from the left and above, so that the colours stay those of the flat picture.
    normal = np.stack([np.cos(v) * np.cos(u), np.cos(v) * np.sin(u), np.sin(v)], axis=-1)
    lamp = np.array([-0.5, -0.5, 0.7])
    colours[..., :3] *= 0.72 + 0.28 * np.clip(normal[1:, 1:] @ lamp, 0, 1)[..., None]
    ax.plot_surface(
        *np.moveaxis(ring, -1, 0),
        facecolors=colours,
        rstride=1,
        cstride=1,
        shade=False,
        antialiased=False,
    )
    for at, line in ((_on_ring(0 * t, t), "-"), (_on_ring(t, 0 * t), "--")):
        seen = _visible(at, toward)
        drawn = np.where(seen[:, None], at, np.nan) + 0.02 * toward
        ax.plot(*drawn.T, color="black", linestyle=line, linewidth=2)
    at = _on_ring(*found.points.T)
    seen = _visible(at, toward)
    for kind in ("minimum", "saddle", "maximum"):
        chosen = at[(found.kinds == kind) & seen] + 0.05 * toward
        ax.plot(*chosen.T, linestyle="none", **MARKERS[kind])
    ax.view_init(elevation, azimuth)
    ax.set_box_aspect((1.48, 1.48, 0.48), zoom=1.33)
    ax.set(xlim=(-1.48, 1.48), ylim=(-1.48, 1.48), zlim=(-0.48, 0.48))
    ax.set_axis_off()
    ax.set_title("The same on a torus")
    return int((~seen).sum())


def _visible(points, toward):
    """Whether nothing of the torus lies between `points` on it and the viewer; shape (m,)."""
    t = np.linspace(0.03, 3.0, 400)
    rays = points[:, None] + t[:, None] * toward
    across = np.hypot(rays[..., 0], rays[..., 1]) - 1.0
    return (np.hypot(across, rays[..., 2]) > 0.48 * 0.995).all(axis=1)


def monkey():
    """Draw the monkey saddle, tilted, and on a bowl: as surfaces, and from above with arrows.

    Returns
    -------
    plotting.Picture
    """
    shown = {
        "x³ − 3xy²": landscapes.monkey_saddle(),
        "tilted: + 0.9x": experiments.tilted_monkey(0.9),
        "a bowl added: + 0.6(x² + y²)": landscapes.monkey_saddle(0.6),
    }
    reach, levels = 1.2, 0.04 * np.arange(1, 9) ** 2
    t = np.linspace(0, 2 * np.pi, 361)
    circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    said = []
    with plotting.style():
        figure = Figure(figsize=(9, 6))
        axes = figure.subplots(2, 3, height_ratios=[1.05, 1])
        for (name, f), steep, above in zip(shown.items(), *axes, strict=True):
            found = critical_points.search(f, seed=1).found
            for ax, num in ((steep, 61), (above, 121)):
                grid = np.linspace(-reach, reach, num)
                w = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
                heights = f.value(w).reshape(num, num)
                if ax is steep:
                    surface = Surface(ax, grid, levels, -1.6, 1.6, ("$x$", "$y$"))
                    surface.show(heights)
                    surface.turn(42, -65)
                    ax.set_title(name)
                else:
                    contours = plotting.Contours(ax, grid, levels)
                    contours.update(np.clip(heights, -2.5, 2.5))
            _arrows(above, f.gradient, circle[0:360:24], 0.22)
            above.plot(*circle.T, **_WALK)
            for kind in MARKERS:
                marks = found.points[found.kinds == kind]
                above.plot(*marks.T, linestyle="none", **MARKERS[kind])
            turns = experiments.turns(f.gradient(circle))
            above.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1], xlabel="$x$", ylabel="$y$")
            above.set_title(f"{_signed(turns)} turns on the circle")
            above.grid(False)
            said.append(f"{name}: {counted(found.kinds)}, {_signed(turns)} turns")
    return plotting.Picture(
        figure,
        "The monkey saddle x³ − 3xy², the same tilted, and on a bowl: as surfaces, and from above with "
        "the gradient as arrows on a circle. " + "; ".join(said) + ".",
    )


def descents(seed=6, num=60):
    """Draw descents from random starts, and the heights of some that start beside a saddle.

    Parameters
    ----------
    seed : int
        Of the landscape; one of `experiments.SEEDS`.
    num : int
        Random starts.

    Returns
    -------
    plotting.Picture
    """
    f, search = experiments.planar(seed)
    found = search.found
    low, width = f.low[0], (f.high - f.low)[0]
    eta = 0.5 / experiments.largest_curvature(f)
    path = experiments.descend(f, f.random_points(num, 5), eta, 600)
    ends = path[-1] % f.periods
    distances = (1e-2, 1e-5, 1e-8, 1e-11)
    saddle, _, _, beside = experiments.beside_a_saddle(seed, distances)
    left_after = experiments.steps_to_leave(saddle, beside)
    with plotting.style():
        figure = Figure(figsize=(9, 4))
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.25])
        contours = plotting.Contours(left, (GRID + 1) / 2 * width + low, LEVELS, SHADES)
        contours.below.set(color="#7d8896", linestyle="-", linewidth=0.8)
        contours.update(explored("random", seed)[1])
        for run in path.transpose(1, 0, 2):
            for shift in np.stack(np.meshgrid(*2 * [[-width, 0, width]]), axis=-1).reshape(-1, 2):
                left.plot(*(run + shift).T, linewidth=0.9, alpha=0.8, **plotting.RUN)
        left.plot(*(path[0]).T, ".", markersize=5, **plotting.RUN)
        for kind in ("saddle", "maximum", "minimum"):
            marks = found.points[found.kinds == kind]
            left.plot(*marks.T, linestyle="none", clip_on=False, label=kind, **MARKERS[kind])
        inside = (low, low + width)
        left.set(xlim=inside, ylim=inside, xlabel="$w_1$", ylabel="$w_2$")
        left.grid(False)
        plotting.legend_above(left)
        k = np.arange(len(beside))
        for i, (distance, style) in enumerate(zip(distances, ("-", "--", "-.", ":"), strict=True)):
            label = f"$10^{{{int(np.log10(distance))}}}$"
            right.plot(k, f.value(beside[:, i]), style, label=label, **plotting.RUN)
        right.set(xlim=(0, int(1.8 * left_after.max())), xlabel="step k", ylabel="height f")
        caption, corner = (
            "started beside a saddle,\nat these distances",
            {"ha": "right", "va": "top"},
        )
        right.text(0.98, 0.97, caption, transform=right.transAxes, fontsize=9.5, **corner)
        plotting.legend_above(right)
    minima = found.points[found.kinds == "minimum"]
    apart = (ends[:, None] - minima + width / 2) % width - width / 2
    arrived = int((np.linalg.norm(apart, axis=2).min(axis=1) < 1e-3).sum())
    waits = ", ".join(str(round(n, -1)) for n in left_after)
    return plotting.Picture(
        figure,
        f"Left: {arrived} of {num} descents from random starts end at a minimum. Right: four "
        f"descents start beside a saddle, each a thousand times closer than the one before. They "
        f"stay on a plateau for about {waits} steps before they fall.",
    )
