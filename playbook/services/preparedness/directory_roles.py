"""Who holds which role, and who deputises in which order. Positions run from 0 without holes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from playbook.domain.preparedness.directory_cells import check_role
from playbook.errors import Conflict, NotFound
from playbook.models import Person, RoleHolder, User
from playbook.services import log


def assign_role(
    session: Session,
    role: str,
    person: Person,
    position: int | None = None,
    *,
    now: datetime,
    user: User | None,
) -> None:
    """Give `role` to `person` at `position` (0 holds it; None is last); the ones behind move down.

    Whoever holds it already is moved. Raises BadCell for what is no role, NotFound for somebody who
    was removed.
    """
    check_role(role)
    if person.removed_at is not None:
        raise NotFound("{name} was removed from the directory.", name=person.name)
    order = [p for p in order_of(session, role) if p.id != person.id]
    order.insert(len(order) if position is None else max(0, position), person)
    set_order(session, role, order, now=now, user=user)


def leave_role(
    session: Session, role: str, person: Person, *, now: datetime, user: User | None
) -> None:
    """Take `role` from `person`; the ones behind move up."""
    order = [p for p in order_of(session, role) if p.id != person.id]
    set_order(session, role, order, now=now, user=user)


def leave_all_roles(session: Session, person: Person, *, now: datetime, user: User | None) -> None:
    """Take every role from `person`; the ones behind move up."""
    held = select(RoleHolder.role).where(RoleHolder.person_id == person.id)
    for role in session.scalars(held.order_by(RoleHolder.role)).all():
        leave_role(session, role, person, now=now, user=user)
    session.expire(person, ["roles"])


def reorder_role(
    session: Session, role: str, person_ids: Sequence[int], *, now: datetime, user: User | None
) -> None:
    """Put the people of `role` into this order.

    Raises Conflict if they are not exactly the ones who hold it: somebody changed that meanwhile.
    """
    by_id = {person.id: person for person in order_of(session, role)}
    if sorted(person_ids) != sorted(by_id):
        raise Conflict(
            "Who holds “{role}” has changed since the page was opened. Nothing was changed.",
            role=role,
        )
    set_order(session, role, [by_id[person_id] for person_id in person_ids], now=now, user=user)


def order_of(session: Session, role: str) -> list[Person]:
    """Return who holds `role`, in order; locked on PostgreSQL, so that two editors take turns."""
    return [holder.person for holder in _holders(session, role)]


def set_order(
    session: Session, role: str, people: Sequence[Person], *, now: datetime, user: User | None
) -> bool:
    """Make exactly `people` hold `role`, in this order; return whether that changed anything."""
    holders = _holders(session, role)
    before = [holder.person for holder in holders]
    if [p.id for p in before] == [p.id for p in people]:
        return False
    by_person = {holder.person_id: holder for holder in holders}
    for position, person in enumerate(people):
        if person.id in by_person:
            by_person.pop(person.id).position = position
        else:
            session.add(RoleHolder(role=role, person_id=person.id, position=position))
    for holder in by_person.values():
        session.delete(holder)
    session.flush()
    for person in {*before, *people}:
        session.expire(person, ["roles"])
    log.record(
        session,
        "role.changed",
        now=now,
        user=user,
        subject=f"role:{role}",
        payload={"before": [p.name for p in before], "after": [p.name for p in people]},
    )
    return True


def _holders(session: Session, role: str) -> Sequence[RoleHolder]:
    return session.scalars(
        select(RoleHolder)
        .where(RoleHolder.role == role)
        .options(joinedload(RoleHolder.person, innerjoin=True))
        .order_by(RoleHolder.position, RoleHolder.id)
        .with_for_update(of=RoleHolder)
    ).all()
