"""Tasks by role: opening them, ticking them off, and saying that one is not needed."""

from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from playbook.errors import NotFound
from playbook.models import Activation, Task, TaskKind, User
from playbook.services import log
from playbook.services.response.anchors import due_at
from playbook.services.response.context import CallOut


def open_at_activation(call_out: CallOut, zone: tzinfo) -> None:
    """Open every task that begins without a decision."""
    for task_id in call_out.document.tasks_at_activation():
        _add(call_out, task_id, zone)


def open_task(call_out: CallOut, task_id: str, zone: tzinfo) -> None:
    """Open a task that a decision started; one that is open already stays as it is."""
    if not _exists(call_out, f"task:{task_id}"):
        _add(call_out, task_id, zone)


def open_message_task(call_out: CallOut, message_id: str) -> None:
    """Open the task of preparing and releasing a message; its first approving role has it."""
    cause = f"message:{message_id}"
    if _exists(call_out, cause):
        return
    message = call_out.document.messages[message_id]
    call_out.session.add(
        Task(
            activation_id=call_out.activation.id,
            kind=TaskKind.MESSAGE,
            cause=cause,
            ref=message_id,
            role=message.approves[0] if message.approves else "",
            opened_at=call_out.now,
        )
    )


def finish(
    session: Session,
    task_id: int,
    user: User,
    now: datetime,
    *,
    outcome: str = "done",
    note: str = "",
) -> Task:
    """Tick a task off ("done") or say that it is "not-needed"; the first tick counts, a second changes nothing."""
    task = find(session, task_id)
    if task.done_at is not None:
        return task
    task.done_at, task.outcome = now, outcome
    task.done_by_id, task.done_by_name = user.id, user.shown_name
    task.note = note.strip() or None
    _note(session, task, "task.done", user, now)
    return task


def close_phone_calls(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """Say of open phone calls that nobody need make them any more."""
    session.execute(
        update(Task)
        .where(which, Task.kind == TaskKind.PHONE_CALL, Task.done_at.is_(None))
        .values(done_at=now, outcome="not-needed")
    )


def reopen(session: Session, task_id: int, user: User, now: datetime) -> Task:
    """Take a tick back."""
    task = find(session, task_id)
    if task.done_at is None:
        return task
    task.done_at = task.outcome = task.done_by_id = task.done_by_name = None
    _note(session, task, "task.reopened", user, now)
    return task


def find(session: Session, task_id: int) -> Task:
    """Return a task, or raise NotFound."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound("There is no such task.")
    return task


def _note(session: Session, task: Task, kind: str, user: User, now: datetime) -> None:
    log.record(
        session,
        kind,
        now=now,
        user=user,
        activation_id=task.activation_id,
        subject=f"task:{task.id}",
        payload={"cause": task.cause, "outcome": task.outcome, "note": task.note, "ref": task.ref},
    )
    activation = session.get_one(Activation, task.activation_id)
    activation.changed()


def _exists(call_out: CallOut, cause: str) -> bool:
    return (
        call_out.session.scalar(
            select(Task.id).where(Task.activation_id == call_out.activation.id, Task.cause == cause)
        )
        is not None
    )


def _add(call_out: CallOut, task_id: str, zone: tzinfo) -> None:
    task = call_out.document.tasks[task_id]
    call_out.session.add(
        Task(
            activation_id=call_out.activation.id,
            kind=TaskKind.CHECKLIST,
            cause=f"task:{task_id}",
            ref=task_id,
            role=task.role,
            due_at=due_at(task.due, call_out.activation, zone),
            adopted=task.adopted is not None,
            opened_at=call_out.now,
        )
    )
