import pytest


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Give each test a progress file of its own."""
    path = tmp_path / "course-progress.jsonl"
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(path))
    return path
