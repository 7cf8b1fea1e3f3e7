"""What lies in the instance folder is for the service's own user only."""

import os
import stat
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """As on most machines: new files can be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_others_on_the_machine_can_read_neither_database_nor_keys(run, tmp_path, monkeypatch):
    monkeypatch.delenv("ENCRYPTION_KEYS")
    assert run("migrate").exit_code == 0
    instance = tmp_path / "instance"
    found = {str(path.relative_to(instance)): path for path in instance.rglob("*")}
    assert {"playbook.db", "keys", "keys/encryption.keys"} <= set(found)
    open_to_others = {
        name: stat.filemode(path.stat().st_mode)
        for name, path in found.items()
        if path.stat().st_size  # a lock holds nothing to read
        and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    }
    assert open_to_others == {}
