"""How much memory is available, asked before work begins that may need more."""

from pathlib import Path

import psutil

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
# The names of the limit, of the memory in use, and of the memory that the kernel gives back when
# asked, in both versions of Linux's control groups.
V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
V2 = ("memory.max", "memory.current", "inactive_file")


def available() -> int:
    """Return how many bytes this process can take without swapping.

    This is the machine's free memory, or the rest of the limit that a container or a batch system
    sets (control groups of Linux), whichever is smaller.

    Examples
    --------
    >>> available() > 10**6
    True
    """
    return int(min([psutil.virtual_memory().available, *_left_in_groups()]))


def in_words(num_bytes: float) -> str:
    """Return a number of bytes as text with at least two digits, in decimal units.

    Examples
    --------
    >>> in_words(7.94e9), in_words(240_000_000), in_words(3100)
    ('7.9 GB', '240 MB', '3.1 kB')
    """
    for size, unit, decimals in ((1e9, "GB", 1), (1e6, "MB", 0)):
        if num_bytes >= 0.995 * size:
            return f"{num_bytes / size:.{decimals}f} {unit}"
    return f"{num_bytes / 1e3:.1f} kB"


def _left_in_groups() -> list[int]:
    """Return how many bytes are left of each limit on this process; empty if none is set."""
    try:
        lines = MEMBERSHIP.read_text().splitlines()
    except OSError:  # not Linux
        return []
    left = []
    for _, controllers, path in (line.split(":", 2) for line in lines):
        if controllers and "memory" not in controllers.split(","):
            continue
        top, names = (CGROUPS / "memory", V1) if controllers else (CGROUPS, V2)
        group = top / path.lstrip("/")
        # A container may see its own group as the root; and every group above sets a limit too.
        for folder in {top, group, *(p for p in group.parents if p.is_relative_to(top))}:
            left += _left(folder, *names)
    return left


def _left(folder: Path, limit: str, use: str, given_back: str) -> list[int]:
    try:
        most, used = int((folder / limit).read_text()), int((folder / use).read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no such group, or its limit is "max"
        return []
    return [max(0, most - used + int(stat.get(given_back, 0)))]
