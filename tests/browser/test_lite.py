"""JupyterLite of the built site: the lessons run to their end, and what is done there is kept."""

import time

import pytest
from lab_driver import NOTEBOOK_IS_READY, RUN_ALL
from website.lite import contents
from website.server import HTML, serve

from course_lib import lessons
from course_lib.teaching import Slider
from course_lib.teaching.browser import WITHOUT_JAX
from course_lib.teaching.stored import notebook_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MOST_MEGABYTES = 75
PATIENCE = 60_000  # milliseconds, on a busy machine

# All outputs of the notebook that is open, as they would be stored.
OUTPUTS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .flatMap(cell => cell.type === 'code' ? cell.outputs.toJSON() : [])"""

SOURCES = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .map(cell => cell.sharedModel.getSource())"""

# By itself: nobody presses a key for it.
SAVED = "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"

# Runs the first cell whose code holds some words, with other code where that is given; returns the
# text of what it shows.
RUN_ONE = """async ([words, code]) => {
    const app = window.jupyterapp, panel = app.shell.currentWidget, notebook = panel.content;
    await panel.sessionContext.ready;
    const sources = [...notebook.model.cells].map(
        cell => cell.type === 'code' ? cell.sharedModel.getSource() : '');
    notebook.activeCellIndex = sources.findIndex(source => source.includes(words));
    const model = notebook.activeCell.model;
    if (code) model.sharedModel.setSource(code);
    await app.commands.execute('notebook:run-cell');
    return model.outputs.toJSON()
        .map(output => output.text ?? output.data?.['text/plain'] ?? output.evalue)
        .flat().join('\\n');
}"""


@pytest.fixture(scope="module")
def built():
    if not (HTML / "lite" / "notebooks" / "index.html").is_file():
        pytest.skip("the site was not built, or without JupyterLite: make site")


class Reader:
    """A visitor with a browser of their own, who opens lessons."""

    def __init__(self, browser, host, prefix=""):
        self.host, self.top = host, f"{host}{prefix}"
        self.context = browser.new_context(viewport={"width": 1200, "height": 1000})
        self.context.set_default_timeout(PATIENCE)
        self.elsewhere, self.errors = [], []
        self.context.on("request", self._note)
        self.page = None

    def _note(self, request):
        if not request.url.startswith((f"{self.host}/", "data:", "blob:")):
            self.elsewhere.append(request.url)

    def open(self, name):
        """Open a lesson from its page of the site; the kernel of the lesson before ends."""
        if self.page:
            self.page.close()
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{self.top}/notebooks/{notebook_of(name).stem}.html")
        self.page.get_by_role("link", name="Try it now").click()
        self.page.wait_for_function(NOTEBOOK_IS_READY)

    def run(self, words, code=None):
        return self.page.evaluate(RUN_ONE, [words, code])


@pytest.fixture(scope="module")
def reader(built, loopback):
    with serve() as address:
        reader = Reader(loopback, address)
        yield reader
        reader.context.close()


@pytest.mark.parametrize("name", contents.RUN)
def test_a_lesson_runs_to_its_end(name, reader):
    reader.open(name)
    start = time.perf_counter()
    counts = reader.page.evaluate(RUN_ALL)
    seconds = time.perf_counter() - start
    outputs = reader.page.evaluate(OUTPUTS)
    wrong = [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
    assert wrong == []
    assert counts == list(range(1, len(counts) + 1))
    told = sum(WITHOUT_JAX in str(output.get("data", {}).get("text/plain")) for output in outputs)
    print(f"{name}: {len(counts)} cells in {seconds:.0f} s, {told} of them say that they need JAX")
    assert told == {"lesson_01": 1, "lesson_06": 5}.get(name, 0)
    assert (reader.errors, reader.elsewhere) == ([], [])


@pytest.fixture(scope="module")
def under_a_prefix(built, tmp_path_factory):
    """The site where the forge puts it: below a folder of the host."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "course").symlink_to(HTML, target_is_directory=True)
    with serve(folder) as address:
        yield address


def test_what_is_done_is_kept_and_the_first_visit_is_small_enough(under_a_prefix, loopback):
    reader = Reader(loopback, under_a_prefix, "/course")
    start = time.perf_counter()
    reader.page = reader.context.new_page()
    reader.page.goto(f"{reader.top}/")
    reader.page.get_by_role("link", name="Try it now").click()
    reader.page.wait_for_function(NOTEBOOK_IS_READY)
    assert "Everything is ready." in reader.run("diagnose()")
    megabytes, seconds = under_a_prefix.sent / 1e6, time.perf_counter() - start
    print(f"first cell after {seconds:.1f} s, {megabytes:.1f} MB sent")
    reader.run("course_lib.setup()")
    reader.run('predict("0.a")')
    lesson = lessons.load("lesson_00")
    choice = next(iter(lesson.predictions["0.a"].responses))
    reader.page.get_by_role("button", name=choice, exact=True).click()
    reader.page.get_by_text(f"You predict: {choice}.").wait_for()
    right = f'answer = {lesson.exercises["0.1"].solution!r}\ncheck("0.1", answer)'
    assert "✓ 0.1 right" in reader.run('check("0.1"', right)
    done = "exercises right: 1 of 5   predictions made: 1 of 2"
    assert done in reader.run("progress()")
    reader.page.wait_for_function(SAVED)

    reader.page.reload()
    reader.page.wait_for_function(NOTEBOOK_IS_READY)
    assert right in reader.page.evaluate(SOURCES)
    reader.run("course_lib.setup()")
    assert done in reader.run("progress()")
    print(f"{under_a_prefix.sent / 1e6:.1f} MB sent, the reload among them")
    assert megabytes <= MOST_MEGABYTES
    assert (reader.errors, reader.elsewhere) == ([], [])
    reader.context.close()


READOUT = """panel => [...panel.querySelectorAll('.course-readout .widget-html-content > span')]
    .map(span => span.textContent)"""


def test_a_slider_moves_its_demo_and_can_be_used_by_all(reader, scan):
    reader.open("lesson_02")
    reader.run("course_lib.setup()")
    reader.run('demo("quadratic")')
    demo = lessons.load("lesson_02").demos["quadratic"]
    name, slider = next((n, c) for n, c in demo.controls.items() if isinstance(c, Slider))
    panel = reader.page.locator(".course-panel").first
    panel.get_by_role("slider", name=slider.label, exact=True).press("ArrowRight")
    state = demo.compute(**demo.parameters(**{name: slider.value + slider.step}))
    wanted = [f"{label}: {text}" for label, text in demo.readout(state).items()]
    end = time.monotonic() + 20
    while (seen := panel.evaluate(READOUT)) != wanted and time.monotonic() < end:
        reader.page.wait_for_timeout(20)
    assert seen == wanted
    assert scan(reader.page, ".course-panel") == []


def test_a_lesson_that_needs_jax_says_in_its_first_cell_what_to_do_and_is_dark_at_night(reader):
    page = reader.context.new_page()
    page.emulate_media(color_scheme="dark")
    page.goto(f"{reader.top}/notebooks/{notebook_of('lesson_05').stem}.html")
    assert page.get_by_role("link", name="Try it now").count() == 0
    page.goto(f"{reader.top}/{contents.start('lesson_05')}")
    page.get_by_role("strong").get_by_text("This lesson does not run in the browser").wait_for()
    page.locator('body[data-jp-theme-light="false"]').wait_for(state="attached")
    page.close()
