import hypothesis
import pytest

# A busy machine takes longer than hypothesis likes; what is slow is no wrong result.
hypothesis.settings.register_profile("course", deadline=None)
hypothesis.settings.load_profile("course")


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Give each test a progress file of its own."""
    path = tmp_path / "course-progress.jsonl"
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(path))
    return path
