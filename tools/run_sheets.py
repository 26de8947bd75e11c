"""Make the run sheets in docs/instructor/ from the lessons: what to say and show, minute by minute.

    python tools/run_sheets.py           # write them
    python tools/run_sheets.py --check   # write nothing, fail where one is not up to date

A sheet holds answers. It is for who teaches, and neither the wheel nor a learner's folder has it.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

import course_lib
from course_lib import lessons

ROOT = Path(__file__).resolve().parent.parent
SHEETS = ROOT / "docs" / "instructor"
CALL = re.compile(r"\b(predict|reveal|check|demo|claims\.verify)\(\s*[\"']([^\"']+)[\"']")
# What a room needs, in minutes; the lesson's own total then sets the scale.
WORDS_A_MINUTE, MINUTES = 130, {"predict": 2.0, "demo": 5.0, "check": 4.0, "claims.verify": 0.5}


@dataclass
class Section:
    """A heading of the lesson with what happens under it, in order."""

    title: str
    words: int = 0
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def weight(self):
        """Return the minutes that it would take by itself."""
        return self.words / WORDS_A_MINUTE + sum(MINUTES.get(kind, 0) for kind, _ in self.calls)


def sections(notebook):
    """Return the sections of a lesson, without the closing ones that are read, not taught."""
    found = [Section("Opening and recap")]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found[-1].calls += CALL.findall(cell.source)
            continue
        for line in cell.source.splitlines():
            if line.startswith("## "):
                found.append(Section(line.removeprefix("## ").strip()))
            found[-1].words += len(line.split())
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
    for i in sorted(range(len(exact)), key=lambda i: minutes[i] - exact[i]):
        if sum(minutes) < total:
            minutes[i] += 1
    return minutes


def sheet(name):
    """Return the run sheet of a lesson as Markdown."""
    lesson = lessons.load(name)
    number = name.removeprefix("lesson_")
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    notebook = nbformat.read(path, 4)
    everything = sections(notebook)
    parts = [part for part in everything if not part.title.startswith("Dig deeper")]
    side_paths = [part for part in everything if part not in parts]
    total = stated_minutes(notebook) or round(sum(part.weight for part in parts))
    minutes = share(total, [part.weight for part in parts])
    bold = re.search(r"^> \*\*(.+?)\*\*", notebook.cells[0].source, re.MULTILINE | re.DOTALL)
    lines = [
        f"# Run sheet: {lesson.title}",
        "",
        f"*Made from `notebooks/{path.name}` by `make run-sheets`; do not edit. It holds answers.*",
        "",
        f"{total} minutes as a whole, exercises included. Show the demos with "
        f"`make demo ONLY={number}`, the lesson with `make lab`.",
    ]
    if bold:
        lines += ["", f"The sentence to leave with: **{' '.join(bold[1].split())}**"]
    lines += ["", "| from | minutes | section |", "| ---: | ---: | --- |"]
    start = 0
    for part, length in zip(parts, minutes, strict=True):
        lines.append(f"| {start // 60}:{start % 60:02} | {length} | {part.title} |")
        start += length
    asked = set()
    times = [f"{length} min" for length in minutes] + ["not in the minutes"] * len(side_paths)
    for part, time in zip(parts + side_paths, times, strict=True):
        lines += ["", f"## {part.title} ({time})"]
        for kind, id in part.calls:
            if (kind, id) in asked:
                continue
            asked.add((kind, id))
            lines += ["", *SAID[kind](lesson, id)]
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


def _exercise(lesson, id):
    exercise = lesson.exercises[id]
    answer = "" if callable(exercise.solution) else f" *Answer: {_rounded(exercise.solution)}.*"
    lines = [
        f"**Exercise {id}:** {exercise.prompt}{answer}",
        "",
        f"When it is right: {exercise.praise}",
        "",
    ]
    for wrong in exercise.misconceptions:
        lines.append(f"- Who {wrong.name}: “{wrong.feedback}”")
    return lines


def _demo(lesson, name):
    demo = lesson.demos[name]
    lines = [
        f"**Demo `{name}`: {demo.title}.** For each button ask what the picture will be, then press.",
        "",
        "| press | then the readout says |",
        "| --- | --- |",
    ]
    for label, changed in {"(at the start)": {}, **demo.presets}.items():
        said = demo.sentence(demo.compute(**demo.parameters(**changed)))
        lines.append(f"| {_cell(label)} | {_cell(said)} |")
    return lines


def _claim(lesson, id):
    claim = lesson.claims.claims[id]
    return [
        f'*If somebody doubts, run* `claims.verify("{id}")`: {claim.statement} ({claim.verdict})'
    ]


def _rounded(solution):
    """Return a solution as it is said, numbers to four digits."""
    if isinstance(solution, str):
        return solution
    if isinstance(solution, int | float):
        return f"{solution:.4g}"
    try:
        return "(" + ", ".join(_rounded(part) for part in solution) + ")"
    except TypeError:
        return str(solution)


def _cell(text):
    return text.replace("|", "\\|")


SAID = {
    "predict": _prediction, "reveal": _reveal, "check": _exercise, "demo": _demo,
    "claims.verify": _claim,
}  # fmt: skip


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
                print(f"{path.name} is not up to date: make run-sheets")
            else:
                path.write_text(text, "utf-8")
                print(f"wrote {path.name}")
    return stale and options.check


if __name__ == "__main__":
    sys.exit(main())
