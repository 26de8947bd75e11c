"""The learner's own copy of the lessons: refreshed where untouched, never overwritten where changed.

A copy counts as untouched while it is the very file that was laid there. What was laid is kept in
`.versions.json` beside the copies, as a digest of each file.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from course_lib.resources import resource

VERSIONS = ".versions.json"


def update(folder, source=None):
    """Bring the lessons in `folder` up to date and return what was done, as sentences.

    Parameters
    ----------
    folder : path
        The learner's folder; made if missing.
    source : path, optional
        Where the course's lessons lie; by default those of this installation.

    Returns
    -------
    list of str
        One sentence for each lesson that was added, refreshed or kept.
    """
    folder, source = Path(folder), Path(source or resource("notebooks"))
    folder.mkdir(parents=True, exist_ok=True)
    laid = _read_versions(folder / VERSIONS)
    report = []
    for lesson in sorted(source.glob("*.ipynb")):
        new, mine = lesson.read_bytes(), folder / lesson.name
        if not mine.exists():
            _write(mine, new)
            report.append(f"added {mine.name}")
        elif (old := mine.read_bytes()) != new and laid.get(mine.name) == _digest(old):
            _write(mine, new)
            report.append(f"refreshed {mine.name}")
        elif old != new and laid.get(mine.name) != _digest(new):
            beside = mine.with_name(f"{mine.stem}.new-{_digest(new)[:8]}.ipynb")
            if not beside.exists():
                _write(beside, new)
                report.append(
                    f"kept your {mine.name}; the new version lies beside it: {beside.name}"
                )
            continue
        laid[mine.name] = _digest(new)
    _write(folder / VERSIONS, json.dumps(laid, indent=1).encode())
    return report


def _read_versions(path):
    try:
        laid = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # with no record every copy counts as changed: the safe side
    return laid if isinstance(laid, dict) else {}


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def _write(path, content):
    """Write in one step: whoever reads, also after a crash, finds the old file or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".laying-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
