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


@dataclass(frozen=True)
class RunningActivation:
    """One incident's top line: what is going on, and what is not done."""

    activation: Activation
    not_answered: int
    decisions_open: int
    tasks_open: int


@dataclass(frozen=True)
class Preparedness:
    """How ready the city is, in counts."""

    playbooks: int
    people: int
    #: Numbers and addresses from which nothing has ever come back.
    never_proven: int
    last_exercise: datetime | None


def running(session: Session) -> list[RunningActivation]:
    """Return the activations that have not ended, real ones first, then the newest."""
    activations = session.scalars(
        select(Activation)
        .where(Activation.ended_at.is_(None))
        .order_by((Activation.kind != ActivationKind.REAL), Activation.confirmed_at.desc())
    ).all()
    ids = [activation.id for activation in activations]
    silent = _count(
        session,
        ids,
        RoleCall,
        RoleCall.state.in_((RoleCallState.CALLING, RoleCallState.OWNED)),
    )
    decisions = _count(session, ids, Decision, Decision.taken_at.is_(None))
    tasks = _count(session, ids, Task, Task.done_at.is_(None))
    return [
        RunningActivation(a, silent.get(a.id, 0), decisions.get(a.id, 0), tasks.get(a.id, 0))
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
            .where(ContactPoint.last_worked_at.is_(None), Person.removed_at.is_(None))
        )
        or 0,
        last_exercise=session.scalar(
            select(func.max(Activation.confirmed_at)).where(
                Activation.kind == ActivationKind.EXERCISE
            )
        ),
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
    session: Session, ids: Sequence[int], table: type[RoleCall | Decision | Task], *which: object
) -> dict[int, int]:
    """Return how many rows of `table` match, per activation."""
    if not ids:
        return {}
    rows = session.execute(
        select(table.activation_id, func.count())
        .where(table.activation_id.in_(ids), *which)  # type: ignore[arg-type]  # column expressions
        .group_by(table.activation_id)
    )
    return dict(rows.tuples().all())
