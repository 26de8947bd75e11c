import collections
import re

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

# A busy machine takes longer than hypothesis likes; what is slow is no wrong result.
hypothesis.settings.register_profile("course", deadline=None)
hypothesis.settings.load_profile("course")


# Long files with tests of all lessons, which two workers can share. The tests of one lesson stay
# together: they share its trained networks.
CUT = re.compile(r"(test_claims|test_exercises_in_notebooks|test_demos_in_voila)\.py.*\[\D*(\d+)")


class ByFileAndLesson(LoadFileScheduling):
    """Says which tests go to the same worker, for `pytest -n 2 --dist loadfile`.

    `--dist loadgroup` with marks would do, but xdist 3.8 writes the group into a name that pytest
    9.2 no longer reads, and every test becomes a group of its own.
    """

    def _split_scope(self, nodeid):
        cut = CUT.search(nodeid)
        return " ".join(cut.groups()) if cut else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    return ByFileAndLesson(config, log) if config.option.dist == "loadfile" else None


def pytest_terminal_summary(terminalreporter):
    """Say what was exercised in the browser: a demo that is left out shows in the number."""
    totals = collections.defaultdict(collections.Counter)
    for report in terminalreporter.stats.get("passed", []):
        for name, noted in report.user_properties:
            if name == "exercised" and report.when == "call":
                where, counts = noted
                totals[where].update(counts)
    for where, counts in sorted(totals.items()):
        words = ", ".join(f"{number} {what}" for what, number in counts.items())
        terminalreporter.write_line(f"Exercised in {where}, all as computed: {words}")


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Give each test a progress file of its own."""
    path = tmp_path / "course-progress.jsonl"
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(path))
    return path
