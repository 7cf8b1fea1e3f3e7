"""Rounds that begin by themselves: off until the city says so, put off while a real incident runs, safe twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.daytime import weeks_later
from playbook.errors import BadInput
from playbook.models import ReadinessSchedule, RoundKind, User
from playbook.services import log
from playbook.services.preparedness.readiness import open_round, start_round
from playbook.services.preparedness.readiness_days import days_of, real_incident_runs
from playbook.settings import Settings

#: The city may ask for a proof every three or every six months, and for a drill every one to thirteen weeks.
PROOF_DAYS = (91, 182)
DRILL_WEEKS = range(1, 14)
#: A drill belongs to its minute: later than this, after an outage, it waits for its next turn instead of waking people.
DRILL_LATE = timedelta(hours=1)


def schedule_of(session: Session, kind: RoundKind) -> ReadinessSchedule | None:
    """Return the schedule of `kind`, or None where nobody has ever set one."""
    return session.scalar(select(ReadinessSchedule).where(ReadinessSchedule.kind == kind))


def set_schedule(
    session: Session,
    kind: RoundKind,
    *,
    every_days: int,
    first_at: datetime,
    now: datetime,
    user: User,
    roles: Sequence[str] = (),
) -> ReadinessSchedule:
    """Let rounds of `kind` begin by themselves from `first_at`. Raises BadInput, and nothing changes."""
    allowed = PROOF_DAYS if kind is RoundKind.PROOF else [7 * weeks for weeks in DRILL_WEEKS]
    if every_days not in allowed:
        raise BadInput("Choose how often from the list.")
    if first_at <= now:
        raise BadInput("The first one must lie ahead. Choose a later day.")
    if kind is RoundKind.DRILL and not roles:
        raise BadInput("Choose at least one role for the drill.")
    schedule = schedule_of(session, kind) or ReadinessSchedule(kind=kind)
    schedule.on, schedule.every_days, schedule.next_due_at = True, every_days, first_at
    schedule.roles, schedule.set_by_name = sorted(set(roles)), user.shown_name
    session.add(schedule)
    session.flush()
    _log(session, schedule, "readiness.schedule-set", now, user)
    return schedule


def switch_off(session: Session, kind: RoundKind, *, now: datetime, user: User) -> None:
    """Let no more rounds of `kind` begin by themselves; twice is harmless."""
    schedule = schedule_of(session, kind)
    if schedule is None or not schedule.on:
        return
    schedule.on, schedule.next_due_at, schedule.set_by_name = False, None, user.shown_name
    _log(session, schedule, "readiness.schedule-ended", now, user)


def begin_due(session: Session, now: datetime, settings: Settings) -> int:
    """Begin the rounds that are due; return how many schedules were looked after.

    What cannot begin (a real incident, a round still open, nobody to ask, a drill's minute long past) is put off: a
    proof to the next working day, a drill to its next turn. The log says so.
    """
    due = session.scalars(
        select(ReadinessSchedule)
        .where(ReadinessSchedule.on, ReadinessSchedule.next_due_at <= now)
        .with_for_update(skip_locked=True)
    ).all()
    for schedule in due:
        _begin(session, schedule, now, settings)
    return len(due)


def _begin(
    session: Session, schedule: ReadinessSchedule, now: datetime, settings: Settings
) -> None:
    kind, due_at = RoundKind(schedule.kind), schedule.next_due_at or now
    days = days_of(session, settings, now)
    if kind is RoundKind.DRILL:
        after = weeks_later(due_at, max(1, schedule.every_days // 7), now, days.zone)
        later = after
    else:
        after, later = days.opening(now, schedule.every_days), days.opening(now, 1)
    late = kind is RoundKind.DRILL and now - due_at > DRILL_LATE
    if late or real_incident_runs(session) or open_round(session, kind) is not None:
        schedule.next_due_at = later
        _log(session, schedule, "readiness.put-off", now, None)
        return
    try:
        start_round(
            session,
            kind,
            settings,
            now=now,
            user=None,
            request_key=f"schedule:{kind}:{due_at:%Y%m%dT%H%M%S}",
            roles=schedule.roles,
        )
    except BadInput:
        schedule.next_due_at = later
        _log(session, schedule, "readiness.put-off", now, None)
        return
    schedule.next_due_at = after


def _log(
    session: Session, schedule: ReadinessSchedule, kind: str, now: datetime, user: User | None
) -> None:
    next_at = schedule.next_due_at
    log.record(
        session,
        kind,
        now=now,
        user=user,
        subject=f"readiness_schedule:{schedule.id}",
        payload={
            "kind": str(schedule.kind),
            "every_days": schedule.every_days,
            "next": next_at.isoformat() if next_at else None,
            "roles": schedule.roles,
        },
    )
