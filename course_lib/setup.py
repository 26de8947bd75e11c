"""The first line of every lesson."""

import importlib.util
import sys
from importlib import metadata


def setup(platform: str | None = "cpu") -> None:
    """Make this notebook ready: float64 in JAX, the course's look, the right environment.

    Importing the package changes no global setting. This call does. If JAX is not
    installed, its part is left out: the lessons on exact problems do not need it. In a browser, JAX
    cannot be installed, and a cell that needs it says so.

    Parameters
    ----------
    platform : str or None
        Where JAX computes. None leaves the choice to JAX, which takes a GPU if there is one.

    Raises
    ------
    RuntimeError
        If this is a kernel of Jupyter, and the course is not installed in its environment.

    Examples
    --------
    >>> import course_lib
    >>> course_lib.setup()
    """
    if "ipykernel" in sys.modules:  # elsewhere the package may be complete, but only on the path
        try:
            metadata.distribution("hessian-course")
        except metadata.PackageNotFoundError:
            raise RuntimeError(
                f"hessian-course is not installed in the environment of this kernel, {sys.prefix}: "
                "in the Kernel menu choose “Python 3 (ipykernel)” of the course's own environment"
            ) from None
    if importlib.util.find_spec("jax") is not None:  # lessons on exact problems do not need JAX
        import jax

        jax.config.update("jax_enable_x64", True)
        if platform is not None:
            jax.config.update("jax_platforms", platform)
    from course_lib import plotting

    plotting.use_style()
    if sys.platform == "emscripten" and "IPython" in sys.modules:
        from course_lib.teaching import browser

        browser.answer_without_jax(sys.modules["IPython"].get_ipython())
