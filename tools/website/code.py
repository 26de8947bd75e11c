"""What the code says about itself: who imports whom, as a graph in Mermaid and as a table."""

import ast
from collections.abc import Mapping
from pathlib import Path

import grimp

from website import ROOT

PACKAGE = ROOT / "course_lib"


def packages() -> dict[str, Path]:
    """Return the packages of the library by name."""
    return {path.parent.name: path for path in sorted(PACKAGE.glob("*/__init__.py"))}


def imports() -> dict[str, set[str]]:
    """Return who imports whom among the packages: {package: set of packages}."""
    graph = grimp.build_graph("course_lib", exclude_type_checking_imports=True)
    found: dict[str, set[str]] = {name: set() for name in packages()}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            a, b = (f"{name}.".split(".")[1] for name in (module, imported))
            if a != b and {a, b} <= found.keys():
                found[a].add(b)
    return found


def reduced(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the graph without the arrows that follow from others."""

    def reaches(start: str, end: str) -> bool:
        return end in graph[start] or any(reaches(step, end) for step in graph[start])

    return {
        name: {b for b in graph[name] if not any(reaches(c, b) for c in graph[name] - {b})}
        for name in graph
    }


def mermaid() -> str:
    """Return the graph of the packages as Mermaid, as it stands in docs/architecture.md."""
    arrows = reduced(imports())
    lines = [f"  {a} --> {b}" for a in sorted(arrows) for b in sorted(arrows[a])]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def table() -> str:
    """Return a table of the packages: what each is, from its docstring, and what it imports."""
    lines = ["| package | what it is | imports |", "| --- | --- | --- |"]
    for name, imported in imports().items():
        docstring = ast.get_docstring(ast.parse(packages()[name].read_text("utf-8"))) or ""
        said = ", ".join(sorted(imported)) or "none of the others"
        link = f"[{name}](api/course_lib.{name}.rst)"
        lines.append(f"| {link} | {docstring.splitlines()[0]} | {said} |")
    return "\n".join([*lines, ""])
