"""The landscapes of this lesson: searched and descended on live, and those searched beforehand."""

from dataclasses import dataclass, replace

import numpy as np

from course_lib.exact import critical_points, landscapes
from course_lib.support.caching import remember
from course_lib.teaching import records

SEEDS = range(20)


@remember()
def planar(seed):
    """Return (landscape, search) of a random landscape in the plane."""
    f = landscapes.random_trigonometric(2, seed)
    return f, critical_points.search(f, seed=1000 + seed)


def tilted_monkey(epsilon):
    """Return x³ − 3xy² + εx on the box of the monkey saddle."""
    f, slope = landscapes.monkey_saddle(), np.array([float(epsilon), 0.0])
    return replace(
        f,
        name="monkey saddle, tilted",
        value=lambda w: f.value(w) + w @ slope,
        gradient=lambda w: f.gradient(w) + slope,
    )


def turns(arrows):
    """Return how often `arrows`, an array (m, 2) along a closed walk, turn counter-clockwise."""
    angle = np.unwrap(np.arctan2(arrows[:, 1], arrows[:, 0]))
    return round((angle[-1] - angle[0]) / (2 * np.pi))


def turns_around(f, point, radius, num=721):
    """Return how often the gradient turns on a counter-clockwise walk around a point."""
    t = np.linspace(0, 2 * np.pi, num)
    return turns(f.gradient(np.asarray(point) + radius * np.stack([np.cos(t), np.sin(t)], axis=1)))


def largest_curvature(f, num=400):
    """Return the largest |λ| of the Hessian over many points: 1 over it is a safe step."""
    return float(np.abs(np.linalg.eigvalsh(f.hessian(f.random_points(num, 7)))).max())


def descend(f, w, eta, steps):
    """Run gradient descent from all rows of `w`; an array (steps + 1, m, d)."""
    path = np.empty((steps + 1, *w.shape))
    path[0] = w
    for k in range(steps):
        path[k + 1] = path[k] - eta * f.gradient(path[k])
    return path


def beside_a_saddle(seed, distances):
    """Start descents at several distances from a saddle, along its falling direction.

    Returns
    -------
    saddle : ndarray of shape (2,)
    fall : float
        |λₙ| there.
    eta : float
    path : ndarray of shape (steps + 1, len(distances), 2)
    """
    f, search = planar(seed)
    row = int(np.flatnonzero(search.found.index == 1)[0])
    saddle = search.found.points[row]
    lam, V = np.linalg.eigh(f.hessian(saddle[None])[0])
    eta = 0.5 / largest_curvature(f)
    starts = saddle + np.asarray(distances, float)[:, None] * V[:, 0]
    return saddle, float(-lam[0]), eta, descend(f, starts, eta, 600)


def steps_to_leave(saddle, path, reach=0.1):
    """Return for each descent the first step at which it is `reach` away from the saddle."""
    away = np.linalg.norm(path - saddle, axis=2) > reach
    return np.where(away.any(axis=0), away.argmax(axis=0), len(path))


@dataclass(frozen=True, eq=False)
class RecordedSearch:
    """What is kept of a search for all critical points of one landscape."""

    settled: bool
    index_sum: int
    found: np.ndarray  # the points found after each round
    heights: np.ndarray  # from the lowest to the highest
    index: np.ndarray


@remember()
def recorded_searches(d):
    """Return a `RecordedSearch` for each seed, of landscapes in `d` = 1 to 4 dimensions."""
    record = records.load("03_torus")

    def each(name, num):
        return np.split(record[name], np.cumsum(record[num])[:-1])

    found = each("found", "num_rounds")
    heights, index = each("heights", "num_points"), each("index", "num_points")
    return tuple(
        RecordedSearch(record["settled"][i], record["index_sum"][i], found[i], heights[i], index[i])
        for i in np.flatnonzero(record["d"] == d)
    )


def shares_of_minima(d):
    """Return for each recorded landscape how much of its critical points are minima."""
    return np.array([np.mean(search.index == 0) for search in recorded_searches(d)])
