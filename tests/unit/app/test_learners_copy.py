"""The learner's copy: untouched lessons are refreshed, changed ones are never overwritten."""

import os
import random
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from course_lib.app import learners_copy


@pytest.fixture(autouse=True)
def data_dir(tmp_path, monkeypatch):
    """Signatures go into a folder of the test's own."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "01_a.ipynb").write_text("a, first edition")
    (folder / "02_b.ipynb").write_text("b, first edition")
    return folder


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "my course"


def texts(folder):
    return {p.name: p.read_text() for p in folder.glob("*.ipynb")}


def test_first_time_copies_everything(course, mine):
    assert learners_copy.update(mine, course) == ["added 01_a.ipynb", "added 02_b.ipynb"]
    assert texts(mine) == texts(course)


def test_second_time_does_nothing(course, mine):
    learners_copy.update(mine, course)
    before = {p: p.stat().st_mtime_ns for p in mine.iterdir() if p.name != learners_copy.LOCK}
    assert learners_copy.update(mine, course) == []
    assert before == {
        p: p.stat().st_mtime_ns for p in mine.iterdir() if p.name != learners_copy.LOCK
    }


def test_untouched_is_refreshed_and_changed_is_kept_with_the_new_beside(course, mine):
    learners_copy.update(mine, course)
    (mine / "01_a.ipynb").write_text("a, with my notes")
    for name in ("01_a", "02_b"):
        (course / f"{name}.ipynb").write_text(f"{name}, second edition")
    report = learners_copy.update(mine, course)
    found = texts(mine)
    assert found.pop("01_a.ipynb") == "a, with my notes"
    assert found.pop("02_b.ipynb") == "02_b, second edition"
    assert list(found.values()) == ["01_a, second edition"]
    assert any("kept your 01_a.ipynb" in line for line in report)
    assert learners_copy.update(mine, course) == []  # and it is not said again


def test_a_new_version_that_was_thrown_away_does_not_come_back(course, mine):
    learners_copy.update(mine, course)
    (mine / "01_a.ipynb").write_text("a, with my notes")
    (course / "01_a.ipynb").write_text("a, second edition")
    learners_copy.update(mine, course)
    (beside,) = mine.glob("01_a.new-*")
    beside.unlink()
    assert learners_copy.update(mine, course) == []
    assert not beside.exists()


def test_a_change_that_was_taken_back_counts_as_untouched(course, mine):
    learners_copy.update(mine, course)
    (mine / "01_a.ipynb").write_text("a, with my notes")
    (course / "01_a.ipynb").write_text("a, second edition")
    learners_copy.update(mine, course)
    (mine / "01_a.ipynb").write_text("a, first edition")
    (course / "01_a.ipynb").write_text("a, third edition")
    assert learners_copy.update(mine, course) == ["refreshed 01_a.ipynb"]


def test_changed_copy_of_the_present_edition_is_left_alone(course, mine):
    learners_copy.update(mine, course)
    (mine / "01_a.ipynb").write_text("a, with my notes")
    assert learners_copy.update(mine, course) == []
    assert texts(mine)["01_a.ipynb"] == "a, with my notes"


DEEP = '{"01_a.ipynb": {"offered": "", "editions": [%s]}}' % ("[" * 800 + "]" * 800)


@pytest.mark.parametrize(
    "record",
    ["{torn", "[]", '{"01_a.ipynb": 3}', '{"01_a.ipynb": {}}', "[" * 200_000, DEEP],
    ids=lambda text: text[:60],
)
def test_without_a_record_nothing_is_overwritten(course, mine, record):
    mine.mkdir()
    (mine / "01_a.ipynb").write_text("from somewhere else")
    (mine / learners_copy.EDITIONS).write_text(record)
    learners_copy.update(mine, course)
    assert texts(mine)["01_a.ipynb"] == "from somewhere else"
    assert "a, first edition" in texts(mine).values()


def test_a_deleted_lesson_comes_back(course, mine):
    learners_copy.update(mine, course)
    (mine / "01_a.ipynb").unlink()
    assert learners_copy.update(mine, course) == ["added 01_a.ipynb"]


def test_a_write_that_fails_leaves_the_old_file_whole(course, mine, monkeypatch):
    learners_copy.update(mine, course)
    (course / "01_a.ipynb").write_text("a, second edition")

    def full_disk(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        learners_copy.update(mine, course)
    assert texts(mine)["01_a.ipynb"] == "a, first edition"
    assert not list(mine.glob(f"{learners_copy.LAYING}*"))


def edit_in_place(course, mine):
    """Save a lesson as an editor does that keeps the file; then update."""
    (mine / "01_a.ipynb").write_text("a, with my notes")
    report = learners_copy.update(mine, course)
    assert [line for line in report if "recovered" in line] == []
    assert not list(mine.glob("*.yours-*"))
    assert (mine / "01_a.ipynb").stat().st_nlink == 1, "another name would follow each change"
    assert texts(mine)["01_a.ipynb"] == "a, with my notes"


def test_a_replacement_that_failed_leaves_no_second_name_of_the_lesson(course, mine, monkeypatch):
    learners_copy.update(mine, course)
    (course / "01_a.ipynb").write_text("a, second edition")

    def full_disk(_):
        raise OSError("no space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", full_disk)
        with pytest.raises(OSError, match="no space"):
            learners_copy.update(mine, course)
    assert not list(mine.glob(f"{learners_copy.ASIDE}*"))
    edit_in_place(course, mine)


def test_a_second_name_that_a_killed_run_left_is_no_change_to_recover(course, mine):
    learners_copy.update(mine, course)
    os.link(mine / "01_a.ipynb", mine / f"{learners_copy.ASIDE}01_a.ipynb")
    edit_in_place(course, mine)


def test_a_folder_in_the_place_of_a_lesson_holds_up_no_other(course, mine):
    for name in ("01_a.ipynb", f"{learners_copy.LAYING}x", f"{learners_copy.ASIDE}02_b.ipynb"):
        (mine / name).mkdir(parents=True)
    said, other = learners_copy.update(mine, course)
    assert "left out 01_a.ipynb" in said
    assert other == "added 02_b.ipynb"


@pytest.mark.skipif(sys.platform == "win32", reason="locks by fcntl")
def test_a_run_that_waits_for_another_says_so(course, mine):
    import fcntl

    mine.mkdir()
    with open(mine / learners_copy.LOCK, "ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting = start(mine, course)
        said = waiting.stdout.readline() + waiting.stdout.readline()
        assert b"Another run is bringing" in said
        assert not list(mine.glob("*.ipynb"))
    assert b"added 01_a.ipynb" in waiting.communicate(timeout=30)[0]


def test_a_change_saved_while_the_lesson_is_replaced_is_kept(course, mine, monkeypatch):
    """An editor saves in place, between the look at the file and its replacement."""
    learners_copy.update(mine, course)
    (course / "01_a.ipynb").write_text("a, second edition")
    write = learners_copy._write

    def save_first(path, content):
        if path.name == "01_a.ipynb":
            path.write_text("a, saved just now")
        write(path, content)

    monkeypatch.setattr(learners_copy, "_write", save_first)
    report = learners_copy.update(mine, course)
    found = texts(mine)
    assert found["01_a.ipynb"] == "a, saved just now"
    assert "a, second edition" in found.values()
    assert any("kept your 01_a.ipynb" in line for line in report)


def test_a_change_left_aside_by_a_killed_run_is_given_back(course, mine):
    learners_copy.update(mine, course)
    (mine / f"{learners_copy.ASIDE}01_a.ipynb").write_text("a, saved just then")
    (mine / f"{learners_copy.ASIDE}02_b.ipynb").write_text("b, first edition")
    (mine / f"{learners_copy.LAYING}xyz").write_text("half a less")
    (report,) = learners_copy.update(mine, course)
    assert "recovered" in report
    assert "a, saved just then" in texts(mine).values()
    assert not list(mine.glob(f"{learners_copy.ASIDE}*")) + list(
        mine.glob(f"{learners_copy.LAYING}*")
    )


def test_the_copies_are_trusted_and_a_foreign_notebook_is_not(mine):
    learners_copy.update(mine)
    notary = NotebookNotary()
    lessons = list(mine.glob("*.ipynb"))
    assert lessons
    assert all(notary.check_signature(nbformat.read(path, 4)) for path in lessons)
    foreign = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)")])
    assert not notary.check_signature(foreign)


RUN = "import sys; from course_lib.app import learners_copy; print('go', flush=True); \
print(learners_copy.update(sys.argv[1], sys.argv[2]))"


def start(mine, course):
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(mine), str(course)], stdout=subprocess.PIPE
    )


def editions(course, number):
    for i in range(12):
        text = f"lesson {i}, edition {number}\n" + "x" * 200_000 + "\nend"
        (course / f"{i:02}_x.ipynb").write_text(text)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_at_random_moments_nothing_is_lost_or_broken(course, mine):
    """Every file is one whole edition or the learner's own words, after each of many kills."""
    editions(course, 0)
    learners_copy.update(mine, course)
    own = {}
    for i in (3, 7):
        own[f"{i:02}_x.ipynb"] = f"lesson {i}, with my notes"
        (mine / f"{i:02}_x.ipynb").write_text(own[f"{i:02}_x.ipynb"])
    moment, killed = random.Random(0), 0
    for number in range(1, 31):
        editions(course, number)
        run = start(mine, course)
        run.stdout.readline()
        time.sleep(moment.uniform(0, 0.06))
        run.kill()
        killed += run.wait() == -signal.SIGKILL
        for path in mine.glob("*.ipynb"):
            text = path.read_text()
            if path.name in own:
                assert text == own[path.name]
            elif path.name[0] in "01" and path.name[2:] == "_x.ipynb":
                assert text.startswith(f"lesson {int(path.name[:2])}, edition ")
                assert text.endswith("\nend")
    assert killed > 10, "the machine is too quick for this test"
    learners_copy.update(mine, course)
    found = texts(mine)
    for i in range(12):
        name = f"{i:02}_x.ipynb"
        latest = (course / name).read_text()
        assert found[name] == own.get(name, latest)
        if name in own:  # and the newest edition lies beside
            assert latest in found.values()
    assert not list(mine.glob(f"{learners_copy.LAYING}*")) + list(
        mine.glob(f"{learners_copy.ASIDE}*")
    )


@pytest.mark.slow
def test_two_at_once_do_as_one(course, mine):
    editions(course, 0)
    runs = [start(mine, course) for _ in range(4)]
    said = b"".join(run.communicate()[0] for run in runs)
    assert [run.returncode for run in runs] == [0] * 4
    assert texts(mine) == texts(course)
    assert said.count(b"added 05_x.ipynb") == 1
