"""The recorded runs of lesson 04, as tools/record_05.py wrote them."""

from dataclasses import dataclass

import numpy as np

from course_lib.exact.dynamics import stability_limit
from course_lib.support.caching import remember
from course_lib.support.shipped_files import shipped_file

FILE = "assets/recorded/05_edge_of_stability.npz"
KINDS = {
    "squared error": ("squared", 0.0),
    "squared error, heavy ball β = 0.5": ("heavy_ball", 0.5),
    "cross-entropy": ("cross_entropy", 0.0),
}


@dataclass(frozen=True, eq=False)
class RecordedRuns:
    """Runs of one kind at one step size, a row a seed.

    Attributes
    ----------
    eta, momentum : float
    loss_steps : ndarray of int, shape (k,)
    losses : ndarray of shape (seeds, k)
    steps : ndarray of int, shape (m,)
    sharpness : ndarray of shape (seeds, m)
        λ₁.
    rising : ndarray of shape (seeds,)
        The share of the steps that raised the loss.
    """

    eta: float
    momentum: float
    loss_steps: np.ndarray
    losses: np.ndarray
    steps: np.ndarray
    sharpness: np.ndarray
    rising: np.ndarray

    @property
    def ratio(self):
        """ηλ₁/(2 + 2β): 1 at the limit of what is stable."""
        return self.eta * self.sharpness / stability_limit(self.momentum)


@remember()
def _arrays():
    with np.load(shipped_file(FILE), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def etas():
    """Return the recorded step sizes, ascending."""
    return _arrays()["etas"]


@remember()
def runs(kind, eta):
    """Return the runs of a kind of `KINDS` at the recorded step size nearest to `eta`."""
    arrays = _arrays()
    name, momentum = KINDS[kind]
    i = int(np.abs(arrays["etas"] - eta).argmin())
    log_losses = arrays[f"{name}_log10_losses"][i].astype(float)
    sharpness = arrays[f"{name}_sharpness"][i].astype(float)
    return RecordedRuns(
        float(arrays["etas"][i]),
        momentum,
        int(arrays["thin"]) * np.arange(log_losses.shape[1]),
        10**log_losses,
        int(arrays["every"]) * np.arange(sharpness.shape[1]),
        sharpness,
        arrays[f"{name}_rising"][i].astype(float),
    )


def catapults():
    """Return the runs that start from full initial weights, beyond 2/η, a `RecordedRuns` a step size."""
    arrays = _arrays()
    found = []
    for eta, log_losses, sharpness in zip(
        arrays["catapult_etas"],
        arrays["catapult_log10_losses"].astype(float),
        arrays["catapult_sharpness"].astype(float),
        strict=True,
    ):
        losses = 10**log_losses
        found.append(
            RecordedRuns(
                float(eta),
                0.0,
                np.arange(losses.shape[1]),
                losses,
                int(arrays["catapult_every"]) * np.arange(sharpness.shape[1]),
                sharpness,
                (np.diff(losses, axis=1) > 0).mean(axis=1),
            )
        )
    return found
