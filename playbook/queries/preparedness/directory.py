"""What the directory's screens read: people and organisations, who holds what, what is wrong.

Nothing here runs one query per person. Numbers and notes are decrypted for one person's page and
for an export only; lists know of a number whether it exists, not what it is.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from playbook.errors import NotFound
from playbook.models import ContactPoint, Organisation, Person, RoleHolder
from playbook.models.keyring import current_keyring
from playbook.queries.preparedness.directory_reach import Reach, reach_of_everybody
from playbook.queries.preparedness.rotas import GapAhead
from playbook.services.preparedness.documents import document_of, latest_versions


@dataclass(frozen=True)
class Place:
    """A role that somebody holds; `number` 1 holds it, the next ones deputise."""

    role: str
    number: int


@dataclass(frozen=True)
class PersonLine:
    """A person in a list."""

    id: int
    key: str
    name: str
    organisation_id: int | None
    organisation: str
    language: str
    held: bool
    reach: Reach
    places: tuple[Place, ...]
    #: Says on their own page to have left.
    says_left: bool = False


@dataclass(frozen=True)
class OrganisationLine:
    """An organisation in a list, and how many people belong to it."""

    id: int
    name: str
    kind: str
    people: int


@dataclass(frozen=True)
class RoleUse:
    """What published playbooks say about a role."""

    playbooks: tuple[str, ...]
    tier: str
    #: The role's name by language.
    names: Mapping[str, str]


@dataclass(frozen=True)
class RoleLine:
    """A role that a playbook uses or somebody holds, and who holds it, in order."""

    role: str
    holders: tuple[PersonLine, ...]
    use: RoleUse | None


class Trouble(StrEnum):
    """What is wrong with the directory before the day comes, the worst first."""

    NOBODY = "nobody"  # a playbook calls a role that nobody holds
    HELD_ONLY = "held-only"  # everybody who holds a role is held
    ROTA_GAP = "rota-gap"  # a role's rota will have nobody on it
    NO_CONTACT = "no-contact"  # neither phone nor address
    STOPPED = "stopped"  # a number has stopped our messages
    HELD = "held"  # everything to this person is held
    NO_SMS = "no-sms"  # phones, but none that gets text messages
    SHARED = "shared"  # one number, several people: an answer cannot be told apart


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with a role or with people."""

    trouble: Trouble
    role: str = ""
    people: tuple[PersonLine, ...] = ()
    #: Of the role's rota, the first one first.
    gaps: tuple[GapAhead, ...] = ()


@dataclass(frozen=True)
class Counts:
    """The numbers at the top of the directory."""

    people: int
    organisations: int
    roles: int
    problems: int


@dataclass
class Directory:
    """Everybody, read once per page with four queries; lists are cut from it in memory.

    A city has hundreds of people, so that searching in Python costs less than it saves: accents and
    alphabets compare the same way on every database.
    """

    people: list[PersonLine] = field(default_factory=list)
    shared: list[tuple[int, ...]] = field(default_factory=list)

    def by_id(self) -> dict[int, PersonLine]:
        """Return everybody by id."""
        return {person.id: person for person in self.people}


def read_directory(session: Session) -> Directory:
    """Return everybody who was not removed, by name."""
    rows = session.execute(
        select(
            Person.id,
            Person.key,
            Person.name,
            Person.organisation_id,
            Organisation.name.label("organisation"),
            Person.language,
            Person.held_at,
            Person.says_left_at,
        )
        .outerjoin(Organisation, Person.organisation_id == Organisation.id)
        .where(Person.removed_at.is_(None))
    ).all()
    reach, shared = reach_of_everybody(session)
    places = places_by_person(session)
    people = [
        PersonLine(
            id=row.id,
            key=row.key,
            name=row.name,
            organisation_id=row.organisation_id,
            organisation=row.organisation or "",
            language=row.language,
            held=row.held_at is not None,
            reach=reach.get(row.id, Reach()),
            places=tuple(places.get(row.id, ())),
            says_left=row.says_left_at is not None,
        )
        for row in rows
    ]
    return Directory(sorted(people, key=lambda p: (fold(p.name), p.id)), shared)


def find_people(
    directory: Directory,
    text: str = "",
    *,
    role: str = "",
    organisation_id: int | None = None,
    with_number: Iterable[int] = (),
) -> list[PersonLine]:
    """Return who fits: every word of `text` in name, organisation, role or key, accents aside.

    `with_number` are the people at whom `text` points as a phone or an address.
    """
    words = fold(text).split()
    ids = set(with_number)
    return [
        person
        for person in directory.people
        if (not role or any(place.role == role for place in person.places))
        and (organisation_id is None or person.organisation_id == organisation_id)
        and (person.id in ids or all(word in _haystack(person) for word in words))
    ]


def people_at(session: Session, values: Iterable[str]) -> list[int]:
    """Return the ids of people, not removed, who have one of these numbers or addresses."""
    indexes = [current_keyring().blind_index(value) for value in values]
    if not indexes:
        return []
    return list(
        session.scalars(
            select(ContactPoint.person_id)
            .join(Person)
            .where(ContactPoint.value_index.in_(indexes), Person.removed_at.is_(None))
            .distinct()
        )
    )


def list_organisations(session: Session) -> list[OrganisationLine]:
    """Return every organisation by name, with how many people belong to it."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.kind, func.count(Person.id))
        .outerjoin(
            Person,
            (Person.organisation_id == Organisation.id) & Person.removed_at.is_(None),
        )
        .group_by(Organisation.id, Organisation.name, Organisation.kind)
    )
    lines = [OrganisationLine(*row) for row in rows]
    return sorted(lines, key=lambda o: (fold(o.name), o.id))


def read_person(session: Session, person_id: int) -> Person:
    """Return a person, removed or not, with numbers and organisation; raises NotFound."""
    person = session.scalar(whole_people().where(Person.id == person_id))
    if person is None:
        raise NotFound("There is no such person.")
    return person


def places_of(session: Session, person_id: int) -> list[tuple[Place, int]]:
    """Return the roles of a person, each with how many people hold it."""
    holders = Counter(session.scalars(select(RoleHolder.role)))
    return [(place, holders[place.role]) for place in places_by_person(session).get(person_id, ())]


def read_removed(session: Session) -> Sequence[Row[Any]]:
    """Return id, name and moment of everybody who was removed, the last one first."""
    return session.execute(
        select(Person.id, Person.name, Person.removed_at)
        .where(Person.removed_at.is_not(None))
        .order_by(Person.removed_at.desc(), Person.id)
    ).all()


def roles_in_use(session: Session) -> dict[str, RoleUse]:
    """Return what the newest versions of published playbooks say about each role, by role id."""
    uses: defaultdict[str, list[str]] = defaultdict(list)
    tiers: dict[str, str] = {}
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for version in latest_versions(session):
        document = document_of(version)
        for role, entry in document.roles.items():
            uses[role].append(version.title)
            tiers[role] = tiers.get(role) or entry.tier or ""
            for language, words in document.words.items():
                if name := words.get(f"roles.{role}.name"):
                    names[role].setdefault(language, name)
    return {role: RoleUse(tuple(uses[role]), tiers[role], names[role]) for role in sorted(uses)}


def role_table(directory: Directory, uses: Mapping[str, RoleUse]) -> list[RoleLine]:
    """Return every role that a playbook uses or somebody holds, by id."""
    holders: defaultdict[str, list[tuple[int, PersonLine]]] = defaultdict(list)
    for person in directory.people:
        for place in person.places:
            holders[place.role].append((place.number, person))
    return [
        RoleLine(
            role,
            tuple(person for _, person in sorted(holders[role], key=lambda entry: entry[0])),
            uses.get(role),
        )
        for role in sorted({*uses, *holders})
    ]


def list_problems(
    directory: Directory, uses: Mapping[str, RoleUse], gaps: Iterable[GapAhead] = ()
) -> list[Problem]:
    """Return what is wrong, the worst first; a role counts where a published playbook uses it.

    `gaps` are those of the rotas in the coming days.
    """
    problems = [
        Problem(Trouble.HELD_ONLY if line.holders else Trouble.NOBODY, line.role, line.holders)
        for line in role_table(directory, uses)
        if line.use and all(person.held for person in line.holders)
    ]
    problems += [
        Problem(trouble, people=(person,))
        for person in directory.people
        for trouble in _troubles(person)
    ]
    by_role: defaultdict[str, list[GapAhead]] = defaultdict(list)
    for gap in gaps:
        by_role[gap.role].append(gap)
    problems += [Problem(Trouble.ROTA_GAP, role, gaps=tuple(by_role[role])) for role in by_role]
    people = directory.by_id()
    for ids in directory.shared:
        sharing = tuple(people[i] for i in ids if i in people)
        if len(sharing) > 1:
            problems.append(Problem(Trouble.SHARED, people=sharing))
    order = list(Trouble)
    return sorted(problems, key=lambda p: order.index(p.trouble))


def fold(text: str) -> str:
    """Return `text` for comparing: small letters, accents aside ("Kováčová" is found by "kovac")."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _haystack(person: PersonLine) -> str:
    roles = " ".join(place.role for place in person.places)
    return fold(
        f"{person.name} {person.organisation} {roles} {roles.replace('-', ' ')} {person.key}"
    )


def whole_people() -> Select[tuple[Person]]:
    """Return the query for people with everything that is known of them."""
    return select(Person).options(
        selectinload(Person.contact_points), joinedload(Person.organisation)
    )


def _troubles(person: PersonLine) -> list[Trouble]:
    reach = person.reach
    found = []
    if reach.nowhere:
        found.append(Trouble.NO_CONTACT)
    if reach.stopped:
        found.append(Trouble.STOPPED)
    if person.held:
        found.append(Trouble.HELD)
    if reach.phones and not reach.sms and not reach.stopped and not reach.switchboards:
        found.append(Trouble.NO_SMS)
    return found


def places_by_person(session: Session) -> dict[int, list[Place]]:
    """Return the roles of everybody, numbered by their order."""
    rows = session.execute(
        select(RoleHolder.role, RoleHolder.person_id).order_by(
            RoleHolder.role, RoleHolder.position, RoleHolder.id
        )
    )
    numbers: Counter[str] = Counter()
    places: defaultdict[int, list[Place]] = defaultdict(list)
    for role, person_id in rows:
        numbers[role] += 1
        places[person_id].append(Place(role, numbers[role]))
    return places
