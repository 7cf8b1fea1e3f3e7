"""Somebody confirms that an announcement has reached them: by link, by an answer, or told by phone."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.errors import NotFound
from playbook.models import Activation, ActivationKind, Announcement, AnnouncementPerson, User
from playbook.services import log


def acknowledge(
    session: Session, activation_id: int, person_ids: Collection[int], via: str, now: datetime
) -> int:
    """Note that these people have read everything that asks them to say so; return how many notices that was."""
    rows = session.scalars(
        select(AnnouncementPerson)
        .join(Announcement)
        .where(
            Announcement.activation_id == activation_id,
            AnnouncementPerson.person_id.in_(person_ids),
            AnnouncementPerson.asks,
            AnnouncementPerson.acknowledged_at.is_(None),
        )
    ).all()
    for row in rows:
        _note(session, row, activation_id, via, now, None)
    return len(rows)


def acknowledge_after_the_end(
    session: Session,
    person_ids: Collection[int],
    kinds: Collection[ActivationKind],
    number: int | None,
    now: datetime,
) -> int | None:
    """Take a text to no running incident as the acknowledgement of the one that ended last; return its id, or None."""
    waiting = (
        select(Activation.id)
        .join(Announcement, Announcement.activation_id == Activation.id)
        .join(AnnouncementPerson)
        .where(
            AnnouncementPerson.person_id.in_(person_ids),
            AnnouncementPerson.asks,
            AnnouncementPerson.acknowledged_at.is_(None),
            Activation.ended_at.is_not(None),
            Activation.kind.in_(kinds),
        )
        .order_by(Activation.ended_at.desc())
        .limit(1)
    )
    if number is not None:
        waiting = waiting.where(Activation.number == number)
    found = session.scalar(waiting)
    if found is not None:
        acknowledge(session, found, person_ids, "sms", now)
    return found


def told_by_hand(
    session: Session, activation_id: int, told_id: int, user: User, now: datetime
) -> None:
    """A human has told this person, or heard from them; also after the end. Twice changes nothing. Raises NotFound."""
    row = session.get(AnnouncementPerson, told_id)
    if row is None or row.announcement.activation_id != activation_id:
        raise NotFound("Nobody of this incident is told that.")
    if row.acknowledged_at is None:
        _note(session, row, activation_id, "hand", now, user)


def _note(
    session: Session,
    row: AnnouncementPerson,
    activation_id: int,
    via: str,
    now: datetime,
    user: User | None,
) -> None:
    row.acknowledged_at, row.acknowledged_via = now, via
    row.noted_by_name = user.shown_name if user else None
    log.record(
        session,
        "change.acknowledged",
        now=now,
        user=user,
        person_id=row.person_id,
        activation_id=activation_id,
        subject=f"announcement_person:{row.id}",
        payload={"name": row.person.name, "via": via},
    )
    session.get_one(Activation, activation_id).changed()
