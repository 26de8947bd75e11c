"""Pages made from the code: the API reference and the picture of who imports whom."""

import ast
import io
from collections import defaultdict

import grimp
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from website import ROOT, write

PACKAGE = ROOT / "course_lib"
GROUPS = {
    "Mathematics": (
        "spectra", "formulas", "parsing", "critical_points", "dynamics", "random_matrices", "flatness",
    ),
    "Networks and their curvature": (
        "networks", "training", "operators", "trace", "trace_methods", "lanczos", "report",
    ),
    "Lessons": ("plotting", "teaching", "lessons"),
}  # fmt: skip


def summary(path):
    """Return the first line of a module's docstring."""
    return ast.get_docstring(ast.parse(path.read_text("utf-8"))).splitlines()[0]


def modules():
    """Return the package's modules with their files: its own, and its packages as one each."""
    found = {}
    for path in sorted(PACKAGE.iterdir()):
        if path.suffix == ".py" and path.stem != "__init__":
            found[path.stem] = path
        elif (path / "__init__.py").is_file():
            found[path.name] = path / "__init__.py"
    return found


def api(source):
    """Make a page for each module, and the list of them; a new module needs no entry anywhere."""
    files = modules()
    rest = tuple(name for name in files if name not in sum(GROUPS.values(), ()))
    lines = []
    for group, names in (GROUPS | {"Machinery": rest}).items():
        lines += [f"## {group}", "", "| | |", "| --- | --- |"]
        there = [name for name in names if name in files]
        lines += [f"| [{name}](api/{name}.md) | {summary(files[name])} |" for name in there]
        lines += ["", "```{toctree}", ":hidden:", "", *[f"api/{name}" for name in there], "```", ""]
        for name in there:
            write(source / "api" / f"{name}.md", _page(name, files[name]))
    write(source / "_generated" / "api.md", "\n".join(lines))


def _page(name, path):
    parts = [f"course_lib.{name}"]
    if path.name == "__init__.py":
        parts += [f"course_lib.{name}.{p.stem}" for p in sorted(path.parent.glob("[a-z]*.py"))]
    lines = [f"# {name}", "", "```{eval-rst}"]
    for part in parts:
        lines += [f".. automodule:: {part}", "   :members:", ""]
    return "\n".join([*lines, "```", ""])


def imports():
    """Return who imports whom among the package's modules: {module: set of modules}."""
    graph = grimp.build_graph("course_lib", include_external_packages=False)
    found = defaultdict(set)
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            a, b = (f"{module}.".split(".")[1] for module in (importer, imported))
            if a and b and a != b and "__init__" not in (a, b):
                found[a].add(b)
    return {name: found[name] & modules().keys() for name in modules()}


def levels(graph):
    """Return each module's level: one above the highest module that it imports."""
    level = {}

    def of(name):
        if name not in level:
            level[name] = 1 + max(map(of, graph[name]), default=-1)
        return level[name]

    for name in graph:
        of(name)
    return level


def reduced(graph):
    """Return the graph without the arrows that follow from others."""

    def reaches(start, end):
        return end in graph[start] or any(reaches(step, end) for step in graph[start])

    return {
        name: {b for b in graph[name] if not any(reaches(c, b) for c in graph[name] - {b})}
        for name in graph
    }


def rows_of(graph, level, sweeps=20):
    """Return the modules of each level, each near the middle of what it is connected with."""
    rows = [sorted(n for n in graph if level[n] == k) for k in range(max(level.values()) + 1)]
    for _ in range(sweeps):
        place = {n: (k + 0.5) / len(row) for row in rows for k, n in enumerate(row)}
        for row in rows:
            near = {n: [place[m] for m in graph if m in graph[n] or n in graph[m]] for n in row}
            row.sort(key=lambda n: sum(near[n]) / len(near[n]) if near[n] else place[n])
    return rows


def draw(arrows, rows):
    """Return a figure of the modules in rows, with arrows to what each imports."""
    widest = max(map(len, rows))
    figure = Figure(figsize=(1.3 * widest, 1.1 * len(rows)))
    ax = figure.subplots()
    ax.set(xlim=(0, widest), ylim=(-0.5, len(rows) - 0.5))
    ax.axis("off")
    boxes = {
        name: ax.text(
            (k + 0.5) * widest / len(row), height + (0.16 if k % 2 else -0.16) * (len(row) > 6), name,
            ha="center", va="center", fontsize=13, zorder=3,
            bbox={"boxstyle": "round,pad=0.3", "facecolor": "#eef2f7", "edgecolor": "#0072B2"},
        )
        for height, row in enumerate(rows)
        for k, name in enumerate(row)
    }  # fmt: skip
    FigureCanvasAgg(figure).draw()  # gives the boxes their size, at which the arrows end
    for name, targets in arrows.items():
        for target in targets:
            start, end = boxes[name], boxes[target]
            look = {"arrowstyle": "-|>", "color": "#777777", "shrinkA": 1, "shrinkB": 1}
            patches = {"patchA": start.get_bbox_patch(), "patchB": end.get_bbox_patch()}
            ax.annotate("", end.get_position(), start.get_position(), arrowprops=look | patches)
    return figure


def architecture(source):
    """Draw who imports whom, and list it in words."""
    graph = imports()
    level = levels(graph)
    picture = io.BytesIO()
    figure = draw(reduced(graph), rows_of(graph, level))
    figure.savefig(picture, format="png", bbox_inches="tight", dpi=150)
    write(source / "_generated" / "imports.png", picture.getvalue())
    lines = ["| module | what it is | imports |", "| --- | --- | --- |"]
    for name in sorted(graph, key=lambda n: (-level[n], n)):
        said = ", ".join(sorted(graph[name])) or "none of the others"
        lines.append(f"| [{name}](api/{name}.md) | {summary(modules()[name])} | {said} |")
    write(source / "_generated" / "imports.md", "\n".join([*lines, ""]))
