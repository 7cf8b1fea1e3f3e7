"""Is it real? Codes checked on the public page and at the desk, counted; people let in on their code."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from notifications.delivery import DeliveryState
from playbook.domain.preparedness.proof import PROOF
from playbook.domain.response.proof import read_code
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    Announcement,
    AnnouncementPerson,
    CheckCode,
    CodeCheck,
    Delivery,
    Rung,
    User,
)
from playbook.services import log
from playbook.services.response.codes import code_index, still_known
from playbook.services.response.context import take_turn

_LEFT = (DeliveryState.ACCEPTED, DeliveryState.SENT, DeliveryState.DELIVERED)


@dataclass(frozen=True)
class Verdict:
    """What the public page says of a code; never of what, for whom, or how many.

    `sent` are the instants at which messages with it left, the oldest first; never empty for a code that is right.
    """

    right: bool
    sent: tuple[datetime, ...] = ()
    exercise: bool = False


def check_on_page(session: Session, typed: str, now: datetime) -> Verdict:
    """Say whether a message with this code is ours, and count the question; nothing is kept about who asked.

    Raises BadInput, uncounted, for what cannot be a code.
    """
    found = _find(session, _code(typed), now)
    _count(session, "page", now, right=found is not None, activation_id=_incident(found))
    if found is None:
        return Verdict(right=False)
    exercise = found.activation.kind == ActivationKind.EXERCISE
    return Verdict(True, sent_times(session, found), exercise)


def check_at_desk(
    session: Session, activation_id: int, typed: str, user: User, now: datetime
) -> CheckCode | None:
    """Return whose code it is, perhaps of another incident; None, counted and in the log, if it is nobody's.

    Raises BadInput, uncounted, for what cannot be a code.
    """
    found = _find(session, _code(typed), now)
    incident = _incident(found) or activation_id
    _count(session, "desk", now, right=found is not None, activation_id=incident)
    log.record(
        session,
        "code.refused" if found is None else "code.checked",
        now=now,
        user=user,
        activation_id=incident,
        subject="code" if found is None else f"check_code:{found.id}",
        payload={} if found is None else {"name": found.person.name},
    )
    return found


def admit(
    session: Session, activation_id: int, code_id: int, user: User, now: datetime, *, again: bool
) -> CheckCode:
    """Let somebody in on their code: into the bridge or the room.

    Raises Conflict if somebody is in on it already, unless `again` says that this is meant; Conflict if the incident
    has ended; NotFound for a code of another incident.
    """
    take_turn(session, activation_id)
    code = session.get(CheckCode, code_id)
    if code is None or code.activation_id != activation_id or not _was_said(session, code):
        raise NotFound("There is no such code in this incident.")
    if code.activation.ended_at is not None:
        raise Conflict("This incident has ended. Nobody is let in any more.")
    if code.admitted_at is not None and not again:
        raise Conflict(
            "Somebody has been let in on this code already. Ask for the name, and call back the number "
            "in the directory."
        )
    kind = "code.admitted-again" if code.admitted_at is not None else "code.admitted"
    if code.admitted_at is None:
        code.admitted_at, code.admitted_by_name = now, user.shown_name
    log.record(
        session,
        kind,
        now=now,
        user=user,
        activation_id=activation_id,
        subject=f"check_code:{code.id}",
        payload={"name": code.person.name},
    )
    return code


def sent_times(session: Session, code: CheckCode) -> tuple[datetime, ...]:
    """Return when messages with this code left; when the call began, for somebody who was only phoned."""
    left = session.scalars(
        select(Delivery.settled_at)
        .where(
            Delivery.person_id == code.person_id,
            Delivery.activation_id == code.activation_id,
            Delivery.message.in_(PROOF),
            Delivery.state.in_(_LEFT),
            Delivery.settled_at.is_not(None),
        )
        .order_by(Delivery.settled_at)
    )
    times = tuple(dict.fromkeys(at for at in left if at is not None))
    if times:
        return times
    opened = session.scalars(
        select(Rung.opened_at)
        .where(
            Rung.activation_id == code.activation_id,
            Rung.person_id == code.person_id,
            Rung.opened_at.is_not(None),
        )
        .order_by(Rung.opened_at)
        .limit(1)
    )
    return tuple(at for at in opened if at is not None) or (code.activation.confirmed_at,)


def _code(typed: str) -> str:
    code = read_code(typed)
    if code is None:
        raise BadInput(
            "Our codes have six digits. If the message has another kind of code or none, it is not "
            "from us: do not act on it."
        )
    return code


def _find(session: Session, code: str, now: datetime) -> CheckCode | None:
    """Return the code if it is known, and if its person has been asked or told anything: else no message has it."""
    rows = session.scalars(
        select(CheckCode)
        .join(Activation)
        .where(CheckCode.code_index == code_index(code), still_known(now))
        .options(joinedload(CheckCode.activation), joinedload(CheckCode.person))
        .order_by(CheckCode.id.desc())
    )
    return next((row for row in rows.all() if _was_said(session, row)), None)


def _was_said(session: Session, code: CheckCode) -> bool:
    asked = exists().where(
        Rung.activation_id == code.activation_id,
        Rung.person_id == code.person_id,
        Rung.opened_at.is_not(None),
    )
    told = exists().where(
        AnnouncementPerson.announcement_id == Announcement.id,
        Announcement.activation_id == code.activation_id,
        AnnouncementPerson.person_id == code.person_id,
    )
    written = exists().where(
        Delivery.activation_id == code.activation_id,
        Delivery.person_id == code.person_id,
        Delivery.message.in_(PROOF),
    )
    return bool(session.scalar(select(asked | told | written)))


def _incident(code: CheckCode | None) -> int | None:
    return code.activation_id if code is not None else None


def _count(
    session: Session, via: str, now: datetime, *, right: bool, activation_id: int | None
) -> None:
    session.add(CodeCheck(at=now, via=via, right=right, activation_id=activation_id))
