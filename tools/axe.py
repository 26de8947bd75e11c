"""Scan a page with axe-core, the accessibility checker, fetched by name from npm and not kept here."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

VERSION = "4.14.1"
SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"


@cache
def source():
    """Return axe-core's program text, or None if npm cannot fetch it."""
    npm = shutil.which("npm")
    if not npm:
        return None
    with tempfile.TemporaryDirectory() as folder:
        fetch = [npm, "pack", "--silent", f"axe-core@{VERSION}"]
        if subprocess.run(fetch, cwd=folder, capture_output=True).returncode:
            return None
        package = Path(folder) / f"axe-core-{VERSION}.tgz"
        found = hashlib.sha256(package.read_bytes()).hexdigest()
        if found != SHA256:
            raise RuntimeError(f"axe-core {VERSION} has the digest {found}, not {SHA256}")
        with tarfile.open(package) as archive:
            return archive.extractfile("package/axe.min.js").read().decode()


def findings(page, within="body"):
    """Return what axe-core finds in the page: a list of (impact, rule, what, where)."""
    page.evaluate(source())
    violations = page.evaluate(
        "async within => (await axe.run(within, {resultTypes: ['violations']})).violations", within
    )
    return [
        (
            v["impact"],
            v["id"],
            v["help"],
            [" ".join(map(str, node["target"])) for node in v["nodes"]],
        )
        for v in violations
    ]
