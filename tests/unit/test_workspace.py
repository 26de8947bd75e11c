"""The learner's copy: untouched lessons are refreshed, changed ones are never overwritten."""

import os

import pytest

from course_lib import workspace


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
    assert workspace.update(mine, course) == ["added 01_a.ipynb", "added 02_b.ipynb"]
    assert texts(mine) == texts(course)


def test_second_time_does_nothing(course, mine):
    workspace.update(mine, course)
    assert workspace.update(mine, course) == []


def test_untouched_is_refreshed_and_changed_is_kept_with_the_new_beside(course, mine):
    workspace.update(mine, course)
    (mine / "01_a.ipynb").write_text("a, with my notes")
    for name in ("01_a", "02_b"):
        (course / f"{name}.ipynb").write_text(f"{name}, second edition")
    report = workspace.update(mine, course)
    found = texts(mine)
    assert found.pop("01_a.ipynb") == "a, with my notes"
    assert found.pop("02_b.ipynb") == "02_b, second edition"
    assert list(found.values()) == ["01_a, second edition"]
    assert any("kept your 01_a.ipynb" in line for line in report)
    assert workspace.update(mine, course) == []  # and it is not said again


def test_changed_copy_of_the_present_edition_is_left_alone(course, mine):
    workspace.update(mine, course)
    (mine / "01_a.ipynb").write_text("a, with my notes")
    assert workspace.update(mine, course) == []
    assert texts(mine)["01_a.ipynb"] == "a, with my notes"


def test_without_a_record_nothing_is_overwritten(course, mine):
    mine.mkdir()
    (mine / "01_a.ipynb").write_text("from somewhere else")
    (mine / workspace.VERSIONS).write_text("{torn")
    workspace.update(mine, course)
    assert texts(mine)["01_a.ipynb"] == "from somewhere else"
    assert "a, first edition" in texts(mine).values()


def test_a_deleted_lesson_comes_back(course, mine):
    workspace.update(mine, course)
    (mine / "01_a.ipynb").unlink()
    assert workspace.update(mine, course) == ["added 01_a.ipynb"]


def test_a_write_that_fails_leaves_the_old_file_whole(course, mine, monkeypatch):
    workspace.update(mine, course)
    (course / "01_a.ipynb").write_text("a, second edition")

    def full_disk(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        workspace.update(mine, course)
    assert texts(mine)["01_a.ipynb"] == "a, first edition"
    assert not list(mine.glob(".laying-*"))
