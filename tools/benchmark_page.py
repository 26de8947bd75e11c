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
    "made": "to make the operator",
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
        "within one run, on the same model and the same data. Where several packages are compared, "
        "each time is a median of several measurements. The number in brackets after a time is that "
        "time divided by our time. *In gradients* means divided by the time of one gradient.",
        "",
        "*Graph kept* means that the graph of the gradient, which PyTorch needs for a product, stays "
        "in memory between products. *Linearized* means that the map v ↦ Hv is traced once and then "
        "applied. *In pieces of n rows* means that a batch is cut into pieces of n rows, and that its "
        "product is the weighted sum of theirs. *Recomputed* means that each product does everything "
        "anew. This is the usual double backward: compute the gradient g, then the gradient of the "
        "number g · v. A *probe* is a random vector. In the rows of the density, a *step* is one "
        "product in Lanczos' method. "
        "The ± after an eigenvalue bounds the distance from this estimate to the nearest true eigenvalue.",
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
        "![The times of the other packages divided by our times, and how our times and our memory "
        "grow with the size of the problem](benchmark.png)",
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
                what = f"{name}: one product of {other}, divided by ours"
                rows.append((what, f"≥ {FASTER}", ratio, ratio >= FASTER))
    for point in found["growth"]["points"]:
        if 1.5e6 < point["parameters"] < 5e6:
            ratio = point["report"] / point["inside"]
            what = "the time of a report of 100 products at 2·10⁶ parameters, divided by that of its products"
            rows.append((what, f"≤ {OVER_PRODUCTS}", ratio, ratio <= OVER_PRODUCTS))
        if 5e6 < point["parameters"] < 5e7:
            each = point["beyond"] / point["parameters"]
            what = "memory that a report takes beyond one product at 10⁷ parameters, in bytes per parameter"
            rows.append((what, f"≤ {BYTES}", each, each <= BYTES))
    products = [each["product"] for each in found["models"]["times"]["1"]]
    return [
        "The goals for one product are for one core. The last two goals are for "
        f"{_cores(found['growth']['cores'])}.",
        "",
        "| | goal | measured | |",
        "| --- | ---: | ---: | --- |",
        *(f"| {what} | {limit} | {x:.2f} | {'' if met else '**missed**'} |"
          for what, limit, x, met in rows),
        "",
        "In the ratios to PyHessian, PyHessian gets the data in two batches, and ours gets them in one. "
        "If both get two batches, the ratios for the three models are "
        f"{_ratios(products, 'PyHessian, batches', 'ours, batches')}. If both get one batch, "
        f"PyHessian keeps its graph, and the ratios are {_ratios(products, 'PyHessian', 'ours')}.",
        "",
    ]  # fmt: skip


def _ratios(products, one, other):
    found = [f"{p[one] / p[other]:.2f}" for p in products if not isinstance(p.get(one, ""), str)]
    return f"{', '.join(found[:-1])} and {found[-1]}"


def _models(models):
    lines = [
        "## Typical models in PyTorch",
        "",
        "There are three models, in float64. The MLP is a fully connected tanh network "
        "64-256-256-10 on 512 digits. The ResNet-like network is small, has batch norm, and sees 64 "
        "images of 3 × 32 × 32. The transformer is a GPT of 2 blocks on 32 sequences of 32 "
        "tokens. Each was trained for 30 steps of Adam. All data are in one batch, except in the "
        "columns that say *batches*: there they are in two. curvlinops finds no eigenvalues itself, so "
        "SciPy's `eigsh` finds them with its operator. Before curvlinops computes a density, it finds "
        "both ends of the spectrum. Errors are relative to the eigenvalues that `eigsh` finds with our "
        "operator at a tolerance of 10⁻¹². The last row of each model is the time to make its operator. "
        "For ours, this includes checking the model and trying several ways to compute a product.",
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
                if what == "made":  # which is only part of the work, so no ratios
                    cells = [cell.partition(" (")[0] for cell in cells]
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
        "The first number is what one product takes. The number in brackets is the peak while the "
        "product, the top 5 eigenvalues and the density were computed. Each package runs in a process "
        "of its own for each model. For speed, ours keeps more than the others.",
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
    product, plain = each["product"], each["product"].get("gradient, plain attention")
    against = plain and (
        f" A gradient with plain attention, which products must use, takes {_time(plain)}; divided by "
        f"that, our product takes {product['ours'] / plain:.2f}."
    )
    return (
        f"{each['name']}. Our product: {each['how']}.{against or ''} {_errors(each['errors'])} For the "
        "trace, ours draws probes until the 95 % interval is within ± 10 %. This took "
        f"{each['probes']} probes (± {each['trace within']:.1%}). The others have no rule that stops "
        "at a given interval, so they are given this number.\n"
    )


def _errors(errors):
    listed = "; ".join(f"{name}: {error:.0e}" for name, error in errors.items())
    return f"Relative errors of the top eigenvalues: {listed}."


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
        "The networks here are fully connected tanh networks 100-n-n-10 on 256 random rows, in float32. "
        "`spectral_report` may use 100 products. Up to a million parameters the report keeps "
        "eigenvectors; beyond a million it keeps only four vectors. The network of the third row is "
        "just beyond. The ± after the trace is half the width of its 95 % interval. The last column is "
        "the range of the density's estimated eigenvalues. With eigenvectors, the density gets fewer "
        "steps than λ₁, so it may end below λ₁.",
        "",
        f"### {_cores(growth['cores'])}",
        "",
    ]
    return lines + _points(growth["points"])


def _points(points):
    lines = [
        "| parameters | gradient | product, in gradients | report | report / its products "
        "| peak | report beyond one product, bytes per parameter | λ₁ | trace "
        "| density drawn from … to |",
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
            f"{trace:,.0f} ± {half:,.0f}",
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
        "The numbers of this section come from another machine, with other versions of the packages.",
        "",
        "The first table shows models of several kinds. It compares a product and the gradient on the "
        "GPU with those on the CPU in float64. A number below *off by* is the length of the difference, "
        "divided by the length of the CPU's result. Before the measurement, PyTorch's settings allowed "
        "TF32, which multiplies float32 numbers with fewer digits. They also let cuDNN choose its "
        "algorithms. Many users' machines are set up like this. While `torch_operator` measures, it "
        "forbids TF32. It also avoids cuDNN's recurrent layers and the fused attention kernels, because "
        "these have no second derivative.",
        "",
        "| | parameters | precision | product off by | gradient off by | how products are computed |",
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
        "In JAX, a product for the network 64-256-256-10 is off by "
        f"{in_jax['float64']:.0e} in float64 and {in_jax['float32']:.0e} in float32.",
        "",
        "The next table has networks of the shapes of “Growth with the number of parameters”, in "
        "float32. Their data and the report's probes are drawn on the GPU, so they are not those "
        "above, and λ₁ and the trace differ.",
        "",
        *_points(gpu["points"]),
        f"A transformer of the shape of GPT-2 small has {gpt['parameters']:,} parameters. The operator "
        f"was ready in {_time(gpt['seconds']['operator'])}, and the report of {gpt['products']} "
        f"products took another {_time(gpt['seconds']['report'])}. The peak of the memory was "
        f"{gpt['bytes']['peak'] / 1e9:.1f} GB. λ₁ = {gpt['largest']['estimate']:.6g} ± "
        f"{gpt['largest']['error']:.1g}. The trace is "
        f"{_signed(gpt['trace']['estimate'])} ± {gpt['trace']['stderr']:,.0f}, where ± is a standard "
        "error.",
        "",
        f"Versions: {gpu['versions']}.",
        "",
    ]
    return lines


# --- The digits, in JAX --------------------------------------------------------------------------


def _digits(digits):
    lines = [
        "## Networks on the digits, with our operator in JAX",
        "",
        "In each row, every package measures the same network on all 1797 digits, in float64. "
        "PyHessian is measured twice: with all digits in one batch, whose graph it keeps in memory, "
        "and with batches of 256, which it needs if the data do not fit into memory. The density, the "
        "top eigenvalues and the trace are those of the network 64-32-10. The trace is measured "
        "with ReLU as the network's activation.",
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
            _errors(errors),
            "",
            "For the trace, plain averages over random vectors of signs (Hutchinson's estimator) need "
            f"{notes['probes that Hutchinson needs']} products for a 95 % interval of ± 1 %. "
            "PyHessian has no other method, so it gets this number of products. Ours uses Hutch++, "
            "which treats the largest eigenvalues separately, and doubles its budget until the "
            f"interval is that narrow. The last round took {notes['products of ours']} products, and "
            f"the estimate was off by {notes['error of ours']:.2%}. curvlinops gets "
            f"{notes['products of ours']} products, too. PyHessian's own rule compares each mean "
            f"with the one before. It stops after {notes['where their rule stops']} products, and "
            "gives no error bar.",
            "",
        ]
    lines += [
        "By the number of multiplications, a product costs "
        f"{counted((64, 32, 10)):.2f} gradients for 64-32-10 and "
        f"{counted((64, 256, 256, 10)):.2f} for 64-256-256-10. A measured ratio can lie below this: "
        "a gradient has costs that are not multiplications.",
        "",
        "### Memory, and the first product",
        "",
        "| parameters | examples | memory before | peak | one product |",
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


def _signed(number):
    return f"{number:,.0f}".replace("-", "−")


def _has(name):
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
