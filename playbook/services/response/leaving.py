"""Somebody has left: what that does is counted first, then done once for all roles, also in a running incident."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from playbook.domain.response.escalation import RungState
from playbook.errors import Conflict
from playbook.models import (
    Activation,
    Person,
    RoleCall,
    RoleHolder,
    RotaEntry,
    RotaShift,
    Rung,
    User,
)
from playbook.services.preparedness import directory, directory_roles
from playbook.services.response.answers import skip
from playbook.services.response.context import CallOut
from playbook.services.response.escalation import RUNNING

#: How long a removal can be taken back with its roles.
UNDO_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Foreseen:
    """What removing these people does."""

    people: tuple[Person, ...]
    #: Role → how many people hold it afterwards.
    roles: dict[str, int]
    #: Turns of duty, of the pattern and dated ones to come, that nobody has then.
    turns: int
    #: Running incidents in which they are, or would be, asked: number → roles.
    incidents: dict[int, tuple[str, ...]]

    @property
    def empty_roles(self) -> tuple[str, ...]:
        """The roles that nobody holds afterwards."""
        return tuple(sorted(role for role, left in self.roles.items() if not left))


def foresee(session: Session, person_ids: Collection[int], now: datetime) -> Foreseen:
    """Return what would happen if these people left; those removed already are left out. Changes nothing."""
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(person_ids), Person.removed_at.is_(None))
        .options(joinedload(Person.organisation))
        .order_by(Person.name, Person.id)
    ).all()
    ids = {person.id for person in people}
    held = session.execute(select(RoleHolder.role, RoleHolder.person_id)).tuples().all()
    lost = {role for role, person_id in held if person_id in ids}
    roles = dict.fromkeys(sorted(lost), 0)
    for role, person_id in held:
        if role in lost and person_id not in ids:
            roles[role] += 1
    shifts = select(func.count(RotaShift.id)).where(RotaShift.person_id.in_(ids))
    entries = select(func.count(RotaEntry.id)).where(
        RotaEntry.person_id.in_(ids), RotaEntry.ends_at > now
    )
    incidents: defaultdict[int, set[str]] = defaultdict(set)
    for rung in _waited_for(session, ids):
        incidents[rung.role_call.activation.number].add(rung.role_call.role)
    return Foreseen(
        tuple(people),
        roles,
        (session.scalar(shifts) or 0) + (session.scalar(entries) or 0),
        {number: tuple(sorted(called)) for number, called in sorted(incidents.items())},
    )


def leave(
    session: Session, person_ids: Collection[int], *, now: datetime, user: User, public_url: str
) -> list[Person]:
    """Remove these people: no role, no turn, no number; running incidents call the next in line. Return them."""
    people = foresee(session, person_ids, now).people
    for person in people:
        directory.remove_person(session, person, now=now, user=user)
    # Contact points before activations, as everybody locks them.
    session.flush()
    for rung in _waited_for(session, [person.id for person in people]):
        skip(CallOut(session, rung.role_call.activation, now, public_url), rung, user)
    session.info["wake"] = True
    return list(people)


def take_back(
    session: Session, person_ids: Collection[int], *, now: datetime, user: User
) -> list[Person]:
    """Take people back who were removed within the hour, with the roles that they held at their former places.

    Numbers and turns of duty were forgotten. Raises Conflict if any was removed longer ago.
    """
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(person_ids), Person.removed_at.is_not(None))
        .order_by(Person.id)
    ).all()
    if any(p.removed_at is not None and p.removed_at < now - UNDO_WITHIN for p in people):
        raise Conflict("That was more than an hour ago. Take people back one by one.")
    for person in people:
        former = directory.former_roles(session, person)
        directory.restore_person(session, person, now=now, user=user)
        for role, position in sorted(former.items()):
            directory_roles.assign_role(session, role, person, position, now=now, user=user)
    return list(people)


def _waited_for(session: Session, person_ids: Collection[int]) -> Sequence[Rung]:
    """Return the rungs on which a running call-out asks these people, or still would."""
    return session.scalars(
        select(Rung)
        .join(RoleCall, Rung.role_call_id == RoleCall.id)
        .join(Activation, RoleCall.activation_id == Activation.id)
        .where(
            Rung.person_id.in_(person_ids),
            Rung.state.in_((RungState.ASKED, RungState.WAITING)),
            RoleCall.state.in_(RUNNING),
            Activation.ended_at.is_(None),
        )
        .options(joinedload(Rung.role_call).joinedload(RoleCall.activation))
        .order_by(Rung.activation_id, Rung.id)
    ).all()
