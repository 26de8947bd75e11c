import jax
import pytest

from course_lib.support import progress_bar


@pytest.fixture(autouse=True, scope="session")
def float64():
    jax.config.update("jax_enable_x64", True)


@pytest.fixture
def bars(monkeypatch):
    """All progress bars that were made, without waiting: one a piece of work."""
    made = []

    class Bar:
        def __init__(self, total, **options):
            self.total, self.n, self.closed = total, 0, False
            made.append(self)

        def update(self, n):
            self.n += n

        def close(self):
            self.closed = True

    monkeypatch.setattr("tqdm.auto.tqdm", Bar)
    monkeypatch.setattr(progress_bar, "PATIENCE", -1.0)
    return made
