"""The spectral view of optimization: the library behind the course.

`exact` solves small problems, `curvature` measures large ones through products with the Hessian, and
`support` holds what both need. These three can be used in a script. `plotting` draws what they
compute. `teaching` is the machinery of the lessons, and `lessons` is their content. `app` is what
runs around the lessons: the command line, the learner's copy, the gallery, the doctor, and grading.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - before anything that an older one cannot read
    _TOO_OLD = (
        "The course needs Python 3.11 or newer; this is {}.{} ({}). Make an environment with a "
        "newer Python, as in `python3.12 -m venv .venv`, and install the course there.".format(
            *sys.version_info[:2], sys.executable
        )
    )
    # A command ends with this sentence alone. Code that imports the package may go on without it.
    _PROGRAM = "".join(sys.argv[:1]).replace("\\", "/").rpartition("/")[2]
    _COMMAND = _PROGRAM == "-m" or _PROGRAM.startswith("hessian-course")
    raise SystemExit(_TOO_OLD) if _COMMAND else ImportError(_TOO_OLD)

from course_lib.setup import setup

__all__ = ["setup"]
__version__ = "0.2.0"
