"""What the forge and the guides call is there: they run where no test of ours sees them fail."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import try_versions
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.mark.parametrize("path", [*WORKFLOWS, *GUIDES], ids=lambda path: path.name)
def test_targets_and_tools_that_are_named_exist(path):
    text = path.read_text("utf-8")
    called = re.findall(r"(?:`|run: |^)make ((?:[a-z-]+ ?)+)", text, re.M)
    assert {target for names in called for target in names.split()} <= TARGETS
    tools = re.findall(r"\btools/[a-z\d_/]+\.py", text)
    assert [tool for tool in tools if not (ROOT / tool).exists()] == []


def test_the_matrix_names_environments_that_can_be_tried():
    (matrix,) = re.findall(r"environment: \[(.*)\]", WORKFLOWS[-1].read_text("utf-8"))
    names = matrix.split(", ")
    assert set(try_versions.ENVIRONMENTS) <= set(names)
    for name in names:
        assert name.split("-")[1] in try_versions.RESOLUTION


NAMED_TESTS = re.compile(r"`(?P<file>[\w/.]+\.py)?(?:::(?P<test>\w+))?`")


def test_the_tests_that_the_table_of_security_names_exist():
    text, missing = "", []
    for found in NAMED_TESTS.finditer((ROOT / "docs" / "security.md").read_text("utf-8")):
        if named := found["file"]:  # the tests after it are of the same file
            place = named if named.startswith("tests/") else f"tests/unit/app/{named}"
            text = (ROOT / place).read_text("utf-8")
        if found["test"] and f"def {found['test']}(" not in text:
            missing.append(found["test"])
    assert missing == []


# What is run by a target: its extras, then its tools.
RECIPES = re.findall(
    r"^([\w-]+):[^\n]*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.M
)
RUNNING_TOOLS = [
    (target, set(re.findall(r"environment\.py ([a-z ]+)", recipe)[0].split()), tool)
    for target, recipe in RECIPES
    for tool in re.findall(r"IN_ENV\) (tools/\w+\.py)", recipe)
]
DOCS = {"tools/build_site.py": ["docs/conf.py"]}  # what Sphinx loads by itself


@cache
def imported_by(path):
    """Return the modules that a file imports by statement, with those of the tools among them."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    for name in list(found):
        own = Path("tools", *name.split("."))
        for file in (own.with_suffix(".py"), own / "__init__.py"):
            if (ROOT / file).is_file():
                found |= imported_by(file.as_posix())
    return {name.split(".")[0] for name in found}


def installed_for(extras):
    """Return the distributions that an environment with these extras names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [
        *project["dependencies"],
        *(r for e in extras for r in project["optional-dependencies"][e]),
    ]
    return {canonicalize_name(Requirement(line).name) for line in named}


@pytest.mark.parametrize(("target", "extras", "tool"), RUNNING_TOOLS)
def test_a_target_installs_all_that_its_tools_import(target, extras, tool):
    """On a machine where nothing else has been run before."""
    modules = set().union(*map(imported_by, [tool, *DOCS.get(tool, [])]))
    own = {"course_lib", *(path.stem for path in (ROOT / "tools").iterdir())}
    known = packages_distributions()
    needed = {
        canonicalize_name(known.get(module, [module])[0])
        for module in modules - own - sys.stdlib_module_names
    }
    assert needed <= installed_for(extras)
