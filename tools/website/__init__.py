"""What the site needs beside Sphinx: pages made from the lessons, the ledger, the demos, the code."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"


def notebook_of(name):
    """Return the path of the notebook that belongs to a lesson package, such as ``lesson_02``."""
    (path,) = NOTEBOOKS.glob(name.removeprefix("lesson_") + "_*.ipynb")
    return path


def write(path, content):
    """Write text or bytes, and make the folder for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
