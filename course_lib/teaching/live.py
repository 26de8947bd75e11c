"""A demo without widgets or a kernel: a page of the site sends states, and gets pictures and words.

The page runs Python in a worker of the browser; see ``tools/website/live``.
"""

import json
from typing import Any

from course_lib.teaching.demo import BlitCanvas, Demo, Options, Slider, Text, not_computed


class LiveDemo:
    """A demo, the canvas on which it is drawn, and the last parameters that were accepted.

    Parameters
    ----------
    demo : Demo
    """

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self._canvas = BlitCanvas(demo.view, demo.size)
        self._shown = demo.parameters()
        self._drawn = False

    def show(self, wanted: str) -> tuple[bytes, str]:
        """Return the picture as PNG, and as JSON its readout, its alt text and the refusals.

        Parameters
        ----------
        wanted : str
            Parameters that differ from the last ones, as JSON: ``'{"eta": 0.1}'``. JavaScript
            writes 4.0 as 4, so a slider turns the 4 back into a float.
        """
        values = {name: self._typed(name, value) for name, value in json.loads(wanted).items()}
        asked, refusals = self.demo.read(self._shown | values, self._shown)
        try:
            shown = self._draw(asked)
        except Exception as error:
            # A visitor must be told that the picture does not match the controls.
            if not self._drawn:  # the page falls back to the pictures made beforehand
                raise
            asked = self._shown
            refusals.append(not_computed(error))
            shown = self._draw(asked)
        self._shown, self._drawn = asked, True
        picture, said = shown
        return picture, json.dumps(said | {"refusals": refusals})

    def _draw(self, parameters: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
        state = self.demo.compute(**parameters)
        said = {"readout": dict(self.demo.readout(state)), "alt": self.demo.alt(state)}
        self._canvas.draw(state)
        return self._canvas.png(), said

    def _typed(self, name: str, value: Any) -> Any:
        control = self.demo.controls[name]
        if isinstance(control, Slider) and type(value) is int:
            return type(control.value)(value)
        return value


def description(control: Slider | Options | Text) -> dict[str, Any]:
    """Return what a page needs to know about a control, ready for JSON.

    Examples
    --------
    >>> description(Options("method", ("plain", "heavy ball"), "plain"))
    {'kind': 'options', 'label': 'method', 'value': 'plain', 'options': ['plain', 'heavy ball']}
    """
    said = {"kind": type(control).__name__.lower(), "label": control.label, "value": control.value}
    match control:
        case Slider():
            bounds = {"low": control.low, "high": control.high, "step": control.step}
            return said | bounds | {"digits": control.digits}
        case Options():
            return said | {"options": list(control.options)}
        case Text():
            return said | {"longest": control.max_length}
