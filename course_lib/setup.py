"""The first line of every lesson."""

import os
import sys
from pathlib import Path


def setup(platform="cpu"):
    """Make this notebook ready: float64 in JAX, the course's look, the right environment.

    Importing the package changes no global setting; this call does, and says so.

    Parameters
    ----------
    platform : str or None
        Where JAX computes; None leaves the choice to JAX (a GPU where there is one).

    Raises
    ------
    RuntimeError
        If the kernel is not the environment in whose folder this course was installed, or JAX
        already runs elsewhere.

    Examples
    --------
    >>> import course_lib
    >>> course_lib.setup()
    """
    environment = os.environ.get("VIRTUAL_ENV")
    if environment and Path(environment).resolve() != Path(sys.prefix).resolve():
        raise RuntimeError(
            f"this kernel runs in {sys.prefix}, but the active environment is {environment}: "
            "choose the kernel “Python 3 (ipykernel)” of the course's own environment"
        )
    import jax

    jax.config.update("jax_enable_x64", True)
    if platform is not None:
        jax.config.update("jax_platforms", platform)
    from course_lib import plotting

    plotting.use_style()
