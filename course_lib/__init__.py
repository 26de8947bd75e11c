"""The spectral view of optimization: the library behind the course.

`exact` solves small problems, `curvature` measures large ones through products with the Hessian, and
`support` holds what both need. These three can be used in a script. `plotting` draws what they
compute. `teaching` is the machinery of the lessons, and `lessons` is their content. `app` is what
runs around the lessons: the command line, the learner's copy, the gallery, the doctor, and grading.
"""

from course_lib.setup import setup

__all__ = ["setup"]
__version__ = "0.1.0"
