"""What stands on a call sheet: the tree on paper, line by line, and what changed since another sheet was printed.

Lines are numbered tier by tier, role by role, person by person: "T1-07b" is the second person of the seventh role of
tier 1. The numbers hold within one printing; whoever types ticks in afterwards finds the line by them.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from itertools import count
from typing import Any


class Standing(StrEnum):
    """Why somebody stands on a role's ladder."""

    HOLDER = "holder"
    DEPUTY = "deputy"
    ROTA = "rota"  # on the role's rota, without holding it otherwise
    TURN = "turn"  # only in the coming week, by an exception, an import or a swap
    DEPUTY_ROLE = "deputy-role"  # holds a role that stands in for this one


@dataclass(frozen=True)
class Number:
    """A way to reach a person; `script` is what to say where a switchboard answers."""

    value: str = field(repr=False)
    label: str = ""
    script: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Caller:
    """One person on one role's ladder; numbers and addresses in the order in which they are tried."""

    person_id: int
    name: str
    organisation: str
    language: str
    standing: Standing
    #: The deputy role that brings this person here; empty for the role's own.
    via: str = ""
    phones: tuple[Number, ...] = ()
    emails: tuple[str, ...] = field(default=(), repr=False)
    #: Everything to this person is held.
    held: bool = False
    #: "T1-07b", within this sheet.
    line: str = ""


@dataclass(frozen=True)
class Duty:
    """A turn of the coming week: who, from when until when; `person_id` None where nobody is on duty."""

    person_id: int | None
    position: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class SheetRole:
    """One role's ladder on paper; `number` is "T1-07", `minutes` the time to answer."""

    role: str
    tier: str
    number: str
    minutes: int
    people: tuple[Caller, ...]
    duties: tuple[Duty, ...] = ()


class Mark(StrEnum):
    """How a line differs from the sheet that was printed before."""

    NEW = "new"
    CHANGED = "changed"


@dataclass(frozen=True)
class Gone:
    """A line of the earlier sheet that this one no longer has."""

    role: str
    line: str
    name: str
    phones: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Changes:
    """What differs from an earlier sheet: marks by (role, person), and who is gone."""

    marks: Mapping[tuple[str, int], Mark] = field(default_factory=dict)
    gone: tuple[Gone, ...] = ()

    @property
    def new(self) -> int:
        """How many lines are new."""
        return sum(mark is Mark.NEW for mark in self.marks.values())

    @property
    def changed(self) -> int:
        """How many lines say something else than before."""
        return sum(mark is Mark.CHANGED for mark in self.marks.values())

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.marks or self.gone)


def role_number(tier: int, role: int) -> str:
    """Return "T1-07" for the seventh role of tier 1."""
    return f"T{tier}-{role:02d}"


def tier_numbers(tiers: Iterable[str]) -> dict[str, int]:
    """Return a number for each tier: "tier-2" is 2; one without a number of its own takes the smallest that is free.

    So the cell that is called before tier 1 is 0, and nobody on the phone mistakes "T1" for another tier.
    """
    wanted = list(tiers)
    own: dict[str, int] = {}
    for tier in wanted:
        found = _TIER.fullmatch(tier)
        if found and int(found[1]) not in own.values():
            own[tier] = int(found[1])
    free = (number for number in count() if number not in own.values())
    for tier in wanted:
        if tier not in own:
            own[tier] = next(free)
    return own


_TIER = re.compile(r"[a-z-]*?-?(\d{1,2})")


def letter(place: int) -> str:
    """Return the letter of a place on a ladder, from 0: a, b … z, aa, ab …"""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def lines_of(roles: Iterable[SheetRole]) -> dict[str, Any]:
    """Return the lines as they are kept of a printing, in the sheet's order; JSON can hold them."""
    return {
        "roles": [
            {
                "role": role.role,
                "tier": role.tier,
                "number": role.number,
                "people": [_line(person) for person in role.people],
            }
            for role in roles
        ]
    }


def _line(person: Caller) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "line": person.line,
        "name": person.name,
        "organisation": person.organisation,
        "language": person.language,
        "standing": str(person.standing),
        "phones": [number.value for number in person.phones],
        "scripts": [number.script or "" for number in person.phones],
        "emails": list(person.emails),
        "held": person.held,
    }


#: What makes a line say something else. Its number moves whenever a role is added before it, and says nothing new.
_TELLING = ("name", "organisation", "language", "phones", "scripts", "emails", "held")


def digest_of(lines: Mapping[str, Any]) -> str:
    """Return a digest of what stands on a sheet, whatever its language.

    Whoever is there for a turn of the coming week only is left out: weeks pass without anything having changed.
    """
    telling = [
        (role["role"], role["tier"], [_told(person) for person in lasting(role["people"])])
        for role in lines["roles"]
    ]
    return sha256(json.dumps(telling, ensure_ascii=False).encode()).hexdigest()


def lasting(people: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the lines that do not stand there for a turn of one week only."""
    return [person for person in people if person.get("standing") != Standing.TURN]


def _told(person: Mapping[str, Any]) -> list[Any]:
    return [person["person_id"], *(person.get(fact) for fact in _TELLING)]


def compare(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Changes:
    """Return how the lines `after` differ from those of an earlier printing; nothing without one.

    A line is the same when it is the same person in the same role. It has changed when it says something else or when
    the person's place among those who were there before is another.
    """
    if before is None:
        return Changes()
    old, new = _by_role(before), _by_role(after)
    marks: dict[tuple[str, int], Mark] = {}
    gone: list[Gone] = []
    for role, people in new.items():
        was = old.get(role, {})
        ranks_before, ranks_now = _ranks(was, people), _ranks(people, was)
        for person_id, person in people.items():
            if person_id not in was:
                marks[role, person_id] = Mark.NEW
            elif (
                _told(was[person_id]) != _told(person)
                or ranks_before[person_id] != ranks_now[person_id]
            ):
                marks[role, person_id] = Mark.CHANGED
    for role, people in old.items():
        gone += [
            Gone(role, person["line"], person["name"], tuple(person["phones"]))
            for person_id, person in people.items()
            if person_id not in new.get(role, {})
        ]
    return Changes(marks, tuple(gone))


_People = dict[int, Mapping[str, Any]]


def _by_role(lines: Mapping[str, Any]) -> dict[str, _People]:
    return {
        role["role"]: {person["person_id"]: person for person in lasting(role["people"])}
        for role in lines["roles"]
    }


def _ranks(people: _People, others: _People) -> dict[int, int]:
    """Return the places of those who are in both, counted among them alone."""
    both = [person_id for person_id in people if person_id in others]
    return {person_id: rank for rank, person_id in enumerate(both)}


def numbered(roles: Sequence[SheetRole]) -> tuple[SheetRole, ...]:
    """Return `roles`, in the sheet's order, with their numbers and the line of everybody on them."""
    tiers = tier_numbers(dict.fromkeys(r.tier for r in roles))
    counts: dict[str, int] = {}
    made = []
    for role in roles:
        counts[role.tier] = counts.get(role.tier, 0) + 1
        number = role_number(tiers[role.tier], counts[role.tier])
        people = tuple(
            replace(person, line=f"{number}{letter(place)}")
            for place, person in enumerate(role.people)
        )
        made.append(replace(role, number=number, people=people))
    return tuple(made)
