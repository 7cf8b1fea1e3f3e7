"""The whole tree as a call sheet lists it, so that what was ticked on one is found line by line."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from playbook.domain.response.call_plan import PlannedRole
from playbook.domain.response.escalation import RungState
from playbook.models import Activation, CallSheetPrint, Organisation, Person, RoleCall, Rung
from playbook.queries.response.words import Word, Words
from playbook.services.response.callout import SAID
from playbook.services.response.paper_reckoning import CALL_OUT


@dataclass(frozen=True, slots=True)
class SheetPerson:
    """One line; `line` as it was last printed ("T1-07b"), empty where none was. `state` is what is known so far."""

    role: str
    person_id: int
    name: str
    organisation: str
    line: str
    state: str = ""
    state_at: datetime | None = None
    via: str = ""

    @property
    def key(self) -> str:
        """What the line's fields are called by."""
        return f"{self.role}.{self.person_id}"


@dataclass(frozen=True, slots=True)
class SheetRole:
    """One role with its people in the order in which they are called."""

    role: str
    title: Word
    people: tuple[SheetPerson, ...]


@dataclass(frozen=True, slots=True)
class SheetTier:
    """One wave."""

    title: Word
    roles: tuple[SheetRole, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything that can be ticked."""

    tiers: tuple[SheetTier, ...]

    def people(self) -> list[SheetPerson]:
        """Return every line."""
        return [p for tier in self.tiers for role in tier.roles for p in role.people]


def sheet_of_incident(session: Session, activation: Activation, words: Words) -> Sheet:
    """Return the ladders of an incident, with what is known of each person. A handful of queries."""
    printed = printed_lines(session, activation.version_id, activation.level)
    calls = session.scalars(
        select(RoleCall)
        .where(RoleCall.activation_id == activation.id, RoleCall.message == CALL_OUT)
        .options(
            selectinload(RoleCall.rungs)
            .joinedload(Rung.person)
            .options(
                joinedload(Person.organisation).load_only(Organisation.name),
                joinedload(Person.organisation).raiseload("*"),
            )
        )
        .order_by(RoleCall.starts_at, RoleCall.id)
    ).all()
    return _sheet(
        [(c.tier, c.role, [_known(c.role, r, printed) for r in c.rungs]) for c in calls],
        words,
        printed,
    )


def sheet_of_plan(
    session: Session, version_id: int, level: str, roles: Iterable[PlannedRole], words: Words
) -> Sheet:
    """Return the same of a call-out that only paper knows yet."""
    printed = printed_lines(session, version_id, level)
    return _sheet(
        [
            (
                role.tier,
                role.role,
                [
                    SheetPerson(
                        role.role,
                        rung.holder.person_id,
                        rung.holder.name,
                        rung.holder.organisation,
                        printed.get((role.role, rung.holder.person_id), ""),
                    )
                    for rung in role.rungs
                ],
            )
            for role in roles
        ],
        words,
        printed,
    )


def printed_lines(session: Session, version_id: int, level: str) -> dict[tuple[str, int], str]:
    """Return (role, person) → line of the sheet that was printed last, in its order; empty if none ever was."""
    last = session.scalar(
        select(CallSheetPrint.lines)
        .where(CallSheetPrint.version_id == version_id)
        .order_by((CallSheetPrint.level != level), CallSheetPrint.printed_at.desc())
        .limit(1)
    )
    if last is None:
        return {}
    return {
        (role["role"], person["person_id"]): str(person.get("line", ""))
        for role in json.loads(last).get("roles", [])
        for person in role.get("people", [])
    }


def _known(role: str, rung: Rung, printed: Mapping[tuple[str, int], str]) -> SheetPerson:
    told = rung.state in SAID or rung.state in (RungState.SILENT, RungState.ASKED)
    person = rung.person
    return SheetPerson(
        role,
        rung.person_id,
        person.name,
        person.organisation.name if person.organisation else "",
        printed.get((role, rung.person_id), ""),
        str(rung.state) if told else "",
        rung.answered_at,
        rung.answered_via or "",
    )


def _sheet(
    roles: Iterable[tuple[str, str, list[SheetPerson]]],
    words: Words,
    printed: Mapping[tuple[str, int], str],
) -> Sheet:
    """Group roles by tier; those of a tier stand in the order in which they were printed."""
    order = {role: n for n, role in enumerate(dict.fromkeys(role for role, _ in printed))}
    tiers: dict[str, list[SheetRole]] = {}
    for tier, role, people in roles:
        tiers.setdefault(tier, []).append(SheetRole(role, words.role(role), tuple(people)))
    return Sheet(
        tuple(
            SheetTier(
                words.tier(tier), tuple(sorted(found, key=lambda r: order.get(r.role, len(order))))
            )
            for tier, found in tiers.items()
        )
    )
