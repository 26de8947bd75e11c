"""A learner's folder from version 0.1: nothing of theirs is lost, and they are told what is where now."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time

import pytest

from course_lib import lessons
from course_lib.app import cli, grading, learners_copy, version_0_1
from course_lib.support.shipped_files import shipped_file
from course_lib.teaching.progress import FILE_NAME

TODAY = sorted(path.name for path in shipped_file("notebooks").glob("*.ipynb"))
SAME = TODAY[:4]  # 00 to 03 have kept their names
OLD = [*SAME, *version_0_1.SUCCESSORS]

CHANGED = ("01_hessian_basics.ipynb", "04_optimization_dynamics.ipynb", "06_flat_minima.ipynb")
DELETED = ("02_worked_2x2_example.ipynb", "07_hutchinson.ipynb")

SOLVED = {"kind": "exercise", "id": "5.2", "answer": "97", "verdict": "right"}
PREDICTED = {"kind": "prediction", "id": "5.a", "answer": "1 in 64", "verdict": "made"}


@pytest.fixture(autouse=True)
def no_signatures(monkeypatch):
    """The copies here are stand-ins, which Jupyter could not read."""
    monkeypatch.setattr(learners_copy, "_trust", lambda lesson: None)


@pytest.fixture
def course(tmp_path):
    """The lessons of today."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in TODAY:
        (folder / name).write_text(f"{name} of version 0.2\n" + "x" * 20_000)
    return folder


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def made_by_0_1(folder):
    """Fill a folder as version 0.1 did, with its record, then study as a learner does."""
    folder.mkdir()
    for name in OLD:
        (folder / name).write_text(f"{name} of version 0.1\n" + "x" * 20_000)
    there = {name: digest(folder / name) for name in OLD}
    record = {name: {"editions": [sha], "offered": sha} for name, sha in there.items()}
    (folder / ".editions.json").write_text(json.dumps(record, indent=1))
    (folder / ".lock").touch()
    for name in CHANGED:
        (folder / name).write_text(f"{name} with my notes: λ₁ ≈ 17.2")
    for name in DELETED:
        (folder / name).unlink()
    with open(folder / "course-progress.jsonl", "ab") as file:
        for attempt in (SOLVED, PREDICTED):
            line = json.dumps({"when": "2026-11-01T10:00:00+00:00"} | attempt, ensure_ascii=False)
            file.write(f"\n{line}".encode())
    return folder


@pytest.fixture
def mine(tmp_path):
    return made_by_0_1(tmp_path / "my-course")


def contents(folder):
    """Return all files below a folder by name; the lock holds nothing."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def own(folder):
    """Return what the learner has written in the folder."""
    return [(folder / name).read_bytes() for name in (*CHANGED, FILE_NAME)]


REPORT = """\
refreshed 00_start_here.ipynb
kept your 01_hessian_basics.ipynb; the new version is beside it: 01_hessian_basics.new-{new}.ipynb
added 02_worked_2x2_example.ipynb
refreshed 03_critical_points.ipynb
added 04_step_size_and_momentum.ipynb
added 05_edge_of_stability.ipynb
added 06_saddles_in_high_dimension.ipynb
added 07_high_dimensional_spectra.ipynb
added 08_flat_minima.ipynb
added 09_hutchinson.ipynb
added 10_using_curvature.ipynb
added 11_your_own_model.ipynb
kept your 04_optimization_dynamics.ipynb as version-0.1/04_optimization_dynamics.ipynb; \
this lesson is now 04_step_size_and_momentum.ipynb and 05_edge_of_stability.ipynb
removed 05_high_dimensional_spectra.ipynb, which you had not changed; \
this lesson is now 06_saddles_in_high_dimension.ipynb and 07_high_dimensional_spectra.ipynb
kept your 06_flat_minima.ipynb as version-0.1/06_flat_minima.ipynb; \
this lesson is now 08_flat_minima.ipynb
07_hutchinson.ipynb was not in your folder any more; this lesson is now 09_hutchinson.ipynb
removed 08_your_own_model.ipynb, which you had not changed; this lesson is now 11_your_own_model.ipynb
You can read the lessons that you changed in version 0.1, and copy from them. \
Their code runs with version 0.1 only.
Attempts from version 0.1 in course-progress.jsonl: 2. They are kept, but they do not count, \
because many exercises and predictions have other numbers now.
"""


def test_every_change_is_kept_and_each_lesson_is_accounted_for(mine, course):
    before = contents(mine)
    report = learners_copy.update(mine, course)
    new = digest(course / CHANGED[0])[:8]
    assert report == REPORT.format(new=new).splitlines()
    after = contents(mine)
    readme = after.pop("version-0.1/README.md").decode()
    assert json.loads(after.pop(".editions.json")).keys() == set(TODAY)
    assert after.pop(FILE_NAME) == before[FILE_NAME]
    assert after.pop("01_hessian_basics.ipynb") == before["01_hessian_basics.ipynb"]
    for name in CHANGED[1:]:
        assert after.pop(f"version-0.1/{name}") == before[name]
        assert f"`{name}`: this lesson is now {version_0_1.SUCCESSORS[name][0]}" in readme
    newest = contents(course)
    assert after.pop(f"01_hessian_basics.new-{new}.ipynb") == newest.pop("01_hessian_basics.ipynb")
    assert after == newest


def test_a_second_update_changes_nothing_and_says_nothing(mine, course):
    learners_copy.update(mine, course)
    before = {path: path.stat().st_mtime_ns for path in mine.rglob("*") if path.is_file()}
    assert learners_copy.update(mine, course) == []
    assert before == {path: path.stat().st_mtime_ns for path in mine.rglob("*") if path.is_file()}


def test_the_successors_are_lessons_and_the_old_names_are_not():
    assert {new for names in version_0_1.SUCCESSORS.values() for new in names} <= set(TODAY)
    assert not set(version_0_1.SUCCESSORS) & set(TODAY)


def test_a_folder_without_old_lessons_hears_nothing_of_version_0_1(tmp_path, course):
    report = learners_copy.update(tmp_path / "new", course)
    assert report == [f"added {name}" for name in TODAY]
    assert not (tmp_path / "new" / version_0_1.FOLDER).exists()


def test_an_untouched_folder_gets_no_folder_for_what_was_kept(tmp_path, course):
    mine = made_by_0_1(tmp_path / "mine")
    for name in CHANGED:
        (mine / name).write_text(f"{name} of version 0.1\n" + "x" * 20_000)  # taken back
    report = learners_copy.update(mine, course)
    assert not any("kept your" in said or "copy from them" in said for said in report)
    assert contents(mine).keys() == {*TODAY, FILE_NAME, ".editions.json"}


def test_without_a_record_every_old_lesson_counts_as_changed(mine, course):
    before = contents(mine)
    (mine / ".editions.json").write_text("{torn")
    learners_copy.update(mine, course)
    after = contents(mine)
    assert all(after[name] == before[name] for name in SAME if name in before)
    for name in version_0_1.SUCCESSORS:
        assert after.get(f"version-0.1/{name}") == before.get(name)
    assert learners_copy.update(mine, course) == []


def test_what_an_update_put_beside_an_old_lesson_goes_with_it(mine, course):
    beside = ("06_flat_minima.new-1a2b3c4d.ipynb", "07_hutchinson.yours-1a2b3c4d.ipynb")
    for name in beside:
        (mine / name).write_text(name)
    (mine / "06_flat_minima-Copy1.ipynb").write_text("a copy that the learner made")
    report = "\n".join(learners_copy.update(mine, course))
    for name in beside:
        assert (mine / "version-0.1" / name).read_text() == name
        assert f"version-0.1/{name}" in report
    assert (mine / "06_flat_minima-Copy1.ipynb").exists()


def test_what_is_in_the_folder_already_is_not_overwritten(mine, course):
    (mine / "version-0.1").mkdir()
    (mine / "version-0.1" / "06_flat_minima.ipynb").write_text("put there by the learner")
    (mine / "version-0.1" / "README.md").write_text("my notes")
    changed = (mine / "06_flat_minima.ipynb").read_bytes()
    report = "\n".join(learners_copy.update(mine, course))
    after = contents(mine / "version-0.1")
    assert after["06_flat_minima.ipynb"] == b"put there by the learner"
    assert after["06_flat_minima.2.ipynb"] == changed
    assert after["README.md"] == b"my notes"
    assert "version-0.1/06_flat_minima.2.ipynb" in report


def test_a_lesson_that_cannot_be_moved_stays_and_is_moved_next_time(mine, course):
    (mine / "version-0.1").write_text("a file in the place of the folder")
    before = contents(mine)
    report = learners_copy.update(mine, course)
    (said,) = (line for line in report if "06_flat_minima" in line)
    assert said.startswith("left 06_flat_minima.ipynb where it is (File exists")
    assert contents(mine)["06_flat_minima.ipynb"] == before["06_flat_minima.ipynb"]
    (mine / "version-0.1").unlink()
    report = learners_copy.update(mine, course)
    assert any("kept your 06_flat_minima.ipynb as version-0.1/" in line for line in report)
    assert contents(mine)["version-0.1/06_flat_minima.ipynb"] == before["06_flat_minima.ipynb"]


def test_a_link_in_the_place_of_a_lesson_is_left_alone(mine, course, tmp_path):
    (tmp_path / "elsewhere.ipynb").write_text("kept elsewhere")
    (mine / "08_your_own_model.ipynb").unlink()
    (mine / "08_your_own_model.ipynb").symlink_to("../elsewhere.ipynb")
    report = "\n".join(learners_copy.update(mine, course))
    assert "left 08_your_own_model.ipynb where it is" in report
    assert (mine / "08_your_own_model.ipynb").read_text() == "kept elsewhere"


def test_a_change_saved_just_before_the_move_is_kept(mine, course, monkeypatch):
    move = os.rename

    def save_first(path, place):
        if path.name == "08_your_own_model.ipynb":
            path.write_text("saved just now")
        move(path, place)

    monkeypatch.setattr(os, "rename", save_first)
    report = "\n".join(learners_copy.update(mine, course))
    assert "kept your 08_your_own_model.ipynb" in report
    assert (mine / "version-0.1" / "08_your_own_model.ipynb").read_text() == "saved just now"


def test_a_lesson_that_the_learner_moves_back_stays_there(mine, course):
    learners_copy.update(mine, course)
    os.rename(mine / "version-0.1" / "06_flat_minima.ipynb", mine / "06_flat_minima.ipynb")
    assert learners_copy.update(mine, course) == []
    assert "with my notes" in (mine / "06_flat_minima.ipynb").read_text()


def test_what_a_killed_run_did_not_say_is_said_by_the_next(mine, course, monkeypatch):
    """It is killed after all is moved, and before it is written down that this is done."""
    write = learners_copy._write_record

    def killed(path, record):
        if "06_flat_minima.ipynb" not in record:
            raise KeyboardInterrupt
        write(path, record)

    with monkeypatch.context() as once:
        once.setattr(learners_copy, "_write_record", killed)
        with pytest.raises(KeyboardInterrupt):
            learners_copy.update(mine, course)
    report = learners_copy.update(mine, course)
    expected = REPORT.format(new=digest(course / CHANGED[0])[:8]).splitlines()
    kept = [line for line in expected if line.startswith("kept")]
    assert len(kept) == 3
    assert set(kept) <= set(report)
    for gone in ("05_high_dimensional_spectra.ipynb", "08_your_own_model.ipynb"):
        assert any(line.startswith(f"{gone} was not in your folder any more") for line in report)
    assert report[-2:] == expected[-2:]


def test_an_old_answer_is_no_answer_to_the_exercise_that_has_its_number_now(mine):
    done = lessons.load("lesson_05").progress(mine / FILE_NAME)
    assert not done.exercises["5.2"]
    assert not done.predictions["5.a"]


def test_new_answers_count_beside_old_ones_that_are_kept(mine, monkeypatch, capsys):
    before = (mine / FILE_NAME).read_bytes()
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(mine / FILE_NAME))
    lessons.load("lesson_02").check("2.3", 1 / 3)
    assert (mine / FILE_NAME).read_bytes().startswith(before)
    overview = repr(lessons.progress()).splitlines()
    assert "exercises right: 1 of" in overview[2]
    assert overview[-1] == REPORT.splitlines()[-1]
    assert cli.main(["progress", str(mine)]) == 0
    said = capsys.readouterr().out
    assert "✓ 2.3" in said
    assert "· 5.2" in said
    assert said.splitlines()[-1] == REPORT.splitlines()[-1]
    verdicts = {(row["kind"], row["id"]): row["verdict"] for row in grading.rows(mine)}
    assert verdicts["exercise", "2.3"] == "right"
    assert verdicts["exercise", "5.2"] == "not attempted"


def test_a_file_with_old_answers_only_is_not_graded(mine):
    with pytest.raises(ValueError, match=r"no attempt of this version. Attempts from version 0\.1"):
        grading.rows(mine)


# Updates a folder in a process of its own, and kills it at a moment: a line of input names both.
# A process that is forked needs no second to load what it runs.
KILLER = """
import os, signal, sys, time
import course_lib.teaching.progress
from course_lib.app import learners_copy
learners_copy._trust = lambda lesson: None
for line in sys.stdin:
    moment, folder = line.rstrip("\\n").split(" ", 1)
    child = os.fork()
    if child == 0:
        try:
            learners_copy.update(folder, sys.argv[1])
        finally:
            os._exit(0)
    time.sleep(float(moment))
    os.kill(child, signal.SIGKILL)
    print(os.waitpid(child, 0)[1] == signal.SIGKILL, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_two_hundred_kills_at_random_moments_lose_nothing(tmp_path, course):
    start = time.perf_counter()
    learners_copy.update(made_by_0_1(tmp_path / "whole"), course)
    longest = 1.5 * (time.perf_counter() - start)
    expected = contents(tmp_path / "whole")
    command = [sys.executable, "-c", KILLER, str(course)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    moment, killed, halfway = random.Random(0), 0, 0
    with subprocess.Popen(command, **pipes) as killer:
        for number in range(2000):
            mine = made_by_0_1(tmp_path / f"{number}")
            written = own(mine)
            print(moment.uniform(0, longest), mine, file=killer.stdin, flush=True)
            if killer.stdout.readline() == "True\n":
                killed += 1
                halfway += len(list(mine.glob("*.ipynb"))) not in (len(OLD) - len(DELETED), 13)
                assert set(written) <= set(contents(mine).values())
            learners_copy.update(mine, course)
            assert contents(mine) == expected
            assert learners_copy.update(mine, course) == []
            shutil.rmtree(mine)
            if killed == 200:
                break
        killer.stdin.close()
    assert killed == 200, "the machine is too quick for this test"
    assert halfway > 20, "nearly all were killed before the first file or after the last"
