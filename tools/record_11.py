"""Record the experiments of lesson 11.

    python tools/record_11.py            # all of them, but not prose
    python tools/record_11.py NAME …     # some: training, subsets, ends, transformer, prose

training takes a few minutes, subsets and ends two minutes each, and transformer half an hour on one
core. transformer needs PyTorch. prose writes a new snapshot of the lessons' text to
assets/course_prose.txt. It runs only if it is named, because the transformer's record is based on
the old snapshot.
"""

import itertools
import multiprocessing
import re
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import nbformat
import numpy as np

import course_lib
from course_lib.lessons.lesson_11 import experiments, experiments_text
from course_lib.teaching import records

ROOT = Path(__file__).resolve().parents[1]
LOWEST = 1e-5  # densities below this are cut off: one eigenvalue of thousands lies above it


def training():
    """Record the spectral reports of a small network through its training."""
    runs = []
    for width in experiments.WIDTHS:
        for eta in experiments.ETAS:
            runs.append(experiments.follow(width, eta, seed=0))
            ratio = runs[-1]["top"][-1, 0] * eta / 2
            print(width, eta, "loss", runs[-1]["loss"][-1], "ratio", ratio, flush=True)
    arrays = {}
    for name in runs[0]:
        stacked = np.array([run[name] for run in runs], np.float32)
        arrays[name] = stacked.reshape(
            len(experiments.WIDTHS), len(experiments.ETAS), *stacked.shape[1:]
        )
    arrays["density"] = np.log10(np.maximum(arrays["density"], LOWEST)).astype(np.float16)
    what = "reports through training, the first at the start; density: log10, on experiments.GRID"
    about = {"what": what, "axes": "width, step size, report; then rank or grid"}
    about |= {"widths": experiments.WIDTHS, "etas": experiments.ETAS, "every": experiments.EVERY}
    records.save("11_training", arrays, seeds=[0], **about)


def subsets(seeds=range(3)):
    """Record λ₁ and the trace on subsets of the examples."""
    found = [experiments.subset_curvature(seed) for seed in seeds]
    sharpness, trace = (np.array(values) for values in zip(*found, strict=True))
    print(sharpness.mean(axis=2), trace.mean(axis=2))
    about = {"axes": "network, size of the subset (the last: all), draw"}
    records.save("11_subsets", {"sharpness": sharpness, "trace": trace}, seeds=seeds, **about)


def ends():
    """Record where λ₁ ends, in units of 2/η."""
    ratio = np.array(
        [
            [
                [experiments.end_of_descent(width, eta, seed) for seed in experiments.EDGE_SEEDS]
                for eta in experiments.ETAS
            ]
            for width in experiments.WIDTHS
        ]
    )
    print(ratio.round(2))
    about = {"axes": "width, step size, seed"}
    records.save("11_ends", {"ratio": ratio}, seeds=experiments.EDGE_SEEDS, **about)


def transformer(seeds=(0, 1)):
    """Train the transformer in four ways, two at a time, and record its curvature on the way."""
    from course_lib.lessons.lesson_11 import experiments_transformer as model_of

    ways = list(itertools.product((True, False), experiments_text.OPTIMIZERS, seeds))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(_train_and_measure, ways, chunksize=1)
    arrays = {
        name: np.array([run[name] for run in found], np.float32).reshape(
            2, 2, len(seeds), *np.shape(found[0][name])
        )
        for name in found[0]
        if name not in ("weights", "wide")
    }
    arrays["sharpness_on_windows"] = found[0]["wide"]
    about = {
        "axes": "layer norm (with, without), optimizer (Adam, SGD), seed; step of LOOKS; rank or row",
        "looks": experiments_text.LOOKS,
        "rates": [
            [model_of.RATES[o, n] for o in experiments_text.OPTIMIZERS] for n in (True, False)
        ],
        "groups": model_of.GROUPS,
        "blocks": model_of.block_names(model_of.CharTransformer()),
        "windows": WINDOWS,
        "torch": version("torch"),
    }
    records.save("11_transformer", arrays, seeds=seeds, **about)
    weights = {"weights": found[0]["weights"]}
    records.save("11_weights", weights, seeds=seeds[:1], what="float16, of the first run")


def _train_and_measure(normalized, optimizer, seed):
    """Train one transformer, and return the record of it."""
    import torch

    from course_lib.lessons.lesson_11 import experiments_transformer as model_of

    torch.set_num_threads(1)
    looks, descents = [], []

    def look(step, model, descent):
        looks.append(model_of.measure(model))
        descents.append(descent)
        words = [
            f"{name} {looks[-1][name]:.4g}" for name in ("loss", "test_loss", "smallest", "trace")
        ]
        print(normalized, optimizer, seed, step, *words, looks[-1]["top"][:5].round(2), flush=True)

    model = model_of.train(normalized, optimizer, seed, at=look)
    run = {name: np.array([one[name] for one in looks]) for name in looks[0]}
    run["blocks"] = model_of.sharpness_by_block(model)
    rate = model_of.RATES[optimizer, normalized]
    if optimizer == "Adam":
        run["share_of_limit"] = model_of.share_of_adams_limit(model, descents[-1], rate)
    else:
        run["share_of_limit"] = looks[-1]["top"][0] * rate / (2 + 2 * model_of.MOMENTUM)
    if normalized and optimizer == "Adam" and seed == 0:
        flat = torch.nn.utils.parameters_to_vector(model.parameters())
        run["weights"] = flat.detach().numpy().astype(np.float16)
        wide = [model_of.largest(model_of.hessian(model, n), 1) for n in WINDOWS]
        run["wide"] = np.array([pair.eigenvalues[0] for pair in wide], np.float32)
        print(run["wide"], model_of.write(model, "the largest eigenvalue ", 300), flush=True)
    print(
        normalized, optimizer, seed, "of the limit", run["share_of_limit"], run["blocks"].round(2)
    )
    return run


WINDOWS = (4, 16, 64, 256)


def prose():
    """Write a snapshot of what lessons 00 to 10 say."""
    paragraphs = []
    for path in sorted((ROOT / "notebooks").glob("[01]?_*.ipynb"))[:11]:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                paragraphs += _paragraphs(cell.source)
    text = "\n".join(paragraphs).lower()
    kept = {c for c, _ in Counter(text).most_common(experiments_text.CHARACTERS)}
    text = re.sub(" +", " ", "".join(c for c in text if c in kept))
    (ROOT / "assets" / "course_prose.txt").write_text(text + "\n", encoding="utf-8")
    print(len(text), "characters,", len(set(text)), "different ones")


def _paragraphs(source):
    """Return the paragraphs of a cell without formulas, code and marks."""
    source = re.sub(r"```.*?```|\$\$.*?\$\$|<[^>]+>", "", source, flags=re.DOTALL)
    source = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", source)
    found = []
    for paragraph in re.split(r"\n\s*\n", source):
        sentences = re.split(r"(?<=[.?!:])\s+", re.sub(r"[*#>]+", "", paragraph))
        plain = " ".join(s for s in sentences if not re.search(r"[$|`=\\_]", s))
        if len(plain := re.sub(r"\s+", " ", plain).strip()) > 60:
            found.append(plain)
    return found


RECORDED = (training, subsets, ends, transformer)
if __name__ == "__main__":
    course_lib.setup()
    for make in (*RECORDED, prose):
        if make.__name__ in sys.argv[1:] or (make in RECORDED and not sys.argv[1:]):
            make()
