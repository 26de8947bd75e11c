"""File systems that can do less, and folders that belong to somebody else: the course opens, or says why."""

import contextlib
import errno
import os
import sys
import time

import pytest

from course_lib.app import cli, learners_copy, preflight

fcntl = pytest.importorskip("fcntl", reason="locks of Unix")


@pytest.fixture
def notebooks(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("01_a", "02_b"):
        (folder / f"{name}.ipynb").write_text(f"{name}, first edition")
    return folder


def refusing(number):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    return refuse


NO_LOCKS = ("ENOLCK", "EOPNOTSUPP", "EINVAL", "ENOSYS", "EPERM", "EBADF", "EIO")


@pytest.mark.parametrize("name", NO_LOCKS)
def test_without_locks_the_lessons_are_laid_all_the_same(name, notebooks, tmp_path, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", refusing(getattr(errno, name)))
    mine = tmp_path / "mine"
    assert learners_copy.update(mine, notebooks) == ["added 01_a.ipynb", "added 02_b.ipynb"]
    (notebooks / "01_a.ipynb").write_text("second edition")
    assert learners_copy.update(mine, notebooks) == ["refreshed 01_a.ipynb"]


def test_on_a_system_that_knows_no_locks(notebooks, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert len(learners_copy.update(tmp_path / "mine", notebooks)) == 2


@pytest.mark.parametrize("name", ["EAGAIN", "EACCES"])
def test_a_lock_that_a_server_never_gives_back_is_waited_for_so_long(
    name, notebooks, tmp_path, monkeypatch, capsys
):
    """The machine that held it is gone, and the server has not noticed."""
    monkeypatch.setattr(fcntl, "flock", refusing(getattr(errno, name)))
    monkeypatch.setattr(learners_copy, "PATIENCE", 0.3)
    begin = time.monotonic()
    assert len(learners_copy.update(tmp_path / "mine", notebooks)) == 2
    assert time.monotonic() - begin > 0.3
    assert "waiting" in capsys.readouterr().out


@pytest.mark.parametrize("call", ["chmod", "fsync", "link"])
@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.EINVAL, errno.ENOSYS])
def test_a_file_system_that_cannot_do_all_is_enough(call, number, notebooks, tmp_path, monkeypatch):
    monkeypatch.setattr(os, call, refusing(number))
    mine = tmp_path / "mine"
    learners_copy.update(mine, notebooks)
    (notebooks / "01_a.ipynb").write_text("second edition")
    assert learners_copy.update(mine, notebooks) == ["refreshed 01_a.ipynb"]
    assert (mine / "01_a.ipynb").read_text() == "second edition"


def test_the_doctor_says_that_nothing_can_be_locked(tmp_path, monkeypatch):
    assert "no locks" not in preflight.copy(str(tmp_path / "mine")).sentence
    monkeypatch.setattr(fcntl, "flock", refusing(errno.ENOLCK))
    finding = preflight.copy(str(tmp_path / "mine"))
    assert finding.good
    assert "no locks" in finding.sentence


def test_a_home_without_locks_gets_no_databases(tmp_path, monkeypatch):
    """SQLite would wait five seconds for each lock, at the start of every kernel three times."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in (*preflight.FOLDERS, "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(variable, raising=False)
    assert preflight.home().good
    monkeypatch.setattr(fcntl, "lockf", refusing(errno.ENOLCK))
    finding = preflight.home()
    assert not finding.good
    for variable in preflight.FOLDERS:
        assert (variable in finding.sentence) == (variable in preflight.DATABASES)


@contextlib.contextmanager
def rights(path, mode):
    """Give a path these rights for a while: pytest must be able to remove it."""
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def one_sentence(run, *words):
    """Assert that a command ended with a sentence that names these words, and no traceback."""
    said = run.stderr.decode()
    assert run.returncode == 1, said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1, said
    for word in words:
        assert word in said


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["my-course", "deep/down/my-course"])
def test_a_folder_that_cannot_be_made(folder, course, tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    with rights(there, 0o555):
        run = course("lab", "--folder", folder, cwd=there, HOME=str(tmp_path))
        one_sentence(run, folder, "Permission denied", "--folder", str(tmp_path / "my-course"))
        doctor = course("doctor", "--folder", folder, cwd=there, HOME=str(tmp_path))
    assert doctor.returncode == 1
    assert "cannot be written to" in doctor.stdout.decode()


@pytest.mark.slow
def test_a_file_in_the_place_of_the_folder(course, tmp_path):
    (tmp_path / "my-course").write_text("")
    one_sentence(course("lab", cwd=tmp_path, HOME=str(tmp_path)), "my-course", "--folder")
    assert "is not a folder" in course("doctor", cwd=tmp_path).stdout.decode()


@pytest.mark.slow
def test_a_folder_that_nobody_else_may_look_into(course, tmp_path):
    mine = tmp_path / "my-course"
    mine.mkdir()
    with rights(mine, 0o000):
        one_sentence(course("lab", cwd=tmp_path, HOME=str(tmp_path)), "my-course", "--folder")
        doctor = course("doctor", cwd=tmp_path, HOME=str(tmp_path))
    assert doctor.returncode == 1
    assert "Traceback" not in doctor.stderr.decode()


def test_lessons_of_somebody_else_are_opened_and_it_is_said_what_is_lost(
    tmp_path, monkeypatch, capsys
):
    learners_copy.update(tmp_path / "mine")
    monkeypatch.setattr(learners_copy, "update", refusing(errno.EROFS))
    monkeypatch.setattr(preflight, "writable", lambda folder: False)
    cli._bring_up_to_date(str(tmp_path / "mine"))
    said = capsys.readouterr().out
    assert "could not be brought up to date" in said
    assert "Nothing that you do" in said
    assert "--folder" in said


@pytest.mark.slow
def test_files_that_root_has_left_are_named(course, tmp_path):
    """As after one `sudo hessian-course lab`."""
    learners_copy.update(tmp_path / "my-course")
    foreign = [
        tmp_path / "my-course" / name for name in (learners_copy.LOCK, "00_start_here.ipynb")
    ]
    with rights(foreign[0], 0o000), rights(foreign[1], 0o444):
        run = course("doctor", cwd=tmp_path, HOME=str(tmp_path))
    assert run.returncode == 1
    said = run.stdout.decode()
    assert ".lock, 00_start_here.ipynb" in said
    assert "chown" in said


def test_one_lesson_that_cannot_be_read_holds_up_no_other(notebooks, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    learners_copy.update(mine, notebooks)
    read = type(mine).read_bytes

    def denied(path):
        if path == mine / "01_a.ipynb":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path)

    for path in notebooks.iterdir():
        path.write_text(f"{path.stem}, second edition")
    monkeypatch.setattr(type(mine), "read_bytes", denied)
    left, refreshed = learners_copy.update(mine, notebooks)
    assert left.startswith("left out 01_a.ipynb (Permission denied")
    assert refreshed == "refreshed 02_b.ipynb"


def test_progress_of_somebody_else(course, tmp_path):
    file = tmp_path / "course-progress.jsonl"
    file.write_text("{}")
    with rights(file, 0o000):
        one_sentence(course("progress", ".", cwd=tmp_path), "cannot be read")


# CPython issue 130932: there the import of a standard module fails.
@pytest.mark.skipif((3, 13) <= sys.version_info < (3, 13, 3), reason="a bug of this Python")
def test_a_folder_that_was_removed_meanwhile(course, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        "import os, sys; os.rmdir(os.getcwd())\n"
        "from course_lib.app import cli; sys.exit(cli.main(['lab']))"
    )
    one_sentence(course(code=code, cwd=gone, HOME=str(tmp_path)), "my-course", "--folder")
