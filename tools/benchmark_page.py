"""What `benchmark.py` found, as a page and as a plot."""

import itertools
from importlib import metadata

from matplotlib.figure import Figure

from course_lib import plotting


def table(results, memories, first):
    """Return the page in Markdown."""
    lines = [
        "# Our curvature tools beside others",
        "",
        "Made by `python tools/benchmark.py`. Same network, same digits (all 1797), float64; the "
        "packages take turns within one run; medians. A number in brackets is how many times as "
        "long as ours. PyHessian is given all digits in one batch, whose graph it keeps in memory, "
        "and batches of 256, as it must be for data that do not fit.",
        "",
    ]
    names = ["ours", "PyTorch double backward", "PyHessian", "PyHessian, batches", "curvlinops"]
    for cores, found in results.items():
        lines += [
            f"## {cores} core" + ("s" if int(cores) > 1 else ""),
            "",
            "| | " + " | ".join(names) + " | ours, in gradients |",
            "| --- |" + " ---: |" * (len(names) + 1),
        ]
        for what, seconds in found.items():
            if what.startswith(("errors", "notes")):
                continue
            cells = [
                f"{_time(seconds[n])} ({seconds[n] / seconds['ours']:.1f})" if n in seconds else "–"
                for n in names
            ]
            gradients = (
                f"{seconds['ours'] / seconds['gradient']:.2f}" if "gradient" in seconds else ""
            )
            lines.append(f"| {what} | " + " | ".join(cells) + f" | {gradients} |")
        errors, notes = found["errors of the top eigenvalues"], found["notes"]
        lines += [
            "",
            "Relative error of the top eigenvalues: "
            + ", ".join(f"{name} {error:.0e}" for name, error in errors.items())
            + ".",
            "",
            f"The trace: single Rademacher probes need {notes['probes that Hutchinson needs']} "
            "products for a 95 % interval of ± 1 %; PyHessian, which has no other way, is given so "
            "many. Ours doubles a Hutch++ budget until its interval is that narrow: "
            f"{notes['products of ours']} products in the last round, off by "
            f"{notes['error of ours']:.2%}; curvlinops is told this budget. PyHessian's own "
            f"rule stops after {notes['where their rule stops']} products, "
            "without an error bar.",
            "",
        ]
    lines += [
        "In multiplications, which one core does one after the other, a product costs "
        f"{counted((64, 32, 10)):.2f} gradients for 64-32-10 and "
        f"{counted((64, 256, 256, 10)):.2f} for 64-256-256-10.",
        "",
        "## Memory, and the first product",
        "",
        "| parameters | examples | process before | peak | one product |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {m['parameters']:,} | {m['examples']:,} | {m['before']:.2f} GB | {m['peak']:.2f} GB | "
        f"{m['product']:.2f} s |"
        for m in memories
    ]
    versions = ", ".join(
        f"{name} {metadata.version(name)}" if _has(name) else f"{name} not installed"
        for name in ("jax", "numpy", "scipy", "torch", "PyHessian", "curvlinops-for-pytorch")
    )
    lines += [
        "",
        f"From `import course_lib` to the first product of 64-256-256-10 in a fresh "
        f"process: {first:.1f} s.",
        "",
        "![How one product grows](benchmark.png)",
        "",
        f"Versions: {versions}. PyHessian's `density` needs a shim for `torch.eig`.",
    ]
    return "\n".join(lines) + "\n"


def _time(seconds):
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def counted(sizes):
    """Return the multiplications of a product over those of a gradient, for a fully connected net.

    The gradient takes three for each weight (values, errors back, weights' gradient) and example,
    the product's linear part twice as many; the first layer passes no error back.
    """
    first, *others = (a * b for a, b in itertools.pairwise(sizes))
    return (2 * first + 6 * sum(others)) / (2 * first + 3 * sum(others))


def _has(name):
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def plot(results, growth, path):
    """Draw the ratios, and how one product grows."""
    looks = {
        "PyTorch double backward": {"color": "#56B4E9", "hatch": ""},
        "PyHessian": {"color": "#E69F00", "hatch": "//"},
        "PyHessian, batches": {"color": "#F0E442", "hatch": "xx"},
        "curvlinops": {"color": "#999999", "hatch": ".."},
    }
    with plotting.style():
        figure = Figure(figsize=(12, 7))
        top, bottom = figure.subfigures(2, 1, height_ratios=[1.1, 1])
        bars = top.subplots()
        found = {k: v for k, v in results["1"].items() if not k.startswith(("errors", "notes"))}
        for j, (name, look) in enumerate(looks.items()):
            at = [i + 0.21 * (j - 1.5) for i, s in enumerate(found.values()) if name in s]
            ratio = [s[name] / s["ours"] for s in found.values() if name in s]
            for x, r in zip(at, ratio, strict=True):
                bars.text(x, r * 1.05, f"{r:.1f}", ha="center", va="bottom", fontsize=8)
            bars.bar(at, ratio, width=0.2, label=name, **look)
        bars.axhline(1, label="ours", **plotting.THEORY)
        bars.set_xticks(range(len(found)), list(found))
        bars.set(
            yscale="log", ylabel="times as long as ours", title="The others take longer (one core)"
        )
        bars.set_ylim(0.7, 1.8 * bars.get_ylim()[1])
        bars.legend(loc="upper left")
        axes = bottom.subplots(1, 3)
        for ax, (what, points) in zip(axes, growth.items(), strict=True):
            sizes = [size for size, _ in points]
            if what == "columns":
                share = [s["product"] / k / s["gradient"] for k, s in points]
                ax.semilogx(sizes, share, marker="o", **plotting.RUN)
                ax.axhline(1, **plotting.THEORY)
                ax.set(xlabel="vectors at a time", ylabel="gradients a vector", ylim=(0, None))
                continue
            product, gradient = ([s[k] for _, s in points] for k in ("product", "gradient"))
            ax.loglog(sizes, product, marker="o", label="one product", **plotting.RUN)
            ax.loglog(sizes, gradient, label="one gradient", **plotting.THEORY)
            ax.set(xlabel=what, ylabel="seconds")
        axes[0].set_title("It grows with the network", fontsize=10)
        axes[1].set_title("It grows with the examples", fontsize=10)
        axes[2].set_title("Several at a time are cheaper", fontsize=10)
        axes[0].legend()
        figure.savefig(path, dpi=100)
