"""The spectral view of optimization: the library behind the course.

`exact` solves small problems, `curvature` measures large ones through products with the Hessian, and
`support` holds what both need: these can be used in a script. `plotting` draws what they compute,
`teaching` is the machinery of a lesson and `lessons` their content, and `app` is what runs around
them, the command line first.
"""

from course_lib.setup import setup

__all__ = ["setup"]
__version__ = "0.1.0"
