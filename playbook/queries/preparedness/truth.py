"""The list of what must be looked at in the directory: by doubt, by organisation, with who looks after it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from playbook.models import (
    NumberCorrection,
    Organisation,
    RotaEntry,
    RotaShift,
    User,
)
from playbook.queries.preparedness.directory import PersonLine, fold, read_directory
from playbook.services.preparedness.truth import Doubt, Finding, find


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    person: PersonLine
    finding: Finding


@dataclass(frozen=True)
class OfOrganisation:
    """What is listed of one organisation; id 0 are people who belong to none."""

    id: int
    name: str
    owner: str
    lines: tuple[Listed, ...]


@dataclass(frozen=True)
class Group:
    """Everything of one doubt, and how many people or numbers that is."""

    doubt: Doubt
    count: int
    organisations: tuple[OfOrganisation, ...]


def read_truth(session: Session, now: datetime, owner_id: int | None = None) -> list[Group]:
    """Return the list, the most pressing first; of one owner's organisations only, if `owner_id` says so."""
    people = read_directory(session).by_id()
    owners = _owners(session)
    names = {p.organisation_id or 0: p.organisation for p in people.values()}
    found: defaultdict[Doubt, defaultdict[int, list[Listed]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for finding in find(session, now):
        home = finding.organisation_id or 0
        if owner_id is None or owners.get(home, (None, ""))[0] == owner_id:
            found[finding.doubt][home].append(Listed(people[finding.person_id], finding))
    return [
        Group(
            doubt,
            sum(len(lines) for lines in found[doubt].values()),
            tuple(
                OfOrganisation(
                    home,
                    names.get(home, ""),
                    owners.get(home, (None, ""))[1],
                    tuple(sorted(lines, key=lambda line: fold(line.person.name))),
                )
                for home, lines in sorted(
                    found[doubt].items(), key=lambda item: (not item[0], fold(names[item[0]]))
                )
            ),
        )
        for doubt in Doubt
        if doubt in found
    ]


def count_doubts(session: Session, now: datetime) -> Counter[Doubt]:
    """Return how much is listed, by doubt."""
    return Counter(finding.doubt for finding in find(session, now))


def possible_owners(session: Session) -> list[tuple[int, str]]:
    """Return id and name of everybody who can sign in."""
    users = session.scalars(select(User).where(User.active))
    return sorted(((u.id, u.shown_name) for u in users), key=lambda u: fold(u[1]))


def is_on_a_rota(session: Session, person_id: int) -> bool:
    """Return whether any rota names this person, now or later."""
    return bool(
        session.scalar(
            select(
                or_(
                    exists().where(RotaShift.person_id == person_id),
                    exists().where(RotaEntry.person_id == person_id),
                )
            )
        )
    )


def last_correction(session: Session, person_id: int) -> datetime | None:
    """Return when this person last corrected a number themselves."""
    return session.scalar(
        select(func.max(NumberCorrection.confirmed_at)).where(
            NumberCorrection.person_id == person_id
        )
    )


def _owners(session: Session) -> dict[int, tuple[int | None, str]]:
    rows = session.execute(
        select(Organisation.id, User).join(User, Organisation.owner_id == User.id)
    )
    return {row.id: (row.User.id, row.User.shown_name) for row in rows}
