"""The inbox: what waits for a human to read it, with what a reader needs to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from playbook.models import Activation, Inbound, Person, ReadinessCall, ReadinessRound, RoundKind
from playbook.services.preparedness.readiness_answers import HEARD_FOR


@dataclass(frozen=True)
class Letter:
    """One inbound text, with its context."""

    id: int
    received_at: datetime
    body: str
    sender: str
    name: str | None
    organisation: str | None
    language: str | None
    person_id: int | None
    activation_id: int | None
    activation_name: str | None
    exercise: bool
    taken_by: str | None
    done_at: datetime | None
    outcome: str | None
    understood: str
    #: The proof or drill in which this phone was asked last before it wrote, and when that began.
    asked_kind: str | None = None
    asked_at: datetime | None = None


def letters(session: Session, *, waiting: bool, limit: int = 100) -> Sequence[Letter]:
    """Return texts that wait for a reader (oldest first), or those already read (newest first)."""
    rows = session.execute(
        select(Inbound, Activation)
        .join(Activation, Inbound.activation_id == Activation.id, isouter=True)
        .where(Inbound.needs_reader if waiting else Inbound.done_at.is_not(None))
        .options(joinedload(Inbound.person).joinedload(Person.organisation))
        .order_by(Inbound.received_at if waiting else Inbound.done_at.desc())
        .limit(limit)
    )
    found = rows.all()
    asked = _asked_before(session, [inbound for inbound, _ in found])
    return [_letter(inbound, activation, asked.get(inbound.id)) for inbound, activation in found]


def _asked_before(session: Session, texts: Sequence[Inbound]) -> dict[int, ReadinessRound]:
    """Return inbound id → the proof or drill that its phone was asked in shortly before. One query."""
    rows = session.execute(
        select(ReadinessCall.value_index, ReadinessRound)
        .join(ReadinessRound)
        .where(ReadinessCall.value_index.in_({text.sender_index for text in texts}))
        .order_by(ReadinessRound.started_at)
    ).all()
    return {
        text.id: made
        for text in texts
        for index, made in rows
        if index == text.sender_index
        and timedelta(0) <= text.received_at - made.started_at <= HEARD_FOR[RoundKind(made.kind)]
    }


def _letter(row: Inbound, activation: Activation | None, asked: ReadinessRound | None) -> Letter:
    person = row.person
    return Letter(
        id=row.id,
        received_at=row.received_at,
        body=row.body,
        sender=row.sender,
        name=person.name if person else None,
        organisation=person.organisation.name if person and person.organisation else None,
        language=person.language if person else None,
        person_id=row.person_id,
        activation_id=row.activation_id,
        activation_name=activation.name if activation else None,
        exercise=activation is not None and activation.kind == "exercise",
        taken_by=row.taken_by_name,
        done_at=row.done_at,
        outcome=row.outcome,
        understood=row.understood,
        asked_kind=str(asked.kind) if asked else None,
        asked_at=asked.started_at if asked else None,
    )
