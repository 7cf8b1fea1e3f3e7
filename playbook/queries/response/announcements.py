"""What everybody who was called has been told since, and who has confirmed it."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from playbook.models import Announcement, AnnouncementPerson, Person
from playbook.queries.response.words import Word, Words


@dataclass(frozen=True)
class ToldLine:
    """One person who was told; `phones` only where a human must call, and only for whoever may see them."""

    id: int
    name: str
    language: str
    channels: tuple[str, ...]
    by_phone: bool
    asks: bool
    phones: tuple[str, ...]
    acknowledged_at: datetime | None
    acknowledged_via: str
    noted_by: str

    @property
    def open(self) -> bool:
        """Whether somebody is still to be phoned, or to confirm."""
        return (self.by_phone or self.asks) and self.acknowledged_at is None


@dataclass(frozen=True)
class AnnouncementView:
    """A change as it was announced; `texts` are the coordinator's own words by language."""

    id: int
    kind: str
    level: Word
    made_at: datetime
    made_by: str
    reason: str
    texts: dict[str, str]
    told: tuple[ToldLine, ...]

    @property
    def to_phone(self) -> int:
        """How many people a human must still phone."""
        return sum(line.by_phone and line.open for line in self.told)

    @property
    def asked(self) -> int:
        """How many people were asked to confirm, or are phoned."""
        return sum(line.by_phone or line.asks for line in self.told)

    @property
    def confirmed(self) -> int:
        """How many of those have heard it, as far as anybody knows."""
        return self.asked - sum(line.open for line in self.told)


def announcements_of(
    session: Session, activation_id: int, words: Words, *, with_phones: bool
) -> list[AnnouncementView]:
    """Return the announcements of an incident, the newest first; who has not confirmed stands first in each."""
    rows = session.scalars(
        select(Announcement)
        .where(Announcement.activation_id == activation_id)
        .options(
            selectinload(Announcement.told)
            .joinedload(AnnouncementPerson.person)
            .selectinload(Person.contact_points)
        )
        .order_by(Announcement.id.desc())
    ).all()
    return [
        AnnouncementView(
            id=row.id,
            kind=row.kind,
            level=words(f"levels.{row.level_after}.name"),
            made_at=row.made_at,
            made_by=row.made_by_name,
            reason=row.reason,
            texts={k: v for k, v in json.loads(row.texts).items() if v.strip()},
            told=tuple(
                sorted(
                    (_line(told, with_phones=with_phones) for told in row.told),
                    key=lambda line: (not line.open, not line.by_phone, line.name),
                )
            ),
        )
        for row in rows
    ]


def _line(row: AnnouncementPerson, *, with_phones: bool) -> ToldLine:
    shown = with_phones and row.by_phone and row.person.held_at is None
    return ToldLine(
        id=row.id,
        name=row.person.name,
        language=row.language,
        channels=tuple(row.channels),
        by_phone=row.by_phone,
        asks=row.asks,
        phones=tuple(c.value for c in row.person.contact_points if c.kind == "phone")
        if shown
        else (),
        acknowledged_at=row.acknowledged_at,
        acknowledged_via=row.acknowledged_via or "",
        noted_by=row.noted_by_name or "",
    )
