"""The incidents themselves: one of them, all of them, and whether anything has changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from playbook.errors import NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    Delivery,
    LogEntry,
    PlaybookVersion,
    Role,
    RoleCall,
    RoleCallState,
    Rung,
    User,
)

#: Even where nothing happens, "in 12 min" must not stay "in 12 min".
REFRESH_SECONDS = 30


def find_incident(session: Session, activation_id: int) -> Activation:
    """Return an activation with its version and playbook read, or raise NotFound."""
    found = session.scalar(
        select(Activation)
        .where(Activation.id == activation_id)
        .options(joinedload(Activation.version).joinedload(PlaybookVersion.playbook))
    )
    if found is None:
        raise NotFound("There is no such incident.")
    return found


def revision_of(session: Session, activation_id: int, now: datetime) -> str:
    """Return what changes whenever the board does, in one cheap query: "41-907-59211".

    The activation's revision, its last log entry, and the half minute. Raises NotFound.
    """
    last = select(func.max(LogEntry.id)).where(LogEntry.activation_id == activation_id)
    row = session.execute(
        select(Activation.revision, last.scalar_subquery()).where(Activation.id == activation_id)
    ).first()
    if row is None:
        raise NotFound("There is no such incident.")
    return f"{row[0]}-{row[1] or 0}-{int(now.timestamp()) // REFRESH_SECONDS}"


@dataclass(frozen=True)
class IncidentLine:
    """One incident in the list."""

    id: int
    number: int
    name: str
    title: str
    version: int
    exercise: bool
    confirmed_at: datetime
    ended_at: datetime | None
    coordinator: str
    roles: int
    answered: int


def incidents(session: Session) -> list[IncidentLine]:
    """Return every incident: running ones first (real before exercises), then the newest. Two queries."""
    counts = {
        row[0]: (row[1], row[2])
        for row in session.execute(
            select(
                RoleCall.activation_id,
                func.count(),
                func.count().filter(RoleCall.state == RoleCallState.ANSWERED),
            ).group_by(RoleCall.activation_id)
        )
    }
    rows = session.scalars(
        select(Activation)
        .options(joinedload(Activation.version))
        .order_by(
            Activation.ended_at.is_not(None),
            Activation.kind != ActivationKind.REAL,
            Activation.confirmed_at.desc(),
        )
    )
    return [
        IncidentLine(
            id=a.id,
            number=a.number,
            name=a.name,
            title=a.version.title,
            version=a.version.number,
            exercise=a.kind == ActivationKind.EXERCISE,
            confirmed_at=a.confirmed_at,
            ended_at=a.ended_at,
            coordinator=a.coordinator_name,
            roles=counts.get(a.id, (0, 0))[0],
            answered=counts.get(a.id, (0, 0))[1],
        )
        for a in rows
    ]


@dataclass(frozen=True)
class Stops:
    """What ends with an incident: people who are being asked, roles not called yet, messages that have not left."""

    people_being_called: int
    roles_waiting: int
    messages_queued: int


def what_stops(session: Session, activation_id: int) -> Stops:
    """Return what ending the incident would stop, in one query."""
    being_called = (
        select(func.count(Rung.person_id.distinct()))
        .join(RoleCall)
        .where(
            Rung.activation_id == activation_id,
            Rung.state == "asked",
            RoleCall.state == RoleCallState.CALLING,
        )
    )
    waiting = select(func.count(RoleCall.id)).where(
        RoleCall.activation_id == activation_id, RoleCall.state == RoleCallState.WAITING
    )
    queued = select(func.count(Delivery.id)).where(
        Delivery.activation_id == activation_id, Delivery.state == "queued"
    )
    row = session.execute(
        select(being_called.scalar_subquery(), waiting.scalar_subquery(), queued.scalar_subquery())
    ).one()
    return Stops(row[0] or 0, row[1] or 0, row[2] or 0)


def possible_coordinators(session: Session) -> list[tuple[int, str]]:
    """Return id and name of every active user who may coordinate, by name."""
    rows = session.execute(
        select(User.id, User.name, User.email)
        .where(User.active, User.roles.any(Role.name.in_(("coordinator", "administrator"))))
        .order_by(User.name, User.email)
    )
    return [(user_id, name or email) for user_id, name, email in rows]
