"""The lessons as pages: the stored notebooks with alt text, links to claims, and to the demos."""

import copy
import re

import nbformat

from course_lib import lessons
from course_lib.teaching.stored import figures_of, notebook_of

TRY_IT = (
    '<p class="try-it"><a href="../{}">Try it now</a> in your browser: the lesson runs there, with '
    "nothing installed.</p>"
)
_CLAIM = re.compile(r"\bclaim (\d+\.\d+)\b")


def promise_of(notebook):
    """Return what the reader will be able to do, from the notebook's opening; "" if not said."""
    found = re.search(r"\*\*What you will be able to do:?\*\*:? *(.+)", notebook.cells[0].source)
    return found.group(1)[:1].upper() + found.group(1)[1:] if found else ""


def stored(name):
    """Return the stored notebook of a lesson."""
    return nbformat.read(notebook_of(name), 4)


def page(name, start=None):
    """Return a lesson's notebook as the site shows it; with a link to `start` it in the browser."""
    notebook = copy.deepcopy(stored(name))
    if start:
        notebook.cells[0].source = below_title(notebook.cells[0].source, TRY_IT.format(start))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _CLAIM.sub(_link_to_claim, cell.source)
    for figure in list(figures_of(notebook)):
        alt = " ".join(figure.alt.split())
        figure.cell.metadata["mystnb"] = {"image": {"alt": alt}}
        if figure.kind == "demo":
            behind = notebook.cells.index(figure.cell) + 1
            notebook.cells.insert(behind, _link_to_demo(name, figure.key, behind))
    return nbformat.writes(notebook) + "\n"


def below_title(source, paragraph):
    r"""Return the text of a lesson's first cell, with a paragraph between its title and the rest.

    Examples
    --------
    >>> below_title("# Title\n\nRest", "New.")
    '# Title\n\nNew.\n\nRest'
    """
    title, _, rest = source.partition("\n")
    return f"{title}\n\n{paragraph}\n\n{rest.lstrip()}"


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
        lesson, path = lessons.load(name), notebook_of(name)
        cards.append(f"- **{lesson.number} · [{lesson.title}](notebooks/{path.name})**  ")
        cards.append(f"  {promise_of(stored(name))}")
        entries.append(f"{lesson.heading} <notebooks/{path.stem}>")
    toctree = ["```{toctree}", ":hidden:", ":caption: Lessons", "", *entries, "```"]
    return "\n".join(["{.lessons}", *cards, "", *toctree, ""])
