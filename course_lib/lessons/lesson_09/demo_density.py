"""A demo: the spectral density of the lesson's network against its exact one."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.stats import wasserstein_distance

from course_lib import plotting
from course_lib.curvature import lanczos
from course_lib.curvature.density import SpectralDensity
from course_lib.lessons.lesson_09.experiments import exact_eigenvalues, exact_hessian
from course_lib.support.caching import remember
from course_lib.teaching import Demo, Slider

MOST_STEPS, MOST_PROBES = 100, 10
NEAR = 0.01  # of λ₁
FLOOR = 1e-3


@remember()
def run(probe):
    """Return a Lanczos run of all steps; m of them are the leading m × m block of its T."""
    return lanczos.lanczos(exact_hessian(), MOST_STEPS, seed=probe)


@remember(maxsize=2048)
def rule(probe, steps):
    """Return nodes, descending, and weights of the quadrature after so many steps."""
    result = run(probe)
    theta, S = eigh_tridiagonal(result.alphas[:steps], result.betas[: steps - 1])
    return theta[::-1], S[0, ::-1] ** 2


@dataclass(frozen=True)
class State:
    """A spectral density beside the exact one.

    Attributes
    ----------
    density : SpectralDensity
    sigma : float
        The width of the Gaussian on each eigenvalue.
    distance : float
        Wasserstein distance to the exact spectrum, in λ₁.
    near, far : float
        The largest error of the share of eigenvalues up to λ: for |λ| up to 1 % of λ₁, and beyond.
    """

    density: SpectralDensity
    sigma: float
    distance: float
    near: float
    far: float


@remember(maxsize=256)
def compute(steps, probes, sigma):
    """Put the quadratures of the first `probes` probes together and compare."""
    nodes, weights = map(np.array, zip(*(rule(i, steps) for i in range(probes)), strict=True))
    exact = exact_eigenvalues()
    density = SpectralDensity(nodes, weights, exact.size, steps * probes)
    x = np.sort(np.r_[exact, nodes.ravel()])
    equal = np.full(exact.size, 1 / exact.size)
    apart = np.abs(share(exact, equal, x) - share(nodes, weights / probes, x))
    close = np.abs(x) <= NEAR * exact[0]
    distance = wasserstein_distance(exact, nodes.ravel(), v_weights=weights.ravel()) / exact[0]
    near, far = (apart[where].max(initial=0) for where in (close, ~close))
    return State(density, sigma / 100 * exact[0], distance, near, far)


def share(values, weights, x):
    """Return the weight of the values up to each x."""
    order = np.argsort(values, axis=None)
    total = np.r_[0, np.cumsum(weights.ravel()[order])]
    return total[np.searchsorted(values.ravel()[order], x, side="right")]


class View:
    """Left the density on a log scale; right the share of eigenvalues up to λ, near zero."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
        exact = exact_eigenvalues()
        self.grid = np.linspace(-0.1, 1.15, 260) * exact[0]
        left.set(yscale="log", ylim=(FLOOR, 300), xlim=self.grid[[0, -1]], xlabel="eigenvalue λ")
        left.set(ylabel="density, share per unit of λ")
        (self.truth,) = left.plot([], [], label="exact", **plotting.THEORY)
        pale = {"color": plotting.RUN["color"], "alpha": 0.25, "linewidth": 0}
        self.band = left.fill_between([0, 1], [1, 1], label="± 2 s.e.", **pale)
        (self.estimate,) = left.plot([], [], label="from products", **plotting.RUN)
        (self.nodes,) = left.plot([], [], "|", label="Ritz values, probe 1", **plotting.RUN)
        self.nodes.set_markersize(9)
        plotting.legend_above(left)
        reach = 4 * NEAR * exact[0]
        self.x = np.sort(np.r_[np.linspace(-reach, reach, 400), exact[np.abs(exact) < reach]])
        equal = np.full(exact.size, 1 / exact.size)
        right.plot(self.x, share(exact, equal, self.x), **plotting.THEORY)
        right.axvspan(-NEAR * exact[0], NEAR * exact[0], color="#eeeeee", zorder=0)
        (self.steps,) = right.plot([], [], **plotting.RUN)
        right.set(xlim=(-reach, reach), ylim=(-0.02, 1.02), xlabel="eigenvalue λ, near zero")
        right.set(ylabel="share of eigenvalues up to λ", title="Near zero (grey: 1 % of λ₁)")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        return [self.band, self.truth, self.estimate, self.nodes, self.steps]

    def update(self, state):
        """Show a `State`."""
        z = (self.grid[:, None] - exact_eigenvalues()) / state.sigma
        truth = np.exp(-0.5 * z**2).mean(axis=1) / (state.sigma * np.sqrt(2 * np.pi))
        mean, stderr = state.density.density(self.grid, state.sigma)
        self.truth.set_data(self.grid, np.maximum(truth, FLOOR / 10))
        self.estimate.set_data(self.grid, np.maximum(mean, FLOOR / 10))
        self.band.set_visible(len(state.density.nodes) > 1)  # one probe tells no error
        half = 2 * np.nan_to_num(stderr)
        below, above = np.maximum(mean - half, FLOOR / 10), np.maximum(mean + half, FLOOR / 10)
        outline = np.r_[np.c_[self.grid, below], np.c_[self.grid, above][::-1]]
        self.band.set_verts([outline])
        seen = state.density.nodes[0]
        self.nodes.set_data(seen, np.full(seen.size, 1.6 * FLOOR))
        nodes, weights = state.density.nodes, state.density.weights
        self.steps.set_data(self.x, share(nodes, weights / len(nodes), self.x))


def readout(state):
    """Return the numbers of a `State`, rounded."""
    exact, high = exact_eigenvalues()[0], state.density.ritz_range[1]
    return {
        "products": f"{state.density.num_matvecs} ({exact_eigenvalues().size} for the exact density)",
        "λ₁": f"{high:.3f} seen, {exact:.3f} exact",
        "distance to the exact spectrum": f"{state.distance:.2%} of λ₁",
        "worst error of the share, near zero": f"{state.near:.0%}",
        "elsewhere": f"{state.far:.0%}",
        "drawn": f"a bump {state.sigma:.3f} wide for each node, {_band(state)}",
    }


def _band(state):
    probes = len(state.density.nodes)
    return f"± 2 s.e. of {probes} probes" if probes > 1 else "one probe: no error bar"


def alt(state):
    """Return what the picture shows."""
    probes, steps = state.density.nodes.shape
    return (
        f"The density from {probes} probe{'s' * (probes > 1)} of {steps} steps, beside the exact density. "
        f"Each eigenvalue is a bump {state.sigma:.3f} wide ({_band(state)}). The share of eigenvalues "
        f"up to λ is wrong by up to {state.near:.0%} near zero and by up to {state.far:.0%} elsewhere."
    )


TITLE = "A spectral density from products, beside the exact one"
CONTROLS = {
    "steps": Slider("Lanczos steps, m", 2, MOST_STEPS, 1, 40),
    "probes": Slider("probes", 1, MOST_PROBES, 1, 4),
    "sigma": Slider("width σ, % of λ₁", 0.5, 5.0, 0.1, 2.0, ".1f"),
}
PRESETS: dict[str, dict] = {
    "five steps": {"steps": 5},
    "one probe": {"probes": 1},
    "ten probes": {"probes": 10},
    "all (100 × 10)": {"steps": 100, "probes": 10},
    "bumps too narrow for 20 steps": {"steps": 20, "sigma": 0.5},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
