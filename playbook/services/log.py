"""Writing the log, sealing it, proving it."""

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from playbook.domain.chain import GENESIS, Sealed, first_break, payload_digest, seal
from playbook.models import LogEntry, User


def record(
    session: Session,
    kind: str,
    *,
    now: datetime,
    user: User | None = None,
    person_id: int | None = None,
    activation_id: int | None = None,
    subject: str = "",
    payload: Mapping[str, Any] | None = None,
) -> LogEntry:
    """Add one entry to the log, to be sealed by the next tick.

    `kind` is a stable word ("answer.noted"). `user` did it, or the partner `person_id`; with neither it was the
    service. `payload` holds what is personal (names, texts) and can be erased later.
    """
    entry = LogEntry(**row(kind, now, user, person_id, activation_id, subject, payload))
    session.add(entry)
    return entry


def row(
    kind: str,
    now: datetime,
    user: User | None = None,
    person_id: int | None = None,
    activation_id: int | None = None,
    subject: str = "",
    payload: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the columns of an entry, for callers that write many at once."""
    body = None if payload is None else json.dumps(payload, ensure_ascii=False, default=str)
    salt = None if body is None else secrets.token_hex(16)
    return {
        "at": now,
        "kind": kind,
        "actor": "person" if user else "partner" if person_id else "service",
        "user_id": user.id if user else None,
        "person_id": person_id,
        "activation_id": activation_id,
        "subject": subject,
        "payload": body,
        "salt": salt,
        "payload_digest": payload_digest(body, salt),
    }


def read_payload(entry: LogEntry) -> dict[str, Any]:
    """Return an entry's payload; empty when it had none or it was erased."""
    return dict(json.loads(entry.payload)) if entry.payload else {}


def facts(entry: LogEntry) -> dict[str, Any]:
    """Return the clear facts that an entry's seal covers."""
    return {
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "actor": entry.actor,
        "user": entry.user_id,
        "person": entry.person_id,
        "activation": entry.activation_id,
        "subject": entry.subject,
        "payload": entry.payload_digest,
    }


def seal_entries(session: Session, limit: int = 500) -> int:
    """Seal up to `limit` entries in the order they were written; return how many.

    On PostgreSQL one sealer works at a time (an advisory lock); another finds nothing to do.
    """
    if session.get_bind().dialect.name == "postgresql":
        free = session.scalar(text("SELECT pg_try_advisory_xact_lock(7266)"))
        if not free:
            return 0
    last = session.execute(
        select(LogEntry.position, LogEntry.seal)
        .where(LogEntry.position.is_not(None))
        .order_by(LogEntry.position.desc())
        .limit(1)
    ).first()
    position, previous = (last.position, last.seal) if last else (0, GENESIS)
    entries = session.scalars(
        select(LogEntry).where(LogEntry.position.is_(None)).order_by(LogEntry.id).limit(limit)
    ).all()
    for entry in entries:
        position += 1
        entry.position, entry.previous = position, previous
        entry.seal = previous = seal(previous, facts(entry))
    return len(entries)


def verify(session: Session) -> tuple[int, int | None]:
    """Return how many entries are sealed, and the position of the first that does not fit (None: all do)."""
    count = session.scalar(select(func.count()).where(LogEntry.position.is_not(None))) or 0
    return count, first_break(_sealed(session))


def head(session: Session) -> str:
    """Return the seal of the last sealed entry; empty if none is."""
    return (
        session.scalar(
            select(LogEntry.seal)
            .where(LogEntry.position.is_not(None))
            .order_by(LogEntry.position.desc())
            .limit(1)
        )
        or ""
    )


def erase_payload(entry: LogEntry) -> None:
    """Erase what is personal in `entry`; the chain still holds."""
    entry.payload = entry.salt = None


def _sealed(session: Session) -> Iterator[Sealed]:
    last = -1
    while rows := session.scalars(
        select(LogEntry).where(LogEntry.position > last).order_by(LogEntry.position).limit(500)
    ).all():
        for entry in rows:
            last = entry.position or 0
            yield Sealed(
                position=last,
                previous=entry.previous or "",
                seal=entry.seal or "",
                facts=facts(entry),
                payload=entry.payload,
                salt=entry.salt,
                payload_digest=entry.payload_digest,
            )
