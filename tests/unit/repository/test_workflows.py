"""What the forge and the guides call is there: they run where no test of ours sees them fail."""

import re
from pathlib import Path

import pytest
import try_versions

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
