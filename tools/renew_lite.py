"""Pin the parts of JupyterLite: file names and digests for the versions in its lock.json.

    python tools/renew_lite.py

To use other versions, change them in tools/website/lite/lock.json, under "wheels" and "builder",
and run this script. Then build the site and run tests/browser/test_lite.py. The files are pinned as
the package index has them on that day. The other parts of lock.json are copied by hand from
Pyodide's own list.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from website.lite import parts

PLACE = Path(parts.__file__).with_name("lock.json")


def renewed(name, version, folder):
    """Return version, file name and sha256 of a wheel, fetched by pip."""
    run = parts.download("-d", str(folder), f"{name}=={version}")
    if run.returncode:
        sys.exit(run.stderr)
    (wheel,) = folder.glob("*.whl")
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return {"version": version, "file_name": wheel.name, "sha256": sha256}


def main():
    with tempfile.TemporaryDirectory() as scratch:
        for part in ("wheels", "builder"):
            for name, wheel in parts.LOCK[part].items():
                folder = Path(scratch, name)
                parts.LOCK[part][name] = renewed(name, wheel["version"], folder)
    PLACE.write_text(json.dumps(parts.LOCK, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
