"""A record keeps its arrays, and says with which seeds and versions it was made."""

from pathlib import Path

import numpy as np
import pytest

from course_lib.support.shipped_files import shipped_file
from course_lib.teaching import records

RECORDS = sorted(shipped_file(records.FOLDER).iterdir())
every_record = pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)


@every_record
def test_a_record_says_how_it_was_made(path):
    record = records.load(path.stem)
    assert record.about["seeds"]
    assert record.about["versions"]["numpy"]
    script = record.about["made by"].split()[0]
    assert script == f"tools/record_{path.stem[:2]}.py"
    assert (Path(__file__).parents[3] / script).is_file()
    assert all(np.size(array) for array in record.values())
    assert path.stat().st_size < 300_000


def test_what_is_saved_is_loaded(monkeypatch, tmp_path):
    (tmp_path / records.FOLDER).mkdir(parents=True)
    monkeypatch.setattr(records, "shipped_file", lambda name: tmp_path / name)
    values = np.linspace(-3, 1000, 12).reshape(3, 4)
    arrays = {"plain": values, "packed": records.pack(values, digits=14)}
    path = records.save("09_trial", arrays, seeds=range(3), axes="row, column")
    record = records.load.__wrapped__("09_trial")
    assert path.stem == "09_trial"
    assert record.about["seeds"] == [0, 1, 2]
    assert record.about["axes"] == "row, column"
    assert record.about["made by"] == "tools/record_09.py"
    np.testing.assert_array_equal(record["plain"], values)
    np.testing.assert_allclose(record["packed"], values, rtol=2.0**-14)
    with pytest.raises(KeyError):
        record["about"]
