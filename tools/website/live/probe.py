"""Try a demo as if in the browser: nothing can be imported but what is in lock.json, and the course.

    python tools/website/live/probe.py lesson_02 quadratic

Prints what the demo needs as JSON, ``{"packages": [...], "files": [...]}``; or, where it imports
what no browser has, ``{"missing": "jax"}``.
"""

import importlib
import json
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = json.loads(Path(__file__).with_name("lock.json").read_text("utf-8"))["pyodide"][
    "packages"
]
PACKAGE_OF = {top: name for name, package in PACKAGES.items() for top in package["imports"]}


class Browser(MetaPathFinder):
    """Finds for the course what a browser has: all else is not installed there.

    What packages import among themselves is not looked at: their versions in the browser, which
    were tried, are others than those here.
    """

    there = frozenset({"course_lib", *PACKAGE_OF, *sys.stdlib_module_names})

    def find_spec(self, name, path=None, target=None):
        """Leave a module that is there to the other finders."""
        top = name.partition(".")[0]
        if top not in self.there and importer().startswith("course_lib"):
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)


def importer():
    """Return the name of the module whose import statement is at work."""
    frame = sys._getframe(2)
    while frame and frame.f_globals.get("__name__", "").startswith("importlib"):
        frame = frame.f_back
    return frame.f_globals.get("__name__", "") if frame else ""


def states(demo):
    """Yield what shows each end of each control, and each preset."""
    yield {}
    yield from demo.presets.values()
    for name, control in demo.controls.items():
        match control:
            case Options():
                ends = control.options
            case Text():
                ends = (*control.examples, control.refused)
            case Slider():
                ends = (control.low, control.high)
        yield from ({name: end} for end in ends)


if __name__ == "__main__":
    lesson, key = sys.argv[1:]
    sys.path.insert(0, str(ROOT))
    sys.meta_path.insert(0, Browser())
    opened = set()
    sys.addaudithook(lambda event, args: opened.add(args[0]) if event == "open" else None)
    try:
        from course_lib.teaching.demo import Options, Slider, Text
        from course_lib.teaching.live import LiveDemo

        live = LiveDemo(importlib.import_module(f"course_lib.lessons.{lesson}.demo_{key}").DEMO)
        for wanted in states(live.demo):
            live.show(json.dumps(wanted))
    except ModuleNotFoundError as error:
        if error.name.startswith("course_lib"):
            raise
        print(json.dumps({"missing": error.name}))
    else:
        tops = {name.partition(".")[0] for name, module in sys.modules.items() if module}
        ours = {m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == "course_lib"}
        data = {p for p in opened if isinstance(p, (str, Path)) and Path(p).suffix != ".pyc"}
        places = {Path(path).resolve() for path in ours | data}
        files = {p.relative_to(ROOT).as_posix() for p in places if p.is_relative_to(ROOT)}
        kept = sorted(f for f in files if f.startswith(("course_lib/", "assets/")))
        packages = sorted({PACKAGE_OF[top] for top in tops & PACKAGE_OF.keys()})
        print(json.dumps({"packages": packages, "files": kept}))
