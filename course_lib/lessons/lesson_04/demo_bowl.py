"""Demo: the path through a bowl with momentum, and the same run by eigenvector."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.exact import dynamics, spectra
from course_lib.lessons.lesson_04.experiments import tuning_on_sliders
from course_lib.teaching import Demo, Options, Slider

STIFFNESS = 10.0  # λ₁; λ₂ is that over κ
TURN = np.radians(62)  # the stiff direction, from the first axis
REACH = 3.0
START = np.array([1.5, 2.2])  # the error along v₁ and v₂
STEPS = 80
LOST = 1e6  # farther out the run ends: rounding of the large error would drown the small one
V = np.array([[np.cos(TURN), np.sin(TURN)], [np.sin(TURN), -np.cos(TURN)]])


@dataclass(frozen=True)
class State:
    """A run on ½ wᵀHw.

    Attributes
    ----------
    eta, momentum : float
    method : str
    eigenvalues : array of shape (2,)
    factors : array of shape (2,)
        What is left of the error per step in the long run, along v₁ and v₂.
    path : array of shape (STEPS + 1, 2)
    errors : array of shape (STEPS + 1, 2)
        The size of the error along v₁ and v₂.
    """

    eta: float
    momentum: float
    method: str
    eigenvalues: np.ndarray
    factors: np.ndarray
    path: np.ndarray
    errors: np.ndarray

    @property
    def H(self):
        """The Hessian."""
        return V @ np.diag(self.eigenvalues) @ V.T


def compute(kappa, eta, momentum, method):
    """Run in a bowl with λ₁ = 10 and λ₂ = 10/κ."""
    lam = np.array([STIFFNESS, STIFFNESS / kappa])
    H = V @ np.diag(lam) @ V.T
    path = dynamics.walk(lambda w: H @ w, V @ START, eta, STEPS, momentum, method)
    path[np.abs(np.nan_to_num(path, nan=np.inf)).max(axis=1) > LOST] = np.nan
    factors = dynamics.momentum_factors(lam, eta, momentum, method)
    return State(eta, momentum, method, lam, factors, path, np.abs(path @ V))


class View:
    """Left the bowl from above with the path; right the error along each eigenvector."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
        grid = np.linspace(-REACH, REACH, 61)
        self.w1, self.w2 = np.meshgrid(grid, grid)
        self.contours = plotting.Contours(left, grid, levels=0.75 * np.arange(1, 12) ** 2)
        self.eigenvectors = plotting.Eigenvectors(left, length=2.3)
        (self.path,) = left.plot([], [], marker="o", linewidth=1.2, **plotting.RUN)
        (self.begin,) = left.plot([], [], marker="D", markersize=8, **plotting.RUN)
        left.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xlabel="$w_1$", ylabel="$w_2$")
        left.set_title("From above: level lines, eigenvectors, path")
        left.grid(False)
        self.errors = plotting.ErrorLines(right, STEPS, law="start × factorᵏ")

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        left = [*self.contours.artists, *self.eigenvectors.lines, self.path, self.begin]
        return [*left, *self.eigenvectors.names, *self.errors.artists]

    def update(self, state):
        """Show a `State`."""
        w = np.stack([self.w1, self.w2])
        along = np.einsum("ji,jab->iab", V, w)
        self.contours.update(0.5 * np.einsum("i,iab->ab", state.eigenvalues, along**2))
        self.eigenvectors.update(spectra.Spectrum(state.eigenvalues, V))
        # What runs away is drawn as far as the edge; the numbers behind it would only cost time.
        shown = np.clip(state.path, -4 * REACH, 4 * REACH)
        self.path.set_data(*shown.T)
        self.begin.set_data(*shown[:1].T)
        self.errors.update(state.errors, state.factors, state.eigenvalues)


def verdict(state):
    """Return in words what the run does."""
    worst = int(state.factors.argmax())
    limit = dynamics.stability_limit(state.momentum, state.method) / state.eigenvalues[0]
    if state.factors[worst] > 1 + 1e-9:
        return f"diverges along v{'₁₂'[worst]}: η is beyond the limit {limit:.3f}"
    if state.factors[worst] > 1 - 1e-9:
        return f"makes no progress along v{'₁₂'[worst]}: η is at the limit"
    if abs(state.factors[0] - state.factors[1]) < 5e-4:
        return "converges, equally fast along both"
    return (
        f"converges, more slowly along v{'₁₂'[worst]} ({('the stiff one', 'the flat one')[worst]})"
    )


def steps_needed(factor):
    """Return in words how many steps a factor takes to a millionth of the error."""
    if factor >= 1 - 1e-9:
        return "never"
    return "1" if factor < 1e-6 else f"{np.ceil(np.log(1e-6) / np.log(factor)):.0f}"


def readout(state):
    """Return the numbers of a `State`, rounded."""
    lam = state.eigenvalues
    return {
        "λ₁, λ₂": f"{lam[0]:.0f}, {lam[1]:.3g}",
        "factors per step": f"{state.factors[0]:.3f} along v₁, {state.factors[1]:.3f} along v₂",
        "limit of η": f"{dynamics.stability_limit(state.momentum, state.method) / lam[0]:.3f}",
        "predicted steps to a millionth of the error": steps_needed(state.factors.max()),
        "run": verdict(state),
    }


def alt(state):
    """Return what the picture shows."""
    seen = state.errors[~np.isnan(state.errors[:, 0])]
    left = [_percentage(e) for e in seen[-1] / seen[0]]
    momentum = f" with momentum {state.momentum:.2f} ({state.method})" if state.momentum else ""
    return (
        f"Level lines of a bowl with λ₁ = {state.eigenvalues[0]:.0f} and λ₂ = "
        f"{state.eigenvalues[1]:.3g}. After {len(seen) - 1} steps of size {state.eta:.3f}{momentum}, the "
        f"error left is {left[0]} along v₁ and {left[1]} along v₂. The run {verdict(state)}."
    )


def _percentage(ratio):
    if ratio < 1e-6:
        return "less than a millionth"
    return f"{100 * ratio:.2g} %" if ratio < 10 else "more than ten times its initial size"


def _tuned(kappa, method):
    eta, momentum = tuning_on_sliders([STIFFNESS, STIFFNESS / kappa], method, eta_steps=1000)
    return {"eta": eta, "momentum": momentum, "method": method}


TITLE = "A bowl, the path with momentum, and the error along each eigenvector"
CONTROLS: dict[str, Slider | Options] = {
    "kappa": Slider("condition number κ", 1, 100, 1, 25),
    "eta": Slider("step size η", 0.005, 0.4, 0.001, 0.1, ".3f"),
    "momentum": Slider("momentum β", 0.0, 0.95, 0.01, 0.2),
    "method": Options("method", dynamics.METHODS, "heavy ball"),
}
PRESETS: dict[str, dict] = {
    "best step, no momentum": {"eta": 0.192, "momentum": 0.0},
    "best heavy ball": _tuned(25, "heavy ball"),
    "best Nesterov": _tuned(25, "Nesterov"),
    "too much momentum": {"eta": 0.1, "momentum": 0.9},
    "beyond 2/λ₁": {"eta": 0.21, "momentum": 0.0},
    "same step, saved by momentum": {"eta": 0.21, "momentum": 0.3},
    "κ = 100, no momentum": {"kappa": 100, "eta": 0.198, "momentum": 0.0},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
