"""What the desk sees of check codes: whose one is, who was let in, and how many wrong ones were tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from playbook.models import CheckCode, CodeCheck, Organisation, Person, RoleCall, Rung
from playbook.queries.response.words import Word, Words

#: How far back wrong codes are counted, and how many in that time mean that a human must act.
LOOK_BACK = timedelta(hours=1)
SUSPICIOUS = 5


@dataclass(frozen=True)
class Asking:
    """One role that a code's person was asked for; `state` as on the ladder."""

    role: Word
    state: str
    asked_at: datetime


@dataclass(frozen=True)
class CodeLine:
    """Whose code it is, and whether somebody has been let in on it; without the code itself."""

    id: int
    person_id: int
    name: str
    organisation: str
    language: str
    asked: tuple[Asking, ...]
    admitted_at: datetime | None
    admitted_by: str

    @property
    def answered(self) -> bool:
        """Whether this person has said anything for any role."""
        return any(a.state in ("joining", "deputy", "unable") for a in self.asked)


def code_line(session: Session, code: CheckCode, words: Words) -> CodeLine:
    """Return what the desk must know of a code that is right. Two queries."""
    name, person_language, organisation = session.execute(
        select(Person.name, Person.language, Organisation.name)
        .outerjoin(Organisation, Person.organisation_id == Organisation.id)
        .where(Person.id == code.person_id)
    ).one()
    rungs = session.execute(
        select(RoleCall.role, Rung.state, Rung.opened_at, Rung.language)
        .join(RoleCall, Rung.role_call_id == RoleCall.id)
        .where(
            Rung.activation_id == code.activation_id,
            Rung.person_id == code.person_id,
            Rung.opened_at.is_not(None),
        )
        .order_by(Rung.opened_at, Rung.id)
    ).all()
    return CodeLine(
        id=code.id,
        person_id=code.person_id,
        name=name,
        organisation=organisation or "",
        language=rungs[0].language if rungs else person_language,
        asked=tuple(Asking(words.role(r.role), str(r.state), r.opened_at) for r in rungs),
        admitted_at=code.admitted_at,
        admitted_by=code.admitted_by_name or "",
    )


@dataclass(frozen=True)
class Admitted:
    """Somebody who was let in."""

    name: str
    organisation: str
    at: datetime
    by: str


def admitted(session: Session, activation_id: int) -> list[Admitted]:
    """Return who was let in, the last one first."""
    rows = session.execute(
        select(Person.name, Organisation.name, CheckCode.admitted_at, CheckCode.admitted_by_name)
        .join(Person, CheckCode.person_id == Person.id)
        .outerjoin(Organisation, Person.organisation_id == Organisation.id)
        .where(CheckCode.activation_id == activation_id, CheckCode.admitted_at.is_not(None))
        .order_by(CheckCode.admitted_at.desc(), CheckCode.id.desc())
    )
    return [Admitted(name, organisation or "", at, by or "") for name, organisation, at, by in rows]


def wrong_codes(activation_id: int, now: datetime) -> ScalarSelect[int]:
    """Return the count of wrong codes of the last hour: here, and on the page, which knows no incident."""
    return (
        select(func.count(CodeCheck.id))
        .where(CodeCheck.at > now - LOOK_BACK, CodeCheck.at <= now, _concerns(activation_id))
        .where(CodeCheck.right.is_(False))
        .scalar_subquery()
    )


def count_wrong_codes(session: Session, activation_id: int, now: datetime) -> int:
    """Return how many wrong codes were tried in the last hour."""
    return session.scalar(select(wrong_codes(activation_id, now))) or 0


def _concerns(activation_id: int) -> ColumnElement[bool]:
    return or_(CodeCheck.activation_id.is_(None), CodeCheck.activation_id == activation_id)
