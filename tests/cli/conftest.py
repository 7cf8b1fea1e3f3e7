"""An installation for commands to work on, and a way to call them."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from playbook.cli import main
from tests.support.application import KEY


@pytest.fixture
def run(tmp_path, monkeypatch) -> Callable[..., Result]:
    """`run("user", "list")`: the command's result, on an installation without a database."""
    monkeypatch.setenv("PLAYBOOK_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    monkeypatch.setenv("COLUMNS", "200")

    def run_command(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return run_command


@pytest.fixture
def run_on_database(run, database, sessions, monkeypatch) -> Callable[..., Result]:
    """The same on the test's migrated database."""
    monkeypatch.setenv("DATABASE_URL", database.url)
    return run
