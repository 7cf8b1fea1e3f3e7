"""The ladders of a call sheet: who stands on each role, at which numbers, and who is on duty in the coming week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, selectinload

from playbook.domain.preparedness.call_sheet import Caller, Duty, Number, SheetRole, Standing
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.rota import Pattern, gaps, turns
from playbook.models import ContactKind, ContactPoint, Organisation, Person, RoleHolder
from playbook.services.preparedness.rotas import patterns_of
from playbook.settings import Settings

#: How far ahead a sheet shows the rota.
WEEK = timedelta(days=7)

_LOADING = (
    selectinload(Person.contact_points).undefer(ContactPoint.script),
    selectinload(Person.organisation).defer(Organisation.notes),
    defer(Person.notes),
)


@dataclass(frozen=True)
class Directory:
    """Who holds which role and who is on duty, read at once for as many sheets as are wanted.

    `on_rota` are the people of a role's rota, first those of its pattern; `names` are everybody who has a turn.
    """

    holders: Mapping[str, Sequence[Person]]
    on_rota: Mapping[str, Sequence[tuple[Person, Standing]]]
    duties: Mapping[str, Sequence[Duty]]
    names: Mapping[int, str]


def read_directory(
    session: Session, wanted: Iterable[tuple[Playbook, str]], settings: Settings, now: datetime
) -> Directory:
    """Return what the sheets of these (playbook, level) need of the directory; a handful of queries in all."""
    roles: dict[str, None] = {}
    for document, level in wanted:
        for role in document.roles_of_level(level):
            roles.update(dict.fromkeys((role, *document.deputy_roles(role))))
    patterns = patterns_of(
        session,
        roles,
        settings.city_time_zone,
        settings.city_region,
        settings.city_subdivision,
        now,
        now + WEEK,
    )
    duties = {role: _duties(pattern, now) for role, pattern in patterns.items()}
    on_rota = {role: _on_rota(patterns[role], duties[role]) for role in patterns}
    people = _people(session, {person_id for found in on_rota.values() for person_id in found})
    return Directory(
        holders=_holders(session, roles),
        on_rota={
            role: [(people[i], standing) for i, standing in found.items() if i in people]
            for role, found in on_rota.items()
        },
        duties=duties,
        names={person.id: person.name for person in people.values()},
    )


def _duties(pattern: Pattern, now: datetime) -> list[Duty]:
    """Return the coming week's turns, those that follow each other in the same hands as one, and its gaps."""
    made: list[Duty] = []
    last: dict[int, int] = {}
    for turn in turns(pattern, now, now + WEEK):
        if turn.person_id is None:
            continue
        place = last.get(turn.position)
        before = made[place] if place is not None else None
        if before and (before.person_id, before.ends_at) == (turn.person_id, turn.starts_at):
            made[place or 0] = Duty(turn.person_id, turn.position, before.starts_at, turn.ends_at)
            continue
        last[turn.position] = len(made)
        made.append(Duty(turn.person_id, turn.position, turn.starts_at, turn.ends_at))
    made += [Duty(None, 0, gap.starts_at, gap.ends_at) for gap in gaps(pattern, now, now + WEEK)]
    return sorted(made, key=lambda duty: (duty.starts_at, duty.position))


def _on_rota(pattern: Pattern, duties: Iterable[Duty]) -> dict[int, Standing]:
    shifts = sorted(pattern.shifts, key=lambda s: s.position)
    found = dict.fromkeys((shift.person_id for shift in shifts), Standing.ROTA)
    for duty in duties:
        if duty.person_id is not None:
            found.setdefault(duty.person_id, Standing.TURN)
    return found


def _people(session: Session, ids: Iterable[int]) -> dict[int, Person]:
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.scalars(
        select(Person).where(Person.id.in_(wanted), Person.removed_at.is_(None)).options(*_LOADING)
    )
    return {person.id: person for person in rows}


def _holders(session: Session, roles: Iterable[str]) -> dict[str, list[Person]]:
    rows = session.execute(
        select(RoleHolder.role, Person)
        .join(Person, RoleHolder.person_id == Person.id)
        .where(RoleHolder.role.in_(list(roles)), Person.removed_at.is_(None))
        .options(*_LOADING)
        .order_by(RoleHolder.role, RoleHolder.position, RoleHolder.id)
    )
    holders: dict[str, list[Person]] = {}
    for role, person in rows:
        holders.setdefault(role, []).append(person)
    return holders


def ladder_of(document: Playbook, role_id: str, directory: Directory) -> SheetRole:
    """Return a role's ladder without numbers: its holders, who is on its rota only, then its deputy roles' people.

    Everybody stands on it once, at the first of these places.
    """
    role = document.roles[role_id]
    people: dict[int, Caller] = {}

    def add(person: Person, standing: Standing, via: str = "") -> None:
        if person.id not in people:
            people[person.id] = _caller(person, standing, via)

    for place, person in enumerate(directory.holders.get(role_id, ())):
        add(person, Standing.DEPUTY if place else Standing.HOLDER)
    for person, standing in directory.on_rota.get(role_id, ()):
        add(person, standing)
    for deputy in document.deputy_roles(role_id):
        for person in directory.holders.get(deputy, ()):
            add(person, Standing.DEPUTY_ROLE, deputy)
        for person, standing in directory.on_rota.get(deputy, ()):
            # Whoever is there for one week only must not look like a change of the tree.
            add(person, standing if standing is Standing.TURN else Standing.DEPUTY_ROLE, deputy)
    return SheetRole(
        role=role_id,
        tier=role.tier or "",
        number="",
        minutes=int(role.acknowledge_within.rough_minutes),
        people=tuple(people.values()),
        duties=tuple(directory.duties.get(role_id, ())),
    )


def _caller(person: Person, standing: Standing, via: str) -> Caller:
    # As the call-out tries them: what is known to lead nowhere comes last.
    tried = sorted(
        person.contact_points, key=lambda c: (c.disowned_at is not None, c.bounced_at is not None)
    )
    phones = [c for c in tried if c.kind == ContactKind.PHONE]
    emails = [c for c in tried if c.kind == ContactKind.EMAIL]
    return Caller(
        person_id=person.id,
        name=person.name,
        organisation=person.organisation.name if person.organisation else "",
        language=person.language,
        standing=standing,
        via=via,
        phones=tuple(Number(c.value, c.label, c.script) for c in phones),
        emails=tuple(c.value for c in emails),
        held=person.held_at is not None,
    )
