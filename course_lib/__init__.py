"""The spectral view of optimization: the library behind the course.

A topic module (`spectra`, `formulas`, `derivatives`, `networks`, `training`, `operators`, `trace`, `lanczos`,
`random_matrices`) can be used in a script;
`plotting` draws what they compute; `teaching` and `lessons` are what the notebooks show.
"""

from course_lib.setup import setup

__all__ = ["setup"]
__version__ = "0.1.0"
