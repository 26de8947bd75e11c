"""What lesson 10 says of Adam's edge and of layers whose scale does not matter."""

import numpy as np

from course_lib.lessons.lesson_10 import experiments
from course_lib.lessons.lesson_10 import experiments_two_weights as two_weights
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
SETTING = (
    "network 64-32-32-10 with tanh, 200 centred digits, initial weights halved, full batches, 3000 "
    "steps"
)
LOW, HIGH = 0.9, 1.15
SQUARED, ENTROPY = experiments.LOSSES


def _range(values, form=".2f"):
    return f"{np.min(values):{form}} to {np.max(values):{form}}"


@CLAIMS.claim(
    "10.6",
    "On one weight, ½λw², Adam reaches its edge whatever λ is: λ/P in units of (2 + 2β₁)/((1 − β₁)η) ends "
    "near 1, and w keeps oscillating with a size of about η(1 − β₁)/(2 + 2β₁).",
    verdict="holds when η = 0.01, β₁ = 0 or 0.9, β₂ = 0.99, after 4000 steps from w = 1",
    source="Three lines in the lesson; computed here for λ = 3, 30 and 300",
    breakers=[{"steps": 1000}, {"units": 2.0}],
)
def one_weight(steps=4000, units=1.0):
    """Run Adam on three parabolas with two β₁, and look at the last 500 steps."""
    ends, sizes = [], []
    for beta1 in (0.0, 0.9):
        for curvature in (3.0, 30.0, 300.0):
            w, ratio = two_weights.one_weight_adam(curvature, beta1=beta1, steps=steps)
            ends.append(ratio[-500:].mean() / units)
            size = 0.01 * (1 - beta1) / (2 + 2 * beta1)
            sizes.append(np.sqrt(np.mean(w[-500:] ** 2)) / size)
    return Evidence(
        bool(np.ptp([1, *ends]) < 0.15 and np.ptp([1, *sizes]) < 0.25),
        f"Six runs: λ/P ends at {_range(ends)} times the limit, and |w| at {_range(sizes)} times "
        "η(1 − β₁)/(2 + 2β₁).",
    )


@CLAIMS.claim(
    "10.7",
    "Adam trains at an edge of its own: λ₁(P⁻¹H)·η(1 − β₁)/(2 + 2β₁) ends between 0.9 and 1.15, where "
    "P = √ν + ε.",
    verdict=f"holds when β₁ = 0.9 and η = 0.0032, 0.01 or 0.018: squared error, {SETTING}",
    source="Cohen et al. (2022), for larger networks; five recorded seeds here for each η",
    breakers=[{"etas": (0.00032,)}, {"loss": ENTROPY}, {"beta1_of_limit": 0.0}],
)
def edge(etas=(0.0032, 0.01, 0.018), loss=SQUARED, beta1_of_limit=0.9):
    """Look at the last value of every recorded run."""
    ends = []
    for eta in etas:
        runs = experiments.recorded_adam(eta, 0.9, loss)
        limit = experiments.adam_limit(runs.eta, beta1_of_limit)
        ends += list(runs.preconditioned[:, -1] / limit)
    inside = int(((np.array(ends) >= LOW) & (np.array(ends) <= HIGH)).sum())
    return Evidence(
        inside == len(ends),
        f"{len(ends)} recorded runs end at {_range(ends)} times the limit, {inside} of them between {LOW} "
        f"and {HIGH}.",
    )


@CLAIMS.claim(
    "10.8",
    "With a small step size Adam does not reach its edge within the recorded steps: λ₁(P⁻¹H) stays "
    "below 0.6 of its limit.",
    verdict=f"holds when η = 0.00032 and β₁ = 0.9: squared error, {SETTING}",
    source="Five recorded seeds here",
    breakers=[{"eta": 0.01}, {"beta1": 0.0}],
)
def control(eta=0.00032, beta1=0.9):
    """Look at all values of the recorded runs."""
    ratio = experiments.recorded_adam(eta, beta1).ratio[:, 1:]
    return Evidence(
        bool(ratio.max() < 0.6),
        f"η = {eta:g}, β₁ = {beta1:g}, five seeds: the ratio ends at {_range(ratio[:, -1])} and is at most "
        f"{ratio.max():.2f}.",
    )


@CLAIMS.claim(
    "10.9",
    "While Adam is at its edge, λ₁ of the Hessian itself passes 2/η.",
    verdict="false as stated",
    source="What one expects from lesson 05; five recorded seeds here for each of three η",
    breakers=[{"of": "one_step_ratio"}, {"below": 0.001}],
)
def plain(of="plain_ratio", below=0.2):
    """Look at the highest value of ηλ₁/2, or of λ₁ against one step for all weights."""
    runs = [experiments.recorded_adam(eta) for eta in (0.0032, 0.01, 0.018)]
    highest = [np.nanmax(getattr(run, of), axis=1) for run in runs]
    last = [getattr(run, of)[:, -1] for run in runs]
    one_step = [run.one_step_ratio[:, -1] for run in runs]
    return Evidence(
        bool(np.max(highest) < below),
        f"In 15 recorded runs ηλ₁/2 is at most {np.max(highest):.2g}, and it ends at {_range(last, '.2g')}. "
        "If all weights got the step size of the median weight, η/median(P), the final λ₁ would be "
        f"{_range(one_step, '.2g')} times the limit.",
    )


@CLAIMS.claim(
    "10.10",
    "With cross-entropy on this task λ₁(P⁻¹H) is below a tenth of Adam's limit whenever we measure "
    "it, and it ends below a thousandth of this limit.",
    verdict=f"holds when η = 0.0032, 0.01 or 0.018 and β₁ = 0.9, measured every 150 steps: {SETTING}",
    source="Five recorded seeds here for each η",
    breakers=[{"loss": SQUARED}],
)
def entropy(loss=ENTROPY):
    """Look at the last and at the highest value of the recorded runs."""
    runs = [experiments.recorded_adam(eta, 0.9, loss) for eta in (0.0032, 0.01, 0.018)]
    last = np.concatenate([run.ratio[:, -1] for run in runs])
    top = np.concatenate([np.nanmax(run.ratio, axis=1) for run in runs])
    return Evidence(
        bool(top.max() < 0.1 and last.max() < 1e-3),
        f"15 recorded runs: the ratio ends at {_range(last, '.1g')}; its highest measured value is "
        f"{_range(top, '.1g')}.",
    )


@CLAIMS.claim(
    "10.11",
    "If the vectors v of a weight-normalized layer are multiplied by 4, the loss stays the same to 1e-12, "
    "and every eigenvalue of the block of the Hessian that belongs to these vectors is divided by 16 to "
    "1e-8.",
    source="f(cv) = f(v), differentiated twice; Salimans & Kingma (2016) for the layer; computed here",
    breakers=[{"kind": "none"}, {"divided_by": 4.0}],
)
def weight_norm(kind="weight", divided_by=16.0, factor=4.0):
    """Multiply the layer's weights and take the eigenvalues of its block."""
    losses, blocks = experiments.weight_norm_scaled(factor, kind=kind)
    quotients = blocks[0] / blocks[1] / divided_by
    same = bool(abs(losses[1] - losses[0]) < 1e-12)
    return Evidence(
        same and bool(np.abs(quotients - 1).max() < 1e-8),
        f"The loss {'is the same' if same else 'changes'}. The largest eigenvalue is divided by "
        f"{divided_by * quotients[0]:.4f}, the smallest by {divided_by * quotients[1]:.4f}.",
    )


@CLAIMS.claim(
    "10.12",
    "Only transformers are heterogeneous: λ₁ differs a lot from block to block in them, and not in other "
    "networks.",
    verdict="false as stated",
    source="A short form of Zhang et al. (2024), who compare whole spectra of large models; five "
    "recorded seeds here",
    breakers=[{"biases": False}, {"much": 30.0}],
)
def only_transformers(biases=True, much=10.0):
    """Compare the largest λ₁ of a block with the smallest, in three small networks."""
    found = experiments.recorded_blocks()
    spread, alone = (
        {
            name: experiments.spread(blocks, values, counted)
            for name, (blocks, values) in found.items()
        }
        for counted in (biases, False)
    )
    words = [
        f"{name} {_range(spread[name], '.0f')} ({_range(alone[name], '.0f')} without the biases)"
        for name in found
    ]
    others = min(spread["fully connected"].min(), spread["convolutional"].min())
    return Evidence(
        bool(others > much),
        f"Largest λ₁ of a block, divided by the smallest, for five seeds: {'; '.join(words)}. Attention has "
        "the largest spread, and the others are not uniform.",
    )
