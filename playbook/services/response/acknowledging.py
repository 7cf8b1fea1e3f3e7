"""Somebody confirms that an announcement has reached them: by link, by an answer, or told by phone."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from playbook.domain.response.changes import ChangeKind
from playbook.errors import NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    Announcement,
    AnnouncementPerson,
    Task,
    User,
)
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
    since: datetime | None = None,
) -> int | None:
    """Take a text to no running incident as the acknowledgement of the one that ended last; return its id, or None.

    Somebody who gets a message to a list without having been called confirms it in the same way, while it runs.

    With `since` only of one that ended after that: something else was asked then, and the newest question is meant.
    """
    asked_at = func.coalesce(Activation.ended_at, Announcement.made_at)
    waiting = (
        select(Activation.id)
        .join(Announcement, Announcement.activation_id == Activation.id)
        .join(AnnouncementPerson)
        .where(
            AnnouncementPerson.person_id.in_(person_ids),
            AnnouncementPerson.asks,
            AnnouncementPerson.acknowledged_at.is_(None),
            or_(
                Activation.ended_at.is_not(None),
                Announcement.kind == str(ChangeKind.LIST_MESSAGE),
            ),
            Activation.kind.in_(kinds),
        )
        .order_by(asked_at.desc())
        .limit(1)
    )
    if number is not None:
        waiting = waiting.where(Activation.number == number)
    if since is not None:
        waiting = waiting.where(asked_at > since)
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


def stop_waiting(session: Session, activation_id: int) -> None:
    """What was announced before the end of an incident need not be confirmed any more."""
    of_incident = select(Announcement.id).where(Announcement.activation_id == activation_id)
    session.execute(
        update(AnnouncementPerson)
        .where(AnnouncementPerson.announcement_id.in_(of_incident))
        .values(next_due_at=None)
    )


def phone_cause(told_id: int) -> str:
    """Return the cause of the phone call that tells one person about a change."""
    return f"told:{told_id}:voice"


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
    row.next_due_at = None
    session.execute(
        update(Task)
        .where(
            Task.activation_id == activation_id,
            Task.cause == phone_cause(row.id),
            Task.done_at.is_(None),
        )
        .values(
            done_at=now,
            outcome="done" if via == "hand" else "not-needed",
            done_by_id=user.id if user else None,
            done_by_name=user.shown_name if user else None,
        )
    )
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
