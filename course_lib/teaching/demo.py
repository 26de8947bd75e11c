"""Demos without widgets: their controls, their three pure pieces, and the canvas for drawing.

A `Demo` consists of three pure pieces (compute a state, draw it, describe it in words) and of a
description of its controls. A `Panel` shows it in JupyterLab. A page of the site shows it without
widgets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_lib import plotting


@dataclass(frozen=True)
class Slider:
    """A number between two bounds. An integer `step` makes it a whole number."""

    label: str
    low: float
    high: float
    step: float
    value: float
    format: str = ".2f"

    @property
    def digits(self) -> str:
        """The format of the slider's numbers: ``"d"`` if they are whole."""
        return "d" if isinstance(self.step, int) else self.format

    def accept(self, name: str, value: float) -> float:
        """Return `value` if the slider can show it."""
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not (number and self.low <= value <= self.high):
            raise ValueError(f"{name} must lie in [{self.low}, {self.high}], not {value!r}")
        return value


@dataclass(frozen=True)
class Options:
    """One of a few words, as a row of buttons."""

    label: str
    options: tuple[str, ...]
    value: str

    def accept(self, name: str, value: str) -> str:
        """Return `value` if it is an option."""
        if value not in self.options:
            raise ValueError(f"{name} must be one of {', '.join(self.options)}, not {value!r}")
        return value


@dataclass(frozen=True)
class Text:
    """A line of text that the reader types, and confirms with Enter.

    Parameters
    ----------
    label, value : str
    read : callable
        ``read(text)`` raises a `ValueError` whose message tells the reader what is wrong with
        the text and what is allowed. It must never run what was typed.
    examples : tuple of str
        Other lines that are accepted.
    refused : str
        A line that is refused.
    max_length : int
        A longer line is refused without being read.
    """

    label: str
    value: str
    read: Callable[[str], Any]
    examples: tuple[str, ...]
    refused: str
    max_length: int = 200

    def accept(self, name: str, value: str) -> str:
        """Return `value` if it can be read."""
        if not isinstance(value, str):
            raise ValueError(f"{name} must be text, not {type(value).__name__}")
        if len(value) > self.max_length:
            raise ValueError(f"{name} must have at most {self.max_length} characters")
        self.read(value)
        return value


@dataclass(frozen=True)
class Demo:
    """What a panel shows.

    Parameters
    ----------
    title : str
        What the demo shows, as a sentence.
    controls : mapping
        The `Slider`, `Options` or `Text` of each parameter, by the parameter's name.
    compute : callable
        ``compute(**parameters) -> state``; pure.
    view : class
        A `plotting.View`.
    readout : callable
        ``readout(state) -> {label: words and numbers}``, rounded.
    alt : callable
        ``alt(state) -> str``: what the picture shows, for readers who cannot see it.
    presets : mapping
        Interesting states by name, each with the parameters that differ from the start.
    size : pair of int
        Width and height of the picture in pixels.
    """

    title: str
    controls: Mapping[str, Slider | Options | Text]
    compute: Callable[..., Any]
    view: type[plotting.View]
    readout: Callable[[Any], Mapping[str, str]]
    alt: Callable[[Any], str]
    presets: Mapping[str, Mapping[str, Any]]
    size: tuple[int, int] = (900, 400)

    def parameters(self, **changed: Any) -> dict[str, Any]:
        """Return all parameters: the start values, with those in `changed` checked and replaced."""
        unknown = changed.keys() - self.controls.keys()
        if unknown:
            known = ", ".join(self.controls)
            wrong = ", ".join(sorted(unknown))
            raise ValueError(f"there is no parameter {wrong}; the parameters are {known}")
        start = {name: control.value for name, control in self.controls.items()}
        return start | {name: self.controls[name].accept(name, v) for name, v in changed.items()}

    def read(
        self, wanted: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[str]]:
        """Return the parameters to show, and a sentence about each value that is refused.

        In place of a refused value, the value in `kept` stays in force.
        """
        read, refusals = dict(kept), []
        for name, value in wanted.items():
            try:
                read[name] = self.controls[name].accept(name, value)
            except Exception as error:  # a `ValueError` says what is wrong, anything else does not
                why = error if isinstance(error, ValueError) else f"fails ({type(error).__name__})"
                label = self.controls[name].label.rstrip(" =")
                refusals.append(f"{label}: {why}. The picture still shows {kept[name]}")
        return read, refusals

    def sentence(self, state: Any) -> str:
        """Return the readout as one line of text."""
        return "; ".join(f"{label}: {words}" for label, words in self.readout(state).items())

    def picture(self, **changed: Any) -> plotting.Picture:
        """Return a static `plotting.Picture` of one state."""
        state = self.compute(**self.parameters(**changed))
        return plotting.Picture.of(self.view, state, self.alt(state), self.size)


def not_computed(error: Exception) -> str:
    """Return the sentence shown if a state cannot be computed and the previous one stays."""
    name = type(error).__name__
    return f"This cannot be computed ({name}). The picture still shows the previous state"


class BlitCanvas:
    """A figure kept in memory that repaints only the artists that change.

    Parameters
    ----------
    view : class
        A `plotting.View`.
    size : pair of int
        Width and height in pixels.
    pixel_ratio : float
        Pixels of the picture per pixel of `size`.
    """

    def __init__(
        self, view: type[plotting.View], size: tuple[int, int], pixel_ratio: float = 1
    ) -> None:
        with plotting.DRAWING, plotting.style():
            figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100 * pixel_ratio)
            self.canvas = FigureCanvasAgg(figure)
            self.view = view(figure)
        for artist in self.view.artists:
            artist.set_animated(True)
        self._background = None

    def draw(self, state: Any) -> None:
        """Move the artists to `state` and paint them over the stored background."""
        self.view.update(state)
        if self._background is None:
            self.canvas.draw()  # leaves the animated artists out
            self._background = self.canvas.copy_from_bbox(self.canvas.figure.bbox)
        self.canvas.restore_region(self._background)
        for artist in self.view.artists:
            if artist.get_visible():
                self.canvas.figure.draw_artist(artist)

    def png(self) -> bytes:
        """Return the picture as PNG bytes."""
        return plotting.png(self.canvas)
