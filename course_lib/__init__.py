"""The spectral view of optimization: the library behind the course.

The modules beside this one are of four kinds. Topic modules compute and can be used in a script,
among them `spectra`, `formulas`, `dynamics`, `networks`, `operators`, `trace`, `lanczos` and
`report`. `plotting` draws what they compute, `teaching` and `lessons` are what the notebooks show,
and `cli` with what it uses is the command line.
"""

from course_lib.setup import setup

__all__ = ["setup"]
__version__ = "0.1.0"
