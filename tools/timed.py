"""Run one part of a long check and note what it took: `timed.py "fast tests" COMMAND …`.

`timed.py --new` begins a check, and `timed.py` alone prints what each part of it took.
"""

import subprocess
import sys
import time
from pathlib import Path

NOTES = Path(__file__).resolve().parent.parent / "build" / "seconds.txt"


def main(arguments):
    if arguments == ["--new"]:
        NOTES.parent.mkdir(exist_ok=True)
        NOTES.write_text("", "utf-8")
    elif arguments:
        part, *command = arguments
        begin = time.monotonic()
        code = subprocess.run(command).returncode
        with NOTES.open("a", encoding="utf-8") as notes:
            notes.write(f"{time.monotonic() - begin:.0f} {part}\n")
        sys.exit(code)
    else:
        print(table(NOTES.read_text("utf-8")))


def table(notes):
    """Return the minutes and seconds of each part, and of all together."""
    parts = [line.split(" ", 1) for line in notes.splitlines()]
    parts.append([str(sum(int(seconds) for seconds, _ in parts)), "in all"])
    lines = [f"{int(s) // 60:4d} min {int(s) % 60:02d} s  {part}" for s, part in parts]
    return "\n".join(["What it took:", *lines])


if __name__ == "__main__":
    main(sys.argv[1:])
