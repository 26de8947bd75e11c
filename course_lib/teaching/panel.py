"""A live demo: sliders, a picture that follows them, and a readout in words and numbers.

A `Panel` ties the pieces of a `Demo` to widgets. Matplotlib draws the picture in memory, and it is
sent as an image. The fixed parts of the figure are painted once and kept. Each move of a slider
repaints only what changes, so a key press is answered in about 40 ms. A full redraw takes 100 ms.
"""

import base64
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as W
import traitlets

from course_lib import plotting
from course_lib.support.console import Printable
from course_lib.teaching.demo import BlitCanvas, Demo, Options, Slider, Text, not_computed


def widget(control: Slider | Options | Text) -> W.Widget:
    """Return a control as a widget: a slider, a row of buttons, or a line to type in."""
    match control:
        case Slider():
            whole = isinstance(control.step, int)
            kind = W.IntSlider if whole else W.FloatSlider
            bounds = {"min": control.low, "max": control.high, "step": control.step}
            shown = {"description": control.label, "readout_format": control.digits}
            return kind(value=control.value, **bounds, **shown)
        case Options():
            style = {"button_width": "auto"}
            return W.ToggleButtons(options=control.options, value=control.value, style=style)
        case Text():
            layout = W.Layout(width="40em", max_width="100%")
            line = W.Text(value=control.value, description=control.label, layout=layout)
            line.continuous_update, line.style.description_width = False, "10em"
            return line


class Accessibility(anywidget.AnyWidget):
    """Gives the panel around it what ipywidgets lacks: alt text, slider names, a live readout."""

    _esm = Path(__file__).with_name("accessibility.js")
    _css = Path(__file__).with_name("panel.css")
    alt = traitlets.Unicode().tag(sync=True)


class Panel(Printable, W.VBox):
    """Sliders, presets, a readout and the picture of a `Demo`.

    Parameters
    ----------
    demo : Demo
    key : str
        The lesson's name for the demo. It is stored with the panel's output.
    pixel_ratio : float
        Pixels of the picture per pixel of the demo's `size`; larger for a projector.
    **state
        Parameters that differ from the demo's start.

    Notes
    -----
    If a text is refused, the picture and `parameters` stay those of the last accepted text, and the
    readout says what is wrong. The same holds for a state in which the demo fails. A failure is
    raised only in the state in which the panel opens.

    The panel uses no `Output` widget and no `interact`, because their contents flicker and nbval
    cannot compare them.
    """

    def __init__(self, demo: Demo, key: str = "", pixel_ratio: float = 1, **state: Any) -> None:
        self.demo, self.key = demo, key
        self._start = demo.parameters(**state)
        self._shown = dict(self._start)
        self._batch = False
        self.controls = {name: widget(control) for name, control in demo.controls.items()}
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
        """Return the picture's parameters: the values of the controls, unless they are refused."""
        return dict(self._shown)

    def set(self, **parameters: Any) -> None:
        """Move several controls at once, with a single repaint."""
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

    def _show(self) -> None:
        held = {name: control.value for name, control in self.controls.items()}
        asked, refusals = self.demo.read(held, self._shown)
        try:
            self._draw(asked)
        except Exception as error:  # a viewer must see that the picture does not match the controls
            if not self.image.value:  # the author of the demo must see it
                raise
            refusals.append(not_computed(error))
            self._draw(self._shown)
        said = "".join(f'<div class="course-refusal">{escape(why)}</div>' for why in refusals)
        self.readout.value = said + self._words

    def _draw(self, parameters: dict[str, Any]) -> None:
        """Compute, describe and draw a state, and keep it if all of that succeeds."""
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
