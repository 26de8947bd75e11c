import numpy as np
import pytest

from course_lib.support import progress_bar
from course_lib.support.progress_bar import ProgressBar


@pytest.mark.parametrize(("tick", "shown"), [(0.4, 1), (1e-6, 0)])
def test_it_shows_a_second_after_the_first_step_and_has_counted_from_the_start(
    tick, shown, bars, monkeypatch
):
    clock = iter(np.arange(100.0) * tick)
    monkeypatch.setattr(progress_bar, "PATIENCE", 1.0)
    monkeypatch.setattr(progress_bar, "perf_counter", lambda: next(clock))
    with ProgressBar(10, "step") as bar:
        for done in range(5):
            assert len(bars) == shown * (done > 3)  # 1.0 s lie between steps 1 and 4
            bar.advance(2)
    assert [(b.n, b.total, b.closed) for b in bars] == [(10, 10, True)] * shown


def test_it_is_closed_after_an_error(bars):
    def work():
        with ProgressBar(3, "product") as bar:
            bar.advance()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert bars[0].closed


@pytest.mark.parametrize(("value", "quiet"), [(None, False), ("0", False), ("1", True)])
def test_the_variable_that_hushes_tqdm_hushes_it_in_a_notebook_too(value, quiet, monkeypatch):
    from tqdm.notebook import tqdm

    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    if value is not None:
        monkeypatch.setenv("TQDM_DISABLE", value)
    monkeypatch.setattr(progress_bar, "PATIENCE", -1.0)
    monkeypatch.setattr("tqdm.auto.tqdm", tqdm)
    with progress_bar.ProgressBar(2, "product") as bar:
        bar.advance()
        assert bar._bar.disable is quiet
