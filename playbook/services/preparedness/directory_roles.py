"""Who holds which role, and who deputises in which order. Positions run from 0 without holes."""

from collections.abc import Iterable, Mapping, Sequence
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
    return [holder.person for holder in _holders(session, [role])[role]]


def set_order(
    session: Session, role: str, people: Sequence[Person], *, now: datetime, user: User | None
) -> bool:
    """Make exactly `people` hold `role`, in this order; return whether that changed anything."""
    return bool(set_orders(session, {role: people}, now=now, user=user))


def set_orders(
    session: Session,
    orders: Mapping[str, Sequence[Person]],
    *,
    now: datetime,
    user: User | None,
) -> list[str]:
    """Make exactly these people hold these roles, in order; return the roles that changed."""
    holders = _holders(session, orders)
    changed = []
    for role, people in orders.items():
        before = [holder.person for holder in holders[role]]
        if [p.id for p in before] != [p.id for p in people]:
            _reseat(session, role, holders[role], people)
            log.record(
                session,
                "role.changed",
                now=now,
                user=user,
                subject=f"role:{role}",
                payload={"before": [p.name for p in before], "after": [p.name for p in people]},
            )
            changed.append(role)
    session.flush()
    moved = [person for role in changed for person in orders[role]]
    moved += [holder.person for role in changed for holder in holders[role]]
    for person in set(moved):
        session.expire(person, ["roles"])
    return changed


def _reseat(
    session: Session, role: str, holders: Sequence[RoleHolder], people: Sequence[Person]
) -> None:
    by_person = {holder.person_id: holder for holder in holders}
    for position, person in enumerate(people):
        if person.id in by_person:
            by_person.pop(person.id).position = position
        else:
            session.add(RoleHolder(role=role, person_id=person.id, position=position))
    for holder in by_person.values():
        session.delete(holder)


def _holders(session: Session, roles: Iterable[str]) -> dict[str, list[RoleHolder]]:
    """Return who holds each of `roles`, in order; a role that nobody holds has an empty list."""
    found: dict[str, list[RoleHolder]] = {role: [] for role in roles}
    rows = session.scalars(
        select(RoleHolder)
        .where(RoleHolder.role.in_(list(found)))
        .options(joinedload(RoleHolder.person, innerjoin=True))
        .order_by(RoleHolder.role, RoleHolder.position, RoleHolder.id)
        .with_for_update(of=RoleHolder)
    )
    for holder in rows:
        found[holder.role].append(holder)
    return found
