"""The lesson's demo: a quadratic, its eigenvectors, and gradient descent on it."""

from dataclasses import dataclass

import numpy as np

from course_lib import plotting
from course_lib.exact import spectra
from course_lib.lessons.lesson_02.figures import LEVELS, REACH
from course_lib.teaching import Demo, Slider

START = 1.8  # the descent starts with this error along v₁ and along v₂
STEPS = 40
LOST = 1e6  # farther out the run ends: rounding of the large error would drown the small one

COURSE = {"h11": 4.0, "h12": 4.0, "h22": 16.0}


@dataclass(frozen=True)
class State:
    """Gradient descent on f(w) = ½ wᵀHw.

    Attributes
    ----------
    H : array of shape (2, 2)
    eta : float
    spectrum : spectra.Spectrum
    kind : str
        The definiteness of `H`.
    factors : array of shape (2,)
        |1 − ηλᵢ|.
    path : array of shape (STEPS + 1, 2)
        The points of the descent; NaN once it is lost.
    errors : array of shape (STEPS + 1, 2)
        The size of the error along v₁ and v₂ at each step, measured on the path.
    """

    H: np.ndarray
    eta: float
    spectrum: spectra.Spectrum
    kind: str
    factors: np.ndarray
    path: np.ndarray
    errors: np.ndarray

    @property
    def converges(self):
        """Return whether every error shrinks."""
        return bool((self.factors < 1 - 1e-9).all())


def compute(h11, h12, h22, eta):
    """Run gradient descent with step `eta` on the quadratic with Hessian [[h11, h12], [h12, h22]]."""
    H = np.array([[h11, h12], [h12, h22]])
    spectrum = spectra.eigh(H)
    V = spectrum.eigenvectors
    path = np.full((STEPS + 1, 2), np.nan)
    path[0] = V @ [START, START]
    for k in range(STEPS):
        if np.abs(path[k]).max() > LOST:
            break
        path[k + 1] = path[k] - eta * (H @ path[k])
    return State(
        H=H,
        eta=eta,
        spectrum=spectrum,
        kind=spectra.definiteness(spectrum.eigenvalues),
        factors=spectra.contraction_factors(spectrum.eigenvalues, eta),
        path=path,
        errors=np.abs(path @ V),
    )


class View:
    """Left the quadratic from above with the descent; right the error along each eigenvector."""

    def __init__(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
        grid = np.linspace(-REACH, REACH, 81)
        self.w1, self.w2 = np.meshgrid(grid, grid)
        self.contours = plotting.Contours(left, grid, LEVELS)
        self.eigenvectors = plotting.Eigenvectors(left, length=2.3)
        (self.path,) = left.plot([], [], marker="o", linewidth=1.2, **plotting.RUN)
        (self.begin,) = left.plot([], [], marker="D", markersize=8, **plotting.RUN)
        left.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xlabel="$w_1$", ylabel="$w_2$")
        left.set(title="From above: level lines, eigenvectors, descent")
        left.grid(False)

        self.errors = plotting.ErrorLines(right, STEPS)

    @property
    def artists(self):
        """Return all that changes, in drawing order."""
        left = [*self.contours.artists, *self.eigenvectors.lines, self.path, self.begin]
        return [*left, *self.eigenvectors.names, *self.errors.artists]

    def update(self, state):
        """Show a `State`."""
        h11, h12, h22 = state.H[0, 0], state.H[0, 1], state.H[1, 1]
        w1, w2 = self.w1, self.w2
        self.contours.update(0.5 * (h11 * w1**2 + 2 * h12 * w1 * w2 + h22 * w2**2))
        self.eigenvectors.update(state.spectrum)
        # What runs away is drawn as far as the edge; the huge numbers behind it would only cost time.
        shown = np.clip(state.path, -4 * REACH, 4 * REACH)
        self.path.set_data(*shown.T)
        self.begin.set_data(*shown[:1].T)
        self.errors.update(state.errors, state.factors, state.spectrum.eigenvalues)


SHAPES = {
    "positive definite": "a bowl (positive definite)",
    "negative definite": "a dome (negative definite)",
    "indefinite": "a saddle (indefinite)",
    "positive semidefinite": "a valley with a flat floor (positive semidefinite)",
    "negative semidefinite": "a ridge with a flat top (negative semidefinite)",
    "zero": "a plain, flat everywhere (zero)",
}


def readout(state):
    """Return the numbers of a `State`, rounded."""
    lam, factors = state.spectrum.eigenvalues, state.factors
    definite = state.kind == "positive definite"
    return {
        "λ₁": f"{lam[0]:.2f}",
        "λ₂": f"{lam[1]:.2f}",
        "κ": f"{spectra.condition_number(lam):.2f}" if definite else "not defined",
        "shape": SHAPES[state.kind],
        "factor of the error per step": f"{factors[0]:.3f} along v₁, {factors[1]:.3f} along v₂",
        "descent": verdict(state),
    }


def verdict(state):
    """Return in words what descent does, and which direction is the slower one."""
    if state.eta == 0 or state.kind == "zero":
        return "stands still"
    lam, factors = state.spectrum.eigenvalues, state.factors
    worst = int(factors.argmax())
    alike = abs(factors[0] - factors[1]) < 1e-9
    name = "both" if alike else ("v₁", "v₂")[worst]
    if not state.converges:
        if factors[worst] < 1 + 1e-9:
            return f"does not converge along {name}: the error keeps its size"
        return f"diverges along {name}" + (" (downhill for ever)" if lam[worst] < 0 else "")
    if alike:
        return "converges, equally fast along both"
    return f"converges, slower along {name} ({'the stiff one' if worst == 0 else 'the flat one'})"


def alt(state):
    """Return what the picture shows."""
    lam, V = state.spectrum.eigenvalues, state.spectrum.eigenvectors
    # 112.5 comes out a digit below or above on another machine: it is rounded as 112.5 on each.
    angle = np.round(np.degrees(np.arctan2(V[1], V[0])) % 180, 9)
    run = state.errors[~np.isnan(state.errors[:, 0])]
    return (
        f"Level lines of {SHAPES[state.kind]}. Eigenvector v₁ at {angle[0]:.0f}° with λ₁ = "
        f"{lam[0]:.2f}, eigenvector v₂ at {angle[1]:.0f}° with λ₂ = {lam[1]:.2f}. The error starts at "
        f"{START} along each eigenvector. After {len(run) - 1} steps with η = {state.eta:.3f} the error is "
        f"{_size(run[-1, 0])} along v₁ and {_size(run[-1, 1])} along v₂."
    )


def _size(error):
    if error < 1e-6:
        return "below a millionth"
    return f"{error:.2g}" if error < 1e3 else "more than a thousand"


TITLE = "A quadratic, its spectrum, and gradient descent on it"
CONTROLS = {
    "h11": Slider("H₁₁", -4.0, 20.0, 0.1, COURSE["h11"], ".1f"),
    "h12": Slider("H₁₂ = H₂₁", -10.0, 10.0, 0.1, COURSE["h12"], ".1f"),
    "h22": Slider("H₂₂", -4.0, 20.0, 0.1, COURSE["h22"], ".1f"),
    "eta": Slider("step size η", 0.0, 0.25, 0.001, 0.05, ".3f"),
}
PRESETS: dict[str, dict] = {
    "the course's example": COURSE,
    "isotropic": {"h11": 8.0, "h12": 0.0, "h22": 8.0},
    "κ = 100": {"h11": 0.2, "h12": 0.0, "h22": 20.0},
    "saddle": {"h11": 4.0, "h12": 8.0, "h22": 4.0},
    "step at 2/(λ₁+λ₂)": {"eta": 0.1},
    "step beyond 2/λ₁": {"eta": 0.12},
}
DEMO = Demo(TITLE, CONTROLS, compute, View, readout, alt, PRESETS)
