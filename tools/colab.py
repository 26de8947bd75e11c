"""Write a copy of each lesson for Colab, with a first cell that installs the course.

    python tools/colab.py OWNER/NAME FOLDER

OWNER/NAME is the repository on GitHub that the course is installed from.
"""

import argparse
import re
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"

FIRST_CELL = """\
# On Colab: install the course if it is missing.
try:
    import course_lib
except ModuleNotFoundError:
    %pip install --quiet "hessian-course @ git+https://github.com/{repository}"
"""


def copy_for_colab(notebook, repository):
    """Return a notebook with a first cell that installs the course from `repository`."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ValueError(f"repository must read OWNER/NAME, not {repository!r}")
    source = FIRST_CELL.format(repository=repository).rstrip()
    notebook.cells.insert(0, nbformat.v4.new_code_cell(source, id="install-the-course"))
    return notebook


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", help="OWNER/NAME")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = copy_for_colab(nbformat.read(path, 4), options.repository)
        nbformat.write(notebook, options.folder / path.name)


if __name__ == "__main__":
    main()
