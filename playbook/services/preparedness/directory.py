"""Organisations and people: added, edited, held, removed. Every change goes into the log.

Contact points are in `directory_contacts`, roles in `directory_roles`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_cells import (
    check_filled,
    check_notes,
    check_short,
    check_time_zone,
)
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import LogEntry, Organisation, Person, User
from playbook.services import log
from playbook.services.preparedness import directory_contacts, directory_roles, rotas
from playbook.services.preparedness.directory_checks import check_language


@dataclass(frozen=True)
class OrganisationFacts:
    """What the city knows about an organisation; `kind` is a partner category of its playbooks."""

    name: str
    kind: str = ""
    notes: str = ""


@dataclass(frozen=True)
class PersonFacts:
    """What the city knows about a person, apart from numbers and roles.

    An empty `key` of a new person is made from the name; an empty `time_zone` is the city's own.
    """

    name: str
    key: str = ""
    organisation_id: int | None = None
    language: str = ""
    time_zone: str = ""
    notes: str = ""


def organisation_of(session: Session, organisation_id: int) -> Organisation:
    """Return an organisation, or raise NotFound."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound("There is no such organisation.")
    return organisation


def person_of(session: Session, person_id: int) -> Person:
    """Return a person, removed or not, or raise NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person.")
    return person


def person_by_key(session: Session, key: str) -> Person:
    """Return a person, removed or not, by the city's own key; raises NotFound."""
    person = session.scalar(select(Person).where(Person.key == key))
    if person is None:
        raise NotFound("There is no person with the key “{key}”.", key=key)
    return person


def add_organisation(
    session: Session, facts: OrganisationFacts, *, now: datetime, user: User | None
) -> Organisation:
    """Add an organisation; raises BadInput for a bad field, Conflict if its name is taken."""
    [organisation] = add_organisations(session, [facts], now=now, user=user)
    return organisation


def add_organisations(
    session: Session, many: Sequence[OrganisationFacts], *, now: datetime, user: User | None
) -> list[Organisation]:
    """Add organisations with as few statements as one; raises like `add_organisation`."""
    names = {row.name.casefold(): row for row in session.scalars(select(Organisation))}
    added = []
    for facts in many:
        row = Organisation(**_organisation_columns(names, facts, None))
        names[row.name.casefold()] = row
        added.append(row)
    session.add_all(added)
    session.flush()
    for row in added:
        _log_organisation(session, "organisation.added", row, now, user)
    return added


def edit_organisation(
    session: Session,
    organisation: Organisation,
    facts: OrganisationFacts,
    *,
    now: datetime,
    user: User | None,
) -> tuple[str, ...]:
    """Change an organisation and return the names of the fields that changed."""
    names = {row.name.casefold(): row for row in session.scalars(select(Organisation))}
    changed = _apply(organisation, _organisation_columns(names, facts, organisation))
    if changed:
        session.flush()
        _log_organisation(session, "organisation.changed", organisation, now, user, changed)
    return changed


def remove_organisation(
    session: Session, organisation: Organisation, *, now: datetime, user: User | None
) -> None:
    """Remove an organisation that nobody belongs to any more; raises Conflict if somebody does."""
    belonging = session.scalars(
        select(Person).where(Person.organisation_id == organisation.id)
    ).all()
    people = sum(person.removed_at is None for person in belonging)
    if people:
        raise Conflict(
            "“{name}” still has {people} people. Move or remove them first; nothing was changed.",
            name=organisation.name,
            people=people,
        )
    for person in belonging:
        person.organisation = None
    session.flush()
    _log_organisation(session, "organisation.removed", organisation, now, user)
    session.delete(organisation)
    session.flush()


def add_person(session: Session, facts: PersonFacts, *, now: datetime, user: User | None) -> Person:
    """Add a person; raises BadInput for a bad field, Conflict if the key is taken."""
    [person] = add_people(session, [facts], now=now, user=user)
    return person


def add_people(
    session: Session, many: Sequence[PersonFacts], *, now: datetime, user: User | None
) -> list[Person]:
    """Add people with as few statements as one; raises like `add_person`."""
    keys = _holders_of_keys(session, many)
    added = []
    for facts in many:
        person = Person(**_person_columns(session, facts, None, keys), contact_points=[], roles=[])
        keys[person.key] = person
        added.append(person)
    session.add_all(added)
    session.flush()
    for person in added:
        log_person(session, "person.added", person, now=now, user=user)
    return added


def edit_person(
    session: Session, person: Person, facts: PersonFacts, *, now: datetime, user: User | None
) -> tuple[str, ...]:
    """Change a person and return the names of the fields that changed."""
    keys = _holders_of_keys(session, [facts])
    changed = _apply(person, _person_columns(session, facts, person, keys))
    if changed:
        session.flush()
        session.expire(person, ["organisation"])
        log_person(session, "person.changed", person, now=now, user=user, changed=changed)
    return changed


def remove_person(session: Session, person: Person, *, now: datetime, user: User | None) -> None:
    """Remove a person from the directory: roles, turns of duty, numbers and notes go at once, the name stays.

    The name stays for what was done and answered before. Numbers that have stopped our messages
    stay too, so that nobody enters them again as if nothing had been said.
    """
    if person.removed_at is not None:
        return
    held = {holder.role: holder.position for holder in person.roles}
    directory_roles.leave_all_roles(session, person, now=now, user=user)
    rotas.leave_all_rotas(session, person, now=now, user=user)
    directory_contacts.forget_contact_points(session, person)
    person.removed_at = now
    person.notes = person.says_left_at = None
    session.flush()
    log.record(
        session,
        "person.removed",
        now=now,
        user=user,
        subject=f"person:{person.id}",
        payload={"name": person.name, "roles": held},
    )


def former_roles(session: Session, person: Person) -> dict[str, int]:
    """Return role → place of what somebody held when they were last removed; empty once that was erased."""
    entry = session.scalar(
        select(LogEntry)
        .where(LogEntry.kind == "person.removed", LogEntry.subject == f"person:{person.id}")
        .order_by(LogEntry.id.desc())
        .limit(1)
    )
    return dict(log.read_payload(entry).get("roles", {})) if entry else {}


def restore_person(session: Session, person: Person, *, now: datetime, user: User | None) -> None:
    """Take a removed person back, without roles and numbers: those were forgotten."""
    if person.removed_at is None:
        return
    person.removed_at = None
    session.flush()
    log_person(session, "person.restored", person, now=now, user=user)


def hold_person(session: Session, person: Person, *, now: datetime, user: User | None) -> None:
    """Stop everything to this person, on every channel; what waits to be sent does not leave."""
    if person.held_at is not None:
        return
    person.held_at = now
    session.flush()
    log_person(session, "person.held", person, now=now, user=user)


def lift_hold(session: Session, person: Person, *, now: datetime, user: User | None) -> None:
    """Let messages reach this person again."""
    if person.held_at is None:
        return
    person.held_at = None
    session.flush()
    log_person(session, "person.hold-lifted", person, now=now, user=user)


def log_person(
    session: Session,
    kind: str,
    person: Person,
    *,
    now: datetime,
    user: User | None,
    changed: tuple[str, ...] = (),
) -> None:
    """Write what happened to a person: their name and which fields, never a number."""
    payload: dict[str, object] = {"name": person.name}
    if changed:
        payload["changed"] = list(changed)
    log.record(session, kind, now=now, user=user, subject=f"person:{person.id}", payload=payload)


def _log_organisation(
    session: Session,
    kind: str,
    organisation: Organisation,
    now: datetime,
    user: User | None,
    changed: tuple[str, ...] = (),
) -> None:
    payload: dict[str, object] = {"name": organisation.name}
    if changed:
        payload["changed"] = list(changed)
    subject = f"organisation:{organisation.id}"
    log.record(session, kind, now=now, user=user, subject=subject, payload=payload)


def _apply(row: Organisation | Person, columns: dict[str, object]) -> tuple[str, ...]:
    changed = tuple(name for name, value in columns.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, columns[name])
    return changed


def _organisation_columns(
    names: Mapping[str, Organisation], facts: OrganisationFacts, row: Organisation | None
) -> dict[str, object]:
    name = check_short("organisation", facts.name)
    if not name:
        raise BadInput("An organisation needs a name. Nothing was saved.")
    if names.get(name.casefold(), row) is not row:
        raise Conflict("There already is an organisation called “{name}”.", name=name)
    return {
        "name": name,
        "kind": check_short("organisation_kind", facts.kind),
        "notes": check_notes(facts.notes) or None,
    }


def _person_columns(
    session: Session, facts: PersonFacts, row: Person | None, keys: Mapping[str, Person]
) -> dict[str, object]:
    name = check_filled("name", facts.name)
    key = check_short("key", facts.key) or (row.key if row else _free_key(name, keys))
    same = keys.get(key, row)
    if same is not None and same is not row:
        raise Conflict(
            "The key “{key}” belongs to {name}. Choose another; nothing was saved.",
            key=key,
            name=same.name,
        )
    if facts.organisation_id is not None:
        organisation_of(session, facts.organisation_id)
    return {
        "key": key,
        "name": name,
        "organisation_id": facts.organisation_id,
        "language": check_language(facts.language),
        "time_zone": check_time_zone(facts.time_zone.strip()),
        "notes": check_notes(facts.notes) or None,
    }


def _holders_of_keys(session: Session, many: Sequence[PersonFacts]) -> dict[str, Person]:
    """Return the people, by key, whose keys `many` want or could be given."""
    wanted = [check_short("key", facts.key) for facts in many if facts.key]
    stems = {_stem(facts.name) for facts in many if not facts.key}
    fits = [Person.key.in_(wanted), *(Person.key.startswith(stem) for stem in stems)]
    return {person.key: person for person in session.scalars(select(Person).where(or_(*fits)))}


def _stem(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100] or "person"


def _free_key(name: str, taken: Mapping[str, Person]) -> str:
    """Return a key made of `name` that nobody has: "amina-yusuf", "amina-yusuf-2"."""
    stem, number = _stem(name), 1
    while (key := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return key
