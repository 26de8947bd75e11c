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
CUT = re.compile(
    r"(test_claims|test_exercises_in_notebooks|test_[a-z]+_in_(?:voila|jupyterlab)|test_lite)"
    r"\.py.*\[\D*(\d+)"
)


LONGEST = 25  # files, named at the end with their seconds


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
    _say_what_was_exercised(terminalreporter)
    _say_what_took_long(terminalreporter)


def _say_what_was_exercised(terminalreporter):
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


def _say_what_took_long(terminalreporter):
    """Say which files took most, so that a test that became slow shows."""
    seconds = collections.Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                seconds[report.nodeid.split("::")[0]] += report.duration
    longest = [(file, s) for file, s in seconds.most_common(LONGEST) if s >= 1]
    if longest:
        words = ", ".join(f"{file} {s:.0f} s" for file, s in longest)
        terminalreporter.write_line(f"Longest, of {sum(seconds.values()):.0f} s in all: {words}")


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Give each test a progress file of its own."""
    path = tmp_path / "course-progress.jsonl"
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(path))
    return path
