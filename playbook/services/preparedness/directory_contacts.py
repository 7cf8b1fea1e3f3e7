"""How people are reached: phones and addresses, encrypted, found again through their blind index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from notifications.phone import can_receive_sms
from playbook.models import ContactKind, ContactPoint, Delivery, Person, User
from playbook.models.keyring import current_keyring
from playbook.services import log
from playbook.services.preparedness.directory_checks import check_email, check_phone


@dataclass(frozen=True)
class PointFacts:
    """A phone or an address as it was typed; `gets_sms` None means: what the number itself tells."""

    value: str
    label: str = ""
    gets_sms: bool | None = None


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
            _renew(session, point, value)
        _describe(point, facts)
        ordered.append(point)
    _delete(session, spare)
    _rewrite(session, person, kind, [*ordered, *kept])
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
    _delete(session, gone)
    session.flush()
    session.expire(person, ["contact_points"])


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


def _state(points: Iterable[ContactPoint]) -> list[tuple[str, str, bool]]:
    return [(c.value, c.label, c.gets_sms) for c in points]


def _renew(session: Session, point: ContactPoint, value: str) -> None:
    """Let `point` hold another value: nothing is proven of it, but a known opt-out holds."""
    index = current_keyring().blind_index(value)
    point.value, point.value_index, point.last_worked_at = value, index, None
    point.gets_sms = point.kind == ContactKind.PHONE and can_receive_sms(value) is not False
    point.opted_out_at = session.scalar(
        select(ContactPoint.opted_out_at)
        .where(ContactPoint.value_index == index, ContactPoint.opted_out_at.is_not(None))
        .order_by(ContactPoint.opted_out_at)
        .limit(1)
    )


def _describe(point: ContactPoint, facts: PointFacts) -> None:
    point.label = facts.label.strip()[:80]
    if facts.gets_sms is not None and point.kind == ContactKind.PHONE:
        point.gets_sms = facts.gets_sms


def _delete(session: Session, points: Sequence[ContactPoint]) -> None:
    """Delete points; messages that went to them stay, without saying where to."""
    ids = [c.id for c in points if c.id is not None]
    if not ids:
        return
    session.execute(
        update(Delivery).where(Delivery.contact_point_id.in_(ids)).values(contact_point_id=None)
    )
    for point in points:
        session.delete(point)


def _rewrite(
    session: Session, person: Person, kind: ContactKind, points: Sequence[ContactPoint]
) -> None:
    """Store `points` in this order; phones come before addresses."""
    others = [c for c in person.contact_points if c.kind != kind]
    both = [*points, *others] if kind is ContactKind.PHONE else [*others, *points]
    for position, point in enumerate(both):
        point.position = position
        if point.person_id is None:
            point.person_id = person.id
            session.add(point)
    session.flush()
    session.expire(person, ["contact_points"])
