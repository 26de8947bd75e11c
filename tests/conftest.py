import hypothesis
import pytest

# A busy machine takes longer than hypothesis likes; what is slow is no wrong result.
hypothesis.settings.register_profile("course", deadline=None)
hypothesis.settings.load_profile("course")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Say which tests go to the same worker, for `pytest -n 2 --dist loadgroup`.

    The cells of a notebook share a kernel, the tests of a file share fixtures. Long files that hold
    tests of all lessons are cut by lesson: the checks of one share its trained networks.
    """
    for item in items:
        group = item.location[0]
        values = getattr(item, "callspec", None) and item.callspec.params
        if values and "claim" in values:
            group += f" {values['claim'].id.split('.')[0]}"
        elif values and item.path.name == "test_exercises_in_notebooks.py":
            group += f" {values['name']}"
        elif values and "card" in values:
            group += f" {values['card'].lesson}"
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Give each test a progress file of its own."""
    path = tmp_path / "course-progress.jsonl"
    monkeypatch.setenv("HESSIAN_COURSE_PROGRESS", str(path))
    return path
