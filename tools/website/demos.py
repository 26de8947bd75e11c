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
from course_lib.teaching import Options, Panel, Slider
from website import ROOT, notebook_of, write
from website.lessons import anchor, stored, title_of

MOST_FRAMES = 25
SETTINGS = ROOT / "docs" / "demos.toml"


@dataclass(frozen=True)
class Sweep:
    """The values that a visitor can choose for one control of a demo."""

    control: str
    label: str
    values: tuple
    start: int
    look: str = ""

    @classmethod
    def of(cls, demo, control=None, low=None, high=None, step=None, look=""):
        """Return the sweep of a demo; see docs/demos.toml for what may be set."""
        if control is None:
            sliders = [n for n, c in demo.controls.items() if isinstance(c, Slider)]
            options = [n for n, c in demo.controls.items() if isinstance(c, Options)]
            control = (sliders + options)[0]
        chosen = demo.controls[control]
        whole = isinstance(chosen, Options)
        values = chosen.options if whole else _grid(chosen, low, high, step)
        return cls(control, chosen.label, values, values.index(chosen.value), look)


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
        for key, demo in lessons.load(name).demos.items():
            known.add((name, key))
            found[name, key] = Sweep.of(demo, **settings.get(name, {}).get(key, {}))
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
        panel.set(**{sweep.control: value})
        picture = io.BytesIO()
        Image.open(io.BytesIO(panel.image.value)).save(picture, "WebP", quality=80, method=4)
        write(folder / f"{number:02}.webp", picture.getvalue())
        control = demo.controls[sweep.control]
        words = value if isinstance(control, Options) else _number(control, value)
        spoken.append(
            {
                "value": words,
                "readout": dict(demo.readout(panel.state)),
                "alt": demo.alt(panel.state),
            }
        )
    return spoken


def _number(slider, value):
    return str(value) if isinstance(slider.step, int) else format(value, slider.format)


def figure(name, key, sweep, spoken):
    """Return the HTML of one demo: the picture at the start, and all that the slider needs."""
    width, height = lessons.load(name).demos[key].size
    source = f"_static/frames/{anchor(name, key)}/"
    now = spoken[sweep.start]
    readout = "".join(
        f"<span>{escape(k)}: <b>{escape(v)}</b></span> " for k, v in now["readout"].items()
    )
    data = json.dumps({"source": source, "frames": spoken}, ensure_ascii=False).replace(
        "<", "\\u003c"
    )
    return f"""<figure class="player" id="play-{anchor(name, key)}">
<label hidden>{escape(sweep.label)} <b class="value">{escape(now["value"])}</b>
<input type="range" min="0" max="{len(spoken) - 1}" value="{sweep.start}" step="1"
 aria-valuetext="{escape(now["value"])}"></label>
<p class="readout" role="status">{readout}</p>
<div class="picture"><img src="{source}{sweep.start:02}.webp" width="{width}" height="{height}"
 alt="{escape(now["alt"])}"></div>
<script type="application/json">{data}</script>
</figure>"""


def build(source):
    """Make the frames of all demos, and the page's part that shows them."""
    parts = []
    for (name, key), sweep in sweeps().items():
        demo, lesson = lessons.load(name).demos[key], notebook_of(name)
        spoken = frames(name, key, sweep, source / "_static" / "frames" / anchor(name, key))
        page = f"notebooks/{lesson.name}"
        questions = ", ".join(demo.presets)
        parts += [
            f"({anchor(name, key)})=",
            f"## {demo.title}",
            "",
            f"From lesson {name.removeprefix('lesson_')}, [{title_of(stored(name))}]({page}). {sweep.look}",
            "",
            "```{raw} html",
            figure(name, key, sweep, spoken),
            "```",
            "",
            f"In the lesson you can also move: {_others(demo, sweep)}. Presets: {questions}.",
            "",
        ]
    write(source / "_generated" / "demos.md", "\n".join(parts))


def _others(demo, sweep):
    others = [c.label for name, c in demo.controls.items() if name != sweep.control]
    return ", ".join(others) or "nothing else"
