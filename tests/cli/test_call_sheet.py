"""`playbook call-sheet`: a file for the safe, and what is refused."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from playbook.cli.exits import REFUSED
from playbook.models import CallSheetPrint
from tests.support import harbour


@pytest.fixture(autouse=True)
def published(sessions: sessionmaker[Session], now: datetime) -> None:
    with sessions.begin() as session:
        harbour.publish_harbour(session, now)
        harbour.add_people(session)


def test_it_writes_a_file_that_only_its_owner_reads_and_keeps_the_printing(
    run_on_database: Callable[..., Result], session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "sheet.pdf"
    file.write_text("an older one that everybody could read")
    file.chmod(0o644)
    ran = run_on_database("call-sheet", "harbour", "--language", "ar", "--out", str(file))
    assert ran.exit_code == 0, ran.output
    assert file.read_bytes().startswith(b"%PDF-")
    assert file.stat().st_mode & 0o777 == 0o600
    kept = session.scalars(select(CallSheetPrint)).one()
    assert (kept.via, kept.level, kept.language) == ("command", "full", "ar")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere",),
        ("harbour", "--level", "everything"),
        ("harbour", "--number", "7"),
        ("harbour", "--language", "xx"),
    ],
)
def test_what_does_not_exist_is_refused_and_nothing_is_kept(
    run_on_database: Callable[..., Result],
    session: Session,
    tmp_path: Path,
    arguments: tuple[str, ...],
) -> None:
    file = tmp_path / "sheet.pdf"
    ran = run_on_database("call-sheet", *arguments, "--out", str(file))
    assert ran.exit_code == REFUSED, ran.output
    assert not file.exists()
    assert session.scalars(select(CallSheetPrint)).all() == []
