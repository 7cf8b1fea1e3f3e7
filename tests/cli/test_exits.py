"""Exit codes mean something, and the document says what."""

import re
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from playbook.cli import exits
from playbook.errors import BadInput, Conflict, KeyMissing, NotConfigured, NotFound

DOCUMENT = Path(__file__).parents[2] / "docs" / "commands.md"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput("no"), exits.REFUSED),
        (NotFound("no"), exits.REFUSED),
        (Conflict("no"), exits.REFUSED),
        (NotConfigured("no"), exits.NOT_READY),
        (KeyMissing("no"), exits.NOT_READY),
        (OperationalError("SELECT", {}, Exception()), exits.NOT_READY),
        (exits.AddressTaken("no"), exits.ADDRESS_TAKEN),
        (ZeroDivisionError(), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_has_its_code(error, code) -> None:
    assert exits.code_for(error) == code


def test_every_code_is_documented_and_means_one_thing() -> None:
    codes = [value for name, value in vars(exits).items() if name.isupper()]
    documented = re.findall(r"^\| (\d) \|", DOCUMENT.read_text(), re.MULTILINE)
    assert len(set(codes)) == len(codes)
    assert sorted([0, *codes]) == [int(code) for code in documented]


def test_a_setting_that_cannot_be_used_is_named_but_never_quoted(run, monkeypatch) -> None:
    monkeypatch.setenv("PORT", "hush-hush")
    result = run("migrate")
    assert result.exit_code == exits.NOT_READY
    assert "PORT" in result.stderr
    assert "hush-hush" not in result.output


def test_a_database_that_is_not_there_is_said_without_its_address(run, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:hush-hush@127.0.0.1:1/nothing")
    result = run("user", "list")
    assert result.exit_code == exits.NOT_READY
    assert "The database cannot be used" in result.stderr
    assert "hush-hush" not in result.output


def test_a_database_without_tables_asks_for_the_migration(run) -> None:
    result = run("user", "list")
    assert result.exit_code == exits.NOT_READY
    assert "playbook migrate" in result.stderr


def test_a_port_that_somebody_has_is_said_with_another_to_try(run, monkeypatch) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        for command in ("web", "up"):
            result = run(command)
            assert result.exit_code == exits.ADDRESS_TAKEN
            assert f"port {port}" in result.stderr
            assert f"PORT={port + 1}" in result.stderr
