"""Claims on whole spectra: the bulk, exact zeros, and what architectures share."""

import numpy as np

from course_lib.curvature import networks, operators, spectral_shape
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import experiments
from course_lib.lessons.lesson_07.experiments import percent, recorded_measure
from course_lib.support import datasets
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
NOTES = "Source notes, section 4"


@CLAIMS.claim(
    "7.4",
    "The majority of eigenvalues cluster in a characteristic bulk.",
    verdict="holds when the pixels are raw and 'bulk' means smaller in size than λ₁/100; with centred "
    "pixels about three quarters of the eigenvalues are that small",
    source=f"{NOTES}; Sagun et al. (2016)",
    breakers=[{"inputs": "centred"}, {"near": 1e-5}],
)
def bulk(epoch=3, inputs="raw", near=0.01):
    """Count the eigenvalues of a trained network near zero, live and at five recorded seeds."""
    lam = experiments.decomposed(epoch).eigenvalues
    small = np.mean(np.abs(lam) < near * lam[0])
    others, zero = (recorded_measure(name, epoch, inputs) for name in ("near zero", "zero"))
    centred = [recorded_measure("near zero", when, "centred") for when in (1, epoch)]
    return Evidence(
        bool(small > 0.85 and others.min() > 0.85 and max(x.max() for x in centred) < 0.85),
        f"{small:.0%} of {lam.size} eigenvalues are smaller in size than {near:g} λ₁. At five recorded "
        f"seeds this share is {percent(others)}, and {percent(zero)} of all eigenvalues are exactly "
        f"zero. With centred pixels the share is {percent(centred[0])} after one epoch and "
        f"{percent(centred[1])} after {epoch} epochs.",
    )


@CLAIMS.claim(
    "7.5",
    "A tanh network 64-16-10 with 5 pixels that are 0 in every training image has exactly 5·16 + 17 = 97 "
    "zero eigenvalues at a random start.",
    source="Counted in the lesson; measured here",
    breakers=[{"width": 15}, {"activation": "relu"}],
)
def exact_zeros(width=16, activation="tanh", predicted=97, num_train=500, seed=0):
    """Count dead pixels in the data, and zeros in the spectrum."""
    data = datasets.digits(num_train=num_train, centred=False, seed=seed)
    dead = int((data.X_train == 0).all(axis=0).sum())
    network = networks.mlp((64, width, 10), activation)
    H = operators.hessian_operator(
        networks.cross_entropy(network), network.init(seed=seed), data.X_train, data.y_train
    )
    zeros = int((spectral_shape.all_eigenvalues(H) == 0).sum())
    good = dead == 5 and zeros == predicted
    return Evidence(
        good, f"{dead} pixels are always 0; {zeros} of {network.num_params} eigenvalues are zero."
    )


@CLAIMS.claim(
    "7.12",
    "The spacings of neighbouring eigenvalues are universal: every network, trained or not, has the "
    "mean ratio ⟨r⟩ ≈ 0.53 of a random matrix.",
    verdict="holds when a difference of 0.03 counts as small: 13 of 16 kinds of trained networks lie between "
    "0.52 and 0.54; GELU with raw pixels lies at 0.50, the linear model at 0.51 with raw pixels and just "
    "below 0.52 with centred ones",
    source="Baskerville, Granziol & Keating (2022); measured here",
    breakers=[{"reference": rm.SPACING_RATIO_POISSON}, {"kinds": 16}],
)
def spacings(reference=rm.SPACING_RATIO_GOE, kinds=13):
    """Average the recorded ratios over seeds, for each architecture and kind of inputs."""
    means = np.array(list(experiments.spacing_ratios().values()))
    start, end = means.T
    near = int(((end > 0.52) & (end < 0.54)).sum())
    off = np.abs(means - reference).max()
    return Evidence(
        bool(off < 0.035 and near >= kinds),
        f"{len(end)} kinds of network, five seeds each. After training ⟨r⟩ is {end.min():.2f} to "
        f"{end.max():.2f}, and {near} kinds lie between 0.52 and 0.54. At the start it is "
        f"{start.min():.2f} to {start.max():.2f}. A GOE matrix has {rm.SPACING_RATIO_GOE:.2f}, independent "
        f"numbers have {rm.SPACING_RATIO_POISSON:.2f}.",
    )


@CLAIMS.claim(
    "7.13",
    "Different architectures show similar spectral distributions.",
    verdict="holds when you compare with a random matrix; two architectures are several times farther apart "
    "than two seeds of one architecture",
    source=f"{NOTES}; Granziol (2020) on how far network spectra are from random-matrix laws",
    breakers=[{"yardstick": "seeds"}],
)
def similar_shapes(yardstick="random matrix"):
    """Wasserstein distances of log|λ|/λ₁ between the recorded spectra, at equal training loss."""
    lines, good = [], True
    for inputs in ("raw", "centred"):
        same, other, noise = (x.mean() for x in experiments.shape_distances(inputs))
        near = other < noise / 2 if yardstick == "random matrix" else other < 1.5 * same
        good &= bool(near and other > 2 * same)
        lines.append(f"{same:.1f}, {other:.1f} and {noise:.1f} with {inputs} pixels")
    return Evidence(
        good,
        "The mean distances in decades between two seeds, between two architectures, and between a network "
        f"and a GOE matrix are, in this order, {'; '.join(lines)}.",
    )
