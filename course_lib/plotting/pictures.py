"""A figure that carries a sentence about what it shows."""

import base64
from typing import Any, Protocol

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_lib.plotting.png import small_png
from course_lib.plotting.style import DRAWING, style
from course_lib.support.console import Printable


class View(Protocol):
    """Axes and artists that are made once, by ``view(figure)``, and then moved."""

    def __init__(self, figure: Figure) -> None: ...

    @property
    def artists(self) -> list[Artist]:
        """Everything that changes, in drawing order. The rest is painted once and kept."""
        ...

    def update(self, state: Any) -> None:
        """Show a state."""
        ...


class Picture(Printable):
    """A figure with a sentence that says what it shows.

    Jupyter shows the picture. A screen reader, nbval and a terminal get the sentence.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What the figure shows, computed from what is drawn.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure, self.alt = figure, alt
        self._canvas = FigureCanvasAgg(figure)

    @classmethod
    def of(
        cls, view: type[View], state: Any, alt: str, size: tuple[int, int] = (900, 400)
    ) -> "Picture":
        """Draw `state` with a view class; `size` is in pixels."""
        with DRAWING, style():
            figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
            view(figure).update(state)
        return cls(figure, alt)

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def png(self) -> bytes:
        """Return the picture as PNG bytes, small enough to be stored."""
        with DRAWING:
            self._canvas.draw()
            return small_png(self._canvas)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"text/plain": repr(self), "image/png": base64.b64encode(self.png()).decode()}
        return data, described("figure", self.alt)


def described(kind: str, alt: str, **more: str) -> dict[str, Any]:
    """Return the metadata of an output that holds a picture: its kind and its alternative text.

    Programs that show a stored lesson elsewhere read these, not the prose of the output.

    Parameters
    ----------
    kind : {"figure", "demo"}
    alt : str
    **more
        For a demo its ``key`` and its ``title``.

    Examples
    --------
    >>> described("figure", "A bowl.")
    {'image/png': {'alt': 'A bowl.'}, 'course': {'kind': 'figure', 'alt': 'A bowl.'}}
    """
    return {"image/png": {"alt": alt}, "course": {"kind": kind, "alt": alt, **more}}
