"""The time line of an incident: what people did and what the service did, told apart, newest first.

The order is that of the real times: what was said on paper at ten past three stands there, whenever it was entered.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.models import LogEntry, Person, User

PAGE = 50


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened.

    `actor` is "person" (a user), "partner" or "service"; `who` is the user's or partner's name, empty for the
    service. `facts` is what the entry's payload says; empty when it was erased.
    """

    id: int
    at: datetime
    kind: str
    actor: str
    who: str
    facts: dict[str, Any]
    erased: bool


@dataclass(frozen=True)
class Timeline:
    """One page of it; `older` is the `before` of the next page, None at the end."""

    entries: list[Happened]
    older: int | None


def timeline(
    session: Session, activation_id: int, *, before: int | None = None, limit: int = PAGE
) -> Timeline:
    """Return `limit` entries, newest first, from just before the entry `before` on. One query."""
    query = (
        select(
            LogEntry.id,
            LogEntry.at,
            LogEntry.kind,
            LogEntry.actor,
            LogEntry.payload,
            LogEntry.salt,
            LogEntry.person_id,
            User.name,
            User.email,
            Person.name,
        )
        .outerjoin(User, LogEntry.user_id == User.id)
        .outerjoin(Person, LogEntry.person_id == Person.id)
        .where(LogEntry.activation_id == activation_id)
        .order_by(LogEntry.at.desc(), LogEntry.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        at = select(LogEntry.at).where(LogEntry.id == before).scalar_subquery()
        query = query.where((LogEntry.at < at) | ((LogEntry.at == at) & (LogEntry.id < before)))
    rows = session.execute(query).all()
    entries = [
        Happened(
            id=row[0],
            at=row[1],
            kind=row[2],
            actor=row[3],
            who=(row[7] or row[8] or "") if row[3] == "person" else row[9] or "",
            facts=_facts(row[4]),
            erased=row[4] is None,
        )
        for row in rows[:limit]
    ]
    return Timeline(entries, entries[-1].id if len(rows) > limit else None)


def _facts(payload: str | None) -> dict[str, Any]:
    return dict(json.loads(payload)) if payload else {}
