"""What lesson 05 says of the edge, with evidence: two weights, recorded runs, and one live run."""

import numpy as np

from course_lib.lessons.lesson_05 import experiments
from course_lib.lessons.lesson_05.experiments import two_weights_sharpness, two_weights_walk
from course_lib.support.caching import remember
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
SETTING = (
    "network 64-32-32-10 with tanh, 200 centred digits, initial weights halved, full batches, "
    "1500 steps"
)
LOW, HIGH = 0.97, 1.08
LIVE_SEED = 100  # not among the recorded ones
SQUARED, HEAVY, ENTROPY = experiments.KINDS


@remember()
def live_run(eta=0.8, seed=LIVE_SEED, steps=750):
    """Train once on the spot; a second's work."""
    return experiments.train_at_the_edge(eta, seed, steps=steps)


def last_ratios(kind, etas):
    """Return the last ratio of every recorded run, of shape (etas, seeds)."""
    return np.array([experiments.recorded_runs(kind, eta).ratio[:, -1] for eta in etas])


def _range(values):
    return f"{np.min(values):.2f} to {np.max(values):.2f}"


@CLAIMS.claim(
    "5.1",
    "On ½(ab−1)², from (3, ½), the runs with η = 0.1, 0.3 and 0.35 end at minima with λ₁ = 8.95, 3.25 and "
    "2.24. Each minimum has ab = 1 and λ₁ < 2/η.",
    source="Computed here",
    breakers=[{"start": (2.0, 0.5)}, {"etas": (0.1, 0.2, 0.25)}],
)
def two_weights(etas=(0.1, 0.3, 0.35), start=(3.0, 0.5)):
    """Walk, and look at the minimum that was found."""
    expected, words, good = (8.95, 3.25, 2.24), [], True
    for eta, wanted in zip(etas, expected, strict=True):
        a, b = two_weights_walk(eta, start)[-1]
        lam = two_weights_sharpness(a, b)
        good &= bool(abs(a * b - 1) < 1e-9 and abs(lam - wanted) < 0.01 and lam < 2 / eta)
        words.append(f"η = {eta:g}: ab = {a * b:.3f}, λ₁ = {lam:.2f}, 2/η = {2 / eta:.2f}")
    return Evidence(good, "; ".join(words) + ".")


@CLAIMS.claim(
    "5.2",
    "A run that starts where λ₁ is above 2/η can still converge. On ½(ab−1)² from (3, ½) with η = 0.3, the "
    "loss first grows more than tenfold while λ₁ falls. Then the run converges (a catapult).",
    source="Lewkowycz et al. (2020) describe it in a model of two layers; computed here",
    breakers=[{"eta": 0.1}, {"eta": 0.5}],
)
def catapult(eta=0.3):
    """Watch loss and λ₁ on the way."""
    path = two_weights_walk(eta)
    first, last = two_weights_sharpness(*path[0]), path[-1]
    if not np.isfinite(last).all():
        return Evidence(False, f"With η = {eta:g} the run diverges.")
    losses = 0.5 * (path.prod(axis=1) - 1) ** 2
    end = two_weights_sharpness(*last)
    grows = np.nanmax(losses) / losses[0]
    return Evidence(
        bool(first > 2 / eta and grows > 10 and losses[-1] < 1e-12 and end < 2 / eta),
        f"η = {eta:g}: λ₁ starts at {first:.2f} and ends at {end:.2f}, the limit is {2 / eta:.2f}; the loss "
        f"grows to {grows:.0f} times its first value before it vanishes.",
    )


@CLAIMS.claim(
    "5.3",
    "If a network is trained with squared error and a large enough step size, λ₁ rises to 2/η and stays "
    "close to it: ηλ₁/2 ends between 0.97 and 1.08.",
    verdict=f"holds when η = 0.3, 0.4, 0.6 or 0.8 in this setting: {SETTING}",
    source="Cohen et al. (2021), for many networks; here five recorded runs for each η, and one trained "
    "just now",
    breakers=[{"etas": (0.05, 0.1)}, {"kind": ENTROPY}, {"live_eta": 0.1}],
)
def edge(etas=(0.3, 0.4, 0.6, 0.8), kind=SQUARED, live_eta=0.8):
    """Look at the last value of every recorded run, and train once with a seed of its own."""
    last, live = last_ratios(kind, etas), live_run(live_eta)
    fine = bool(LOW <= live.ratio[-5:].mean() <= HIGH)
    return Evidence(
        bool(((last >= LOW) & (last <= HIGH)).all() and fine),
        f"{last.size} recorded runs end at ηλ₁/2 = {_range(last)}. A run with η = {live_eta:g}, trained just "
        f"now, {'ends between 0.97 and 1.08, too' if fine else 'does not end between 0.97 and 1.08'}.",
    )


@CLAIMS.claim(
    "5.4",
    "λ₁ grows during training. With the small step size η = 0.05 it grows to more than twice its first "
    "value, and after 1500 steps it is still below 0.35 times 2/η.",
    verdict=f"holds when the loss is the squared error, in this setting: {SETTING}",
    source="Progressive sharpening, Cohen et al. (2021); five recorded seeds here",
    breakers=[{"eta": 0.2}, {"kind": ENTROPY}],
)
def control(eta=0.05, kind=SQUARED):
    """Look at the recorded runs with a small step."""
    ratio = experiments.recorded_runs(kind, eta).ratio
    growth = ratio[:, -1] / ratio[:, 0]
    return Evidence(
        bool(growth.min() > 2 and ratio.max() < 0.35),
        f"η = {eta:g}, five seeds: λ₁ ends at {_range(growth)} times its first value, and ηλ₁/2 at "
        f"{_range(ratio[:, -1])}.",
    )


@CLAIMS.claim(
    "5.5",
    "With heavy ball the edge lies at λ₁ = (2 + 2β)/η.",
    verdict=f"holds when β = 0.5 and η = 0.4, 0.6 or 0.8: squared error, {SETTING}",
    source="The limit of claim 4.13; Cohen et al. (2021); five recorded seeds here",
    breakers=[{"units": 2.0}, {"etas": (0.05, 0.1)}],
)
def heavy_ball_edge(etas=(0.4, 0.6, 0.8), units=3.0):
    """Compare ηλ₁ at the end of the recorded runs with `units`."""
    last = last_ratios(HEAVY, etas) * 3.0 / units
    good = bool(((last >= LOW) & (last <= HIGH)).all())
    return Evidence(good, f"{last.size} recorded runs end at ηλ₁ = {_range(last)} times {units:g}.")


@CLAIMS.claim(
    "5.6",
    "With cross-entropy, training on this task does not reach the edge: λ₁ stays below 0.8 times 2/η. It "
    "rises at first and then falls to less than a tenth of its highest value.",
    verdict=f"holds when η is at most 1.2 (the early rise: when η is from 0.2 to 0.6): {SETTING}",
    source="Five recorded seeds here; Cohen et al. (2021) see the fall late in training",
    breakers=[{"kind": SQUARED}],
)
def not_reached(kind=ENTROPY, etas=(0.2, 0.3, 0.4, 0.6)):
    """Look at the highest and at the last value of the recorded runs."""
    ratios = np.array([experiments.recorded_runs(kind, eta).ratio for eta in etas])
    top = ratios.max(axis=2)
    rises, share = (top > 1.02 * ratios[:, :, 0]).sum(), ratios[:, :, -1] / top
    every = [experiments.recorded_runs(kind, eta).ratio for eta in experiments.recorded_etas()]
    highest = np.nanmax(every)
    return Evidence(
        bool(share.max() < 0.1 and highest < 0.8 and rises == share.size),
        f"In {rises} of {share.size} recorded runs λ₁ rises at first; at the end it is at "
        f"{share.min():.1%} to {share.max():.1%} of its highest value. Over all {len(every)} step sizes "
        f"ηλ₁/2 reaches {highest:.2f} at most.",
    )


@CLAIMS.claim(
    "5.7",
    "If a network starts with λ₁ above 2/η, then within 100 steps descent reaches weights where λ₁ is below "
    "2/η.",
    verdict="holds when η = 0.3 or 0.4 and the initial weights are not halved; squared error, otherwise the "
    "setting of claim 5.3",
    source="The catapult of Lewkowycz et al. (2020); five recorded seeds here",
    breakers=[{"kind": "halved"}, {"within": 5}],
)
def network_catapult(kind="full", within=100):
    """Look at λ₁ before the first step and at its least value within the first steps."""
    halved = [experiments.recorded_runs(SQUARED, eta) for eta in (0.3, 0.4)]
    runs = experiments.recorded_catapults() if kind == "full" else halved
    first = np.array([run.ratio[:, 0] for run in runs])
    least = np.array([run.ratio[:, run.steps <= within].min(axis=1) for run in runs])
    higher = sum((run.losses.max(axis=1) > 1.001 * run.losses[:, 0]).sum() for run in runs)
    return Evidence(
        bool(first.min() > 1.2 and least.max() < 1),
        f"{first.size} recorded runs start at ηλ₁/2 = {_range(first)} and come down to "
        f"{_range(least)} within {within} steps. The loss rises above its first value in {higher} of them.",
    )
