"""People from a file: first what would change, then, unchanged from what was shown, the change.

    reading = read_people(data, checks_for("GB", roles))
    plan = plan_import(session, reading)           # writes nothing
    apply_import(session, reading, region="GB", now=now, user=user, expected=plan.digest)

People are recognised by their key, organisations by their name. What a file does not mention stays;
what it mentions as empty becomes empty; people who are not in the file are never touched, except
that they move up or down where others take or leave a role. Importing the same file twice changes
nothing the second time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from playbook.domain.preparedness.directory_cells import Checks
from playbook.domain.preparedness.directory_rows import (
    PersonRow,
    Reading,
    RowFinding,
    merge_order,
    read_rows,
)
from playbook.errors import BadInput, Conflict
from playbook.models import ContactKind, Organisation, Person, RoleHolder, User
from playbook.services import log
from playbook.services.preparedness import directory, directory_contacts, directory_roles
from playbook.services.preparedness.csv_rows import read_csv
from playbook.services.preparedness.vcard_rows import is_vcard, read_vcards


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as texts. `removed` goes from a date to "" when somebody is taken
    back.
    """

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class PersonChange:
    """Somebody of the directory whom the file describes differently."""

    row: PersonRow
    person_id: int
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class OrganisationChange:
    """An organisation that the file adds (`before` is None) or whose kind it changes."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True)
class RoleChange:
    """A role whose holders or their order change; keys of people, in order."""

    role: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class ImportPlan:
    """What importing a file would do, leaving bad rows out."""

    new: tuple[PersonRow, ...]
    changed: tuple[PersonChange, ...]
    unchanged: tuple[PersonRow, ...]
    organisations: tuple[OrganisationChange, ...]
    roles: tuple[RoleChange, ...]
    #: Names of everybody who is mentioned in `roles`, by key.
    names: Mapping[str, str]
    findings: tuple[RowFinding, ...]
    bad_rows: tuple[int, ...]
    #: The file as a whole cannot be read; there is nothing to skip.
    blocked: bool

    @property
    def empty(self) -> bool:
        """Whether applying it would change nothing."""
        return not (self.new or self.changed or self.organisations or self.roles)

    @property
    def digest(self) -> str:
        """A short digest of everything that would change, to prove that it is what was shown."""
        told = (self.new, self.changed, self.organisations, self.roles, self.bad_rows)
        return sha256(repr(told).encode()).hexdigest()[:32]


def read_people(data: bytes, checks: Checks) -> Reading:
    """Return what a file says, a table (CSV) or cards (vCard 4), with everything wrong with it."""
    rows, findings = read_vcards(data) if is_vcard(data) else read_csv(data)
    return read_rows(rows, checks, findings)


def plan_import(session: Session, reading: Reading) -> ImportPlan:
    """Return what importing `reading` would do now; writes nothing."""
    known = _known_people(session, [row.key for row in reading.people])
    orders, names = _orders(session)
    after = _merged(orders, reading.people)
    new, changed, unchanged = [], [], []
    for row in reading.people:
        person = known.get(row.key)
        if person is None:
            new.append(row)
        elif fields := tuple(_changes(row, person, orders, after)):
            changed.append(PersonChange(row, person.id, fields))
        else:
            unchanged.append(row)
    return ImportPlan(
        new=tuple(new),
        changed=tuple(changed),
        unchanged=tuple(unchanged),
        organisations=tuple(_organisation_changes(session, reading.people)),
        roles=tuple(
            RoleChange(role, tuple(orders.get(role, ())), tuple(order))
            for role, order in sorted(after.items())
            if list(orders.get(role, ())) != order
        ),
        names=names | {row.key: row.name for row in reading.people},
        findings=reading.findings,
        bad_rows=reading.bad_rows,
        blocked=reading.blocked,
    )


def apply_import(
    session: Session,
    reading: Reading,
    *,
    region: str,
    now: datetime,
    user: User | None,
    skip_bad: bool = False,
    expected: str | None = None,
) -> ImportPlan:
    """Write what `reading` says and return what was done.

    Raises BadInput, with nothing written, if a row is bad and `skip_bad` is not set, or if the file
    as a whole is; Conflict if `expected`, the digest of the plan that was shown, no longer fits.
    """
    plan = plan_import(session, reading)
    if plan.blocked:
        raise BadInput("This file cannot be read. Nothing was written.")
    if plan.bad_rows and not skip_bad:
        raise BadInput("{bad} rows cannot be read. Nothing was written.", bad=len(plan.bad_rows))
    if expected is not None and expected != plan.digest:
        raise Conflict(
            "The directory has changed since this import was shown. Nothing was written; look again."
        )
    if not plan.empty:
        _write(session, plan, region, now, user)
    return plan


def _write(
    session: Session, plan: ImportPlan, region: str, now: datetime, user: User | None
) -> None:
    organisations = _write_organisations(session, plan, now, user)
    facts = [_facts(row, None, organisations) for row in plan.new]
    added = directory.add_people(session, facts, now=now, user=user)
    described = list(zip(plan.new, added, strict=True))
    known = _known_people(session, [change.row.key for change in plan.changed])
    for row in (change.row for change in plan.changed):
        person = known[row.key]
        directory.restore_person(session, person, now=now, user=user)
        directory.edit_person(
            session, person, _facts(row, person, organisations), now=now, user=user
        )
        described.append((row, person))
    stopped = directory_contacts.stopped_numbers(session)
    for row, person in described:
        for kind, values in ((ContactKind.PHONE, row.phones), (ContactKind.EMAIL, row.emails)):
            if values is not None:
                points = _points(person, kind, values)
                directory_contacts.place_contact_points(
                    session, person, kind, points, stopped, region=region, now=now, user=user
                )
    session.flush()
    everybody = _known_people(session, {key for change in plan.roles for key in change.after})
    orders = {change.role: [everybody[key] for key in change.after] for change in plan.roles}
    directory_roles.set_orders(session, orders, now=now, user=user)
    counts = {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": len(plan.unchanged),
        "skipped": len(plan.bad_rows),
    }
    log.record(session, "directory.imported", now=now, user=user, payload=counts)


def _write_organisations(
    session: Session, plan: ImportPlan, now: datetime, user: User | None
) -> dict[str, int]:
    """Write the plan's organisations; return the id of every organisation by its folded name."""
    by_name = _organisations(session)
    new = [
        directory.OrganisationFacts(change.name, change.after)
        for change in plan.organisations
        if change.before is None
    ]
    for change in plan.organisations:
        if change.before is not None:
            row = by_name[change.name.casefold()]
            facts = directory.OrganisationFacts(row.name, change.after, row.notes or "")
            directory.edit_organisation(session, row, facts, now=now, user=user)
    for row in directory.add_organisations(session, new, now=now, user=user) if new else ():
        by_name[row.name.casefold()] = row
    return {name: row.id for name, row in by_name.items()}


def _facts(
    row: PersonRow, person: Person | None, organisations: Mapping[str, int]
) -> directory.PersonFacts:
    """What the row says; where it says nothing, what is known."""
    organisation_id = person.organisation_id if person else None
    if row.organisation is not None:
        organisation_id = organisations.get(row.organisation.casefold())

    def told(value: str | None, known: str | None) -> str:
        return (known or "") if value is None else value

    return directory.PersonFacts(
        key=row.key,
        name=row.name,
        organisation_id=organisation_id,
        language=told(row.language, person.language if person else None),
        time_zone=told(row.time_zone, person.time_zone if person else None),
        notes=told(row.notes, person.notes if person else None),
    )


def _points(
    person: Person, kind: ContactKind, values: Iterable[str]
) -> list[directory_contacts.PointFacts]:
    """What the file says, keeping what only people know of a number: its label, and no SMS."""
    known = {c.value: c for c in person.contact_points if c.kind == kind}
    return [
        directory_contacts.PointFacts(
            value,
            known[value].label if value in known else "",
            known[value].gets_sms if value in known else None,
        )
        for value in values
    ]


def _known_people(session: Session, keys: Iterable[str]) -> dict[str, Person]:
    rows = session.scalars(
        select(Person)
        .where(Person.key.in_(sorted(set(keys))))
        .options(selectinload(Person.contact_points), joinedload(Person.organisation))
    )
    return {person.key: person for person in rows}


def _organisations(session: Session) -> dict[str, Organisation]:
    return {row.name.casefold(): row for row in session.scalars(select(Organisation))}


def _organisation_changes(
    session: Session, people: Iterable[PersonRow]
) -> list[OrganisationChange]:
    known = _organisations(session)
    names: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for row in people:
        if row.organisation:
            folded = row.organisation.casefold()
            names.setdefault(folded, row.organisation)
            kinds[folded] = row.organisation_kind or kinds.get(folded, "")
    changes: list[OrganisationChange] = []
    for folded, name in names.items():
        before = known.get(folded)
        if before is None:
            changes.append(OrganisationChange(name, None, kinds[folded]))
        elif kinds[folded] and kinds[folded] != before.kind:
            changes.append(OrganisationChange(before.name, before.kind, kinds[folded]))
    return changes


def _orders(session: Session) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return who holds each role now (keys, in order), and the names of all of them."""
    held = session.execute(
        select(RoleHolder.role, Person.key, Person.name)
        .join(Person, RoleHolder.person_id == Person.id)
        .order_by(RoleHolder.role, RoleHolder.position, RoleHolder.id)
    )
    orders: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for role, key, name in held:
        orders.setdefault(role, []).append(key)
        names[key] = name
    return orders, names


def _merged(orders: Mapping[str, list[str]], people: Iterable[PersonRow]) -> dict[str, list[str]]:
    """Return the order of every role after the import."""
    told = {row.key for row in people if row.roles is not None}
    claims: dict[str, dict[int, str]] = {role: {} for role in orders}
    for row in people:
        for claim in row.roles or ():
            claims.setdefault(claim.role, {})[claim.position] = row.key
    return {
        role: merge_order(claimed, [key for key in orders.get(role, ()) if key not in told])
        for role, claimed in claims.items()
    }


def _changes(
    row: PersonRow,
    person: Person,
    before: Mapping[str, list[str]],
    after: Mapping[str, list[str]],
) -> list[FieldChange]:
    organisation = person.organisation.name if person.organisation else ""
    told: list[tuple[str, str | None, str]] = [
        ("name", row.name, person.name),
        ("organisation", row.organisation, organisation),
        ("language", row.language, person.language),
        ("time_zone", row.time_zone, person.time_zone),
        ("roles", _places(row.key, after), _places(row.key, before)),
        ("phone", _listed(row.phones, person, ContactKind.PHONE), _points_of(person, "phone")),
        ("email", _listed(row.emails, person, ContactKind.EMAIL), _points_of(person, "email")),
        ("notes", row.notes, person.notes or ""),
    ]
    if row.roles is None:
        told = [one for one in told if one[0] != "roles"]
    if person.removed_at is not None:
        told.append(("removed", "", f"{person.removed_at:%Y-%m-%d}"))
    same_name = organisation.casefold() == (row.organisation or "").casefold()
    return [
        FieldChange(field, known, said)
        for field, said, known in told
        if said is not None and said != known and not (field == "organisation" and same_name)
    ]


def _places(key: str, orders: Mapping[str, list[str]]) -> str:
    held = ((role, order.index(key) + 1) for role, order in orders.items() if key in order)
    return "; ".join(f"{role}:{place}" for role, place in sorted(held))


def _listed(values: tuple[str, ...] | None, person: Person, kind: ContactKind) -> str | None:
    """What the person will have: the file's values, then those that are stopped and so are kept."""
    if values is None:
        return None
    of_kind = [c for c in person.contact_points if c.kind == kind]
    stopped = [c.value for c in of_kind if c.opted_out_at and c.value not in values]
    return "; ".join([*values, *stopped])


def _points_of(person: Person, kind: str) -> str:
    return "; ".join(c.value for c in person.contact_points if c.kind == kind)
