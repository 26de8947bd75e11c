"""What becomes of a learner's folder from version 0.1: five of its lessons have new names by now.

Beside the new lessons, the old numbers would mislead. So an old lesson that the learner has changed
is moved into a folder of its own, and an untouched one is removed. The learner is told what each
lesson is called now.
"""

import contextlib
import hashlib
import itertools
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

FOLDER = "version-0.1"
SUCCESSORS = {
    "04_optimization_dynamics.ipynb": (
        "04_step_size_and_momentum.ipynb",
        "05_edge_of_stability.ipynb",
    ),
    "05_high_dimensional_spectra.ipynb": (
        "06_saddles_in_high_dimension.ipynb",
        "07_high_dimensional_spectra.ipynb",
    ),
    "06_flat_minima.ipynb": ("08_flat_minima.ipynb",),
    "07_hutchinson.ipynb": ("09_hutchinson.ipynb",),
    "08_your_own_model.ipynb": ("11_your_own_model.ipynb",),
}
# The modules that they import have other names now.
STILL_READABLE = (
    "You can read the lessons that you changed in version 0.1, and copy from them. "
    "Their code runs with version 0.1 only."
)
README = f"""\
# Your lessons of version 0.1

They are as you left them. {STILL_READABLE}

"""


def unrecorded(folder: Path) -> dict[str, dict[str, Any]]:
    """Return a record of the old lessons in a folder that has lost its own: all count as changed."""
    there = filter(lambda old: (folder / old).exists(), SUCCESSORS)
    return {old: {"editions": [], "offered": ""} for old in there}


def make_room(folder: Path, record: dict[str, dict[str, Any]], report: list[str]) -> None:
    """Move or remove the old lessons, and add to the report what became of each.

    A lesson leaves the record when this is done. So after a killed run the next one goes on, and
    what was reported once is not reported again.
    """
    old_lessons = [old for old in SUCCESSORS if old in record]
    if not old_lessons:
        return
    for old in old_lessons:
        report.append(_make_room(folder, old, record[old]["editions"]))
        if not os.path.lexists(folder / old):
            del record[old]
    if any(sentence.startswith("kept your") for sentence in report):
        report.append(STILL_READABLE)
    _explain(folder / FOLDER)

    from course_lib.teaching.progress import FILE_NAME, said_of_earlier

    report += filter(None, [said_of_earlier(folder / FILE_NAME)])


def _make_room(folder: Path, old: str, editions: Collection[str]) -> str:
    """Move or remove one old lesson with its other versions; return what became of it."""
    away, problem, removed = folder / FOLDER, "", False
    for path in _versions(folder, old):
        try:
            away.mkdir(exist_ok=True)
            os.rename(path, _free(away / path.name))
        except FileNotFoundError:  # where nothing can be locked, another run has moved it
            continue
        except OSError as error:
            problem = f"{error.strerror}: {error.filename}"
    # Whether it was changed is read in the new place: an editor that saves now makes a new file.
    for path in _versions(away, old):
        with contextlib.suppress(OSError):
            if hashlib.sha256(path.read_bytes()).hexdigest() in editions:
                path.unlink()
                removed = True
    kept = _versions(away, old)
    with contextlib.suppress(OSError):  # not empty, or not there
        away.rmdir()
    now = f"this lesson is now {_successors(old)}"
    if os.path.lexists(folder / old):
        return f"left {old} where it is ({problem or 'it is no file of its own'}); {now}"
    if kept:
        places = " and ".join(f"{FOLDER}/{path.name}" for path in kept)
        return f"kept your {old} as {places}; {now}"
    if removed:
        return f"removed {old}, which you had not changed; {now}"
    return f"{old} was not in your folder any more; {now}"


def _successors(old: str) -> str:
    return " and ".join(SUCCESSORS[old])


def _versions(folder: Path, old: str) -> list[Path]:
    """Return an old lesson and what an update has put beside it, such as ``….new-1a2b3c4d.ipynb``."""
    found = sorted(folder.glob(f"{Path(old).stem}.*ipynb"))
    return [path for path in found if path.is_file() and not path.is_symlink()]


def _free(path: Path) -> Path:
    """Return the path, or one with a number in it that nothing has taken."""
    numbered = (path.with_name(f"{path.stem}.{n}.ipynb") for n in itertools.count(2))
    return next(p for p in itertools.chain([path], numbered) if not os.path.lexists(p))


def _explain(away: Path) -> None:
    """Tell those who find the folder what it holds: on a hub nobody sees what a command prints."""
    readme = away / "README.md"
    if not away.is_dir() or (readme.exists() and readme.stat().st_size):
        return
    lines = [
        f"- `{path.name}`: this lesson is now {_successors(old)}.\n"
        for old in SUCCESSORS
        for path in _versions(away, old)
    ]
    with contextlib.suppress(OSError):
        readme.write_text(README + "".join(lines), "utf-8")
