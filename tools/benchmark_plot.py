"""What `benchmark.py` found, as a plot."""

from matplotlib.figure import Figure

from course_lib import plotting

LOOKS = {
    "PyTorch double backward": {"color": "#56B4E9", "hatch": ""},
    "PyHessian": {"color": "#E69F00", "hatch": "//"},
    "PyHessian, batches": {"color": "#F0E442", "hatch": "xx"},
    "curvlinops": {"color": "#999999", "hatch": ".."},
}
WORDS = {"product": "product", "top": "top 5", "density": "density", "trace": "trace"}


def plot(found, path):
    """Draw the ratios, how ours grows with the parameters, and how a product in JAX grows."""
    rows = []
    if "models" in found:
        rows.append((_models, found["models"]["times"]["1"]))
    if "digits" in found:
        rows.append((_digits, found["digits"]["times"]["1"]))
    if "growth" in found:
        rows.append((_growth, {"": found["growth"]} | _on_gpu(found)))
    if "digits" in found:
        rows.append((_scaling, found["digits"]["growth"]))
    if not rows:
        return
    with plotting.style():
        figure = Figure(figsize=(12, 3.7 * len(rows)))
        parts = figure.subfigures(len(rows), 1, squeeze=False)[:, 0]
        for part, (draw, what) in zip(parts, rows, strict=True):
            draw(part, what)
        figure.savefig(path, dpi=100)


def _on_gpu(found):
    return {f", {found['gpu']['points'][0]['gpu']}": found["gpu"]} if "gpu" in found else {}


def _models(part, times):
    measured = {
        f"{each['name']}\n{words}": each[what] for each in times for what, words in WORDS.items()
    }
    _ratios(part, measured, "PyTorch models (one core)")


def _digits(part, times):
    measured = {k: v for k, v in times.items() if not k.startswith(("errors", "notes"))}
    _ratios(part, measured, "The digits, ours in JAX (one core)")


def _ratios(part, measured, title):
    axes = part.subplots()
    for j, (name, look) in enumerate(LOOKS.items()):
        bars = [
            (i + 0.21 * (j - 1.5), seconds[name] / seconds["ours"])
            for i, seconds in enumerate(measured.values())
            if not isinstance(seconds.get(name, ""), str)
        ]
        for x, ratio in bars:
            axes.text(x, ratio * 1.05, f"{ratio:.1f}", ha="center", va="bottom", fontsize=7)
        axes.bar(*zip(*bars, strict=True), width=0.2, label=name, **look) if bars else None
    axes.axhline(1, label="ours", **plotting.THEORY)
    axes.set_xticks(range(len(measured)), list(measured), fontsize=8)
    axes.set(yscale="log", ylabel="times as long as ours", title=title)
    axes.set_ylim(0.5, 2.5 * axes.get_ylim()[1])
    axes.legend(loc="upper left", ncols=3, fontsize=8)


def _growth(part, growth):
    times, memory = part.subplots(1, 2)
    for (where, measured), marker in zip(growth.items(), "os", strict=False):
        points = measured["points"]
        sizes = [point["parameters"] for point in points]
        for what, look in (
            ("gradient", plotting.THEORY),
            ("product", plotting.RUN),
            ("report", plotting.FLAT),
        ):
            label = ("a report of 100 products" if what == "report" else f"one {what}") + where
            seconds = [point[what] for point in points]
            times.loglog(sizes, seconds, marker=marker, label=label, **look)
        kept = [p for p in points if not p["eigenvectors"]]
        memory.semilogx(
            [p["parameters"] for p in kept],
            [p["beyond"] / p["parameters"] for p in kept],
            marker=marker,
            label=f"a report without eigenvectors{where}",
            **plotting.RUN,
        )
    memory.axhline(60, label="the goal", **plotting.THEORY)
    times.set(xlabel="parameters", ylabel="seconds")
    times.set_title("Ours in PyTorch, float32, by the size of the network", fontsize=10)
    memory.set(xlabel="parameters", ylabel="bytes per parameter", ylim=(0, None))
    memory.set_title("Memory beyond what one product needs", fontsize=10)
    times.legend(fontsize=8)
    memory.legend(fontsize=8)


def _scaling(part, growth):
    axes = part.subplots(1, 3)
    for ax, (what, points) in zip(axes, growth.items(), strict=True):
        sizes = [size for size, _ in points]
        if what == "columns":
            share = [s["product"] / k / s["gradient"] for k, s in points]
            ax.semilogx(sizes, share, marker="o", **plotting.RUN)
            ax.axhline(1, **plotting.THEORY)
            ax.set(xlabel="vectors at a time", ylabel="gradients per vector", ylim=(0, None))
            continue
        product, gradient = ([s[k] for _, s in points] for k in ("product", "gradient"))
        ax.loglog(sizes, product, marker="o", label="one product", **plotting.RUN)
        ax.loglog(sizes, gradient, label="one gradient", **plotting.THEORY)
        ax.set(xlabel=what, ylabel="seconds")
    axes[0].set_title("Ours in JAX, by the size of the network", fontsize=10)
    axes[1].set_title("The same, by the number of examples", fontsize=10)
    axes[2].set_title("Several vectors at a time", fontsize=10)
    axes[0].legend()
