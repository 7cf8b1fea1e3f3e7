"""How people are reached: phones and addresses, encrypted, found again through their blind index."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from notifications.delivery import DeliveryState
from notifications.phone import can_receive_sms
from playbook.models import (
    ContactKind,
    ContactPoint,
    Delivery,
    NumberCorrection,
    Person,
    User,
)
from playbook.models.keyring import current_keyring
from playbook.services import log
from playbook.services.preparedness.directory_checks import check_email, check_phone
from playbook.services.preparedness.numbers import forget_proofs

#: Messages that may still be handed to a provider, with the number that their contact point then holds.
STILL_TO_LEAVE = (DeliveryState.QUEUED, DeliveryState.SENDING)


@dataclass(frozen=True)
class PointFacts:
    """A phone or an address as it was typed; `gets_sms` None means: what the number itself tells.

    `script` is what a human says to whoever answers at a switchboard; None leaves it as it is, "" takes it away.
    """

    value: str
    label: str = ""
    gets_sms: bool | None = None
    script: str | None = None


def set_contact_points(
    session: Session,
    person: Person,
    kind: ContactKind,
    points: Sequence[PointFacts],
    *,
    region: str,
    now: datetime,
    user: User | None,
) -> bool:
    """Make `points`, in this order, the ways of one kind to reach `person`; return whether that
    changed anything.

    A number that has stopped our messages is never forgotten: left out, it stays as the last one;
    entered anew, for anybody, it is still stopped. A changed number takes the place of the old one,
    so that what waits to be sent goes to the right one. Raises BadCell, a BadInput, for a bad
    value.
    """
    stopped = stopped_numbers(session)
    changed = place_contact_points(
        session, person, kind, points, stopped, region=region, now=now, user=user
    )
    session.flush()
    return changed


def place_contact_points(
    session: Session,
    person: Person,
    kind: ContactKind,
    points: Sequence[PointFacts],
    stopped: Mapping[str, datetime],
    *,
    region: str,
    now: datetime,
    user: User | None,
) -> bool:
    """Do what `set_contact_points` does, for many people at once: the caller has asked
    `stopped_numbers` and flushes in the end.
    """
    wanted = {_checked(kind, point.value, region): point for point in points}
    before = {c.value: c for c in person.contact_points if c.kind == kind}
    state = _state(before.values())
    kept = [c for value, c in before.items() if value not in wanted and c.opted_out_at is not None]
    spare = [c for value, c in before.items() if value not in wanted and c not in kept]
    ordered: list[ContactPoint] = []
    for value, facts in wanted.items():
        point = before.get(value)
        if point is None:
            point = spare.pop(0) if spare else ContactPoint(kind=kind)
            renew_contact_point(session, point, value, stopped)
        _describe(point, facts)
        ordered.append(point)
    _forget_messages_to(session, spare)
    others = [c for c in person.contact_points if c.kind != kind]
    of_kind = [*ordered, *kept]
    phones_first = [*of_kind, *others] if kind is ContactKind.PHONE else [*others, *of_kind]
    for position, point in enumerate(phones_first):
        point.position = position
    person.contact_points[:] = phones_first
    changed = _state([*ordered, *kept]) != state
    if changed:
        log.record(
            session,
            "person.contacts-changed",
            now=now,
            user=user,
            subject=f"person:{person.id}",
            payload={"name": person.name, "kind": str(kind), "count": len(ordered)},
        )
    return changed


def forget_contact_points(session: Session, person: Person) -> None:
    """Delete every way to reach `person`, but for those that have stopped our messages."""
    gone = [c for c in person.contact_points if c.opted_out_at is None]
    session.execute(delete(NumberCorrection).where(NumberCorrection.person_id == person.id))
    _forget_messages_to(session, gone)
    person.contact_points[:] = [c for c in person.contact_points if c not in gone]
    session.flush()


def stopped_numbers(session: Session) -> dict[str, datetime]:
    """Return when each number that is known to have stopped our messages did so, by blind index."""
    rows = session.execute(
        select(ContactPoint.value_index, func.min(ContactPoint.opted_out_at))
        .where(ContactPoint.opted_out_at.is_not(None))
        .group_by(ContactPoint.value_index)
    )
    return {index: at for index, at in rows if at is not None}


def people_with_phone(session: Session, e164: str) -> list[Person]:
    """Return the people, not removed, who have this phone; found without decrypting any other."""
    return _people_with(session, ContactKind.PHONE, e164)


def people_with_email(session: Session, address: str) -> list[Person]:
    """Return the people, not removed, who have this address."""
    return _people_with(session, ContactKind.EMAIL, address.lower())


def _people_with(session: Session, kind: ContactKind, value: str) -> list[Person]:
    return list(
        session.scalars(
            select(Person)
            .join(ContactPoint)
            .where(
                ContactPoint.kind == kind,
                ContactPoint.value_index == current_keyring().blind_index(value),
                Person.removed_at.is_(None),
            )
            .options(selectinload(Person.contact_points))
            .order_by(Person.name, Person.id)
        ).unique()
    )


def _checked(kind: ContactKind, value: str, region: str) -> str:
    return check_phone(value, region) if kind is ContactKind.PHONE else check_email(value)


def _state(points: Iterable[ContactPoint]) -> list[tuple[str, str, bool, str | None]]:
    return [(c.value, c.label, c.gets_sms, c.script if c.is_switchboard else None) for c in points]


def renew_contact_point(
    session: Session, point: ContactPoint, value: str, stopped: Mapping[str, datetime]
) -> None:
    """Let `point` hold another value: nothing is proven of it, but a known opt-out holds.

    What has left for the old value says nothing about the new one; what waits to be sent goes to the new one.
    """
    index = current_keyring().blind_index(value)
    if point.id is not None:
        _forget_messages_to(session, [point], Delivery.state.not_in(STILL_TO_LEAVE))
    point.value, point.value_index = value, index
    forget_proofs(point)
    point.script = None
    point.gets_sms = point.kind == ContactKind.PHONE and can_receive_sms(value) is not False
    point.opted_out_at = stopped.get(index)


def _describe(point: ContactPoint, facts: PointFacts) -> None:
    point.label = facts.label.strip()[:80]
    if facts.gets_sms is not None and point.kind == ContactKind.PHONE:
        point.gets_sms = facts.gets_sms
    if facts.script is not None and point.kind == ContactKind.PHONE:
        point.script = facts.script.strip() or None


def _forget_messages_to(
    session: Session, points: Sequence[ContactPoint], *which: ColumnElement[bool]
) -> None:
    """Let messages that went to `points` stay, without saying where to, so that points can go."""
    ids = [c.id for c in points if c.id is not None]
    if ids:
        session.execute(
            update(Delivery)
            .where(Delivery.contact_point_id.in_(ids), *which)
            .values(contact_point_id=None)
        )
