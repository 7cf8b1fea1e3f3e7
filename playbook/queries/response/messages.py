"""Every message of an incident: where each one stands, those that a human must look at first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.models import Delivery, Person
from playbook.queries.response.words import Word, Words

PAGE = 100


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message on its way; `name` is empty for a reply to a number that nobody in the directory has."""

    id: int
    purpose: str
    title: Word
    name: str
    channel: str
    language: str
    state: str
    reason: str
    segments: int
    queued_at: datetime
    state_at: datetime | None
    tries: int
    provider: str
    resolved_by: str
    resolved_at: datetime | None


@dataclass(frozen=True)
class MessagePage:
    """One page of messages; `counts` is state → how many, over all pages."""

    lines: list[MessageLine]
    counts: dict[str, int]
    number: int
    pages: int

    @property
    def total(self) -> int:
        """How many messages there are in all states."""
        return sum(self.counts.values())


def messages_of(
    session: Session, activation_id: int, words: Words, *, state: str = "", page: int = 1
) -> MessagePage:
    """Return a page of an incident's messages, `unknown` ones first, then the newest. Two queries."""
    counts = _counts(session, activation_id)
    total = counts.get(state, 0) if state else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    number = min(max(1, page), pages)
    return MessagePage(_lines(session, activation_id, words, state, number), counts, number, pages)


def _counts(session: Session, activation_id: int) -> dict[str, int]:
    """Return how many messages are in each state."""
    rows = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.activation_id == activation_id)
        .group_by(Delivery.state)
        .order_by(Delivery.state)
    )
    return {str(state): count for state, count in rows}


def _lines(
    session: Session, activation_id: int, words: Words, state: str, number: int
) -> list[MessageLine]:
    query = (
        select(
            Delivery.id,
            Delivery.purpose,
            Delivery.message,
            Person.name,
            Delivery.channel,
            Delivery.language,
            Delivery.state,
            Delivery.reason,
            Delivery.segments,
            Delivery.queued_at,
            Delivery.state_at,
            Delivery.tries,
            Delivery.provider,
            Delivery.resolved_by_name,
            Delivery.resolved_at,
        )
        .outerjoin(Person, Delivery.person_id == Person.id)
        .where(Delivery.activation_id == activation_id)
        .order_by(Delivery.state != "unknown", Delivery.id.desc())
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    if state:
        query = query.where(Delivery.state == state)
    return [
        MessageLine(
            id=row[0],
            purpose=row[1],
            title=_title(words, row[2]),
            name=row[3] or "",
            channel=row[4],
            language=row[5],
            state=str(row[6]),
            reason=row[7] or "",
            segments=row[8],
            queued_at=row[9],
            state_at=row[10],
            tries=row[11],
            provider=row[12] or "",
            resolved_by=row[13] or "",
            resolved_at=row[14],
        )
        for row in session.execute(query)
    ]


def _title(words: Words, message: str) -> Word:
    known = message in words.document.messages
    return words(f"messages.{message}.name") if known else words.plain(message)
