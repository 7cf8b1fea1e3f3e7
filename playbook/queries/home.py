"""What the home page and the menu ask: what is running, what waits, how long ago we last rehearsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.models import (
    Activation,
    ActivationKind,
    ContactPoint,
    Decision,
    Inbound,
    Person,
    PublishedPlaybook,
    RoleCall,
    RoleCallState,
    Task,
)
from playbook.queries.response.decisions import SOON
from playbook.queries.response.people import NOT_ANSWERED

#: Nothing has ever come back from it.
_UNPROVEN = ContactPoint.last_worked_at.is_(None) & ContactPoint.proven_at.is_(None)


@dataclass(frozen=True)
class RunningActivation:
    """One incident's top line, counted as its board counts.

    `owned` roles are part of `not_answered`, `decisions_late` part of `decisions_due`. `mine` are the silences that
    the reader owns.
    """

    activation: Activation
    not_answered: int = 0
    owned: int = 0
    mine: int = 0
    decisions_due: int = 0
    decisions_late: int = 0
    tasks_late: int = 0
    to_read: int = 0


@dataclass(frozen=True)
class Preparedness:
    """How ready the city is, in counts."""

    playbooks: int
    people: int
    #: Numbers and addresses from which nothing has ever come back.
    never_proven: int
    last_exercise: datetime | None


def running(session: Session, user_id: int, now: datetime) -> list[RunningActivation]:
    """Return the activations that have not ended, real ones first, then the newest, as `user_id` sees them."""
    activations = session.scalars(
        select(Activation)
        .where(Activation.ended_at.is_(None))
        .order_by((Activation.kind != ActivationKind.REAL), Activation.confirmed_at.desc())
    ).all()
    ids = [activation.id for activation in activations]
    owned = RoleCall.state == RoleCallState.OWNED
    open_ = Decision.taken_at.is_(None)
    late = Task.adopted & (Task.due_at < now)
    counts = {
        "not_answered": _count(session, ids, RoleCall, RoleCall.state.in_(NOT_ANSWERED)),
        "owned": _count(session, ids, RoleCall, owned),
        "mine": _count(session, ids, RoleCall, owned, RoleCall.owner_id == user_id),
        "decisions_due": _count(session, ids, Decision, open_, Decision.due_at <= now + SOON),
        "decisions_late": _count(
            session, ids, Decision, open_, Decision.adopted, Decision.due_at < now
        ),
        "tasks_late": _count(session, ids, Task, Task.done_at.is_(None), late),
        "to_read": _count(session, ids, Inbound, Inbound.needs_reader, Inbound.done_at.is_(None)),
    }
    return [
        RunningActivation(a, **{name: found.get(a.id, 0) for name, found in counts.items()})
        for a in activations
    ]


def preparedness(session: Session) -> Preparedness:
    """Return the counts that a quiet home page shows."""
    return Preparedness(
        playbooks=session.scalar(select(func.count()).select_from(PublishedPlaybook)) or 0,
        people=session.scalar(
            select(func.count()).select_from(Person).where(Person.removed_at.is_(None))
        )
        or 0,
        never_proven=session.scalar(
            select(func.count())
            .select_from(ContactPoint)
            .join(ContactPoint.person)
            .where(_UNPROVEN, Person.removed_at.is_(None))
        )
        or 0,
        last_exercise=session.scalar(
            select(func.max(Activation.confirmed_at)).where(
                Activation.kind == ActivationKind.EXERCISE
            )
        ),
    )


def never_proven(session: Session) -> set[int]:
    """Return the ids of people, not removed, with a number or address from which nothing has ever come back."""
    return set(
        session.scalars(
            select(ContactPoint.person_id)
            .join(ContactPoint.person)
            .where(_UNPROVEN, Person.removed_at.is_(None))
        )
    )


def count_inbox(session: Session) -> int:
    """Return how many incoming messages still need a human."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Inbound)
            .where(Inbound.needs_reader, Inbound.done_at.is_(None))
        )
        or 0
    )


def _count(
    session: Session,
    ids: Sequence[int],
    table: type[RoleCall | Decision | Task | Inbound],
    *which: object,
) -> dict[int, int]:
    """Return how many rows of `table` match, per activation."""
    if not ids:
        return {}
    rows = session.execute(
        select(table.activation_id, func.count())
        .where(table.activation_id.in_(ids), *which)  # type: ignore[arg-type]  # column expressions
        .group_by(table.activation_id)
    )
    return {activation: count for activation, count in rows.tuples() if activation is not None}
