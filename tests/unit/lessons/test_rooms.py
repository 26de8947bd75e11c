"""Every lesson has the same rooms, so that who knows one lesson knows them all."""

import importlib
import re
from pathlib import Path

import pytest

from course_lib import lessons

ROOM = re.compile(
    r"(__init__|claims(_\w+)?|exercises(_\w+)?|comparisons|predictions|demo_\w+|figures(_\w+)?|experiments(_\w+)?)\.py"
)
FOLDERS = sorted(Path(lessons.__file__).parent.glob("lesson_*"))


def strays(folder):
    return [
        f.name for f in folder.iterdir() if f.name != "__pycache__" and not ROOM.fullmatch(f.name)
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_lesson_has_the_rooms_of_all_lessons_and_no_other(folder):
    assert not strays(folder)
    assert {"__init__.py", "predictions.py"} <= {file.name for file in folder.iterdir()}


def test_a_stray_file_is_noticed(tmp_path):
    for name in ("__init__.py", "claims_edge.py", "demo_dial.py", "helpers.py", "demos.py"):
        (tmp_path / name).touch()
    assert sorted(strays(tmp_path)) == ["demos.py", "helpers.py"]


@pytest.mark.parametrize("name", lessons.lesson_names())
def test_a_notebook_that_imports_its_names_again_gets_the_same(name):
    """A room of the name of a name, ``claims``, must not take its place once it is loaded."""
    home, lesson = importlib.import_module(f"course_lib.lessons.{name}"), lessons.load(name)
    assert min(len(lesson.claims), len(lesson.exercises), len(lesson.predictions)) > 0
    assert home.claims is lesson.claims
