"""The demos as pages: for each, pictures over the range of its main control, made with its panel.

A visitor moves a slider over pictures that were made beforehand; no kernel is needed.
"""

import io
import json
import tomllib
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image

from course_lib import lessons
from course_lib.teaching import Options, Panel, Slider, stored
from website import ROOT, write
from website.lessons import anchor
from website.live import pages

MOST_FRAMES = 25
INVITATION = (
    "*Make it live* starts Python in your browser. Then every control of the demo moves, as in "
    "JupyterLab. Python is loaded once, from this site. Nothing is installed or sent anywhere."
)
SETTINGS = ROOT / "docs" / "demos.toml"


@dataclass(frozen=True)
class Sweep:
    """The values that a visitor can choose for one control of a demo."""

    control: str | None
    label: str
    values: tuple
    start: int
    question: str = ""

    @classmethod
    def of(cls, demo, control=None, low=None, high=None, step=None, question=""):
        """Return the sweep of a demo; see docs/demos.toml for what may be set."""
        if control is None:
            sliders = [n for n, c in demo.controls.items() if isinstance(c, Slider)]
            options = [n for n, c in demo.controls.items() if isinstance(c, Options)]
            control = next(iter(sliders + options), None)
        if control is None:  # only text to type: the site shows the start
            return cls(None, "", (None,), 0, question)
        chosen = demo.controls[control]
        whole = isinstance(chosen, Options)
        values = chosen.options if whole else _grid(chosen, low, high, step)
        return cls(control, chosen.label, values, values.index(chosen.value), question)


def _grid(slider, low, high, step):
    """Return values on the slider's own grid, its start among them."""
    low = slider.low if low is None else low
    high = slider.high if high is None else high
    count = MOST_FRAMES if step is None else round((high - low) / step) + 1
    steps = np.round((np.linspace(low, high, count) - slider.low) / slider.step)
    kind = type(slider.value)
    values = {kind(round(slider.low + int(k) * slider.step, 10)) for k in steps} | {slider.value}
    return tuple(sorted(v for v in values if slider.low <= v <= slider.high))


def sweeps():
    """Return the sweep of every demo, by (lesson package, demo)."""
    settings = tomllib.loads(SETTINGS.read_text("utf-8"))
    known, found = set(), {}
    for name in lessons.lesson_names():
        there = lessons.load(name).demos
        for key in stored.as_shown(there, stored.demos_of(name)):
            known.add((name, key))
            found[name, key] = Sweep.of(there[key], **settings.get(name, {}).get(key, {}))
    strange = {(name, key) for name, demos in settings.items() for key in demos} - known
    if strange:
        raise ValueError(f"docs/demos.toml names demos that do not exist: {sorted(strange)}")
    return found


def frames(name, key, sweep, folder):
    """Make the pictures of one demo and return what to say beside each of them."""
    demo = lessons.load(name).demos[key]
    panel = Panel(demo)
    spoken = []
    for number, value in enumerate(sweep.values):
        if sweep.control is not None:
            panel.set(**{sweep.control: value})
        picture = io.BytesIO()
        Image.open(io.BytesIO(panel.image.value)).save(picture, "WebP", quality=80, method=4)
        write(folder / f"{number:02}.webp", picture.getvalue())
        spoken.append(
            {
                "value": _words(demo.controls.get(sweep.control), value),
                "readout": dict(demo.readout(panel.state)),
                "alt": demo.alt(panel.state),
            }
        )
    return spoken


def _words(control, value):
    if isinstance(control, Slider) and not isinstance(control.step, int):
        return format(value, control.format)
    return str(value)


def figure(name, key, sweep, spoken, live=None):
    """Return the HTML of one demo: the picture at the start, and all that its scripts need."""
    width, height = lessons.load(name).demos[key].size
    source = f"_static/frames/{anchor(name, key)}/"
    now = spoken[sweep.start]
    readout = "".join(
        f"<span>{escape(k)}: <b>{escape(v)}</b></span> " for k, v in now["readout"].items()
    )
    data = json.dumps(
        {"source": source, "frames": spoken, "live": live}, ensure_ascii=False
    ).replace("<", "\\u003c")
    return f"""<figure class="player" id="play-{anchor(name, key)}">
<label hidden>{escape(sweep.label)} <b class="value">{escape(now["value"])}</b>
<input type="range" min="0" max="{len(spoken) - 1}" value="{sweep.start}" step="1"
 aria-valuetext="{escape(now["value"])}"></label>
<p class="readout" role="status">{readout}</p>
<div class="picture"><img src="{source}{sweep.start:02}.webp" width="{width}" height="{height}"
 alt="{escape(now["alt"])}"></div>
<script type="application/json">{data}</script>
</figure>"""


def build(source, runtime=None):
    """Make the frames of all demos, and the page's part that shows them.

    With the files of a `runtime` (see live/runtime.py) the demos get a button that makes them live.
    """
    found = sweeps()
    needed = pages.needs(list(found))
    folder = source / "_static" / "live"
    if runtime:
        pages.lay_out(runtime, needed, folder)
    parts = [INVITATION, ""] if runtime else []
    for (name, key), sweep in found.items():
        lesson = lessons.load(name)
        demo = lesson.demos[key]
        spoken = frames(name, key, sweep, source / "_static" / "frames" / anchor(name, key))
        need = needed[name, key]
        can = "missing" not in need
        live = pages.data(name, key, demo, need, folder, sweep) if runtime and can else None
        page = f"notebooks/{stored.notebook_of(name).name}"
        parts += [
            f"({anchor(name, key)})=",
            f"## {demo.title}",
            "",
            f"From lesson [{lesson.heading}]({page}). {sweep.question}",
            "",
            "```{raw} html",
            figure(name, key, sweep, spoken, live),
            "```",
            "",
            *([] if can else [pages.why_not(need), ""]),
            f"{_others(demo, sweep)} Presets: {', '.join(demo.presets)}.",
            "",
        ]
    if runtime:
        script = '<script type="module" src="_static/live.js"></script>'
        parts += ["```{raw} html", script, "```", ""]
    write(source / "_generated" / "demos.md", "\n".join(parts))


def _others(demo, sweep):
    others = [c.label for name, c in demo.controls.items() if name != sweep.control]
    if not others:
        return "In the lesson, too, this is the only control."
    return f"In the lesson you can also move: {', '.join(others)}."
