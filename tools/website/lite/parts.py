"""Fetch what JupyterLite is made of, each file checked by its sha256 in lock.json.

What is built for Pyodide comes from the carrier of the live demos, the rest are ordinary wheels of
a package index. All lie in one cache; nothing is installed into this environment, or committed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from website.live import runtime
from website.live.runtime import Unavailable

LOCK = json.loads(Path(__file__).with_name("lock.json").read_text("utf-8"))
# Everything that Python in the browser loads, but for the course: the live demos' packages too.
PACKAGES = runtime.PACKAGES | LOCK["carried"] | LOCK["wheels"]
CARRIED = runtime.WANTED | {p["file_name"]: p["sha256"] for p in LOCK["carried"].values()}
FROM_INDEX = LOCK["wheels"] | LOCK["builder"]
# Wheels for the browser's Python, whichever runs here: none is installed.
PURE = (
    *("--no-deps", "--only-binary=:all:", "--python-version", "3.14"),
    *("--implementation", "py", "--abi", "none", "--platform", "any"),
)


def fetch(folder: Path | None = None) -> dict[str, Path]:
    """Return all files by name, fetched where the cache lacks one.

    Raises
    ------
    Unavailable
        If the package index cannot be reached, or gives something else.
    """
    folder = folder or runtime.cache()
    files = runtime.fetch(folder, CARRIED)
    wheels = {wheel["file_name"]: folder / wheel["file_name"] for wheel in FROM_INDEX.values()}
    lacking = {
        f"{name}=={wheel['version']}": wheel["sha256"]
        for name, wheel in FROM_INDEX.items()
        if not runtime.is_whole(wheels[wheel["file_name"]], wheel["sha256"])
    }
    try:
        if lacking:
            _download(lacking, folder)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be written ({error.strerror})") from error
    return files | wheels


def download(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `pip download` for wheels of the browser's Python."""
    command = [sys.executable, "-m", "pip", "download", "-q", *PURE, *arguments]
    unpinned = os.environ | {"PIP_CONSTRAINT": os.devnull}
    return subprocess.run(command, env=unpinned, capture_output=True, text=True)


def _download(pinned: dict[str, str], folder: Path) -> None:
    """Lay wheels that are pinned by their sha256 into a folder; pip compares the digests."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        listed = Path(scratch, "requirements.txt")
        listed.write_text("".join(f"{pin} --hash=sha256:{pinned[pin]}\n" for pin in pinned))
        wheels = Path(scratch, "wheels")
        run = download("--require-hashes", "-r", str(listed), "-d", str(wheels))
        if run.returncode:
            said = run.stderr.strip().splitlines() or ["pip said nothing"]
            raise Unavailable(f"pip could not fetch what JupyterLite needs ({said[-1].strip()})")
        for wheel in wheels.glob("*.whl"):
            wheel.replace(folder / wheel.name)
