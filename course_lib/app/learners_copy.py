"""The learner's own copy of the lessons: updated while untouched, never overwritten once changed.

A copy counts as untouched while it is one of the editions that the course put there. The digests of
these editions are kept in `.editions.json` next to the copies. A digest is written before its copy.
So whenever a run is killed, each file is whole, old or new, and it is known which of the two.
"""

import contextlib
import errno
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_lib.app import version_0_1
from course_lib.support.shipped_files import shipped_file

Record = dict[str, dict[str, Any]]

EDITIONS = ".editions.json"
LOCK = ".lock"
LAYING = ".laying-"  # what is being written
ASIDE = ".aside-"  # what was replaced, until it is seen that nobody had changed it
PATIENCE = 60.0  # seconds; a run takes one, and a lock that stays was left behind by a server
# What a lock that another run holds answers: Unix, mounted Windows folders, Windows.
HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}
# What a file system says that cannot do what was asked of it at all.
CANNOT = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY}


def update(folder: str | Path, source: str | Path | None = None) -> list[str]:
    """Bring the lessons in `folder` up to date and return what was done, as sentences.

    Parameters
    ----------
    folder : path
        The learner's folder; it is made if it is missing.
    source : path, optional
        The folder of the course's lessons; by default that of this installation.

    Returns
    -------
    list of str
        One sentence for each lesson that was added, refreshed, kept, recovered, moved or removed.
    """
    folder, source = Path(folder), Path(source or shipped_file("notebooks"))
    folder.mkdir(parents=True, exist_ok=True)
    lessons = {path.name: path.read_bytes() for path in sorted(source.glob("*.ipynb"))}
    with _alone(folder):
        record = _read_record(folder / EDITIONS) or version_0_1.unrecorded(folder)
        for name, new in lessons.items():
            known = record.setdefault(name, {"editions": [], "offered": ""})["editions"]
            if _digest(new) not in known:
                known.append(_digest(new))
        _write_record(folder / EDITIONS, record)
        report = _recover(folder, record)
        for name, new in lessons.items():
            try:
                report += _bring(folder / name, new, record[name])
            except PermissionError as error:  # the file of somebody else, such as root's
                why = f"{error.strerror}: {error.filename}"
                report.append(f"left out {name} ({why}); rename yours, and it comes anew")
                continue
            record[name]["offered"] = _digest(new)
        version_0_1.make_room(folder, record, report)
        _write_record(folder / EDITIONS, record)
    return report


def _bring(mine: Path, new: bytes, known: dict[str, Any]) -> list[str]:
    """Bring one lesson up to date; return what was done."""
    if not mine.exists():
        _write(mine, new)
        _trust(mine)
        return [f"added {mine.name}"]
    if not mine.is_file():
        return [f"left out {mine.name}: something else has that name"]
    old = mine.read_bytes()
    if old == new:
        return []
    if _digest(old) in known["editions"] and _replace(mine, new, known["editions"]):
        return [f"refreshed {mine.name}"]
    beside = mine.with_name(f"{mine.stem}.new-{_digest(new)[:8]}.ipynb")
    if known["offered"] == _digest(new):
        return []
    if not beside.exists():  # else a killed run has put it there, and told nobody
        _write(beside, new)
        _trust(beside)
    return [f"kept your {mine.name}; the new version is beside it: {beside.name}"]


def _replace(mine: Path, new: bytes, editions: list[str]) -> bool:
    """Replace an untouched copy by the new edition; return whether it was untouched.

    An editor may save between the check and the replacement. So the replaced file is checked once
    more before it is deleted.
    """
    aside = mine.with_name(f"{ASIDE}{mine.name}")
    with contextlib.suppress(OSError):  # a file system without links
        os.link(mine, aside)
    try:
        _write(mine, new)
    except BaseException:
        _drop_second_name(aside, mine)
        raise
    if aside.exists() and _digest(aside.read_bytes()) not in editions:
        os.replace(aside, mine)
        return False
    aside.unlink(missing_ok=True)
    _trust(mine)
    return True


def _drop_second_name(aside: Path, mine: Path) -> bool:
    """Remove what is set aside if nothing took its place; return whether it was the same file.

    A copy that shares the lesson's content on the disk would follow the learner's next change.
    """
    same = aside.exists() and mine.exists() and os.path.samefile(aside, mine)
    if same:
        aside.unlink()
    return same


def _recover(folder: Path, record: Record) -> list[str]:
    """Drop the course's own files that a killed run has left, and give back the learner's."""
    for path in filter(Path.is_file, folder.glob(f"{LAYING}*")):
        path.unlink(missing_ok=True)
    report = []
    for aside in filter(Path.is_file, folder.glob(f"{ASIDE}*")):
        name, digest = aside.name.removeprefix(ASIDE), _digest(aside.read_bytes())
        if _drop_second_name(aside, folder / name):
            continue
        if digest in record.get(name, {}).get("editions", []):
            aside.unlink()
            continue
        yours = aside.with_name(f"{Path(name).stem}.yours-{digest[:8]}.ipynb")
        os.replace(aside, yours)
        report.append(f"recovered a lesson that you had changed: {yours.name}")
    return report


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other run works in `folder`; the system lets go of the lock of a killed one.

    Where the file system has no locks the work is done without: each file is written in one step.
    """
    with open(folder / LOCK, "ab") as file:
        if lock(file.fileno()) is False:
            print(f"Another run is bringing {folder} up to date; waiting for it …", flush=True)
            end = time.monotonic() + PATIENCE
            while lock(file.fileno()) is False and time.monotonic() < end:
                time.sleep(0.1)
        yield


def lock(handle: int) -> bool | None:
    """Lock a file; return whether it is locked now, and None where nothing can be locked."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return None
    except OSError as error:  # ENOLCK and others: a network folder whose server keeps no locks
        return False if error.errno in HELD else None
    return True


def holds_databases(folder: Path) -> bool:
    """Return whether SQLite could lock a file in a folder that can be written to."""
    try:
        import fcntl
    except ImportError:  # Windows locks everywhere
        return True
    try:
        with tempfile.TemporaryFile(dir=nearest(folder)) as probe:
            fcntl.lockf(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def nearest(folder: Path) -> Path:
    """Return the folder, or the nearest above it that there is."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def _read_record(path: Path) -> Record:
    try:
        record = json.loads(path.read_text("utf-8"))
        return {
            name: {"editions": [*map(str, entry["editions"])], "offered": str(entry["offered"])}
            for name, entry in record.items()
        }
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return {}  # with no record every copy counts as changed: the safe side


def _write_record(path: Path, record: Record) -> None:
    content = json.dumps(record, indent=1).encode()
    if not path.exists() or path.read_bytes() != content:
        _write(path, content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write in one step: a reader finds the old file or the new one, even after a crash."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=LAYING)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            with _if_it_can():
                os.fsync(file.fileno())
        with contextlib.suppress(OSError):  # a mounted folder has the rights that it has
            os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _if_it_can() -> Iterator[None]:
    """Do what some file systems cannot do at all; what fails for another reason is raised."""
    try:
        yield
    except OSError as error:
        if error.errno not in CANNOT:
            raise


def _trust(lesson: Path) -> None:
    """Sign a lesson as Jupyter does for its user, so that stored outputs show before it is run."""
    try:
        import nbformat
        from jupyter_core.paths import jupyter_data_dir
        from nbformat.sign import NotebookNotary

        if not holds_databases(Path(jupyter_data_dir())):  # each would wait for seconds in vain
            return
        os.makedirs(jupyter_data_dir(), exist_ok=True)  # nbformat 5.10 leaves that to others
        NotebookNotary().sign(nbformat.read(lesson, 4))
    except Exception:  # no Jupyter here, no home to write to, no notebook: it is a convenience
        return
