"""What the site needs beside Sphinx: pages made from the lessons, the ledger, the demos, the code."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"


def write(path, content):
    """Write text or bytes, and make the folder for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
