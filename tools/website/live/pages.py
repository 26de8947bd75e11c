"""Which demos can be live, and what the site must hold so that they are."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course_lib.teaching.live import description
from website import ROOT, write
from website.live import runtime

PROBE = Path(__file__).with_name("probe.py")
CALLED = {"jax": "JAX", "torch": "PyTorch", "sklearn": "scikit-learn"}


def needs(demos):
    """Return what each (lesson package, key) needs in a browser; see probe.py."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(demos, pool.map(_probe, demos), strict=True))


def _probe(demo):
    run = subprocess.run([sys.executable, PROBE, *demo], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"{'.'.join(demo)} cannot be tried as in a browser:\n{run.stderr}")
    return json.loads(run.stdout)


def with_what_they_need(packages):
    """Return packages and all that they depend on, sorted."""
    found, waiting = set(), list(packages)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += runtime.PACKAGES[name]["depends"]
    return sorted(found)


def lay_out(files, needed, folder):
    """Put runtime, packages and the course's modules into a folder of the site."""
    for name, path in files.items():
        data = path.read_bytes()
        if path.suffix == ".wasm":  # not every host compresses it: 3.5 MB are sent instead of 9.6
            name, data = f"{name}.packed", gzip.compress(data, mtime=0)
        write(folder / name, data)
    write(folder / "pyodide-lock.json", json.dumps(runtime.LOCK["pyodide"]))
    with zipfile.ZipFile(folder / "course.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted({name for need in needed.values() for name in need.get("files", ())}):
            # A date of its own: the same modules give the same bytes.
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (ROOT / name).read_bytes())


def data(name, key, demo, need, folder, sweep):
    """Return what the page must know to make a demo live."""
    packages = with_what_they_need(need["packages"])
    size = {path.name: path.stat().st_size for path in folder.iterdir()}
    wheels = {package["file_name"] for package in runtime.PACKAGES.values()}
    python = size.keys() - wheels
    sizes = {"Python": sum(size[file] for file in python)}
    sizes |= {p: size[runtime.PACKAGES[p]["file_name"]] for p in packages}
    return {
        "lesson": name,
        "key": key,
        "packages": packages,
        "sizes": sizes,
        # A script that the browser imports cannot be counted on its way.
        "imported": sum(size[file] for file in python if file.endswith(".mjs")),
        "controls": {name: description(control) for name, control in demo.controls.items()},
        "presets": demo.presets,
        # Where the slider over the pictures stands, the live one goes on.
        "moved": {"control": sweep.control, "values": sweep.values},
    }


def why_not(need):
    """Return the sentence of a demo that a browser cannot compute."""
    top = need["missing"]
    return (
        f"This demo computes with {CALLED.get(top, top)}, which this page cannot run: "
        "its pictures were made beforehand."
    )
