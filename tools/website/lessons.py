"""The lessons as pages: the stored notebooks with alt text, links to claims, and to the demos."""

import copy
import re

import nbformat

from course_lib import lessons
from website import notebook_of

_CLAIM = re.compile(r"\bclaim (\d+\.\d+)\b")


def title_of(notebook):
    """Return the first heading of a notebook."""
    return re.search(r"^# (.+)$", notebook.cells[0].source, re.MULTILINE).group(1)


def promise_of(notebook):
    """Return what the reader will be able to do, from the notebook's opening; "" if not said."""
    found = re.search(r"\*\*What you will be able to do:?\*\*:? *(.+)", notebook.cells[0].source)
    return found.group(1)[:1].upper() + found.group(1)[1:] if found else ""


def stored(name):
    """Return the stored notebook of a lesson."""
    return nbformat.read(notebook_of(name), 4)


def page(name):
    """Return a lesson's notebook as the site shows it."""
    notebook = copy.deepcopy(stored(name))
    titles = {demo.title: key for key, demo in lessons.load(name).demos.items()}
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = _CLAIM.sub(_link_to_claim, cell.source)
            continue
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if "image/png" not in shown:
                continue
            words = "".join(shown["text/plain"])
            alt = words.rpartition("Figure: ")[2].strip()
            cell.metadata["mystnb"] = {"image": {"alt": " ".join(alt.split())}}
            shown_demo = re.match(r"Demo: (.+)", words)
            if shown_demo and shown_demo.group(1) in titles:
                cells.append(_link_to_demo(name, titles[shown_demo.group(1)], len(cells)))
    notebook.cells = cells
    return nbformat.writes(notebook) + "\n"


def _link_to_claim(found):
    anchor = "claim-" + found.group(1).replace(".", "-")
    return f'<a href="../claims.html#{anchor}">{found.group(0)}</a>'


def _link_to_demo(name, demo, count):
    source = (
        f'<p class="to-demo"><a href="../demos.html#{anchor(name, demo)}">Move the slider</a></p>'
    )
    return nbformat.v4.new_markdown_cell(source, id=f"to-demo-{count}")


def anchor(name, demo):
    """Return the id of a demo on the page of the demos."""
    return f"{name}-{demo}".replace("_", "-")


def overview():
    """Return the list of lessons for the landing page, and the toctree that holds them."""
    cards, entries = [], []
    for name in lessons.lesson_names():
        path, notebook = notebook_of(name), stored(name)
        number = name.removeprefix("lesson_")
        cards.append(f"- **{number} · [{title_of(notebook)}](notebooks/{path.name})**  ")
        cards.append(f"  {promise_of(notebook)}")
        entries.append(f"{number} · {title_of(notebook)} <notebooks/{path.stem}>")
    toctree = ["```{toctree}", ":hidden:", ":caption: Lessons", "", *entries, "```"]
    return "\n".join(["{.lessons}", *cards, "", *toctree, ""])
