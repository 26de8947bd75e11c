"""What `benchmark.py` found, as a page in Markdown."""

import itertools
from importlib import metadata

PACKAGES = ("jax", "numpy", "scipy", "torch", "PyHessian", "curvlinops-for-pytorch")
CONTESTANTS = ("PyTorch double backward", "PyHessian", "PyHessian, batches", "curvlinops")
ROWS = {
    "product": "one product",
    "top": "top 5 eigenvalues",
    "density": "density, 40 steps × 2 probes",
    "trace": "trace to 10 %",
}
IN_GRADIENTS = {"MLP": 1.6, "ResNet-like": 1.7, "transformer": 2.0}  # the goals that were set
FASTER = 1.5
OVER_PRODUCTS, BYTES = 1.15, 60


def versions():
    """Return the versions of the packages that take part, in words."""
    return ", ".join(
        f"{name} {metadata.version(name)}" if _has(name) else f"{name} not installed"
        for name in PACKAGES
    )


def page(found):
    """Return the page."""
    lines = [
        "# Our curvature tools beside others",
        "",
        "`python tools/benchmark.py` makes this page. *Ours* is `course_lib`. The packages take turns "
        "within one run, on the same model and the same data, and each time is a median. The number "
        "in brackets after a time is that time divided by the time of ours. *In gradients* means "
        "divided by the time of one gradient.",
        "",
    ]
    if {"models", "growth"} <= found.keys():
        lines += ["## Goals and measurements", "", *_goals(found)]
    if "models" in found:
        lines += _models(found["models"])
    if "growth" in found:
        lines += _growth(found["growth"])
    if "gpu" in found:
        lines += _gpu(found["gpu"])
    if "digits" in found:
        lines += _digits(found["digits"])
    lines += [
        "",
        "![The times of the other packages divided by those of ours, and how the times and the "
        "memory of ours grow with the size of the problem](benchmark.png)",
        "",
    ]
    said = dict.fromkeys(part["versions"] for name, part in found.items() if name != "gpu")
    lines.append(
        f"Versions: {'; '.join(said)}. PyHessian's `density` needs a shim for `torch.eig`."
    )
    return "\n".join(lines) + "\n"


# --- Models in PyTorch ---------------------------------------------------------------------------


def _goals(found):
    rows = []
    for each in found["models"]["times"]["1"]:
        product, name = each["product"], each["name"]
        limit, ratio = IN_GRADIENTS[name], product["ours"] / product["gradient"]
        rows.append((f"{name}: one product, in gradients", f"≤ {limit}", ratio, ratio <= limit))
        for other in ("PyHessian, batches", "curvlinops"):
            if not isinstance(product.get(other, ""), str):
                ratio = product[other] / product["ours"]
                rows.append((f"{name}: {other}, times ours", f"≥ {FASTER}", ratio, ratio >= FASTER))
    for point in found["growth"]["points"]:
        if 1.5e6 < point["parameters"] < 5e6:
            ratio = point["report"] / point["inside"]
            what = "a report of 100 products at 2·10⁶ parameters, over its products alone"
            rows.append((what, f"≤ {OVER_PRODUCTS}", ratio, ratio <= OVER_PRODUCTS))
        if 5e6 < point["parameters"] < 5e7:
            each = point["beyond"] / point["parameters"]
            what = "bytes per parameter beyond one product, at 10⁷ parameters"
            rows.append((what, f"≤ {BYTES}", each, each <= BYTES))
    return [
        "| | goal | measured | |",
        "| --- | ---: | ---: | --- |",
        *(f"| {what} | {limit} | {x:.2f} | {'' if met else '**missed**'} |"
          for what, limit, x, met in rows),
        "",
    ]  # fmt: skip


def _models(models):
    lines = [
        "## Models in PyTorch, as a user has them",
        "",
        "There are three models, in float64. The MLP is a fully connected tanh network "
        "64-256-256-10 on 512 digits. The ResNet-like network is small, has batch norm, and sees 64 "
        "images of 3 × 32 × 32. The transformer is a GPT of 2 blocks on 32 × 32 tokens. Each was "
        "trained for 30 steps of Adam. All data are in one batch, except in the columns that say "
        "*batches*: there they are in two. Between products, ours keeps what a gradient has "
        "computed. If that does not fit into memory, it works as double backward does.",
        "",
    ]
    remarks = {}
    for cores, times in models["times"].items():
        shown = [n for n in ("ours", "ours, batches", "ours in JAX", *CONTESTANTS)
                 if any(n in each["product"] or n in each["remarks"] for each in times)]  # fmt: skip
        lines += [
            f"### {_cores(cores)}",
            "",
            "| | " + " | ".join(shown) + " | ours, in gradients |",
            "| --- |" + " ---: |" * (len(shown) + 1),
        ]
        for each in times:
            for what, words in ROWS.items():
                seconds = each[what]
                cells = [_cell(seconds, n, each["remarks"]) for n in shown]
                share = ""
                if what == "product":
                    share = f"{seconds['ours'] / seconds['gradient']:.2f}"
                name = f"{each['name']} ({each['parameters']:,}): {words}"
                lines.append(f"| {name} | " + " | ".join(cells) + f" | {share} |")
                for who, value in seconds.items():
                    if isinstance(value, str):
                        remarks[f"{each['name']}, {who}, {words}: cannot: {value}"] = None
            for who, remark in each["remarks"].items():
                remarks[f"{each['name']}, {who}: {remark}"] = None
        lines += ["", *map(_about, times), ""]
    lines += [f"* {remark}." for remark in remarks]
    lines += [
        "",
        "### Memory beyond the model and its data, MB",
        "",
        "The first number is what one product takes. The number in brackets is the most that was "
        "held while product, top 5 and density were computed. Each is measured in a process of its "
        "own.",
        "",
    ]
    whoever = list(dict.fromkeys(m["who"] for m in models["memory"]))
    lines += ["| | " + " | ".join(whoever) + " |", "| --- |" + " ---: |" * len(whoever)]
    for name in dict.fromkeys(m["name"] for m in models["memory"]):
        of = {m["who"]: m for m in models["memory"] if m["name"] == name}
        cells = [_megabytes(of[who]) if who in of else "–" for who in whoever]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def _about(each):
    """Return some sentences on how ours did it and how exact the eigenvalues are."""
    errors = ", ".join(f"{name} {error:.0e}" for name, error in each["errors"].items())
    return (
        f"{each['name']}: ours, {each['how']}. Relative error of the top eigenvalues: {errors}. "
        "For the trace, ours draws probes until the 95 % interval is narrow enough; it took "
        f"{each['probes']} probes (± {each['trace within']:.1%}). The others do not know when to "
        "stop, so they are told this number.\n"
    )


def _cell(seconds, name, remarks):
    value = seconds.get(name)
    if isinstance(value, str) or (value is None and remarks.get(name, "").startswith("cannot")):
        return "cannot"
    return "–" if value is None else f"{_time(value)} ({value / seconds['ours']:.1f})"


def _megabytes(measured):
    if "product" not in measured:
        return "cannot"
    most = f" ({measured['all'] / 1e6:.0f})" if "all" in measured else ""
    return f"{measured['product'] / 1e6:.0f}{most}"


# --- Growth --------------------------------------------------------------------------------------


def _growth(growth):
    lines = [
        "## Growth with the number of parameters",
        "",
        "These are fully connected tanh networks 100-n-n-10 on 256 rows, in float32, and "
        "`spectral_report` has 100 products. Up to a million parameters the report keeps "
        "eigenvectors; beyond a million it keeps only a few vectors. The ± after λ₁ bounds its error. "
        "The ± after the trace is half the width of its 95 % interval.",
        "",
        f"### {_cores(growth['cores'])}",
        "",
    ]
    return lines + _points(growth["points"])


def _points(points):
    lines = [
        "| parameters | gradient | product, in gradients | report | over its products "
        "| peak | beyond one product, bytes per parameter | λ₁ | trace | density from … to |",
        "| ---: |" + " ---: |" * 9,
    ]
    for p in points:
        (top, bound), (trace, half), (low, high) = p["largest"], p["trace"], p["range"]
        cells = (
            f"{p['parameters']:,}",
            _time(p["gradient"]),
            f"{_time(p['product'])}, {p['product'] / p['gradient']:.1f}",
            _time(p["report"]),
            f"{p['report'] / p['inside']:.2f}",
            f"{p['peak'] / 1e9:.2f} GB",
            f"{p['beyond'] / p['parameters']:.0f}",
            f"{top:.4g} ± {bound:.1g}",
            f"{trace:.3g} ± {half:.1g}",
            f"{low:.2g} … {high:.3g}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


# --- On a GPU ------------------------------------------------------------------------------------


def _gpu(gpu):
    name, gpt, in_jax = gpu["points"][0]["gpu"], gpu["gpt2"], gpu["in JAX"]
    lines = [
        f"## On a GPU: {name}",
        "",
        "Models of several kinds, and how far a product and the gradient on the GPU are from those on "
        "the CPU in float64, relative to their length. TF32 was allowed and cuDNN chose its own "
        "algorithms, as many users have it. While it measures, `torch_operator` forbids TF32, and it "
        "does without cuDNN's recurrent layers and the fused kernels of attention, which have no "
        "second derivative.",
        "",
        "| | parameters | precision | product off by | gradient off by | |",
        "| --- | ---: | --- | ---: | ---: | --- |",
    ]
    for row in gpu["kinds"]:
        if "refused" in row:
            lines.append(f"| {row['name']} | | {row['dtype']} | refused | | {row['refused']} |")
            continue
        apart = f"{row['product']:.0e} | {row['gradient']:.0e}"
        about = f"{row['name']} | {row['parameters']:,} | {row['dtype']}"
        lines.append(f"| {about} | {apart} | {row['how']} |")
    lines += [
        "",
        "A product in JAX for 64-256-256-10 is off by "
        f"{in_jax['float64']:.0e} in float64 and {in_jax['float32']:.0e} in float32.",
        "",
        "The same networks as above, in float32. On a GPU the report draws its random vectors there, "
        "so it measures with others than on a CPU.",
        "",
        *_points(gpu["points"]),
        f"The transformer of GPT-2 small's shape, {gpt['parameters']:,} parameters: "
        f"{_time(gpt['seconds']['operator'])} to make the operator, "
        f"{_time(gpt['seconds']['report'])} for {gpt['products']} products and the report, "
        f"{gpt['bytes']['peak'] / 1e9:.1f} GB at most; "
        f"λ₁ = {gpt['largest']['estimate']:.6g} ± {gpt['largest']['error']:.1g}, "
        f"trace {gpt['trace']['estimate']:,.0f} ± {gpt['trace']['stderr']:,.0f} (s.e.).",
        "",
        f"Versions: {gpu['versions']}.",
        "",
    ]
    return lines


# --- The digits, in JAX --------------------------------------------------------------------------


def _digits(digits):
    lines = [
        "## The digits, ours in JAX",
        "",
        "Every package measures the same network on all 1797 digits, in float64. PyHessian is "
        "measured twice: with all digits in one batch, whose graph it keeps in memory, and with "
        "batches of 256, which it needs if the data do not fit into memory.",
        "",
    ]
    names = ["ours", *CONTESTANTS]
    for cores, found in digits["times"].items():
        lines += [
            f"### {_cores(cores)}",
            "",
            "| | " + " | ".join(names) + " | ours, in gradients |",
            "| --- |" + " ---: |" * (len(names) + 1),
        ]
        for what, seconds in found.items():
            if what.startswith(("errors", "notes")):
                continue
            cells = [_cell(seconds, n, {}) for n in names]
            share = f"{seconds['ours'] / seconds['gradient']:.2f}" if "gradient" in seconds else ""
            lines.append(f"| {what} | " + " | ".join(cells) + f" | {share} |")
        errors, notes = found["errors of the top eigenvalues"], found["notes"]
        lines += [
            "",
            "Relative error of the top eigenvalues: "
            + ", ".join(f"{name} {error:.0e}" for name, error in errors.items())
            + ".",
            "",
            f"The trace: single Rademacher probes need {notes['probes that Hutchinson needs']} "
            "products for a 95 % interval of ± 1 %. PyHessian has no other method, so it gets this "
            "number of products. Ours doubles the budget of Hutch++ until its interval is that "
            f"narrow. The last round took {notes['products of ours']} products, and the estimate "
            f"was off by {notes['error of ours']:.2%}. curvlinops gets the same budget. PyHessian's "
            f"own rule stops after {notes['where their rule stops']} products, and gives no error "
            "bar.",
            "",
        ]
    lines += [
        "Counted in multiplications, which one core does one after the other, a product costs "
        f"{counted((64, 32, 10)):.2f} gradients for 64-32-10 and "
        f"{counted((64, 256, 256, 10)):.2f} for 64-256-256-10.",
        "",
        "### Memory, and the first product",
        "",
        "| parameters | examples | process before | peak | one product |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {m['parameters']:,} | {m['examples']:,} | {m['before']:.2f} GB | {m['peak']:.2f} GB | "
        f"{m['product']:.2f} s |"
        for m in digits["memory"]
    ]
    return [
        *lines,
        "",
        "From `import course_lib` to the first product of 64-256-256-10 in a fresh process: "
        f"{digits['first']:.1f} s.",
    ]


def counted(sizes):
    """Return the multiplications of a product over those of a gradient, for a fully connected net.

    For each weight and example, a gradient takes three multiplications: for the values, for the
    errors that go back, and for the weight's own gradient. The linear part of a product takes twice
    as many. The first layer passes no error back.
    """
    first, *others = (a * b for a, b in itertools.pairwise(sizes))
    return (2 * first + 6 * sum(others)) / (2 * first + 3 * sum(others))


def _cores(cores):
    return f"{cores} core" + ("s" if int(cores) > 1 else "")


def _time(seconds):
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def _has(name):
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
