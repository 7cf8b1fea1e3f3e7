"""The log proves what happened, and lets go of what is personal when it must."""

from datetime import datetime

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from playbook.models import LogEntry
from playbook.services import log


@pytest.fixture
def written(session: Session, now: datetime) -> list[LogEntry]:
    entries = [
        log.record(session, f"kind.{n}", now=now, payload={"name": f"Person {n}"}) for n in range(5)
    ]
    session.flush()
    assert log.seal_entries(session) == 5
    session.flush()
    return entries


def test_entries_are_sealed_in_order_and_once(session: Session, written: list[LogEntry]) -> None:
    assert log.verify(session) == (5, None)
    assert log.seal_entries(session) == 0
    assert [e.position for e in written] == [1, 2, 3, 4, 5]


def test_a_changed_entry_is_found(session: Session, written: list[LogEntry]) -> None:
    session.execute(update(LogEntry).where(LogEntry.position == 3).values(kind="kind.changed"))
    session.expire_all()
    assert log.verify(session) == (5, 3)


def test_a_removed_entry_is_found(session: Session, written: list[LogEntry]) -> None:
    session.execute(text("DELETE FROM log_entry WHERE position = 2"))
    session.expire_all()
    assert log.verify(session)[1] is not None


def test_erasing_a_payload_keeps_the_chain(session: Session, written: list[LogEntry]) -> None:
    log.erase_payload(written[1])
    session.flush()
    assert log.verify(session) == (5, None)
    assert log.read_payload(written[1]) == {}


def test_what_is_personal_is_not_in_the_clear(session: Session, written: list[LogEntry]) -> None:
    raw = session.execute(text("SELECT payload FROM log_entry")).scalars().all()
    assert raw
    assert all(b"Person" not in bytes(value) for value in raw)


def test_a_payload_is_read_back_as_it_was(session: Session, written: list[LogEntry]) -> None:
    entry = session.scalars(select(LogEntry).order_by(LogEntry.id)).first()
    assert entry is not None
    assert log.read_payload(entry) == {"name": "Person 0"}
