from types import SimpleNamespace

import psutil
import pytest

from course_lib.support import memory


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with 1000 bytes free, whose control groups are files in `tmp_path`."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "MEMBERSHIP", tmp_path / "membership")

    def group(path, limit, use, given_back, names):
        folder = tmp_path / path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / names[0]).write_text(f"{limit}\n")
        (folder / names[1]).write_text(f"{use}\n")
        (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {given_back}\n")

    return group


def test_without_control_groups_it_is_what_the_machine_has(machine):
    assert memory.available() == 1000


def test_the_limit_of_a_group_counts_and_what_its_cache_gives_back(machine, tmp_path):
    (tmp_path / "membership").write_text("0::/job/7\n")
    machine("job/7", 800, 500, 100, memory.V2)
    assert memory.available() == 400
    machine("job/7", "max", 500, 100, memory.V2)
    assert memory.available() == 1000
    machine("job", 700, 600, 0, memory.V2)  # the group above is fuller
    assert memory.available() == 100
    machine("job", 700, 900, 0, memory.V2)
    assert memory.available() == 0


def test_the_first_version_and_a_container_that_sees_its_group_as_the_root(machine, tmp_path):
    (tmp_path / "membership").write_text("9:name=systemd:/\n4:memory:/docker/ab\n0::/\n")
    machine("memory/docker/ab", 2**63 - 4096, 500, 0, memory.V1)
    assert memory.available() == 1000
    machine("memory", 900, 650, 50, memory.V1)
    assert memory.available() == 300


def test_this_machine_has_some():
    assert 10**7 < memory.available() <= psutil.virtual_memory().total
