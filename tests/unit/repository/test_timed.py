"""What a long check took, part by part, is printed at its end."""

import sys

import pytest
import timed


@pytest.mark.parametrize("code", [0, 3])
def test_a_part_is_noted_and_its_exit_code_kept(code, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(timed, "NOTES", tmp_path / "build" / "seconds.txt")
    timed.main(["--new"])
    with pytest.raises(SystemExit) as ended:
        timed.main(["a part", sys.executable, "-c", f"raise SystemExit({code})"])
    assert ended.value.code == code
    timed.main([])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "   0 min 00 s  a part",
        "   0 min 00 s  in all",
    ]


def test_minutes_and_seconds_add_up():
    assert timed.table("528 fast tests\n61 lint\n").splitlines() == [
        "What it took:",
        "   8 min 48 s  fast tests",
        "   1 min 01 s  lint",
        "   9 min 49 s  in all",
    ]
