"""A live demo: sliders, a picture that follows them, and a readout in words and numbers.

A `Demo` is three pure pieces (compute a state, draw it, say it) and the description of its
controls; a `Panel` ties them to widgets. The picture is drawn by Matplotlib into memory and sent
as an image: the fixed parts of the figure are painted once and kept, and each move of a slider
repaints only what changes. That answers a key press in about 40 ms, where redrawing takes 100.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as W
import traitlets
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

    def widget(self) -> W.Widget:
        """Return the slider as a widget."""
        whole = isinstance(self.step, int)
        kind = W.IntSlider if whole else W.FloatSlider
        bounds = {"min": self.low, "max": self.high, "step": self.step}
        shown = {"description": self.label, "readout_format": "d" if whole else self.format}
        return kind(value=self.value, **bounds, **shown)

    def accept(self, name: str, value: float) -> float:
        """Return `value` if the slider can show it."""
        if not self.low <= value <= self.high:
            raise ValueError(f"{name} must lie in [{self.low}, {self.high}], not {value!r}")
        return value


@dataclass(frozen=True)
class Options:
    """One of a few words, as a row of buttons."""

    label: str
    options: tuple[str, ...]
    value: str

    def widget(self) -> W.Widget:
        """Return the buttons as a widget."""
        style = {"button_width": "auto"}
        return W.ToggleButtons(options=self.options, value=self.value, style=style)

    def accept(self, name: str, value: str) -> str:
        """Return `value` if it is an option."""
        if value not in self.options:
            raise ValueError(f"{name} must be one of {', '.join(self.options)}, not {value!r}")
        return value


@dataclass(frozen=True)
class Text:
    """A line that the reader types, taken over with Enter.

    Parameters
    ----------
    label, value : str
    read : callable
        ``read(text)`` raises a `ValueError` whose message tells the reader what is wrong with
        the text and what is allowed. It must never run what was typed.
    examples : tuple of str
        Other lines that are accepted.
    refused : str
        A line that is not.
    max_length : int
        A longer line is not even read.
    """

    label: str
    value: str
    read: Callable[[str], Any]
    examples: tuple[str, ...]
    refused: str
    max_length: int = 200

    def widget(self) -> W.Widget:
        """Return the line as a widget."""
        layout = W.Layout(width="40em", max_width="100%")
        line = W.Text(value=self.value, description=self.label, layout=layout)
        line.continuous_update, line.style.description_width = False, "10em"
        return line

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
        What is to be seen, as a sentence.
    controls : mapping
        Parameter name to `Slider`, `Options` or `Text`.
    compute : callable
        ``compute(**parameters) -> state``; pure.
    view : class
        A `plotting.View`.
    readout : callable
        ``readout(state) -> {label: words and numbers}``, rounded.
    alt : callable
        ``alt(state) -> str``: what the picture shows, for who cannot see it.
    presets : mapping
        Name of an interesting state to the parameters that differ from the start.
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
        """Return all parameters: the start values with `changed` ones; checked."""
        unknown = changed.keys() - self.controls.keys()
        if unknown:
            raise ValueError(f"unknown {sorted(unknown)}; there are {', '.join(self.controls)}")
        start = {name: control.value for name, control in self.controls.items()}
        return start | {name: self.controls[name].accept(name, v) for name, v in changed.items()}

    def sentence(self, state: Any) -> str:
        """Return the readout as one line of text."""
        return "; ".join(f"{label}: {words}" for label, words in self.readout(state).items())

    def picture(self, **changed: Any) -> plotting.Picture:
        """Return a static `plotting.Picture` of one state."""
        state = self.compute(**self.parameters(**changed))
        return plotting.Picture.of(self.view, state, self.alt(state), self.size)


class BlitCanvas:
    """A figure kept in memory that repaints only the artists that change."""

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
        """Move the artists to `state` and paint them over the kept background."""
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


class Accessibility(anywidget.AnyWidget):
    """Gives the panel around it what ipywidgets lacks: alt text, slider names, a live readout."""

    _esm = Path(__file__).with_name("accessibility.js")
    _css = Path(__file__).with_name("panel.css")
    alt = traitlets.Unicode().tag(sync=True)


class Panel(W.VBox):
    """Sliders, presets, a readout and the picture of a `Demo`.

    Parameters
    ----------
    demo : Demo
    key : str
        The name by which the lesson calls the demo; it goes into what is stored of the panel.
    pixel_ratio : float
        Pixels of the picture for each of the demo's `size`: more for a projector.
    **state
        Parameters that differ from the demo's start.

    Notes
    -----
    A text that is refused leaves the last good one in force: the picture and `parameters` are
    still that one's, and the readout says what is wrong. So does a state in which the demo fails,
    except the one in which the panel opens.

    No `Output` widget and no `interact`: their contents flicker, and nbval cannot compare them.
    """

    def __init__(self, demo: Demo, key: str = "", pixel_ratio: float = 1, **state: Any) -> None:
        self.demo, self.key = demo, key
        self._start = demo.parameters(**state)
        self._shown = dict(self._start)
        self._batch = False
        self.controls = {name: control.widget() for name, control in demo.controls.items()}
        for name, control in self.controls.items():
            control.value = self._start[name]
            control.observe(self._moved, "value")
        self.image = W.Image(format="png", width=demo.size[0], height=demo.size[1])
        self.image.add_class("course-picture")
        self.readout = W.HTML().add_class("course-readout")
        self._accessibility = Accessibility()
        self._canvas = BlitCanvas(demo.view, demo.size, pixel_ratio)
        presets = {name: demo.parameters(**changed) for name, changed in demo.presets.items()}
        self.buttons = {name: self._button(name, presets[name], "") for name in presets}
        self.buttons["Reset"] = self._button("Reset", self._start, "primary")
        controls = [self._named(name) for name in self.controls]
        super().__init__(
            [
                W.HTML(escape(demo.title)).add_class("course-title"),
                W.Box([*self.buttons.values()]).add_class("course-presets"),
                W.Box(controls).add_class("course-controls"),
                self.readout,
                self.image,
                self._accessibility,
            ]
        )
        self.add_class("course-panel")
        self._show()

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the picture: what the controls hold, unless it is refused."""
        return dict(self._shown)

    def set(self, **parameters: Any) -> None:
        """Move several controls at once; one repaint."""
        with plotting.DRAWING:
            self._batch = True
            try:
                for name, value in parameters.items():
                    self.controls[name].value = value
            finally:
                self._batch = False
            self._show()

    def _named(self, name: str) -> W.Widget:
        """Return a control with its name in front of it; a slider brings its own."""
        control, label = self.controls[name], self.demo.controls[name].label
        if isinstance(control, W.ToggleButtons):
            return W.HBox([W.Label(label), control]).add_class("course-options")
        return control

    def _button(self, name: str, parameters: dict[str, Any], button_style: str) -> W.Button:
        auto = W.Layout(width="auto")
        button = W.Button(description=name, button_style=button_style, layout=auto)
        button.on_click(lambda _: self.set(**parameters))
        return button

    def _moved(self, _change: object) -> None:
        with plotting.DRAWING:  # a state is read, drawn and sent before the next one
            if not self._batch:
                self._show()

    def _read_controls(self) -> tuple[dict[str, Any], list[str]]:
        """Return what the controls hold, and what is said to a text that is refused."""
        asked, refusals = dict(self._shown), []
        for name, control in self.controls.items():
            described = self.demo.controls[name]
            try:
                asked[name] = described.accept(name, control.value)
            except Exception as error:  # a `ValueError` says what is wrong, anything else does not
                why = error if isinstance(error, ValueError) else f"fails ({type(error).__name__})"
                kept = f"The picture still shows {self._shown[name]}"
                refusals.append(f"{described.label.rstrip(' =')}: {why}. {kept}")
        return asked, refusals

    def _show(self) -> None:
        asked, refusals = self._read_controls()
        try:
            self._draw(asked)
        except Exception as error:  # a viewer must see that the picture is not that of the controls
            if not self.image.value:  # the author of the demo must see it
                raise
            refusals.append(
                f"This cannot be computed ({type(error).__name__}). The picture still shows the "
                "state before"
            )
            self._draw(self._shown)
        said = "".join(f'<div class="course-refusal">{escape(why)}</div>' for why in refusals)
        self.readout.value = said + self._words

    def _draw(self, parameters: dict[str, Any]) -> None:
        """Compute, say and draw a state, and keep it if all of that succeeds."""
        state = self.demo.compute(**parameters)
        words, alt = self.demo.readout(state), self.demo.alt(state)
        self._canvas.draw(state)
        png = self._canvas.png()
        self._words = "".join(
            f"<span>{escape(label)}: <b>{escape(text)}</b></span> " for label, text in words.items()
        )
        self.state, self._shown = state, parameters
        self.image.value, self._accessibility.alt = png, alt

    def __repr__(self) -> str:
        values = ", ".join(
            f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
            for name, value in self.parameters.items()
        )
        return (
            f"Demo: {self.demo.title}\n[{values}]\n{self.demo.sentence(self.state)}\n"
            f"Figure: {self.demo.alt(self.state)}"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = dict(super()._repr_mimebundle_(**kwargs))
        data["text/plain"] = repr(self)
        with plotting.DRAWING:
            data["image/png"] = base64.b64encode(plotting.small_png(self._canvas.canvas)).decode()
        alt = self.demo.alt(self.state)
        return data, plotting.described("demo", alt, key=self.key, title=self.demo.title)
