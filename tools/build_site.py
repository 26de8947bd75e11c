"""Build the site into build/site/html: lay out the sources, then call Sphinx; a warning is an error.

    python tools/build_site.py           # if Python in the browser cannot be fetched, go without it
    python tools/build_site.py --live    # fail in that case; CI=true does the same

The lessons are shown as they are stored. Only the demos are run, to make their pictures over the
range of a slider. The build fetches what runs Python in a browser, once, into a cache. It is needed
for the live demos and for JupyterLite under /lite/. MathJax comes with the environment.
"""

import argparse
import os
import re
import shutil
import sys
import time

os.environ["TQDM_DISABLE"] = "1"

from sphinx.cmd.build import main as sphinx
from website import NOTEBOOKS, ROOT, citation, citations, code, demos, write
from website import lessons as lesson_pages
from website.lite import build as lite_build
from website.lite import contents, parts
from website.live import runtime
from website.server import HTML

import course_lib
from course_lib import lessons
from course_lib.teaching.stored import notebook_of

SITE = HTML.parent
SOURCE = SITE / "source"
LITE = SITE / "lite"  # it stays here until Sphinx has made the folder in which it belongs
EXAM_ANSWERS = "exam_answers.md"


def lay_out(files=None, with_lite=False):
    """Put all sources into one folder: pages written by hand, and pages made from the course.

    With the `files` of a runtime, demos can be live. With JupyterLite, lessons that run there have
    a link to it.
    """
    shutil.copytree(ROOT / "docs", SOURCE, ignore=shutil.ignore_patterns(EXAM_ANSWERS))
    for path in (SOURCE / "instructor").glob("*.md"):  # learners read the site too
        link = rf"\[([^]]+)\]\({re.escape(EXAM_ANSWERS)}\)"
        write(path, re.sub(link, r"\1 (kept off this site)", path.read_text("utf-8")))
    for path in ("assets/references.bib", "CHANGELOG.md"):
        shutil.copy2(ROOT / path, SOURCE)
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    write(SOURCE / "CONTRIBUTING.md", guide.replace("](docs/", "]("))
    architecture = (SOURCE / "architecture.md").read_text("utf-8")
    # The forge draws this graph. The site asks no other host, so it shows the graph as text.
    write(SOURCE / "architecture.md", architecture.replace("```mermaid", "```text"))
    for path in ROOT.glob("assets/demo_*"):
        write(SOURCE / "_static" / path.name, path.read_bytes())
    for name in lessons.lesson_names():
        start = contents.start(name) if with_lite and name in contents.RUN else None
        write(SOURCE / "notebooks" / notebook_of(name).name, lesson_pages.page(name, start))
    write(SOURCE / "_generated" / "lessons.md", lesson_pages.overview())
    write(SOURCE / "_generated" / "try_it.md", contents.INVITATION if with_lite else "")
    write(SOURCE / "_generated" / "instructor.md", instructor_guide())
    write(SOURCE / "_generated" / "packages.md", code.table())
    write(SOURCE / "_generated" / "cite.md", citation.page())
    demos.build(SOURCE, files)


def instructor_guide():
    """Return the toctree of the instructor guide; an empty text if there is no guide."""
    pages = sorted(path.stem for path in (SOURCE / "instructor").glob("*.md"))
    entries = "\n".join(f"instructor/{page}" for page in pages)
    return (
        f"```{{toctree}}\n:hidden:\n:caption: To teach from it\n\n{entries}\n```\n" if pages else ""
    )


def live_runtime(must):
    """Return the files that live demos need, or None with a warning if they cannot be fetched."""
    return _had(runtime.fetch, must, "the runtime of live demos", "the button “Make it live”")


def lite(must):
    """Return a folder with JupyterLite, built now, or None with a warning if that fails."""

    def made():
        lite_build.build(parts.fetch(), LITE)
        return LITE

    return _had(made, must, "JupyterLite", "lessons that run in the browser")


def _had(get, must, what, without):
    try:
        return get()
    except runtime.Unavailable as error:
        said = f"{what} is not available: {error}"
        if must:
            sys.exit(f"Error: {said}")
        print(f"Warning: {said}. The site is built without {without}.")
        return None


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--live", action="store_true", help="fail if demos or lessons cannot run in the browser"
    )
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    if unknown := citations.missing():
        sys.exit("\n".join(unknown))
    course_lib.setup()
    must = options.live or os.environ.get("CI") == "true"
    shutil.rmtree(SITE, ignore_errors=True)  # what is gone from the sources is gone from the site
    in_browser = lite(must)  # first, because it asks for more from the same carrier
    lay_out(live_runtime(must), bool(in_browser))
    made = time.perf_counter()
    quiet = ["-q", "-W", "--keep-going", "-d", str(SITE / "doctrees")]
    if failed := sphinx([*quiet, str(SOURCE), str(HTML)]):
        return failed
    # A reader who downloads a lesson gets the lesson, not the page made from it.
    for path in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy2(path, HTML / "_sources" / "notebooks" / path.name)
    pages = sum(1 for _ in HTML.rglob("*.html"))
    if in_browser:
        shutil.move(in_browser, HTML / "lite")
    print(
        f"{pages} pages in {HTML.relative_to(ROOT)}, in {time.perf_counter() - start:.0f} s, "
        f"{made - start:.0f} s of them for the pictures of the demos"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
