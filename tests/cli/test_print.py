"""A playbook as a PDF, and what is said where the system cannot draw one."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy.orm import Session, sessionmaker

from playbook.cli.exits import NOT_READY, REFUSED
from tests.support import harbour


@pytest.fixture
def published(sessions: sessionmaker[Session], now: datetime) -> None:
    with sessions.begin() as session:
        harbour.publish_harbour(session, now)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_writes_the_playbook_in_any_of_its_languages(
    run_on_database: Callable[..., Result], published: None, tmp_path: Path, language: str
) -> None:
    file = tmp_path / "harbour.pdf"
    ran = run_on_database("print", "harbour", "--language", language, "--to", str(file))
    assert ran.exit_code == 0, ran.output
    assert file.read_bytes().startswith(b"%PDF-")


def test_where_pango_is_missing_it_says_what_to_install(
    run_on_database: Callable[..., Result], published: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real = builtins.__import__

    def without_pango(name: str, *rest: Any, **named: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    ran = run_on_database("print", "harbour")
    assert ran.exit_code == NOT_READY
    assert "apt install libpango-1.0-0" in ran.stderr


def test_an_unknown_playbook_is_refused(
    run_on_database: Callable[..., Result], published: None
) -> None:
    ran = run_on_database("print", "nowhere")
    assert ran.exit_code == REFUSED
