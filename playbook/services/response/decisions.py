"""Decision points of an activation: opening them, taking one, and what an option sets in motion."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import Decision, User
from playbook.services import log
from playbook.services.response import tasks
from playbook.services.response.anchors import due_at
from playbook.services.response.calling import begin_calls, plan_for
from playbook.services.response.context import CallOut, load_running
from playbook.settings import Settings


def open_all(call_out: CallOut, zone: tzinfo) -> None:
    """Open every decision point of the pinned playbook, each with its due time or reminder."""
    for decision_id, decision in call_out.document.decisions.items():
        call_out.session.add(
            Decision(
                activation_id=call_out.activation.id,
                decision=decision_id,
                due_at=due_at(decision.due, call_out.activation, zone),
                adopted=decision.adopted is not None,
                opened_at=call_out.now,
            )
        )


def take(
    session: Session,
    activation_id: int,
    decision_id: str,
    *,
    option: str,
    rationale: str,
    authority: str,
    decided_by: str,
    user: User,
    settings: Settings,
    now: datetime,
    expected_round: int = 1,
) -> Decision:
    """Take a decision: who decided what, when, why, on whose authority; and start what its option starts.

    `expected_round` is the round that the person saw; if somebody else was faster, Conflict says who decided what.
    A decision taken by somebody whom the playbook does not name is accepted: a city may act; the log says so.
    """
    call_out = load_running(session, activation_id, now, settings.public_url)
    row = current(session, activation_id, decision_id)
    point = call_out.document.decisions[decision_id]
    if option not in point.options:
        raise BadInput("Choose one of the options.")
    if row.round != expected_round or row.taken_at is not None:
        raise Conflict(
            "{name} noted a decision here a moment ago. Look at it before you change it; what you typed is kept.",
            name=row.noted_by_name or "Somebody else",
        )
    row.option, row.rationale, row.authority = option, rationale.strip(), authority
    row.decided_by, row.taken_at = decided_by.strip() or user.name, now
    row.noted_by_id, row.noted_by_name = user.id, user.shown_name
    _note_taken(call_out, row, user, foreseen=authority in {*point.decides, point.deputy})
    _set_in_motion(call_out, decision_id, option, settings)
    call_out.touch()
    return row


def _note_taken(call_out: CallOut, row: Decision, user: User, *, foreseen: bool) -> None:
    log.record(
        call_out.session,
        "decision.taken",
        now=call_out.now,
        user=user,
        activation_id=row.activation_id,
        subject=f"decision:{row.id}",
        payload={
            "decision": row.decision,
            "option": row.option,
            "authority": row.authority,
            "by": row.decided_by,
            "rationale": row.rationale,
            "foreseen": foreseen,
        },
    )


def reopen(
    session: Session,
    activation_id: int,
    decision_id: str,
    user: User,
    settings: Settings,
    now: datetime,
) -> Decision:
    """Open a taken decision again: a new round, the old one kept. What it had started goes on."""
    call_out = load_running(session, activation_id, now, settings.public_url)
    row = current(session, activation_id, decision_id)
    if row.taken_at is None:
        return row
    again = Decision(
        activation_id=activation_id,
        decision=decision_id,
        round=row.round + 1,
        due_at=None,
        adopted=False,
        opened_at=now,
    )
    session.add(again)
    log.record(
        session,
        "decision.reopened",
        now=now,
        user=user,
        activation_id=activation_id,
        subject=f"decision:{row.id}",
        payload={"decision": decision_id},
    )
    call_out.touch()
    return again


def current(session: Session, activation_id: int, decision_id: str) -> Decision:
    """Return the latest round of a decision point, or raise NotFound."""
    row = session.scalar(
        select(Decision)
        .where(Decision.activation_id == activation_id, Decision.decision == decision_id)
        .order_by(Decision.round.desc())
        .limit(1)
    )
    if row is None:
        raise NotFound("There is no such decision point in this incident.")
    return row


def _set_in_motion(call_out: CallOut, decision_id: str, option: str, settings: Settings) -> None:
    """Start the tasks, messages and calls of an option, and date the decisions that count from this one."""
    zone = ZoneInfo(settings.city_time_zone)
    document = call_out.document
    starts = document.decisions[decision_id].options[option].starts
    for task_id in starts.tasks:
        tasks.open_task(call_out, task_id, zone)
    for message_id in starts.messages:
        tasks.open_message_task(call_out, message_id)
    if starts.call_out:
        roles = document.roles_of_call_out(starts.call_out)
        # A decision calls now: the tier's own offset was for the activation.
        plan = plan_for(call_out.session, document, roles, call_out.now, settings, at_once=True)
        begin_calls(call_out, plan.roles)
    for row in call_out.session.scalars(
        select(Decision).where(
            Decision.activation_id == call_out.activation.id, Decision.taken_at.is_(None)
        )
    ):
        due = document.decisions[row.decision].due
        if due is not None and due.anchor == decision_id:
            row.due_at = due.due_at(call_out.now, zone)
