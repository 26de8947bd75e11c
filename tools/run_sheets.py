"""Make the run sheets in docs/instructor/ from the lessons: what to say and show, minute by minute.

    python tools/run_sheets.py           # write them
    python tools/run_sheets.py --check   # write nothing, fail if one is not up to date

A sheet contains answers. It is for teachers: neither the wheel nor a learner's folder contains it.
"""

import argparse
import functools
import inspect
import os
import re
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"  # the bar of a result that is computed here would stay behind

import nbformat

import course_lib
from course_lib import lessons
from course_lib.teaching.stored import StoredFigure, figures_of, notebook_of

ROOT = Path(__file__).resolve().parent.parent
SHEETS = ROOT / "docs" / "instructor"
CALL = re.compile(r"\b(predict|reveal|check|compare|demo|claims\.verify)\(\s*[\"']([^\"']+)[\"']")
ANSWER = re.compile(r"\bcheck\(\s*[\"']([^\"']+)[\"'],([^)]*)\)")
# The minutes that a class needs. The lesson's own total then sets the scale.
WORDS_A_MINUTE, MINUTES = (
    130,
    {"predict": 2.0, "demo": 5.0, "check": 4.0, "compare": 3.0, "claims.verify": 0.5},
)
FIGURE, OTHER_CODE = 1.5, 0.3
NO_TERM = re.compile(
    r"exercise|your turn|try it|predict|time\b|needed|what (you|we)\b|mixed problem|claim\b|question \d|"
    r"say why( in a sentence)?\W*(\(|$)",
    re.IGNORECASE,
)
CLOSING, SIDE_PATHS = "What you can do now", "Dig deeper"


@dataclass
class Section:
    """A heading of the lesson with what happens under it, in order."""

    title: str
    minutes: float = 0.0
    exercises: float = 0.0  # those of the minutes that its exercises take
    terms: list[str] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def read(self, text):
        """Take in a text."""
        self.minutes += len(text.split()) / WORDS_A_MINUTE
        prose = re.sub(r"^>.*$|`[^`]*`", "", text, flags=re.MULTILINE)
        bold = re.findall(r"(?:- )?\*\*\S[^*\n]*\*\*", prose)
        if self.title == CLOSING:  # a list of what the lesson has taught
            bold = [term for term in bold if term.startswith("- ")]
        bold = [term.strip("-* ") for term in bold]
        if self.title != CLOSING:
            bold = [term for term in bold if not NO_TERM.match(term)]
        if self.title != SIDE_PATHS:  # in other sections, a question opens a paragraph: no term
            bold = [term for term in bold if not term.endswith("?")]
        self.terms += [term.rstrip(".:,?") for term in bold]

    def run(self, cell, text, figures: list[StoredFigure]):
        """Take in a cell of code that follows `text` and shows `figures`."""
        calls = CALL.findall(cell.source)
        for kind, id in calls:
            if kind == "demo" and text:
                self.calls.append(("lead", text.strip().split("\n\n")[-1]))
            self.calls.append((kind, id))
        self.minutes += sum(MINUTES.get(kind, 0) for kind, _ in calls)
        self.exercises += sum(MINUTES[kind] for kind, _ in calls if kind == "check")
        if calls:
            return
        self.calls += [("figure", figure.alt) for figure in figures]
        self.calls += shown_as_text(cell)
        self.minutes += FIGURE if figures else OTHER_CODE


def shown_as_text(cell):
    """Return a call for each text that a cell prints or ends on, and for code that it shows."""
    if cell.source.strip() == "progress()":  # it is about the learner
        return []
    calls = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/markdown" in data:
            calls.append(("code", cell.source.strip()))
        elif "course" not in output.get("metadata", {}):
            calls.append(("text", (output.get("text") or data.get("text/plain", "")).rstrip()))
    return [(kind, text) for kind, text in calls if text]


def names_of_answers(notebook):
    """Return the names that a lesson gives to the parts of each answer, by the exercise's id."""
    cells = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return {id: re.findall(r"\w+", names) for id, names in ANSWER.findall(cells)}


def sections(notebook):
    """Return the sections of a lesson, without the closing ones that are read, not taught."""
    found, text = [Section("Opening and recap")], ""
    figures = [figure for figure in figures_of(notebook) if figure.kind == "figure"]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found[-1].run(cell, text, [f for f in figures if f.cell is cell])
            text = ""
            continue
        text = cell.source
        # A text may end one section and begin the next.
        before, *after = re.split(r"^## ", text, flags=re.MULTILINE)
        found[-1].read(before)
        for part in after:
            title, _, rest = part.partition("\n")
            found.append(Section(title.strip()))
            found[-1].read(rest)
    closing = ("further reading", "what we do not claim")
    return [s for s in found if not s.title.casefold().startswith(closing)]


def stated_minutes(notebook):
    """Return the minutes that the lesson names, or None."""
    stated = re.search(r"\*\*Time:?\*\*:? *(?:about )?(\d+)", notebook.cells[0].source)
    return int(stated[1]) if stated else None


def share(total, weights):
    """Split `total` whole minutes by `weights`, at least one each."""
    exact = [total * weight / sum(weights) for weight in weights]
    minutes = [max(1, int(x)) for x in exact]
    while sum(minutes) != total:
        step = 1 if sum(minutes) < total else -1
        open_to_it = [i for i in range(len(exact)) if minutes[i] + step >= 1]
        # Change the section that is furthest behind its share, or ahead of it: it does least harm.
        minutes[max(open_to_it, key=lambda i: step * (exact[i] - minutes[i]))] += step
    return minutes


def advice(total, in_full, exercises):
    """Say how a meeting of `total` minutes can hold a lesson that takes a class longer in full.

    Of the minutes `in_full`, the exercises take `exercises`. A tenth too long counts as fitting.
    """
    without, most = in_full - exercises, 1.1 * total
    takes = f"A class that does every exercise takes about {in_full} minutes"
    if in_full <= most:
        return ""
    if in_full - exercises / 2 <= most:
        return f"{takes}. To keep to {total}, set half of the exercises as homework."
    if without <= most:
        return f"{takes}. To keep to {total}, set the exercises as homework."
    return (
        f"{takes}. A class that does none takes about {without}. To keep to {total}, set the exercises "
        "as homework, and teach in full only what the plan of a semester lists in its column *keep* "
        "([plans](plans.md)). Everybody reads the rest."
    )


def sheet(name):
    """Return the run sheet of a lesson as Markdown."""
    lesson = lessons.load(name)
    path = notebook_of(name)
    notebook = nbformat.read(path, 4)
    everything = sections(notebook)
    parts = [part for part in everything if not part.title.startswith(SIDE_PATHS)]
    side_paths = [part for part in everything if part not in parts]
    in_a_room = round(sum(part.minutes for part in parts))
    total = stated_minutes(notebook) or in_a_room
    minutes = share(total, [part.minutes for part in parts])
    in_full = share(in_a_room, [part.minutes for part in parts])
    exercises = [round(part.exercises) for part in parts]
    bold = re.search(r"^> \*\*(.+?)\*\*", notebook.cells[0].source, re.MULTILINE | re.DOTALL)
    gallery = (
        f" and its demos with `make demo ONLY={lesson.number}`. Press H before you ask: this hides the "
        "picture and its numbers until you press H again"
    )
    gallery = gallery if lesson.demos else ""
    lines = [
        f"# Run sheet: {lesson.heading}",
        "",
        f"*Made from `notebooks/{path.name}` by `make run-sheets`; do not edit. "
        "It contains the answers.*",
        "",
        f"{total} minutes for one reader, exercises included. Show the lesson with `make lab`{gallery}.",
    ]
    if how := advice(total, in_a_room, sum(exercises)):
        lines += ["", how]
    if bold:
        lines += ["", f"The sentence to leave with: **{' '.join(bold[1].split())}**"]
    lines += [
        "",
        f"*From* and *minutes* are the pace of a meeting of {total} minutes. *In full* is the time "
        "that a class needs for a section with all of its exercises, and *exercises* is the time "
        "for the exercises alone.",
        "",
        "| from | minutes | in full | exercises | section |",
        "| ---: | ---: | ---: | ---: | --- |",
    ]
    start = 0
    for part, length, full, own in zip(parts, minutes, in_full, exercises, strict=True):
        clock = f"{start // 60}:{start % 60:02}"
        lines.append(f"| {clock} | {length} | {full} | {own or ''} | {part.title} |")
        start += length
    said = SAID | {"check": functools.partial(_exercise, names=names_of_answers(notebook))}
    asked = set()
    times = [f"{length} min" for length in minutes] + ["not in the minutes"] * len(side_paths)
    for part, time in zip(parts + side_paths, times, strict=True):
        lines += ["", f"## {part.title} ({time})"]
        if part.terms:
            terms = {}
            for term in part.terms:
                terms.setdefault(term.casefold(), term)
            label = LABELS.get(part.title, "For the board")
            lines += ["", f"*{label}:* {' · '.join(terms.values())}"]
        for kind, id in part.calls:
            if (kind, id) in asked:
                continue
            asked.add((kind, id))
            lines += ["", *said[kind](lesson, id)]
    return "\n".join(lines).rstrip() + "\n"


def _prediction(lesson, id):
    prediction = lesson.predictions[id]
    lines = [f"**Ask, before the reveal ({id}):** {prediction.question}", ""]
    for choice, response in prediction.responses.items():
        if choice == prediction.answer:
            lines.append(f"- ✓ *{choice}*. {response}".rstrip())
        else:
            lines.append(f"- *{choice}*: say, “{response}”")
    return lines


def _reveal(lesson, id):
    return [f"**Reveal ({id}):** {lesson.predictions[id].outcome}"]


def _exercise(lesson, id, names):
    exercise = lesson.exercises[id]
    answer = "" if callable(exercise.solution) else f" *Answer:* {_answer(exercise, names[id])}."
    lines = [f"**Exercise {id}:** {exercise.prompt}{answer}", ""]
    if callable(exercise.solution):
        code = textwrap.dedent(inspect.getsource(exercise.solution)).rstrip()
        lines += ["```python", code, "```", ""]
    lines += [
        f"When it is right: {exercise.praise}",
        "",
        f"Hints, one at a time: {' / '.join(exercise.hints)}",
        "",
    ]
    for wrong in exercise.misconceptions:
        lines.append(f"- If somebody {wrong.name}: “{wrong.feedback}”")
    return lines


def _comparison(lesson, id):
    comparison = lesson.comparisons[id]
    return [
        f"**Say why ({id}):** {comparison.question} *Let them write first.*",
        "",
        f"A model answer: {comparison.model}",
        "",
        "A good answer says:",
        "",
        *(f"- {point}" for point in comparison.points),
    ]


def _demo(lesson, key):
    demo = lesson.demos[key]
    title = demo.title if demo.title.endswith("?") else f"{demo.title}."
    lines = [
        f"**Demo `{key}`: {title}** For each button ask what the picture will be, then press.",
        "",
        "| press | the picture shows | the readout says |",
        "| --- | --- | --- |",
    ]
    as_at_first = [n for n, c in demo.presets.items() if demo.parameters(**c) == demo.parameters()]
    others = {label: c for label, c in demo.presets.items() if label not in as_at_first}
    for label, changed in {", or ".join(["(at the start)", *as_at_first]): {}, **others}.items():
        state = demo.compute(**demo.parameters(**changed))
        cells = (label, demo.alt(state), demo.sentence(state))
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return lines


def _lead(_lesson, text):
    if text.startswith("- "):
        return ["*The lesson leads to the demo with:*", "", *text.splitlines()]
    return [f"*The lesson leads to the demo with:* {' '.join(text.split())}"]


def _figure(_lesson, alt):
    return [f"*Show the figure:* {alt}"]


def _text(_lesson, text):
    return ["*Run the cell. It shows:*", "", "```text", *text.splitlines(), "```"]


def _code(_lesson, source):
    return [f"*Read the code together:* `{source}`"]


def _claim(lesson, id):
    claim = lesson.claims[id]
    said = f'*If somebody doubts, run* `claims.verify("{id}")`: {claim.statement} ({claim.verdict})'
    typed = [c for c in claim.breakers if all(map(_can_be_typed, c.values()))]
    if not typed:
        return [said]
    # A tuple takes longer to type, so it comes only where nothing shorter breaks the claim.
    shortest = min(typed, key=lambda c: any(isinstance(value, tuple) for value in c.values()))
    changed = ", ".join(f"{name}={value!r}" for name, value in shortest.items())
    return [f'{said} It must fail with `claims.verify("{id}", {changed})`.']


def _can_be_typed(value):
    if isinstance(value, tuple):
        return all(map(_can_be_typed, value))
    return isinstance(value, bool | int | float | str)


def _answer(exercise, names):
    """Return the solution with the lesson's name before each of its parts, if there are several."""
    if len(names) == 1:
        return _rounded(exercise.solution)
    parts = zip(names, exercise.solution, strict=True)
    return "; ".join(f"`{name}` = {_rounded(part)}" for name, part in parts)


def _rounded(solution):
    """Return a solution as it is said, numbers to four digits."""
    if isinstance(solution, str):
        return solution
    if isinstance(solution, int | float):
        number = f"{solution:.4g}" if abs(solution) < 1e4 else f"{solution:.0f}"
        return number.replace("-", "−")
    try:
        return "(" + ", ".join(_rounded(part) for part in solution) + ")"
    except TypeError:
        return str(solution)


def _cell(text):
    return text.replace("|", "\\|")


SAID = {
    "predict": _prediction,
    "reveal": _reveal,
    "check": _exercise,
    "compare": _comparison,
    "demo": _demo,
    "claims.verify": _claim,
    "lead": _lead,
    "figure": _figure,
    "text": _text,
    "code": _code,
}
LABELS = {CLOSING: "They can now", SIDE_PATHS: "It treats"}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, only look")
    options = parser.parse_args(arguments)
    course_lib.setup()
    SHEETS.mkdir(parents=True, exist_ok=True)
    stale = False
    for name in lessons.lesson_names():
        path, text = SHEETS / f"run_sheet_{name.removeprefix('lesson_')}.md", sheet(name)
        if not path.exists() or path.read_text("utf-8") != text:
            stale = True
            if options.check:
                print(f"{path.name} is not up to date: run make run-sheets")
            else:
                path.write_text(text, "utf-8")
                print(f"wrote {path.name}")
    return stale and options.check


if __name__ == "__main__":
    sys.exit(main())
