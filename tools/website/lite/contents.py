"""The lessons as JupyterLite gets them: those that run there, and for the others what to do."""

import copy

import nbformat

from course_lib import lessons
from course_lib.teaching.stored import notebook_of
from website import lessons as lesson_pages

# The others import JAX at their top, and JAX is not built for browsers.
RUN = ("lesson_00", "lesson_01", "lesson_02", "lesson_03", "lesson_04", "lesson_06")
KERNEL = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
WELCOME = (
    "> **This lesson runs in your browser.** Click the first cell that holds code and press Shift+Enter "
    "to run one cell after another, or choose *Run All Cells* in the *Run* menu. The first cell "
    "takes up to half a minute, because Python has to start. Later cells are slower than in an "
    "installed course. What you do is kept in this browser, on this machine: it is still there "
    "after you reload the page. *Download* in the *File* menu gives you a copy."
)
NEEDS_JAX = (
    "**This lesson does not run in the browser**, because it computes with JAX, which is not built "
    "for browsers. You can read it on the course's site, with all its pictures, its numbers and some "
    "live demos. To run it, install the course on your own machine: the page *Where to run it* of "
    "the site says how."
)

INVITATION = """\
<p class="try-it"><a href="lite/notebooks/index.html?path=00_start_here.ipynb">Try it now</a> in your browser,
with nothing installed: lessons 00 to 04 and 06 run there. The first visit loads some 70 MB from
this site. What you do stays on your machine.</p>
"""


def start(name):
    """Return the address of a lesson in JupyterLite, relative to the top of the site."""
    return f"lite/notebooks/index.html?path={notebook_of(name).name}"


def notebooks():
    """Return the text of every notebook by its file name."""
    return {notebook_of(name).name: notebook(name) for name in lessons.lesson_names()}


def notebook(name):
    """Return the text of a lesson's notebook for the browser."""
    page = copy.deepcopy(lesson_pages.stored(name))
    page.metadata["kernelspec"] = KERNEL
    first = page.cells[0]
    if name in RUN:
        first.source = lesson_pages.below_title(first.source, WELCOME)
    else:
        page.cells = [first]
        first.source = f"{first.source.splitlines()[0]}\n\n{NEEDS_JAX}"
    return nbformat.writes(page) + "\n"
